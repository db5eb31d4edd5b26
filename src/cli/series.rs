//! Finding and loading the series that a command works on: `--series`, or the largest CT.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::exit::Failure;
use super::output;
use crate::ingest::{self, Defect, Scan, Series};
use crate::jobs::JobContext;
use crate::volume::Volume;

/// A series with its voxels.
pub(super) struct Opened {
    /// As found.
    pub(super) series: Series,
    /// Complete.
    pub(super) volume: Arc<Volume>,
    /// What is odd about it, pixels included.
    pub(super) defects: Vec<Defect>,
    /// Finding, sorting and decoding.
    pub(super) load_ms: f64,
}

/// Everything at a path. A path that is not there and begins with a hyphen is a mistyped option.
pub(super) fn scan(path: &Path, ctx: &JobContext) -> Result<Scan, Failure> {
    check_path(path)?;
    Ok(ingest::scan(&[path.to_path_buf()], ctx)?)
}

/// Tells a mistyped option from a path: both may begin with a hyphen.
pub(super) fn check_path(path: &Path) -> Result<(), Failure> {
    if path.as_os_str().as_encoded_bytes().starts_with(b"-") && !path.exists() {
        return Err(Failure::arguments(format!(
            "{} is neither an option nor a file or folder here; `triscope --help` lists the options",
            path.display()
        )));
    }
    Ok(())
}

/// The series to work on, and a note on stderr where it was chosen among several.
pub(super) fn choose(scan: Scan, uid: Option<&str>, path: &Path) -> Result<Series, Failure> {
    let found = scan.series.len();
    let chosen =
        match uid {
            Some(uid) => scan
                .series
                .into_iter()
                .find(|s| s.uid == uid)
                .ok_or_else(|| Failure::work(format!("{} holds no series {uid}", path.display())))?,
            None => scan.series.into_iter().next().ok_or_else(|| {
                Failure::work(format!("{} holds no series that can be used", path.display()))
            })?,
        };
    if uid.is_none() && found > 1 {
        output::note(&format!(
            "{found} series found; using the largest CT, {} ({} files). --series picks another",
            chosen.uid,
            chosen.files.len()
        ));
    }
    Ok(chosen)
}

/// Finds, chooses and loads.
pub(super) fn open(path: &Path, uid: Option<&str>, ctx: &JobContext) -> Result<Opened, Failure> {
    let started = Instant::now();
    let series = choose(scan(path, ctx)?, uid, path)?;
    load(series, started, ctx)
}

/// Decodes a series.
pub(super) fn load(series: Series, started: Instant, ctx: &JobContext) -> Result<Opened, Failure> {
    if !series.usable() {
        let why = refusing(&series.defects, |d| d.code.viewable());
        return Err(Failure::work(if why.is_empty() {
            "this series is no volume: it cannot be shown in three planes".to_owned()
        } else {
            why
        }));
    }
    let volume = ingest::begin(&series)?;
    let loaded = ingest::load(&series, &volume, ctx)?;
    Ok(Opened {
        series,
        volume: loaded.volume,
        defects: loaded.defects,
        load_ms: started.elapsed().as_secs_f64() * 1e3,
    })
}

/// The sentences of the defects that forbid something.
pub(super) fn refusing(defects: &[Defect], allowed: impl Fn(&Defect) -> bool) -> String {
    defects.iter().filter(|d| !allowed(d)).map(|d| d.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// A folder to write into, made where it is missing.
pub(super) fn make_folder(folder: &Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|e| Failure::work(format!("the folder {} cannot be made: {e}", folder.display())))?;
    Ok(folder.to_path_buf())
}
