//! Logistic regression on a few features: the baseline that a network must beat.

use serde::Serialize;

use super::calibration::softplus;
use super::predictions::probability;
use super::scored::same_length;
use super::threshold::each_fold;
use super::{EvaluationError, Scored};

/// Newton steps at most; five to ten are usual.
const STEPS: usize = 100;

/// A fitted model: margin = intercept + sum of coefficient times standardised feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Logistic {
    /// Mean and standard deviation of each feature on the training cases. A feature that is the same in
    /// all of them has a deviation of 0 and is passed over.
    pub scales: Vec<[f64; 2]>,
    /// For each standardised feature.
    pub coefficients: Vec<f64>,
    /// Margin of a case with mean features.
    pub intercept: f64,
}

impl Logistic {
    /// Fits by Newton's method (iteratively reweighted least squares): the least sum of negative log
    /// likelihoods + `ridge` / 2 times the sum of squared coefficients. The intercept is not held back.
    /// `ridge` is 1 / C of scikit-learn.
    ///
    /// - `features`: one row for each case, rows of one length, finite
    /// - `malignant`: the labels
    /// - `ridge`: greater than 0, so that there is one answer even where the features part the labels
    /// - errors: no cases, one class alone, unequal lengths, no finite numbers
    pub fn fit(features: &[Vec<f64>], malignant: &[bool], ridge: f64) -> Result<Self, EvaluationError> {
        same_length("labels", features.len(), malignant.len())?;
        let width = features.first().ok_or(EvaluationError::NoCases)?.len();
        for (index, row) in features.iter().enumerate() {
            let wrong = |problem| Err(EvaluationError::Case { number: index + 1, problem });
            if row.len() != width {
                return wrong("it has another number of features than the first");
            }
            if row.iter().any(|f| !f.is_finite()) {
                return wrong("a feature of it is no finite number");
            }
        }
        let positives = malignant.iter().filter(|m| **m).count();
        if positives == 0 || positives == malignant.len() {
            let benign = malignant.len() - positives;
            return Err(EvaluationError::Classes { malignant: positives, benign, needed: 1 });
        }
        if !(ridge > 0.0 && ridge.is_finite()) {
            return Err(EvaluationError::NoFit("the ridge must be greater than 0"));
        }
        let scales: Vec<[f64; 2]> = (0..width).map(|column| scale(features, column)).collect();
        // The intercept is the last weight, its feature always 1.
        let rows: Vec<Vec<f64>> = features.iter().map(|row| standardised(row, &scales)).collect();
        let mut weights = newton(&rows, malignant, ridge)?;
        let intercept = weights.pop().unwrap_or(0.0);
        Ok(Self { scales, coefficients: weights, intercept })
    }

    /// The logit margin of a case.
    /// - errors: another number of features than the model has
    pub fn margin(&self, features: &[f64]) -> Result<f64, EvaluationError> {
        if features.len() != self.scales.len() {
            return Err(EvaluationError::NoFit("a case has another number of features than the model"));
        }
        let row = standardised(features, &self.scales);
        Ok(self.intercept + row.iter().zip(&self.coefficients).map(|(x, w)| x * w).sum::<f64>())
    }
}

/// Margins of all folds, each from a model that was fitted on the other folds.
///
/// - `features`, `malignant`, `ridge`: as for `Logistic::fit`
/// - `folds`: the fold of each case; split by patient
/// - errors: as for `Logistic::fit`, and one fold alone
pub fn cross_validated(
    features: &[Vec<f64>],
    malignant: &[bool],
    folds: &[u32],
    ridge: f64,
) -> Result<Scored, EvaluationError> {
    let mut margins = vec![0.0; features.len()];
    // The places of the cases stand for their scores while they are parted into folds.
    let places = Scored::new((0..features.len()).map(|n| n as f64).collect(), malignant.to_vec())?;
    each_fold(&places, folds, |others, own| {
        let rows: Vec<Vec<f64>> =
            others.scores().iter().filter_map(|place| features.get(*place as usize).cloned()).collect();
        let model = Logistic::fit(&rows, others.malignant(), ridge)?;
        for &place in own {
            if let (Some(margin), Some(row)) = (margins.get_mut(place), features.get(place)) {
                *margin = model.margin(row)?;
            }
        }
        Ok(())
    })?;
    Scored::new(margins, malignant.to_vec())
}

/// Mean and standard deviation of a column.
fn scale(rows: &[Vec<f64>], column: usize) -> [f64; 2] {
    let values = || rows.iter().filter_map(|row| row.get(column));
    let mean = values().sum::<f64>() / rows.len() as f64;
    let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f64>() / rows.len() as f64).sqrt();
    // A constant column keeps a deviation of rounding errors, which must not be blown up.
    [mean, if deviation > 1e-12 * mean.abs() { deviation } else { 0.0 }]
}

/// Features in standard deviations from the mean, then a 1 for the intercept.
fn standardised(row: &[f64], scales: &[[f64; 2]]) -> Vec<f64> {
    let scaled = |(x, [mean, deviation]): (&f64, &[f64; 2])| {
        if *deviation > 0.0 { (x - mean) / deviation } else { 0.0 }
    };
    row.iter().zip(scales).map(scaled).chain([1.0]).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The weights of the least penalised loss; the last one is free of the penalty.
fn newton(rows: &[Vec<f64>], malignant: &[bool], ridge: f64) -> Result<Vec<f64>, EvaluationError> {
    let size = rows.first().map_or(0, Vec::len);
    let penalty = |index: usize| if index + 1 < size { ridge } else { 0.0 };
    let loss = |weights: &[f64]| {
        let fit: f64 = rows
            .iter()
            .zip(malignant)
            .map(|(row, m)| softplus(if *m { -dot(row, weights) } else { dot(row, weights) }))
            .sum();
        fit + weights.iter().enumerate().map(|(n, w)| penalty(n) * w * w / 2.0).sum::<f64>()
    };
    let mut weights = vec![0.0; size];
    let mut now = loss(&weights);
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().enumerate().map(|(n, w)| penalty(n) * w).collect();
        let mut hessian: Vec<Vec<f64>> =
            (0..size).map(|r| (0..size).map(|c| if r == c { penalty(r) } else { 0.0 }).collect()).collect();
        for (row, m) in rows.iter().zip(malignant) {
            let p = probability(dot(row, &weights));
            let error = p - f64::from(u8::from(*m));
            for ((g, x), line) in gradient.iter_mut().zip(row).zip(&mut hessian) {
                *g += error * x;
                for (h, y) in line.iter_mut().zip(row) {
                    *h += p * (1.0 - p) * x * y;
                }
            }
        }
        let step =
            solve(hessian, gradient).ok_or(EvaluationError::NoFit("its equations have no solution"))?;
        // A full step may overshoot far from the optimum: the loss must not rise, by more than it rounds.
        let allowed = now + 1e-12 * (1.0 + now.abs());
        let mut factor = 1.0;
        let (next, after) = loop {
            let next: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w - factor * s).collect();
            let after = loss(&next);
            if after <= allowed || factor < 1e-10 {
                break (next, after);
            }
            factor /= 2.0;
        };
        (weights, now) = (next, after);
        if step.iter().all(|s| s.abs() < 1e-10) {
            return Ok(weights);
        }
    }
    Err(EvaluationError::NoFit("it did not settle in 100 steps; use a greater ridge"))
}

/// Solves a symmetric positive definite system by Cholesky's decomposition; `None` where it is not
/// one.
fn solve(matrix: Vec<Vec<f64>>, right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(size);
    for (r, line) in matrix.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(r + 1);
        for (c, value) in line.iter().enumerate().take(r + 1) {
            let other = if c < r { lower.get(c)? } else { &row };
            let rest = value - dot(row.get(..c)?, other.get(..c)?);
            if c < r {
                row.push(rest / other.get(c)?);
            } else if rest > 0.0 && rest.is_finite() {
                row.push(rest.sqrt());
            } else {
                return None;
            }
        }
        lower.push(row);
    }
    let mut middle: Vec<f64> = Vec::with_capacity(size);
    for (row, value) in lower.iter().zip(&right) {
        middle.push((value - dot(row, &middle)) / row.last()?);
    }
    let mut solution = vec![0.0; size];
    for r in (0..size).rev() {
        let below: f64 =
            (r + 1..size).map(|n| Some(lower.get(n)?.get(r)? * solution.get(n)?)).sum::<Option<f64>>()?;
        *solution.get_mut(r)? = (middle.get(r)? - below) / lower.get(r)?.get(r)?;
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::auc;
    use crate::evaluation::tests::{calibrated, normal_cases};

    fn column(scored: &Scored) -> Vec<Vec<f64>> {
        scored.scores().iter().map(|s| vec![*s]).collect()
    }

    #[test]
    fn a_system_is_solved() {
        let matrix = vec![vec![4.0, 2.0, 0.6], vec![2.0, 5.0, 1.0], vec![0.6, 1.0, 3.0]];
        let truth = [1.5, -2.0, 0.25];
        let right: Vec<f64> = matrix.iter().map(|row| dot(row, &truth)).collect();
        for (found, expected) in solve(matrix, right).expect("positive definite").iter().zip(truth) {
            assert!((found - expected).abs() < 1e-14, "{found}");
        }
        assert_eq!(solve(vec![vec![1.0, 2.0], vec![2.0, 1.0]], vec![1.0, 1.0]), None);
    }

    #[test]
    fn margins_that_are_the_truth_are_found_again() {
        let truth = calibrated(6, 5000);
        let model = Logistic::fit(&column(&truth), truth.malignant(), 1e-6).expect("a fit");
        // Slope 1 and intercept 0, each within five standard errors: 1 / sqrt(5000 * 0.33) and
        // 1 / sqrt(5000 * 0.16).
        let (zero, one) = (model.margin(&[0.0]).expect("one"), model.margin(&[1.0]).expect("one"));
        assert!(zero.abs() < 0.18 && (one - zero - 1.0).abs() < 0.13, "{zero} {one}");
    }

    #[test]
    fn features_that_part_the_labels_and_constant_ones_still_have_a_fit() {
        let rows: Vec<Vec<f64>> = (0..20).map(|n| vec![f64::from(n), 0.1]).collect();
        let malignant: Vec<bool> = (0..20).map(|n| n >= 10).collect();
        let model = Logistic::fit(&rows, &malignant, 0.01).expect("held by the ridge");
        assert!(model.coefficients[0] > 1.0 && model.coefficients[0].is_finite());
        assert_eq!((model.scales[1][1], model.coefficients[1]), (0.0, 0.0));
    }

    #[test]
    fn a_fold_is_predicted_by_the_others() {
        let case = normal_cases(8, 60, 1.0);
        let folds: Vec<u32> = (0..60).map(|n| n % 3).collect();
        let pooled = cross_validated(&column(&case), case.malignant(), &folds, 1.0).expect("three folds");
        let others = case.select((0..60).filter(|n| n % 3 != 1)).expect("cases");
        let model = Logistic::fit(&column(&others), others.malignant(), 1.0).expect("a fit");
        assert_eq!(pooled.scores()[4], model.margin(&[case.scores()[4]]).expect("one feature"));
        assert!(auc(&pooled).expect("both classes") > 0.6);
    }

    #[test]
    fn what_cannot_be_fitted_is_refused_in_a_sentence() {
        let rows = vec![vec![1.0], vec![2.0]];
        for (rows, labels, ridge, words) in [
            (rows.clone(), vec![true], 1.0, "1 labels for 2 cases"),
            (rows.clone(), vec![true, true], 1.0, "2 malignant and 0 benign"),
            (rows.clone(), vec![true, false], 0.0, "the ridge must be greater than 0"),
            (vec![vec![1.0], vec![f64::NAN]], vec![true, false], 1.0, "case 2"),
            (vec![vec![1.0], vec![]], vec![true, false], 1.0, "another number of features"),
            (vec![], vec![], 1.0, "no predictions"),
        ] {
            let error = Logistic::fit(&rows, &labels, ridge).expect_err(words).to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
