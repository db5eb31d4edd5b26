//! From paths to series.

use std::path::PathBuf;

use super::error::IngestError;
use super::series::Scan;
use crate::jobs::JobContext;

/// Finds the series at `paths` (files and folders of any depth), told apart by content.
pub fn scan(paths: &[PathBuf], ctx: &JobContext) -> Result<Scan, IngestError> {
    let _ = (paths, ctx);
    unimplemented!()
}
