//! The crosshair's handles: a drag turns the other planes about the viewing direction, through the cursor.

use crate::geometry::{Patient, PlaneBasis, Point, Vector, Viewport, VoxelGrid};
use crate::session::{Edit, Look, Orientation, Pane, Turn, ViewportState};
use crate::view::{self, ResolvedView};

/// How near to a handle the pointer must be, physical pixels.
const REACH_PX: f64 = 11.0;
/// A viewport of this size stands for those whose size is not known here.
const ANY_PX: [u32; 2] = [512, 512];

/// A handle in the hand, and the planes as they lay when it was taken.
#[derive(Clone, Debug)]
pub(super) struct HeldPlanes {
    /// The plane whose line was taken.
    held: Pane,
    planes: Vec<(Pane, ViewportState, PlaneBasis)>,
    axis: Vector<Patient>,
    cursor: Point<Patient>,
    /// The cursor on the screen.
    pivot: Point<Viewport>,
    /// Of the viewport in the hand; the others are about as large.
    size_px: [u32; 2],
    /// Where the handle was taken, radians from the screen's right towards its lower edge.
    from: f64,
}

/// The handle under the pointer.
pub(super) fn grab(
    grid: &VoxelGrid,
    look: &Look,
    pane: Pane,
    view: &ResolvedView,
    at: Point<Viewport>,
) -> Option<HeldPlanes> {
    let size_px = view.size_px;
    let other = |pane: Pane| view::resolve(grid, look.viewport(pane), look.cursor, size_px);
    let others = Pane::ALL.into_iter().filter(|other| *other != pane);
    let near = |other_pane: &Pane| {
        let handles = view::turn_handles(view, &other(*other_pane), look.cursor);
        handles.into_iter().any(|p| (p.x - at.x).hypot(p.y - at.y) <= REACH_PX)
    };
    let held = others.clone().find(near)?;
    let planes = others.map(|pane| (pane, *look.viewport(pane), other(pane).basis)).collect();
    let pivot = view::crosshair(view, look.cursor);
    let from = angle(pivot, at);
    Some(HeldPlanes { held, planes, axis: view.basis.into, cursor: look.cursor, pivot, size_px, from })
}

fn angle(pivot: Point<Viewport>, at: Point<Viewport>) -> f64 {
    (at.y - pivot.y).atan2(at.x - pivot.x)
}

impl HeldPlanes {
    /// The planes after a drag, from how they lay at its start.
    /// - `alone`: only the plane whose line was taken; otherwise both, which keeps them at right angles
    pub(super) fn drag(&self, grid: &VoxelGrid, look: &Look, to: Point<Viewport>, alone: bool) -> Edit {
        let by = angle(self.pivot, to) - self.from;
        let mut viewports = look.viewports;
        for (pane, state, basis) in &self.planes {
            let turned =
                if alone && *pane != self.held { *state } else { self.turned(grid, state, basis, by) };
            if let Some(slot) = viewports.get_mut(pane.index()) {
                *slot = turned;
            }
        }
        Edit::Viewports(viewports, look.slab_thickness_mm)
    }

    /// One plane turned by an angle, radians. The cursor keeps its place on the screen, and a millimetre its
    /// size.
    fn turned(&self, grid: &VoxelGrid, state: &ViewportState, basis: &PlaneBasis, by: f64) -> ViewportState {
        let [right, down] = [basis.right, basis.down].map(|v| about(v, self.axis, by));
        let orientation = Orientation::Oblique { right, down };
        let away = self.cursor - grid.centre();
        let pan =
            |old: Vector<Patient>, new: Vector<Patient>, pan: f64| away.dot(new) - (away.dot(old) - pan);
        let pan_mm = [pan(basis.right, right, state.pan_mm[0]), pan(basis.down, down, state.pan_mm[1])];
        let fitted = |orientation, turn| view::fitted_mm_per_px(grid, orientation, turn, self.size_px);
        let turn = Turn::default();
        let zoom = state.zoom * fitted(orientation, turn) / fitted(state.orientation, state.turn);
        ViewportState { orientation, turn, pan_mm, zoom, ..*state }
    }
}

/// A direction turned about an axis of unit length by an angle, radians (Rodrigues' formula).
fn about(v: Vector<Patient>, axis: Vector<Patient>, by: f64) -> Vector<Patient> {
    let (sin, cos) = by.sin_cos();
    v * cos + axis.cross(v) * sin + axis * (axis.dot(v) * (1.0 - cos))
}

/// All planes along the patient's axes again, a millimetre about as large as it was.
pub fn straightened(grid: &VoxelGrid, look: &Look) -> Edit {
    let viewports = Pane::ALL.map(|pane| {
        let state = *look.viewport(pane);
        match state.orientation {
            Orientation::Anatomical(_) => state,
            Orientation::Oblique { .. } => {
                let straight = ViewportState { slab: state.slab, ..ViewportState::fitted(pane.plane()) };
                let fitted = |s: &ViewportState| view::fitted_mm_per_px(grid, s.orientation, s.turn, ANY_PX);
                ViewportState { zoom: state.zoom * fitted(&straight) / fitted(&state), ..straight }
            }
        }
    });
    Edit::Viewports(viewports, look.slab_thickness_mm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Plane;

    fn grid() -> VoxelGrid {
        VoxelGrid::axis_aligned([100, 80, 60], [0.7, 0.7, 1.25], Point::new(-35.0, -28.0, -300.0))
            .expect("a grid")
    }

    /// A look with the cursor off the middle of the volume, and the handle of `other`'s line in `pane`.
    fn held(pane: Pane, other: Pane) -> (Look, ResolvedView, Point<Viewport>) {
        let grid = grid();
        // On a voxel: between slices an anatomical plane lies beside the cursor.
        let look = Look::fitted(grid.patient_from_voxel() * Point::new(55.0, 36.0, 34.0));
        let resolve = |pane: Pane| view::resolve(&grid, look.viewport(pane), look.cursor, [400, 300]);
        let view = resolve(pane);
        let [at, _] = view::turn_handles(&view, &resolve(other), look.cursor)[..] else {
            panic!("two handles")
        };
        (look, view, at)
    }

    #[test]
    fn both_planes_turn_with_the_hand_and_stay_perpendicular() {
        let (mut look, view, at) = held(Pane::Axial, Pane::Coronal);
        let taken = grab(&grid(), &look, Pane::Axial, &view, at).expect("a handle");
        let pivot = view::crosshair(&view, look.cursor);
        let (x, y) = (at.x - pivot.x, at.y - pivot.y);
        let turn = 20f64.to_radians();
        let to = Point::new(
            pivot.x + x * turn.cos() - y * turn.sin(),
            pivot.y + x * turn.sin() + y * turn.cos(),
            0.0,
        );
        let Edit::Viewports(viewports, _) = taken.drag(&grid(), &look, to, false) else {
            panic!("viewports")
        };
        let before = look.clone();
        look.viewports = viewports;
        let resolve =
            |look: &Look, pane: Pane| view::resolve(&grid(), look.viewport(pane), look.cursor, [400, 300]);
        for pane in [Pane::Coronal, Pane::Sagittal] {
            let (old, new) = (resolve(&before, pane), resolve(&look, pane));
            // Tolerance: rounding of a dozen products in f64.
            assert!((old.basis.into.dot(new.basis.into) - turn.cos()).abs() < 1e-9);
            assert!((old.mm_per_px - new.mm_per_px).abs() < 1e-9);
            let on_screen = |view: &ResolvedView| view::crosshair(view, look.cursor);
            let [a, b] = [on_screen(&old), on_screen(&new)];
            // Anatomical planes lie on the nearest slice, others exactly on the cursor.
            assert!((a.x - b.x).hypot(a.y - b.y) < 1e-6, "{a:?} {b:?}");
        }
        let [coronal, sagittal] = [Pane::Coronal, Pane::Sagittal].map(|pane| resolve(&look, pane).basis.into);
        assert!(coronal.dot(sagittal).abs() < 1e-9);
        // The held line runs through the pointer.
        let ends = view::crosshair_line(&view, &resolve(&look, Pane::Coronal)).expect("a line");
        let along = (ends[1] - ends[0]).unit().expect("a line");
        let off = (to.x - ends[0].x) * along.y - (to.y - ends[0].y) * along.x;
        assert!(off.abs() < 1e-6, "{off}");
        assert_eq!(look.viewport(Pane::Axial).orientation, Orientation::Anatomical(Plane::Axial));
    }

    #[test]
    fn with_shift_one_plane_turns_and_straightening_takes_all_back() {
        let (mut look, view, at) = held(Pane::Sagittal, Pane::Axial);
        let taken = grab(&grid(), &look, Pane::Sagittal, &view, at).expect("a handle");
        let to = Point::new(at.x + 9.0, at.y + 40.0, 0.0);
        let Edit::Viewports(viewports, _) = taken.drag(&grid(), &look, to, true) else { panic!("viewports") };
        look.viewports = viewports;
        assert!(matches!(look.viewport(Pane::Axial).orientation, Orientation::Oblique { .. }));
        assert_eq!(look.viewport(Pane::Coronal).orientation, Orientation::Anatomical(Plane::Coronal));
        let Edit::Viewports(viewports, _) = straightened(&grid(), &look) else { panic!("viewports") };
        for (pane, state) in Pane::ALL.into_iter().zip(viewports) {
            assert_eq!(state.orientation, Orientation::Anatomical(pane.plane()));
        }
    }
}
