//! A segment as voxels on a grid of its own.

use std::sync::Arc;

use super::cut::{CutPlane, Line, outlines};
use crate::geometry::{Patient, Point, Vector, VoxelBox, VoxelGrid};

/// Cosine of the angle under which two directions are one (a twentieth of a degree).
const ALONG: f64 = 0.999_999_6;

/// How much of each voxel belongs to a segment: 0 to 255, zero outside.
///
/// The grid is only as large as the segment. Its axes are those of the file, not of any series.
#[derive(Clone, Debug)]
pub struct Mask {
    grid: VoxelGrid,
    /// Columns fastest.
    shares: Arc<[u8]>,
}

impl Mask {
    /// - `shares`: columns fastest, then rows, then slices; as many as the grid has voxels, otherwise `None`
    pub fn new(grid: VoxelGrid, shares: Vec<u8>) -> Option<Self> {
        (shares.len() == grid.voxel_count()).then(|| Self { grid, shares: shares.into() })
    }

    /// Its grid.
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// Voxels that belong to it for more than a half.
    pub fn voxels(&self) -> usize {
        self.shares.iter().filter(|share| **share >= 128).count()
    }

    /// The share of a voxel, 0 to 1; zero outside.
    fn at(&self, at: [i64; 3]) -> f32 {
        let size = self.grid.size();
        let inside = |a: usize| usize::try_from(at[a]).ok().filter(|n| *n < size[a]);
        let (Some(i), Some(j), Some(k)) = (inside(0), inside(1), inside(2)) else { return 0.0 };
        self.shares.get((k * size[1] + j) * size[0] + i).map_or(0.0, |share| f32::from(*share) / 255.0)
    }

    /// Where the plane cuts it: along the half between inside and outside, closed.
    pub fn cut(&self, plane: &CutPlane) -> Vec<Line> {
        cut_voxels(&self.grid, &self.grid.bounds(), plane, |at| self.at(at))
    }

    /// The voxel of it that lies nearest to the middle of its grid.
    pub fn middle(&self) -> Option<Point<Patient>> {
        let [ni, nj, _] = self.grid.size();
        let centre = self.grid.centre_voxel().to_array();
        let index = |n: usize| [n % ni, n / ni % nj, n / (ni * nj)].map(|v| v as f64);
        let far = |p: [f64; 3]| p.iter().zip(centre).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let inside = self.shares.iter().enumerate().filter(|(_, share)| **share >= 128);
        let nearest = inside.map(|(n, _)| index(n)).min_by(|a, b| far(*a).total_cmp(&far(*b)))?;
        Some(self.grid.patient_from_voxel() * Point::from_array(nearest))
    }
}

/// Where a plane cuts what belongs to a region of voxels: along the half between inside and outside, closed,
/// LPS mm.
/// - `bounds`: a box of voxels outside of which nothing belongs to it
/// - `share`: how much of a voxel belongs to it, 0 to 1; asked for voxels beside the box, too
pub fn cut_voxels(
    grid: &VoxelGrid,
    bounds: &VoxelBox,
    plane: &CutPlane,
    share: impl Fn([i64; 3]) -> f32,
) -> Vec<Line> {
    // Half a voxel belongs to the outermost ones, and the half is reached there.
    let corners: [Point<Patient>; 8] = bounds.corners().map(|corner| grid.patient_from_voxel() * corner);
    let first = Point::from_array(bounds.min.map(|n| n as f64));
    let anchor = grid.patient_from_voxel() * first;
    let spacing = grid.spacing_mm();
    let least = spacing.into_iter().fold(f64::INFINITY, f64::min);
    let directions = grid.directions();
    // Along an axis of the grid samples are voxels; across them all, no coarser than the finest.
    let step = |axis: Vector<Patient>| {
        let along = directions.iter().zip(spacing).find(|(d, _)| d.dot(axis).abs() > ALONG);
        along.map_or(least, |(_, mm)| mm)
    };
    let steps_mm = [step(plane.right), step(plane.down)];
    let to = grid.voxel_from_patient();
    outlines(plane, &corners, anchor, steps_mm, |p| mixed((to * p).to_array(), &share))
}

/// The share at a continuous voxel index: between eight voxels.
fn mixed([x, y, z]: [f64; 3], share: &impl Fn([i64; 3]) -> f32) -> f32 {
    let whole = |v: f64| {
        let low = v.floor();
        // An index a rounding error beside a whole number is that number.
        let part = v - low;
        if part < 1e-6 {
            (low as i64, 0.0)
        } else if part > 1.0 - 1e-6 {
            (low as i64 + 1, 0.0)
        } else {
            (low as i64, part as f32)
        }
    };
    let ((i, fx), (j, fy), (k, fz)) = (whole(x), whole(y), whole(z));
    let mix = |a: f32, b: f32, f: f32| a + (b - a) * f;
    let row = |j: i64, k: i64| {
        let a = share([i, j, k]);
        if fx == 0.0 { a } else { mix(a, share([i + 1, j, k]), fx) }
    };
    let layer = |k: i64| {
        let a = row(j, k);
        if fy == 0.0 { a } else { mix(a, row(j + 1, k), fy) }
    };
    let front = layer(k);
    if fz == 0.0 { front } else { mix(front, layer(k + 1), fz) }
}
