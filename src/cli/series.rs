//! Finding and loading the series that a command works on: `--series`, or the largest CT.

use std::path::Path;
use std::time::Instant;

use super::exit::Failure;
use super::output;
use crate::ingest::{self, Scan};
use crate::jobs::JobContext;
use crate::workflow::open::{self, OpenError, OpenEvent, Opened};

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// A loaded series and the time it took.
pub(super) struct Case {
    /// With its volume.
    pub(super) opened: Opened,
    /// Finding, sorting and decoding.
    pub(super) load_ms: f64,
}

/// Everything at a path.
pub(super) fn scan(path: &Path, ctx: &JobContext) -> Result<Scan, Failure> {
    check_path(path)?;
    Ok(ingest::scan(&[path.to_path_buf()], ctx)?)
}

/// Tells a mistyped option from a path: both may begin with a hyphen.
pub(super) fn check_path(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(if path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        Failure::arguments(format!(
            "{} is neither an option nor a file or folder here; `triscope --help` lists the options",
            path.display()
        ))
    } else {
        Failure::work(format!("{} is not there, or may not be looked at", path.display()))
    })
}

/// Finds and loads; a choice among several series is said on stderr.
pub(super) fn load(path: &Path, uid: Option<&str>, ctx: &JobContext) -> Result<Case, Failure> {
    check_path(path)?;
    let started = Instant::now();
    let opened = open::open(&[path.to_path_buf()], uid, ctx, |event| {
        if let OpenEvent::Scanned { scan, chosen } = event
            && uid.is_none()
            && scan.series.len() > 1
            && let Some(series) = scan.series.get(chosen)
        {
            output::note(&format!(
                "{} series found; using {}, {} files (--series picks another)",
                scan.series.len(),
                series.uid,
                series.files.len()
            ));
        }
    })?;
    Ok(Case { opened, load_ms: started.elapsed().as_secs_f64() * 1e3 })
}
