//! Files to volumes: finds series among files, sorts them, says what is wrong with them, decodes.

use std::path::PathBuf;
use std::sync::Arc;

use crate::geometry::VoxelGrid;
use crate::jobs::{Cancelled, JobContext};
use crate::volume::Volume;

mod defect;
mod private;

pub use defect::{Defect, DefectCode};
pub use private::Private;

/// A series as found on disk: headers read, slices sorted, nothing decoded.
#[derive(Clone, Debug)]
pub struct Series {
    /// Series Instance UID; a part split off (orientation, phase) has `.1`, `.2` ... after `#`.
    pub uid: String,
    /// `CT`, `MR` ...
    pub modality: String,
    /// Series Description.
    pub description: Private<String>,
    /// Patient's name, for the corner text alone.
    pub patient_name: Private<String>,
    /// Files in slice order (doubled ones left out).
    pub files: Vec<PathBuf>,
    /// Grid of the volume; `None` where the series is no volume.
    pub grid: Option<VoxelGrid>,
    /// Frame of Reference UID.
    pub frame_of_reference: Option<String>,
    /// Transfer syntax of the first file, by its standard's name.
    pub transfer_syntax: String,
    /// What is odd about it, as known from the headers.
    pub defects: Vec<Defect>,
}

impl Series {
    /// Whether it can be viewed in three planes.
    pub fn usable(&self) -> bool {
        self.grid.is_some() && self.defects.iter().all(|d| d.code.viewable())
    }

    /// Whether a network may be run on it.
    pub fn classifiable(&self) -> bool {
        self.usable() && self.defects.iter().all(|d| d.code.classifiable())
    }
}

/// A file that was passed over, and why.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// Which.
    pub file: PathBuf,
    /// One sentence.
    pub reason: String,
}

/// Everything found at some paths.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Series, largest usable CT first.
    pub series: Vec<Series>,
    /// Files passed over.
    pub skipped: Vec<Skipped>,
}

/// Why nothing could be opened, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// See the sentence.
    #[error("{0}")]
    Sentence(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A series with all its slices.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Complete.
    pub volume: Arc<Volume>,
    /// Those of the headers and those found while decoding.
    pub defects: Vec<Defect>,
}

/// Finds the series at `paths` (files and folders of any depth), told apart by content.
pub fn scan(paths: &[PathBuf], ctx: &JobContext) -> Result<Scan, IngestError> {
    let _ = (paths, ctx);
    unimplemented!()
}

/// The empty volume that [`load`] will fill: it can be shown at once, slices appear as they arrive.
pub fn begin(series: &Series) -> Result<Arc<Volume>, IngestError> {
    let _ = series;
    unimplemented!()
}

/// Decodes every slice into `volume` on all cores, middle slices first.
pub fn load(series: &Series, volume: &Arc<Volume>, ctx: &JobContext) -> Result<Loaded, IngestError> {
    let _ = (series, volume, ctx);
    unimplemented!()
}
