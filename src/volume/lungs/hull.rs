//! Convex hulls of the pixels of a slice, in whole numbers.

use super::mask::{Mask, Run};

/// First and last column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) row: usize,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The pixels whose centres lie in the convex hull of other pixels, or on its border.
///
/// The hull is that of the middles of every pixel's four sides. Source: scikit-image, convex_hull_image
/// with its default offsets.
/// - `extents`: of the rows that have pixels, ascending
/// - returns: of every row from the first to the last
pub(super) fn hull(extents: &[Extent]) -> Vec<Extent> {
    let (Some(top), Some(bottom)) = (extents.first(), extents.last()) else { return Vec::new() };
    // Both coordinates doubled: middles of sides are whole numbers.
    let side = |column: fn(&Extent) -> i64| {
        let mut points: Vec<[i64; 2]> = Vec::with_capacity(3 * extents.len());
        for extent in extents {
            let (y, x) = (2 * extent.row as i64, 2 * column(extent));
            points.extend([[y - 1, x], [y, x - 1], [y + 1, x]]);
        }
        points.sort_unstable();
        points.dedup_by_key(|p| p[0]);
        lower_chain(&points)
    };
    // The right side is the left one of the mirrored pixels.
    let (left, right) = (side(|e| i64::from(e.first)), side(|e| -i64::from(e.last)));
    let rows = top.row..=bottom.row;
    let (mut l, mut r) = (Edge::of(&left), Edge::of(&right));
    rows.map(|row| {
        let y = 2 * row as i64;
        let (first, last) = (l.column(y), -r.column(y));
        Extent { row, first: first.max(0) as u32, last: last.max(0) as u32 }
    })
    .collect()
}

/// The points below which there are none: a convex chain. `points` ascend by their first coordinate.
fn lower_chain(points: &[[i64; 2]]) -> Vec<[i64; 2]> {
    let mut chain: Vec<[i64; 2]> = Vec::new();
    for &p in points {
        while let [.., a, b] = chain[..] {
            // Twice the area of a, b, p: not below the straight line from a to p.
            if (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0 {
                break;
            }
            chain.pop();
        }
        chain.push(p);
    }
    chain
}

/// Walks along a chain.
struct Edge<'a> {
    chain: &'a [[i64; 2]],
    at: usize,
}

impl<'a> Edge<'a> {
    fn of(chain: &'a [[i64; 2]]) -> Self {
        Self { chain, at: 0 }
    }

    /// The first whole column on or right of the chain.
    /// - `y`: doubled row; never less than the one before
    fn column(&mut self, y: i64) -> i64 {
        while self.chain.get(self.at + 1).is_some_and(|next| next[0] < y) {
            self.at += 1;
        }
        let (Some(&[y0, x0]), Some(&[y1, x1])) = (self.chain.get(self.at), self.chain.get(self.at + 1))
        else {
            return 0;
        };
        // x / 2 rounded up, x = x0 + (x1 - x0) (y - y0) / (y1 - y0).
        let (run, rise) = (y1 - y0, (x1 - x0) * (y - y0));
        -(-(x0 * run + rise)).div_euclid(2 * run)
    }
}

/// First and last column of each row of some runs of one slice.
/// - `runs`: rows ascending, columns ascending within a row
pub(super) fn extents(runs: impl Iterator<Item = (usize, Run)>) -> Vec<Extent> {
    let mut found: Vec<Extent> = Vec::new();
    for (row, run) in runs {
        let last = run.end.saturating_sub(1);
        match found.last_mut() {
            Some(extent) if extent.row == row => extent.last = last,
            _ => found.push(Extent { row, first: run.start, last }),
        }
    }
    found
}

impl Mask {
    /// Each slice filled to its convex hull, unless that has more than twice its pixels: then the slice
    /// stays. Source: DSB2017, preprocessing/full_prep.py (process_mask).
    pub(super) fn hull_in_slices(&self) -> Self {
        Self::by_slice(self.size(), |k, rows| {
            let ny = self.size()[1];
            let runs = || (0..ny).flat_map(|j| self.row(j, k).iter().map(move |run| (j, *run)));
            let filled = hull(&extents(runs()));
            let hull_area: usize = filled.iter().map(|e| (e.last + 1).saturating_sub(e.first) as usize).sum();
            let area: usize = runs().map(|(_, run)| run.len()).sum();
            let mut filled = filled.iter().peekable();
            for j in 0..ny {
                let in_row = filled.next_if(|extent| extent.row == j);
                if hull_area > 2 * area {
                    self.row(j, k).iter().for_each(|run| rows.push(*run));
                } else if let Some(extent) = in_row {
                    rows.push(Run { start: extent.first, end: extent.last + 1 });
                }
                rows.end_row();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::drawn;

    #[test]
    fn a_slice_is_filled_to_its_convex_hull() {
        // The bay of a C, the step of an L: worked out by hand from the middles of the sides.
        assert_eq!(drawn("####\n#...\n####").hull_in_slices(), drawn("####\n####\n####"));
        // The line from (row 0, right side of column 0) to (row 3, right side of column 3) passes through
        // the right sides of (1, 1) and (2, 2).
        assert_eq!(drawn("#...\n#...\n#...\n####").hull_in_slices(), drawn("#...\n##..\n###.\n####"));
        assert_eq!(
            drawn("..#..\n.....\n.....\n#####\n#####").hull_in_slices(),
            drawn("..#..\n.###.\n.###.\n#####\n#####")
        );
    }

    #[test]
    fn a_hull_of_more_than_twice_the_pixels_is_refused() {
        // 10 pixels in a hull of 25, and 13 in one of 25.
        let refused = drawn("#...#\n#...#\n#...#\n#...#\n#...#");
        assert_eq!(refused.hull_in_slices(), refused);
        let taken = drawn("#####\n#....\n#....\n#....\n#####");
        assert_eq!(taken.hull_in_slices().count(), 25);
        assert_eq!(drawn("...\n...").hull_in_slices(), drawn("...\n..."));
    }

    #[test]
    fn slices_are_filled_each_by_itself() {
        let mask = drawn("#.#\n###\n\n...\n.#.");
        assert_eq!(mask.hull_in_slices(), drawn("###\n###\n\n...\n.#."));
    }
}
