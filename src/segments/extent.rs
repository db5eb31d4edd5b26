//! The longest diameter of what is marked in a slice.
//!
//! Between the middles of the outer sides of voxels, as a surface around them would run: a single voxel is as
//! long as its side, not of no length and not as long as its diagonal.

use crate::geometry::VoxelGrid;

/// What is marked in one slice, by rows: `(row, first column, last column)` of the outermost voxels.
/// - returns: mm; 0 of nothing
pub(super) fn longest_mm(
    grid: &VoxelGrid,
    rows: &[(usize, usize, usize)],
    columns: &[(usize, usize, usize)],
) -> f64 {
    let [i, j, _] = grid.patient_from_voxel().axes();
    // In the plane of the slice: along the first axis, and across it. Axes of a grid have a length.
    let wide = i.length();
    let along = i.dot(j) / wide;
    let across = (j.dot(j) - along * along).max(0.0).sqrt();
    let flat = |column: f64, row: f64| [column * wide + row * along, row * across];
    let mut points = Vec::with_capacity(2 * (rows.len() + columns.len()));
    for &(row, first, last) in rows {
        points.push(flat(first as f64 - 0.5, row as f64));
        points.push(flat(last as f64 + 0.5, row as f64));
    }
    for &(column, first, last) in columns {
        points.push(flat(column as f64, first as f64 - 0.5));
        points.push(flat(column as f64, last as f64 + 0.5));
    }
    let hull = hull(points);
    let mut longest = 0.0f64;
    for (n, a) in hull.iter().enumerate() {
        for b in hull.iter().skip(n + 1) {
            longest = longest.max((a[0] - b[0]).hypot(a[1] - b[1]));
        }
    }
    longest
}

/// The convex hull. Source: A. M. Andrew, Another efficient algorithm for convex hulls in two dimensions,
/// Information Processing Letters 9 (1979).
fn hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = &[f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for p in points {
            while let [.., a, b] = chain.as_slice()
                && (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) <= 0.0
            {
                chain.pop();
            }
            chain.push(*p);
        }
        chain.pop();
        chain
    };
    let mut whole = half(&mut points.iter());
    whole.extend(half(&mut points.iter().rev()));
    if whole.is_empty() { points } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, Transform, Vector};

    #[test]
    fn a_voxel_is_as_long_as_its_side_and_a_row_as_its_length() {
        let grid =
            VoxelGrid::axis_aligned([9, 9, 1], [0.5, 0.8, 1.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        assert!((longest_mm(&grid, &[(3, 4, 4)], &[(4, 3, 3)]) - 0.8).abs() < 1e-12);
        let columns: Vec<_> = (1..=6).map(|c| (c, 2, 2)).collect();
        assert!((longest_mm(&grid, &[(2, 1, 6)], &columns) - 3.0).abs() < 1e-12);
        assert_eq!(longest_mm(&grid, &[], &[]), 0.0);
    }

    #[test]
    fn in_a_sheared_grid_lengths_are_those_of_the_patient() {
        let (i, j, k) = (Vector::new(1.0, 0.0, 0.0), Vector::new(0.5, 1.0, 0.0), Vector::new(0.0, 0.0, 1.0));
        let grid = VoxelGrid::new([9, 9, 1], Transform::from_axes(i, j, k, Point::new(0.0, 0.0, 0.0)));
        // From (0, 0) to (3, 4) and half a voxel beyond either end along j: 9 rows less one.
        let rows: Vec<_> = (0..=4).map(|row| (row, 3, 3)).collect();
        let found = longest_mm(&grid.expect("a grid"), &rows, &[(3, 0, 4)]);
        let expected = (5.0f64 * 0.5).hypot(5.0);
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
}
