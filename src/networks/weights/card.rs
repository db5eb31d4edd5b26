//! What must be known of weights before their answer is read.

use serde::{Deserialize, Serialize};

/// Travels with every weights file and every answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// SHA-256 of the file that the values were imported from, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// SHA-256 of the values (see `StateDict::sha256`): checked whenever the file is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_sha256: Option<String>,
}

/// Said wherever an answer of untrained weights is shown.
pub const UNTRAINED: &str = "untrained weights: this number means nothing; import or train weights";

impl Card {
    /// Under which a safetensors file carries it, as JSON text.
    pub const METADATA_KEY: &str = "triscope.card";

    /// Of a file that tells nothing of itself.
    pub fn unknown(model: &str, file: &str) -> Self {
        Self {
            model: model.to_owned(),
            origin: format!("imported from {file}"),
            trained: true,
            trained_on: "not told by the file".to_owned(),
            intended_use: "research; not for a diagnosis".to_owned(),
            licence: "not told by the file".to_owned(),
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
            source_sha256: None,
            values_sha256: None,
        }
    }
}
