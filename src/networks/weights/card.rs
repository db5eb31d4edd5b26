//! What must be known of weights before their answer is read.

use serde::{Deserialize, Serialize};

/// Travels with every weights file and every answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Network that the weights are for.
    pub model: String,
    /// Where they come from.
    pub origin: String,
    /// Whether they were trained; the answer of untrained weights means nothing.
    pub trained: bool,
    /// What they were trained on, in words.
    pub trained_on: String,
    /// What their answer may be used for, in words.
    pub intended_use: String,
    /// Licence.
    pub licence: String,
    /// How the pictures were prepared that it was taught with: `clinical`, or `paper` where nothing is told,
    /// as of published weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How logits become a probability; absent where nobody measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// A sentence that is said wherever the answer is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
    /// SHA-256 of the file that the values were imported from, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// SHA-256 of the values (see `StateDict::sha256`): checked whenever the file is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_sha256: Option<String>,
}

/// What was measured on cases that taught nothing: `probability = sigmoid(margin / temperature)`.
/// Source: temperature scaling, Guo et al. 2017, arXiv 1706.04599.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Above 1 the network was too sure of itself, below 1 not sure enough.
    pub temperature: f64,
}

/// Said wherever an answer of untrained weights is shown.
pub const UNTRAINED: &str = "untrained weights: this number means nothing; import or train weights";

impl Card {
    /// Under which a safetensors file carries it, as JSON text.
    pub const METADATA_KEY: &str = "triscope.card";

    /// Whether its numbers can be computed with.
    pub(super) fn is_sound(&self) -> bool {
        self.calibration.is_none_or(|c| c.temperature.is_finite() && c.temperature > 0.0)
    }

    /// How the pictures were prepared that it was taught with, by the word of the contract.
    pub fn taught_in(&self) -> &str {
        self.mode.as_deref().unwrap_or("paper")
    }

    /// Of a file that tells nothing of itself.
    pub fn unknown(model: &str, file: &str) -> Self {
        Self {
            model: model.to_owned(),
            origin: format!("imported from {file}"),
            trained: true,
            trained_on: "not told by the file".to_owned(),
            intended_use: "research; not for a diagnosis".to_owned(),
            licence: "not told by the file".to_owned(),
            mode: None,
            calibration: None,
            caution: None,
            source_sha256: None,
            values_sha256: None,
        }
    }

    /// Random values of a seed.
    pub fn random(model: &str, seed: u64) -> Self {
        Self {
            model: model.to_owned(),
            origin: format!("random values of seed {seed}"),
            trained: false,
            trained_on: UNTRAINED.to_owned(),
            intended_use: "to show how the program works; never for a patient".to_owned(),
            licence: "MIT OR Apache-2.0".to_owned(),
            mode: None,
            calibration: None,
            caution: None,
            source_sha256: None,
            values_sha256: None,
        }
    }
}
