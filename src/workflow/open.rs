//! Folder to volume: what the window's job and every command of the terminal call.
//!
//! Events arrive in order on the caller's thread: the series that were found, then the volume, in
//! which slices appear from the middle outwards; the function returns when the last one is there.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::ingest::{self, Defect, IngestError, Locked, Private, Scan, Series};
use crate::jobs::{Cancelled, JobContext};
use crate::volume::Volume;

/// What happens on the way to a complete volume.
#[derive(Clone, Debug)]
pub enum OpenEvent {
    /// The headers are read.
    Scanned {
        /// All that was found.
        scan: Arc<Scan>,
        /// Index in `scan.series` of the series that will be loaded.
        chosen: usize,
    },
    /// The volume can be shown; its slices are arriving, or, of real numbers, are all there. It comes a second time,
    /// complete, where values of a volume file turned out to be real numbers only on the way.
    Began {
        /// Without slices yet.
        volume: Arc<Volume>,
        /// Index in `scan.series`.
        series: usize,
    },
    /// The first of them is there; the others are begun when whoever is told returns.
    FirstSlice,
}

/// A series opened to its end.
#[derive(Clone, Debug)]
pub struct Opened {
    /// All that was found.
    pub scan: Arc<Scan>,
    /// Index in `scan.series` of the series that was loaded.
    pub chosen: usize,
    /// Complete.
    pub volume: Arc<Volume>,
    /// What is odd about it: from the headers and from decoding.
    pub defects: Vec<Defect>,
}

impl Opened {
    /// The series that was loaded.
    pub fn series(&self) -> &Series {
        &self.scan.series[self.chosen]
    }
}

/// Why nothing was opened: one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// From reading the files.
    #[error(transparent)]
    Ingest(IngestError),
    /// There is nothing to view.
    #[error("{0}")]
    Nothing(String),
    /// There may be something to view, behind a password.
    #[error("{0}")]
    Locked(LockedArchive),
    /// `--series` names none of the series found.
    #[error("There is no series {wanted} here. Found: {found}")]
    NoSuchSeries {
        /// As asked for.
        wanted: String,
        /// UIDs of those that are there.
        found: String,
    },
    /// The series cannot be viewed.
    #[error("{0}")]
    NotUsable(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// An archive and what its password has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedArchive(pub Locked);

impl fmt::Display for LockedArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.file.file_name().unwrap_or_default().to_string_lossy();
        if self.0.wrong {
            write!(f, "{name} is locked, and this is not its password; give the right one")
        } else {
            write!(
                f,
                "{name} is locked by a password: give it with --password-file, or open the archive in the window, \
                 which asks for it"
            )
        }
    }
}

impl From<IngestError> for OpenError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Ingest(other),
        }
    }
}

/// Finds the series at `paths` and loads one of them.
///
/// - `wanted_series`: a UID out of the scan; `None` takes the largest CT that can be viewed
/// - errors: a sentence where there is nothing, where it cannot be read, or where the series wanted
///   cannot be viewed; [`OpenError::Cancelled`]
pub fn open(
    paths: &[PathBuf],
    wanted_series: Option<&str>,
    ctx: &JobContext,
    on_event: impl FnMut(OpenEvent),
) -> Result<Opened, OpenError> {
    open_as(paths, wanted_series, Reading::default(), ctx, on_event)
}

/// How files are read where there is a choice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// Of archives that ask for one.
    pub password: Option<&'a Private<String>>,
    /// Slices at irregular places as they are stored, in place of resampled.
    pub slices_as_stored: bool,
}

impl Reading<'_> {
    /// Everything at these paths.
    /// - errors: see [`ingest::scan`]
    pub fn scan(self, paths: &[PathBuf], ctx: &JobContext) -> Result<Scan, IngestError> {
        let mut scan = ingest::scan_unlocked(paths, self.password, ctx)?;
        if self.slices_as_stored {
            scan.series = scan.series.into_iter().map(|series| series.with_slices_as_stored(true)).collect();
        }
        Ok(scan)
    }
}

/// The same where there is a choice of how files are read.
/// - errors: as [`open`]; [`OpenError::Locked`] where nothing was found and a password is missing or wrong
pub fn open_as(
    paths: &[PathBuf],
    wanted_series: Option<&str>,
    reading: Reading<'_>,
    ctx: &JobContext,
    mut on_event: impl FnMut(OpenEvent),
) -> Result<Opened, OpenError> {
    let scan = Arc::new(reading.scan(paths, ctx)?);
    let chosen = choose(&scan, wanted_series)?;
    on_event(OpenEvent::Scanned { scan: Arc::clone(&scan), chosen });
    open_series(&scan, chosen, ctx, on_event)
}

/// Loads one series of a scan: a click on another one in the list.
/// - errors: as [`open`]
pub fn open_series(
    scan: &Arc<Scan>,
    chosen: usize,
    ctx: &JobContext,
    mut on_event: impl FnMut(OpenEvent),
) -> Result<Opened, OpenError> {
    let series = scan.series.get(chosen).ok_or_else(|| nothing(scan))?;
    if let Some(obstacle) = series.obstacle() {
        return Err(OpenError::NotUsable(obstacle.to_owned()));
    }
    let volume = ingest::begin_reading(series, ctx)?;
    // What a screen shows of real numbers begins with the lowest and highest of all.
    let shows = volume.int16().is_some() || volume.is_complete();
    if shows {
        on_event(OpenEvent::Began { volume: Arc::clone(&volume), series: chosen });
    }
    let first = || {
        if shows {
            on_event(OpenEvent::FirstSlice);
        }
    };
    let loaded = ingest::load_showing(series, &volume, ctx, first)?;
    if !(shows && Arc::ptr_eq(&loaded.volume, &volume)) {
        on_event(OpenEvent::Began { volume: Arc::clone(&loaded.volume), series: chosen });
    }
    Ok(Opened { scan: Arc::clone(scan), chosen, volume: loaded.volume, defects: loaded.defects })
}

/// The series wanted, or the first: the scan puts the largest CT that can be viewed there.
fn choose(scan: &Scan, wanted: Option<&str>) -> Result<usize, OpenError> {
    let Some(wanted) = wanted else {
        return if scan.series.is_empty() { Err(nothing(scan)) } else { Ok(0) };
    };
    scan.named(wanted).ok_or_else(|| OpenError::NoSuchSeries {
        wanted: wanted.to_owned(),
        found: scan.series.iter().map(|s| s.uid.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Why there is no series, with the reason of a file that was passed over.
pub fn nothing(scan: &Scan) -> OpenError {
    if let Some(locked) = scan.locked.first() {
        return OpenError::Locked(LockedArchive(locked.clone()));
    }
    const HINT: &str = "choose the folder that contains the slices of a CT";
    let reason = scan.skipped.iter().map(|s| s.reason.as_str());
    let telling = reason.clone().find(|r| !r.ends_with("is not a DICOM file"));
    OpenError::Nothing(match (scan.skipped.len(), telling.or(reason.clone().next())) {
        (0, _) | (_, None) => format!("There are no images here; {HINT}"),
        (1, Some(reason)) => format!("{reason}; {HINT}"),
        (n, Some(_)) if telling.is_none() => format!("None of the {n} files here is a DICOM file; {HINT}"),
        (n, Some(reason)) => format!("None of the {n} files here is an image ({reason}); {HINT}"),
    })
}
