//! The residual block and the gate of CSF-Net's trunk.
#![allow(non_snake_case, reason = "field names are the published keys")]

use burn::module::Module;
use burn::nn::conv::Conv3d;
use burn::nn::{BatchNorm, Initializer, Linear, LinearConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use crate::networks::layers::{batch_norm, biased_conv3d, conv3d, convolution, fold, normalised};
use crate::networks::taps::Taps;

/// Convolution and batch norm: a sequence in the published code, hence `.0` and `.1` in the keys. The norm
/// is absent once it is folded.
pub(super) type ConvNorm = (Conv3d, Option<BatchNorm>);

/// With bias, of stride 1, padded to keep the size.
pub(super) fn conv_norm(channels: [usize; 2], kernel: usize, device: &Device) -> ConvNorm {
    let conv = biased_conv3d(channels, kernel, [1; 3], kernel / 2, device);
    (conv, Some(batch_norm(channels[1], device)))
}

/// Without bias, of kernel 3 and stride 2: halves the size.
pub(super) fn halving(channels: usize, device: &Device) -> ConvNorm {
    let conv = conv3d([channels, channels], 3, [2; 3], 1, device);
    (conv, Some(batch_norm(channels, device)))
}

/// The sequence with the ReLU that always ends it.
pub(super) fn rectified((conv, norm): &ConvNorm, x: Tensor<5>, taps: &mut Taps) -> Tensor<5> {
    taps.relu(normalised(conv, norm, x))
}

pub(super) fn folded((conv, norm): ConvNorm) -> ConvNorm {
    fold(conv, norm)
}

/// Residual block: two convolutions and a projection, each with its own ReLU, and none after the sum. The
/// projection is there also where the channels stay the same.
/// Source: CSF-NET, models/res_cnn.py.
#[derive(Module, Debug)]
pub struct CsfBlock {
    my_conv1: ConvNorm,
    my_conv2: ConvNorm,
    conv3: ConvNorm,
}

impl CsfBlock {
    /// All values zero, to be loaded.
    pub fn new(channels_in: usize, channels_out: usize, device: &Device) -> Self {
        Self {
            my_conv1: conv_norm([channels_in, channels_out], 3, device),
            my_conv2: conv_norm([channels_out, channels_out], 3, device),
            conv3: conv_norm([channels_in, channels_out], 1, device),
        }
    }

    /// - `x`: `[batch, in, d, h, w]`
    /// - returns: `[batch, out, d, h, w]`
    pub fn forward(&self, x: Tensor<5>, taps: &mut Taps) -> Tensor<5> {
        let skip = rectified(&self.conv3, x.clone(), taps);
        let y = rectified(&self.my_conv1, x, taps);
        rectified(&self.my_conv2, y, taps) + skip
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(self) -> Self {
        Self { my_conv1: folded(self.my_conv1), my_conv2: folded(self.my_conv2), conv3: folded(self.conv3) }
    }
}

/// Channel and spatial gate. The channel gate only steers the spatial one, which then strengthens the
/// original features by up to twice. Source: CSF-NET, models/res_cnn.py (CBAM).
#[derive(Module, Debug)]
pub struct Cbam {
    ch_Linear1: Linear,
    ch_Linear2: Linear,
    sp_Conv: Conv3d,
}

impl Cbam {
    /// All values zero, to be loaded.
    /// - `channels`: a multiple of 4
    pub fn new(channels: usize, device: &Device) -> Self {
        let linear = |from: usize, to: usize| {
            let config = LinearConfig::new(from, to).with_bias(false);
            config.with_initializer(Initializer::Zeros).init(device)
        };
        Self {
            ch_Linear1: linear(channels, channels / 4),
            ch_Linear2: linear(channels / 4, channels),
            sp_Conv: conv3d([2, 1], 5, [1; 3], 2, device),
        }
    }

    /// - `x`: `[batch, channel, d, h, w]`
    /// - returns: the strengthened features, and the spatial gate `[batch, 1, d, h, w]`, from 0 to 1
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, Tensor<5>) {
        let [batch, channels, ..] = x.dims();
        let voxels = x.clone().flatten::<3>(2, 4);
        let weighed = |pooled: Tensor<3>| {
            self.ch_Linear2.forward(self.ch_Linear1.forward(pooled.reshape([batch, channels])))
        };
        let gate = sigmoid(weighed(voxels.clone().mean_dim(2)) + weighed(voxels.max_dim(2)));
        let gated = x.clone() * gate.reshape([batch, channels, 1, 1, 1]);
        let both = Tensor::cat(vec![gated.clone().max_dim(1), gated.mean_dim(1)], 1);
        let gate = sigmoid(convolution(&self.sp_Conv, both));
        (x.clone() * gate.clone() + x, gate)
    }
}
