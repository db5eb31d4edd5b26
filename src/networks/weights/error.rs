//! Why weights were not taken.

use super::import::Import;

/// Each is one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The keys or shapes are not those of the network.
    #[error("the weights do not fit {model}: {}", report.summary())]
    DoNotFit {
        /// Network they were to be loaded into.
        model: String,
        /// What is missing, unexpected or of another shape.
        report: Box<Import>,
    },
    /// A value is no number.
    #[error("the weights hold a value that is no number, in '{key}': the file is damaged or its training failed")]
    NotFinite {
        /// Tensor.
        key: String,
    },
}
