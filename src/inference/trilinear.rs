//! Samples between voxels along a volume's own axes.

use super::error::InferenceError;
use crate::volume::{Slices, Values, Volume};

/// Two neighbouring voxels along an axis, and how far a sample lies from the first to the second.
pub(super) struct Cell {
    low: usize,
    high: usize,
    share: f64,
}

/// The cells that samples lie in along an axis; those outside are moved to the outermost voxel centre.
/// - `places`: continuous indices
/// - `size`: number of voxels
pub(super) fn cells(places: impl Iterator<Item = f64>, size: usize) -> Vec<Cell> {
    let last = size.saturating_sub(1);
    let cell = |place: f64| {
        let at = place.clamp(0.0, last as f64);
        let low = (at.floor() as usize).min(last);
        let share = at - low as f64;
        // Without a share the second is not looked at, and may not exist.
        Cell { low, high: if share > 0.0 { (low + 1).min(last) } else { low }, share }
    };
    places.map(cell).collect()
}

/// All samples of a block, trilinear in double precision; columns fastest, then rows, then slices. Padding
/// values of the file are read as they are.
/// - `cells`: along columns, rows, slices
/// - `finish`: from a sampled value to what is stored
/// - errors: a slice that has not arrived, values that are no numbers
pub(super) fn block(
    volume: &Volume,
    cells: &[Vec<Cell>; 3],
    finish: impl Fn(f64) -> f32,
) -> Result<Vec<f32>, InferenceError> {
    let width = volume.grid().size()[0];
    match volume.values() {
        Values::Int16(slices) => block_of(slices, width, cells, finish),
        Values::Float32(slices) => block_of(slices, width, cells, finish),
    }
}

fn block_of<T>(
    slices: &Slices<T>,
    width: usize,
    cells: &[Vec<Cell>; 3],
    finish: impl Fn(f64) -> f32,
) -> Result<Vec<f32>, InferenceError>
where
    T: Copy,
    f32: From<T>,
{
    let [columns, rows, planes] = cells;
    let mix = |a: f64, b: f64, share: f64| a + share * (b - a);
    let mut out = Vec::with_capacity(columns.len() * rows.len() * planes.len());
    for k in planes {
        let plane = |k: usize| slices.slice(k).ok_or(InferenceError::StillLoading);
        let (low, high) = (plane(k.low)?, plane(k.high)?);
        for j in rows {
            // Two rows of two planes.
            let line = |plane: &'_ [T], j: usize, i: &Cell| -> Option<f64> {
                let at = |i: usize| plane.get(j * width + i).map(|v| f64::from(f32::from(*v)));
                Some(mix(at(i.low)?, at(i.high)?, i.share))
            };
            let mixed = |plane: &'_ [T], i: &Cell| {
                Some(mix(line(plane, j.low, i)?, line(plane, j.high, i)?, j.share))
            };
            for i in columns {
                let both = mixed(low, i).zip(mixed(high, i));
                let (low, high) = both.ok_or(InferenceError::StillLoading)?;
                let value = mix(low, high, k.share);
                // An infinite value would be cut off to one that looks measured.
                if !value.is_finite() {
                    return Err(InferenceError::NoNumbers);
                }
                out.push(finish(value));
            }
        }
    }
    Ok(out)
}
