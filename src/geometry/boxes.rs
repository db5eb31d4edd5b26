//! Axis-aligned boxes of whole voxels.

use super::space::{Point, Voxel};

/// A box of whole voxels in a grid: what a crop covers. It may reach outside the grid (padding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoxelBox {
    /// First column, row and slice inside the box.
    pub min: [i64; 3],
    /// Number of columns, rows and slices.
    pub size: [usize; 3],
}

impl VoxelBox {
    /// Outer lower corner: half a voxel before the centre of the first voxel.
    pub fn lower(&self) -> Point<Voxel> {
        Point::from_array(self.min.map(|m| m as f64 - 0.5))
    }

    /// Outer upper corner: half a voxel past the centre of the last voxel.
    pub fn upper(&self) -> Point<Voxel> {
        let at = |axis: usize| self.min[axis] as f64 + self.size[axis] as f64 - 0.5;
        Point::new(at(0), at(1), at(2))
    }

    /// The eight outer corners; corner n takes the upper side of axis a where bit a of n is set.
    pub fn corners(&self) -> [Point<Voxel>; 8] {
        let (low, high) = (self.lower().to_array(), self.upper().to_array());
        std::array::from_fn(|n| {
            Point::from_array(std::array::from_fn(|a| if n >> a & 1 == 1 { high[a] } else { low[a] }))
        })
    }

    /// Whether the position lies inside the box, outer faces included.
    pub fn contains(&self, p: Point<Voxel>) -> bool {
        let (p, low, high) = (p.to_array(), self.lower().to_array(), self.upper().to_array());
        (0..3).all(|a| (low[a]..=high[a]).contains(&p[a]))
    }
}
