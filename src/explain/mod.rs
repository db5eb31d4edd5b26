//! Why: saliency maps on the CT's own grid, and the contribution of each scale.

use std::sync::Arc;

use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::networks::Scale;

/// A saliency map on the CT's own voxel grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Saliency {
    /// Name of the method in the contract: `grad_cam` ...
    pub method: &'static str,
    /// One scale, or combined.
    pub scale: Option<Scale>,
    /// Voxels of the CT that the map covers; zero outside.
    pub bounds: VoxelBox,
    /// Values, columns fastest, then rows, then slices of `bounds`.
    pub values: Arc<[f32]>,
    /// Size of the map before it was resampled, [depth, height, width] of the network.
    pub native_shape: [usize; 3],
    /// Unit of the values.
    pub unit: &'static str,
    /// Whether negative values mean something.
    pub signed: bool,
}

impl Saliency {
    /// Largest value.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }

    /// Patient position of the largest value.
    pub fn max_at(&self, grid: &VoxelGrid) -> Point<Patient> {
        let _ = grid;
        unimplemented!()
    }
}
