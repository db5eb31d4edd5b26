//! The shared cursor goes where the pointer is.

use super::pointer::under;
use crate::geometry::{Patient, Point, Viewport, VoxelGrid};
use crate::session::{Edit, ViewportState};
use crate::view::{self, ResolvedView};
use crate::volume::Volume;

/// The cursor at what is seen at a position of the viewport, held inside the volume.
pub(super) fn to(volume: &Volume, view: &ResolvedView, at: Point<Viewport>) -> Edit {
    Edit::Cursor(inside(volume.grid(), view::extreme_depth(volume, view, at)))
}

/// The same where a drag has come to. A slab counts as it lay when the drag began: its viewport follows the
/// cursor, and going along with it the slab would run away under the hand.
/// - `start`: the cursor before the drag, LPS mm
pub(super) fn dragged(
    volume: &Volume,
    (state, start): (&ViewportState, Point<Patient>),
    view: &ResolvedView,
    at: Point<Viewport>,
) -> Edit {
    if view.slab_steps > 1 {
        to(volume, &view::resolve(volume.grid(), state, start, view.size_px), at)
    } else {
        to(volume, view, at)
    }
}

/// The cursor in the plane of the slice, through the middle of a slab: for a pointer that moves without a
/// button, under which no slab is to run away.
pub(super) fn in_plane(grid: &VoxelGrid, view: &ResolvedView, at: Point<Viewport>) -> Edit {
    Edit::Cursor(inside(grid, under(view, at)))
}

/// The nearest point of the volume.
pub(super) fn inside(grid: &VoxelGrid, at: Point<Patient>) -> Point<Patient> {
    let voxel = grid.voxel_from_patient() * at;
    let held = grid.clamp(voxel);
    // Inside nothing is rounded: back and forth would move the cursor by a rounding error.
    if held == voxel { at } else { grid.patient_from_voxel() * held }
}
