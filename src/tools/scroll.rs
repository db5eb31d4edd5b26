//! The wheel: whole slices from whole notches, fractions of a touchpad added up.

/// Slices per notch with Shift.
const FAST: f64 = 10.0;

/// What is left of turned notches that were no whole slice yet.
/// - `P`: names the places that are scrolled, each with slices of its own
#[derive(Clone, Copy, Debug)]
pub struct Wheel<P> {
    rest: f64,
    place: Option<P>,
}

impl<P> Default for Wheel<P> {
    fn default() -> Self {
        Self { rest: 0.0, place: None }
    }
}

impl<P: PartialEq> Wheel<P> {
    /// Slices to step, positive away from the viewer: the wheel turned towards the user goes on.
    pub fn turn(&mut self, place: P, notches: f64, fast: bool) -> i64 {
        if !notches.is_finite() {
            return 0;
        }
        let place = Some(place);
        // Another place, or the other way: what was left is forgotten, so that a change of
        // direction answers at once.
        if self.place != place || self.rest * notches > 0.0 {
            self.rest = 0.0;
        }
        self.place = place;
        // `rest` counts slices, which run against notches.
        self.rest -= notches * if fast { FAST } else { 1.0 };
        let whole = self.rest.clamp(-1e6, 1e6).trunc();
        self.rest -= whole;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within a million")]
        let steps = whole as i64;
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Pane;

    #[test]
    fn a_notch_towards_the_user_is_one_slice_on() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.turn(Pane::Axial, -1.0, false), 1);
        assert_eq!(wheel.turn(Pane::Axial, 1.0, false), -1);
        assert_eq!(wheel.turn(Pane::Axial, -1.0, true), 10);
    }

    #[test]
    fn fractions_of_a_touchpad_add_up() {
        let mut wheel = Wheel::default();
        let steps: Vec<i64> = (0..8).map(|_| wheel.turn(Pane::Axial, -0.25, false)).collect();
        assert_eq!(steps, [0, 0, 0, 1, 0, 0, 0, 1]);
    }

    #[test]
    fn a_change_of_direction_or_viewport_starts_anew() {
        let mut wheel = Wheel::default();
        wheel.turn(Pane::Axial, -0.9, false);
        assert_eq!(wheel.turn(Pane::Axial, 0.5, false), 0);
        assert_eq!(wheel.turn(Pane::Axial, 0.5, false), -1);
        wheel.turn(Pane::Axial, -0.9, false);
        assert_eq!(wheel.turn(Pane::Coronal, -0.5, false), 0);
    }
}
