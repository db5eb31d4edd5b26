//! What the reader drew, as a NIfTI label map or as a DICOM segmentation of its series.

use std::path::Path;
use std::sync::Arc;

use super::atomic::{WriteError, write_whole_with};
use super::dicom_seg::segmentation;
use super::filing::Filing;
use super::nifti::label_map;
use crate::ingest::{IngestError, Origin, Series, origin};
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
    /// Under patient, study and UIDs of the series, else under nobody: see [`Filing::new`].
    pub with_patient: bool,
}

/// Why segments were not written.
#[derive(Debug, thiserror::Error)]
pub enum SegmentsError {
    /// The file cannot be written whole; what was there before stays.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Whose the series is cannot be read any more, and was asked for.
    #[error("{0}. The segments cannot be filed with the patient; export them without, or as a label map")]
    Origin(String),
    /// A label map has no place for a patient.
    #[error("with the patient, segments are written as DICOM: the name must end in .dcm")]
    NoDicom,
}

/// Writes a DICOM segmentation where the name ends in `.dcm`, else a NIfTI label map.
///
/// A label map holds the place in the list, from 1, on the volume's own grid and nothing of the patient; of a
/// voxel of several segments the last.
///
/// Returns what must be known of the file, a sentence each: voxels that a label map could give to one segment alone,
/// images that a segmentation does not name.
///
/// # Errors
/// Outer: it was cancelled. Inner: see [`SegmentsError`].
pub fn write_segments(
    ctx: &JobContext,
    path: &Path,
    file: &SegmentsFile,
) -> Result<Result<Vec<String>, SegmentsError>, Cancelled> {
    ctx.check()?;
    let is_dicom = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dcm"));
    if is_dicom {
        return dicom(ctx, path, file);
    }
    let name = path.to_string_lossy().to_lowercase();
    if file.with_patient {
        return Ok(Err(SegmentsError::NoDicom));
    }
    if !name.ends_with(".nii") && !name.ends_with(".nii.gz") {
        let why = "segments are written as .nii.gz, .nii or .dcm: the name must end so";
        let why = std::io::Error::new(std::io::ErrorKind::InvalidInput, why);
        return Ok(Err(WriteError::new(path, why).into()));
    }
    let mut shared = 0;
    let written = write_whole_with(path, |partial| {
        shared = label_map(partial, file.volume.grid(), &file.segments)?;
        Ok(())
    });
    let remark = match shared {
        0 => Vec::new(),
        1 => vec!["1 voxel of several segments has the label of the last of them alone".to_owned()],
        n => vec![format!("{n} voxels of several segments have the label of the last of them alone")],
    };
    Ok(written.map(|()| remark).map_err(SegmentsError::from))
}

fn dicom(
    ctx: &JobContext,
    path: &Path,
    file: &SegmentsFile,
) -> Result<Result<Vec<String>, SegmentsError>, Cancelled> {
    let mut remarks = Vec::new();
    let origin = match origin(&file.series, ctx) {
        Ok(origin) => origin,
        Err(IngestError::Cancelled(cancelled)) => return Err(cancelled),
        Err(error) if file.with_patient => return Ok(Err(SegmentsError::Origin(error.to_string()))),
        Err(error) => {
            remarks.push(format!("It names no image that was drawn on, and no study of its own: {error}"));
            Origin::unread(&file.series)
        }
    };
    let filing = Filing::new(origin, file.with_patient);
    let drawn: Vec<&Segment> = file.segments.iter().filter(|s| !s.voxels.is_empty()).collect();
    ctx.check()?;
    let object = segmentation(file, &drawn, &filing);
    let written = write_whole_with(path, |partial| {
        let bytes = std::fs::File::create(partial)?;
        object?.write_all(std::io::BufWriter::new(bytes)).map_err(std::io::Error::other)
    });
    Ok(written.map(|()| remarks).map_err(SegmentsError::from))
}
