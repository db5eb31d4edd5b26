//! The basic residual block in three dimensions.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv3d;
use burn::tensor::{Device, Tensor};

use crate::networks::layers::{batch_norm, conv3d, fold, normalised};
use crate::networks::taps::Taps;

/// 3-D residual block (M3-Net, Model/ResNet18.py, BasicBlock).
///
/// A batch norm is absent once [`BasicBlock::fold`] has put it into its convolution.
#[derive(Module, Debug)]
pub struct BasicBlock {
    conv1: Conv3d,
    bn1: Option<BatchNorm>,
    conv2: Conv3d,
    bn2: Option<BatchNorm>,
    downsample: Option<(Conv3d, Option<BatchNorm>)>,
}

impl BasicBlock {
    /// All values zero, to be loaded.
    /// - `stride`: of the first convolution, along all three axes
    pub fn new(channels_in: usize, channels_out: usize, stride: usize, device: &Device) -> Self {
        let downsample = (stride != 1 || channels_in != channels_out).then(|| {
            let conv = conv3d([channels_in, channels_out], 1, [stride; 3], 0, device);
            (conv, Some(batch_norm(channels_out, device)))
        });
        Self {
            conv1: conv3d([channels_in, channels_out], 3, [stride; 3], 1, device),
            bn1: Some(batch_norm(channels_out, device)),
            conv2: conv3d([channels_out, channels_out], 3, [1; 3], 1, device),
            bn2: Some(batch_norm(channels_out, device)),
            downsample,
        }
    }

    /// - `x`: `[batch, in, d, h, w]`
    /// - returns: `[batch, out, d/s, h/s, w/s]`, rounded up
    pub fn forward(&self, x: Tensor<5>, taps: &mut Taps) -> Tensor<5> {
        let skip = match &self.downsample {
            Some((conv, bn)) => normalised(conv, bn, x.clone()),
            None => x.clone(),
        };
        let y = taps.relu(normalised(&self.conv1, &self.bn1, x));
        taps.relu(normalised(&self.conv2, &self.bn2, y) + skip)
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(mut self) -> Self {
        (self.conv1, self.bn1) = fold(self.conv1, self.bn1);
        (self.conv2, self.bn2) = fold(self.conv2, self.bn2);
        self.downsample = self.downsample.map(|(conv, bn)| fold(conv, bn));
        self
    }
}
