//! Drag: right for a wider window, down for a darker picture.

use super::pointer::Modifiers;
use crate::geometry::{Point, Viewport};
use crate::session::Edit;
use crate::volume::Window;

/// Widths of the window per pixel of drag: 400 px double or empty it.
const PER_PX: f64 = 1.0 / 400.0;
/// With Shift, for the last few units; with Ctrl, across the whole range.
const FINE: f64 = 0.1;
const COARSE: f64 = 4.0;

/// The shared window after a drag, from the window at its start.
pub(super) fn drag(start: Window, from: Point<Viewport>, to: Point<Viewport>, keys: Modifiers) -> Edit {
    Edit::Window(dragged(start, from, to, keys), None)
}

/// A window after a drag, from the window at its start.
pub(super) fn dragged(start: Window, from: Point<Viewport>, to: Point<Viewport>, keys: Modifiers) -> Window {
    // In proportion to the width, so that a narrow window can be set as well as a wide one.
    let pace = match (keys.shift, keys.ctrl) {
        (true, _) => FINE,
        (false, true) => COARSE,
        (false, false) => 1.0,
    };
    let step = start.width() * PER_PX * pace;
    let width = start.width() + (to.x - from.x) * step;
    let centre = start.centre() + (to.y - from.y) * step;
    Window::new(width, centre)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(x: f64, y: f64, fine: bool) -> Window {
        let keys = Modifiers { shift: fine, ..Modifiers::default() };
        match drag(Window::new(400.0, 40.0), Point::new(10.0, 10.0, 0.0), Point::new(x, y, 0.0), keys) {
            Edit::Window(window, None) => window,
            other => panic!("not a window: {other:?}"),
        }
    }

    #[test]
    fn right_widens_and_down_darkens() {
        assert_eq!(after(110.0, 10.0, false), Window::new(500.0, 40.0));
        // A higher centre needs a higher value for the same grey: darker.
        let darker = after(10.0, 110.0, false);
        assert_eq!(darker, Window::new(400.0, 140.0));
        assert!(darker.grey(40.0) < Window::new(400.0, 40.0).grey(40.0));
    }

    #[test]
    fn shift_is_ten_times_finer() {
        // Tolerance: rounding of one product in f64.
        assert!((after(110.0, 10.0, true).width() - 410.0).abs() < 1e-9);
    }

    #[test]
    fn control_is_four_times_coarser() {
        let keys = Modifiers { ctrl: true, ..Modifiers::default() };
        let (from, to) = (Point::new(0.0, 0.0, 0.0), Point::new(100.0, 0.0, 0.0));
        let Edit::Window(window, _) = drag(Window::new(400.0, 40.0), from, to, keys) else {
            panic!("no window")
        };
        assert_eq!(window.width(), 800.0);
    }

    #[test]
    fn a_wild_drag_leaves_a_window() {
        assert_eq!(after(-1e9, 10.0, false).width(), Window::MIN_WIDTH);
    }
}
