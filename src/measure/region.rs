//! What a region encloses of its plane.

use super::kind::Kind;
use super::measurement::Measurement;
use super::plane::{DrawnPlane, Flat};

/// A region in its plane, mm.
#[derive(Clone, Debug)]
pub(super) enum Region {
    /// Centre and half axes along the plane's right and down.
    Ellipse { centre: Flat, half: Flat },
    /// Corners in order; a rectangle, too.
    Polygon(Vec<Flat>),
}

impl Region {
    /// The region of a measurement and its plane; `None` for what is none.
    pub fn of(measurement: &Measurement) -> Option<(DrawnPlane, Self)> {
        let plane = measurement.plane()?;
        let region = match (measurement.kind, measurement.points.as_slice()) {
            (Kind::Ellipse, [a, b]) => {
                let ([au, av], [bu, bv]) = (plane.flat(*a), plane.flat(*b));
                let half = [(bu - au).abs() / 2.0, (bv - av).abs() / 2.0];
                Region::Ellipse { centre: [(au + bu) / 2.0, (av + bv) / 2.0], half }
            }
            (Kind::Rectangle | Kind::Polygon, _) => {
                Region::Polygon(measurement.boundary().into_iter().map(|p| plane.flat(p)).collect())
            }
            _ => return None,
        };
        Some((plane, region))
    }

    /// Lowest and highest coordinates.
    pub fn bounds(&self) -> [Flat; 2] {
        match self {
            Region::Ellipse { centre: [u, v], half: [a, b] } => [[u - a, v - b], [u + a, v + b]],
            Region::Polygon(corners) => {
                let mut bounds = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
                for corner in corners {
                    for axis in 0..2 {
                        bounds[0][axis] = bounds[0][axis].min(corner[axis]);
                        bounds[1][axis] = bounds[1][axis].max(corner[axis]);
                    }
                }
                bounds
            }
        }
    }

    /// Whether a position lies inside; where lines of a polygon cross, by the even-odd rule.
    pub fn contains(&self, [u, v]: Flat) -> bool {
        match self {
            Region::Ellipse { centre, half: [a, b] } => {
                let (x, y) = ((u - centre[0]) / a, (v - centre[1]) / b);
                x * x + y * y <= 1.0
            }
            Region::Polygon(corners) => {
                let mut inside = false;
                for ([au, av], [bu, bv]) in edges(corners) {
                    if (av > v) != (bv > v) && u < au + (v - av) / (bv - av) * (bu - au) {
                        inside = !inside;
                    }
                }
                inside
            }
        }
    }

    /// mm2; of a polygon whose lines cross, the difference of its parts.
    pub fn area_mm2(&self) -> f64 {
        match self {
            Region::Ellipse { half: [a, b], .. } => std::f64::consts::PI * a * b,
            Region::Polygon(corners) => {
                let twice: f64 = edges(corners).map(|([au, av], [bu, bv])| au * bv - bu * av).sum();
                twice.abs() / 2.0
            }
        }
    }
}

/// From each corner to the next, and from the last to the first.
fn edges(corners: &[Flat]) -> impl Iterator<Item = (Flat, Flat)> + '_ {
    corners.iter().copied().zip(corners.iter().copied().cycle().skip(1))
}

impl Measurement {
    /// What a region encloses, mm2; `None` for what is no region.
    pub fn area_mm2(&self) -> Option<f64> {
        Region::of(self).map(|(_, region)| region.area_mm2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polygon_holds_what_lies_in_it() {
        let notched = Region::Polygon(vec![[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 5.0], [0.0, 10.0]]);
        assert_eq!(notched.area_mm2(), 75.0);
        assert!(notched.contains([5.0, 4.0]) && notched.contains([1.0, 8.0]));
        assert!(!notched.contains([5.0, 6.0]) && !notched.contains([-1.0, 5.0]));
        assert_eq!(notched.bounds(), [[0.0, 0.0], [10.0, 10.0]]);
    }

    #[test]
    fn a_polygon_of_nothing_holds_nothing() {
        assert_eq!(Region::Polygon(Vec::new()).area_mm2(), 0.0);
        assert!(!Region::Polygon(vec![[1.0, 1.0]]).contains([1.0, 1.0]));
    }
}
