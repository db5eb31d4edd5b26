//! Why there is no evaluation, in the words that the user reads.

use std::path::PathBuf;

use crate::dataset::DatasetError;
use crate::evaluation::EvaluationError;
use crate::export::WriteError;
use crate::inference::InferenceError;
use crate::jobs::Cancelled;
use crate::networks::UnknownNetwork;
use crate::networks::weights::WeightsError;
use crate::training::TrainingError;
use crate::workflow::train::TrainError;

/// Each is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The manifest or a volume of it.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Labels that answer something else.
    #[error("the labels of {} answer {question}; this network is asked about malignancy", .manifest.display())]
    OtherQuestion {
        /// Which manifest.
        manifest: PathBuf,
        /// By its name there.
        question: &'static str,
    },
    /// Nothing is held out.
    #[error(
        "no case of {} has a fold; triscope dataset build writes a manifest with folds", .0.display()
    )]
    NoFolds(PathBuf),
    /// Nothing to take figures of.
    #[error("{}: {malignant} malignant and {benign} benign cases can be evaluated; at least two of each are needed", .manifest.display())]
    TooFew {
        /// Which manifest.
        manifest: PathBuf,
        /// Malignant ones.
        malignant: usize,
        /// Benign ones.
        benign: usize,
    },
    /// A run without weights.
    #[error(
        "no fold of {} is finished: it has no fold0.safetensors or another; triscope train --out {} goes on", .0.display(), .0.display()
    )]
    NoFinishedFold(PathBuf),
    /// A run that cannot be asked.
    #[error("the run cannot be evaluated: {0}; triscope train --out goes on with a run that is not finished")]
    NoFamilyRun(String),
    /// Every case taught.
    #[error("every case of {} taught the network or measured its progress, or is of a patient who did; train with a fold or a split held out, or give other cases", .0.display())]
    NothingHeldOut(PathBuf),
    /// Not the folder of a run.
    #[error("{} is no folder of a training run: {file} cannot be read ({why})", .run.display())]
    NoRun {
        /// The folder.
        run: PathBuf,
        /// What is missing.
        file: &'static str,
        /// The system's words.
        why: String,
    },
    /// The control where the run belongs.
    #[error("{} was shown balls in place of nodules; give it as --control beside the run that was shown the nodules", .0.display())]
    ControlAsRun(PathBuf),
    /// Nothing to hold against each other.
    #[error("the run and its control {0} have too few cases in common: finish the same folds of both")]
    ControlApart(String),
    /// A figure.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// Pictures or their surroundings.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The network's layers, or its configuration.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// Weights that do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// No such network.
    #[error(transparent)]
    Network(#[from] UnknownNetwork),
    /// No device.
    #[error(transparent)]
    Device(#[from] InferenceError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
