//! One measurement: its points in the patient, and how they move.

use super::kind::Kind;
use super::plane::DrawnPlane;
use crate::geometry::{Patient, PlaneBasis, Point, Vector};

/// Names a measurement among those of its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureId(pub u32);

/// Shorter than this, mm, nothing was measured: both ends lie on one point.
const NOTHING_MM: f64 = 1e-6;
/// What the second diameter is of the first until it is drawn out.
const SHORT_SHARE: f64 = 0.5;

/// Something measured in the patient.
///
/// What its points are, LPS mm:
/// - length, arrow: start and end (an arrow's end is its tip)
/// - angle: the vertex is the second of three
/// - Cobb angle: two of one line, two of the other
/// - bidirectional: two of the first diameter, two of the one perpendicular to it
/// - ellipse, rectangle: two opposite corners of the box around it, along `right` and `down` of the plane
/// - polygon: its corners in order
/// - probe, note: the one point
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Which one.
    pub id: MeasureId,
    /// What it measures.
    pub kind: Kind,
    /// Its points.
    pub points: Vec<Point<Patient>>,
    /// Screen axes of the viewport that it was drawn in, unit and perpendicular.
    pub basis: PlaneBasis,
    /// What the user calls it; the text of an arrow or a note.
    pub name: String,
}

impl Measurement {
    /// A whole one from the points that a hand gave; `None` where they measure nothing: too few, all in
    /// one place, or a region without an area.
    ///
    /// Points of a flat kind are moved along the normal into the plane through the first.
    pub fn drawn(
        id: MeasureId,
        kind: Kind,
        points: &[Point<Patient>],
        basis: PlaneBasis,
        name: String,
    ) -> Option<Self> {
        let sketch = Self::sketch(id, kind, points, basis, name)?;
        let [least, most] = kind.points();
        let enough = (least..=most).contains(&sketch.points.len());
        (enough && sketch.measures()).then_some(sketch)
    }

    /// The same while it is being drawn: points may be missing. `None` without any, or where one is no
    /// number.
    pub fn sketch(
        id: MeasureId,
        kind: Kind,
        points: &[Point<Patient>],
        basis: PlaneBasis,
        name: String,
    ) -> Option<Self> {
        let origin = *points.first()?;
        if points.iter().any(|p| !p.is_finite()) {
            return None;
        }
        let plane = DrawnPlane { origin, basis };
        let mut points = points.to_vec();
        if kind.is_flat() {
            points.iter_mut().for_each(|p| *p = plane.onto(*p));
        }
        if let (Kind::Bidirectional, [a, b]) = (kind, points.as_slice()) {
            let across = across(*a, *b, &basis).unwrap_or(basis.down) * (SHORT_SHARE / 2.0 * a.distance(*b));
            let middle = between(*a, *b, 0.5);
            points.extend([middle - across, middle + across]);
        }
        Some(Self { id, kind, points, basis, name })
    }

    /// Whether it measures anything.
    fn measures(&self) -> bool {
        let far = |a: &Point<Patient>, b: &Point<Patient>| a.distance(*b) > NOTHING_MM;
        match (self.kind, self.points.as_slice()) {
            (Kind::Probe | Kind::Note, _) => true,
            (Kind::Length | Kind::Arrow, [a, b]) | (Kind::Bidirectional, [a, b, ..]) => far(a, b),
            (Kind::Angle, [a, vertex, b]) => far(a, vertex) && far(b, vertex),
            (Kind::Cobb, [a, b, c, d]) => far(a, b) && far(c, d),
            (Kind::Ellipse | Kind::Rectangle | Kind::Polygon, _) => {
                self.area_mm2().is_some_and(|area| area > NOTHING_MM)
            }
            _ => false,
        }
    }

    /// The plane through the first point.
    pub(super) fn plane(&self) -> Option<DrawnPlane> {
        Some(DrawnPlane { origin: *self.points.first()?, basis: self.basis })
    }

    /// Where it can be taken hold of: the points that a hand may move. The box around an ellipse or a
    /// rectangle has four corners; of a bidirectional measurement all four ends.
    pub fn handles(&self) -> Vec<Point<Patient>> {
        match (self.kind, self.corners()) {
            (Kind::Ellipse | Kind::Rectangle, Some(corners)) => corners.to_vec(),
            _ => self.points.clone(),
        }
    }

    /// The corners of the box around an ellipse or a rectangle, in order around it; the first and the third
    /// are its points.
    pub(super) fn corners(&self) -> Option<[Point<Patient>; 4]> {
        let (plane, [a, b]) = (self.plane()?, self.points.as_slice()) else { return None };
        let [[au, av], [bu, bv]] = [plane.flat(*a), plane.flat(*b)];
        Some([[au, av], [bu, av], [bu, bv], [au, bv]].map(|at| plane.point(at)))
    }

    /// The same with one of its handles elsewhere; where that leaves nothing to measure, as it was.
    pub fn with_handle(&self, handle: usize, to: Point<Patient>) -> Self {
        let mut moved = self.clone();
        match (self.kind, self.corners()) {
            (Kind::Ellipse | Kind::Rectangle, Some(corners)) => {
                let Some(opposite) = corners.get((handle + 2) % 4) else { return moved };
                moved.points = vec![*opposite, to];
                moved.flatten_onto(self);
            }
            (Kind::Bidirectional, _) => moved.points = self.stretched(handle, to),
            _ => {
                let Some(point) = moved.points.get_mut(handle) else { return moved };
                *point = to;
                if self.kind.is_flat() {
                    moved.flatten_onto(self);
                }
            }
        }
        let whole = moved.measures() && moved.points.iter().all(|p| p.is_finite());
        if whole { moved } else { self.clone() }
    }

    /// Into the plane of `before`: a handle that is moved in another view stays in it.
    fn flatten_onto(&mut self, before: &Self) {
        if let Some(plane) = before.plane() {
            self.points.iter_mut().for_each(|p| *p = plane.onto(*p));
        }
    }

    /// Both diameters with one end elsewhere. An end of the first takes the second along, an end of the
    /// second slides it along the first; they stay perpendicular and stay crossed.
    fn stretched(&self, handle: usize, to: Point<Patient>) -> Vec<Point<Patient>> {
        let (Some(plane), [a, b, c, d]) = (self.plane(), self.points.as_slice()) else {
            return self.points.clone();
        };
        let to = plane.onto(to);
        let Some(normal) = across(*a, *b, &self.basis) else { return self.points.clone() };
        let along = *b - *a;
        let share = |p: Point<Patient>| ((p - *a).dot(along) / along.dot(along)).clamp(0.0, 1.0);
        let off = |p: Point<Patient>| (p - *a).dot(normal);
        match handle {
            0 | 1 => {
                let [a2, b2] = if handle == 0 { [to, *b] } else { [*a, to] };
                let Some(normal) = across(a2, b2, &self.basis) else { return self.points.clone() };
                let crossing = between(a2, b2, share(*c));
                vec![a2, b2, crossing + normal * off(*c), crossing + normal * off(*d)]
            }
            2 | 3 => {
                // The other end stays on its own side of the first diameter.
                let [c_off, d_off] = if handle == 2 { [off(to), off(*d)] } else { [off(*c), off(to)] };
                let crossing = between(*a, *b, share(to));
                let sides = if handle == 2 { [c_off.min(0.0), d_off] } else { [c_off, d_off.max(0.0)] };
                let [c2, d2] = sides.map(|off| crossing + normal * off);
                vec![*a, *b, c2, d2]
            }
            _ => self.points.clone(),
        }
    }

    /// The same elsewhere in the patient.
    pub fn moved(&self, by: Vector<Patient>) -> Self {
        let mut moved = self.clone();
        moved.points.iter_mut().for_each(|p| *p = *p + by);
        if by.is_finite() { moved } else { self.clone() }
    }

    /// The same under another name.
    pub fn renamed(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// The middle of its points, LPS mm; where a view goes to show it. `None` without points.
    pub fn middle(&self) -> Option<Point<Patient>> {
        let first = *self.points.first()?;
        let share = 1.0 / self.points.len() as f64;
        Some(self.points.iter().fold(first, |at, p| at + (*p - first) * share))
    }
}

/// The point a share of the way from `a` to `b`.
pub(super) fn between(a: Point<Patient>, b: Point<Patient>, share: f64) -> Point<Patient> {
    a + (b - a) * share
}

/// The unit direction across the line from `a` to `b` in the plane; `None` where they are one point.
fn across(a: Point<Patient>, b: Point<Patient>, basis: &PlaneBasis) -> Option<Vector<Patient>> {
    basis.into.cross(b - a).unit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Plane;

    fn p(x: f64, y: f64, z: f64) -> Point<Patient> {
        Point::new(x, y, z)
    }

    fn drawn(kind: Kind, points: &[Point<Patient>]) -> Option<Measurement> {
        Measurement::drawn(MeasureId(0), kind, points, Plane::Axial.basis(), String::new())
    }

    #[test]
    fn nothing_is_measured_between_a_point_and_itself() {
        let at = p(1.0, 2.0, 3.0);
        assert!(drawn(Kind::Length, &[at, at]).is_none());
        assert!(drawn(Kind::Ellipse, &[at, p(5.0, 2.0, 3.0)]).is_none());
        assert!(drawn(Kind::Polygon, &[at, p(5.0, 2.0, 3.0), p(9.0, 2.0, 3.0)]).is_none());
        assert!(drawn(Kind::Angle, &[at, at, p(5.0, 2.0, 3.0)]).is_none());
        assert!(drawn(Kind::Length, &[at]).is_none());
        assert!(drawn(Kind::Length, &[at, p(f64::NAN, 0.0, 0.0)]).is_none());
    }

    #[test]
    fn a_region_is_flat_whatever_it_is_dragged_to() {
        let region = drawn(Kind::Rectangle, &[p(0.0, 0.0, 5.0), p(10.0, 4.0, 9.0)]).expect("a rectangle");
        assert!(region.points.iter().all(|at| at.z == 5.0));
        let moved = region.with_handle(1, p(12.0, -3.0, 40.0));
        assert!(moved.handles().iter().all(|at| at.z == 5.0));
        assert_eq!(moved.area_mm2(), Some(12.0 * 7.0));
    }

    #[test]
    fn a_corner_moves_and_the_opposite_one_stays() {
        let region = drawn(Kind::Ellipse, &[p(0.0, 0.0, 0.0), p(10.0, 4.0, 0.0)]).expect("an ellipse");
        for corner in 0..4 {
            let stays = region.handles()[(corner + 2) % 4];
            let moved = region.with_handle(corner, p(30.0, 20.0, 0.0));
            assert!(moved.handles().iter().any(|at| at.distance(stays) < 1e-12));
            assert!(moved.handles().iter().any(|at| at.distance(p(30.0, 20.0, 0.0)) < 1e-12));
        }
    }

    #[test]
    fn two_diameters_stay_perpendicular_and_crossed() {
        let mut both = drawn(Kind::Bidirectional, &[p(0.0, 0.0, 2.0), p(10.0, 0.0, 2.0)]).expect("two");
        for (handle, to) in
            [(2, p(8.0, -9.0, 2.0)), (1, p(7.0, 7.0, 5.0)), (3, p(1.0, 6.0, 2.0)), (0, p(-4.0, 1.0, 2.0))]
        {
            both = both.with_handle(handle, to);
            let [a, b, c, d] = both.points[..] else { panic!("four ends") };
            assert!((b - a).dot(d - c).abs() < 1e-9, "{both:?}");
            let share = (c - a).dot(b - a) / (b - a).dot(b - a);
            assert!((-1e-9..=1.0 + 1e-9).contains(&share), "{share}");
            assert!(both.points.iter().all(|at| (at.z - 2.0).abs() < 1e-12));
        }
    }

    #[test]
    fn a_handle_cannot_make_it_nothing() {
        let length = drawn(Kind::Length, &[p(0.0, 0.0, 0.0), p(10.0, 0.0, 0.0)]).expect("a length");
        assert_eq!(length.with_handle(1, p(0.0, 0.0, 0.0)), length);
        assert_eq!(length.with_handle(1, p(f64::INFINITY, 0.0, 0.0)), length);
        assert_eq!(length.with_handle(7, p(1.0, 0.0, 0.0)), length);
    }
}
