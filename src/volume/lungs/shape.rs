//! Growing, shrinking and filling of masks.

use super::components::{Components, Touching};
use super::mask::{Mask, Run, intersect};

/// The rows that share a face with a row.
const FACES: [[isize; 2]; 4] = [[-1, 0], [1, 0], [0, -1], [0, 1]];

impl Mask {
    /// Without the voxels that have a face in common with one outside of it; what lies outside the grid
    /// is outside.
    pub(super) fn eroded(&self) -> Self {
        self.by_row(|j, k, rows| {
            let mut kept: Vec<Run> =
                self.row(j, k).iter().map(|r| Run { start: r.start + 1, end: r.end - 1 }).collect();
            kept.retain(|run| run.start < run.end);
            let mut cut = Vec::new();
            for place in FACES {
                if kept.is_empty() {
                    return;
                }
                cut.clear();
                intersect(&kept, self.beside([j, k], place).unwrap_or_default(), |run| cut.push(run));
                std::mem::swap(&mut kept, &mut cut);
            }
            kept.into_iter().for_each(|run| rows.push(run));
        })
    }

    /// With the voxels that have a face in common with one of it, again and again.
    /// - `times`: how often; voxels, not millimetres
    #[must_use]
    pub fn dilated(&self, times: usize) -> Self {
        let last = u32::try_from(self.size()[0]).unwrap_or(u32::MAX);
        let mut grown = self.clone();
        for _ in 0..times {
            grown = grown.by_row(|j, k, rows| {
                let own = grown.row(j, k).iter();
                let wider = own.map(|r| Run {
                    start: r.start.saturating_sub(1),
                    end: r.end.saturating_add(1).min(last),
                });
                let beside = FACES.iter().filter_map(|place| grown.beside([j, k], *place)).flatten().copied();
                let mut all: Vec<Run> = wider.chain(beside).collect();
                all.sort_unstable_by_key(|run| run.start);
                all.into_iter().for_each(|run| rows.push(run));
            });
        }
        grown
    }

    /// With everything that no way through corners joins to one of the grid's eight corners.
    pub(super) fn filled(&self) -> Self {
        let outside = self.complement();
        let parts = Components::of(&outside, Touching::Corners);
        let [x, y, z] = self.size().map(|n| n.saturating_sub(1));
        let mut open = vec![false; parts.voxels.len()];
        for corner in 0..8 {
            let end = |axis: usize, last: usize| if corner >> axis & 1 == 1 { last } else { 0 };
            if let Some(part) = parts.at(&outside, [end(0, x), end(1, y), end(2, z)]) {
                open[part] = true;
            }
        }
        parts.select(&outside, &open).complement()
    }

    /// With every hole of each slice: what no way through corners joins to the slice's border.
    pub(super) fn filled_in_slices(&self) -> Self {
        let outside = self.complement();
        let parts = Components::of(&outside, Touching::InSlice);
        let [nx, ny, _] = self.size();
        let mut open = vec![false; parts.voxels.len()];
        for ((j, _, run), part) in outside.runs().zip(parts.of_runs()) {
            if j == 0 || j + 1 == ny || run.start == 0 || run.end as usize == nx {
                open[part] = true;
            }
        }
        parts.select(&outside, &open).complement()
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::drawn;
    use super::*;

    #[test]
    fn one_voxel_grows_to_a_diamond_and_the_diamond_shrinks_to_it() {
        let point = Mask::of([7, 7, 7], |at| at == [3, 3, 3]);
        // |x| + |y| + |z| <= 2: 1 + 6 + 18 voxels.
        let grown = point.dilated(2);
        assert_eq!(grown, Mask::of([7, 7, 7], |at| at.iter().map(|n| n.abs_diff(3)).sum::<usize>() <= 2));
        assert_eq!(grown.count(), 25);
        assert_eq!(grown.eroded().eroded(), point);
    }

    #[test]
    fn the_grids_border_stops_growing_and_does_not_stop_shrinking() {
        let corner = drawn("#..\n...");
        assert_eq!(corner.dilated(1), drawn("##.\n#.."));
        assert_eq!(corner.dilated(9).count(), 6);
        let all = Mask::empty([4, 4, 3]).complement();
        assert_eq!(
            all.eroded(),
            Mask::of([4, 4, 3], |[i, j, k]| (1..3).contains(&i) && (1..3).contains(&j) && k == 1)
        );
    }

    #[test]
    fn holes_are_filled_and_bays_are_not() {
        let ring = drawn(".....\n.###.\n.#.#.\n.####\n.....");
        assert_eq!(ring.filled_in_slices(), drawn(".....\n.###.\n.###.\n.####\n....."));
        // A way out through a corner is a way out.
        let open = drawn(".....\n.###.\n.#.#.\n.##..\n.....");
        assert_eq!(open.filled_in_slices(), open);
        // The hole of a slice is no hole of a tube that is open at its ends, and one of a box.
        let tube = |closed: bool| {
            Mask::of([5, 5, 5], |[i, j, k]| {
                let inside = |n: usize| (1..4).contains(&n);
                inside(i) && inside(j) && (1..4).contains(&k) && ((i, j) != (2, 2) || (closed && k != 2))
            })
        };
        assert_eq!(tube(false).filled(), tube(false));
        assert_eq!(tube(true).filled().count(), 27);
    }
}
