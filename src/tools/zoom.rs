//! Drag up to enlarge about the middle; Ctrl+wheel enlarges about the pointer.

use crate::geometry::{Point, Viewport};
use crate::session::ViewportState;
use crate::view::ResolvedView;

/// Smallest and largest enlargement over the fitted plane: a lost picture helps nobody.
const LIMITS: [f64; 2] = [0.25, 40.0];
/// Pixels of drag for a factor of e.
const E_PX: f64 = 200.0;
/// Factor of one notch of the wheel.
const NOTCH: f64 = 1.15;

/// The viewport after a drag, from its state at the start.
pub(super) fn drag(start: ViewportState, from: Point<Viewport>, to: Point<Viewport>) -> ViewportState {
    let zoom = (start.zoom * ((from.y - to.y) / E_PX).exp()).clamp(LIMITS[0], LIMITS[1]);
    ViewportState { zoom, ..start }
}

/// The viewport after the wheel turned at `at`: what lies under the pointer stays there.
pub(super) fn wheel(
    state: ViewportState,
    view: &ResolvedView,
    at: Point<Viewport>,
    notches: f64,
) -> ViewportState {
    let zoom = (state.zoom * NOTCH.powf(notches)).clamp(LIMITS[0], LIMITS[1]);
    let shrink_mm = view.mm_per_px * (1.0 - state.zoom / zoom);
    let [width, height] = view.size_px.map(f64::from);
    let pan_mm = [
        state.pan_mm[0] + (at.x - width / 2.0) * shrink_mm,
        state.pan_mm[1] + (at.y - height / 2.0) * shrink_mm,
    ];
    ViewportState { zoom, pan_mm, ..state }
}
