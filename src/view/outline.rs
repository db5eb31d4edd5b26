//! Where a plane cuts a box of voxels.

use super::resolve::ResolvedView;
use crate::geometry::{Patient, Point, Viewport};

/// Corner pairs that are the twelve edges of a box (corner n has the upper side of axis a where
/// bit a of n is set).
const EDGES: [[usize; 2]; 12] =
    [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]];

/// Corners closer than this on the screen are one.
const SAME_PX: f64 = 1e-6;

/// Where the slice's plane cuts a box: a convex polygon of 3 to 6 corners in viewport px (z = 0),
/// or empty where it misses.
/// - `corners`: of the box; corner n takes the upper side of axis a where bit a of n is set
pub fn outline(corners: &[Point<Patient>; 8], view: &ResolvedView) -> Vec<Point<Viewport>> {
    outline_at(corners, view, 0.0)
}

/// As [`outline`], for the plane `depth_mm` behind the slice.
pub fn outline_at(corners: &[Point<Patient>; 8], view: &ResolvedView, depth_mm: f64) -> Vec<Point<Viewport>> {
    let corners = corners.map(|corner| &view.viewport_from_patient * corner);
    let mut cut: Vec<Point<Viewport>> = Vec::with_capacity(6);
    for [a, b] in EDGES {
        let (a, b) = (corners[a], corners[b]);
        let (before, after) = (a.z - depth_mm, b.z - depth_mm);
        // A corner on the plane counts as behind it, on every edge alike: no edge is cut twice.
        if (before >= 0.0) == (after >= 0.0) {
            continue;
        }
        let along = before / (before - after);
        let p = Point::new(a.x + (b.x - a.x) * along, a.y + (b.y - a.y) * along, 0.0);
        if cut.iter().all(|q| q.distance(p) > SAME_PX) {
            cut.push(p);
        }
    }
    if cut.len() < 3 {
        return Vec::new();
    }
    // The cut of a convex box is convex: the angle around any inner point sorts it.
    let n = cut.len() as f64;
    let (x, y) = cut.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x / n, y + p.y / n));
    cut.sort_by(|a, b| (a.y - y).atan2(a.x - x).total_cmp(&(b.y - y).atan2(b.x - x)));
    cut
}
