//! The value at any position by its definition, in double precision: what the shaders and the
//! resampler are held to.
//! What is read off under the pointer is no such mixture but the voxel's own value ([`Volume::value`]).

use super::volume::{Values, Volume};
use crate::geometry::{Point, Voxel};

/// What lies at a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// A value, trilinear between voxel centres.
    Value(f64),
    /// Nothing was measured here: one of the voxels that would be mixed is padding.
    Padding,
    /// Outside every voxel's cell.
    Outside,
    /// In a slice that has not arrived yet.
    Loading,
}

/// Trilinear interpolation between voxel centres.
///
/// - Between the outermost centres and the faces of the volume (half a voxel) the outermost value holds.
/// - Voxels of weight zero are not looked at, so that a position on a native slice needs that slice alone.
/// - A position next to padding is padding: mixing would invent tissue of an in-between density.
pub fn sample(volume: &Volume, p: Point<Voxel>) -> Sample {
    let size = volume.grid().size();
    let p = p.to_array();
    let mut base = [0usize; 3];
    let mut fraction = [0.0f64; 3];
    for axis in 0..3 {
        let n = size[axis] as f64;
        if !(p[axis] >= -0.5 && p[axis] <= n - 0.5) {
            return Sample::Outside;
        }
        let x = p[axis].clamp(0.0, n - 1.0);
        base[axis] = x.floor() as usize;
        fraction[axis] = x - x.floor();
    }
    let mut sum = 0.0;
    for corner in 0..8usize {
        let mut weight = 1.0;
        let mut index = base;
        for axis in 0..3 {
            if corner >> axis & 1 == 1 {
                weight *= fraction[axis];
                index[axis] += 1;
            } else {
                weight *= 1.0 - fraction[axis];
            }
        }
        if weight == 0.0 {
            continue;
        }
        let Some(value) = volume.value(index) else { return Sample::Loading };
        if let (Values::Int16(_), Some(padding)) = (volume.values(), volume.padding())
            && padding.contains(value as i16)
        {
            return Sample::Padding;
        }
        sum += weight * f64::from(value);
    }
    Sample::Value(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::{Padding, Unit};

    fn ramp(padding: Option<Padding>) -> Volume {
        let grid =
            VoxelGrid::axis_aligned([4, 3, 2], [1.0, 1.0, 2.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, padding);
        for k in 0..2 {
            let values = (0..12).map(|n| (n % 4 * 10 + n / 4 * 100 + k * 1000) as i16).collect();
            volume.int16().expect("whole numbers").fill(k as usize, values).expect("fits");
        }
        volume
    }

    #[test]
    fn a_linear_volume_is_sampled_exactly() {
        let v = ramp(None);
        assert_eq!(sample(&v, Point::new(1.5, 0.25, 0.5)), Sample::Value(15.0 + 25.0 + 500.0));
        assert_eq!(sample(&v, Point::new(-0.5, 2.5, 1.5)), Sample::Value(200.0 + 1000.0));
        assert_eq!(sample(&v, Point::new(-0.51, 0.0, 0.0)), Sample::Outside);
        assert_eq!(sample(&v, Point::new(f64::NAN, 0.0, 0.0)), Sample::Outside);
    }

    #[test]
    fn a_position_next_to_padding_is_padding() {
        let v = ramp(Some(Padding { low: 0, high: 0 }));
        assert_eq!(sample(&v, Point::new(0.5, 0.0, 0.0)), Sample::Padding);
        assert_eq!(sample(&v, Point::new(1.0, 0.0, 0.0)), Sample::Value(10.0));
    }

    #[test]
    fn a_native_slice_can_be_read_before_its_neighbours_arrive() {
        let grid = VoxelGrid::axis_aligned([2, 2, 3], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let v = Volume::loading(grid, Unit::Hu, None);
        v.int16().expect("whole numbers").fill(1, vec![7; 4].into()).expect("fits");
        assert_eq!(sample(&v, Point::new(0.5, 0.5, 1.0)), Sample::Value(7.0));
        assert_eq!(sample(&v, Point::new(0.5, 0.5, 1.5)), Sample::Loading);
    }
}
