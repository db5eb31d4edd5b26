//! Outlines in a plane: marching squares.
//!
//! Source: W. E. Lorensen, H. E. Cline, Marching cubes, SIGGRAPH 1987, in two dimensions; where two corners
//! across from each other are inside, the mean of the four decides (G. M. Nielson, B. Hamann, 1991).

use crate::geometry::{Patient, Point, Vector};

/// Most samples along one side: a plane through everything stays within a frame.
const MOST_SAMPLES: f64 = 700.0;
/// What belongs to a structure has at least this share.
const HALF: f32 = 0.5;

/// The plane of a viewport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutPlane {
    /// A position in it, LPS mm.
    pub origin: Point<Patient>,
    /// Unit vectors in it, perpendicular.
    pub right: Vector<Patient>,
    /// Unit vector.
    pub down: Vector<Patient>,
    /// Unit vector away from it.
    pub into: Vector<Patient>,
    /// What it stands for reaches so far to either side, mm: half of one slice.
    pub half_mm: f64,
}

impl CutPlane {
    /// How far a position lies behind the plane, mm.
    pub fn depth_mm(&self, p: Point<Patient>) -> f64 {
        (p - self.origin).dot(self.into)
    }
}

/// A line of an outline, LPS mm.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// At least one; one alone is a point.
    pub points: Vec<Point<Patient>>,
    /// The last leads back to the first.
    pub closed: bool,
}

/// The lines at which `share` passes a half.
/// - `corners`: of a box outside of which it is less than a half
/// - `anchor`: a position of which samples lie whole steps away, as seen along the plane
/// - `steps_mm`: from sample to sample, to the right and down
pub(super) fn outlines(
    plane: &CutPlane,
    corners: &[Point<Patient>; 8],
    anchor: Point<Patient>,
    steps_mm: [f64; 2],
    share: impl Fn(Point<Patient>) -> f32,
) -> Vec<Line> {
    let depths = corners.map(|p| plane.depth_mm(p));
    let (near, far) = range(&depths);
    if !(near <= 0.0 && far >= 0.0) {
        return Vec::new();
    }
    let along = |axis: Vector<Patient>| range(&corners.map(|p| (p - plane.origin).dot(axis)));
    let (u, v) = (along(plane.right), along(plane.down));
    let [across, down] = steps_mm;
    let (across, down) = (across.max((u.1 - u.0) / MOST_SAMPLES), down.max((v.1 - v.0) / MOST_SAMPLES));
    if !(across.is_finite() && across > 0.0 && down.is_finite() && down > 0.0) {
        return Vec::new();
    }
    let first = |low: f64, axis: Vector<Patient>, step: f64| {
        let at = (anchor - plane.origin).dot(axis);
        // One sample outside on every side, so that every line closes.
        at + ((low - at) / step).floor() * step - step
    };
    let (u0, v0) = (first(u.0, plane.right, across), first(v.0, plane.down, down));
    let count = |low: f64, high: f64, step: f64| ((high - low) / step).ceil() as usize + 3;
    let (columns, rows) = (count(u0, u.1, across), count(v0, v.1, down));
    let place =
        |x: f64, y: f64| plane.origin + plane.right * (u0 + x * across) + plane.down * (v0 + y * down);
    let mut shares = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        shares.extend((0..columns).map(|column| share(place(column as f64, row as f64))));
    }
    let mut lines = Squares { columns, rows, shares: &shares }.lines();
    lines.retain(|line| line.len() > 2);
    let line = |points: Vec<[f64; 2]>| Line {
        points: points.into_iter().map(|[x, y]| place(x, y)).collect(),
        closed: true,
    };
    lines.into_iter().map(line).collect()
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
}

/// A field of shares whose border is outside.
struct Squares<'a> {
    columns: usize,
    rows: usize,
    shares: &'a [f32],
}

/// Of an edge that no line crosses, or that the line does not go on from.
const NONE: u32 = u32::MAX;

impl Squares<'_> {
    fn at(&self, x: usize, y: usize) -> f32 {
        // The border is drawn as outside, so that no line is left open.
        if x == 0 || y == 0 || x + 1 >= self.columns || y + 1 >= self.rows {
            return 0.0;
        }
        self.shares.get(y * self.columns + x).copied().unwrap_or(0.0)
    }

    /// Closed lines in steps of the field.
    fn lines(&self) -> Vec<Vec<[f64; 2]>> {
        // Edge 2n leads from sample n to its right, edge 2n + 1 down. Each is crossed by one line at most.
        let mut next = vec![[NONE; 2]; self.columns * self.rows * 2];
        let mut crossed = Vec::new();
        for y in 0..self.rows.saturating_sub(1) {
            for x in 0..self.columns.saturating_sub(1) {
                self.square(x, y, &mut next, &mut crossed);
            }
        }
        let mut lines = Vec::new();
        for start in crossed {
            let mut line = Vec::new();
            let mut edge = start;
            while let Some(ways) = next.get_mut(edge as usize) {
                let Some(way) = ways.iter_mut().find(|way| **way != NONE) else { break };
                let to = std::mem::replace(way, NONE);
                line.push(self.crossing(edge));
                if let Some(back) = next.get_mut(to as usize).and_then(|w| w.iter_mut().find(|w| **w == edge))
                {
                    *back = NONE;
                }
                edge = to;
            }
            if !line.is_empty() {
                lines.push(line);
            }
        }
        lines
    }

    fn square(&self, x: usize, y: usize, next: &mut [[u32; 2]], crossed: &mut Vec<u32>) {
        let corners = [self.at(x, y), self.at(x + 1, y), self.at(x + 1, y + 1), self.at(x, y + 1)];
        let inside = corners.map(|share| share >= HALF);
        if inside == [true; 4] || inside == [false; 4] {
            return;
        }
        let n = (y * self.columns + x) as u32;
        // Top, right, bottom, left.
        let edges = [2 * n, 2 * (n + 1) + 1, 2 * (n + self.columns as u32), 2 * n + 1];
        let mut join = |a: usize, b: usize| {
            let (Some(&a), Some(&b)) = (edges.get(a), edges.get(b)) else { return };
            for (from, to) in [(a, b), (b, a)] {
                if let Some(way) =
                    next.get_mut(from as usize).and_then(|w| w.iter_mut().find(|w| **w == NONE))
                {
                    *way = to;
                }
            }
            crossed.push(a);
        };
        let cut: Vec<usize> = (0..4).filter(|e| inside[*e] != inside[(*e + 1) % 4]).collect();
        match cut.as_slice() {
            [a, b] => join(*a, *b),
            _ => {
                let middle = corners.iter().sum::<f32>() / 4.0 >= HALF;
                // The two that are inside belong together where the middle does.
                if inside[0] == middle {
                    join(0, 1);
                    join(2, 3);
                } else {
                    join(3, 0);
                    join(1, 2);
                }
            }
        }
    }

    /// Where a half lies on an edge.
    fn crossing(&self, edge: u32) -> [f64; 2] {
        let n = edge as usize / 2;
        let (x, y) = (n % self.columns, n / self.columns);
        let down = edge % 2 == 1;
        let (a, b) = (self.at(x, y), if down { self.at(x, y + 1) } else { self.at(x + 1, y) });
        let share = if a == b { 0.5 } else { f64::from((HALF - a) / (b - a)).clamp(0.0, 1.0) };
        if down { [x as f64, y as f64 + share] } else { [x as f64 + share, y as f64] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mask;
    use super::*;
    use crate::geometry::{Transform, VoxelGrid};

    fn axial(z: f64) -> CutPlane {
        CutPlane {
            origin: Point::new(-40.0, -70.0, z),
            right: Vector::new(1.0, 0.0, 0.0),
            down: Vector::new(0.0, 1.0, 0.0),
            into: Vector::new(0.0, 0.0, 1.0),
            half_mm: 0.5,
        }
    }

    /// Area by the shoelace formula and extent along x and y, mm.
    fn measured(line: &Line) -> (f64, [f64; 2]) {
        let p = &line.points;
        let area: f64 = (0..p.len())
            .map(|n| (p[n], p[(n + 1) % p.len()]))
            .map(|(a, b)| a.x * b.y - b.x * a.y)
            .sum::<f64>()
            / 2.0;
        let extent = |of: fn(&Point<Patient>) -> f64| {
            let (low, high) = range(&p.iter().map(of).collect::<Vec<_>>());
            high - low
        };
        (area.abs(), [extent(|p| p.x), extent(|p| p.y)])
    }

    #[test]
    fn a_block_is_outlined_along_the_edges_of_its_voxels_in_its_own_slices() {
        let grid = VoxelGrid::axis_aligned([6, 4, 2], [0.5, 2.0, 3.0], Point::new(10.0, 20.0, 30.0));
        let mask = Mask::new(grid.expect("a grid"), vec![255; 48]).expect("fits");
        for z in [30.0, 33.0, 31.5, 28.6, 34.4] {
            let lines = mask.cut(&axial(z));
            assert_eq!(lines.len(), 1, "{z}");
            let (area, [wide, high]) = measured(&lines[0]);
            if z == 30.0 {
                // Voxel centres run from 10 to 12.5 and from 20 to 26; half a voxel belongs to each end.
                // The four corners are cut off: an eighth of a step wide square each.
                assert!((wide - 3.0).abs() < 1e-9 && (high - 8.0).abs() < 1e-9, "{wide} {high}");
                assert!((area - 24.0).abs() < 0.6, "{area}");
            }
        }
        assert!(mask.cut(&axial(28.4)).is_empty() && mask.cut(&axial(34.6)).is_empty());
    }

    #[test]
    fn a_hole_and_two_parts_are_lines_of_their_own() {
        let grid = VoxelGrid::axis_aligned([9, 5, 1], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let rows = ["#####..##", "#...#..##", "#...#....", "#...#....", "#####...#"];
        let shares =
            rows.iter().flat_map(|row| row.bytes().map(|b| if b == b'#' { 255 } else { 0 })).collect();
        let lines = Mask::new(grid, shares).expect("fits").cut(&axial(0.0));
        assert_eq!(lines.len(), 4, "a ring with its hole, a square, a dot");
        assert!(lines.iter().all(|line| line.closed));
    }

    #[test]
    fn corners_across_from_each_other_make_whole_lines() {
        let grid = VoxelGrid::axis_aligned([2, 2, 1], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        for shares in [vec![255, 0, 0, 255], vec![0, 255, 255, 0], vec![255, 90, 90, 255]] {
            let lines = Mask::new(grid, shares).expect("fits").cut(&axial(0.0));
            assert!(lines.iter().all(|line| line.points.len() >= 4));
            assert!(!lines.is_empty() && lines.len() <= 2);
        }
    }

    #[test]
    fn a_mask_on_turned_axes_is_where_its_voxels_are() {
        // Rows run from right to left and columns from back to front: as of a patient who lies prone.
        let turned = Transform::from_axes(
            Vector::new(-1.0, 0.0, 0.0),
            Vector::new(0.0, -1.0, 0.0),
            Vector::new(0.0, 0.0, 2.0),
            Point::new(50.0, 60.0, 7.0),
        );
        let grid = VoxelGrid::new([4, 3, 1], turned).expect("a grid");
        let mut shares = vec![0; 12];
        shares[0] = 255;
        let lines = Mask::new(grid, shares).expect("fits").cut(&axial(7.0));
        let [line] = lines.as_slice() else { panic!("one voxel: {lines:?}") };
        for p in &line.points {
            assert!((p.x - 50.0).abs() <= 0.5 && (p.y - 60.0).abs() <= 0.5, "{p:?}");
        }
    }

    #[test]
    fn a_ball_cut_obliquely_is_a_disc_of_the_right_size() {
        let n = 41;
        let grid =
            VoxelGrid::axis_aligned([n; 3], [1.0; 3], Point::new(-20.0, -20.0, -20.0)).expect("a grid");
        let mut shares = Vec::new();
        for k in 0..n {
            for j in 0..n {
                for i in 0..n {
                    let r = [i, j, k].map(|v| v as f64 - 20.0).iter().map(|v| v * v).sum::<f64>().sqrt();
                    shares.push(((15.5 - r).clamp(0.0, 1.0) * 255.0) as u8);
                }
            }
        }
        let mask = Mask::new(grid, shares).expect("fits");
        let into = Vector::new(1.0, 1.0, 1.0).unit().expect("a direction");
        let right = Vector::new(1.0, -1.0, 0.0).unit().expect("a direction");
        let down = into.cross(right);
        let origin = Point::new(0.0, 0.0, 0.0) + into * 9.0;
        let lines = mask.cut(&CutPlane { origin, right, down, into, half_mm: 0.5 });
        let [line] = lines.as_slice() else { panic!("one disc") };
        // A plane 9 mm from the middle of a ball of 15 mm cuts a disc of 12 mm; a third of a voxel.
        for p in &line.points {
            assert!((p.distance(origin) - 12.0).abs() < 0.34, "{}", p.distance(origin));
            assert!((*p - origin).dot(into).abs() < 1e-9);
        }
    }
}
