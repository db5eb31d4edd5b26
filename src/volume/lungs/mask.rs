//! A set of a grid's voxels, as runs along its rows.

use std::iter::once;

use rayon::prelude::*;

/// Neighbouring voxels of one row: columns `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Run {
    pub(super) fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// Some of a grid's voxels. Within a row its runs are ascending and never touch, so that equal sets are equal
/// values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    size: [usize; 3],
    /// Where each row's runs end in `runs`, after a leading 0; rows by slice, then row.
    ends: Vec<usize>,
    runs: Vec<Run>,
}

/// The rows of one slice while they are made.
#[derive(Default)]
pub(super) struct Rows {
    ends: Vec<usize>,
    runs: Vec<Run>,
}

impl Rows {
    /// Adds a run behind those of its row; one that touches the last is joined to it.
    pub(super) fn push(&mut self, run: Run) {
        let first = self.ends.last().copied().unwrap_or(0);
        match self.runs.get_mut(first..).and_then(<[Run]>::last_mut) {
            Some(last) if last.end >= run.start => last.end = last.end.max(run.end),
            _ if run.start < run.end => self.runs.push(run),
            _ => {}
        }
    }

    pub(super) fn end_row(&mut self) {
        self.ends.push(self.runs.len());
    }

    /// All runs so far.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }
}

impl Mask {
    /// No voxel of a grid of this size (columns, rows, slices).
    pub fn empty(size: [usize; 3]) -> Self {
        Self { size, ends: vec![0; size[1] * size[2] + 1], runs: Vec::new() }
    }

    /// The voxels for which `holds` is true.
    pub fn of(size: [usize; 3], holds: impl Fn([usize; 3]) -> bool + Sync) -> Self {
        Self::by_slice(size, |k, rows| {
            for j in 0..size[1] {
                rows_of(rows, size[0], |i| holds([i, j, k]));
            }
        })
    }

    /// Slice by slice, on all cores.
    /// - `fill`: gives every row of the slice, in order
    pub(super) fn by_slice(size: [usize; 3], fill: impl Fn(usize, &mut Rows) + Sync) -> Self {
        let slices: Vec<Rows> = (0..size[2])
            .into_par_iter()
            .map(|k| {
                let mut rows = Rows::default();
                fill(k, &mut rows);
                // Whatever the closure did, there are as many rows as there must be.
                rows.ends.resize(size[1], rows.runs.len());
                rows
            })
            .collect();
        let mut mask = Self { size, ends: Vec::with_capacity(size[1] * size[2] + 1), runs: Vec::new() };
        mask.ends.push(0);
        for rows in slices {
            let before = mask.runs.len();
            mask.ends.extend(rows.ends.iter().map(|end| before + end));
            mask.runs.extend(rows.runs);
        }
        mask
    }

    /// Columns, rows, slices of the grid.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Number of voxels.
    pub fn count(&self) -> usize {
        self.runs.iter().map(|run| run.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether a voxel (i, j, k) is one of them; none outside the grid is.
    pub fn contains(&self, [i, j, k]: [usize; 3]) -> bool {
        let row = self.row(j, k);
        let next = row.partition_point(|run| run.end as usize <= i);
        row.get(next).is_some_and(|run| run.start as usize <= i)
    }

    /// Runs of a row; none outside the grid.
    pub(super) fn row(&self, j: usize, k: usize) -> &[Run] {
        self.runs.get(self.place(j, k)).unwrap_or_default()
    }

    /// Where a row's runs are in [`Mask::runs`].
    pub(super) fn place(&self, j: usize, k: usize) -> std::ops::Range<usize> {
        if j >= self.size[1] || k >= self.size[2] {
            return 0..0;
        }
        let row = k * self.size[1] + j;
        self.ends[row]..self.ends[row + 1]
    }

    /// The row `dj` rows and `dk` slices away, `None` where there is no such row.
    pub(super) fn beside(&self, [j, k]: [usize; 2], [dj, dk]: [isize; 2]) -> Option<&[Run]> {
        let j = j.checked_add_signed(dj).filter(|j| *j < self.size[1])?;
        let k = k.checked_add_signed(dk).filter(|k| *k < self.size[2])?;
        Some(self.row(j, k))
    }

    /// Every run with its row and slice, in order.
    pub(super) fn runs(&self) -> impl Iterator<Item = (usize, usize, Run)> {
        let rows = (0..self.size[2]).flat_map(|k| (0..self.size[1]).map(move |j| (j, k)));
        rows.flat_map(|(j, k)| self.row(j, k).iter().map(move |run| (j, k, *run)))
    }

    /// The runs for whose number (as counted by [`Mask::runs`]) `keep` is true.
    pub(super) fn select(&self, keep: impl Fn(usize) -> bool + Sync) -> Self {
        self.by_row(|j, k, rows| {
            self.place(j, k).filter(|n| keep(*n)).for_each(|n| rows.push(self.runs[n]));
        })
    }

    /// The voxels of some slices.
    pub(super) fn in_slices(&self, slices: &std::ops::Range<usize>) -> Self {
        self.by_row(|j, k, rows| {
            self.row(j, k).iter().filter(|_| slices.contains(&k)).for_each(|run| rows.push(*run));
        })
    }

    /// Voxels of either; a grid of another size counts as empty beyond its own.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.by_row(|j, k, rows| unite(&[self.row(j, k), other.row(j, k)], rows))
    }

    /// Voxels of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.by_row(|j, k, rows| intersect(self.row(j, k), other.row(j, k), |run| rows.push(run)))
    }

    /// Voxels of this one alone.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// All other voxels of the grid.
    #[must_use]
    pub fn complement(&self) -> Self {
        let columns = u32::try_from(self.size[0]).unwrap_or(u32::MAX);
        self.by_row(|j, k, rows| {
            let row = self.row(j, k);
            let starts = once(0).chain(row.iter().map(|run| run.end));
            let ends = row.iter().map(|run| run.start).chain(once(columns));
            starts.zip(ends).for_each(|(start, end)| rows.push(Run { start, end }));
        })
    }

    /// A mask of the same size, row by row.
    pub(super) fn by_row(&self, fill: impl Fn(usize, usize, &mut Rows) + Sync) -> Self {
        Self::by_slice(self.size, |k, rows| {
            for j in 0..self.size[1] {
                fill(j, k, rows);
                rows.end_row();
            }
        })
    }
}

/// Adds one row: the columns for which `holds` is true.
pub(super) fn rows_of(rows: &mut Rows, columns: usize, holds: impl Fn(usize) -> bool) {
    let mut i = 0;
    while i < columns {
        let start = i;
        while i < columns && holds(i) {
            i += 1;
        }
        if start < i {
            // No row is as long as that: its values would not fit into memory.
            rows.push(Run { start: start as u32, end: i as u32 });
        }
        i += 1;
    }
    rows.end_row();
}

/// Columns in both rows, ascending.
pub(super) fn intersect(a: &[Run], b: &[Run], mut out: impl FnMut(Run)) {
    let (mut x, mut y) = (0, 0);
    while let (Some(p), Some(q)) = (a.get(x), b.get(y)) {
        let run = Run { start: p.start.max(q.start), end: p.end.min(q.end) };
        if run.start < run.end {
            out(run);
        }
        if p.end < q.end { x += 1 } else { y += 1 }
    }
}

/// Columns in any of the rows.
pub(super) fn unite(lists: &[&[Run]], rows: &mut Rows) {
    let mut all: Vec<Run> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    all.sort_unstable_by_key(|run| run.start);
    all.into_iter().for_each(|run| rows.push(run));
}

/// A mask of text: rows of `#` and `.`, slices parted by empty lines.
#[cfg(test)]
pub(super) fn drawn(text: &str) -> Mask {
    let slices: Vec<Vec<&[u8]>> =
        text.split("\n\n").map(|slice| slice.lines().map(str::as_bytes).collect()).collect();
    let size = [slices[0][0].len(), slices[0].len(), slices.len()];
    Mask::of(size, |[i, j, k]| slices[k][j][i] == b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_joined_cut_and_turned_round_as_sets_are() {
        let a = drawn("##..#\n.....\n#####");
        let b = drawn(".##.#\n#...#\n..#..");
        assert_eq!(a.union(&b), drawn("###.#\n#...#\n#####"));
        assert_eq!(a.intersection(&b), drawn(".#..#\n.....\n..#.."));
        assert_eq!(a.without(&b), drawn("#....\n.....\n##.##"));
        assert_eq!(a.complement(), drawn("..##.\n#####\n....."));
        assert_eq!((a.count(), Mask::empty(a.size()).count()), (8, 0));
        assert_eq!(Mask::empty(a.size()).complement().count(), 15);
    }

    #[test]
    fn only_voxels_of_the_set_are_contained_and_none_outside_the_grid() {
        let mask = drawn("##..#\n.....\n\n.....\n#####");
        let found: Vec<usize> = (0..7).filter(|i| mask.contains([*i, 0, 0])).collect();
        assert_eq!(found, [0, 1, 4]);
        assert!(mask.contains([4, 1, 1]) && !mask.contains([5, 1, 1]));
        assert!(!mask.contains([0, 2, 0]) && !mask.contains([0, 0, 2]) && !mask.contains([usize::MAX; 3]));
    }
}
