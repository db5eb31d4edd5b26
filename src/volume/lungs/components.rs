//! Connected components of a mask: union of runs that touch.

use super::mask::{Mask, Run};

/// Which voxels are neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touching {
    /// Those that share a face: 6.
    Faces,
    /// Those that share an edge: 18.
    Edges,
    /// Those that share a corner: 26.
    Corners,
    /// Those of the same slice that share a corner: 8. Slices are parted from each other.
    InSlice,
}

impl Touching {
    /// The earlier rows whose runs can touch those of a row, as (rows, slices) away, and how many columns
    /// may lie between two runs that do, counted from an overlap of none.
    const fn rows(self) -> &'static [([isize; 2], u32)] {
        match self {
            Self::Faces => &[([-1, 0], 0), ([0, -1], 0)],
            Self::Edges => &[([-1, 0], 1), ([-1, -1], 0), ([0, -1], 1), ([1, -1], 0)],
            Self::Corners => &[([-1, 0], 1), ([-1, -1], 1), ([0, -1], 1), ([1, -1], 1)],
            Self::InSlice => &[([-1, 0], 1)],
        }
    }
}

/// The components of a mask, numbered in the order of their first voxels.
pub(super) struct Components {
    of_run: Vec<u32>,
    /// Voxels of each.
    pub(super) voxels: Vec<usize>,
}

impl Components {
    /// Finds them.
    pub(super) fn of(mask: &Mask, touching: Touching) -> Self {
        let [_, ny, nz] = mask.size();
        let mut sets = Sets { parent: Vec::new() };
        for k in 0..nz {
            for j in 0..ny {
                let own = mask.place(j, k);
                sets.parent.extend(own.clone().map(|n| n as u32));
                for &([dj, dk], reach) in touching.rows() {
                    let beside = j.checked_add_signed(dj).zip(k.checked_add_signed(dk));
                    let Some((bj, bk)) = beside else { continue };
                    let (row, other) = (mask.row(j, k), mask.row(bj, bk));
                    touches(row, other, reach, |a, b| sets.join(own.start + a, mask.place(bj, bk).start + b));
                }
            }
        }
        let mut found = Self { of_run: Vec::with_capacity(sets.parent.len()), voxels: Vec::new() };
        for (n, (.., run)) in mask.runs().enumerate() {
            // A set's root is its first run: its number is there already, or it is a new component.
            let root = sets.root(n);
            let component = if root == n {
                found.voxels.push(0);
                found.voxels.len() - 1
            } else {
                found.of_run[root] as usize
            };
            found.of_run.push(component as u32);
            found.voxels[component] += run.len();
        }
        found
    }

    /// Component of each run, in the order of [`Mask::runs`].
    pub(super) fn of_runs(&self) -> impl Iterator<Item = usize> {
        self.of_run.iter().map(|component| *component as usize)
    }

    /// Those components of the mask that they were found in for which `keep` is true.
    pub(super) fn select(&self, mask: &Mask, keep: &[bool]) -> Mask {
        mask.select(|n| keep[self.of_run[n] as usize])
    }

    /// The component of a voxel.
    pub(super) fn at(&self, mask: &Mask, [i, j, k]: [usize; 3]) -> Option<usize> {
        let runs = mask.row(j, k);
        let n = runs.iter().position(|run| (run.start as usize..run.end as usize).contains(&i))?;
        Some(self.of_run[mask.place(j, k).start + n] as usize)
    }

    /// Components from large to small, the first one first where they are equal.
    pub(super) fn by_size(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.voxels.len()).collect();
        order.sort_by_key(|c| std::cmp::Reverse(self.voxels[*c]));
        order
    }
}

/// Calls `touch` with the positions of every two runs of two rows that touch.
fn touches(a: &[Run], b: &[Run], reach: u32, mut touch: impl FnMut(usize, usize)) {
    let (mut x, mut y) = (0, 0);
    while let (Some(p), Some(q)) = (a.get(x), b.get(y)) {
        if p.start < q.end.saturating_add(reach) && q.start < p.end.saturating_add(reach) {
            touch(x, y);
        }
        // Runs of a row have a gap between them: what comes after the one that ends first touches it not.
        if p.end < q.end { x += 1 } else { y += 1 }
    }
}

/// Sets of runs; the first run of a set is its root.
struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    fn root(&mut self, n: usize) -> usize {
        let mut n = n;
        while self.parent[n] as usize != n {
            let above = self.parent[n] as usize;
            self.parent[n] = self.parent[above];
            n = above;
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::drawn;
    use super::*;

    fn sizes(mask: &Mask, touching: Touching) -> Vec<usize> {
        Components::of(mask, touching).voxels
    }

    #[test]
    fn voxels_are_neighbours_by_face_edge_or_corner_as_asked() {
        // In a slice: two voxels that share a corner of their squares, which is an edge of their cubes.
        let diagonal = drawn("#.\n.#");
        assert_eq!(sizes(&diagonal, Touching::Faces), [1, 1]);
        assert_eq!(sizes(&diagonal, Touching::Edges), [2]);
        assert_eq!(sizes(&diagonal, Touching::InSlice), [2]);
        // One slice apart: the same voxel, a neighbour in the row, one in the column, one across.
        let stacked = drawn("#.\n..\n\n#.\n..");
        assert_eq!(sizes(&stacked, Touching::Faces), [2]);
        assert_eq!(sizes(&stacked, Touching::InSlice), [1, 1]);
        for beside in ["#.\n..\n\n.#\n..", "#.\n..\n\n..\n#.", "..\n#.\n\n#.\n.."] {
            assert_eq!(sizes(&drawn(beside), Touching::Faces), [1, 1], "{beside}");
            assert_eq!(sizes(&drawn(beside), Touching::Edges), [2], "{beside}");
        }
        for across in ["#.\n..\n\n..\n.#", "..\n.#\n\n#.\n..", ".#\n..\n\n..\n#."] {
            assert_eq!(sizes(&drawn(across), Touching::Edges), [1, 1], "{across}");
            assert_eq!(sizes(&drawn(across), Touching::Corners), [2], "{across}");
        }
    }

    #[test]
    fn components_are_numbered_by_their_first_voxel_and_chosen_by_number() {
        // Two arms that meet in the last row, and one voxel between them.
        let mask = drawn("#...#\n#.#.#\n#...#\n#####");
        let found = Components::of(&mask, Touching::Faces);
        assert_eq!(found.voxels, [11, 1]);
        assert_eq!(found.by_size(), [0, 1]);
        assert_eq!(found.select(&mask, &[false, true]), drawn(".....\n..#..\n.....\n....."));
        assert_eq!(found.at(&mask, [4, 0, 0]), Some(0));
        assert_eq!((found.at(&mask, [2, 1, 0]), found.at(&mask, [1, 0, 0])), (Some(1), None));
    }
}
