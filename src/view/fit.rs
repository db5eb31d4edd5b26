//! How many millimetres a pixel is where the whole plane fits, and how zoom relates to it.

use crate::geometry::{Patient, Plane, PlaneBasis, Point, Vector, VoxelGrid};
use crate::session::{Orientation, Turn, ViewportState};

/// Smallest and largest zoom that a viewport takes: below, nothing can be seen; above, a voxel
/// fills the screen and 32-bit coordinates in shaders run out of digits.
pub const ZOOM_RANGE: [f64; 2] = [0.05, 100.0];

/// Screen axes of an orientation in this volume.
pub(super) fn basis(grid: &VoxelGrid, orientation: Orientation, turn: Turn) -> PlaneBasis {
    turn.of(match orientation {
        Orientation::Anatomical(plane) => grid.plane_basis(plane),
        Orientation::Oblique { right, down } => oblique_basis(right, down),
    })
}

/// Unit and perpendicular axes from a pair that may be neither; axial where they say nothing.
fn oblique_basis(right: Vector<Patient>, down: Vector<Patient>) -> PlaneBasis {
    let axial = Plane::Axial.basis();
    let (Some(right), true) = (right.unit(), down.is_finite()) else { return axial };
    // A `down` along `right` leaves the roll open: the patient axis farthest from `right` decides.
    let across = |v: Vector<Patient>| (v - right * v.dot(right)).unit();
    let spare = [axial.down, axial.into, axial.right]
        .into_iter()
        .min_by(|a, b| a.dot(right).abs().total_cmp(&b.dot(right).abs()))
        .unwrap_or(axial.down);
    let Some(down) = across(down).or_else(|| across(spare)) else { return axial };
    PlaneBasis { right, down, into: right.cross(down) }
}

/// Half the extent of the volume along the screen's right and down, from its middle, mm.
fn half_extent_mm(grid: &VoxelGrid, basis: &PlaneBasis) -> [f64; 2] {
    let centre = grid.centre();
    let mut half = [0.0f64; 2];
    for corner in grid.bounds().corners() {
        let away = grid.patient_from_voxel() * corner - centre;
        half[0] = half[0].max(away.dot(basis.right).abs());
        half[1] = half[1].max(away.dot(basis.down).abs());
    }
    half
}

/// Millimetres per pixel at which the whole plane, to the outer faces of its voxels, just fits.
/// - `size_px`: physical pixels; 0 counts as 1
pub fn fitted_mm_per_px(grid: &VoxelGrid, orientation: Orientation, turn: Turn, size_px: [u32; 2]) -> f64 {
    let half = half_extent_mm(grid, &basis(grid, orientation, turn));
    let [width, height] = size_px.map(|n| f64::from(n.max(1)));
    (2.0 * half[0] / width).max(2.0 * half[1] / height)
}

/// The viewport with a point in its middle, `field_mm` wide.
/// - `at`: LPS mm; `size_px`: physical pixels
pub fn close_up(
    grid: &VoxelGrid,
    state: &ViewportState,
    at: Point<Patient>,
    size_px: [u32; 2],
    field_mm: f64,
) -> ViewportState {
    let ViewportState { orientation, turn, .. } = *state;
    let fitted = fitted_mm_per_px(grid, orientation, turn, size_px);
    let zoom = fitted * f64::from(size_px[0].max(1)) / field_mm;
    let away = at - grid.centre();
    let basis = basis(grid, orientation, turn);
    let zoom = if zoom.is_finite() { zoom.clamp(ZOOM_RANGE[0], ZOOM_RANGE[1]) } else { state.zoom };
    ViewportState { zoom, pan_mm: [away.dot(basis.right), away.dot(basis.down)], ..*state }
}
