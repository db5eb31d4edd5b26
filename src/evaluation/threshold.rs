//! Cases called malignant or benign at a threshold.

use std::collections::BTreeSet;

use serde::Serialize;

use super::scored::same_length;
use super::{EvaluationError, Scored, roc_curve};

/// Where malignant begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// A probability of malignancy, 0 to 1, of this or more; scores are logit margins.
    Probability(f64),
    /// Where sensitivity + specificity is greatest on the cases themselves (W. J. Youden, Cancer 3, 1950);
    /// of several such scores the highest. Chosen on the cases it is applied to it flatters:
    /// `youden_out_of_fold` does not.
    Youden,
}

impl Default for Threshold {
    fn default() -> Self {
        Self::Probability(0.5)
    }
}

impl Threshold {
    /// The lowest score that is called malignant.
    /// - errors: Youden with one class alone
    pub fn score(self, scored: &Scored) -> Result<f64, EvaluationError> {
        match self {
            Self::Probability(p) => Ok(super::predictions::margin(p)),
            Self::Youden => {
                let mut best = (f64::NEG_INFINITY, f64::INFINITY);
                for point in roc_curve(scored)? {
                    let index = point.true_positive_rate - point.false_positive_rate;
                    if index > best.0 {
                        best = (index, point.threshold);
                    }
                }
                Ok(best.1)
            }
        }
    }
}

/// Numbers of cases by label and by what they were called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Malignant, called malignant.
    pub true_positives: usize,
    /// Benign, called malignant.
    pub false_positives: usize,
    /// Benign, called benign.
    pub true_negatives: usize,
    /// Malignant, called benign.
    pub false_negatives: usize,
}

impl Confusion {
    /// Cases with this score or more are called malignant.
    pub fn at(scored: &Scored, score: f64) -> Self {
        let mut counts = Self::default();
        scored.iter().for_each(|(s, malignant)| counts.add(s >= score, malignant));
        counts
    }

    fn add(&mut self, called: bool, malignant: bool) {
        *match (called, malignant) {
            (true, true) => &mut self.true_positives,
            (true, false) => &mut self.false_positives,
            (false, false) => &mut self.true_negatives,
            (false, true) => &mut self.false_negatives,
        } += 1;
    }

    /// Fraction of the cases called rightly; `None` where there are none, as with each of these.
    pub fn accuracy(&self) -> Option<f64> {
        let right = self.true_positives + self.true_negatives;
        ratio(right, right + self.false_positives + self.false_negatives)
    }

    /// Fraction of the malignant cases called so.
    pub fn sensitivity(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Fraction of the benign cases called so.
    pub fn specificity(&self) -> Option<f64> {
        ratio(self.true_negatives, self.true_negatives + self.false_positives)
    }

    /// Mean of sensitivity and specificity.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some(f64::midpoint(self.sensitivity()?, self.specificity()?))
    }

    /// Fraction of the cases called malignant that are so.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Harmonic mean of precision and sensitivity.
    pub fn f1(&self) -> Option<f64> {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives)
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Each fold called at the Youden threshold of the other folds: the threshold has not seen the cases.
/// - `folds`: the fold of each case
/// - errors: fewer than two folds, folds without which one class remains alone
pub fn youden_out_of_fold(scored: &Scored, folds: &[u32]) -> Result<Confusion, EvaluationError> {
    let mut counts = Confusion::default();
    each_fold(scored, folds, |others, fold| {
        let score = Threshold::Youden.score(&others)?;
        for (s, malignant) in scored.select(fold.iter().copied()).iter().flat_map(Scored::iter) {
            counts.add(s >= score, malignant);
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Calls `work` for each fold, in rising order, with the cases of the others and the places of its own.
/// - errors: unequal lengths, one fold alone, those of `work`
pub(super) fn each_fold(
    scored: &Scored,
    folds: &[u32],
    mut work: impl FnMut(Scored, &[usize]) -> Result<(), EvaluationError>,
) -> Result<(), EvaluationError> {
    same_length("folds", scored.count(), folds.len())?;
    for fold in folds.iter().collect::<BTreeSet<_>>() {
        let (own, others): (Vec<usize>, Vec<usize>) =
            (0..folds.len()).partition(|n| folds.get(*n) == Some(fold));
        work(scored.select(others.into_iter()).ok_or(EvaluationError::OneFold)?, &own)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::{normal_cases, scored};

    #[test]
    fn counts_and_rates_are_those_of_a_table_by_hand() {
        let case = scored([2.0, 1.0, 0.0, -1.0, -2.0], &[true, true, false, true, false]);
        let at_half = Confusion::at(&case, Threshold::default().score(&case).expect("a score"));
        // A probability of exactly one half is called malignant.
        let expected =
            Confusion { true_positives: 2, false_positives: 1, true_negatives: 1, false_negatives: 1 };
        assert_eq!(at_half, expected);
        assert_eq!(at_half.accuracy(), Some(0.6));
        assert_eq!(at_half.f1(), Some(4.0 / 6.0));
        assert_eq!(at_half.balanced_accuracy(), Some(f64::midpoint(2.0 / 3.0, 0.5)));
        assert_eq!(Threshold::Youden.score(&case), Ok(1.0));
        assert_eq!(Confusion::default().f1(), None);
    }

    #[test]
    fn a_fold_is_called_at_the_threshold_of_the_other() {
        let case = normal_cases(3, 90, 1.0);
        let folds: Vec<u32> = (0..90).map(|n| n / 45).collect();
        let [first, second] = [0..45, 45..90].map(|places| case.select(places).expect("cases"));
        let score = |of: &Scored| Threshold::Youden.score(of).expect("both classes");
        let (a, b) = (Confusion::at(&first, score(&second)), Confusion::at(&second, score(&first)));
        let pooled = youden_out_of_fold(&case, &folds).expect("two folds");
        assert_ne!(score(&first), score(&second), "or the test would not tell them apart");
        assert_eq!(pooled.true_positives, a.true_positives + b.true_positives);
        assert_eq!(pooled.false_positives, a.false_positives + b.false_positives);
        assert_eq!(pooled.false_negatives, a.false_negatives + b.false_negatives);
        assert_eq!(youden_out_of_fold(&case, &[4; 90]), Err(EvaluationError::OneFold));
    }
}
