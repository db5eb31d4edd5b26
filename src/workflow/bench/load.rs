//! How long a folder takes to become a volume in memory: scan, begin and load, as a user has it.

use std::path::Path;

use serde::Serialize;

use crate::jobs::JobContext;
use crate::workflow::open::OpenError;

/// Figures of one load, named as the other tools' are so that they can be compared in one table.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// Folder to complete volume, wall clock, milliseconds.
    pub load_ms: f64,
    /// The same in CPU time of all cores, milliseconds; absent where the system does not tell.
    pub load_cpu_ms: Option<f64>,
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
    pub sum: i64,
    /// Lowest value, padding included.
    pub min: i16,
    /// Highest value, padding included.
    pub max: i16,
    /// Value of voxel (0, 0, 0).
    pub first: i16,
    /// Highest memory use of the process so far, MB; absent where the system does not tell.
    pub peak_rss_mb: Option<f64>,
}

/// Loads the folder at `path` once and measures it.
pub fn load(path: &Path, ctx: &JobContext) -> Result<LoadReport, OpenError> {
    let _ = (path, ctx);
    unimplemented!()
}
