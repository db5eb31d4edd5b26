//! A region as lines in planes, as radiotherapy structure sets have it.

use super::cut::{CutPlane, Line};
use super::fill;
use super::mask::Mask;
use crate::geometry::{Patient, Point, Vector};

/// Planes whose normals differ by less than this are parallel (about half a degree).
const PARALLEL: f64 = 0.999_96;
/// A contour whose points lie no farther apart along the normal is flat, mm: what numbers with few digits give.
const FLAT_MM: f64 = 0.1;
/// Contours closer than this along the normal lie in one plane, mm: twice as much, as either may be so thick.
const SAME_PLANE_MM: f64 = 0.2;

/// One contour.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// LPS mm.
    pub points: Vec<Point<Patient>>,
    /// Its last point leads back to the first, and what it encloses belongs to the region.
    pub closed: bool,
}

/// All contours of a region.
///
/// In a plane parallel to theirs they are drawn as they are; any other plane, and one between two of theirs,
/// cuts the body that they enclose.
#[derive(Clone, Debug, Default)]
pub struct Contours {
    paths: Vec<Path>,
    stack: Option<Stack>,
    body: Option<Mask>,
}

/// Contours in parallel planes.
#[derive(Clone, Debug)]
pub(super) struct Stack {
    /// Unit normal.
    pub(super) normal: Vector<Patient>,
    /// Places of the planes along the normal, rising, mm.
    pub(super) planes: Vec<f64>,
    /// Of each path, its plane; `None` of one that is not closed.
    pub(super) plane_of: Vec<Option<usize>>,
    /// Least distance between planes, mm; `None` of one plane.
    pub(super) spacing_mm: Option<f64>,
}

impl Contours {
    /// - returns: the contours, and what must be known of how they are drawn
    pub fn new(paths: Vec<Path>) -> (Self, Vec<String>) {
        let mut remarks = Vec::new();
        let any_closed = paths.iter().any(|path| path.closed);
        let stack = Stack::of(&paths);
        let body = match (&stack, any_closed) {
            (_, false) => None,
            (None, true) => {
                remarks.push(
                    "Its contours do not lie in parallel planes: each is drawn where it is, and nothing between them"
                        .to_owned(),
                );
                None
            }
            (Some(stack), true) => match fill::fill(&paths, stack) {
                Ok(mask) => Some(mask),
                Err(why) => {
                    remarks.push(why.to_owned());
                    None
                }
            },
        };
        (Self { paths, stack, body }, remarks)
    }

    /// Its contours.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// What they enclose, where that is known.
    pub fn body(&self) -> Option<&Mask> {
        self.body.as_ref()
    }

    /// Where a plane cuts it.
    pub fn cut(&self, plane: &CutPlane) -> Vec<Line> {
        let open = self.paths.iter().filter(|path| !path.closed || self.stack.is_none());
        let mut lines: Vec<Line> = open.flat_map(|path| within(path, plane)).collect();
        let Some(stack) = &self.stack else { return lines };
        let own =
            (stack.normal.dot(plane.into).abs() > PARALLEL).then(|| self.own_plane(stack, plane)).flatten();
        match (own, &self.body) {
            (Some(own), _) => {
                let of = self.paths.iter().zip(&stack.plane_of).filter(|(_, plane)| **plane == Some(own));
                lines.extend(of.map(|(path, _)| Line { points: path.points.clone(), closed: true }));
            }
            (None, Some(body)) => lines.extend(body.cut(plane)),
            (None, None) => {}
        }
        lines
    }

    /// The plane of contours that lies in what the viewport's plane stands for: the nearest.
    fn own_plane(&self, stack: &Stack, plane: &CutPlane) -> Option<usize> {
        let at = (plane.origin - Point::new(0.0, 0.0, 0.0)).dot(stack.normal);
        let reach = stack.spacing_mm.map_or(plane.half_mm, |mm| plane.half_mm.min(mm / 2.0)) + 1e-3;
        let away = |n: &usize| stack.planes.get(*n).map_or(f64::INFINITY, |mm| (mm - at).abs());
        (0..stack.planes.len()).min_by(|a, b| away(a).total_cmp(&away(b))).filter(|n| away(n) <= reach)
    }

    /// A point of it in its middle: the mean of the contour halfway along.
    pub fn middle(&self) -> Option<Point<Patient>> {
        if let Some(body) = &self.body
            && let Some(middle) = body.middle()
        {
            return Some(middle);
        }
        let path = self.paths.get(self.paths.len() / 2)?;
        let share = 1.0 / path.points.len().max(1) as f64;
        let zero = Point::new(0.0, 0.0, 0.0);
        Some(path.points.iter().fold(zero, |sum, p| sum + (*p - zero) * share))
    }
}

impl Stack {
    fn of(paths: &[Path]) -> Option<Self> {
        let closed = || paths.iter().filter(|path| path.closed);
        let normal = closed().find_map(normal)?;
        let zero = Point::new(0.0, 0.0, 0.0);
        let mut places: Vec<Option<f64>> = Vec::with_capacity(paths.len());
        for path in paths {
            if !path.closed {
                places.push(None);
                continue;
            }
            let depths = || path.points.iter().map(|p| (*p - zero).dot(normal));
            let (low, high) =
                depths().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| (l.min(d), h.max(d)));
            if high - low > FLAT_MM {
                return None;
            }
            places.push(Some((low + high) / 2.0));
        }
        let mut planes: Vec<f64> = places.iter().flatten().copied().collect();
        planes.sort_by(f64::total_cmp);
        planes.dedup_by(|next, kept| *next - *kept < SAME_PLANE_MM);
        let nearest = |at: f64| {
            let away = |n: &usize| planes.get(*n).map_or(f64::INFINITY, |mm| (mm - at).abs());
            (0..planes.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
        };
        let plane_of = places.iter().map(|place| place.and_then(nearest)).collect();
        let distances = planes.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?));
        let spacing = distances.fold(f64::INFINITY, f64::min);
        Some(Self { normal, plane_of, spacing_mm: spacing.is_finite().then_some(spacing), planes })
    }
}

/// Normal of a closed path by Newell's sum: right for any shape, and upright by the axis that it is nearest to.
fn normal(path: &Path) -> Option<Vector<Patient>> {
    let p = &path.points;
    let first = *p.first()?;
    let zero = Vector::new(0.0, 0.0, 0.0);
    let sum = p.windows(2).fold(zero, |sum, pair| match pair {
        [a, b] => sum + (*a - first).cross(*b - first),
        _ => sum,
    });
    let unit = sum.unit()?;
    let largest = unit.to_array().into_iter().fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
    Some(if largest < 0.0 { unit * -1.0 } else { unit })
}

/// The pieces of a path that lie within what a plane stands for.
fn within(path: &Path, plane: &CutPlane) -> Vec<Line> {
    let half = plane.half_mm + 1e-3;
    let inside = |p: &Point<Patient>| plane.depth_mm(*p).abs() <= half;
    if path.points.iter().all(inside) {
        return vec![Line { points: path.points.clone(), closed: path.closed }];
    }
    let back = path.points.first().filter(|_| path.closed);
    let points: Vec<Point<Patient>> = path.points.iter().chain(back).copied().collect();
    let mut lines = Vec::new();
    let mut line: Vec<Point<Patient>> = Vec::new();
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let Some([from, to]) = clipped(*a, *b, plane, half) else {
            lines.extend((!line.is_empty()).then(|| std::mem::take(&mut line)));
            continue;
        };
        if line.last() != Some(&from) {
            lines.extend((!line.is_empty()).then(|| std::mem::take(&mut line)));
            line.push(from);
        }
        line.push(to);
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines.into_iter().map(|points| Line { points, closed: false }).collect()
}

fn clipped(a: Point<Patient>, b: Point<Patient>, plane: &CutPlane, half: f64) -> Option<[Point<Patient>; 2]> {
    let (za, zb) = (plane.depth_mm(a), plane.depth_mm(b));
    let rise = zb - za;
    if rise.abs() < 1e-12 {
        return (za.abs() <= half).then_some([a, b]);
    }
    let (one, other) = ((-half - za) / rise, (half - za) / rise);
    let (from, to) = (one.min(other).max(0.0), one.max(other).min(1.0));
    (from <= to).then(|| [a + (b - a) * from, a + (b - a) * to])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(z: f64, side: f64) -> Path {
        let h = side / 2.0;
        let points = [[-h, -h], [h, -h], [h, h], [-h, h]].map(|[x, y]| Point::new(x, y, z)).to_vec();
        Path { points, closed: true }
    }

    fn axial(z: f64) -> CutPlane {
        CutPlane {
            origin: Point::new(0.0, 0.0, z),
            right: Vector::new(1.0, 0.0, 0.0),
            down: Vector::new(0.0, 1.0, 0.0),
            into: Vector::new(0.0, 0.0, -1.0),
            half_mm: 0.5,
        }
    }

    #[test]
    fn contours_are_drawn_as_they_are_in_their_own_plane() {
        let (contours, remarks) = Contours::new([-3.0, 0.0, 3.0].map(|z| square(z, 20.0)).to_vec());
        assert!(remarks.is_empty(), "{remarks:?}");
        let lines = contours.cut(&axial(0.4));
        assert_eq!(lines, [Line { points: square(0.0, 20.0).points, closed: true }]);
    }

    #[test]
    fn between_two_planes_and_across_them_the_body_is_cut() {
        let (contours, _) = Contours::new([-3.0, 0.0, 3.0].map(|z| square(z, 20.0)).to_vec());
        let [between] = <[Line; 1]>::try_from(contours.cut(&axial(1.4))).expect("one line");
        let reach = between.points.iter().map(|p| p.x.abs().max(p.y.abs())).fold(0.0, f64::max);
        assert!((reach - 10.0).abs() < 0.3, "{reach}");
        assert!(between.points.iter().all(|p| (p.z - 1.4).abs() < 1e-9));
        let coronal = CutPlane {
            origin: Point::new(0.0, 4.0, 0.0),
            right: Vector::new(1.0, 0.0, 0.0),
            down: Vector::new(0.0, 0.0, -1.0),
            into: Vector::new(0.0, 1.0, 0.0),
            half_mm: 0.5,
        };
        let [across] = <[Line; 1]>::try_from(contours.cut(&coronal)).expect("one line");
        let high = across.points.iter().map(|p| p.z.abs()).fold(0.0, f64::max);
        let wide = across.points.iter().map(|p| p.x.abs()).fold(0.0, f64::max);
        // Half a distance between planes beyond the outermost ones; half a cell of the filling.
        assert!((high - 4.5).abs() < 0.3 && (wide - 10.0).abs() < 0.3, "{high} {wide}");
        assert!(contours.cut(&axial(5.0)).is_empty());
    }

    #[test]
    fn a_contour_in_a_contour_is_a_hole() {
        let paths = [0.0, 2.0].into_iter().flat_map(|z| [square(z, 30.0), square(z, 10.0)]).collect();
        let (contours, _) = Contours::new(paths);
        assert_eq!(contours.cut(&axial(0.0)).len(), 2);
        assert_eq!(contours.cut(&axial(1.0)).len(), 2, "the body has the hole too");
    }

    #[test]
    fn points_and_open_lines_are_drawn_where_they_pass_the_slice() {
        let point = Path { points: vec![Point::new(1.0, 2.0, 0.2)], closed: false };
        let rising =
            Path { points: vec![Point::new(0.0, 0.0, -5.0), Point::new(10.0, 0.0, 5.0)], closed: false };
        let (contours, _) = Contours::new(vec![point, rising]);
        let lines = contours.cut(&axial(0.0));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].points.len(), 1);
        let ends: Vec<f64> = lines[1].points.iter().map(|p| p.x).collect();
        assert!((ends[0] - 4.5).abs() < 0.01 && (ends[1] - 5.5).abs() < 0.01, "{ends:?}");
    }

    #[test]
    fn contours_that_no_body_can_be_made_of_say_so() {
        let (uneven, remarks) = Contours::new([0.0, 2.0, 5.3].map(|z| square(z, 20.0)).to_vec());
        assert!(remarks[0].contains("uneven"), "{remarks:?}");
        assert!(uneven.cut(&axial(3.6)).is_empty() && !uneven.cut(&axial(5.3)).is_empty());
        let (_, remarks) = Contours::new(vec![square(0.0, 20.0)]);
        assert!(remarks[0].contains("one plane"), "{remarks:?}");
        let mut bent = square(0.0, 20.0);
        bent.points[0].z = 4.0;
        let (_, remarks) = Contours::new(vec![bent]);
        assert!(remarks[0].contains("parallel"), "{remarks:?}");
    }
}
