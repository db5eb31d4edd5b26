//! Why the network did not answer, in the words that the user reads.

use super::mode::Mode;
use crate::geometry::GridError;
use crate::jobs::Cancelled;
use crate::networks::UnknownNetwork;
use crate::networks::weights::WeightsError;

/// Each is one sentence; see `Display`.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// A slice that the network reads has not arrived.
    #[error("the slices around this point are still being loaded; ask again when they are there")]
    StillLoading,
    /// Infinite or undefined values in the crop.
    #[error("the volume holds values that are no numbers around this point")]
    NoNumbers,
    /// Axes between which nothing can be sampled.
    #[error("the volume cannot be resampled to 1 mm: {0}")]
    NoSamples(GridError),
    /// The network's input is prepared in one way alone.
    #[error(
        "{model} has no mode {mode}: its input is prepared as its authors did, or not at all; use --mode paper"
    )]
    NoSuchMode {
        /// Its name.
        model: &'static str,
        /// What was asked for.
        mode: Mode,
    },
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// A full-size network without weights.
    #[error(
        "no weights for {0} are installed; get its checkpoint and run: triscope models import FILE --as {0} --out FILE.safetensors, then name that file with --weights"
    )]
    NoWeights(String),
    /// A transformer without anything that answers from its features.
    #[error(
        "these weights of {0} hold its transformer alone: there is neither a forest nor a detection head that could answer. Train them, or import them with --forest or --detector"
    )]
    NothingAnswers(String),
    /// A clinical field's value that the weights have no category for.
    #[error("the weights know {known} categories of the clinical field {field}, and not number {code}")]
    Category {
        /// Published name of the field.
        field: &'static str,
        /// What was asked about, from 0.
        code: usize,
        /// Number of categories.
        known: usize,
    },
    /// The weights were refused.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// No GPU where one was asked for.
    #[error("there is no graphics adapter that the network could run on ({0}); use --device cpu")]
    NoGpu(String),
    /// The device failed while working.
    #[error("the device failed while the network ran ({0})")]
    Device(String),
    /// Of a network whose weights were replaced by others of another field.
    #[error("these weights read another part of the CT than was prepared for them; ask the network again")]
    OtherInput,
    /// Logits that are no numbers.
    #[error("the network's answer is no number; its weights do not suit this input")]
    NoAnswer,
    /// The inference thread could not be started or is gone.
    #[error("the inference thread is not there ({0}); restart the program")]
    NoThread(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl InferenceError {
    /// What the device did wrong, if this may be its fault: errors of its own, and values that are no
    /// numbers. On a graphics adapter only the processor's answer can tell whether it was.
    pub fn blames_device(&self) -> Option<String> {
        match self {
            Self::Device(detail) => Some(detail.clone()),
            Self::NoAnswer => Some("its answer is no number".to_owned()),
            _ => None,
        }
    }
}
