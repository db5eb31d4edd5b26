//! What can go wrong in training.

use std::path::{Path, PathBuf};

use crate::jobs::Cancelled;

/// Each sentence says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The configuration file.
    #[error("the training configuration cannot be used: {0}")]
    Config(String),
    /// Too little to learn from.
    #[error("fold {fold} leaves {count} cases to train on; at least {needed} are needed")]
    TooFew {
        /// Held out.
        fold: u32,
        /// Cases left.
        count: usize,
        /// Cases needed.
        needed: usize,
    },
    /// Training ran away.
    #[error("the loss is no number any more at epoch {epoch}; lower the learning rate")]
    Diverged {
        /// Counted from 1.
        epoch: usize,
    },
    /// A checkpoint that is not one of this run.
    #[error("the checkpoint {file} cannot be continued: {why}. Remove it to begin anew", file = file.display())]
    Checkpoint {
        /// Which file.
        file: PathBuf,
        /// In words.
        why: String,
    },
    /// Reading or writing failed.
    #[error("{file} could not be {what}: {source}", file = file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// From the system.
        source: std::io::Error,
    },
    /// A file or folder could not be written.
    #[error(transparent)]
    Write(#[from] crate::export::WriteError),
    /// Surroundings could not be simulated.
    #[error("a case's surroundings could not be simulated: {0}")]
    Simulate(#[from] crate::synth::SynthError),
    /// Weights that do not fit.
    #[error(transparent)]
    Weights(#[from] crate::networks::weights::WeightsError),
    /// There is no such network.
    #[error(transparent)]
    Network(#[from] crate::networks::UnknownNetwork),
    /// The device gave up.
    #[error("the device failed in the middle of training: {0}")]
    Device(String),
    /// Asked to stop. An outcome, not an error; the last finished epoch is on disk.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl TrainingError {
    /// A file that belongs to a run that was begun with something else.
    pub fn other_run(file: &Path) -> Self {
        let why = "it was begun with another network, configuration or data".to_owned();
        Self::Checkpoint { file: file.to_owned(), why }
    }
}
