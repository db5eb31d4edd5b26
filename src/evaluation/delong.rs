//! The variance of the area under the ROC curve, and the test of two of them on the same cases.
//!
//! E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988), with the midranks of X. Sun
//! and W. Xu, IEEE Signal Processing Letters 21 (2014), for independent cases; N. A. Obuchowski,
//! Biometrics 53 (1997), for several cases of one patient. The second with a patient for each case is the
//! first, so both are one computation here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::interval::{Interval, Z_95, upper_tail};
use super::roc::both_classes;
use super::scored::same_length;
use super::{EvaluationError, Scored};

/// An area under the ROC curve and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AucEstimate {
    /// The area, 0 to 1.
    pub auc: f64,
    /// Variance of the area.
    pub variance: f64,
}

impl AucEstimate {
    /// 95 % interval on the logit scale, which stays within 0 and 1 and is nearer to its level for areas
    /// near 1 (Pepe, The Statistical Evaluation of Medical Tests, 2003, section 5.2). `None` for an area of
    /// 0 or 1, where DeLong's variance vanishes and says nothing.
    pub fn interval(&self) -> Option<Interval> {
        let spread = self.auc * (1.0 - self.auc);
        if spread <= 0.0 {
            return None;
        }
        let logit = (self.auc / (1.0 - self.auc)).ln();
        let half = Z_95 * self.variance.sqrt() / spread;
        let end = super::predictions::probability;
        Some(Interval { low: end(logit - half), high: end(logit + half) })
    }

    /// 95 % interval as area ± 1.96 standard errors, as many packages print it; not cut off at 0 and 1.
    pub fn plain_interval(&self) -> Interval {
        let half = Z_95 * self.variance.sqrt();
        Interval { low: self.auc - half, high: self.auc + half }
    }
}

/// Two classifiers on the same cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairedTest {
    /// Area of the first, then of the second.
    pub auc: [f64; 2],
    /// First minus second.
    pub difference: f64,
    /// Variance of the difference.
    pub variance: f64,
    /// Two-sided p of no difference; 1 where both order all cases alike.
    pub p: f64,
}

/// The area with DeLong's variance: cases are independent.
/// - errors: fewer than two cases of each class
pub fn delong(scored: &Scored) -> Result<AucEstimate, EvaluationError> {
    obuchowski(scored, &each_alone(scored))
}

/// The area with Obuchowski's variance: cases of one patient depend on each other.
/// - `patients`: a number for the patient of each case
/// - errors: fewer than two patients with cases of a class, unequal lengths
pub fn obuchowski(scored: &Scored, patients: &[usize]) -> Result<AucEstimate, EvaluationError> {
    let own = Components::new(scored)?;
    Ok(AucEstimate { auc: own.auc, variance: covariance(&own, &own, scored, patients)?.max(0.0) })
}

/// DeLong's test of two classifiers on the same cases, which are independent.
/// - errors: other labels, fewer than two cases of each class
pub fn delong_paired(first: &Scored, second: &Scored) -> Result<PairedTest, EvaluationError> {
    obuchowski_paired(first, second, &each_alone(first))
}

/// The test of two classifiers on the same cases, where cases of one patient depend on each other.
/// - `patients`: a number for the patient of each case
/// - errors: other labels, fewer than two patients with cases of a class, unequal lengths
pub fn obuchowski_paired(
    first: &Scored,
    second: &Scored,
    patients: &[usize],
) -> Result<PairedTest, EvaluationError> {
    if first.malignant() != second.malignant() {
        return Err(EvaluationError::OtherLabels);
    }
    let (a, b) = (Components::new(first)?, Components::new(second)?);
    let between = |x: &Components, y: &Components| covariance(x, y, first, patients);
    let variance = (between(&a, &a)? + between(&b, &b)? - 2.0 * between(&a, &b)?).max(0.0);
    let difference = a.auc - b.auc;
    let p = if difference == 0.0 { 1.0 } else { 2.0 * upper_tail(difference.abs() / variance.sqrt()) };
    Ok(PairedTest { auc: [a.auc, b.auc], difference, variance, p })
}

fn each_alone(scored: &Scored) -> Vec<usize> {
    (0..scored.count()).collect()
}

/// What each case contributes to the area: for a malignant one the fraction of benign cases below it, for
/// a benign one the fraction of malignant cases above it, ties counting one half.
struct Components {
    auc: f64,
    of_case: Vec<f64>,
}

impl Components {
    fn new(scored: &Scored) -> Result<Self, EvaluationError> {
        let [malignant, benign] = both_classes(scored, 2)?;
        let (mut of_malignant, mut of_benign) = (Vec::new(), Vec::new());
        for (score, positive) in scored.iter() {
            if positive { &mut of_malignant } else { &mut of_benign }.push(score);
        }
        let among_all = midranks(scored.scores());
        let mut among_malignant = midranks(&of_malignant).into_iter();
        let mut among_benign = midranks(&of_benign).into_iter();
        let mut of_case = Vec::with_capacity(scored.count());
        for (rank, &positive) in among_all.iter().zip(scored.malignant()) {
            let own = if positive { among_malignant.next() } else { among_benign.next() }.unwrap_or(0.0);
            // The rank among all less that among one's own is the number of the others below.
            of_case.push(if positive {
                (rank - own) / benign as f64
            } else {
                1.0 - (rank - own) / malignant as f64
            });
        }
        Ok(Self { auc: super::auc(scored)?, of_case })
    }
}

/// Ranks from 1 in rising order; equal values share the mean of their ranks.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        for (_, place) in equal {
            if let Some(slot) = ranks.get_mut(*place) {
                *slot = rank;
            }
        }
        before += equal.len();
    }
    ranks
}

/// Of one patient and one class: number of cases, and how far their components exceed the area, for each
/// of two classifiers.
#[derive(Clone, Copy, Default)]
struct ClassSums {
    cases: usize,
    excess_a: f64,
    excess_b: f64,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    malignant: ClassSums,
    benign: ClassSums,
}

/// Covariance of two areas on the same cases: Obuchowski's sums over patients.
fn covariance(
    a: &Components,
    b: &Components,
    scored: &Scored,
    patients: &[usize],
) -> Result<f64, EvaluationError> {
    same_length("patients", scored.count(), patients.len())?;
    let mut sums: BTreeMap<usize, Sums> = BTreeMap::new();
    let components = a.of_case.iter().zip(&b.of_case);
    for ((patient, malignant), (of_a, of_b)) in patients.iter().zip(scored.malignant()).zip(components) {
        let of_patient = sums.entry(*patient).or_default();
        let class = if *malignant { &mut of_patient.malignant } else { &mut of_patient.benign };
        class.cases += 1;
        class.excess_a += of_a - a.auc;
        class.excess_b += of_b - b.auc;
    }
    let with = |class: fn(&Sums) -> &ClassSums| sums.values().filter(|s| class(s).cases > 0).count() as f64;
    let (with_malignant, with_benign) = (with(|s| &s.malignant), with(|s| &s.benign));
    if with_malignant < 2.0 || with_benign < 2.0 {
        return Err(EvaluationError::Patients);
    }
    let [malignant, benign] = scored.classes().map(|n| n as f64);
    let (mut within_malignant, mut within_benign, mut across) = (0.0, 0.0, 0.0);
    for Sums { malignant: m, benign: b } in sums.values() {
        within_malignant += m.excess_a * m.excess_b;
        within_benign += b.excess_a * b.excess_b;
        across += m.excess_a * b.excess_b + b.excess_a * m.excess_b;
    }
    // Each sum is corrected for the number of patients that it is over.
    let corrected = |sum: f64, patients: f64| patients / (patients - 1.0) * sum;
    Ok(corrected(within_malignant, with_malignant) / (malignant * malignant)
        + corrected(within_benign, with_benign) / (benign * benign)
        + corrected(across, sums.len() as f64) / (malignant * benign))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evaluation::tests::{cases, normal_cases, scored};

    proptest! {
        #[test]
        fn the_variance_does_not_change_when_scores_or_labels_are_turned_round(case in cases()) {
            let plain = delong(&case).expect("two of each class");
            let opposite = scored(case.scores().iter().map(|s| -s), case.malignant());
            let turned = delong(&opposite).expect("two of each class");
            // Sums of at most 60 terms, each below 1.
            prop_assert!((plain.variance - turned.variance).abs() < 1e-13);
            prop_assert!((plain.auc + turned.auc - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn a_copy_of_each_case_in_its_patient_leaves_the_clustered_variance_as_it_is() {
        let single = normal_cases(4, 60, 1.0);
        let doubled = single.select((0..60).flat_map(|n| [n, n])).expect("cases");
        let pairs: Vec<usize> = (0..120).map(|n| n / 2).collect();
        let (alone, clustered) =
            (delong(&single).expect("cases"), obuchowski(&doubled, &pairs).expect("patients"));
        // The same sums over patients but for roundings.
        assert!((alone.variance - clustered.variance).abs() < 1e-12, "{alone:?} {clustered:?}");
        assert!(delong(&doubled).expect("cases").variance < 0.6 * alone.variance);
    }

    #[test]
    fn a_classifier_against_itself_and_its_opposite() {
        let case = normal_cases(2, 100, 1.0);
        assert_eq!(delong_paired(&case, &case).expect("a test").p, 1.0);
        let opposite = scored(case.scores().iter().map(|s| -s), case.malignant());
        assert!(delong_paired(&case, &opposite).expect("a test").p < 1e-6);
    }

    #[test]
    fn a_perfect_area_has_no_interval_and_too_few_cases_no_variance() {
        let perfect =
            delong(&scored([3.0, 2.0, 1.0, 0.0], &[true, true, false, false])).expect("two of each");
        assert_eq!((perfect.auc, perfect.variance, perfect.interval()), (1.0, 0.0, None));
        assert!(delong(&scored([3.0, 1.0, 0.0], &[true, false, false])).is_err());
        let case = normal_cases(1, 8, 1.0);
        assert_eq!(obuchowski(&case, &[7; 8]), Err(EvaluationError::Patients));
        let other =
            scored(case.scores().iter().copied(), &case.malignant().iter().map(|m| !m).collect::<Vec<_>>());
        assert_eq!(delong_paired(&case, &other), Err(EvaluationError::OtherLabels));
    }
}
