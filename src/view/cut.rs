//! The plane of a viewport, for what is cut by it.

use super::resolve::ResolvedView;
use crate::geometry::Point;
use crate::structures::CutPlane;

/// The shown slice as a plane: the same however it is zoomed and panned. Of a slab the middle.
pub fn cut_plane(view: &ResolvedView) -> CutPlane {
    let zero = Point::new(0.0, 0.0, 0.0);
    let into = view.basis.into;
    let depth = (view.patient_from_viewport.origin() - zero).dot(into);
    // A billionth of a millimetre comes and goes with the zoom.
    let depth = (depth * 1e6).round() / 1e6;
    CutPlane {
        origin: zero + into * depth,
        right: view.basis.right,
        down: view.basis.down,
        into,
        half_mm: view.slice_distance_mm / 2.0,
    }
}
