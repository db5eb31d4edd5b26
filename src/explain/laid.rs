//! Maps of networks that read a resampled part of the CT, laid over the CT's own voxels.

use std::sync::Arc;

use super::method::Method;
use super::saliency::{Axes, CellMap, Saliency, add_resampled, inside};
use crate::geometry::VoxelGrid;
use crate::inference::Region;
use crate::networks::CellGrid;

/// A map over what a network read, its axes along slices, rows, columns.
pub(super) struct Laid {
    pub(super) method: Method,
    /// Depth, height, width.
    pub(super) shape: [usize; 3],
    /// Width fastest.
    pub(super) values: Vec<f32>,
    /// Where the cells lie among the samples that the network read.
    pub(super) cells: CellGrid,
    /// How many samples it read, along slices, rows, columns.
    pub(super) samples: [usize; 3],
    pub(super) unit: &'static str,
    pub(super) signed: bool,
}

impl Laid {
    /// On the CT's voxels inside the region; zero outside it.
    /// - `region`: what the samples fill, evenly along the axes of the grid
    pub(super) fn over(self, region: &Region, grid: &VoxelGrid) -> Saliency {
        let bounds = inside(&region.bounds, grid);
        let mut values = vec![0.0; bounds.size.iter().product()];
        let (cells, reversed) = in_voxels(&self.cells, self.shape, self.samples, region, grid);
        let map = CellMap {
            shape: self.shape,
            values: mirrored(&self.values, self.shape, reversed),
            cells,
            axes: Axes::SliceRowColumn,
        };
        add_resampled(&mut values, &bounds, &map, &region.bounds, 1.0);
        Saliency {
            method: self.method.name(),
            scale: None,
            bounds,
            values: Arc::from(values),
            native_shape: Some(self.shape),
            unit: self.unit,
            signed: self.signed,
            told: Vec::new(),
        }
    }
}

/// Cells among samples as cells among voxels, counted from the first voxel of the region's box, and along
/// which axes of the map the samples run against the voxels: there the cells are those of the mirrored map.
fn in_voxels(
    cells: &CellGrid,
    shape: [usize; 3],
    samples: [usize; 3],
    region: &Region,
    grid: &VoxelGrid,
) -> (CellGrid, [bool; 3]) {
    // Outer corners: the first sample begins at corner 0, the last one ends at corner 7.
    let [low, high] = [0, 7].map(|n| (grid.voxel_from_patient() * region.corners[n]).to_array());
    let (mut found, mut reversed) = (CellGrid { first: [0.0; 3], step: [1.0; 3] }, [false; 3]);
    for (t, axis) in [(0, 2), (1, 1), (2, 0)] {
        reversed[t] = high[axis] < low[axis];
        let voxels = (high[axis] - low[axis]).abs() / samples[t].max(1) as f64;
        let first = if reversed[t] {
            samples[t] as f64 - 1.0 - cells.first[t] - cells.step[t] * (shape[t] as f64 - 1.0)
        } else {
            cells.first[t]
        };
        let centre = low[axis].min(high[axis]) + (first + 0.5) * voxels;
        found.first[t] = centre - region.bounds.min[axis] as f64;
        found.step[t] = cells.step[t] * voxels;
    }
    (found, reversed)
}

/// The map mirrored along some of its axes.
fn mirrored(values: &[f32], shape: [usize; 3], along: [bool; 3]) -> Vec<f32> {
    let [depth, height, width] = shape;
    if values.len() != depth * height * width {
        return values.to_vec();
    }
    let at = |t: usize, n: usize| if along[t] { shape[t] - 1 - n } else { n };
    let mut turned = Vec::with_capacity(values.len());
    for d in 0..depth {
        for h in 0..height {
            let line = (at(0, d) * height + at(1, h)) * width;
            turned.extend((0..width).map(|w| values[line + at(2, w)]));
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelBox};
    use crate::inference::RegionName;

    #[test]
    fn samples_coarser_than_voxels_lie_where_they_were_taken() {
        let grid =
            VoxelGrid::axis_aligned([40, 30, 8], [0.5, 0.5, 2.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let bounds = VoxelBox { min: [4, 2, 1], size: [20, 10, 6] };
        let region = Region::of_voxels(RegionName::Current, bounds, &grid);
        // Ten samples over 20 columns, five over 10 rows, six over 6 slices; cells of two samples.
        let cells = CellGrid { first: [0.0; 3], step: [1.0, 1.0, 2.0] };
        let (found, reversed) = in_voxels(&cells, [6, 5, 5], [6, 5, 10], &region, &grid);
        assert_eq!(reversed, [false; 3]);
        // The first sample is centred between the first two voxels.
        for (a, b) in
            found.first.into_iter().zip([0.0, 0.5, 0.5]).chain(found.step.into_iter().zip([1.0, 2.0, 4.0]))
        {
            assert!((a - b).abs() < 1e-9, "{found:?}");
        }
        let laid = Laid {
            method: Method::Native,
            shape: [6, 5, 5],
            values: (0..150).map(|n| (n % 5) as f32).collect(),
            cells,
            samples: [6, 5, 10],
            unit: "gate",
            signed: false,
        };
        let map = laid.over(&region, &grid);
        assert_eq!(map.bounds, bounds);
        // Cell 1 is centred 4.5 voxels into the box.
        assert_eq!(map.values[4..6].iter().sum::<f32>(), 2.0);
    }

    #[test]
    fn samples_that_run_against_the_voxels_are_turned_round() {
        let grid = VoxelGrid::axis_aligned([8, 1, 1], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let bounds = VoxelBox { min: [0; 3], size: [8, 1, 1] };
        let straight = Region::of_voxels(RegionName::Current, bounds, &grid);
        // Corner n of the turned box has the column that the other side had.
        let turned = Region { corners: std::array::from_fn(|n| straight.corners[n ^ 1]), ..straight };
        let map = |region: &Region| {
            let cells = CellGrid { first: [0.0; 3], step: [1.0, 1.0, 2.0] };
            let values = vec![1.0, 2.0, 4.0, 8.0];
            let laid = Laid {
                method: Method::Native,
                shape: [1, 1, 4],
                values,
                cells,
                samples: [1, 1, 8],
                unit: "gate",
                signed: false,
            };
            laid.over(region, &grid).values.to_vec()
        };
        let mut expected = map(&straight);
        expected.reverse();
        assert_eq!(map(&turned), expected);
    }
}
