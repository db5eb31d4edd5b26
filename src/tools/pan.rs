//! Drag: the picture follows the pointer.

use crate::geometry::{Point, Viewport};
use crate::session::ViewportState;

/// The viewport after a drag, from its state at the start.
/// - `mm_per_px`: of the view at the start
pub(super) fn drag(
    start: ViewportState,
    mm_per_px: f64,
    from: Point<Viewport>,
    to: Point<Viewport>,
) -> ViewportState {
    // The picture goes right, so the middle of the viewport lies further left on it.
    let [x, y] = start.pan_mm;
    ViewportState { pan_mm: [x - (to.x - from.x) * mm_per_px, y - (to.y - from.y) * mm_per_px], ..start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Plane;

    #[test]
    fn the_picture_follows_the_pointer() {
        let start = ViewportState { pan_mm: [5.0, 0.0], ..ViewportState::fitted(Plane::Axial) };
        let moved = drag(start, 0.5, Point::new(100.0, 100.0, 0.0), Point::new(120.0, 90.0, 0.0));
        assert_eq!(moved.pan_mm, [-5.0, 5.0]);
    }
}
