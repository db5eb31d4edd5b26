//! Cases that a network other than M3Net learns from: what is known of each, and which of them teach.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand::seq::SliceRandom;
use sha2::{Digest, Sha256};

use super::described::Description;
use super::draw::generator;
use super::error::TrainingError;
use super::split::Split;
use crate::clinical::ClinicalFields;
use crate::dataset;

/// What is known of a case besides its pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortCase {
    /// As in the manifest.
    pub id: String,
    /// As in the manifest: never divided.
    pub patient: String,
    /// The label: the second of the network's classes.
    pub positive: bool,
    /// Of the patient.
    pub fields: ClinicalFields,
    /// Mean diameter, mm, where it is known.
    pub diameter_mm: Option<f64>,
    /// What else is said of the nodule: for teaching alone.
    pub described: Description,
    /// What the manifest uses it for, where it is divided once.
    pub part: Option<dataset::Split>,
    /// Fold, where it is divided into folds.
    pub fold: Option<u32>,
}

/// Cases with what the network reads of them.
#[derive(Clone, Debug, Default)]
pub struct Cohort {
    /// In the order of the manifest.
    pub cases: Vec<CohortCase>,
    /// Of each case, as its network's part of this room keeps it.
    pub inputs: Vec<Arc<[u8]>>,
}

impl Cohort {
    /// How often each class is among these cases: negative, positive.
    pub fn classes(&self, cases: &[usize]) -> [usize; 2] {
        let positive = cases.iter().filter(|&&n| self.cases[n].positive).count();
        [cases.len() - positive, positive]
    }

    /// SHA-256 of what a case teaches: what is known of it, and what the network reads of it.
    pub(super) fn sum(&self, case: usize) -> [u8; 32] {
        let CohortCase { id, patient, positive, fields, diameter_mm, described, part: _, fold: _ } =
            &self.cases[case];
        let known = (id, patient, positive, fields, diameter_mm, described);
        let mut hash = Sha256::new_with_prefix(serde_json::to_vec(&known).unwrap_or_default());
        if let Some(input) = self.inputs.get(case) {
            hash.update(input);
        }
        hash.finalize().into()
    }

    /// Some of what is said of these cases, case by case.
    pub(super) fn described(&self, cases: &[usize], values: &[usize]) -> Vec<Option<f32>> {
        let of = |&case: &usize| values.iter().map(move |&n| self.cases[case].described[n]);
        cases.iter().flat_map(of).collect()
    }

    /// Weights of the classes by which both have the same say: negative, positive.
    /// - `balanced`: else 1 for both
    pub fn class_weights(&self, cases: &[usize], balanced: bool) -> [f32; 2] {
        let counts = self.classes(cases);
        counts.map(
            |count| {
                if balanced && count > 0 { cases.len() as f32 / (2.0 * count as f32) } else { 1.0 }
            },
        )
    }

    /// Divides the cases: as the manifest does, or by a fold that is held out. Where the manifest names
    /// nobody who measures progress, a share of the patients is drawn, of each label alike.
    /// - `held_out`: fold; of a manifest that is divided once it is not asked for
    /// - `needed`: cases of the largest batch
    /// - errors: too few cases left to learn from
    pub fn split(
        &self,
        held_out: Option<u32>,
        validation: f64,
        needed: usize,
        seed: u64,
    ) -> Result<Split, TrainingError> {
        use dataset::Split as Part;
        let divided = self.cases.iter().any(|case| case.part.is_some());
        let all = || 0..self.cases.len();
        let part = |wanted: Part| all().filter(move |&n| self.cases[n].part == Some(wanted));
        let (mut train, mut kept, test): (Vec<usize>, Vec<usize>, Vec<usize>) = if divided {
            (part(Part::Train).collect(), part(Part::Validation).collect(), part(Part::Test).collect())
        } else {
            let (test, train) = all().partition(|&n| held_out.is_some() && self.cases[n].fold == held_out);
            (train, Vec::new(), test)
        };
        if kept.is_empty() && validation > 0.0 {
            let mut patients: BTreeMap<&str, bool> = BTreeMap::new();
            for &n in &train {
                *patients.entry(&self.cases[n].patient).or_default() |= self.cases[n].positive;
            }
            let mut random = generator(seed, "validation", &[u64::from(held_out.unwrap_or(u32::MAX))]);
            let mut drawn: BTreeSet<&str> = BTreeSet::new();
            for label in [false, true] {
                let mut own: Vec<&str> =
                    patients.iter().filter(|(_, l)| **l == label).map(|(p, _)| *p).collect();
                own.shuffle(&mut random);
                let count = (own.len() as f64 * validation).round() as usize;
                drawn.extend(own.into_iter().take(count));
            }
            (kept, train) = train.into_iter().partition(|&n| drawn.contains(self.cases[n].patient.as_str()));
        }
        if train.len() < needed.max(2) {
            let fold = held_out.unwrap_or_default();
            return Err(TrainingError::TooFew { fold, count: train.len(), needed: needed.max(2) });
        }
        Ok(Split { train, validation: kept, test })
    }
}

/// SHA-256 of names of cases, hex.
/// - `ids`: each once, sorted
pub fn sum_of_ids(ids: &BTreeSet<&str>) -> String {
    let mut hash = Sha256::new();
    for id in ids {
        hash.update((id.len() as u64).to_le_bytes());
        hash.update(id);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort(part: impl Fn(usize) -> Option<dataset::Split>) -> Cohort {
        let case = |n: usize| CohortCase {
            id: format!("c{n}"),
            patient: format!("p{}", n / 2),
            positive: n % 4 < 2,
            fields: ClinicalFields::default(),
            diameter_mm: None,
            described: Description::default(),
            part: part(n),
            fold: Some(n as u32 / 2 % 5),
        };
        Cohort { cases: (0..40).map(case).collect(), inputs: Vec::new() }
    }

    #[test]
    fn whatever_a_case_teaches_is_in_its_sum() {
        let mut all = cohort(|_| None);
        all.inputs = vec![Arc::from([1, 2, 3]); 40];
        let first = all.sum(7);
        let other = |change: &dyn Fn(&mut CohortCase)| {
            let mut all = all.clone();
            change(&mut all.cases[7]);
            all.sum(7)
        };
        assert_eq!(other(&|case| case.fold = None), first, "who teaches is the split's");
        assert_ne!(other(&|case| case.positive ^= true), first);
        assert_ne!(other(&|case| case.fields.age_years = Some(50.0)), first);
        assert_ne!(other(&|case| case.diameter_mm = Some(7.5)), first);
        assert_ne!(other(&|case| case.described[2] = Some(0.5)), first);
        assert_ne!(all.sum(8), first, "by its name");
        all.inputs[7] = Arc::from([1, 2, 4]);
        assert_ne!(all.sum(7), first, "by what is read of it");
    }

    #[test]
    fn patients_are_never_divided_and_both_labels_measure_progress() {
        let cohort = cohort(|_| None);
        let split = cohort.split(Some(2), 0.25, 4, 1).expect("enough");
        let patients =
            |cases: &[usize]| cases.iter().map(|&n| cohort.cases[n].patient.clone()).collect::<BTreeSet<_>>();
        let [a, b, c] = [&split.train, &split.validation, &split.test].map(|cases| patients(cases));
        assert!(a.is_disjoint(&b) && a.is_disjoint(&c) && b.is_disjoint(&c));
        assert_eq!(a.len() + b.len() + c.len(), 20);
        assert!(cohort.classes(&split.validation).iter().all(|count| *count > 0));
        assert!(matches!(cohort.split(Some(2), 0.25, 64, 1), Err(TrainingError::TooFew { .. })));
    }

    #[test]
    fn a_sum_of_names_tells_which_they_are_and_not_in_which_order() {
        let sum = |ids: &[&str]| sum_of_ids(&ids.iter().copied().collect());
        assert_eq!(sum(&["a", "bc"]), sum(&["bc", "a"]));
        assert!(sum(&["a", "bc"]) != sum(&["ab", "c"]) && sum(&["a"]) != sum(&["a", ""]));
        assert_eq!(sum(&["a"]).len(), 64);
    }

    #[test]
    fn a_manifest_that_is_divided_once_decides() {
        use dataset::Split::{Test, Train, Validation};
        let cohort = cohort(|n| Some([Train, Train, Validation, Test][n / 2 % 4]));
        let split = cohort.split(Some(0), 0.25, 4, 1).expect("enough");
        assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (20, 10, 10));
        assert_eq!(cohort.class_weights(&[0, 1, 2, 4], true), [2.0, 2.0 / 3.0]);
    }
}
