//! Why a file is no volume, or why nothing of it can be read, in the words that the user reads.

use std::io;
use std::path::Path;

use crate::ingest::defect::DefectCode;
use crate::ingest::error::IngestError;
use crate::ingest::words::{defect, name};

/// Why a file is no volume: what follows its name in the sentence.
#[derive(Debug)]
pub(in crate::ingest) enum Fault {
    Words(String),
    /// Its header can be read, its voxels cannot.
    Unread(DefectCode, String),
}

impl Fault {
    pub(super) fn about(self, path: &Path) -> IngestError {
        match self {
            Self::Words(words) => IngestError::Sentence(format!("{} {words}", name(path))),
            Self::Unread(code, words) => IngestError::Unread(defect(code, format!("{} {words}", name(path)))),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        read_fault(&error)
    }
}

pub(super) fn fault<T>(words: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Words(words.into()))
}

/// A failure of the system, or of a decompressor, while reading.
pub(super) fn read_fault(error: &io::Error) -> Fault {
    let damaged = |words: &str| Fault::Unread(DefectCode::Truncated, words.to_owned());
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            damaged("ends too early: it was cut off while copying; copy it again")
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            damaged("is damaged: it cannot be decompressed, or does not fit its checksum; copy it again")
        }
        io::ErrorKind::OutOfMemory => Fault::Words(
            "needs more memory to be unpacked than there is, or is damaged; pack it with gzip".to_owned(),
        ),
        _ => Fault::Words(format!("cannot be read: {error}")),
    }
}

/// Why reading a volume file ended.
#[derive(Debug)]
pub(in crate::ingest) enum Stopped {
    /// By the file.
    Fault(Fault),
    /// By whoever took the slices.
    Ingest(IngestError),
}

impl Stopped {
    /// The sentence about a file.
    pub(in crate::ingest) fn about(self, path: &Path) -> IngestError {
        match self {
            Self::Fault(fault) => fault.about(path),
            Self::Ingest(error) => error,
        }
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        read_fault(&error).into()
    }
}

impl From<IngestError> for Stopped {
    fn from(error: IngestError) -> Self {
        Self::Ingest(error)
    }
}

impl From<crate::jobs::Cancelled> for Stopped {
    fn from(cancelled: crate::jobs::Cancelled) -> Self {
        Self::Ingest(cancelled.into())
    }
}
