//! Why weights were not taken.

use super::import::Import;
use crate::networks::UnknownNetwork;

/// Each is one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// The device that holds the values does not give them back.
    #[error("the values of {key} could not be read back from the device")]
    NotGiven {
        /// Published key.
        key: String,
    },
    /// The file cannot be opened.
    #[error("{name} cannot be read ({why})")]
    Unreadable {
        /// File name.
        name: String,
        /// The system's words.
        why: String,
    },
    /// Somebody asked to stop.
    #[error("reading {name} was stopped")]
    Stopped {
        /// File name.
        name: String,
    },
    /// Neither safetensors nor PyTorch.
    #[error("{name} is no weights file: it is neither safetensors nor a PyTorch checkpoint (.pt, .pth)")]
    NotWeights {
        /// File name.
        name: String,
    },
    /// Cut short or inconsistent.
    #[error("{name} is damaged or incomplete ({why}); get it again from where it came")]
    Damaged {
        /// File name.
        name: String,
        /// The reader's words.
        why: String,
    },
    /// A pickle that asks for more than tensors.
    #[error(
        "{name} holds a call of {call}, which is code and not weights; nothing of it was run. Ask for the weights as safetensors"
    )]
    Code {
        /// File name.
        name: String,
        /// Python name.
        call: String,
    },
    /// The values are not those that the card was written for.
    #[error(
        "{name} does not hold the values that it was written with: it was changed or damaged. Import the weights again"
    )]
    Changed {
        /// File name.
        name: String,
    },
    /// The file is for another network.
    #[error("{name} holds weights of {found}, not of {model}")]
    OtherNetwork {
        /// File name.
        name: String,
        /// What its card says.
        found: String,
        /// What was asked for.
        model: String,
    },
    /// The keys or shapes are not those of the network.
    #[error("the weights do not fit {model}: {}", report.summary())]
    DoNotFit {
        /// Network they were to be loaded into.
        model: String,
        /// What is missing, unexpected or of another shape.
        report: Box<Import>,
    },
    /// An ensemble of no network.
    #[error("an ensemble needs at least one network")]
    NoMembers,
    /// An ensemble of different networks.
    #[error("member {member} is another network than member 0: {key} is not the same in both")]
    MembersDiffer {
        /// Which one, from 0.
        member: usize,
        /// The first tensor that one of them lacks or has in another shape.
        key: String,
    },
    /// A value that half precision does not hold.
    #[error("'{key}' holds a value beyond what 16 bits can store; store the weights with 32")]
    TooLarge {
        /// Tensor.
        key: String,
    },
    /// A value is no number.
    #[error(
        "the weights hold a value that is no number, in '{key}': the file is damaged or its training failed"
    )]
    NotFinite {
        /// Tensor.
        key: String,
    },
}
