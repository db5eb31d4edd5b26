//! What a viewport shows, as numbers: computed every frame, never stored.

use crate::geometry::{
    GridAxis, Patient, Plane, PlaneBasis, Point, Transform, Vector, Viewport, Voxel, VoxelBox, VoxelGrid,
};
use crate::session::{Projection, ViewportState};

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
    /// Number of samples through the slab (1 without).
    pub slab_steps: u32,
    /// From one sample of the slab to the next.
    pub slab_step_mm: f64,
    /// What becomes of them.
    pub projection: Projection,
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
    let _ = (grid, state, cursor, size_px);
    unimplemented!()
}

/// The cursor `steps` slices further into the screen (negative: towards the viewer), inside the volume.
pub fn step(grid: &VoxelGrid, view: &ResolvedView, cursor: Point<Patient>, steps: i64) -> Point<Patient> {
    let _ = (grid, view, cursor, steps);
    unimplemented!()
}

/// Where the slice's plane cuts a box: a convex polygon of 3 to 6 corners in viewport px (z = 0),
/// or empty where it misses.
pub fn outline(grid: &VoxelGrid, bounds: &VoxelBox, view: &ResolvedView) -> Vec<Point<Viewport>> {
    let _ = (grid, bounds, view);
    unimplemented!()
}

/// A direction of the patient as seen on the screen, for tests and tools.
pub fn on_screen(view: &ResolvedView, v: Vector<Patient>) -> Vector<Viewport> {
    view.viewport_from_patient.vector(v)
}
