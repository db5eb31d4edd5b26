//! The shared cursor goes where the pointer is.

use super::pointer::under;
use crate::geometry::{Patient, Point, Viewport, VoxelGrid};
use crate::session::Edit;
use crate::view::ResolvedView;

/// The cursor at a position of the viewport, held inside the volume.
pub(super) fn to(grid: &VoxelGrid, view: &ResolvedView, at: Point<Viewport>) -> Edit {
    Edit::Cursor(inside(grid, under(view, at)))
}

/// The nearest point of the volume.
pub(super) fn inside(grid: &VoxelGrid, at: Point<Patient>) -> Point<Patient> {
    let voxel = grid.voxel_from_patient() * at;
    let held = grid.clamp(voxel);
    // Inside nothing is rounded: back and forth would move the cursor by a rounding error.
    if held == voxel { at } else { grid.patient_from_voxel() * held }
}
