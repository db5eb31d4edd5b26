//! Why a map could not be computed.

use crate::inference::InferenceError;
use crate::jobs::Cancelled;

/// Each is one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// A gradient is no number.
    #[error("the explanation is no number; the network's weights do not suit this input")]
    NoNumber,
    /// The network does not offer the layer.
    #[error("this network has no layer that can be explained at the {0} scale")]
    NoLayer(&'static str),
    /// A forest answers, and nothing else does.
    #[error(
        "a random forest has no derivative, and these weights have no detection head; ask for occlusion or rise"
    )]
    NoDerivative,
    /// The device failed.
    #[error(transparent)]
    Device(InferenceError),
    /// What should be read around another place cannot be.
    #[error(transparent)]
    Input(InferenceError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<InferenceError> for ExplainError {
    fn from(error: InferenceError) -> Self {
        match error {
            InferenceError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error @ InferenceError::Device(_) => Self::Device(error),
            error @ (InferenceError::StillLoading | InferenceError::NoNumbers) => Self::Input(error),
            _ => Self::NoNumber,
        }
    }
}

impl ExplainError {
    /// What the device did wrong, if this may be its fault: as [`InferenceError::blames_device`].
    pub fn blames_device(&self) -> Option<String> {
        match self {
            Self::Device(error) => error.blames_device(),
            Self::NoNumber => Some("a gradient of its answer is no number".to_owned()),
            _ => None,
        }
    }
}
