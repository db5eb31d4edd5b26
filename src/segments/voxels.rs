//! Voxels of a grid, marked or not, in blocks that copies share.
//!
//! A block is a cube of eight voxels a side, 64 bits for each of its slices. Blocks of eight slices make a layer,
//! which is only as large as what is marked in it; a change copies the layers that it touches.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::dab::{Dab, Touch};
use super::extent::longest_mm;
use super::figures::Figures;
use crate::geometry::{Patient, Point, Voxel, VoxelBox, VoxelGrid};
use crate::measure::own_value;
use crate::volume::Volume;

/// Side of a block, voxels.
const SIDE: usize = 8;

/// Marked voxels of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Voxels {
    size: [usize; 3],
    layers: Vec<Option<Arc<Layer>>>,
}

/// Eight slices.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    /// Of its first block along i and j, in blocks.
    first: [usize; 2],
    /// Blocks along i and j.
    size: [usize; 2],
    blocks: Vec<Option<Arc<Block>>>,
    figures: Figures,
    longest_mm: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Block {
    /// By slice; bit 8 j + i of each.
    bits: [u64; SIDE],
    figures: Figures,
}

impl Voxels {
    /// None of a grid's.
    pub fn none(grid: &VoxelGrid) -> Self {
        let size = grid.size();
        Self { size, layers: vec![None; size[2].div_ceil(SIDE)] }
    }

    /// Columns, rows and slices of the grid.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Whether none is marked.
    pub fn is_empty(&self) -> bool {
        self.layers.iter().all(Option::is_none)
    }

    /// Whether a voxel is marked; none outside of the grid is.
    pub fn holds(&self, at: [i64; 3]) -> bool {
        let inside = |n: i64| usize::try_from(n).ok();
        let (Some(i), Some(j), Some(k)) = (inside(at[0]), inside(at[1]), inside(at[2])) else { return false };
        let Some(Some(layer)) = self.layers.get(k / SIDE) else { return false };
        let Some(block) = layer.block([i / SIDE, j / SIDE]) else { return false };
        block.bits[k % SIDE] >> (j % SIDE * SIDE + i % SIDE) & 1 == 1
    }

    /// Number and values of those that are marked.
    pub fn figures(&self) -> Figures {
        self.layers.iter().flatten().fold(Figures::default(), |sum, layer| sum.and(&layer.figures))
    }

    /// The longest diameter in one of the slices, mm.
    pub fn longest_mm(&self) -> f64 {
        self.layers.iter().flatten().map(|layer| layer.longest_mm).fold(0.0, f64::max)
    }

    /// A box that holds all of them, at most seven voxels larger on each side; `None` of none.
    pub fn bounds(&self) -> Option<VoxelBox> {
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        for (n, layer) in self.layers.iter().enumerate() {
            let Some(layer) = layer else { continue };
            let ends = [layer.first[0], layer.first[1], n].into_iter().zip([layer.size[0], layer.size[1], 1]);
            for (axis, (first, count)) in ends.enumerate() {
                low[axis] = low[axis].min(first * SIDE);
                high[axis] = high[axis].max(((first + count) * SIDE).min(self.size[axis]));
            }
        }
        let size = std::array::from_fn(|a| high[a].saturating_sub(low[a]));
        (low[0] != usize::MAX).then(|| VoxelBox { min: low.map(|n| n as i64), size })
    }

    /// Calls `each` with every run of marked voxels along a row: column, row and slice of its first voxel, and its
    /// length; slice by slice, row by row.
    pub fn runs(&self, mut each: impl FnMut([usize; 3], usize)) {
        for (n, layer) in self.layers.iter().enumerate() {
            let Some(layer) = layer else { continue };
            for k in n * SIDE..((n + 1) * SIDE).min(self.size[2]) {
                for by in 0..layer.size[1] {
                    for j in 0..SIDE {
                        layer.row(by, j, k % SIDE, |first, length| {
                            each([first, (layer.first[1] + by) * SIDE + j, k], length);
                        });
                    }
                }
            }
        }
    }

    /// The marked voxel nearest to the middle of all; `None` of none.
    pub fn middle(&self, grid: &VoxelGrid) -> Option<Point<Patient>> {
        let (mut sum, mut count) = ([0.0f64; 3], 0.0f64);
        self.runs(|[i, j, k], length| {
            let n = length as f64;
            let middle = [i as f64 + (n - 1.0) / 2.0, j as f64, k as f64];
            (0..3).for_each(|a| sum[a] += n * middle[a]);
            count += n;
        });
        let mean: Point<Voxel> = Point::from_array(sum.map(|v| v / count.max(1.0)));
        let mean = grid.patient_from_voxel() * mean;
        let to = grid.voxel_from_patient() * mean;
        let mut best: Option<(f64, Point<Patient>)> = None;
        self.runs(|[i, j, k], length| {
            let column = to.x.round().clamp(i as f64, (i + length - 1) as f64);
            let p = grid.patient_from_voxel() * Point::new(column, j as f64, k as f64);
            let far = p.distance(mean);
            if best.is_none_or(|(least, _)| far < least) {
                best = Some((far, p));
            }
        });
        best.map(|(_, p)| p)
    }

    /// Those of runs along rows: column, row and slice of the first voxel, and how many; all within the grid.
    /// - `volume`: on whose grid they lie
    pub(super) fn of_runs(volume: &Volume, runs: impl IntoIterator<Item = ([usize; 3], usize)>) -> Self {
        let mut layers: BTreeMap<usize, BTreeMap<[usize; 2], [u64; SIDE]>> = BTreeMap::new();
        for ([i, j, k], length) in runs {
            let blocks = layers.entry(k / SIDE).or_default();
            let (mut from, end) = (i, i + length);
            while from < end {
                let to = ((from / SIDE + 1) * SIDE).min(end);
                let row = (1u64 << (to - from)) - 1;
                let bits = blocks.entry([from / SIDE, j / SIDE]).or_insert([0; SIDE]);
                bits[k % SIDE] |= row << (j % SIDE * SIDE + from % SIDE);
                from = to;
            }
        }
        let mut found = Self::none(volume.grid());
        let new: Vec<(usize, Layer)> =
            layers.into_par_iter().map(|(n, blocks)| (n, Layer::of(volume, n, &blocks))).collect();
        for (n, layer) in new {
            if let Some(slot) = found.layers.get_mut(n) {
                *slot = (layer.figures.voxels > 0).then(|| Arc::new(layer));
            }
        }
        found
    }

    /// The same after a dab of the brush; `None` where it changes nothing.
    /// - `volume`: on whose grid they lie
    pub fn with(&self, volume: &Volume, dab: &Dab) -> Option<Self> {
        let grid = volume.grid();
        if grid.size() != self.size {
            return None;
        }
        let change = Change { volume, dab, reach: dab.reach(grid)?, touch: dab.touch(grid) };
        let [first, last] = change.reach;
        let layers: Vec<usize> = (first[2] / SIDE..=last[2] / SIDE).collect();
        let new: Vec<(usize, Layer)> = layers
            .into_par_iter()
            .filter_map(|n| {
                let old = self.layers.get(n)?.as_deref();
                let mut layer = match (old, dab.erase) {
                    (None, true) => return None,
                    (Some(old), true) => old.clone(),
                    (old, false) => Layer::reaching(old, change.reach),
                };
                layer.change(n, &change).then_some((n, layer))
            })
            .collect();
        if new.is_empty() {
            return None;
        }
        let mut layers = self.layers.clone();
        for (n, layer) in new {
            if let Some(slot) = layers.get_mut(n) {
                *slot = (layer.figures.voxels > 0).then(|| Arc::new(layer));
            }
        }
        Some(Self { layers, ..*self })
    }
}

/// A dab on a volume, ready to be asked about many voxels.
struct Change<'a> {
    volume: &'a Volume,
    dab: &'a Dab,
    /// First and last voxel along each axis that it may touch.
    reach: [[usize; 3]; 2],
    touch: Touch,
}

impl Change<'_> {
    /// Of the block at `b` along an axis, the voxels that may change.
    fn inside(&self, axis: usize, b: usize) -> Range<usize> {
        let [first, last] = self.reach;
        let low = (b * SIDE).max(first[axis]);
        low..(b * SIDE + SIDE).min(last[axis] + 1).max(low)
    }

    /// Whether it touches all voxels of a block or none; `None` where that is to be asked voxel by voxel.
    /// - `at`: its place along i, j and k, in blocks
    fn whole(&self, at: [usize; 3]) -> Option<bool> {
        let grid = self.volume.grid();
        let corner = |side: usize| at.map(|b| (b * SIDE + side) as f64);
        let [low, high] = [corner(0), corner(SIDE - 1)]
            .map(|corner| grid.patient_from_voxel() * Point::<Voxel>::from_array(corner));
        // From the middle of the block to its farthest voxel: half of the longest diagonal.
        let [x, y, z] = grid.patient_from_voxel().axes();
        let diagonals = [x + y + z, x + y - z, x - y + z, x - y - z];
        let longest = diagonals.iter().map(|diagonal| diagonal.length()).fold(0.0, f64::max);
        let reach = longest * (SIDE as f64 - 1.0) / 2.0 + 1e-9;
        self.touch.holds_ball(low + (high - low) * 0.5, reach)
    }

    fn changes(&self, at: [usize; 3], touched: Option<bool>) -> bool {
        let grid = self.volume.grid();
        let place = || grid.patient_from_voxel() * Point::from_array(at.map(|n| n as f64));
        if !touched.unwrap_or_else(|| self.touch.holds(place())) {
            return false;
        }
        let fits = |[low, high]: [f32; 2]| {
            own_value(self.volume, at).is_some_and(|v| (f64::from(low)..=f64::from(high)).contains(&v))
        };
        self.dab.erase || self.dab.range.is_none_or(fits)
    }
}

impl Layer {
    /// The old one's blocks, with room for those that a change may reach.
    fn reaching(old: Option<&Self>, [first, last]: [[usize; 3]; 2]) -> Self {
        let mut low = [first[0] / SIDE, first[1] / SIDE];
        let mut high = [last[0] / SIDE + 1, last[1] / SIDE + 1];
        if let Some(old) = old {
            for a in 0..2 {
                low[a] = low[a].min(old.first[a]);
                high[a] = high[a].max(old.first[a] + old.size[a]);
            }
        }
        let size = [high[0] - low[0], high[1] - low[1]];
        let blocks = (0..size[0] * size[1]).map(|n| {
            let at = [low[0] + n % size[0], low[1] + n / size[0]];
            old.and_then(|old| old.blocks.get(old.place(at)?).cloned().flatten())
        });
        let figures = old.map(|old| old.figures).unwrap_or_default();
        Self { first: low, size, blocks: blocks.collect(), figures, longest_mm: 0.0 }
    }

    /// Where a block lies among its own, by its place among those of the grid.
    fn place(&self, at: [usize; 2]) -> Option<usize> {
        let i = at[0].checked_sub(self.first[0]).filter(|i| *i < self.size[0])?;
        let j = at[1].checked_sub(self.first[1]).filter(|j| *j < self.size[1])?;
        Some(j * self.size[0] + i)
    }

    fn block(&self, at: [usize; 2]) -> Option<&Block> {
        self.blocks.get(self.place(at)?)?.as_deref()
    }

    /// One of these blocks.
    /// - `n`: its place among the layers
    fn of(volume: &Volume, n: usize, blocks: &BTreeMap<[usize; 2], [u64; SIDE]>) -> Self {
        let ends = |a: usize| {
            let places = blocks.keys().map(|at| at[a]);
            places.fold((usize::MAX, 0), |(low, high), b| (low.min(b), high.max(b + 1)))
        };
        let [(left, right), (top, bottom)] = [ends(0), ends(1)];
        let size = [right.saturating_sub(left), bottom.saturating_sub(top)];
        let mut layer = Self {
            first: [left, top],
            size,
            blocks: vec![None; size[0] * size[1]],
            figures: Figures::default(),
            longest_mm: 0.0,
        };
        for (at, bits) in blocks {
            let figures = figures(volume, [at[0], at[1], n], bits);
            if let Some(slot) = layer.place(*at).and_then(|place| layer.blocks.get_mut(place)) {
                *slot = (*bits != [0; SIDE]).then(|| Arc::new(Block { bits: *bits, figures }));
            }
        }
        layer.settle(volume.grid());
        layer
    }

    /// - `n`: its place among the layers
    /// - returns: whether anything changed
    fn change(&mut self, n: usize, change: &Change<'_>) -> bool {
        let erase = change.dab.erase;
        let [first, last] = change.reach;
        let mut any = false;
        for by in first[1] / SIDE..=last[1] / SIDE {
            for bx in first[0] / SIDE..=last[0] / SIDE {
                let Some(place) = self.place([bx, by]) else { continue };
                let Some(slot) = self.blocks.get_mut(place) else { continue };
                let touched = change.whole([bx, by, n]);
                if touched == Some(false) {
                    continue;
                }
                let old = slot.as_ref().map_or([0; SIDE], |block| block.bits);
                let mut bits = old;
                for k in change.inside(2, n) {
                    for j in change.inside(1, by) {
                        for i in change.inside(0, bx) {
                            let bit = 1u64 << (j % SIDE * SIDE + i % SIDE);
                            // What is as it should be already needs no look.
                            if (bits[k % SIDE] & bit != 0) == erase && change.changes([i, j, k], touched) {
                                bits[k % SIDE] ^= bit;
                            }
                        }
                    }
                }
                if bits != old {
                    any = true;
                    let block = Block { bits, figures: figures(change.volume, [bx, by, n], &bits) };
                    *slot = (bits != [0; SIDE]).then(|| Arc::new(block));
                }
            }
        }
        if any {
            self.settle(change.volume.grid());
        }
        any
    }

    /// As large as what is marked, with its figures.
    fn settle(&mut self, grid: &VoxelGrid) {
        self.trim();
        let blocks = self.blocks.iter().flatten();
        self.figures = blocks.fold(Figures::default(), |sum, block| sum.and(&block.figures));
        self.longest_mm = self.longest(grid);
    }

    /// Only as large as what is marked.
    fn trim(&mut self) {
        let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
        for (n, _) in self.blocks.iter().enumerate().filter(|(_, block)| block.is_some()) {
            let at = [n % self.size[0], n / self.size[0]];
            for a in 0..2 {
                low[a] = low[a].min(at[a]);
                high[a] = high[a].max(at[a] + 1);
            }
        }
        if low[0] == usize::MAX || (low == [0; 2] && high == self.size) {
            return;
        }
        let size = [high[0] - low[0], high[1] - low[1]];
        let wide = self.size[0];
        let rows = self.blocks.chunks_exact(wide.max(1)).skip(low[1]).take(size[1]);
        let blocks = rows.flat_map(|row| row.iter().skip(low[0]).take(size[0]).cloned()).collect();
        self.first = [self.first[0] + low[0], self.first[1] + low[1]];
        (self.size, self.blocks) = (size, blocks);
    }

    /// Runs of a row: of row `j` of the blocks `by`, in slice `k` of the layer; first column and length.
    fn row(&self, by: usize, j: usize, k: usize, mut each: impl FnMut(usize, usize)) {
        let mut run: Option<(usize, usize)> = None;
        for bx in 0..self.size[0] {
            let block = self.blocks.get(by * self.size[0] + bx).and_then(Option::as_deref);
            let bits = block.map_or(0, |block| (block.bits[k] >> (j * SIDE)) as u8);
            for i in 0..SIDE {
                let column = (self.first[0] + bx) * SIDE + i;
                match (bits >> i & 1 == 1, &mut run) {
                    (true, Some((_, length))) => *length += 1,
                    (true, none) => *none = Some((column, 1)),
                    (false, some) => {
                        if let Some((first, length)) = some.take() {
                            each(first, length);
                        }
                    }
                }
            }
        }
        if let Some((first, length)) = run {
            each(first, length);
        }
    }

    fn longest(&self, grid: &VoxelGrid) -> f64 {
        let mut longest = 0.0f64;
        for k in 0..SIDE {
            let mut rows = Vec::new();
            // First and last row of each column.
            let mut columns = vec![(0, usize::MAX, 0); self.size[0] * SIDE];
            for by in 0..self.size[1] {
                for j in 0..SIDE {
                    let row = (self.first[1] + by) * SIDE + j;
                    let mut ends: Option<(usize, usize)> = None;
                    self.row(by, j, k, |first, length| {
                        ends = Some((ends.map_or(first, |(low, _)| low), first + length - 1));
                        let from = first - self.first[0] * SIDE;
                        for (n, column) in columns.iter_mut().enumerate().skip(from).take(length) {
                            *column = (self.first[0] * SIDE + n, column.1.min(row), column.2.max(row));
                        }
                    });
                    rows.extend(ends.map(|(low, high)| (row, low, high)));
                }
            }
            columns.retain(|(_, first, _)| *first != usize::MAX);
            longest = longest.max(longest_mm(grid, &rows, &columns));
        }
        longest
    }
}

/// Values of the marked voxels of a block.
/// - `at`: its place along i, j and k, in blocks
fn figures(volume: &Volume, at: [usize; 3], bits: &[u64; SIDE]) -> Figures {
    let mut figures = Figures::default();
    for (k, plane) in bits.iter().enumerate() {
        let mut rest = *plane;
        while rest != 0 {
            let n = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let voxel = [at[0] * SIDE + n % SIDE, at[1] * SIDE + n / SIDE, at[2] * SIDE + k];
            figures.add(own_value(volume, voxel));
        }
    }
    figures
}
