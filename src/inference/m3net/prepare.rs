//! Crops exactly as the network sees them: native voxels, its axis order, its normalisation.

use std::sync::Arc;

use super::context::ContextBox;
use crate::inference::error::InferenceError;
use crate::volume::{Values, Volume};

/// Air, in HU: what a volume thinner than the crop is padded with.
const PADDING_HU: f32 = -1000.0;

/// A crop as the network saw it: after its normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// Its box.
    pub context: ContextBox,
    /// Values 0..=1, order [slice][column][row]: the network's own axes.
    pub values: Arc<[f32]>,
    /// What became 0 and 1: the lowest and the highest value of the volume in the box, HU in a CT.
    pub range_hu: [f32; 2],
}

/// Cuts and normalises one crop as published (mode `paper`).
///
/// - Native voxels, no resampling and no window; padding values of the file are read as they are,
///   unlike in [`crate::volume::sample`], because the published input does so.
/// - Each crop by itself: `(v - min) / (max - min + 1e-8)`.
/// - The tensor's axes are [slice, column, row]: the published arrays are [row, column, slice],
///   reversed. Source: M3-Net, ClfDatasetPrepare*.py and utils/Dataset3patch.py.
/// - errors: a slice of the box that has not arrived, values that are no numbers
pub fn prepare(volume: &Volume, context: &ContextBox) -> Result<Crop, InferenceError> {
    let mut values = raw(volume, context)?;
    let range_hu = normalise(&mut values).ok_or(InferenceError::NoNumbers)?;
    Ok(Crop { context: *context, values: values.into(), range_hu })
}

/// The box's values, [slice][column][row], before any normalisation.
fn raw(volume: &Volume, context: &ContextBox) -> Result<Vec<f32>, InferenceError> {
    match volume.values() {
        Values::Int16(slices) => cut(volume, context, |k| slices.slice(k), |v: &i16| f32::from(*v)),
        Values::Float32(slices) => cut(volume, context, |k| slices.slice(k), |v: &f32| *v),
    }
}

/// Each crop by itself: `(v - min) / (max - min + 1e-8)`, in double precision, stored in single.
/// Source: M3-Net, utils/Dataset3patch.py.
/// - returns: lowest and highest value; `None` where some are no numbers, and then nothing is changed
pub fn normalise(values: &mut [f32]) -> Option<[f32; 2]> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for &v in values.iter() {
        if !v.is_finite() {
            return None;
        }
        low = low.min(v);
        high = high.max(v);
    }
    let (least, range) = (f64::from(low), f64::from(high) - f64::from(low) + 1e-8);
    for v in values {
        *v = ((f64::from(*v) - least) / range) as f32;
    }
    Some([low, high])
}

/// [`raw`], of slices of one kind of number.
fn cut<'v, T: 'v>(
    volume: &Volume,
    context: &ContextBox,
    slice: impl Fn(usize) -> Option<&'v [T]>,
    value: impl Fn(&T) -> f32,
) -> Result<Vec<f32>, InferenceError> {
    let [nx, ny, nz] = volume.grid().size();
    let ([i0, j0, k0], [ni, nj, nk]) = (context.bounds.min, context.bounds.size);
    let inside = |start: i64, offset: usize, n: usize| {
        usize::try_from(start.saturating_add(offset as i64)).ok().filter(|&index| index < n)
    };
    let mut raw = vec![PADDING_HU; ni * nj * nk];
    for (plane, k) in raw.chunks_exact_mut(ni * nj).zip(0..nk) {
        let Some(k) = inside(k0, k, nz) else { continue };
        let source = slice(k).ok_or(InferenceError::StillLoading)?;
        for (column, i) in plane.chunks_exact_mut(nj).zip(0..ni) {
            let Some(i) = inside(i0, i, nx) else { continue };
            for (out, j) in column.iter_mut().zip(0..nj) {
                let Some(j) = inside(j0, j, ny) else { continue };
                *out = source.get(j * nx + i).map_or(PADDING_HU, &value);
            }
        }
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelBox, VoxelGrid};
    use crate::networks::Scale;
    use crate::volume::Unit;

    #[test]
    fn a_crop_has_the_networks_axes_and_padding_is_air() {
        let grid = VoxelGrid::axis_aligned([4, 3, 1], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        let context = ContextBox {
            scale: Scale::Micro,
            bounds: VoxelBox { min: [1, 0, -1], size: [2, 3, 3] },
            shifted: [0; 3],
            padded: [0, 0, 2],
        };
        assert!(matches!(prepare(&volume, &context), Err(InferenceError::StillLoading)));
        let slice = (0..12).map(|n| (n % 4 * 10 + n / 4 * 1000) as i16).collect();
        volume.int16().expect("whole numbers").fill(0, slice).expect("fits");
        let crop = prepare(&volume, &context).expect("complete");
        let hu: Vec<f32> = crop.values.iter().map(|v| (v * 3020.0 - 1000.0).round()).collect();
        assert_eq!(hu[..6], [-1000.0; 6]);
        // Columns 1 and 2, each with its three rows.
        assert_eq!(hu[6..12], [10.0, 1010.0, 2010.0, 20.0, 1020.0, 2020.0]);
        assert_eq!(hu[12..], [-1000.0; 6]);
    }
}
