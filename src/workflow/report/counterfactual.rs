//! What a network would say without some tissue, in the report.

use serde::Serialize;

use super::{tidy, tidy3};
use crate::findings::Counterfactual;
use crate::inference::Answer;

/// The answer about a CT in which some tissue was replaced: no CT, and in no file.
#[derive(Clone, Debug, Serialize)]
pub struct CounterfactualReport {
    /// What was taken away.
    pub without: Vec<BallReport>,
    /// Voxels with another value than the CT's.
    pub voxels: usize,
    /// As the answer's, of the same networks.
    pub probability: f64,
    /// By how much the answer's is changed.
    pub change: f64,
}

/// A ball of tissue.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BallReport {
    /// Its centre.
    pub at_lps_mm: [f64; 3],
    /// Its radius.
    pub radius_mm: f64,
    /// What stands in its place: `lung`, `air` or `blur`.
    pub fill: &'static str,
}

impl CounterfactualReport {
    /// - `answer`: about the CT
    pub fn new(found: &Counterfactual, answer: &Answer) -> Self {
        let [before, after] = found.before_and_after(answer);
        let strokes = found.painted.strokes().iter();
        Self {
            without: strokes
                .map(|stroke| BallReport {
                    at_lps_mm: tidy3(stroke.way[0]),
                    radius_mm: tidy(stroke.radius_mm),
                    fill: stroke.fill.name(),
                })
                .collect(),
            voxels: found.painted.voxels(),
            probability: tidy(after),
            change: tidy(after - before),
        }
    }
}
