//! Scores and labels side by side: what every figure is computed from.

use super::{EvaluationError, Predictions};

/// One score and one label for each case. Where a figure speaks of probabilities (Brier, calibration,
/// likelihood) the scores are logit margins.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    scores: Vec<f64>,
    malignant: Vec<bool>,
}

impl Scored {
    /// - `scores`: the higher, the more malignant
    /// - `malignant`: the labels, of the same length
    /// - errors: no cases, unequal lengths, a score that is not finite
    pub fn new(scores: Vec<f64>, malignant: Vec<bool>) -> Result<Self, EvaluationError> {
        if scores.is_empty() {
            return Err(EvaluationError::NoCases);
        }
        same_length("labels", scores.len(), malignant.len())?;
        if let Some(index) = scores.iter().position(|s| !s.is_finite()) {
            return Err(EvaluationError::Case {
                number: index + 1,
                problem: "its score is no finite number",
            });
        }
        Ok(Self { scores, malignant })
    }

    /// In the order of the cases.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// In the order of the cases.
    pub fn malignant(&self) -> &[bool] {
        &self.malignant
    }

    /// Score and label of each case.
    pub fn iter(&self) -> impl Iterator<Item = (f64, bool)> + '_ {
        self.scores.iter().copied().zip(self.malignant.iter().copied())
    }

    /// Number of cases; never 0.
    pub fn count(&self) -> usize {
        self.scores.len()
    }

    /// Number of malignant cases and of benign ones.
    pub fn classes(&self) -> [usize; 2] {
        let malignant = self.malignant.iter().filter(|m| **m).count();
        [malignant, self.count() - malignant]
    }

    /// The cases at these places, which may come more than once; `None` where there are none.
    pub fn select(&self, places: impl Iterator<Item = usize>) -> Option<Self> {
        let pairs = places.filter_map(|n| Some((*self.scores.get(n)?, *self.malignant.get(n)?)));
        let (scores, malignant): (Vec<f64>, Vec<bool>) = pairs.unzip();
        (!scores.is_empty()).then_some(Self { scores, malignant })
    }

    /// Score and label of each case, the highest score first. Equal scores are together.
    pub(super) fn descending(&self) -> Vec<(f64, bool)> {
        let mut pairs: Vec<(f64, bool)> = self.iter().collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        pairs
    }

    /// Numbers of malignant and benign cases at each score and above it, the highest score first; equal
    /// scores make one step.
    pub(super) fn cumulative(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let (mut malignant, mut benign) = (0, 0);
        for (score, positive) in self.descending() {
            *(if positive { &mut malignant } else { &mut benign }) += 1;
            let step = Step { score, malignant, benign };
            match steps.last_mut() {
                // -0.0 and 0.0 are one score.
                Some(last) if last.score == score => *last = step,
                _ => steps.push(step),
            }
        }
        steps
    }
}

/// Cases that are called malignant when the threshold is this score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) score: f64,
    pub(super) malignant: usize,
    pub(super) benign: usize,
}

impl Predictions {
    /// Logit margins and labels, in the order of the table.
    pub fn scored(&self) -> Scored {
        Scored {
            scores: self.cases().iter().map(|c| c.margin).collect(),
            malignant: self.cases().iter().map(|c| c.malignant).collect(),
        }
    }
}

/// - errors: as many of `what` as there are cases, or this
pub(super) fn same_length(what: &'static str, cases: usize, found: usize) -> Result<(), EvaluationError> {
    if cases == found { Ok(()) } else { Err(EvaluationError::Lengths { what, cases, found }) }
}
