//! What the pointer did over a viewport.

use crate::geometry::{Patient, Point, Viewport};
use crate::session::Pane;
use crate::view::ResolvedView;

/// A mouse button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The active tool.
    Left,
    /// Pan.
    Middle,
    /// Zoom.
    Right,
}

/// Keys held meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Control, or Command on a Mac.
    pub ctrl: bool,
    /// Alt, or Option on a Mac.
    pub alt: bool,
}

impl Modifiers {
    /// Whether the wheel changes the slab: Alt, or Ctrl and Shift where the system keeps Alt for itself.
    pub(super) fn slab(self) -> bool {
        self.alt || (self.ctrl && self.shift)
    }
}

/// One thing that the pointer did. Positions are physical pixels of the viewport; while a button
/// is held they may lie outside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PointerEvent {
    /// Moved without a button.
    Move {
        /// To here.
        at: Point<Viewport>,
        /// Keys.
        keys: Modifiers,
    },
    /// A button went down.
    Press {
        /// Here.
        at: Point<Viewport>,
        /// Which.
        button: Button,
        /// Keys.
        keys: Modifiers,
    },
    /// Moved with the button held.
    Drag {
        /// To here.
        at: Point<Viewport>,
        /// Keys.
        keys: Modifiers,
    },
    /// The button went up.
    Release {
        /// Here.
        at: Point<Viewport>,
    },
    /// The second click of two in quick succession, after its release.
    DoubleClick {
        /// Here.
        at: Point<Viewport>,
    },
    /// The wheel turned, or two fingers moved.
    Wheel {
        /// Where the pointer is.
        at: Point<Viewport>,
        /// In notches; fractions come from touchpads. Positive: away from the user.
        notches: f64,
        /// Keys.
        keys: Modifiers,
    },
    /// The pointer left the viewport without a button held.
    Leave,
}

/// An event, where it happened, and what that viewport showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointed {
    /// Which viewport.
    pub pane: Pane,
    /// What it showed.
    pub view: ResolvedView,
    /// What happened.
    pub event: PointerEvent,
}

/// The point of the patient under a position of the viewport, in the plane of its slice.
pub(super) fn under(view: &ResolvedView, at: Point<Viewport>) -> Point<Patient> {
    &view.patient_from_viewport * Point::new(at.x, at.y, 0.0)
}
