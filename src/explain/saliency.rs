//! A map on the CT's own voxels, and how the network's coarse cells are laid over them.

use std::sync::Arc;

use rayon::prelude::*;

use crate::geometry::{Patient, Point, Vector, VoxelBox, VoxelGrid};
use crate::networks::{CellGrid, Scale};
use crate::volume::{Block, Reslice};

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
    /// What must be known to compute it again, and what it says of itself, by name: steps, seeds, what it
    /// adds up to.
    pub told: Vec<(&'static str, f64)>,
}

impl Saliency {
    /// A figure that is told with the map, by its name.
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.told.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Largest magnitude of the values that are numbers: the one scale of the map, by which shader,
    /// colour bar, crops and files measure it. 0 for a map of zeros.
    pub fn largest_magnitude(&self) -> f32 {
        self.values.iter().map(|v| v.abs()).filter(|v| v.is_finite()).fold(0.0, f32::max)
    }

    /// The magnitude that the strongest places of the map reach; 0 for a map of zeros.
    /// - `share`: how many of all places are the strongest, 0 to 1
    pub fn strongest(&self, share: f64) -> f32 {
        let mut all: Vec<f32> = self.values.iter().map(|v| v.abs()).filter(|v| v.is_finite()).collect();
        if all.is_empty() {
            return 0.0;
        }
        let place = ((all.len() as f64 * (1.0 - share)).floor() as usize).min(all.len() - 1);
        let (_, found, _) = all.select_nth_unstable_by(place, f32::total_cmp);
        *found
    }

    /// The same map on the voxels of the CT, where it was computed on samples along the CT's axes that begin at
    /// the centre of its first voxel: trilinear, zero in voxels whose centres the samples do not reach.
    /// - `step`: voxels from one sample to the next along columns, rows, slices
    /// - `grid`: of the CT
    #[must_use]
    pub fn on_voxels(self, step: [f64; 3], grid: &VoxelGrid) -> Self {
        let VoxelBox { min, size } = self.bounds;
        // The outer faces of the samples, in voxels: exact to far less than anything that is drawn.
        let face = |a: usize, at: f64| ((min[a] as f64 + at - 0.5) * step[a] * 1e5).round() / 1e5;
        let low: [i64; 3] = std::array::from_fn(|a| face(a, 0.0).ceil() as i64);
        let high: [i64; 3] = std::array::from_fn(|a| face(a, size[a] as f64).floor() as i64);
        let voxels = std::array::from_fn(|a| usize::try_from(high[a] + 1 - low[a]).unwrap_or(0));
        let read = VoxelBox { min: low, size: voxels };
        let bounds = inside(&read, grid);
        let mut values = vec![0.0; bounds.size.iter().product()];
        // A cell is a sample; depth, height, width run along slices, rows, columns.
        let along = |a: usize| (min[a] as f64 * step[a] - low[a] as f64, step[a]);
        let cells = [along(2), along(1), along(0)];
        let map = CellMap {
            shape: [size[2], size[1], size[0]],
            values: self.values.to_vec(),
            cells: CellGrid { first: cells.map(|c| c.0), step: cells.map(|c| c.1) },
            axes: Axes::SliceRowColumn,
        };
        add_resampled(&mut values, &bounds, &map, &read, 1.0);
        Self { bounds, values: Arc::from(values), ..self }
    }

    /// Patient position of the centre of the voxel with the largest magnitude, the first of equals;
    /// `None` where the map is zero everywhere and no place is stronger than another.
    ///
    /// In a signed map that may be what speaks most against the class: the strongest place of the
    /// picture, not the most positive one.
    pub fn max_at(&self, grid: &VoxelGrid) -> Option<Point<Patient>> {
        let mut best = (0.0, None);
        for (index, value) in self.values.iter().map(|v| v.abs()).enumerate() {
            if value.is_finite() && value > best.0 {
                best = (value, Some(index));
            }
        }
        let best = best.1?;
        let [ni, nj, _] = self.bounds.size.map(|n| n.max(1));
        let offset = [best % ni, best / ni % nj, best / (ni * nj)];
        let index = std::array::from_fn(|axis| self.bounds.min[axis] as f64 + offset[axis] as f64);
        Some(grid.patient_from_voxel() * Point::from_array(index))
    }
}

/// Along which axes of the CT a network's depth, height and width run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// M3Net: height along columns, width along rows.
    SliceColumnRow,
    /// All others.
    SliceRowColumn,
}

impl Axes {
    /// Whether height and width change places.
    const fn transposed(self) -> bool {
        matches!(self, Self::SliceColumnRow)
    }
}

/// A map in a network's own cells, before it is laid over the CT.
#[derive(Clone, Debug, PartialEq)]
pub struct CellMap {
    /// Depth, height, width.
    pub shape: [usize; 3],
    /// Width fastest.
    pub values: Vec<f32>,
    /// Where the cells lie, along depth, height, width: in voxels of the CT, counted from the first one
    /// of the box that was read.
    pub cells: CellGrid,
    /// How they lie in the CT.
    pub axes: Axes,
}

impl CellMap {
    /// Largest value.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }
}

/// The voxels of the grid that a box covers.
pub(super) fn inside(bounds: &VoxelBox, grid: &VoxelGrid) -> VoxelBox {
    covered(std::slice::from_ref(bounds), grid)
}

/// The voxels of the grid that any of the boxes covers, as one box.
pub(super) fn covered(boxes: &[VoxelBox], grid: &VoxelGrid) -> VoxelBox {
    let size = grid.size();
    let mut bounds = VoxelBox { min: [0; 3], size: [0; 3] };
    for (axis, &voxels) in size.iter().enumerate() {
        let inside = |v: i64| v.clamp(0, voxels as i64);
        let low = boxes.iter().map(|b| inside(b.min[axis])).min().unwrap_or(0);
        let end = |b: &VoxelBox| inside(b.min[axis].saturating_add(b.size[axis] as i64));
        let high = boxes.iter().map(end).max().unwrap_or(0);
        bounds.min[axis] = low;
        bounds.size[axis] = usize::try_from(high - low).unwrap_or(0);
    }
    bounds
}

/// Adds `factor x map`, trilinear between the centres of its cells, to the voxels of the crop.
///
/// M3Net's transpose is undone here: its depth, height, width run along slices, columns, rows, so
/// columns (i) read its height, rows (j) its width, slices (k) its depth. A cell's place is the
/// centre of what its convolutions see, not an equal share of the crop: with odd kernels, padding
/// and stride s cell n is centred on voxel `s n` of the crop. Equal shares would move the map by
/// half a cell (3.5 voxels). Beyond the outermost centres the outermost cell holds.
/// - `values`: of `bounds`, columns fastest
pub(super) fn add_resampled(
    values: &mut [f32],
    bounds: &VoxelBox,
    map: &CellMap,
    read: &VoxelBox,
    factor: f32,
) {
    let [i, j, k] = [0, 1, 2].map(|axis| Stretch::shared(axis, bounds, read));
    if i.count * j.count * k.count == 0 || map.values.len() != map.shape.iter().product::<usize>() {
        return;
    }
    let [along_h, along_w] = if map.axes.transposed() { [&i, &j] } else { [&j, &i] };
    let [d, h, w] = [(0, &k), (1, along_h), (2, along_w)].map(|(axis, s)| Along::of(axis, map, s));
    let cells = widened(map, [&d, &h, &w]);
    // The map as a volume: its width along the first axis, its height along the second.
    let (width, height) = (Vector::new(w.step, 0.0, 0.0), Vector::new(0.0, h.step, 0.0));
    let [column, row] = if map.axes.transposed() { [height, width] } else { [width, height] };
    let origin = Point::new(w.start, h.start, d.start);
    let what = Reslice {
        slab_step: Vector::new(0.0, 0.0, d.step),
        ..Reslice::plane(origin, column, row, [i.count, j.count])
    };
    let block = Block::new(&cells, [w.cells, h.cells, d.cells], what);
    let [ni, nj, _] = bounds.size;
    let slabs = values.par_chunks_exact_mut(ni * nj).skip(k.first).take(k.count).enumerate();
    let room = || vec![0.0; i.count * j.count];
    slabs.for_each_init(room, |plane, (step, slab)| {
        block.plane(step as u32, plane);
        let lines = slab.chunks_exact_mut(ni).skip(j.first).zip(plane.chunks_exact(i.count));
        for (line, cells) in lines {
            line.iter_mut().skip(i.first).zip(cells).for_each(|(value, cell)| *value += cell * factor);
        }
    });
}

/// Along one axis of the CT: the voxels that lie both in the box of the values and in the crop.
struct Stretch {
    /// Of the box.
    first: usize,
    count: usize,
    /// Place of the first in the crop.
    in_crop: f64,
}

impl Stretch {
    fn shared(axis: usize, bounds: &VoxelBox, crop: &VoxelBox) -> Self {
        let end = |b: &VoxelBox| b.min[axis].saturating_add(b.size[axis] as i64);
        let low = bounds.min[axis].max(crop.min[axis]);
        let high = end(bounds).min(end(crop));
        Self {
            first: usize::try_from(low - bounds.min[axis]).unwrap_or(0),
            count: usize::try_from(high - low).unwrap_or(0),
            in_crop: (low - crop.min[axis]) as f64,
        }
    }
}

/// Along one axis of the map: where the voxels lie among its cells.
struct Along {
    /// Copies of the outermost cells, so that no voxel lies further out than the resampler holds.
    before: usize,
    /// With the copies.
    cells: usize,
    /// Index of the first voxel, copies counted, and from voxel to voxel.
    start: f64,
    step: f64,
}

impl Along {
    fn of(axis: usize, map: &CellMap, voxels: &Stretch) -> Self {
        let step = 1.0 / map.cells.step[axis];
        let start = (voxels.in_crop - map.cells.first[axis]) * step;
        let end = start + step * (voxels.count as f64 - 1.0);
        // The resampler itself holds the outermost value for half a cell.
        let beyond = |by: f64| (by - 0.5).ceil().max(0.0) as usize;
        let (own, before) = (map.shape[axis], beyond(-start));
        let after = beyond(end - (own as f64 - 1.0));
        Self { before, cells: before + own + after, start: start + before as f64, step }
    }

    /// The cell of the map itself that stands at each place.
    fn sources(&self, own: usize) -> impl Iterator<Item = usize> + Clone {
        let before = self.before;
        (0..self.cells).map(move |n| n.saturating_sub(before).min(own - 1))
    }
}

/// The map with copies of its outermost cells around it.
fn widened(map: &CellMap, [d, h, w]: [&Along; 3]) -> Vec<f32> {
    let [depth, height, width] = map.shape;
    let mut cells = Vec::with_capacity(d.cells * h.cells * w.cells);
    for at_d in d.sources(depth) {
        for at_h in h.sources(height) {
            let line = &map.values[(at_d * height + at_h) * width..][..width];
            cells.extend(w.sources(width).map(|at_w| line[at_w]));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value at a voxel by the definition, in double precision: trilinear, transposed, the
    /// outermost cell beyond the outermost centres; zero outside the crop.
    fn expected(map: &CellMap, read: &VoxelBox, voxel: [i64; 3]) -> f64 {
        let in_crop: [i64; 3] = std::array::from_fn(|a| voxel[a] - read.min[a]);
        if (0..3).any(|a| !(0..read.size[a] as i64).contains(&in_crop[a])) {
            return 0.0;
        }
        // Depth from slices, height from columns, width from rows.
        let cell: [f64; 3] = std::array::from_fn(|t| {
            let axes = if map.axes.transposed() { [2, 0, 1] } else { [2, 1, 0] };
            let at = in_crop[axes[t]] as f64;
            ((at - map.cells.first[t]) / map.cells.step[t]).clamp(0.0, map.shape[t] as f64 - 1.0)
        });
        let mut sum = 0.0;
        for corner in 0..8usize {
            let mut weight = 1.0;
            let at: [usize; 3] = std::array::from_fn(|t| {
                let (low, share) = (cell[t].floor() as usize, cell[t].fract());
                let upper = corner >> t & 1 == 1;
                weight *= if upper { share } else { 1.0 - share };
                (low + usize::from(upper)).min(map.shape[t] - 1)
            });
            sum += weight * f64::from(map.values[(at[0] * map.shape[1] + at[1]) * map.shape[2] + at[2]]);
        }
        sum
    }

    #[test]
    fn every_voxel_has_the_value_between_the_cells_that_lie_around_it() {
        let map = |shape: [usize; 3], first: [f64; 3], step: [f64; 3]| CellMap {
            shape,
            values: (0..shape.iter().product()).map(|n: usize| ((n * 7919) % 101) as f32 / 9.0).collect(),
            cells: CellGrid { first, step },
            axes: Axes::SliceColumnRow,
        };
        let maps = [
            // As the residual networks have it, cut at two sides of the CT; a planar encoder, whose steps
            // are no whole voxels; a single cell; cells that end long before the crop does.
            map([14, 12, 12], [0.0; 3], [4.0, 8.0, 8.0]),
            map([1, 24, 24], [27.5, 1.43, 1.43], [56.0, 3.826_086, 3.826_086]),
            map([1, 1, 1], [3.0; 3], [8.0; 3]),
            map([2, 3, 4], [20.0, 30.0, 5.0], [4.0, 8.0, 8.0]),
        ];
        let crop = VoxelBox { min: [-10, 20, -3], size: [96, 96, 56] };
        let bounds = VoxelBox { min: [0, 5, 0], size: [90, 95, 53] };
        let natural = maps.clone().map(|map| CellMap { axes: Axes::SliceRowColumn, ..map });
        for map in maps.into_iter().chain(natural) {
            let largest = map.values.iter().copied().fold(0.0, f32::max);
            let mut values = vec![1.0f32; bounds.size.iter().product()];
            add_resampled(&mut values, &bounds, &map, &crop, 0.5);
            // Three mixtures, a product and a sum round once or twice each, and every share is rounded
            // to 24 bits: at most sixteen times half a unit in the last place of the largest value.
            let tolerance = 16.0 * f64::from(f32::EPSILON) / 2.0 * f64::from(largest.max(1.0));
            for (n, value) in values.iter().enumerate() {
                let [ni, nj, _] = bounds.size;
                let offset = [n % ni, n / ni % nj, n / (ni * nj)];
                let voxel = std::array::from_fn(|a| bounds.min[a] + offset[a] as i64);
                let wanted = 1.0 + 0.5 * expected(&map, &crop, voxel);
                let off = (f64::from(*value) - wanted).abs();
                assert!(off <= tolerance, "{:?} at {voxel:?}: {value} instead of {wanted}", map.shape);
            }
        }
    }

    #[test]
    fn a_crop_that_does_not_reach_the_box_adds_nothing() {
        let cells = CellGrid { first: [0.0; 3], step: [4.0; 3] };
        let map = CellMap { shape: [1; 3], values: vec![3.0], cells, axes: Axes::SliceColumnRow };
        let away = VoxelBox { min: [50, 0, 0], size: [8; 3] };
        let bounds = VoxelBox { min: [0; 3], size: [20, 20, 20] };
        let mut values = vec![0.0; 8000];
        add_resampled(&mut values, &bounds, &map, &away, 1.0);
        assert!(values.iter().all(|value| *value == 0.0));
    }

    #[test]
    fn a_map_on_samples_comes_onto_the_voxels_where_its_samples_lie() {
        // Samples of 1 mm, voxels of 0.8 x 2 x 0.5 mm, both from the same first centre.
        let grid = VoxelGrid::axis_aligned([40, 20, 90], [0.8, 2.0, 0.5], Point::new(3.0, 4.0, 5.0))
            .expect("a grid");
        let step = [1.0 / 0.8, 0.5, 2.0];
        let bounds = VoxelBox { min: [-3, 4, 10], size: [16, 12, 20] };
        let value = |x: f64, y: f64, z: f64| (0.5 * x - 0.25 * y + 0.125 * z) as f32;
        let at = |n: usize| [n % 16, n / 16 % 12, n / 192];
        let sample =
            |n: usize| -> [f64; 3] { std::array::from_fn(|a| (bounds.min[a] + at(n)[a] as i64) as f64) };
        let values: Vec<f32> = (0..16 * 12 * 20).map(sample).map(|[x, y, z]| value(x, y, z)).collect();
        let map = Saliency {
            method: "native",
            scale: None,
            bounds,
            values: values.into(),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: vec![("seed", 1.0)],
        };
        let found = map.on_voxels(step, &grid);
        // Faces at -3.5 and 12.5 mm: voxels 0 (of those inside) to 15; 3.5 and 15.5: 2 to 7; 9.5 and 29.5: 19 to 59.
        assert_eq!(found.bounds, VoxelBox { min: [0, 2, 19], size: [16, 6, 41] });
        assert_eq!(found.told, [("seed", 1.0)]);
        for (n, v) in found.values.iter().enumerate() {
            let voxel = [n % 16, 2 + n / 16 % 6, 19 + n / 96];
            // A linear map is found again; the last half millimetre holds the outermost sample.
            let mm = |a: usize, low: f64, high: f64| (voxel[a] as f64 * [0.8, 2.0, 0.5][a]).clamp(low, high);
            let expected = value(mm(0, -3.0, 12.0), mm(1, 4.0, 15.0), mm(2, 10.0, 29.0));
            // Three mixtures in single precision of values up to 10.
            assert!((v - expected).abs() < 1e-5, "{voxel:?}: {v} {expected}");
        }
    }

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
            told: Vec::new(),
        };
        assert_eq!(map([0.0; 4]).max_at(&grid), None);
        assert_eq!(map([0.0, 1.0, 0.5, 0.0]).max_at(&grid), Some(Point::new(9.0, 8.0, 10.0)));
        // All evidence speaks against: the strongest of it, not the least negative.
        assert_eq!(map([-1.0, -2.0, -2.0, -3.0]).max_at(&grid), Some(Point::new(9.0, 10.0, 10.0)));
        assert_eq!(map([2.0, -3.0, 0.0, 1.0]).max_at(&grid), Some(Point::new(9.0, 8.0, 10.0)));
    }

    #[test]
    fn the_strongest_tenth_begins_where_nine_tenths_end() {
        let map = |values: Vec<f32>| Saliency {
            method: "native",
            scale: None,
            bounds: VoxelBox { min: [0; 3], size: [values.len(), 1, 1] },
            values: values.into(),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: Vec::new(),
        };
        let all = map((0..100).map(|n| if n % 2 == 0 { n as f32 } else { -(n as f32) }).collect());
        assert_eq!(all.strongest(0.1), 90.0);
        assert_eq!(map(vec![0.0; 20]).strongest(0.1), 0.0);
        assert_eq!(map(Vec::new()).strongest(0.1), 0.0);
        assert_eq!(map(vec![f32::NAN, 2.0]).strongest(1.0), 2.0);
    }

    #[test]
    fn both_signs_and_no_faulty_value_count_for_the_scale() {
        let map = |values: [f32; 4]| Saliency {
            method: "native",
            scale: None,
            bounds: VoxelBox { min: [0; 3], size: [4, 1, 1] },
            values: values.into(),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: Vec::new(),
        };
        let largest = |values| map(values).largest_magnitude();
        assert_eq!(largest([1.0, -3.0, 2.0, 0.0]), 3.0);
        assert_eq!(largest([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.5]), 0.5);
        assert_eq!(largest([0.0; 4]), 0.0);
    }
}
