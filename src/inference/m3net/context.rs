//! Which voxels each scale of a network reads around a point. Plain arithmetic: it follows the mouse.

use crate::geometry::{Point, Voxel, VoxelBox, VoxelGrid};
use crate::networks::{M3NET_SCALES, Scale, ScaleSpec};

/// What one scale of a network really reads, shift and padding recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextBox {
    /// Which scale.
    pub scale: Scale,
    /// Voxels read; reaches outside the grid where the volume is thinner than the crop.
    pub bounds: VoxelBox,
    /// Voxels by which the crop was moved to stay inside, per axis (i, j, k), signed.
    pub shifted: [i64; 3],
    /// Voxels outside the volume, per axis (i, j, k), both sides together.
    pub padded: [usize; 3],
}

/// Grains of a continuous index in one voxel: a grain is 1e-5 voxel.
///
/// A point travels in millimetres, and there and back an index of 367 becomes 366.99999999999997,
/// which a truncation would turn into a crop one voxel off. Points are also printed with 6 decimals
/// (half of 1e-6 mm, at 0.4 mm spacing about 1e-6 voxel) and the spacings of files are decimal
/// strings of at most 16 characters: all of that noise lies below half a grain, and nothing that a
/// person or a network could tell apart does.
const GRAINS_PER_VOXEL: f64 = 1e5;

/// The nearest whole number of grains; what is not finite stays so.
pub(in crate::inference) fn snapped(index: f64) -> f64 {
    (index * GRAINS_PER_VOXEL).round() / GRAINS_PER_VOXEL
}

/// The boxes of every scale of M3Net around a point, micro to macro.
///
/// The published crop never pads: it starts at `max(c - b/2, 0)`, is moved back where it would end
/// outside, and the start is truncated. Only along an axis with fewer voxels than the crop (where
/// the published code fails) the crop covers the whole axis with equal padding on both sides, the
/// odd voxel at the end.
/// - `at`: continuous index, taken to the nearest 1e-5 voxel; one outside the grid gives the boxes of
///   the nearest place inside
/// - source: M3-Net, ClfDatasetPrepare32/64/96.py
pub fn context_boxes(grid: &VoxelGrid, at: Point<Voxel>) -> [ContextBox; 3] {
    boxes(grid, at, M3NET_SCALES)
}

/// The same for crops of any size.
pub(super) fn boxes(grid: &VoxelGrid, at: Point<Voxel>, crops: [ScaleSpec; 3]) -> [ContextBox; 3] {
    let (at, grid_size) = (at.to_array().map(snapped), grid.size());
    crops.map(|scale| {
        let mut context = ContextBox {
            scale: scale.scale,
            bounds: VoxelBox { min: [0; 3], size: scale.crop },
            shifted: [0; 3],
            padded: [0; 3],
        };
        for axis in 0..3 {
            let (crop, size) = (scale.crop[axis], grid_size[axis]);
            let wanted = at[axis] - crop as f64 / 2.0;
            let start = if size >= crop {
                wanted.max(0.0).min((size - crop) as f64) as i64
            } else {
                context.padded[axis] = crop - size;
                -(((crop - size) / 2) as i64)
            };
            context.bounds.min[axis] = start;
            context.shifted[axis] = start.saturating_sub(wanted.floor() as i64);
        }
        context
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Patient, Point, Transform, Vector};

    fn boxes(size: [usize; 3], at: [f64; 3]) -> [ContextBox; 3] {
        let grid =
            VoxelGrid::axis_aligned(size, [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        context_boxes(&grid, Point::from_array(at))
    }

    #[test]
    fn a_crop_in_the_middle_starts_half_its_size_before_the_point_truncated() {
        let [micro, _, wide] = boxes([512, 512, 300], [200.7, 300.2, 150.0]);
        assert_eq!(micro.bounds, VoxelBox { min: [184, 284, 122], size: [32, 32, 56] });
        assert_eq!(wide.bounds.min, [152, 252, 122]);
        assert_eq!((micro.shifted, micro.padded), ([0; 3], [0; 3]));
    }

    #[test]
    fn a_crop_at_the_border_is_moved_inside_and_says_by_how_much() {
        let [micro, _, wide] = boxes([512, 512, 300], [3.0, 509.0, 299.0]);
        assert_eq!(micro.bounds.min, [0, 480, 244]);
        assert_eq!(micro.shifted, [13, -13, -27]);
        assert_eq!(wide.bounds.min, [0, 416, 244]);
        assert_eq!(wide.shifted, [45, -45, -27]);
    }

    /// Start of a crop around a whole index, in whole numbers alone.
    fn start(index: i64, crop: i64, size: i64) -> i64 {
        (index - crop / 2).clamp(0, size - crop)
    }

    #[test]
    fn a_whole_index_keeps_its_box_through_millimetres_and_through_print() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        // xorshift64 (Marsaglia 2003).
        let mut random = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for round in 0..400 {
            let size = [512, 512, 140];
            let (spacing, origin) = if round == 0 {
                ([0.681_641, 0.681_641, 1.25], [-175.5, -174.5, -94.5])
            } else {
                // 0.4 to 5 mm, and origins with as many decimals as files have.
                (
                    [0; 3].map(|_| 0.4 + random(4_600_000) as f64 / 1e6),
                    [0; 3].map(|_| random(1_000_000_000) as f64 / 1e6 - 500.0),
                )
            };
            // Every second grid lies askew, as a tilted patient does.
            let (sin, cos) = if round % 2 == 1 { (random(1000) as f64 / 1e3).sin_cos() } else { (0.0, 1.0) };
            let [x, y, z] = spacing;
            let rotated = [[x * cos, x * sin, 0.0], [-y * sin, y * cos, 0.0], [0.0, 0.0, z]];
            let [i, j, k] = rotated.map(Vector::from_array);
            let map = Transform::from_axes(i, j, k, Point::from_array(origin));
            let grid = VoxelGrid::new(size, map).expect("a grid");
            for _ in 0..200 {
                let index = size.map(|n| random(n as u64) as i64);
                let exact = Point::from_array(index.map(|i| i as f64));
                let lps: Point<Patient> = grid.patient_from_voxel() * exact;
                let printed = lps.to_array().map(|mm| format!("{mm:.6}").parse().expect("a number"));
                for lps in [lps, Point::from_array(printed)] {
                    for context in context_boxes(&grid, grid.voxel_from_patient() * lps) {
                        for axis in 0..3 {
                            let (crop, size) = (context.bounds.size[axis] as i64, size[axis] as i64);
                            assert_eq!(
                                context.bounds.min[axis],
                                start(index[axis], crop, size),
                                "axis {axis} of {index:?} on {spacing:?} mm from {origin:?}"
                            );
                            let wanted = index[axis] - crop / 2;
                            assert_eq!(context.shifted[axis], context.bounds.min[axis] - wanted);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_thin_volume_is_covered_whole_with_padding_on_both_sides() {
        let [micro, ..] = boxes([512, 512, 21], [200.0, 200.0, 10.0]);
        assert_eq!((micro.bounds.min[2], micro.padded), (-17, [0, 0, 35]));
        assert_eq!(micro.bounds.size[2], 56);
    }

    #[test]
    fn a_position_far_outside_still_gives_boxes_inside_the_volume() {
        for at in [[-1e9, 1e9, f64::NAN], [f64::INFINITY, f64::NEG_INFINITY, 1e300]] {
            for context in boxes([512, 512, 300], at) {
                for axis in 0..3 {
                    let end = context.bounds.min[axis] + context.bounds.size[axis] as i64;
                    assert!(context.bounds.min[axis] >= 0 && end <= [512, 512, 300][axis]);
                }
            }
        }
    }
}
