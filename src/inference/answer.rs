//! What the network said, as plain numbers.

use super::context::ContextBox;
use super::prepare::Crop;
use crate::geometry::{Patient, Point};

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
    /// Handing the crops to the device.
    pub upload_ms: f64,
    /// The network itself.
    pub forward_ms: f64,
    /// Doubts about the input, one sentence each; empty where there are none.
    pub guard_reasons: Vec<String>,
    /// The point asked about.
    pub at: Point<Patient>,
}
