//! Moving the shared cursor from slice to slice.

use super::resolve::ResolvedView;
use crate::geometry::{Patient, Point, VoxelGrid};

/// The cursor `steps` slices further into the screen (negative: towards the viewer), inside the volume.
///
/// In an anatomical plane the cursor ends exactly on a native slice and keeps its place on the
/// screen. An oblique plane moves by the distance of native slices, and stays where the next step
/// would take the cursor out of the volume.
pub fn step(grid: &VoxelGrid, view: &ResolvedView, cursor: Point<Patient>, steps: i64) -> Point<Patient> {
    let cursor = if cursor.is_finite() { cursor } else { grid.centre() };
    let Some(slice) = view.slice else { return step_oblique(grid, view, cursor, steps) };
    let last = slice.total.saturating_sub(1);
    let forward = if rises(grid, view) { steps } else { steps.saturating_neg() };
    // From where the cursor is: the view may be of the frame before.
    let at = slice.axis.index();
    let now = grid.clamp(grid.voxel_from_patient() * cursor).to_array()[at].round() as i64;
    let index = usize::try_from(now.saturating_add(forward)).unwrap_or(0).min(last);
    to_slice(grid, view, cursor, index)
}

/// The cursor on the first (towards the viewer) or last slice of the view.
pub fn to_end(grid: &VoxelGrid, view: &ResolvedView, cursor: Point<Patient>, last: bool) -> Point<Patient> {
    let far = i64::from(u32::MAX);
    step(grid, view, cursor, if last { far } else { -far })
}

/// Most slices that are gone through: more than any scanner makes.
const MOST: usize = 10_000;

/// The cursor on every slice of a view in turn, from the one nearest to the viewer.
/// - `around`: only those whose planes pass within so many mm of a position
pub fn through(
    grid: &VoxelGrid,
    view: &ResolvedView,
    cursor: Point<Patient>,
    around: Option<(Point<Patient>, f64)>,
) -> Vec<Point<Patient>> {
    let near = |at: &Point<Patient>| {
        around.is_none_or(|(middle, mm)| (*at - middle).dot(view.basis.into).abs() <= mm)
    };
    let mut at = to_end(grid, view, cursor, false);
    let mut all = vec![at];
    while all.len() < MOST {
        let next = step(grid, view, at, 1);
        if next.distance(at) < 1e-6 {
            break;
        }
        all.push(next);
        at = next;
    }
    all.retain(near);
    all
}

/// Whether the slice index rises into the screen.
fn rises(grid: &VoxelGrid, view: &ResolvedView) -> bool {
    let Some(slice) = view.slice else { return true };
    grid.voxel_from_patient().vector(view.basis.into).to_array()[slice.axis.index()] >= 0.0
}

fn to_slice(grid: &VoxelGrid, view: &ResolvedView, cursor: Point<Patient>, index: usize) -> Point<Patient> {
    let Some(slice) = view.slice else { return cursor };
    let at = slice.axis.index();
    let now = (grid.voxel_from_patient() * cursor).to_array()[at];
    let per_mm = grid.voxel_from_patient().vector(view.basis.into).to_array()[at];
    cursor + view.basis.into * ((index as f64 - now) / per_mm)
}

fn step_oblique(grid: &VoxelGrid, view: &ResolvedView, cursor: Point<Patient>, steps: i64) -> Point<Patient> {
    // How far the cursor may go either way before it leaves the volume's outer faces.
    let from = (grid.voxel_from_patient() * cursor).to_array();
    let per_mm = grid.voxel_from_patient().vector(view.basis.into).to_array();
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for axis in 0..3 {
        if per_mm[axis].abs() < 1e-12 {
            continue;
        }
        let face = |at: f64| (at - from[axis]) / per_mm[axis];
        let (a, b) = (face(-0.5), face(grid.size()[axis] as f64 - 0.5));
        low = low.max(a.min(b));
        high = high.min(a.max(b));
    }
    let wanted = steps as f64 * view.slice_distance_mm;
    // Whole steps only, so that going back meets the same planes.
    let whole = |limit: f64| (limit / view.slice_distance_mm).trunc() * view.slice_distance_mm;
    let move_mm = wanted.min(whole(high).max(0.0)).max(whole(low).min(0.0));
    if move_mm.is_finite() { cursor + view.basis.into * move_mm } else { cursor }
}
