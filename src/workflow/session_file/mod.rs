//! The session as a file: everything that a reader made of a case, in JSON that a person can read.
//!
//! Nothing of the patient is in it: series are named by a hash of their UID, and no name, number, date or
//! clinical field is written. Pictures are not in it either; it waits until its series are opened. What a
//! network said is kept in figures, and the network is asked again when the session is opened.

mod fill;
mod made;
mod restore;
mod saved;

use std::io;
use std::path::{Path, PathBuf};

use crate::export::{WriteError, write_json};

pub use fill::{filled, wants_filling};
pub use made::{saved, views_alone};
pub use restore::{Restored, restore, restore_in_prior};
pub use saved::{
    SavedAnswer, SavedMeasurement, SavedNodule, SavedRuns, SavedSegment, SavedSeries, SavedSession,
};

/// Ending of a file's name.
pub const ENDING: &str = "triscope";
/// Layout of the file.
const VERSION: u32 = 1;
/// Longest file that is read and written, bytes: some ten thousand measurements, or segments of some twenty million
/// runs.
const LONGEST: u64 = 256 << 20;

/// Why a session could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SessionFileError {
    /// It cannot be read at all.
    #[error("The session {file} cannot be read: {source}")]
    Read {
        /// File name.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{file} is no session of Triscope, or it was damaged: {detail}. Nothing was changed")]
    Broken {
        /// File name.
        file: String,
        /// Line and reason.
        detail: String,
    },
    /// A newer program wrote it.
    #[error(
        "The session {file} is of layout {version}, which a newer Triscope writes; this one reads {VERSION}"
    )]
    Newer {
        /// File name.
        file: String,
        /// Its layout.
        version: u32,
    },
}

/// Reads a session.
///
/// # Errors
/// Where the file cannot be read, is no session, or is of a newer layout.
pub fn read(path: &Path) -> Result<SavedSession, SessionFileError> {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let broken = |detail: String| SessionFileError::Broken { file: file.clone(), detail };
    let length = std::fs::metadata(path).map(|m| m.len());
    let text = match length {
        Ok(length) if length > LONGEST => return Err(broken(format!("it has {length} bytes"))),
        Ok(_) => std::fs::read_to_string(path),
        Err(source) => Err(source),
    };
    let text = text.map_err(|source| SessionFileError::Read { file: file.clone(), source })?;
    /// What every layout has.
    #[derive(serde::Deserialize)]
    struct Head {
        triscope_session: u32,
    }
    // Words of the parser may quote the file: line and column alone go on the screen.
    let place = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
    let head: Head = serde_json::from_str(&text).map_err(|error| broken(place(error)))?;
    if head.triscope_session > VERSION {
        return Err(SessionFileError::Newer { file, version: head.triscope_session });
    }
    serde_json::from_str(&text).map_err(|error| broken(place(error)))
}

/// Writes a session whole, or leaves what was there.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(path: &Path, session: &SavedSession) -> Result<(), WriteError> {
    // What could not be read back is not written: what was saved before stays.
    let mut length = Length(0);
    let counted = serde_json::to_writer_pretty(&mut length, session);
    if counted.is_ok() && length.0 > LONGEST {
        let why = "the segments have too many small pieces to be saved; export them instead";
        return Err(WriteError::new(path, io::Error::new(io::ErrorKind::InvalidInput, why)));
    }
    write_json(path, session)
}

/// Counts what is written to it.
struct Length(u64);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The folder in which a running program keeps its session; `None` where there is no home.
pub fn state_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "triscope")?;
    Some(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.triscope");
        std::fs::write(&path, text).expect("written");
        read(&path).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_no_session_is_refused_in_one_sentence() {
        assert!(refused("").contains("no session of Triscope"));
        assert!(refused("{\"name\": \"Doe^Jane\"}").contains("line 1"));
        assert!(!refused("{\"triscope_session\": 1, \"series\": \"Doe^Jane\"}").contains("Doe"));
        assert!(refused("{\"triscope_session\": 7}").contains("layout 7"));
        let missing = read(Path::new("a.triscope")).expect_err("missing").to_string();
        assert!(missing.starts_with("The session a.triscope cannot be read"), "{missing}");
    }
}
