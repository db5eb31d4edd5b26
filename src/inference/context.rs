//! Which voxels each scale of a network reads around a point. Plain arithmetic: it follows the mouse.

use crate::geometry::{Point, Voxel, VoxelBox, VoxelGrid};
use crate::networks::{NetworkSpec, Scale};

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

/// The boxes of every scale around a point, micro to macro.
///
/// The published crop never pads: it starts at `max(c - b/2, 0)`, is moved back where it would end
/// outside, and the start is truncated. Only along an axis with fewer voxels than the crop (where
/// the published code fails) the crop covers the whole axis with equal padding on both sides, the
/// odd voxel at the end.
/// - `at`: continuous index; one outside the grid gives the boxes of the nearest place inside
/// - source: M3-Net, ClfDatasetPrepare32/64/96.py
pub fn context_boxes(grid: &VoxelGrid, at: Point<Voxel>, spec: &NetworkSpec) -> [ContextBox; 3] {
    let (at, grid_size) = (at.to_array(), grid.size());
    spec.scales.map(|scale| {
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
    use crate::geometry::Point;
    use crate::networks::spec;

    fn boxes(size: [usize; 3], at: [f64; 3]) -> [ContextBox; 3] {
        let grid =
            VoxelGrid::axis_aligned(size, [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        context_boxes(&grid, Point::from_array(at), spec("m3net-compact").expect("listed"))
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
