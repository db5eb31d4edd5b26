//! Numbers of a manifest: by label, fold, size, texture, spacing. No volume is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::case::{Case, Characteristic, Label, Split};
use super::manifest::Manifest;

/// Cases by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub cases: usize,
    /// Label 1.
    pub positive: usize,
    /// Label 0.
    pub negative: usize,
    /// No label.
    pub undecided: usize,
}

impl Counts {
    fn add(&mut self, case: &Case) {
        self.cases += 1;
        match case.label {
            Some(Label::Positive) => self.positive += 1,
            Some(Label::Negative) => self.negative += 1,
            None => self.undecided += 1,
        }
    }
}

/// A quantity over cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Smallest.
    pub min: f64,
    /// Middle one (the lower of two).
    pub median: f64,
    /// Largest.
    pub max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let median = *values.get(values.len().saturating_sub(1) / 2)?;
        Some(Self { min: *values.first()?, median, max: *values.last()? })
    }
}

/// A group of cases and how many patients they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Patients in it.
    pub patients: usize,
    /// Cases in it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What a manifest holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    /// Patients.
    pub patients: usize,
    /// Patients with a labelled case.
    pub labelled_patients: usize,
    /// Volumes.
    pub images: usize,
    /// All cases.
    #[serde(flatten)]
    pub counts: Counts,
    /// By question.
    pub questions: Vec<Group>,
    /// By fold; `-1` held out, `none` not assigned.
    pub folds: Vec<Group>,
    /// By split; empty where no case has one.
    pub splits: Vec<Group>,
    /// By mean diameter, the classes of Lung-RADS: under 6, 6 to under 8, 8 to under 15, 15 mm and more.
    pub sizes: Vec<Group>,
    /// By mean rating of texture: up to 2 non-solid, from 4 solid, part-solid between.
    pub textures: Vec<Group>,
    /// By number of ratings.
    pub ratings: Vec<Group>,
    /// By data set.
    pub sources: Vec<Group>,
    /// Distance of columns, mm.
    pub in_plane_mm: Option<Spread>,
    /// Distance of slices, mm.
    pub slice_mm: Option<Spread>,
    /// Mean diameter, mm.
    pub diameter_mm: Option<Spread>,
    /// Standard deviation of a case's ratings, in steps of the scale of malignancy.
    pub disagreement: Option<Spread>,
}

/// Counts the cases of a manifest. Groups without a case are left out.
pub fn stats(manifest: &Manifest) -> Stats {
    let cases = &manifest.cases;
    let mut counts = Counts::default();
    cases.iter().for_each(|c| counts.add(c));
    let patients: BTreeSet<&str> = cases.iter().map(|c| c.patient.as_str()).collect();
    let labelled: BTreeSet<&str> =
        cases.iter().filter(|c| c.label.is_some()).map(|c| c.patient.as_str()).collect();
    let images: BTreeSet<(&str, Option<&str>)> =
        cases.iter().map(|c| (c.image.as_str(), c.series_uid.as_deref())).collect();
    Stats {
        patients: patients.len(),
        labelled_patients: labelled.len(),
        images: images.len(),
        counts,
        questions: groups(cases, |c| (0, c.question.name().to_owned())),
        folds: groups(cases, |c| match c.fold {
            None => (i32::MAX, "none".to_owned()),
            Some(fold @ super::Fold::HeldOut) => (-1, fold.to_string()),
            Some(fold @ super::Fold::Number(n)) => (i32::from(n), fold.to_string()),
        }),
        splits: if cases.iter().any(|c| c.split.is_some()) {
            groups(cases, |c| {
                (c.split.map_or(i32::MAX, |s| s as i32), c.split.map_or("none", Split::name).to_owned())
            })
        } else {
            Vec::new()
        },
        sizes: groups(cases, |c| size(c.diameter_mm)),
        textures: groups(cases, |c| texture(c.characteristic(Characteristic::Texture))),
        ratings: groups(cases, |c| {
            let n = c.ratings.values().len();
            (n as i32, if n == 0 { "unknown".to_owned() } else { n.to_string() })
        }),
        sources: groups(cases, |c| {
            (0, if c.source.is_empty() { "unknown".to_owned() } else { c.source.clone() })
        }),
        in_plane_mm: Spread::of(cases.iter().map(|c| c.spacing_mm[0]).collect()),
        slice_mm: Spread::of(cases.iter().map(|c| c.spacing_mm[2]).collect()),
        diameter_mm: Spread::of(cases.iter().filter_map(|c| c.diameter_mm).collect()),
        disagreement: Spread::of(cases.iter().filter_map(|c| c.ratings.spread()).collect()),
    }
}

/// Cases grouped by a place in the order and a name.
fn groups(cases: &[Case], of: impl Fn(&Case) -> (i32, String)) -> Vec<Group> {
    let mut found: BTreeMap<(i32, String), (Counts, BTreeSet<&str>)> = BTreeMap::new();
    for case in cases {
        let (counts, patients) = found.entry(of(case)).or_default();
        counts.add(case);
        patients.insert(&case.patient);
    }
    found
        .into_iter()
        .map(|((_, name), (counts, patients))| Group { name, patients: patients.len(), counts })
        .collect()
}

fn size(diameter_mm: Option<f64>) -> (i32, String) {
    let (n, name) = match diameter_mm {
        None => (9, "unknown"),
        Some(mm) if mm < 6.0 => (0, "under 6 mm"),
        Some(mm) if mm < 8.0 => (1, "6 to 8 mm"),
        Some(mm) if mm < 15.0 => (2, "8 to 15 mm"),
        Some(_) => (3, "15 mm and more"),
    };
    (n, name.to_owned())
}

fn texture(mean: Option<f64>) -> (i32, String) {
    let (n, name) = match mean {
        None => (9, "unknown"),
        Some(mean) if mean <= 2.0 => (0, "non-solid"),
        Some(mean) if mean < 4.0 => (1, "part-solid"),
        Some(_) => (2, "solid"),
    };
    (n, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::manifest::tests::case;

    #[test]
    fn groups_follow_their_order_and_add_up() {
        let mut cases: Vec<Case> = (0..12).map(|n| case(&format!("c{n:02}"))).collect();
        for (n, case) in cases.iter_mut().enumerate() {
            case.diameter_mm = [Some(5.9), Some(6.0), Some(8.0), Some(15.0), None][n % 5];
            case.patient = format!("p{}", n / 2);
            case.fold = [Some(crate::dataset::Fold::HeldOut), Some(crate::dataset::Fold::Number(10)), None]
                [n / 2 % 3];
        }
        let stats = stats(&Manifest::new(cases));
        let names = |groups: &[Group]| groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            names(&stats.sizes),
            ["under 6 mm", "6 to 8 mm", "8 to 15 mm", "15 mm and more", "unknown"]
        );
        assert_eq!(names(&stats.folds), ["-1", "10", "none"]);
        assert_eq!(stats.sizes.iter().map(|g| g.counts.cases).sum::<usize>(), 12);
        assert_eq!((stats.patients, stats.folds[0].patients), (6, 2));
        let spread = stats.diameter_mm.expect("known");
        assert_eq!((spread.min, spread.median, spread.max), (5.9, 6.0, 15.0));
    }
}
