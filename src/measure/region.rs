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

    /// mm2; of a polygon whose lines cross, of what lies inside by the same rule as in [`Region::contains`].
    pub fn area_mm2(&self) -> f64 {
        match self {
            Region::Ellipse { half: [a, b], .. } => std::f64::consts::PI * a * b,
            Region::Polygon(corners) => {
                let crossings = crossings(corners);
                if !crossings.is_empty() {
                    return enclosed(corners, crossings);
                }
                let twice: f64 = edges(corners).map(|([au, av], [bu, bv])| au * bv - bu * av).sum();
                twice.abs() / 2.0
            }
        }
    }
}

/// Heights at which two lines of a polygon cross that do not follow each other.
fn crossings(corners: &[Flat]) -> Vec<f64> {
    let lines: Vec<(Flat, Flat)> = edges(corners).collect();
    let mut found = Vec::new();
    for (n, (a, b)) in lines.iter().enumerate() {
        for (c, d) in lines.iter().skip(n + 1) {
            let turn =
                |p: &Flat, q: &Flat, r: &Flat| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
            let (from, to) = (turn(c, d, a), turn(c, d, b));
            // Lines that share a corner, or touch, do not cross.
            if from * to < 0.0 && turn(a, b, c) * turn(a, b, d) < 0.0 {
                found.push(a[1] + (b[1] - a[1]) * from / (from - to));
            }
        }
    }
    found
}

/// What lies inside by the even-odd rule, mm2: strips between all corners and crossings, in each of which no two lines
/// cross, are trapezoids.
/// - `heights`: of the crossings
fn enclosed(corners: &[Flat], mut heights: Vec<f64>) -> f64 {
    heights.extend(corners.iter().map(|[_, v]| *v));
    heights.sort_by(f64::total_cmp);
    let strip = |pair: &[f64]| {
        let (low, high) = (pair[0], pair[1]);
        let middle = (low + high) / 2.0;
        let mut met: Vec<f64> = edges(corners)
            .filter(|([_, av], [_, bv])| (*av > middle) != (*bv > middle))
            .map(|([au, av], [bu, bv])| au + (middle - av) / (bv - av) * (bu - au))
            .collect();
        met.sort_by(f64::total_cmp);
        (high - low) * met.chunks_exact(2).map(|ends| ends[1] - ends[0]).sum::<f64>()
    };
    heights.windows(2).map(strip).sum()
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
    fn a_polygon_whose_lines_cross_has_the_area_of_what_it_holds() {
        // Two triangles of 10 x 5 / 2 each: a bow tie.
        let tie = Region::Polygon(vec![[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0]]);
        assert!((tie.area_mm2() - 50.0).abs() < 1e-9, "{}", tie.area_mm2());
        // A star of five points: its middle is out by the rule. Counted on a grid beside.
        let corner = |n: usize| {
            let angle = std::f64::consts::TAU * (2 * n) as f64 / 5.0;
            [10.0 * angle.sin(), 10.0 * angle.cos()]
        };
        let star = Region::Polygon((0..5).map(corner).collect());
        let at = |n: usize| (n as f64 + 0.5) / 20.0 - 10.0;
        let held =
            (0..400 * 400).filter(|n| star.contains([at(n % 400), at(n / 400)])).count() as f64 / 400.0;
        // A grid of 0.05 mm along 95 mm of lines.
        assert!((star.area_mm2() - held).abs() < 1.0, "{} {held}", star.area_mm2());
    }

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
