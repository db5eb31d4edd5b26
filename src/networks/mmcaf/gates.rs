//! The gates of a pyramid level: one value for each channel, and one for each voxel.

use burn::module::Module;
use burn::nn::conv::Conv3d;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::penet::conv3d;
use crate::networks::layers::convolution;

/// A gate for every channel, from its mean and its maximum (MMCAF-Net, models/img_encoder1.py, CAB).
#[derive(Module, Debug)]
pub struct ChannelAttention {
    fc1: Conv3d,
    fc2: Conv3d,
}

impl ChannelAttention {
    /// All values zero, to be loaded.
    pub fn new(channels: usize, device: &Device) -> Self {
        let narrow = (channels / 16).max(1);
        Self {
            fc1: conv3d([channels, narrow], 1, 1, false, device),
            fc2: conv3d([narrow, channels], 1, 1, false, device),
        }
    }

    /// - `x`: `[batch, channel, d, h, w]`
    /// - returns: `[batch, channel, 1, 1, 1]`, between 0 and 1
    pub fn forward(&self, x: &Tensor<5>) -> Tensor<5> {
        let [batch, channels, ..] = x.dims();
        let flat = x.clone().flatten::<3>(2, 4);
        let [mean, largest] = [flat.clone().mean_dim(2), flat.max_dim(2)];
        let of = |t: Tensor<3>| {
            let t = t.reshape([batch, channels, 1, 1, 1]);
            self.fc2.forward(relu(self.fc1.forward(t)))
        };
        sigmoid(of(mean) + of(largest))
    }
}

/// A gate for every voxel, from the mean and the maximum over its channels (MMCAF-Net,
/// models/img_encoder1.py, SAB).
#[derive(Module, Debug)]
pub struct SpatialAttention {
    conv: Conv3d,
}

impl SpatialAttention {
    /// All values zero, to be loaded.
    pub fn new(device: &Device) -> Self {
        Self { conv: conv3d([2, 1], 7, 1, false, device) }
    }

    /// - `x`: `[batch, channel, d, h, w]`
    /// - returns: `[batch, 1, d, h, w]`, between 0 and 1
    pub fn forward(&self, x: &Tensor<5>) -> Tensor<5> {
        let both = Tensor::cat(vec![x.clone().mean_dim(1), x.clone().max_dim(1)], 1);
        sigmoid(convolution(&self.conv, both))
    }
}
