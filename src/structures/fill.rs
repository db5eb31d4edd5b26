//! The body that contours in parallel planes enclose, as a mask.
//!
//! In each plane what lies within an odd number of contours belongs to it: a contour in another is a hole, and
//! so is what a contour leads around by a channel without width. Between planes, shares of voxels run from one
//! to the other. Source: DICOM PS3.3 C.8.8.6 (ROI Contour Module).

use super::contours::{Path, Stack};
use super::mask::Mask;
use crate::geometry::{Patient, Point, Transform, Vector, VoxelGrid};

/// Cells along the longer side of the region: the outline lies between cells, far finer than one.
const CELLS: f64 = 224.0;
/// Smallest cell, mm.
const LEAST_CELL_MM: f64 = 0.4;
/// Rows of samples in a cell; along a row the share is exact.
const SUB_ROWS: usize = 4;
/// Planes that lie no whole distance away by more than this share of it are uneven.
const UNEVEN: f64 = 0.1;
/// Most planes, gaps counted: contours of a body every millimetre are fewer.
const MOST_PLANES: f64 = 4000.0;

/// - errors: why no body can be made, a sentence
pub(super) fn fill(paths: &[Path], stack: &Stack) -> Result<Mask, &'static str> {
    const TOO_LARGE: &str =
        "It reaches over more than a patient: it is drawn only in the planes of its contours";
    let Some(spacing) = stack.spacing_mm else {
        return Err("All its contours lie in one plane: no other plane cuts it");
    };
    let first = stack.planes.first().copied().unwrap_or(0.0);
    let slot = |mm: f64| (mm - first) / spacing;
    if stack.planes.iter().any(|mm| (slot(*mm) - slot(*mm).round()).abs() > UNEVEN) {
        return Err(
            "Its contours lie at uneven distances: it is drawn only in the planes of its contours, and nothing \
             between them",
        );
    }
    let last = stack.planes.last().copied().unwrap_or(first);
    if slot(last) >= MOST_PLANES {
        return Err(TOO_LARGE);
    }
    let slots = slot(last).round() as usize + 1;
    // Errors of single planes must not add up over many.
    let spacing = if slots > 1 { (last - first) / (slots as f64 - 1.0) } else { spacing };
    let normal = stack.normal;
    let beside = if normal.x.abs() < 0.9 { Vector::new(1.0, 0.0, 0.0) } else { Vector::new(0.0, 1.0, 0.0) };
    let u = (beside - normal * beside.dot(normal)).unit().ok_or(TOO_LARGE)?;
    let v = normal.cross(u);
    let zero = Point::<Patient>::new(0.0, 0.0, 0.0);
    let flat = |p: &Point<Patient>| [(*p - zero).dot(u), (*p - zero).dot(v)];
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for [x, y] in paths.iter().filter(|p| p.closed).flat_map(|p| p.points.iter().map(flat)) {
        low = [low[0].min(x), low[1].min(y)];
        high = [high[0].max(x), high[1].max(y)];
    }
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    if !extent.is_finite() || extent > 5000.0 {
        return Err(TOO_LARGE);
    }
    let cell = (extent / CELLS).max(LEAST_CELL_MM);
    let count = |a: usize| ((high[a] - low[a]) / cell).ceil() as usize + 1;
    let size = [count(0), count(1), slots];
    let corner = zero + u * (low[0] + cell / 2.0) + v * (low[1] + cell / 2.0) + normal * first;
    let grid = VoxelGrid::new(size, Transform::from_axes(u * cell, v * cell, normal * spacing, corner));
    let grid = grid.map_err(|_| TOO_LARGE)?;
    let mut shares = vec![0u8; grid.voxel_count()];
    let layer = size[0] * size[1];
    for (n, place) in stack.planes.iter().enumerate() {
        let k = slot(*place).round() as usize;
        let of = paths.iter().zip(&stack.plane_of).filter(|(_, plane)| **plane == Some(n));
        let polygons: Vec<Vec<[f64; 2]>> = of
            .map(|(path, _)| {
                let cells = |p: &Point<Patient>| {
                    let [x, y] = flat(p);
                    [(x - low[0]) / cell, (y - low[1]) / cell]
                };
                path.points.iter().map(cells).collect()
            })
            .collect();
        let at = k.min(slots - 1) * layer;
        if let Some(layer) = shares.get_mut(at..at + layer) {
            fill_plane(layer, size[0], &polygons);
        }
    }
    Mask::new(grid, shares).ok_or(TOO_LARGE)
}

/// Shares of the cells of one plane.
/// - `polygons`: in cells, the first one from 0 to 1
fn fill_plane(shares: &mut [u8], columns: usize, polygons: &[Vec<[f64; 2]>]) {
    let mut row = vec![0.0f64; columns];
    for (j, out) in shares.chunks_exact_mut(columns.max(1)).enumerate() {
        row.fill(0.0);
        for sub in 0..SUB_ROWS {
            let y = j as f64 + (sub as f64 + 0.5) / SUB_ROWS as f64;
            let mut crossings: Vec<f64> = polygons.iter().flat_map(|p| crossings(p, y)).collect();
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                if let [from, to] = pair {
                    add(&mut row, *from, *to);
                }
            }
        }
        for (share, sum) in out.iter_mut().zip(&row) {
            *share = (sum / SUB_ROWS as f64 * 255.0).round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// Where a row passes the sides of a polygon.
fn crossings(polygon: &[[f64; 2]], y: f64) -> impl Iterator<Item = f64> + '_ {
    let next = polygon.iter().skip(1).chain(polygon.first());
    // A corner counts to the side below it alone.
    let sides = polygon.iter().zip(next).filter(move |(a, b)| (a[1] <= y) != (b[1] <= y));
    sides.map(move |([ax, ay], [bx, by])| ax + (y - ay) / (by - ay) * (bx - ax))
}

/// Adds the part of each cell that lies between two places.
fn add(row: &mut [f64], from: f64, to: f64) {
    let first = from.max(0.0).floor() as usize;
    for (n, sum) in row.iter_mut().enumerate().skip(first) {
        let cell = n as f64;
        if cell >= to {
            break;
        }
        *sum += (to.min(cell + 1.0) - from.max(cell)).max(0.0);
    }
}
