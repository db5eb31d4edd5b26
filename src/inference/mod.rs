//! From a point in a volume to an answer: context boxes, crops, the thread that owns the device.

use std::sync::Arc;

use crate::geometry::{Patient, Point, Voxel, VoxelBox, VoxelGrid};
use crate::networks::{NetworkSpec, Scale};

/// What one scale of a network really reads, shift and padding recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextBox {
    /// Which scale.
    pub scale: Scale,
    /// Voxels read; reaches outside the grid where the volume is thinner than the crop.
    pub bounds: VoxelBox,
    /// Voxels by which the crop was moved to stay inside, per axis (i, j, k), signed.
    pub shifted: [i64; 3],
    /// Voxels outside the volume, per axis (i, j, k).
    pub padded: [usize; 3],
}

/// The boxes of every scale around a point. Plain arithmetic: it follows the mouse.
/// Source: M3-Net, ClfDatasetPrepare*.py: start = max(c - b/2, 0), moved inside, truncated.
pub fn context_boxes(grid: &VoxelGrid, at: Point<Voxel>, spec: &NetworkSpec) -> [ContextBox; 3] {
    let _ = (grid, at, spec);
    unimplemented!()
}

/// A crop as the network saw it: after its normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// Its box.
    pub context: ContextBox,
    /// Values 0..=1, order [slice][column][row]: the network's own axes.
    pub values: Arc<[f32]>,
}

/// Where the network ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// `wgpu` or `flex`.
    pub backend: String,
    /// Adapter or processor.
    pub name: String,
}

/// What the network said.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Network name.
    pub model: String,
    /// `paper` or `clinical`.
    pub mode: String,
    /// File name, or `built-in`.
    pub weights: String,
    /// SHA-256 of the weights file, hex.
    pub weights_sha256: String,
    /// What they were trained on, in words.
    pub trained_on: String,
    /// Intended use, in words.
    pub intended_use: String,
    /// False for random weights: the number means nothing.
    pub trained: bool,
    /// Question and classes.
    pub question: String,
    /// In the order of the logits.
    pub classes: Vec<String>,
    /// Of the class that the question names, 0..=1.
    pub probability: f64,
    /// One per class.
    pub logits: Vec<f64>,
    /// Boxes, small to large.
    pub regions: [ContextBox; 3],
    /// The crops, small to large.
    pub crops: [Crop; 3],
    /// Gradient x input of the margin, per scale, small to large, in logits.
    pub scale_contribution: [f64; 3],
    /// Where it ran.
    pub device: DeviceInfo,
    /// Cutting and normalising the crops.
    pub crop_ms: f64,
    /// The network itself.
    pub forward_ms: f64,
    /// Doubts about the input, one sentence each; empty where there are none.
    pub guard_reasons: Vec<String>,
    /// The point asked about.
    pub at: Point<Patient>,
}
