//! The published networks as publications: what to cite, under which licences they stand, what their authors
//! reported. One place for the window and for `docs/reproduction.md`, which a test holds to each other.

use super::spec::Family;

/// A publication and its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its title.
    pub title: &'static str,
    /// Who, where, when.
    pub source: &'static str,
    /// To be cited with.
    pub bibtex: &'static str,
    /// Where the authors' code lies; `None` where there is none.
    pub code: Option<&'static str>,
    /// Under which licence that code stands.
    pub code_licence: &'static str,
    /// Which weights the authors published, and under which licence.
    pub weights_licence: &'static str,
    /// What they reported, each with its data.
    pub reported: &'static [Reported],
    /// What must be known of these figures.
    pub caution: &'static str,
}

/// Figures of one experiment of the authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// On which data, and how many cases.
    pub data: &'static str,
    /// Measure and figure as they are written in the source.
    pub figures: &'static [(&'static str, &'static str)],
}

const NO_LICENCE: &str = "none given: all rights reserved by its authors; nothing of it is used here";

const M3NET: Paper = Paper {
    title: "M3Net: A Macro-to-Meso-to-Micro Clinical-inspired Hierarchical 3D Network for Pulmonary Nodule \
            Classification",
    source: "Li and others, Information Fusion, 2026; arXiv 2605.12570",
    bibtex: "@article{m3net2026,
  title   = {{M3Net}: A Macro-to-Meso-to-Micro Clinical-inspired Hierarchical {3D} Network for Pulmonary Nodule Classification},
  author  = {Li, Jinyue and others},
  journal = {Information Fusion},
  year    = {2026},
  note    = {arXiv:2605.12570}
}",
    code: Some("github.com/jylEcho/M3-Net"),
    code_licence: NO_LICENCE,
    weights_licence: "some are offered by a link of the repository, without a licence; none comes with this program",
    reported: &[
        Reported {
            data: "LIDC-IDRI, nodules divided without regard to patients",
            figures: &[("accuracy", "86.96 %")],
        },
        Reported { data: "USTC-FHLN, the authors' own, not public", figures: &[("accuracy", "84.24 %")] },
    ],
    caution: "One patient teaches and is tested on.",
};

const MMCAF: Paper = Paper {
    title: "Small Lesions-aware Bidirectional Multimodal Multiscale Fusion Network for Lung Disease \
            Classification",
    source: "Yu and others, MICCAI 2025; arXiv 2508.04205",
    bibtex: "@misc{mmcafnet2025,
  title         = {Small Lesions-aware Bidirectional Multimodal Multiscale Fusion Network for Lung Disease Classification},
  author        = {Yu, Jianxun and Ge, Ruiquan and Wang, Zhipeng and Yang, Cheng and Lin, Chenyu and Fu, Xianjun and Liu, Jikui and Elazab, Ahmed and Wang, Changmiao},
  year          = {2025},
  eprint        = {2508.04205},
  archivePrefix = {arXiv}
}",
    code: Some("github.com/yjx1234/MMCAF-Net"),
    code_licence: NO_LICENCE,
    weights_licence: "none are published",
    reported: &[
        Reported {
            data: "Lung-PET-CT-Dx, 43 studies, 15 of them positive",
            figures: &[
                ("AUROC", ".786"),
                ("accuracy", ".791"),
                ("F1", ".690"),
                ("specificity", ".857"),
                ("sensitivity", ".667"),
            ],
        },
        Reported { data: "the same, the table of fields alone", figures: &[("AUROC", ".819")] },
        Reported { data: "the same, the image alone", figures: &[("AUROC", ".712")] },
    ],
    caution: "With 43 cases an interval is about twelve points wide to either side.",
};

const MAEMC: Paper = Paper {
    title: "MAEMC-NET: a hybrid self-supervised learning method for predicting the malignancy of solitary \
            pulmonary nodules from CT images",
    source: "Zhao and others, Frontiers in Medicine 12:1507258, 2025",
    bibtex: "@article{maemcnet2025,
  title   = {{MAEMC-NET}: a hybrid self-supervised learning method for predicting the malignancy of solitary pulmonary nodules from {CT} images},
  author  = {Zhao, Tianhu and Yue, Yong and Sun, Hang and Li, Jingxu and Wen, Yanhua and Yao, Yudong and Qian, Wei and Guan, Yubao and Qi, Shouliang},
  journal = {Frontiers in Medicine},
  volume  = {12},
  pages   = {1507258},
  year    = {2025},
  doi     = {10.3389/fmed.2025.1507258}
}",
    code: None,
    code_licence: "no code is published; a patent application of the authors' university, CN119027369B, covers \
                   the method in China",
    weights_licence: "none are published",
    reported: &[
        Reported {
            data: "333 lesions of one hospital, five folds",
            figures: &[
                ("AUC", ".962 (.934-.973)"),
                ("accuracy", "93.7"),
                ("sensitivity", "91.2"),
                ("specificity", "95.9"),
            ],
        },
        Reported {
            data: "161 lesions of another hospital",
            figures: &[("AUC", ".949"), ("accuracy", "91.5"), ("sensitivity", "90.3"), ("specificity", "92.8")],
        },
    ],
    caution: "Neither set is public.",
};

const CSF: Paper = Paper {
    title: "CSF-Net: Cross-Modal Spatiotemporal Fusion Network for Pulmonary Nodule Malignancy Predicting",
    source: "Shen and others, arXiv 2501.16400, 2025",
    bibtex: "@misc{csfnet2025,
  title         = {{CSF-Net}: Cross-Modal Spatiotemporal Fusion Network for Pulmonary Nodule Malignancy Predicting},
  author        = {Shen, Yin and Fang, Zhaojie and Zhuang, Ke and Zhou, Guanyu and Yu, Xiao and Zhao, Yucheng and Tian, Yuan and Ge, Ruiquan and Wang, Changmiao and Fan, Xiaopeng and Elazab, Ahmed},
  year          = {2025},
  eprint        = {2501.16400},
  archivePrefix = {arXiv}
}",
    code: Some("github.com/hdusyz/CSF-NET"),
    code_licence: NO_LICENCE,
    weights_licence: "none are published",
    reported: &[
        Reported {
            data: "NLST-cmst, 78 subjects",
            figures: &[
                ("accuracy", ".8974"),
                ("precision", ".8235"),
                ("F1", ".8750"),
                ("AUC", ".9389"),
                ("recall", ".9333"),
            ],
        },
        Reported {
            data: "the same, run again by another paper of the group (DGSAN)",
            figures: &[
                ("accuracy", ".8652"),
                ("precision", ".8485"),
                ("F1", ".8235"),
                ("AUC", ".9053"),
                ("recall", ".8171"),
            ],
        },
        Reported {
            data: "CLST, external, in that paper",
            figures: &[
                ("accuracy", ".6151"),
                ("precision", ".7222"),
                ("F1", ".7100"),
                ("AUC", ".6210"),
                ("recall", ".6000"),
            ],
        },
    ],
    caution: "Not all rows of the authors' table share a test set.",
};

const SSM: Paper = Paper {
    title: "Lung Nodule-SSM: Self-Supervised Lung Nodule Detection and Classification in Thoracic CT Images",
    source: "Noreen and Shaukat, arXiv 2505.15120, 2025",
    bibtex: "@misc{lungnodulessm2025,
  title         = {Lung {Nodule-SSM}: Self-Supervised Lung Nodule Detection and Classification in Thoracic {CT} Images},
  author        = {Noreen, Muniba and Shaukat, Furqan},
  year          = {2025},
  eprint        = {2505.15120},
  archivePrefix = {arXiv}
}",
    code: Some("github.com/EMeRALDsNRPU/Lung-Nodule-SSM-Self-Supervised-Lung-Nodule-Detection-and-Classification"),
    code_licence: "MIT by its README, without a licence file; DINOv2 is Apache-2.0",
    weights_licence: "DINOv2's transformer: Apache-2.0; forest and detection head are not published",
    reported: &[Reported {
        data: "LUNA16, by slice",
        figures: &[
            ("accuracy", "98.37"),
            ("precision", "99.64"),
            ("recall", "93.48"),
            ("F1", "96.63"),
            ("AUC", "98.09"),
        ],
    }],
    caution: "Slices of one patient teach and are tested on, and most slices that count as positive show no nodule.",
};

/// What is published of a family.
pub const fn paper(family: Family) -> &'static Paper {
    match family {
        Family::M3Net => &M3NET,
        Family::Mmcaf => &MMCAF,
        Family::Maemc => &MAEMC,
        Family::Csf => &CSF,
        Family::Ssm => &SSM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_stands_in_the_page_on_reproduction_in_the_part_of_its_network() {
        let page = include_str!("../../docs/reproduction.md");
        for family in Family::ALL {
            let name = family.name();
            let part = page.split("\n## ").find(|part| part.starts_with(name));
            let part = part.unwrap_or_else(|| panic!("{name} has no part of the page"));
            for reported in paper(family).reported {
                for (measure, figure) in reported.figures {
                    assert!(part.contains(figure), "{name}: {measure} {figure} is not in the page");
                }
            }
        }
    }

    #[test]
    fn every_citation_is_whole() {
        for family in Family::ALL {
            let paper = paper(family);
            assert!(paper.bibtex.starts_with('@') && paper.bibtex.ends_with('}'), "{}", paper.bibtex);
            let count = |c| paper.bibtex.matches(c).count();
            assert_eq!(count('{'), count('}'), "{}", paper.bibtex);
            for field in ["title", "author", "year"] {
                assert!(paper.bibtex.lines().any(|line| line.trim().starts_with(field)), "{}", paper.bibtex);
            }
        }
    }
}
