//! The receiver operating characteristic, the area under it, and the precision-recall curve.

use serde::Serialize;

use super::{EvaluationError, Scored};

/// One point of a ROC curve: cases with a score of `threshold` or more are called malignant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RocPoint {
    /// A score; infinite at the first point, where no case is called malignant.
    pub threshold: f64,
    /// Sensitivity: fraction of the malignant cases that are called so.
    pub true_positive_rate: f64,
    /// 1 - specificity: fraction of the benign cases that are called malignant.
    pub false_positive_rate: f64,
}

/// One point of a precision-recall curve: cases with a score of `threshold` or more are called
/// malignant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PrecisionRecallPoint {
    /// A score.
    pub threshold: f64,
    /// Fraction of the malignant cases that are called so.
    pub recall: f64,
    /// Fraction of the cases called malignant that are so.
    pub precision: f64,
}

/// The curve from (0, 0) to (1, 1), one point for each score: none is left out.
/// - errors: fewer than one case of each class
pub fn roc_curve(scored: &Scored) -> Result<Vec<RocPoint>, EvaluationError> {
    let [malignant, benign] = both_classes(scored, 1)?;
    let first = RocPoint { threshold: f64::INFINITY, true_positive_rate: 0.0, false_positive_rate: 0.0 };
    let rest = scored.cumulative().into_iter().map(|step| RocPoint {
        threshold: step.score,
        true_positive_rate: step.malignant as f64 / malignant as f64,
        false_positive_rate: step.benign as f64 / benign as f64,
    });
    Ok(std::iter::once(first).chain(rest).collect())
}

/// Area under the ROC curve, 0 to 1: the chance that a malignant case scores higher than a benign one,
/// a tie counting one half.
/// - errors: fewer than one case of each class
pub fn auc(scored: &Scored) -> Result<f64, EvaluationError> {
    let [malignant, benign] = both_classes(scored, 1)?;
    // In half pairs, so that every sum is a whole number and the result does not depend on the order.
    let mut half_pairs: u64 = 0;
    let mut before = [0, 0];
    for step in scored.cumulative() {
        let (higher, here) = (before[0], step.malignant - before[0]);
        let benign_here = step.benign - before[1];
        half_pairs += (2 * higher + here) as u64 * benign_here as u64;
        before = [step.malignant, step.benign];
    }
    Ok(half_pairs as f64 / (2.0 * malignant as f64 * benign as f64))
}

/// The curve from the highest score down, one point for each score.
/// - errors: no malignant case
pub fn precision_recall_curve(scored: &Scored) -> Result<Vec<PrecisionRecallPoint>, EvaluationError> {
    let [malignant, benign] = scored.classes();
    if malignant == 0 {
        return Err(EvaluationError::Classes { malignant, benign, needed: 1 });
    }
    let point = |step: super::scored::Step| PrecisionRecallPoint {
        threshold: step.score,
        recall: step.malignant as f64 / malignant as f64,
        precision: step.malignant as f64 / (step.malignant + step.benign) as f64,
    };
    Ok(scored.cumulative().into_iter().map(point).collect())
}

/// Area under the precision-recall curve as average precision: the mean of the precisions, each weighted
/// by the recall that its threshold adds. Nothing is interpolated, which would flatter (Davis and
/// Goadrich, ICML 2006).
/// - errors: no malignant case
pub fn average_precision(scored: &Scored) -> Result<f64, EvaluationError> {
    let mut recall = 0.0;
    let mut sum = 0.0;
    for point in precision_recall_curve(scored)? {
        sum += (point.recall - recall) * point.precision;
        recall = point.recall;
    }
    Ok(sum)
}

/// Numbers of malignant and benign cases.
/// - errors: fewer than `needed` of one of them
pub(super) fn both_classes(scored: &Scored, needed: usize) -> Result<[usize; 2], EvaluationError> {
    let [malignant, benign] = scored.classes();
    if malignant < needed || benign < needed {
        return Err(EvaluationError::Classes { malignant, benign, needed });
    }
    Ok([malignant, benign])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evaluation::tests::{cases, scored};

    proptest! {
        #[test]
        fn the_area_does_not_change_under_a_rising_map(case in cases()) {
            let plain = auc(&case).expect("both classes");
            let map = |s: f64| (s / 3.0).exp() + 7.0;
            let mapped = scored(case.scores().iter().map(|s| map(*s)), case.malignant());
            // Scores of the strategy are whole numbers: none become equal by rounding.
            prop_assert_eq!(plain, auc(&mapped).expect("both classes"));
        }

        #[test]
        fn the_area_of_the_opposite_score_or_label_is_the_complement(case in cases()) {
            let plain = auc(&case).expect("both classes");
            let opposite = scored(case.scores().iter().map(|s| -s), case.malignant());
            let swapped: Vec<bool> = case.malignant().iter().map(|m| !m).collect();
            let relabelled = scored(case.scores().iter().copied(), &swapped);
            // One rounding each of a division and of the sum.
            prop_assert!((auc(&opposite).expect("both") - (1.0 - plain)).abs() < 1e-15);
            prop_assert!((auc(&relabelled).expect("both") - (1.0 - plain)).abs() < 1e-15);
        }

        #[test]
        fn the_area_is_the_fraction_of_pairs_and_that_under_the_curve(case in cases()) {
            let [malignant, benign] = case.classes();
            let mut wins = 0.0;
            for (a, _) in case.iter().filter(|c| c.1) {
                for (b, _) in case.iter().filter(|c| !c.1) {
                    wins += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
                }
            }
            let area = auc(&case).expect("both classes");
            prop_assert!((area - wins / (malignant * benign) as f64).abs() < 1e-12);
            let curve = roc_curve(&case).expect("both classes");
            let trapezia: f64 = curve
                .windows(2)
                .map(|w| (w[1].false_positive_rate - w[0].false_positive_rate)
                    * (w[0].true_positive_rate + w[1].true_positive_rate) / 2.0)
                .sum();
            // Sums of at most 60 terms below 1.
            prop_assert!((area - trapezia).abs() < 1e-12);
        }
    }

    #[test]
    fn one_class_alone_has_no_area_and_says_so() {
        let error = auc(&scored([1.0, 2.0], &[true, true])).expect_err("no benign case");
        assert!(error.to_string().contains("2 malignant and 0 benign"), "{error}");
        assert!(average_precision(&scored([1.0], &[false])).is_err());
        assert_eq!(average_precision(&scored([1.0, 0.0], &[true, true])), Ok(1.0));
    }
}
