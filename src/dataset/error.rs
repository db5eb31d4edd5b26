//! Why there is no manifest, in the words that the user reads.

use crate::ingest::IngestError;
use crate::jobs::Cancelled;

/// An end of the work; what is wrong with a single row is a [`super::Problem`].
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// What, where and what to do, in one sentence.
    #[error("{0}")]
    Sentence(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl DatasetError {
    /// - `sentence`: what, where, what to do
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self::Sentence(sentence.into())
    }
}

impl From<IngestError> for DatasetError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Sentence(other.to_string()),
        }
    }
}
