//! How long a folder takes to become a volume in memory: scan, begin and load, as a user has it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use rayon::prelude::*;
use serde::Serialize;

use crate::jobs::{self, JobContext};
use crate::volume::{Values, Volume};
use crate::workflow::open::{OpenError, OpenEvent, open};

/// How often memory is looked at while loading: short against any stage, cheap against all.
const MEMORY_INTERVAL: Duration = Duration::from_millis(5);

/// Figures of one load, named as the other tools' are so that they can be compared in one table.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// Folder to complete volume, wall clock, milliseconds.
    pub load_ms: f64,
    /// The same in CPU time of all cores, milliseconds.
    pub load_cpu_ms: f64,
    /// Until the first slice could be shown, milliseconds.
    pub first_slice_ms: f64,
    /// Headers, series, order: milliseconds.
    pub scan_ms: f64,
    /// Pixel data to values, milliseconds.
    pub decode_ms: f64,
    /// Slices, rows, columns.
    pub shape: [usize; 3],
    /// Kind of a value.
    pub dtype: &'static str,
    /// Sum of all values, padding included.
    pub sum: Figure,
    /// Lowest value, padding included.
    pub min: Figure,
    /// Highest value, padding included.
    pub max: Figure,
    /// Value of voxel (0, 0, 0).
    pub first: Figure,
    /// Most memory that the process held while loading, in MB of a million bytes, looked at every
    /// few milliseconds; absent where the system does not tell.
    pub peak_rss_mb: Option<f64>,
}

/// Loads the series of the folder or file at `path` once, as `triscope PATH` does, and measures it.
/// - `series`: a UID; `None` takes the largest CT
/// - errors: as [`open`]
pub fn load(path: &Path, series: Option<&str>, ctx: &JobContext) -> Result<LoadReport, OpenError> {
    let memory = watch_memory();
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    let first_slice = Arc::new(OnceLock::new());
    let at_step = Arc::clone(&first_slice);
    // The inner context tells when the first slice is there, and is cancelled with the outer one.
    let outer = ctx.clone();
    let inner: Arc<OnceLock<JobContext>> = Arc::default();
    let at_cancel = Arc::clone(&inner);
    let watched = JobContext::new(move |progress| {
        if progress.what == crate::ingest::READING_SLICES {
            at_step.get_or_init(|| wall.elapsed());
        }
        if outer.step(&progress.what, progress.done).is_err()
            && let Some(inner) = at_cancel.get()
        {
            inner.cancel();
        }
    });
    inner.get_or_init(|| watched.clone());
    let mut scanned = None;
    let opened = open(&[path.to_path_buf()], series, &watched, |event| {
        if matches!(event, OpenEvent::Scanned { .. }) {
            scanned = Some(wall.elapsed());
        }
    })?;
    let (load, cpu) = (wall.elapsed(), cpu.elapsed());
    let scan = scanned.unwrap_or(load);
    let totals = Totals::of(&opened.volume);
    let [columns, rows, depth] = opened.volume.grid().size();
    Ok(LoadReport {
        load_ms: ms(load),
        load_cpu_ms: ms(cpu),
        first_slice_ms: ms(first_slice.get().copied().unwrap_or(load)),
        scan_ms: ms(scan),
        decode_ms: ms(load.saturating_sub(scan)),
        shape: [depth, rows, columns],
        dtype: if opened.volume.int16().is_some() { "int16" } else { "float32" },
        sum: totals.sum,
        min: totals.min,
        max: totals.max,
        first: match (opened.volume.int16(), opened.volume.value([0; 3]).unwrap_or_default()) {
            (Some(_), value) => Figure::Whole(value as i64),
            (None, value) => Figure::Real(value.into()),
        },
        peak_rss_mb: memory(),
    })
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e4).round() / 10.0
}

/// Looks at this process' memory until the returned function is called, which gives the peak in MB.
pub(super) fn watch_memory() -> impl FnOnce() -> Option<f64> {
    let peak = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&peak);
    let look = move || {
        if let Some(usage) = memory_stats::memory_stats() {
            seen.fetch_max(usage.physical_mem, Ordering::Relaxed);
        }
    };
    let at_end = look.clone();
    let job = jobs::spawn("memory", Arc::new(|| {}), move |ctx| {
        while !ctx.is_cancelled() {
            look();
            std::thread::sleep(MEMORY_INTERVAL);
        }
        Ok(())
    });
    move || {
        drop(job);
        at_end();
        let bytes = peak.load(Ordering::Relaxed);
        (bytes > 0).then(|| (bytes as f64 / 1e5).round() / 10.0)
    }
}

/// A value, as the volume holds it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// Of whole numbers.
    Whole(i64),
    /// Of real ones.
    Real(f64),
}

/// Sum, lowest and highest of all values.
struct Totals {
    sum: Figure,
    min: Figure,
    max: Figure,
}

impl Totals {
    fn of(volume: &Volume) -> Self {
        match volume.values() {
            Values::Int16(slices) => {
                let one = |slice: &[i16]| {
                    slice.iter().fold((0, i64::MAX, i64::MIN), |(sum, min, max), &v| {
                        let v = i64::from(v);
                        (sum + v, min.min(v), max.max(v))
                    })
                };
                let join = |a: (i64, i64, i64), b: (i64, i64, i64)| (a.0 + b.0, a.1.min(b.1), a.2.max(b.2));
                let none = || (0, i64::MAX, i64::MIN);
                let (sum, min, max) = slices.all().into_par_iter().map(one).reduce(none, join);
                Self { sum: Figure::Whole(sum), min: Figure::Whole(min), max: Figure::Whole(max) }
            }
            Values::Float32(slices) => {
                // In order and on one thread: the same sum every time.
                let (mut sum, mut min, mut max) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
                for &v in slices.all().into_iter().flatten() {
                    let v = f64::from(v);
                    (sum, min, max) = (sum + v, min.min(v), max.max(v));
                }
                Self { sum: Figure::Real(sum), min: Figure::Real(min), max: Figure::Real(max) }
            }
        }
    }
}
