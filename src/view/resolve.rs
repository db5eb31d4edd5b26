//! From a viewport's state to all the numbers of one frame.

use super::fit::{ZOOM_RANGE, basis, fitted_mm_per_px};
use crate::geometry::{
    GridAxis, Patient, Plane, PlaneBasis, Point, Transform, Vector, Viewport, Voxel, VoxelGrid,
    direction_letters,
};
use crate::session::{Orientation, Projection, Turn, ViewportState};

/// Most samples through a slab: past this a frame takes seconds and shows nothing new.
const MAX_SLAB_STEPS: u32 = 1025;

/// Where the shown slice lies among its volume's slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlicePosition {
    /// Index axis that the view steps along.
    pub axis: GridAxis,
    /// Index along it, zero-based.
    pub index: usize,
    /// Number of slices along it.
    pub total: usize,
    /// Patient coordinate along the axis that the plane is named for (LPS z, y or x), mm.
    pub position_mm: f64,
}

/// Everything that a viewport needs to draw, measure and hit-test one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedView {
    /// Anatomical plane, or `None` for an oblique one.
    pub plane: Option<Plane>,
    /// Size in physical pixels.
    pub size_px: [u32; 2],
    /// Screen axes in patient space.
    pub basis: PlaneBasis,
    /// How the plane lies on the screen.
    pub turn: Turn,
    /// Millimetres per physical pixel, both ways.
    pub mm_per_px: f64,
    /// Patient position of a viewport position (x, y in px, z = mm along `basis.into` from the slice).
    pub patient_from_viewport: Transform<Patient, Viewport>,
    /// The way back.
    pub viewport_from_patient: Transform<Viewport, Patient>,
    /// Continuous voxel index of a viewport position.
    pub voxel_from_viewport: Transform<Voxel, Viewport>,
    /// Slice, for anatomical planes.
    pub slice: Option<SlicePosition>,
    /// Letters at the left, right, top and bottom edge.
    pub letters: [String; 4],
    /// Number of samples through the slab, odd (1 without), the middle one on the slice.
    pub slab_steps: u32,
    /// From one sample of the slab to the next, mm; the whole slab is `(slab_steps - 1)` of them.
    pub slab_step_mm: f64,
    /// What becomes of them.
    pub projection: Projection,
    /// Distance between neighbouring native slices along the viewing direction, mm.
    pub slice_distance_mm: f64,
    /// Largest angle between the volume's axes and the patient's, degrees; 0 where it is straight.
    pub obliquity_deg: f64,
}

/// Resolves a viewport: the slice through the cursor (snapped to the nearest native slice for
/// anatomical planes), fitted, zoomed and panned.
/// - `size_px`: physical pixels, at least 1 each
pub fn resolve(
    grid: &VoxelGrid,
    state: &ViewportState,
    cursor: Point<Patient>,
    size_px: [u32; 2],
) -> ResolvedView {
    let size_px = size_px.map(|n| n.max(1));
    let basis = basis(grid, state.orientation, state.turn);
    let cursor = if cursor.is_finite() { cursor } else { grid.centre() };
    let zoom = if state.zoom.is_finite() { state.zoom.clamp(ZOOM_RANGE[0], ZOOM_RANGE[1]) } else { 1.0 };
    let mm_per_px = fitted_mm_per_px(grid, state.orientation, state.turn, size_px) / zoom;

    let plane = match state.orientation {
        Orientation::Anatomical(plane) => Some(plane),
        Orientation::Oblique { .. } => None,
    };
    let native = plane.map(|plane| native_slice(grid, plane, cursor));
    let on_slice = native.map_or(cursor, |n| n.through);
    // The middle of the volume, moved along the viewing direction onto the slice.
    let middle = grid.centre() + basis.into * (on_slice - grid.centre()).dot(basis.into);

    let pan = state.pan_mm.map(|mm| if mm.is_finite() { mm } else { 0.0 });
    let to_corner = |axis: usize| pan[axis] - f64::from(size_px[axis]) / 2.0 * mm_per_px;
    let corner = middle + basis.right * to_corner(0) + basis.down * to_corner(1);
    let (right, down) = (basis.right * mm_per_px, basis.down * mm_per_px);
    let patient_from_viewport = Transform::from_axes(right, down, basis.into, corner);
    let viewport_from_patient = viewport_from_patient(&basis, mm_per_px, corner);

    let slice_distance_mm = slice_distance_mm(grid, native.map(|n| n.axis), basis.into);
    let (slab_steps, slab_step_mm) = slab(state, slice_distance_mm);
    let position_mm = |plane| match plane {
        Plane::Axial => middle.z,
        Plane::Coronal => middle.y,
        Plane::Sagittal => middle.x,
    };
    ResolvedView {
        plane,
        size_px,
        basis,
        turn: state.turn,
        mm_per_px,
        patient_from_viewport,
        viewport_from_patient,
        voxel_from_viewport: grid.voxel_from_patient() * &patient_from_viewport,
        slice: native.zip(plane).map(|(n, plane)| SlicePosition {
            axis: n.axis,
            index: n.index,
            total: grid.size()[n.axis.index()],
            position_mm: position_mm(plane),
        }),
        letters: [-basis.right, basis.right, -basis.down, basis.down].map(direction_letters),
        slab_steps,
        slab_step_mm,
        projection: state.slab.map_or(Projection::Max, |slab| slab.projection),
        slice_distance_mm,
        obliquity_deg: grid.obliquity_deg(),
    }
}

/// The inverse by hand: exact for perpendicular unit axes, and there is no case without one.
fn viewport_from_patient(
    basis: &PlaneBasis,
    mm_per_px: f64,
    corner: Point<Patient>,
) -> Transform<Viewport, Patient> {
    let rows = [basis.right * (1.0 / mm_per_px), basis.down * (1.0 / mm_per_px), basis.into];
    let column = |pick: fn(Vector<Patient>) -> f64| Vector::from_array(rows.map(pick));
    let from_origin = corner - Point::new(0.0, 0.0, 0.0);
    let origin = Point::from_array(rows.map(|row| -row.dot(from_origin)));
    Transform::from_axes(column(|v| v.x), column(|v| v.y), column(|v| v.z), origin)
}

#[derive(Clone, Copy)]
struct NativeSlice {
    axis: GridAxis,
    index: usize,
    /// A position on the slice.
    through: Point<Patient>,
}

/// The native slice nearest to the cursor.
fn native_slice(grid: &VoxelGrid, plane: Plane, cursor: Point<Patient>) -> NativeSlice {
    let [_, _, into] = grid.nearest_axes(plane);
    let at = into.axis.index();
    let mut voxel = grid.clamp(grid.voxel_from_patient() * cursor).to_array();
    voxel[at] = voxel[at].round();
    NativeSlice {
        axis: into.axis,
        index: voxel[at] as usize,
        through: grid.patient_from_voxel() * Point::from_array(voxel),
    }
}

/// How far one goes along `into` from slice to slice of `axis`; without an axis, until some index
/// has changed by one.
fn slice_distance_mm(grid: &VoxelGrid, axis: Option<GridAxis>, into: Vector<Patient>) -> f64 {
    let per_mm = grid.voxel_from_patient().vector(into).to_array();
    let fastest = match axis {
        Some(axis) => per_mm[axis.index()].abs(),
        None => per_mm.into_iter().fold(0.0, |a, b| f64::max(a, b.abs())),
    };
    1.0 / fastest
}

/// Samples that cover the slab's thickness exactly, symmetric about the slice and no coarser than
/// the native slices: whole multiples of two slices need no mixing at all.
fn slab(state: &ViewportState, slice_distance_mm: f64) -> (u32, f64) {
    let Some(slab) = state.slab else { return (1, 0.0) };
    if !(slab.thickness_mm.is_finite() && slab.thickness_mm > 0.0) {
        return (1, 0.0);
    }
    // A rounding error in the thickness must not add two samples.
    let each_side = (slab.thickness_mm / 2.0 / slice_distance_mm - 1e-6).ceil().max(1.0);
    let steps = (2.0 * each_side + 1.0).min(f64::from(MAX_SLAB_STEPS));
    (steps as u32, slab.thickness_mm / (steps - 1.0))
}
