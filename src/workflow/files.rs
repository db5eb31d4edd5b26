//! Files that are whole or not there: results of the terminal and the window go through here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a result could not be written, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}. Nothing half-written was left behind", .path.display())]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Writes the file beside its place and moves it there, so that an older one is replaced whole.
///
/// Something at `path` that is no plain file (a pipe, a device) is written to directly: moving a
/// file over it would remove it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let error = |source| WriteError { path: path.to_owned(), source };
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(path, bytes).map_err(error);
    }
    let name = path.file_name().ok_or_else(|| error(io::ErrorKind::InvalidFilename.into()))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".partial");
    let partial = path.with_file_name(hidden);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    written.map_err(|source| {
        // It may not have come into being at all.
        let _ = fs::remove_file(&partial);
        error(source)
    })
}

/// Makes a folder, with those above it, where it is missing.
pub fn make_folder(path: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(path).map_err(|source| WriteError { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_lies_beside_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("result.json");
        for text in ["first", "second"] {
            write_whole(&file, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&file).expect("read"), text);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_failure_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("taken");
        fs::create_dir(&file).expect("made");
        fs::write(file.join("inside"), "x").expect("written");
        let error = write_whole(&file, b"x").expect_err("a folder is in the way");
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
