//! Intervals and tests by drawing patients again.
//!
//! Whole patients are drawn with replacement, as many as there are, each with all its nodules (the
//! clustered bootstrap: Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8);
//! the interval is the percentile one. It holds for any figure, and needs no formula for its variance.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::interval::{Interval, quantile};
use super::scored::same_length;
use super::{EvaluationError, Scored};

/// How often to draw, and from which seed: the same pair gives the same bits on any machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of samples.
    pub samples: usize,
    /// The generator's seed.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { samples: 2000, seed: 1 }
    }
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure on the cases themselves.
    pub value: f64,
    /// 95 % percentile interval.
    pub interval: Interval,
    /// Samples in which the figure is not defined (one class alone, for instance); the interval is of the
    /// others.
    pub undefined: usize,
}

/// A figure of one classifier less that of another on the same cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// First less second, with its interval.
    pub estimate: Estimate,
    /// One-sided p of "the first is not better": the fraction of samples in which its figure is not
    /// greater, with one added to both numbers, so that it is never 0 (Davison and Hinkley, section 4.2).
    pub p: f64,
}

impl Bootstrap {
    /// A figure's interval.
    ///
    /// - `patients`: a number for the patient of each case
    /// - `figure`: `None` where it is not defined
    /// - errors: not defined for the cases themselves or for half of the samples, unequal lengths
    pub fn estimate(
        &self,
        scored: &Scored,
        patients: &[usize],
        figure: impl Fn(&Scored) -> Option<f64> + Sync,
    ) -> Result<Estimate, EvaluationError> {
        let value = figure(scored).ok_or(EvaluationError::Undefined)?;
        let drawn = self.draw(scored, patients, |cases| figure(&scored.select(cases.iter().copied())?))?;
        self.summarise(value, drawn)
    }

    /// Two classifiers on the same cases: the same patients are drawn for both.
    ///
    /// - `figure`: the greater, the better; `None` where it is not defined
    /// - errors: as for one, and other labels
    pub fn difference(
        &self,
        first: &Scored,
        second: &Scored,
        patients: &[usize],
        figure: impl Fn(&Scored) -> Option<f64> + Sync,
    ) -> Result<Difference, EvaluationError> {
        if first.malignant() != second.malignant() {
            return Err(EvaluationError::OtherLabels);
        }
        let value = figure(first).zip(figure(second)).ok_or(EvaluationError::Undefined)?;
        let drawn = self.draw(first, patients, |cases| {
            let of = |scored: &Scored| figure(&scored.select(cases.iter().copied())?);
            Some(of(first)? - of(second)?)
        })?;
        let not_better = drawn.iter().flatten().filter(|d| **d <= 0.0).count();
        let defined = drawn.iter().flatten().count();
        Ok(Difference {
            estimate: self.summarise(value.0 - value.1, drawn)?,
            p: (not_better + 1) as f64 / (defined + 1) as f64,
        })
    }

    /// The figure of each sample, which is a list of cases.
    fn draw(
        &self,
        scored: &Scored,
        patients: &[usize],
        figure: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Result<Vec<Option<f64>>, EvaluationError> {
        same_length("patients", scored.count(), patients.len())?;
        let mut by_patient: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (case, &patient) in patients.iter().enumerate() {
            by_patient.entry(patient).or_default().push(case);
        }
        let cases_of: Vec<Vec<usize>> = by_patient.into_values().collect();
        let sample = |number: usize| {
            // A stream of its own for each sample: the result does not depend on the number of threads.
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(number as u64);
            let mut cases = Vec::with_capacity(scored.count());
            for _ in 0..cases_of.len() {
                let place = (u128::from(rng.next_u64()) * cases_of.len() as u128) >> 64;
                cases.extend(cases_of.get(place as usize).into_iter().flatten());
            }
            figure(&cases)
        };
        Ok((0..self.samples).into_par_iter().map(sample).collect())
    }

    fn summarise(&self, value: f64, drawn: Vec<Option<f64>>) -> Result<Estimate, EvaluationError> {
        let mut defined: Vec<f64> = drawn.into_iter().flatten().collect();
        defined.sort_by(f64::total_cmp);
        let undefined = self.samples - defined.len();
        if undefined * 2 > self.samples {
            return Err(EvaluationError::Undefined);
        }
        let ends = quantile(&defined, 0.025).zip(quantile(&defined, 0.975));
        let (low, high) = ends.ok_or(EvaluationError::Undefined)?;
        Ok(Estimate { value, interval: Interval { low, high }, undefined })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::auc;
    use crate::evaluation::tests::{normal_cases, scored};

    fn area(scored: &Scored) -> Option<f64> {
        auc(scored).ok()
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
        let case = normal_cases(7, 120, 1.0);
        let patients: Vec<usize> = (0..120).map(|n| n / 2).collect();
        let with = |seed| {
            Bootstrap { samples: 300, seed }.estimate(&case, &patients, area).expect("an interval").interval
        };
        assert_eq!(with(5), with(5));
        assert_ne!(with(5), with(6));
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        assert_eq!(alone.install(|| with(5)), with(5), "one thread gives what many give");
    }

    #[test]
    fn copies_of_a_case_within_a_patient_do_not_narrow_the_interval() {
        let single = normal_cases(3, 80, 1.0);
        let doubled = single.select((0..80).flat_map(|n| [n, n])).expect("cases");
        let bootstrap = Bootstrap { samples: 400, seed: 2 };
        let alone: Vec<usize> = (0..80).collect();
        let pairs: Vec<usize> = (0..160).map(|n| n / 2).collect();
        let expected = bootstrap.estimate(&single, &alone, area).expect("an interval").interval;
        let clustered = bootstrap.estimate(&doubled, &pairs, area).expect("an interval").interval;
        // The same patients are drawn, and each area is a ratio of whole numbers.
        assert_eq!(expected, clustered);
        let naive: Vec<usize> = (0..160).collect();
        let narrow = bootstrap.estimate(&doubled, &naive, area).expect("an interval").interval;
        assert!(narrow.high - narrow.low < 0.85 * (expected.high - expected.low), "{narrow:?} {expected:?}");
    }

    #[test]
    fn a_classifier_is_not_better_than_itself_and_is_than_chance() {
        let case = normal_cases(11, 200, 1.5);
        let patients: Vec<usize> = (0..200).collect();
        let bootstrap = Bootstrap { samples: 500, seed: 1 };
        let same = bootstrap.difference(&case, &case, &patients, area).expect("a test");
        assert_eq!((same.estimate.value, same.p), (0.0, 1.0));
        let chance = scored((0..200).map(|n| f64::from(n * 37 % 101)), case.malignant());
        let better = bootstrap.difference(&case, &chance, &patients, area).expect("a test");
        assert!(better.p < 0.01 && better.estimate.interval.low > 0.0, "{better:?}");
        let worse = bootstrap.difference(&chance, &case, &patients, area).expect("a test");
        assert!(worse.p > 0.99, "{worse:?}");
    }

    #[test]
    fn samples_without_the_figure_are_counted_and_too_many_refused() {
        let case = scored([1.0, 0.0, 0.5, 0.2], &[true, false, true, false]);
        let estimate = Bootstrap::default().estimate(&case, &[0, 1, 2, 3], area).expect("an interval");
        // One class alone: two of the four patients, four times: 2 * (1/2)^4 = 1/8 of 2000 samples, with
        // five standard deviations of that count.
        assert!((estimate.undefined as f64 - 250.0).abs() < 5.0 * (2000.0_f64 * 0.125 * 0.875).sqrt());
        let error = Bootstrap::default().estimate(&case, &[0, 1, 0], area).expect_err("a patient is missing");
        assert!(error.to_string().contains("3 patients for 4 cases"), "{error}");
        let none = Bootstrap { samples: 0, seed: 1 }.estimate(&case, &[0, 1, 2, 3], area);
        assert_eq!(none, Err(EvaluationError::Undefined));
    }
}
