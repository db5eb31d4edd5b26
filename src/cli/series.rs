//! Finding and loading the series that a command works on: `--series`, or the largest CT.

use std::path::Path;
use std::time::Instant;

use super::exit::Failure;
use super::output;
use crate::ingest::{self, Scan, Series, count};
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
    Err(if !meant_as_path(path) && path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        Failure::arguments(format!(
            "{} is neither an option nor a file or folder here; `triscope --help` lists the options",
            path.display()
        ))
    } else {
        Failure::work(format!("{} does not exist, or may not be looked at", path.display()))
    })
}

/// Whether what was typed can be nothing but a path: a single hyphen, or anything after `--`.
pub(super) fn meant_as_path(path: &Path) -> bool {
    let typed = path.as_os_str();
    typed == "-" || std::env::args_os().skip_while(|a| a != "--").skip(1).any(|a| a == typed)
}

/// Finds and loads; a choice among several series is said on stderr.
pub(super) fn load(path: &Path, uid: Option<&str>, ctx: &JobContext) -> Result<Case, Failure> {
    check_path(path)?;
    let started = Instant::now();
    let opened = open::open(&[path.to_path_buf()], uid, ctx, |event| {
        let OpenEvent::Scanned { scan, chosen } = event else { return };
        let Some(series) = scan.series.get(chosen) else { return };
        match uid {
            Some(wanted) => note_part(wanted, series),
            None if scan.series.len() > 1 => output::note(&format!(
                "{} series found; using {}, {} (--series picks another)",
                scan.series.len(),
                series.uid,
                count(series.files.len(), "file")
            )),
            None => {}
        }
    })?;
    Ok(Case { opened, load_ms: started.elapsed().as_secs_f64() * 1e3 })
}

/// Says which part stands for a series that was split.
pub(super) fn note_part(wanted: &str, series: &Series) {
    if series.uid != wanted {
        output::note(&format!(
            "series {wanted} was split; using its largest part {}, {} (--series '{wanted}#n' picks another)",
            series.uid,
            count(series.files.len(), "file")
        ));
    }
}
