//! An archive that is asked for with its password before anything of it is shown.

use std::path::PathBuf;

use crate::ingest::{Locked, Private};

/// What was to be opened, and what keeps it closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPaths {
    /// What was asked for.
    pub paths: Private<Vec<PathBuf>>,
    /// As the prior of the series on the screen.
    pub as_prior: bool,
    /// The archive that needs a password, or another one.
    pub archive: Locked,
}

impl LockedPaths {
    /// The archive's file name: what the user knows it by.
    pub fn name(&self) -> String {
        self.archive.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What is said where no password is given.
    pub fn left(&self) -> String {
        format!("{} is locked by a password, and was not opened", self.name())
    }
}
