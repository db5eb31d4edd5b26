//! The same figures for parts of the cases, and the summary of all: rows of numbers, and as Markdown and
//! CSV.

use std::collections::BTreeSet;

use serde::Serialize;

use super::calibration::{brier, expected_calibration_error, negative_log_likelihood};
use super::interval::wilson;
use super::table::csv_bytes;
use super::{
    Bootstrap, Case, Confusion, Estimate, EvaluationError, Predictions, Scored, Threshold, auc,
    average_precision,
};

/// Cases of a class below which a rate or an area of a subgroup is not given: its interval would span
/// most of the scale, and the percentile bootstrap does not keep its level with so few.
const FEWEST: usize = 10;

/// What cases are parted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stratum {
    /// Mean diameter by the readers, mm. Below 6 and from 20 mm on only counts are given: there labels
    /// nearly follow from size. 6 to 10 mm, where a question is asked most, stands as a whole besides.
    Size,
    /// Mean texture by the readers: non-solid below 2, part-solid below 4, else solid, the nearest of the
    /// three named values 1, 3 and 5 of the scale.
    Texture,
    /// Distance of neighbouring slices: up to 1.25 mm, up to 2 mm, more.
    SliceSpacing,
}

impl Stratum {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Size, Self::Texture, Self::SliceSpacing];

    /// The table's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Size => "Mean diameter by the readers",
            Self::Texture => "Texture by the readers",
            Self::SliceSpacing => "Slice spacing",
        }
    }

    /// Names in rising order, each with whether only counts are given.
    fn groups(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Size => &[
                ("< 6 mm", true),
                ("6 to < 8 mm", false),
                ("8 to < 10 mm", false),
                ("6 to < 10 mm", false),
                ("10 to < 15 mm", false),
                ("15 to < 20 mm", false),
                ("≥ 20 mm", true),
            ],
            Self::Texture => &[("non-solid", false), ("part-solid", false), ("solid", false)],
            Self::SliceSpacing => &[("≤ 1.25 mm", false), ("> 1.25 to 2 mm", false), ("> 2 mm", false)],
        }
    }

    /// Whether a case is of the group at this place of `groups`; `None` where the table does not say.
    fn holds(self, place: usize, case: &Case) -> Option<bool> {
        let within = |value: f64, limits: &[[f64; 2]]| {
            limits.get(place).is_some_and(|[low, high]| value >= *low && value < *high)
        };
        const NO_END: f64 = f64::INFINITY;
        Some(match self {
            Self::Size => within(
                case.diameter_mm?,
                &[
                    [0.0, 6.0],
                    [6.0, 8.0],
                    [8.0, 10.0],
                    [6.0, 10.0],
                    [10.0, 15.0],
                    [15.0, 20.0],
                    [20.0, NO_END],
                ],
            ),
            Self::Texture => within(case.texture?, &[[0.0, 2.0], [2.0, 4.0], [4.0, NO_END]]),
            Self::SliceSpacing => {
                let spacing = case.slice_spacing_mm?;
                [1.25, 2.0].iter().filter(|limit| spacing > **limit).count() == place
            }
        })
    }
}

/// One part of the cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubgroupRow {
    /// Its name.
    pub group: String,
    /// Number of cases.
    pub cases: usize,
    /// Number of patients.
    pub patients: usize,
    /// Number of malignant cases.
    pub malignant: usize,
    /// Area under the ROC curve; `None` with fewer than 10 cases of a class, and where only counts are
    /// given.
    pub auc: Option<Estimate>,
    /// Sensitivity at the threshold of the table, with Wilson's interval of patients where it is 0 or 1;
    /// `None` as above, for malignant cases.
    pub sensitivity: Option<Estimate>,
    /// Specificity, likewise; `None` as above, for benign cases.
    pub specificity: Option<Estimate>,
}

/// Figures by subgroup, intervals by patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubgroupTable {
    /// What the cases are parted by.
    pub title: &'static str,
    /// All cases first, then each group that the stratum has, then those of which it is not known.
    pub rows: Vec<SubgroupRow>,
}

impl SubgroupTable {
    /// - `threshold`: one for all groups, found on all cases
    /// - errors: Youden with one class alone
    pub fn new(
        predictions: &Predictions,
        stratum: Stratum,
        threshold: Threshold,
        bootstrap: &Bootstrap,
    ) -> Result<Self, EvaluationError> {
        let scored = predictions.scored();
        let patients = predictions.patients();
        let score = threshold.score(&scored)?;
        let row = |name: &str, counts_only: bool, of: &dyn Fn(&Case) -> bool| {
            let places: Vec<usize> =
                predictions.cases().iter().enumerate().filter(|(_, c)| of(c)).map(|(n, _)| n).collect();
            let patients: Vec<usize> = places.iter().filter_map(|n| patients.get(*n).copied()).collect();
            let part = scored.select(places.iter().copied());
            let [malignant, benign] = part.as_ref().map_or([0, 0], Scored::classes);
            let given = part.as_ref().filter(|_| !counts_only);
            let of_malignant = given.filter(|_| malignant >= FEWEST);
            let of_benign = given.filter(|_| benign >= FEWEST);
            let at = |s: &Scored| Confusion::at(s, score);
            SubgroupRow {
                group: name.to_owned(),
                cases: places.len(),
                patients: patients.iter().collect::<BTreeSet<_>>().len(),
                malignant,
                auc: of_malignant
                    .and(of_benign)
                    .and_then(|s| bootstrap.estimate(s, &patients, |s| auc(s).ok()).ok()),
                sensitivity: of_malignant
                    .and_then(|s| rate(bootstrap, s, &patients, true, |s| at(s).sensitivity()).ok()),
                specificity: of_benign
                    .and_then(|s| rate(bootstrap, s, &patients, false, |s| at(s).specificity()).ok()),
            }
        };
        let mut rows = vec![row("all", false, &|_| true)];
        for (place, (name, counts_only)) in stratum.groups().iter().enumerate() {
            rows.push(row(name, *counts_only, &|c| stratum.holds(place, c) == Some(true)));
        }
        let unknown = row("not known", true, &|c| stratum.holds(0, c).is_none());
        if unknown.cases > 0 {
            rows.push(unknown);
        }
        Ok(Self { title: stratum.title(), rows })
    }

    /// As a table of a page, with figures to three decimals and 95 % intervals.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "| {} | nodules | patients | malignant | AUC (95 % CI) | sensitivity (95 % CI) | specificity (95 % CI) |\n|---|---:|---:|---:|---|---|---|\n",
            self.title
        );
        for row in &self.rows {
            let figures =
                [row.auc, row.sensitivity, row.specificity].map(|f| f.map_or("-".to_owned(), words));
            text += &format!(
                "| {} | {} | {} | {} | {} |\n",
                row.group,
                row.cases,
                row.patients,
                row.malignant,
                figures.join(" | ")
            );
        }
        text
    }

    /// As CSV with all decimals; a figure that is not given is empty.
    pub fn to_csv(&self) -> Result<Vec<u8>, EvaluationError> {
        let head = [
            "group",
            "nodules",
            "patients",
            "malignant",
            "auc",
            "auc_low",
            "auc_high",
            "sensitivity",
            "sensitivity_low",
            "sensitivity_high",
            "specificity",
            "specificity_low",
            "specificity_high",
        ];
        let rows = self.rows.iter().map(|row| {
            let counts = [row.cases, row.patients, row.malignant].map(|n| n.to_string());
            let figures = [row.auc, row.sensitivity, row.specificity].map(fields);
            std::iter::once(row.group.clone()).chain(counts).chain(figures.into_iter().flatten()).collect()
        });
        csv_bytes(&head, rows)
    }
}

/// All figures of one table of predictions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Number of cases.
    pub cases: usize,
    /// Number of patients.
    pub patients: usize,
    /// Number of malignant cases.
    pub malignant: usize,
    /// Name of each figure, with its interval by patient.
    pub figures: Vec<(&'static str, Estimate)>,
}

impl Summary {
    /// - `threshold`: for the figures at one; found once, on all cases
    /// - errors: a figure that is not defined for these cases
    pub fn new(
        predictions: &Predictions,
        threshold: Threshold,
        bootstrap: &Bootstrap,
    ) -> Result<Self, EvaluationError> {
        let scored = predictions.scored();
        let patients = predictions.patients();
        let score = threshold.score(&scored)?;
        type Figure<'a> = Box<dyn Fn(&Scored) -> Option<f64> + Sync + 'a>;
        let at = |rate: fn(&Confusion) -> Option<f64>| -> Figure<'_> {
            Box::new(move |s| rate(&Confusion::at(s, score)))
        };
        // With the class that a rate is of.
        let list: [(&'static str, Option<bool>, Figure<'_>); 10] = [
            ("AUC", None, Box::new(|s| auc(s).ok())),
            ("average precision", None, Box::new(|s| average_precision(s).ok())),
            ("accuracy", None, at(Confusion::accuracy)),
            ("balanced accuracy", None, at(Confusion::balanced_accuracy)),
            ("sensitivity", Some(true), at(Confusion::sensitivity)),
            ("specificity", Some(false), at(Confusion::specificity)),
            ("F1", None, at(Confusion::f1)),
            ("Brier score", None, Box::new(|s| Some(brier(s)))),
            ("calibration error (10 bins)", None, Box::new(|s| Some(expected_calibration_error(s)))),
            ("negative log likelihood", None, Box::new(|s| Some(negative_log_likelihood(s)))),
        ];
        let mut figures = Vec::new();
        for (name, class, figure) in list {
            let estimate = match class {
                Some(class) => rate(bootstrap, &scored, &patients, class, figure),
                None => bootstrap.estimate(&scored, &patients, figure),
            };
            figures.push((name, estimate?));
        }
        let [malignant, benign] = scored.classes();
        Ok(Self {
            cases: malignant + benign,
            patients: patients.iter().collect::<BTreeSet<_>>().len(),
            malignant,
            figures,
        })
    }

    /// As a table of a page, with figures to three decimals and 95 % intervals.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "| {} nodules, {} malignant, {} patients | value (95 % CI) |\n|---|---|\n",
            self.cases, self.malignant, self.patients
        );
        for (name, estimate) in &self.figures {
            text += &format!("| {name} | {} |\n", words(*estimate));
        }
        text
    }

    /// As CSV with all decimals.
    pub fn to_csv(&self) -> Result<Vec<u8>, EvaluationError> {
        let rows = self
            .figures
            .iter()
            .map(|(name, figure)| std::iter::once((*name).to_owned()).chain(fields(Some(*figure))).collect());
        csv_bytes(&["figure", "value", "low", "high"], rows)
    }
}

/// The interval of a rate among cases of one class, by patient.
fn rate(
    bootstrap: &Bootstrap,
    scored: &Scored,
    patients: &[usize],
    class: bool,
    figure: impl Fn(&Scored) -> Option<f64> + Sync,
) -> Result<Estimate, EvaluationError> {
    let mut estimate = bootstrap.estimate(scored, patients, figure)?;
    if estimate.value == 0.0 || estimate.value == 1.0 {
        // All samples of all or none say the same, and their interval has no width: Wilson's takes its
        // place, counting patients, not their nodules.
        let of_class = scored.malignant().iter().zip(patients).filter(|(m, _)| **m == class);
        let count = of_class.map(|(_, patient)| patient).collect::<BTreeSet<_>>().len();
        estimate.interval = wilson(if estimate.value == 1.0 { count } else { 0 }, count);
    }
    Ok(estimate)
}

/// `0.904 (0.881 to 0.925)`.
pub(super) fn words(estimate: Estimate) -> String {
    format!("{:.3} ({:.3} to {:.3})", estimate.value, estimate.interval.low, estimate.interval.high)
}

pub(super) fn fields(estimate: Option<Estimate>) -> [String; 3] {
    estimate.map(|e| [e.value, e.interval.low, e.interval.high].map(|v| v.to_string())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::normal_cases;

    fn predictions() -> Predictions {
        let scored = normal_cases(1, 120, 2.0);
        let sizes = [5.9, 6.0, 7.99, 8.0, 14.0, 20.0];
        let case = |(n, (margin, malignant)): (usize, (f64, bool))| Case {
            case: format!("n{n}"),
            patient: format!("P{}", n / 2),
            fold: None,
            malignant,
            margin: margin - 1.0,
            // Pairs of a malignant and a benign case share a size.
            diameter_mm: (n < 118).then(|| sizes[n / 2 % 6]),
            texture: Some([1.99, 2.0, 4.0][n % 3]),
            slice_spacing_mm: Some([1.25, 2.0, 2.5][n % 3]),
            ratings: Vec::new(),
        };
        Predictions::new(scored.iter().enumerate().map(case).collect()).expect("sound")
    }

    fn table(stratum: Stratum) -> SubgroupTable {
        let few = Bootstrap { samples: 50, seed: 1 };
        SubgroupTable::new(&predictions(), stratum, Threshold::default(), &few).expect("both classes")
    }

    #[test]
    fn sizes_fall_into_their_groups_and_the_ends_are_only_counted() {
        let table = table(Stratum::Size);
        let counts: Vec<(&str, usize)> = table.rows.iter().map(|r| (r.group.as_str(), r.cases)).collect();
        // 59 pairs in turn to six sizes, the last pair without one: 10 pairs each, 9 for the last.
        assert_eq!(
            counts,
            [
                ("all", 120),
                ("< 6 mm", 20),
                ("6 to < 8 mm", 40),
                ("8 to < 10 mm", 20),
                ("6 to < 10 mm", 60),
                ("10 to < 15 mm", 20),
                ("15 to < 20 mm", 0),
                ("≥ 20 mm", 18),
                ("not known", 2)
            ]
        );
        let given: Vec<bool> = table.rows.iter().map(|r| r.auc.is_some()).collect();
        assert_eq!(given, [true, false, true, true, true, true, false, false, false]);
        assert_eq!(table.rows[2].patients, 20);
    }

    #[test]
    fn texture_and_spacing_have_their_limits_where_the_page_says() {
        for stratum in [Stratum::Texture, Stratum::SliceSpacing] {
            let counts: Vec<usize> = table(stratum).rows.iter().map(|r| r.cases).collect();
            assert_eq!(counts, [120, 40, 40, 40], "{stratum:?}");
        }
    }

    #[test]
    fn a_rate_of_all_or_none_still_has_an_interval_of_some_width() {
        let scored = normal_cases(1, 40, 0.0);
        let patients: Vec<usize> = (0..40).map(|n| n / 4).collect();
        let found = rate(&Bootstrap::default(), &scored, &patients, true, |s| {
            Confusion::at(s, f64::NEG_INFINITY).sensitivity()
        });
        // Twenty malignant nodules of ten patients.
        assert_eq!(found.expect("cases").interval, wilson(10, 10));
    }

    #[test]
    fn tables_are_written_for_people_and_for_programs() {
        let table = table(Stratum::Size);
        let page = table.to_markdown();
        assert_eq!(page.lines().count(), 2 + table.rows.len());
        assert!(page.lines().all(|l| l.matches('|').count() == 8), "{page}");
        assert!(page.contains("| 15 to < 20 mm | 0 | 0 | 0 | - | - | - |"), "{page}");
        let bytes = table.to_csv().expect("written");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
        assert_eq!(rows[0][4].parse(), Ok(table.rows[0].auc.expect("given").value));
        assert_eq!(&rows[6][4], "");
    }

    #[test]
    fn the_summary_holds_every_figure_within_its_interval() {
        let few = Bootstrap { samples: 200, seed: 1 };
        let summary = Summary::new(&predictions(), Threshold::Youden, &few).expect("both classes");
        assert_eq!((summary.cases, summary.patients, summary.malignant), (120, 60, 60));
        for (name, figure) in &summary.figures {
            // Calibration error grows with resampling; the others lie well inside.
            let inside = figure.interval.low <= figure.value && figure.value <= figure.interval.high;
            assert!(inside || *name == "calibration error (10 bins)", "{name}: {figure:?}");
        }
        assert_eq!(summary.to_markdown().lines().count(), 12);
        let bytes = summary.to_csv().expect("written");
        assert_eq!(String::from_utf8(bytes).expect("text").lines().count(), 11);
    }
}
