//! Where a point lies in a grid, as the adapters of single networks take it.

use super::m3net::snapped;
use super::region::Region;
use crate::geometry::{Patient, Point, Voxel, VoxelGrid};

/// A point in a grid, and how it came to lie there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Continuous index, to the nearest 1e-5 voxel as the boxes of [`super::context_boxes`], between the
    /// outermost voxel centres.
    pub(super) at: Point<Voxel>,
    /// The same where the point really is: no number where the point is none.
    wanted: [f64; 3],
}

impl Place {
    /// - `at`: in the patient, LPS mm; one outside the grid gives the nearest place inside, along the axes
    ///   of the grid
    pub(super) fn new(grid: &VoxelGrid, at: Point<Patient>) -> Self {
        let wanted = (grid.voxel_from_patient() * at).to_array().map(snapped);
        let size = grid.size();
        // In this order no number becomes 0.
        let inside = |a: usize| wanted[a].max(0.0).min(size[a] as f64 - 1.0);
        Self { at: Point::new(inside(0), inside(1), inside(2)), wanted }
    }

    /// Voxels by which the point was moved to lie inside, per axis (i, j, k), signed, to whole ones.
    pub(super) fn shifted(&self) -> [i64; 3] {
        let at = self.at.to_array();
        // The cast takes no number as 0 and cuts off what is too large.
        std::array::from_fn(|a| (at[a] - self.wanted[a]).round() as i64)
    }

    /// The slice that holds the place: the one of the nearest centre.
    pub(super) fn slice(&self) -> usize {
        (self.at.z + 0.5).floor() as usize
    }

    /// The same without an end of the grid.
    pub(super) fn wanted_slice(&self) -> i64 {
        (self.wanted[2] + 0.5).floor() as i64
    }
}

/// Voxels of a box outside the grid, per axis (i, j, k), both sides together.
pub(super) fn outside(min: [i64; 3], end: [i64; 3], grid: &VoxelGrid) -> [usize; 3] {
    let size = grid.size();
    std::array::from_fn(|a| {
        let before = min[a].saturating_neg().max(0);
        let after = end[a].saturating_sub(size[a] as i64).max(0);
        before.saturating_add(after) as usize
    })
}

/// What a user must know where regions reach outside the volume and the values at its edge were repeated: a
/// sentence for the answer's reasons.
pub fn repeated(regions: &[Region]) -> Option<String> {
    let names: Vec<&str> = regions.iter().filter(|r| r.padded != [0; 3]).map(|r| r.name.name()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "what the network reads ({}) reaches beyond the volume; the values at its edge were repeated there",
            names.join(" and ")
        )
    })
}

/// What a user must know of a network that reads whole slices as a square, where these are none: a sentence
/// for the answer's reasons. The published code squeezes them likewise.
pub fn squeezed(grid: &VoxelGrid) -> Option<String> {
    let [columns, rows, _] = grid.size();
    (columns != rows).then(|| {
        format!(
            "the slices have {columns} columns and {rows} rows; the network read them squeezed into a square"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> VoxelGrid {
        VoxelGrid::axis_aligned([20, 30, 40], [0.5, 0.5, 2.0], Point::new(-5.0, 10.0, 100.0)).expect("a grid")
    }

    #[test]
    fn a_point_outside_is_taken_to_the_nearest_place_inside_and_says_how_far() {
        let inside = Place::new(&grid(), Point::new(-4.0, 11.25, 105.2));
        assert_eq!((inside.at, inside.shifted()), (Point::new(2.0, 2.5, 2.6), [0; 3]));
        assert_eq!((inside.slice(), inside.wanted_slice()), (3, 3));
        let outside = Place::new(&grid(), Point::new(-10.0, 30.0, 300.0));
        assert_eq!(outside.at, Point::new(0.0, 29.0, 39.0));
        assert_eq!(outside.shifted(), [10, -11, -61]);
        assert_eq!((outside.slice(), outside.wanted_slice()), (39, 100));
    }

    #[test]
    fn a_point_that_is_no_number_is_the_first_voxel() {
        let place = Place::new(&grid(), Point::new(f64::NAN, f64::INFINITY, f64::NAN));
        assert!(place.at.is_finite());
        assert_eq!((place.slice(), place.wanted_slice()), (0, 0));
        let _ = place.shifted();
    }

    #[test]
    fn only_a_slice_that_is_no_square_is_said_to_be_squeezed() {
        assert!(squeezed(&grid()).expect("said").contains("20 columns and 30 rows"));
        let square = VoxelGrid::axis_aligned([8, 8, 3], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        assert_eq!(squeezed(&square), None);
    }

    #[test]
    fn voxels_outside_are_counted_on_both_sides() {
        assert_eq!(outside([-2, 3, 35], [25, 30, 45], &grid()), [7, 0, 5]);
    }
}
