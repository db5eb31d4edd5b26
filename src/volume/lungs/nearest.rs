//! Which of two sets a voxel lies nearer to, in millimetres.

use std::ops::Range;

use rayon::prelude::*;

use super::mask::{Mask, Run};

/// Parts of `all` that are nearer to the one or the other of two sets; what is as near to both is in
/// neither.
///
/// Exact Euclidean distances between voxel centres, one axis after the other (Felzenszwalb and
/// Huttenlocher 2012, Theory of Computing 8:415).
/// - `sites`: disjoint parts of `all`, neither empty
/// - `spacing_mm`: along i, j, k
pub(super) fn nearer(all: &Mask, sites: [&Mask; 2], spacing_mm: [f64; 3]) -> [Mask; 2] {
    let rest = all.without(sites[0]).without(sites[1]);
    let Some(bounds) = bounds(all).filter(|_| !rest.is_empty()) else { return sites.map(Clone::clone) };
    let [columns, lines, slices] = bounds;
    let width = columns.len();
    // Squared distance within each slice, [slice][row, column].
    let flat: Vec<[Vec<f32>; 2]> = slices
        .clone()
        .into_par_iter()
        .map(|k| sites.map(|site| in_slice(site, k, &columns, &lines, spacing_mm)))
        .collect();
    // Row by row of the box: for each slice the runs that belong to either.
    let decided: Vec<Vec<[Vec<Run>; 2]>> = lines
        .clone()
        .into_par_iter()
        .map(|j| {
            let mut wanted = vec![false; width];
            for k in slices.clone() {
                for run in rest.row(j, k) {
                    let from = run.start as usize - columns.start;
                    wanted.iter_mut().skip(from).take(run.len()).for_each(|w| *w = true);
                }
            }
            let depth = slices.len();
            let (mut envelope, mut column, mut side) =
                (Envelope::default(), vec![0.0; depth], vec![0u8; depth * width]);
            let mut first = vec![0.0; depth];
            let row = (j - lines.start) * width;
            for x in (0..width).filter(|x| wanted[*x]) {
                for (v, planes) in column.iter_mut().zip(&flat) {
                    *v = planes[0][row + x];
                }
                envelope.transform(&mut column, spacing_mm[2]);
                first.copy_from_slice(&column);
                for (v, planes) in column.iter_mut().zip(&flat) {
                    *v = planes[1][row + x];
                }
                envelope.transform(&mut column, spacing_mm[2]);
                for (z, (a, b)) in first.iter().zip(&column).enumerate() {
                    side[z * width + x] = if a < b {
                        1
                    } else if a > b {
                        2
                    } else {
                        0
                    };
                }
            }
            let runs = |k: usize, which: u8| {
                let side = &side[(k - slices.start) * width..][..width];
                let of_run = |run: &Run| {
                    (run.start..run.end)
                        .filter(|i| side[*i as usize - columns.start] == which)
                        .map(|i| Run { start: i, end: i + 1 })
                        .collect::<Vec<_>>()
                };
                rest.row(j, k).iter().flat_map(of_run).collect::<Vec<_>>()
            };
            slices.clone().map(|k| [runs(k, 1), runs(k, 2)]).collect()
        })
        .collect();
    [0, 1].map(|which| {
        sites[which].by_row(|j, k, rows| {
            let inside = lines.contains(&j) && slices.contains(&k);
            let own = sites[which].row(j, k).iter();
            let added = inside.then(|| &decided[j - lines.start][k - slices.start][which]);
            let mut row: Vec<Run> = own.chain(added.into_iter().flatten()).copied().collect();
            row.sort_unstable_by_key(|run| run.start);
            row.into_iter().for_each(|run| rows.push(run));
        })
    })
}

/// The smallest box that holds all voxels, along i, j, k; `None` of none.
fn bounds(mask: &Mask) -> Option<[Range<usize>; 3]> {
    let mut found: Option<[Range<usize>; 3]> = None;
    for (j, k, run) in mask.runs() {
        let own = [run.start as usize..run.end as usize, j..j + 1, k..k + 1];
        found = Some(match found {
            None => own,
            Some(known) => {
                let mut both =
                    own.into_iter().zip(known).map(|(a, b)| a.start.min(b.start)..a.end.max(b.end));
                std::array::from_fn(|_| both.next().unwrap_or_default())
            }
        });
    }
    found
}

/// Squared distance (mm2) of each pixel of a box's slice to the nearest one of the set in that slice.
fn in_slice(
    site: &Mask,
    k: usize,
    columns: &Range<usize>,
    lines: &Range<usize>,
    spacing_mm: [f64; 3],
) -> Vec<f32> {
    let (width, height) = (columns.len(), lines.len());
    let mut squares = vec![f32::INFINITY; width * height];
    if lines.clone().all(|j| site.row(j, k).is_empty()) {
        return squares;
    }
    for (row, j) in squares.chunks_exact_mut(width).zip(lines.clone()) {
        for run in site.row(j, k) {
            let from = run.start as usize - columns.start;
            row.iter_mut().skip(from).take(run.len()).for_each(|v| *v = 0.0);
        }
        // Columns to the nearest one on the left, then on either side.
        let mut steps = f32::INFINITY;
        for v in row.iter_mut() {
            steps = if *v == 0.0 { 0.0 } else { steps + 1.0 };
            *v = steps;
        }
        steps = f32::INFINITY;
        for v in row.iter_mut().rev() {
            steps = if *v == 0.0 { 0.0 } else { steps + 1.0 };
            *v = (v.min(steps) * spacing_mm[0] as f32).powi(2);
        }
    }
    let (mut envelope, mut column) = (Envelope::default(), vec![0.0; height]);
    for x in 0..width {
        for (v, row) in column.iter_mut().zip(squares.chunks_exact(width)) {
            *v = row[x];
        }
        envelope.transform(&mut column, spacing_mm[1]);
        for (v, row) in column.iter().zip(squares.chunks_exact_mut(width)) {
            row[x] = *v;
        }
    }
    squares
}

/// The lower envelope of parabolas; kept to be used again.
#[derive(Default)]
struct Envelope {
    /// Place of each parabola's lowest point, its value there, and from where on it is the lowest.
    parts: Vec<(f64, f64, f64)>,
}

impl Envelope {
    /// Replaces each value by the least of (value + squared distance) over all places of the line.
    /// - `line`: values a `step` (mm) apart; infinite ones are no sites
    fn transform(&mut self, line: &mut [f32], step: f64) {
        self.parts.clear();
        for (n, &value) in line.iter().enumerate() {
            if value == f32::INFINITY {
                continue;
            }
            let (x, value) = (n as f64 * step, f64::from(value));
            let mut from = f64::NEG_INFINITY;
            while let Some(&(x0, value0, from0)) = self.parts.last() {
                from = (value + x * x - value0 - x0 * x0) / (2.0 * (x - x0));
                if from > from0 {
                    break;
                }
                self.parts.pop();
                from = f64::NEG_INFINITY;
            }
            self.parts.push((x, value, from));
        }
        let mut at = 0;
        for (n, out) in line.iter_mut().enumerate() {
            let x = n as f64 * step;
            while self.parts.get(at + 1).is_some_and(|next| next.2 < x) {
                at += 1;
            }
            if let Some((x0, value, _)) = self.parts.get(at) {
                *out = (value + (x - x0) * (x - x0)) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by comparing every voxel with every voxel.
    fn brute(all: &Mask, sites: [&Mask; 2], spacing: [f64; 3]) -> [Mask; 2] {
        let [nx, ny, nz] = all.size();
        let places: Vec<[usize; 3]> = (0..nx * ny * nz).map(|n| [n % nx, n / nx % ny, n / nx / ny]).collect();
        let distance = |at: [usize; 3], site: &Mask| {
            let to = places.iter().filter(|p| site.contains(**p));
            let square =
                |p: &[usize; 3]| (0..3).map(|a| (at[a].abs_diff(p[a]) as f64 * spacing[a]).powi(2)).sum();
            to.map(square).fold(f64::INFINITY, f64::min)
        };
        let nearer = |a: &Mask, b: &Mask| {
            Mask::of(all.size(), |at| all.contains(at) && distance(at, a) < distance(at, b))
        };
        [nearer(sites[0], sites[1]), nearer(sites[1], sites[0])]
    }

    #[test]
    fn every_voxel_goes_to_the_set_that_is_nearer_in_millimetres() {
        let size = [13, 11, 9];
        let all = Mask::of(size, |[i, j, k]| (i * 7 + j * 5 + k * 3) % 11 != 0);
        let first = Mask::of(size, |[i, j, k]| {
            all.contains([i, j, k]) && (i < 3 && j > 6 && k < 3 || [i, j, k] == [6, 5, 1])
        });
        let second = Mask::of(size, |[i, j, k]| all.contains([i, j, k]) && i > 9 && (j * k) % 5 == 2);
        assert!(!first.is_empty() && !second.is_empty());
        // Steps whose squares are whole quarters, so that equal distances are equal numbers.
        for spacing in [[1.0; 3], [0.5, 0.5, 2.5], [1.5, 0.5, 1.0]] {
            let found = nearer(&all, [&first, &second], spacing);
            assert_eq!(found, brute(&all, [&first, &second], spacing), "{spacing:?}");
            // Ties were there.
            assert!(spacing != [1.0; 3] || found[0].union(&found[1]) != all);
        }
    }

    #[test]
    fn nothing_is_added_where_nothing_is_left() {
        let first = Mask::of([4, 1, 1], |[i, ..]| i == 0);
        let second = Mask::of([4, 1, 1], |[i, ..]| i == 3);
        let all = first.union(&second);
        assert_eq!(nearer(&all, [&first, &second], [1.0; 3]), [first, second]);
    }
}
