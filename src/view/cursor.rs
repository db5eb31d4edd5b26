//! Hit tests, and where the shared cursor and the other planes lie in a viewport.

use super::fit::ZOOM_RANGE;
use super::resolve::ResolvedView;
use crate::geometry::{Patient, Point, Viewport};
use crate::session::ViewportState;

/// From the cursor to a handle of the crosshair, of the smaller side of the viewport.
const HANDLE_SHARE: f64 = 0.34;

/// Along every edge no handle lies there, of the smaller side: letters, numbers and the frame do.
const EDGE_SHARE: f64 = 0.08;

/// The patient position under a viewport position, on the slice.
/// - `x_px`, `y_px`: physical pixels from the viewport's top left corner
pub fn patient_at(view: &ResolvedView, x_px: f64, y_px: f64) -> Point<Patient> {
    &view.patient_from_viewport * Point::new(x_px, y_px, 0.0)
}

/// Where a patient position lies in the viewport; `z` is its distance behind the slice in mm.
pub fn crosshair(view: &ResolvedView, cursor: Point<Patient>) -> Point<Viewport> {
    &view.viewport_from_patient * cursor
}

/// The line along which another view's slice cuts this one, clipped to the viewport; `None` where
/// the planes are parallel or the line runs past the viewport.
pub fn crosshair_line(view: &ResolvedView, other: &ResolvedView) -> Option<[Point<Viewport>; 2]> {
    // Depth behind the other slice as a linear function of this viewport's x and y.
    let depth = |x: f64, y: f64| (&other.viewport_from_patient * patient_at(view, x, y)).z;
    let at_origin = depth(0.0, 0.0);
    let (a, b) = (depth(1.0, 0.0) - at_origin, depth(0.0, 1.0) - at_origin);
    // mm of depth per px, against mm per px: the sine of the angle between the planes.
    if a.hypot(b) < 1e-6 * view.mm_per_px {
        return None;
    }
    let [width, height] = view.size_px.map(f64::from);
    let mut ends: Vec<Point<Viewport>> = Vec::with_capacity(4);
    let mut keep = |x: f64, y: f64| {
        let inside = (-1e-9..=width + 1e-9).contains(&x) && (-1e-9..=height + 1e-9).contains(&y);
        let p = Point::new(x, y, 0.0);
        if inside && ends.iter().all(|q| q.distance(p) > 1e-6) {
            ends.push(p);
        }
    };
    for x in [0.0, width] {
        if b != 0.0 {
            keep(x, -(at_origin + a * x) / b);
        }
    }
    for y in [0.0, height] {
        if a != 0.0 {
            keep(-(at_origin + b * y) / a, y);
        }
    }
    match ends[..] {
        [first, second, ..] => Some([first, second]),
        _ => None,
    }
}

/// Where the line of another view can be taken hold of to turn its plane: on both sides of the cursor, a good
/// third of the viewport away from it. Empty where the planes are parallel; a handle outside is left out.
pub fn turn_handles(
    view: &ResolvedView,
    other: &ResolvedView,
    cursor: Point<Patient>,
) -> Vec<Point<Viewport>> {
    let Some([a, b]) = crosshair_line(view, other) else { return Vec::new() };
    let Some(along) = (b - a).unit() else { return Vec::new() };
    // An anatomical plane lies on the slice nearest to the cursor: the dots lie on the line that is drawn.
    let to_cursor = crosshair(view, cursor) - a;
    let centre = a + along * (to_cursor.x * along.x + to_cursor.y * along.y);
    let [width, height] = view.size_px.map(f64::from);
    let away = HANDLE_SHARE * width.min(height);
    let edge = EDGE_SHARE * width.min(height);
    let free =
        |p: &Point<Viewport>| (edge..=width - edge).contains(&p.x) && (edge..=height - edge).contains(&p.y);
    let both =
        [away, -away].map(|away| Point::new(centre.x + along.x * away, centre.y + along.y * away, 0.0));
    both.into_iter().filter(free).collect()
}

/// The state zoomed by `factor` so that what lies under the pointer stays there.
/// - `pointer_px`: physical pixels from the viewport's top left corner
pub fn zoomed_at(
    state: &ViewportState,
    view: &ResolvedView,
    pointer_px: [f64; 2],
    factor: f64,
) -> ViewportState {
    let zoom = (state.zoom * factor).clamp(ZOOM_RANGE[0], ZOOM_RANGE[1]);
    if !zoom.is_finite() || state.zoom <= 0.0 {
        return *state;
    }
    let mm_per_px = view.mm_per_px * state.zoom / zoom;
    let pan = |axis: usize| {
        let from_middle_px = pointer_px[axis] - f64::from(view.size_px[axis]) / 2.0;
        state.pan_mm[axis] + from_middle_px * (view.mm_per_px - mm_per_px)
    };
    ViewportState { zoom, pan_mm: [pan(0), pan(1)], ..*state }
}
