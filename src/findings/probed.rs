//! What a network says without the block of tissue under the pointer.

use super::nodule::NoduleId;
use crate::geometry::VoxelBox;
use crate::inference::{Answer, Said, Together};

/// An answer without one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// Whose answer.
    pub nodule: NoduleId,
    /// Name of the network, and what its first member had answered with all tissue.
    pub of: (String, Option<[f64; 2]>),
    /// The block, in the answer's [samples](Answer::samples).
    pub block: VoxelBox,
    /// The probability by the first network, with all tissue and without the block, 0 to 1.
    pub before_and_after: [f64; 2],
}

impl Probed {
    /// - `margin`: of the first network without the block: the logit asked about less the other one, not calibrated
    pub fn new(nodule: NoduleId, answer: &Answer, block: VoxelBox, margin: f64) -> Self {
        let temperature = answer.temperature.unwrap_or(1.0);
        let first = answer.said.get(..1).unwrap_or(&answer.said);
        let without = [Said { logits: [0.0, margin], readers: None, forward_ms: 0.0 }];
        let before_and_after = [first, &without].map(|said| Together::of(said, temperature).probability);
        Self { nodule, of: of(answer), block, before_and_after }
    }

    /// Whether it is about this answer.
    pub fn belongs_to(&self, answer: &Answer) -> bool {
        self.of == of(answer)
    }

    /// How far the probability moves when the tissue is gone: negative where the tissue spoke for the class that is
    /// asked about.
    pub fn change(&self) -> f64 {
        let [before, after] = self.before_and_after;
        after - before
    }
}

fn of(answer: &Answer) -> (String, Option<[f64; 2]>) {
    (answer.model.clone(), answer.first_logits())
}
