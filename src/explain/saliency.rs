//! A map on the CT's own voxels, and how the network's coarse cells are laid over them.

use std::sync::Arc;

use super::grad_cam::NativeMap;
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::ContextBox;
use crate::networks::{CellGrid, Scale};

/// A saliency map on the CT's own voxel grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Saliency {
    /// Name of the method in the contract: `grad_cam` ...
    pub method: &'static str,
    /// One scale, or combined.
    pub scale: Option<Scale>,
    /// Voxels of the CT that the map covers; zero outside.
    pub bounds: VoxelBox,
    /// Values, columns fastest, then rows, then slices of `bounds`.
    pub values: Arc<[f32]>,
    /// Size of the map before it was resampled, [depth, height, width] of the network; `None` where
    /// maps of several sizes were combined.
    pub native_shape: Option<[usize; 3]>,
    /// Unit of the values.
    pub unit: &'static str,
    /// Whether negative values mean something.
    pub signed: bool,
}

impl Saliency {
    /// Largest value.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }

    /// Patient position of the centre of the voxel with the largest value, the first of equals;
    /// `None` where the map is zero everywhere and no place is stronger than another.
    pub fn max_at(&self, grid: &VoxelGrid) -> Option<Point<Patient>> {
        if self.values.iter().all(|&value| value == 0.0) {
            return None;
        }
        let mut best = (f32::NEG_INFINITY, 0);
        for (index, &value) in self.values.iter().enumerate() {
            if value > best.0 {
                best = (value, index);
            }
        }
        let [ni, nj, _] = self.bounds.size.map(|n| n.max(1));
        let offset = [best.1 % ni, best.1 / ni % nj, best.1 / (ni * nj)];
        let index = std::array::from_fn(|axis| self.bounds.min[axis] as f64 + offset[axis] as f64);
        Some(grid.patient_from_voxel() * Point::from_array(index))
    }
}

/// Where a native map's cells lie in its crop, along depth, height, width.
pub type Cells = CellGrid;

/// The voxels of the grid that any of the boxes covers, as one box.
pub(super) fn covered(contexts: &[ContextBox], grid: &VoxelGrid) -> VoxelBox {
    let size = grid.size();
    let mut bounds = VoxelBox { min: [0; 3], size: [0; 3] };
    for (axis, &voxels) in size.iter().enumerate() {
        let inside = |v: i64| v.clamp(0, voxels as i64);
        let low = contexts.iter().map(|c| inside(c.bounds.min[axis])).min().unwrap_or(0);
        let end = |c: &ContextBox| inside(c.bounds.min[axis].saturating_add(c.bounds.size[axis] as i64));
        let high = contexts.iter().map(end).max().unwrap_or(0);
        bounds.min[axis] = low;
        bounds.size[axis] = usize::try_from(high - low).unwrap_or(0);
    }
    bounds
}

/// Along one axis of the CT: the two cells between which a voxel lies, and the share of the second.
struct Between {
    cells: [usize; 2],
    share: f32,
}

/// Adds `factor x map`, trilinear between the centres of its cells, to the voxels of the crop.
///
/// The transpose is undone here: the map's depth, height, width run along slices, columns, rows, so
/// columns (i) read its height, rows (j) its width, slices (k) its depth. A cell's place is the
/// centre of what its convolutions see, not an equal share of the crop: with odd kernels, padding
/// and stride s cell n is centred on voxel `s n` of the crop. Equal shares would move the map by
/// half a cell (3.5 voxels). Beyond the outermost centres the outermost cell holds.
/// - `values`: of `bounds`, columns fastest
pub(super) fn add_resampled(
    values: &mut [f32],
    bounds: &VoxelBox,
    map: &NativeMap,
    context: &ContextBox,
    factor: f32,
) {
    let [_, height, width] = map.shape;
    let along = |axis: usize, tensor_axis: usize| -> Vec<Option<Between>> {
        let (cells, last) = (&map.cells, map.shape[tensor_axis].saturating_sub(1));
        (0..bounds.size[axis])
            .map(|n| {
                let in_crop = bounds.min[axis] + n as i64 - context.bounds.min[axis];
                if in_crop < 0 || in_crop >= context.bounds.size[axis] as i64 {
                    return None;
                }
                let cell = (in_crop as f64 - cells.first[tensor_axis]) / cells.step[tensor_axis];
                let cell = cell.clamp(0.0, last as f64);
                let low = cell.floor() as usize;
                Some(Between { cells: [low, (low + 1).min(last)], share: (cell - cell.floor()) as f32 })
            })
            .collect()
    };
    let (columns, rows, slices) = (along(0, 1), along(1, 2), along(2, 0));
    let at =
        |d: usize, h: usize, w: usize| map.values.get((d * height + h) * width + w).copied().unwrap_or(0.0);
    let mix = |a: f32, b: f32, share: f32| a + (b - a) * share;
    let [ni, nj, _] = bounds.size;
    let mut plane = vec![0.0; height * width];
    for (slab, k) in values.chunks_exact_mut((ni * nj).max(1)).zip(&slices) {
        let Some(k) = k else { continue };
        for (n, cell) in plane.iter_mut().enumerate() {
            let (h, w) = (n / width, n % width);
            *cell = mix(at(k.cells[0], h, w), at(k.cells[1], h, w), k.share) * factor;
        }
        for (line, j) in slab.chunks_exact_mut(ni.max(1)).zip(&rows) {
            let Some(j) = j else { continue };
            for (value, i) in line.iter_mut().zip(&columns) {
                let Some(i) = i else { continue };
                let row =
                    |h: usize| mix(plane[h * width + j.cells[0]], plane[h * width + j.cells[1]], j.share);
                *value += mix(row(i.cells[0]), row(i.cells[1]), i.share);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_is_zero_everywhere_is_strongest_nowhere() {
        let grid = VoxelGrid::axis_aligned([9, 9, 9], [2.0; 3], Point::new(1.0, 0.0, 0.0)).expect("a grid");
        let map = |values: [f32; 4]| Saliency {
            method: "grad_cam",
            scale: None,
            bounds: VoxelBox { min: [3, 4, 5], size: [2, 2, 1] },
            values: values.into(),
            native_shape: None,
            unit: "logit",
            signed: true,
        };
        assert_eq!(map([0.0; 4]).max_at(&grid), None);
        assert_eq!(map([0.0, 1.0, 0.5, 0.0]).max_at(&grid), Some(Point::new(9.0, 8.0, 10.0)));
        // All evidence speaks against: the largest value is the weakest of it.
        assert_eq!(map([-3.0, -2.0, -2.0, -1.0]).max_at(&grid), Some(Point::new(9.0, 10.0, 10.0)));
    }
}
