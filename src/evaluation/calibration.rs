//! Whether probabilities mean what they say.

use serde::Serialize;

use super::Scored;
use super::interval::{Interval, wilson};
use super::predictions::probability;

/// Bins of the calibration error and its curve.
pub const BINS: usize = 10;

/// Mean squared distance of probability and label (G. W. Brier, Monthly Weather Review 78, 1950), 0 to 1.
/// - `scored`: logit margins
pub fn brier(scored: &Scored) -> f64 {
    mean(scored, |margin, malignant| (probability(margin) - f64::from(u8::from(malignant))).powi(2))
}

/// Mean negative log likelihood of the labels, in nats. From margins, so that none is infinite.
/// - `scored`: logit margins
pub fn negative_log_likelihood(scored: &Scored) -> f64 {
    mean(scored, |margin, malignant| softplus(if malignant { -margin } else { margin }))
}

/// `ln(1 + exp(x))`, without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn mean(scored: &Scored, of: impl Fn(f64, bool) -> f64) -> f64 {
    scored.iter().map(|(m, l)| of(m, l)).sum::<f64>() / scored.count() as f64
}

/// Cases of similar probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Number of cases; never 0.
    pub count: usize,
    /// Malignant ones among them.
    pub malignant: usize,
    /// Mean probability of malignancy.
    pub mean_probability: f64,
}

impl CalibrationBin {
    /// Fraction of malignant cases.
    pub fn fraction(&self) -> f64 {
        self.malignant as f64 / self.count as f64
    }

    /// Wilson's 95 % interval of the fraction, as if cases were independent.
    pub fn interval(&self) -> Interval {
        wilson(self.malignant, self.count)
    }
}

/// The reliability curve: at most `bins` bins of equal numbers of cases, the lowest probability first.
/// Cases of equal probability stay in one bin, so that their order does not matter; with many of them
/// there are fewer bins.
/// - `scored`: logit margins
pub fn reliability_curve(scored: &Scored, bins: usize) -> Vec<CalibrationBin> {
    let bins = bins.max(1);
    let mut rising = scored.descending();
    rising.reverse();
    let mut curve: Vec<CalibrationBin> = Vec::new();
    let mut sum = 0.0;
    let (mut count, mut malignant, mut seen, mut filled) = (0, 0, 0, 0);
    for equal in rising.chunk_by(|a, b| a.0 == b.0) {
        sum += equal.iter().map(|c| probability(c.0)).sum::<f64>();
        malignant += equal.iter().filter(|c| c.1).count();
        count += equal.len();
        seen += equal.len();
        // Sizes differ by one at most, the larger first, as NumPy splits an array.
        let wanted = |bin: usize| bin * (rising.len() / bins) + bin.min(rising.len() % bins);
        if seen >= wanted(filled + 1) {
            curve.push(CalibrationBin { count, malignant, mean_probability: sum / count as f64 });
            (sum, count, malignant) = (0.0, 0, 0);
            while filled < bins && wanted(filled + 1) <= seen {
                filled += 1;
            }
        }
    }
    curve
}

/// Expected calibration error, 0 to 1: the distance of mean probability and fraction of malignant cases,
/// averaged over the cases of ten bins of equal numbers (M. P. Naeini, G. F. Cooper and M. Hauskrecht,
/// AAAI 2015, for the probability of the positive class).
/// - `scored`: logit margins
pub fn expected_calibration_error(scored: &Scored) -> f64 {
    let weighted = |bin: &CalibrationBin| bin.count as f64 * (bin.mean_probability - bin.fraction()).abs();
    reliability_curve(scored, BINS).iter().map(weighted).sum::<f64>() / scored.count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::{calibrated, scored};

    #[test]
    fn true_probabilities_have_little_calibration_error() {
        // In each of 10 bins of 4000 cases the fraction varies by at most 0.5 / sqrt(4000) = 0.008; the mean
        // of the absolute deviations is 0.8 of that, and has itself a spread far below the bound.
        let error = expected_calibration_error(&calibrated(1, 40_000));
        assert!(error < 0.01, "{error}");
        let bold = calibrated(1, 40_000);
        let bold = scored(bold.scores().iter().map(|m| 3.0 * m), bold.malignant());
        assert!(expected_calibration_error(&bold) > 0.1);
    }

    #[test]
    fn bins_are_of_equal_size_and_never_part_equal_probabilities() {
        let case = calibrated(2, 43);
        let sizes: Vec<usize> = reliability_curve(&case, BINS).iter().map(|b| b.count).collect();
        assert_eq!(sizes, [5, 5, 5, 4, 4, 4, 4, 4, 4, 4]);
        let tied = scored([0.0, 0.0, 0.0, 0.0, 1.0, 2.0], &[true, false, true, false, true, true]);
        let curve = reliability_curve(&tied, 3);
        assert_eq!(curve.iter().map(|b| (b.count, b.malignant)).collect::<Vec<_>>(), [(4, 2), (2, 2)]);
        assert_eq!(reliability_curve(&tied, 100).iter().map(|b| b.count).sum::<usize>(), 6);
    }

    #[test]
    fn a_sure_and_wrong_answer_costs_its_margin() {
        let wrong = scored([1000.0], &[false]);
        assert_eq!((negative_log_likelihood(&wrong), brier(&wrong)), (1000.0, 1.0));
    }
}
