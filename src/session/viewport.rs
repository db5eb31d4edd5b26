//! How one viewport looks at the volume. The slice is not here: it follows the shared cursor.

use crate::geometry::{Patient, Plane, PlaneBasis, Vector};
pub use crate::volume::Projection;

/// Which way a viewport looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Orientation {
    /// An anatomical plane, following the nearest axes of the volume.
    Anatomical(Plane),
    /// Any plane, by its screen axes (unit, perpendicular).
    Oblique {
        /// Towards the right edge of the screen.
        right: Vector<Patient>,
        /// Towards the lower edge.
        down: Vector<Patient>,
    },
}

/// A slab of a thickness, centred on the slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slab {
    /// Full thickness along the normal, millimetres.
    pub thickness_mm: f64,
    /// What becomes of its slices.
    pub projection: Projection,
}

impl Slab {
    /// Thinnest and thickest, mm: thinner is a slice, thicker than the whole chest shows nothing more.
    pub const RANGE_MM: [f64; 2] = [1.0, 200.0];
}

/// How a plane lies on the screen. A picture is never mirrored: flipped, it is looked at from the other
/// side, and the letters at its edges say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Quarter turns clockwise, 0 to 3.
    pub quarters: u8,
    /// Looked at from the other side.
    pub behind: bool,
}

impl Turn {
    /// A quarter turn clockwise more.
    pub const fn clockwise(self) -> Self {
        Self { quarters: (self.quarters + 1) % 4, ..self }
    }

    /// Left and right of the screen change places.
    pub const fn flipped_across(self) -> Self {
        Self { quarters: (8 - self.quarters) % 4, behind: !self.behind }
    }

    /// Top and bottom of the screen change places.
    pub const fn flipped_down(self) -> Self {
        self.flipped_across().clockwise().clockwise()
    }

    /// The screen axes of a plane that lies so.
    pub fn of(self, basis: PlaneBasis) -> PlaneBasis {
        let PlaneBasis { right, down, into } = basis;
        let seen = if self.behind { PlaneBasis { right: -right, down, into: -into } } else { basis };
        (0..self.quarters % 4).fold(seen, |b, _| PlaneBasis { right: -b.down, down: b.right, into: b.into })
    }
}

/// How one viewport looks at the volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewportState {
    /// Which way.
    pub orientation: Orientation,
    /// 1 fits the whole plane; 2 is twice as large.
    pub zoom: f64,
    /// Where the middle of the viewport lies from the middle of the volume: mm to the right and
    /// down on the screen.
    pub pan_mm: [f64; 2],
    /// `None` shows one slice.
    pub slab: Option<Slab>,
    /// How the plane lies on the screen.
    pub turn: Turn,
}

impl ViewportState {
    /// The whole plane, fitted.
    pub fn fitted(plane: Plane) -> Self {
        Self {
            orientation: Orientation::Anatomical(plane),
            zoom: 1.0,
            pan_mm: [0.0; 2],
            slab: None,
            turn: Turn::default(),
        }
    }

    /// The same lying otherwise: what is in the middle stays there.
    pub fn turned(self, turn: Turn) -> Self {
        // Screen axes of a plane like any other: only how they change matters.
        let axes = Plane::Axial.basis();
        let (old, new) = (self.turn.of(axes), turn.of(axes));
        let [x, y] = self.pan_mm;
        let away = old.right * x + old.down * y;
        Self { turn, pan_mm: [away.dot(new.right), away.dot(new.down)], ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_turns_and_two_flips_change_nothing() {
        let mut turn = Turn::default();
        for _ in 0..4 {
            assert_eq!(turn.flipped_across().flipped_across(), turn);
            assert_eq!(turn.flipped_down().flipped_down(), turn);
            turn = turn.clockwise();
        }
        assert_eq!(turn, Turn::default());
    }

    #[test]
    fn flips_are_of_the_screen_however_the_picture_lies_and_never_mirror() {
        let axes = Plane::Coronal.basis();
        let mut turn = Turn::default();
        for _ in 0..4 {
            let now = turn.of(axes);
            let (across, down) = (turn.flipped_across().of(axes), turn.flipped_down().of(axes));
            assert_eq!((across.right, across.down), (-now.right, now.down));
            assert_eq!((down.right, down.down), (now.right, -now.down));
            for basis in [now, across, down] {
                assert_eq!(basis.right.cross(basis.down), basis.into);
            }
            turn = turn.clockwise();
        }
    }

    #[test]
    fn what_was_up_is_at_the_right_after_a_turn() {
        let axes = Plane::Axial.basis();
        let turned = Turn::default().clockwise().of(axes);
        assert_eq!(turned.right, -axes.down);
    }
}
