//! What can be chosen about methods: how many samples, steps, blocks, and what stands in the place of tissue.

use super::input::Smoothing;
use super::kernel_shap::Sharing;
use super::occlusion::Occluding;
use super::rise::Covering;

/// Of all methods that have any; what they are is told with each map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Steps of integrated gradients, at least 1.
    pub steps: usize,
    /// Of SmoothGrad.
    pub smoothing: Smoothing,
    /// Of occlusion.
    pub occluding: Occluding,
    /// Of RISE.
    pub covering: Covering,
    /// Of KernelSHAP.
    pub sharing: Sharing,
    /// Whether each map of an M3Net is checked, see [`super::Trust`]: many times the work of the map.
    pub trust: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            steps: 32,
            smoothing: Smoothing::default(),
            occluding: Occluding::default(),
            covering: Covering::default(),
            sharing: Sharing::default(),
            trust: false,
        }
    }
}
