//! The pieces that training pictures are put together from: real nodules, and chests around them.

use std::sync::Arc;

/// A block of voxels in HU, last axis (slices) slowest: index `(k * rows + j) * columns + i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Distance between voxel centres along columns, rows, slices, mm.
    pub spacing_mm: [f32; 3],
    /// HU.
    pub values: Arc<[i16]>,
    /// Voxel (i, j, k) on which a crop without jitter is centred.
    pub centre: [i32; 3],
}

impl Block {
    /// Value at a whole index, the nearest one of the border where that lies outside.
    pub fn clamped(&self, [i, j, k]: [i32; 3]) -> f32 {
        let [nx, ny, nz] = self.size;
        let inside = |index: i32, n: usize| (index.max(0) as usize).min(n.saturating_sub(1));
        let at = (inside(k, nz) * ny + inside(j, ny)) * nx + inside(i, nx);
        self.values.get(at).copied().map_or(0.0, f32::from)
    }
}

/// A real nodule, cut out by its mask.
#[derive(Clone, Debug)]
pub struct Nodule {
    /// Case identifier of the manifest.
    pub id: String,
    /// Patient identifier of the manifest: what folds are made of.
    pub patient: String,
    /// Fold in which the case is held out.
    pub fold: u32,
    /// `Some(true)` malignant, `Some(false)` benign, `None` where the readers are undecided.
    pub label: Option<bool>,
    /// Mean of the readers' malignancy ratings, 1 to 5; `None` where nobody rated.
    pub rating_mean: Option<f32>,
    /// Standard deviation of those ratings (divided by their number), 0 to 2.
    pub rating_spread: Option<f32>,
    /// Its voxels; none where the case is seen in its own volume.
    pub block: Block,
    /// How much of each voxel is the nodule's, in the block's order: 255 in its mask, less around it.
    pub opacity: Arc<[u8]>,
}

impl Nodule {
    /// HU and opacity (0 to 1) at a whole index; transparent outside the block.
    pub fn at(&self, [i, j, k]: [i32; 3]) -> (f32, f32) {
        let [nx, ny, nz] = self.block.size;
        let inside = |index: i32, n: usize| usize::try_from(index).ok().filter(|&index| index < n);
        let (Some(i), Some(j), Some(k)) = (inside(i, nx), inside(j, ny), inside(k, nz)) else {
            return (0.0, 0.0);
        };
        let at = (k * ny + j) * nx + i;
        let hu = self.block.values.get(at).copied().map_or(0.0, f32::from);
        (hu, self.opacity.get(at).map_or(0.0, |&a| f32::from(a) / 255.0))
    }
}
