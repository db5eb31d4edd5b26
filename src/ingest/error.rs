//! Why nothing could be opened, in the words that the user reads.

use super::defect::{Defect, DefectCode};
use super::dicom::SliceFault;
use super::words::defect;
use crate::jobs::Cancelled;

/// An end of the work; what is odd but not the end is a [`super::Defect`].
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// What, where and what to do, in one sentence.
    #[error("{0}")]
    Sentence(String),
    /// Of what a header promised nothing can be read: the defect that the series would have.
    #[error("{}", .0.text)]
    Unread(Defect),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl IngestError {
    /// No slice can be read, for such a fault.
    pub(super) fn unread(fault: &SliceFault, text: String) -> Self {
        let code = match fault {
            SliceFault::Unsupported(_) => DefectCode::UnsupportedSyntax,
            SliceFault::Truncated | SliceFault::Damaged(_) | SliceFault::Io(_) => DefectCode::Truncated,
        };
        Self::Unread(defect(code, text))
    }

    /// What a description of the series says of it.
    pub fn defect(&self) -> Defect {
        match self {
            Self::Unread(defect) => defect.clone(),
            other => defect(DefectCode::NoPixelData, other.to_string()),
        }
    }
}
