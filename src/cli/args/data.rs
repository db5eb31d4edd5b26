//! Cases: `synth` and `dataset`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::values;
use crate::synth::{Dose, Kernel};
use crate::workflow::dataset::{FEWEST_FOLDS, LabelRule, MOST_FOLDS, Question, Source};

/// `synth`
#[derive(Args, Debug)]
pub(in crate::cli) struct Synth {
    /// Folder for the series and truth.json
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Number of nodules
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=64), default_value = "6")]
    pub(in crate::cli) nodules: u16,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value = "1")]
    pub(in crate::cli) seed: u64,
    /// Columns, rows, slices
    #[arg(long, value_name = "NX,NY,NZ", value_parser = values::grid_size, default_value = "512,512,256")]
    pub(in crate::cli) size: [usize; 3],
    /// Distances between voxels, millimetres
    #[arg(long, value_name = "X,Y,Z", value_parser = values::spacing_mm, default_value = "0.7,0.7,1.25")]
    pub(in crate::cli) spacing: [f64; 3],
    /// Reconstruction kernel; without it the seed draws one
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) kernel: Option<ReconstructionKernel>,
    /// Dose, and with it the noise; without it the seed draws one
    #[arg(long, value_name = "LEVEL")]
    pub(in crate::cli) dose: Option<DoseLevel>,
    /// DIR/prior and DIR/current: two studies, so many days apart, between which nodules grow
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(in crate::cli) followup: Option<u32>,
}

/// `dataset`
#[derive(Args, Debug)]
pub(in crate::cli) struct Datasets {
    #[command(subcommand)]
    pub(in crate::cli) action: Dataset,
}

/// What to do with a manifest.
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Dataset {
    /// Writes a manifest: one row for each case, with paths relative to it
    Build(BuildDataset),
    /// Reads every row and every volume of a manifest and lists what is wrong
    Check {
        /// The manifest (.csv)
        manifest: PathBuf,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Numbers of a manifest: by label, fold, size, texture, ratings, spacing
    Stats {
        /// The manifest (.csv)
        manifest: PathBuf,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

/// `dataset build`
#[derive(Args, Debug)]
pub(in crate::cli) struct BuildDataset {
    /// What PATH is
    #[arg(long, value_enum)]
    pub(in crate::cli) from: DatasetSource,
    /// Folder of the data set; for points the list (.csv); for phantoms a new folder for their volumes
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// The manifest to write; an older manifest there is replaced
    #[arg(long, value_name = "F.csv", default_value = "manifest.csv")]
    pub(in crate::cli) out: PathBuf,
    /// Folds for patients that have none in the source; with 5, patients of LIDC-IDRI keep the folds
    /// that come with Triscope
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(i64::from(FEWEST_FOLDS)..=i64::from(MOST_FOLDS)))]
    pub(in crate::cli) folds: u8,
    /// The same seed gives the same folds, and the same phantoms
    #[arg(long, value_name = "S", default_value = "1")]
    pub(in crate::cli) seed: u64,
    /// Phantoms: the network whose question they answer (csf-net, mmcaf-net, maemc-net, lungnodule-ssm)
    #[arg(long = "for", value_name = "NETWORK")]
    pub(in crate::cli) network: Option<String>,
    /// Phantoms: how many cases, half of them of either label [default: 300]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(in crate::cli) cases: Option<u32>,
    /// Phantoms of lungnodule-ssm: a manifest of nodule volumes with masks; they are laid into the chests in
    /// place of painted nodules
    #[arg(long, value_name = "F.csv")]
    pub(in crate::cli) nodules: Option<PathBuf>,
    /// Nodules, lidc and points: how the readers' mean malignancy becomes a label [default: strict]
    #[arg(long, value_enum)]
    pub(in crate::cli) label: Option<LabelName>,
    /// What the labels of a list of points answer [default: malignancy]
    #[arg(long, value_enum)]
    pub(in crate::cli) question: Option<QuestionName>,
}

/// `--from`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum DatasetSource {
    /// A folder with nodules.csv and one image and mask for each nodule
    Nodules,
    /// LIDC-IDRI as downloaded: DICOM series and XML readings, in any arrangement
    Lidc,
    /// LUNA16: .mhd scans with annotations.csv and candidates_V2.csv
    Luna16,
    /// Your own: a CSV with the columns path, x, y, z (LPS mm) or i, j, k, and label
    Points,
    /// Phantom cases for a network, painted into PATH
    Phantoms,
}

impl DatasetSource {
    /// What is read; `None` where the cases are painted.
    pub(in crate::cli) fn read(self) -> Option<Source> {
        match self {
            DatasetSource::Nodules => Some(Source::Nodules),
            DatasetSource::Lidc => Some(Source::Lidc),
            DatasetSource::Luna16 => Some(Source::Luna16),
            DatasetSource::Points => Some(Source::Points),
            DatasetSource::Phantoms => None,
        }
    }
}

/// `--label`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum LabelName {
    /// Above 3 malignant, below 3 benign, exactly 3 undecided
    Strict,
    /// Above 3 malignant, 3 and below benign, as M3Net was published
    Published,
}

impl From<LabelName> for LabelRule {
    fn from(name: LabelName) -> Self {
        match name {
            LabelName::Strict => LabelRule::Strict,
            LabelName::Published => LabelRule::Published,
        }
    }
}

/// `--question`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
pub(in crate::cli) enum QuestionName {
    /// Is the nodule malignant?
    Malignancy,
    /// Is there a nodule at the point?
    PointIsNodule,
    /// Is the lung cancer an adenocarcinoma, and not a squamous cell carcinoma?
    AdenocarcinomaVsSquamous,
    /// Is the nodule an adenocarcinoma, and not a granuloma?
    AdenocarcinomaVsGranuloma,
    /// Does the axial slice through the point show a nodule?
    SliceContainsNodule,
}

impl From<QuestionName> for Question {
    fn from(name: QuestionName) -> Self {
        match name {
            QuestionName::Malignancy => Question::Malignancy,
            QuestionName::PointIsNodule => Question::PointIsNodule,
            QuestionName::AdenocarcinomaVsSquamous => Question::AdenocarcinomaVsSquamous,
            QuestionName::AdenocarcinomaVsGranuloma => Question::AdenocarcinomaVsGranuloma,
            QuestionName::SliceContainsNodule => Question::SliceContainsNodule,
        }
    }
}

/// `--kernel`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum ReconstructionKernel {
    /// Smooth, for the mediastinum
    Soft,
    /// In between
    Standard,
    /// Sharp, with edge enhancement
    Lung,
}

impl From<ReconstructionKernel> for Kernel {
    fn from(name: ReconstructionKernel) -> Self {
        match name {
            ReconstructionKernel::Soft => Self::Soft,
            ReconstructionKernel::Standard => Self::Standard,
            ReconstructionKernel::Lung => Self::Lung,
        }
    }
}

/// `--dose`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum DoseLevel {
    /// As for screening
    Low,
    /// As for diagnosis
    Standard,
    /// Twice that
    High,
}

impl From<DoseLevel> for Dose {
    fn from(level: DoseLevel) -> Self {
        match level {
            DoseLevel::Low => Self::Low,
            DoseLevel::Standard => Self::Standard,
            DoseLevel::High => Self::High,
        }
    }
}
