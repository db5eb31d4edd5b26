//! What the reader drew, as a NIfTI label map or as a DICOM segmentation of its series.

use std::path::Path;
use std::sync::Arc;

use super::atomic::{WriteError, write_whole_with};
use super::dicom_seg::segmentation;
use super::nifti::label_map;
use crate::ingest::Series;
use crate::jobs::{Cancelled, JobContext};
use crate::segments::Segment;
use crate::volume::Volume;

/// What is written.
#[derive(Clone, Debug)]
pub struct SegmentsFile {
    /// The series that was drawn in.
    pub series: Series,
    /// Its volume.
    pub volume: Arc<Volume>,
    /// All segments, in the order of the list; empty ones are left out.
    pub segments: Vec<Segment>,
    /// Nothing of the patient is copied from the series' files, and none of their UIDs.
    pub anonymous: bool,
}

/// Writes a DICOM segmentation where the name ends in `.dcm`, else a NIfTI label map.
///
/// A label map holds the place in the list, from 1, on the volume's own grid and nothing of the patient; of a
/// voxel of several segments the last. A DICOM segmentation belongs to the study, the patient and the images that
/// its series has, as far as these are DICOM files that can be read.
///
/// # Errors
/// Outer: it was cancelled. Inner: the file cannot be written whole; what was there before stays.
pub fn write_segments(
    ctx: &JobContext,
    path: &Path,
    file: &SegmentsFile,
) -> Result<Result<(), WriteError>, Cancelled> {
    let drawn: Vec<&Segment> = file.segments.iter().filter(|s| !s.voxels.is_empty()).collect();
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dcm")) {
        ctx.check()?;
        let name = path.to_string_lossy().to_lowercase();
        if !name.ends_with(".nii") && !name.ends_with(".nii.gz") {
            let why = "segments are written as .nii.gz, .nii or .dcm: the name must end so";
            return Ok(Err(WriteError::new(
                path,
                std::io::Error::new(std::io::ErrorKind::InvalidInput, why),
            )));
        }
        return Ok(write_whole_with(path, |partial| label_map(partial, file.volume.grid(), &file.segments)));
    }
    let object = segmentation(ctx, file, &drawn)?;
    Ok(write_whole_with(path, |partial| {
        let bytes = std::fs::File::create(partial)?;
        object?.write_all(std::io::BufWriter::new(bytes)).map_err(std::io::Error::other)
    }))
}
