//! MMCAF-Net's window; the table is as it was.

use super::{Layer, Sampled, Slope, back, block, number};
use crate::explain::error::ExplainError;
use crate::explain::mmcaf::mmcaf_layer;
use crate::inference::mmcaf::{MmcafForward, MmcafNetwork, Window, of_hu};
use crate::inference::{Mode, Region};
use crate::networks::Taps;
use crate::networks::layers::Drop;

/// What MMCAF-Net read of the window that answered.
#[derive(Debug)]
pub struct MmcafSampled<'a> {
    network: &'a MmcafNetwork,
    window: &'a Window,
    forward: &'a MmcafForward,
    mode: Mode,
}

impl<'a> MmcafSampled<'a> {
    /// - `forward`: of this window
    /// - `mode`: in which it was prepared
    pub fn new(network: &'a MmcafNetwork, forward: &'a MmcafForward, window: &'a Window, mode: Mode) -> Self {
        Self { network, window, forward, mode }
    }
}

impl Sampled for MmcafSampled<'_> {
    fn values(&self) -> &[f32] {
        &self.window.values
    }

    fn shape(&self) -> [usize; 3] {
        self.network.field().window()
    }

    fn region(&self) -> &Region {
        &self.window.region
    }

    fn of_hu(&self, hu: f32) -> f32 {
        of_hu(hu, self.mode)
    }

    fn slope(&self, values: &[f32]) -> Result<Slope, ExplainError> {
        let (net, table) = (self.network.net(), &self.forward.table);
        let leaf = block(values, self.shape(), &table.device()).autodiff().require_grad();
        let image = net.image_features(leaf.clone(), &mut Taps::off(), Drop::Nothing);
        let logit = net.fuse(image, table.clone().autodiff(), &mut Taps::off(), Drop::Nothing);
        back(logit.sum(), &leaf)
    }

    fn margin(&self, values: &[f32]) -> Result<f64, ExplainError> {
        let (net, table) = (self.network.net(), &self.forward.table);
        let window = block(values, self.shape(), &table.device());
        let image = net.image_features(window, &mut Taps::off(), Drop::Nothing);
        number(net.fuse(image, table.clone(), &mut Taps::off(), Drop::Nothing).sum())
    }

    fn layer(&self) -> Result<Layer, ExplainError> {
        mmcaf_layer(self.network, self.forward)
    }
}
