//! What of a measurement lies in a slice, and what of it lies under the pointer.

use super::resolve::ResolvedView;
use crate::geometry::{Patient, Point, Viewport};
use crate::measure::Measurement;

/// Measured on the slice itself, a point is never exactly on it: rounding, mm.
const ROUNDING_MM: f64 = 1e-3;

/// How far from the slice a marked point is drawn where no slab reaches further, mm.
const MARK_DEPTH_MM: f64 = 2.5;

/// A measurement as one viewport shows it: positions in viewport px, `z` in mm behind the slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenMeasurement {
    /// Pieces of its lines that lie in the slice or slab.
    pub lines: Vec<[Point<Viewport>; 2]>,
    /// Pieces of what only leads from one line to another.
    pub leads: Vec<[Point<Viewport>; 2]>,
    /// Its handles that lie there, by their place in [`Measurement::handles`].
    pub handles: Vec<(usize, Point<Viewport>)>,
    /// Every point of it lies there: nothing is cut off.
    pub whole: bool,
}

impl SeenMeasurement {
    /// Whether none of it lies there.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.handles.is_empty()
    }
}

impl ResolvedView {
    /// Half the thickness of what is shown, mm: of the slab, or of one slice.
    pub fn half_thickness_mm(&self) -> f64 {
        self.half_slab_mm().max(self.slice_distance_mm / 2.0) + ROUNDING_MM
    }

    /// How far from the slice a marked point is drawn, and can be taken hold of, mm.
    pub fn mark_depth_mm(&self) -> f64 {
        (self.half_slab_mm() + ROUNDING_MM).max(MARK_DEPTH_MM)
    }

    fn half_slab_mm(&self) -> f64 {
        f64::from(self.slab_steps.saturating_sub(1)) * self.slab_step_mm / 2.0
    }
}

/// What of a measurement lies within the thickness that the viewport shows.
pub fn seen(view: &ResolvedView, measurement: &Measurement) -> SeenMeasurement {
    let half = view.half_thickness_mm();
    let place = |p: Point<Patient>| &view.viewport_from_patient * p;
    let outline = measurement.outline();
    let pieces = outline.lines.iter().flat_map(|line| line.windows(2));
    let lines = pieces.filter_map(|ends| cut([place(ends[0]), place(ends[1])], half)).collect();
    let leads = outline.leads.iter().filter_map(|ends| cut(ends.map(place), half)).collect();
    let all: Vec<Point<Viewport>> = measurement.handles().into_iter().map(place).collect();
    let whole = all.iter().all(|p| p.z.abs() <= half);
    let handles = all.into_iter().enumerate().filter(|(_, p)| p.z.abs() <= half).collect();
    SeenMeasurement { lines, leads, handles, whole }
}

/// The piece of a line within `half` mm of the slice.
fn cut([a, b]: [Point<Viewport>; 2], half: f64) -> Option<[Point<Viewport>; 2]> {
    let rise = b.z - a.z;
    let [mut from, mut to] = [0.0f64, 1.0f64];
    if rise.abs() < 1e-12 {
        if a.z.abs() > half {
            return None;
        }
    } else {
        let (first, last) = ((-half - a.z) / rise, (half - a.z) / rise);
        from = from.max(first.min(last));
        to = to.min(first.max(last));
        if from > to {
            return None;
        }
    }
    Some([from, to].map(|share| a + (b - a) * share))
}

/// What of a measurement the pointer may take hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// This handle.
    Handle(usize),
    /// All of it.
    Whole,
}

/// What lies within `reach_px` of the pointer: the nearest handle, else a line, with its distance in px.
pub fn hold(
    seen: &SeenMeasurement,
    at: Point<Viewport>,
    [handle_px, line_px]: [f64; 2],
) -> Option<(Hold, f64)> {
    let handles = seen.handles.iter().map(|(n, p)| (Hold::Handle(*n), (p.x - at.x).hypot(p.y - at.y)));
    let handle = handles.filter(|(_, px)| *px <= handle_px).min_by(|a, b| a.1.total_cmp(&b.1));
    handle.or_else(|| {
        let lines = seen.lines.iter().map(|ends| (Hold::Whole, distance_px(*ends, at)));
        lines.filter(|(_, px)| *px <= line_px).min_by(|a, b| a.1.total_cmp(&b.1))
    })
}

/// From a position to a piece of a line on the screen.
fn distance_px([a, b]: [Point<Viewport>; 2], at: Point<Viewport>) -> f64 {
    let (along, away) = ([b.x - a.x, b.y - a.y], [at.x - a.x, at.y - a.y]);
    let length2 = along[0] * along[0] + along[1] * along[1];
    let share = if length2 > 0.0 {
        ((away[0] * along[0] + away[1] * along[1]) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (away[0] - share * along[0]).hypot(away[1] - share * along[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn px(x: f64, y: f64, z: f64) -> Point<Viewport> {
        Point::new(x, y, z)
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_the_slice() {
        let rising = [px(0.0, 0.0, -10.0), px(100.0, 0.0, 10.0)];
        let [a, b] = cut(rising, 0.5).expect("it goes through");
        assert_eq!(([a.x, a.z], [b.x, b.z]), ([47.5, -0.5], [52.5, 0.5]));
        assert_eq!(cut([px(0.0, 0.0, 2.0), px(9.0, 0.0, 2.0)], 1.0), None);
        assert_eq!(cut([px(0.0, 0.0, 2.0), px(9.0, 0.0, 5.0)], 1.0), None);
        let level = [px(0.0, 0.0, 0.5), px(9.0, 0.0, 0.5)];
        assert_eq!(cut(level, 1.0), Some(level));
    }

    #[test]
    fn a_handle_comes_before_the_line_that_it_ends() {
        let seen = SeenMeasurement {
            lines: vec![[px(0.0, 0.0, 0.0), px(50.0, 0.0, 0.0)]],
            handles: vec![(0, px(0.0, 0.0, 0.0)), (1, px(50.0, 0.0, 0.0))],
            ..SeenMeasurement::default()
        };
        let held = |x, y| hold(&seen, px(x, y, 0.0), [9.0, 6.0]).map(|(what, _)| what);
        assert_eq!(held(47.0, 3.0), Some(Hold::Handle(1)));
        assert_eq!(held(25.0, 5.0), Some(Hold::Whole));
        assert_eq!(held(25.0, 7.0), None);
        assert_eq!(held(70.0, 0.0), None);
    }
}
