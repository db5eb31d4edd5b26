//! No command: the window, on the paths given.

use std::path::PathBuf;
use std::time::Duration;

use super::exit::Failure;
use super::series::{check_path, meant_as_path};
use crate::app::{self, AppError, Start};

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::work(error)
    }
}

/// Opens the window and returns when it is closed. A path that is not there ends the command before
/// a window opens on nothing.
/// - `conference`: before people, begun anew after so long without a hand
pub(super) fn run(paths: &[PathBuf], conference: Option<Duration>) -> Result<(), Failure> {
    for path in paths {
        // A single word may have been meant as a command.
        if !path.exists()
            && !meant_as_path(path)
            && path.components().count() == 1
            && path.extension().is_none()
        {
            return Err(Failure::arguments(format!(
                "{} is neither a command nor a file or folder here; `triscope --help` lists the commands",
                path.display()
            )));
        }
        check_path(path)?;
    }
    Ok(app::run(Start { paths: paths.to_vec(), example: false, conference })?)
}
