//! Drag up to enlarge about the middle; Ctrl+wheel enlarges about the pointer.

use crate::geometry::{Point, Viewport};
use crate::session::ViewportState;
use crate::view::{self, ResolvedView};

/// Pixels of drag for a factor of e.
const E_PX: f64 = 200.0;
/// Factor of one notch of the wheel.
const NOTCH: f64 = 1.15;

/// The viewport after a drag, from its state at the start.
pub(super) fn drag(start: ViewportState, from: Point<Viewport>, to: Point<Viewport>) -> ViewportState {
    let [least, most] = view::ZOOM_RANGE;
    let zoom = (start.zoom * ((from.y - to.y) / E_PX).exp()).clamp(least, most);
    ViewportState { zoom, ..start }
}

/// The viewport after the wheel turned at `at`: what lies under the pointer stays there.
pub(super) fn wheel(
    state: ViewportState,
    view: &ResolvedView,
    at: Point<Viewport>,
    notches: f64,
) -> ViewportState {
    view::zoomed_at(&state, view, [at.x, at.y], NOTCH.powf(notches))
}
