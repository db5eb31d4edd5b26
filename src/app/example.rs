//! The built-in case.

use std::path::PathBuf;

use crate::jobs::{Cancelled, JobContext};

/// Why there is no built-in case.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExampleError {
    #[error("{0}")]
    Sentence(String),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The folder of the built-in case; made where it is not there yet.
pub(super) fn folder(ctx: &JobContext) -> Result<PathBuf, ExampleError> {
    ctx.check()?;
    Err(ExampleError::Sentence("The built-in case is not part of this build".to_owned()))
}
