//! Temperature scaling: margins divided by one number, so that probabilities fit.
//!
//! C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On Calibration of Modern Neural Networks, ICML 2017,
//! section 4.2. The order of cases, and with it every ROC figure within one fold, stays as it is.

use serde::Serialize;

use super::predictions::probability;
use super::threshold::each_fold;
use super::{EvaluationError, Scored};

/// Temperatures are looked for within these; beyond them the labels say nothing of the scale.
const LIMITS: [f64; 2] = [0.01, 100.0];

/// What margins are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Temperature {
    /// Above 1 where the classifier was too sure of itself.
    pub value: f64,
    /// The best one lies beyond 0.01 (the margins part the labels without a fault) or 100 (they do not
    /// go with the labels): do not rely on it.
    pub at_limit: bool,
}

impl Temperature {
    /// The temperature of the least mean negative log likelihood.
    /// - `scored`: logit margins, not those that it will be applied to
    pub fn fit(scored: &Scored) -> Self {
        // In b = 1 / T the likelihood is convex: its slope rises, and Newton's steps within a bracket find
        // the place where it is zero.
        let slope = |b: f64| {
            scored.iter().fold((0.0, 0.0), |(first, second), (margin, malignant)| {
                let p = probability(b * margin);
                let label = f64::from(u8::from(malignant));
                (first + (p - label) * margin, second + p * (1.0 - p) * margin * margin)
            })
        };
        let (mut low, mut high) = (1.0 / LIMITS[1], 1.0 / LIMITS[0]);
        if slope(low).0 >= 0.0 {
            return Self { value: LIMITS[1], at_limit: true };
        }
        if slope(high).0 <= 0.0 {
            return Self { value: LIMITS[0], at_limit: true };
        }
        let mut b = 1.0;
        // Halving alone would need 60 steps to the last bit.
        for _ in 0..100 {
            let (first, second) = slope(b);
            *(if first < 0.0 { &mut low } else { &mut high }) = b;
            let newton = b - first / second;
            let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
            if (next - b).abs() <= 1e-14 * b {
                break;
            }
            b = next;
        }
        Self { value: 1.0 / b, at_limit: false }
    }

    /// The margins divided by it.
    pub fn apply(self, margin: f64) -> f64 {
        margin / self.value
    }
}

/// Margins of all folds, each scaled by the temperature of the other folds.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossFitted {
    /// Scaled margins with their labels, in the order of the cases.
    pub scored: Scored,
    /// One temperature for each fold, by rising number of the fold.
    pub temperatures: Vec<Temperature>,
}

/// Scales each fold by the temperature that the other folds ask for: no case has a say in its own scale.
///
/// - `scored`: out-of-fold logit margins
/// - `folds`: the fold of each case
/// - errors: one fold alone, unequal lengths
pub fn cross_fitted_temperature(scored: &Scored, folds: &[u32]) -> Result<CrossFitted, EvaluationError> {
    let mut margins = scored.scores().to_vec();
    let mut temperatures = Vec::new();
    each_fold(scored, folds, |others, own| {
        let temperature = Temperature::fit(&others);
        for &place in own {
            if let Some(margin) = margins.get_mut(place) {
                *margin = temperature.apply(*margin);
            }
        }
        temperatures.push(temperature);
        Ok(())
    })?;
    Ok(CrossFitted { scored: Scored::new(margins, scored.malignant().to_vec())?, temperatures })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::negative_log_likelihood;
    use crate::evaluation::tests::{calibrated, scored};

    #[test]
    fn scaled_margins_are_scaled_back() {
        let truth = calibrated(4, 2000);
        let own = Temperature::fit(&truth).value;
        // Fisher's information per case is the mean of p (1 - p) m^2, about 0.33 here: a standard error of
        // 1 / sqrt(2000 * 0.33) = 0.04 around 1, five times.
        assert!((own - 1.0).abs() < 0.2, "{own}");
        for factor in [0.3, 2.0, 7.5] {
            let scaled = scored(truth.scores().iter().map(|m| factor * m), truth.malignant());
            let found = Temperature::fit(&scaled);
            // The optimum scales with the margins; Newton stops at 1e-14 of it, sums add some roundings.
            assert!((found.value / factor / own - 1.0).abs() < 1e-10 && !found.at_limit, "{found:?}");
        }
    }

    #[test]
    fn the_fit_has_the_least_likelihood_loss() {
        let case = calibrated(9, 300);
        let best = Temperature::fit(&case).value;
        let loss =
            |t: f64| negative_log_likelihood(&scored(case.scores().iter().map(|m| m / t), case.malignant()));
        assert!(loss(best) < loss(best * 1.01) && loss(best) < loss(best / 1.01));
    }

    #[test]
    fn margins_that_part_or_oppose_the_labels_end_at_a_limit() {
        let parted = Temperature::fit(&scored([1.0, -1.0], &[true, false]));
        assert_eq!(parted, Temperature { value: 0.01, at_limit: true });
        let opposed = Temperature::fit(&scored([-1.0, 1.0], &[true, false]));
        assert_eq!(opposed, Temperature { value: 100.0, at_limit: true });
    }

    #[test]
    fn a_fold_is_scaled_by_the_others() {
        let case = calibrated(5, 400);
        let folds: Vec<u32> = (0..400).map(|n| n % 4).collect();
        let fitted = cross_fitted_temperature(&case, &folds).expect("four folds");
        let others = case.select((0..400).filter(|n| n % 4 != 2)).expect("cases");
        let expected = Temperature::fit(&others);
        assert_eq!(fitted.temperatures[2], expected);
        assert_eq!(fitted.scored.scores()[6], expected.apply(case.scores()[6]));
    }
}
