//! One slice of a series alone: what the list of series shows, also of what is no volume.

use super::dicom::SliceSource;
use super::error::IngestError;
use super::load::scaled;
use super::outward::from_the_middle;
use super::reals;
use super::series::Series;
use super::volume_load;
use crate::geometry::{GridError, Point, Transform, VoxelGrid};
use crate::jobs::JobContext;
use crate::volume::Volume;

/// Slices that are tried where the middle one cannot be decoded.
const TRIES: usize = 3;

/// The middle slice as a volume of one slice, decoded on this thread alone.
///
/// Of a series with a grid it lies where it lies in the patient. A series without one says nothing
/// of places: its slice lies at the origin, so that it has the right shape and nothing else.
/// - errors: a picture in colour, no pixels, pixels that cannot be decoded;
///   [`IngestError::Cancelled`]
pub fn preview(series: &Series, ctx: &JobContext) -> Result<Volume, IngestError> {
    if series.is_coloured() {
        return Err(IngestError::Sentence("The pictures of this series are coloured".to_owned()));
    }
    if series.volume_file.is_some() {
        return volume_load::middle(series, ctx);
    }
    first_readable(series, |k| preview_of(series, k, ctx))
}

/// Slice `k` alone, likewise, of a series that is no volume file.
/// - errors: as [`preview`]
pub fn preview_of(series: &Series, k: usize, ctx: &JobContext) -> Result<Volume, IngestError> {
    ctx.check()?;
    let sentence = |words: &dyn std::fmt::Display| IngestError::Sentence(words.to_string());
    let source = source(series, k)?;
    let unread = |e| sentence(&format!("The slice cannot be read: {e}"));
    let size = [usize::from(source.form.columns), usize::from(source.form.rows)];
    let grid = grid(series, size, k).map_err(|e| sentence(&e))?;
    if series.real {
        let values = reals::numbers(source).map_err(unread)?;
        let volume = Volume::real(grid, series.unit.clone(), vec![values]).map_err(|e| sentence(&e))?;
        return Ok(volume.shown(series.polarity));
    }
    let values = source.decode().map_err(unread)?;
    if let Some(per_value) = series.suv_of_whole() {
        let values = vec![scaled(&values, per_value)];
        let volume = Volume::real(grid, series.unit.clone(), values).map_err(|e| sentence(&e))?;
        return Ok(volume.shown(series.polarity));
    }
    let volume = Volume::loading(grid, series.unit.clone(), series.padding).shown(series.polarity);
    if let Some(slices) = volume.int16() {
        slices.fill(0, values).map_err(|e| sentence(&e))?;
    }
    Ok(volume)
}

/// What the middle slice gives; where that cannot be read, what a neighbour gives.
fn first_readable<T>(
    series: &Series,
    read: impl Fn(usize) -> Result<T, IngestError>,
) -> Result<T, IngestError> {
    let there = from_the_middle(series.slices.len());
    let mut fault = IngestError::Sentence(NO_PIXELS.to_owned());
    for k in there.into_iter().filter(|k| source(series, *k).is_ok()).take(TRIES) {
        match read(k) {
            Err(error @ (IngestError::Sentence(_) | IngestError::Unread(_))) => fault = error,
            read_or_cancelled => return read_or_cancelled,
        }
    }
    Err(fault)
}

const NO_PIXELS: &str = "The files hold no pixel data";

fn source(series: &Series, k: usize) -> Result<&SliceSource, IngestError> {
    let source = series.slices.get(k).and_then(Option::as_ref);
    source.ok_or_else(|| IngestError::Sentence(NO_PIXELS.to_owned()))
}

/// A coloured picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Columns and rows.
    pub size: [usize; 2],
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

/// The middle picture of a series of coloured ones, decoded on this thread alone: no values, nowhere in the
/// patient.
/// - errors: no such series, no pixels, pixels that cannot be decoded; [`IngestError::Cancelled`]
pub fn coloured_picture(series: &Series, ctx: &JobContext) -> Result<Picture, IngestError> {
    first_readable(series, |k| coloured_picture_of(series, k, ctx))
}

/// Picture `k` of them, likewise.
/// - errors: as [`coloured_picture`]
pub fn coloured_picture_of(series: &Series, k: usize, ctx: &JobContext) -> Result<Picture, IngestError> {
    ctx.check()?;
    let source = source(series, k)?;
    let rgb =
        source.colours().map_err(|e| IngestError::Sentence(format!("The picture cannot be read: {e}")))?;
    let size = [usize::from(source.form.columns), usize::from(source.form.rows)];
    if rgb.len() != size[0] * size[1] * 3 {
        return Err(IngestError::Sentence("The picture's pixel data end too early".to_owned()));
    }
    Ok(Picture { size, rgb })
}

fn grid(series: &Series, [columns, rows]: [usize; 2], k: usize) -> Result<VoxelGrid, GridError> {
    let size = [columns, rows, 1];
    if let Some(whole) = &series.grid {
        let [i, j, across] = whole.patient_from_voxel().axes();
        let origin = whole.patient_from_voxel() * Point::new(0.0, 0.0, k as f64);
        return VoxelGrid::new(size, Transform::from_axes(i, j, across, origin));
    }
    let [down, right] = series.pixel_shape.unwrap_or([1.0; 2]);
    VoxelGrid::axis_aligned(size, [right, down, 1.0], Point::new(0.0, 0.0, 0.0))
}
