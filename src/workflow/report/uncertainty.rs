//! How far an answer moves when nothing of the nodule is changed, in the report.

use serde::Serialize;

use super::tidy;
use crate::explain::{SEED, Uncertainty, Varied};

/// Two ways of asking the same question again; neither is a confidence interval, nor the range of the ensemble.
#[derive(Clone, Debug, Serialize)]
pub struct UncertaintyReport {
    /// What was read mirrored along each axis and turned by quarters in the slice.
    pub test_time_augmentation: VariedReport,
    /// The published dropout of the fusion left on; of M3Net alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monte_carlo_dropout: Option<VariedReport>,
}

/// What several ways of asking came to.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct VariedReport {
    /// How many.
    pub count: usize,
    /// Of the first network's random numbers; each network has the next. Absent where nothing is random.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Mean probability.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Lowest and highest.
    pub range: [f64; 2],
}

impl VariedReport {
    fn new(varied: &Varied, seed: Option<u64>) -> Self {
        Self {
            count: varied.probabilities.len(),
            seed,
            mean: tidy(varied.mean()),
            sd: tidy(varied.sd()),
            range: varied.range().map(tidy),
        }
    }
}

impl From<&Uncertainty> for UncertaintyReport {
    fn from(found: &Uncertainty) -> Self {
        Self {
            test_time_augmentation: VariedReport::new(&found.turned, None),
            monte_carlo_dropout: found.dropped.as_ref().map(|dropped| VariedReport::new(dropped, Some(SEED))),
        }
    }
}
