//! Why nothing could be opened, in the words that the user reads.

use crate::jobs::Cancelled;

/// An end of the work; what is odd but not the end is a [`super::Defect`].
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// What, where and what to do, in one sentence.
    #[error("{0}")]
    Sentence(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
