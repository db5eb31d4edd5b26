//! The blocks of the pyramid: several kernels side by side, the way up, and two levels into one.

use burn::module::Module;
use burn::nn::conv::Conv3d;
use burn::nn::{BatchNorm, Relu};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::module::conv3d as burns_conv3d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::penet::conv3d;
use crate::networks::layers::{batch_norm, convolution, fold, normalised, trilinear};

/// A convolution and its batch norm, which is absent once folded into it.
type ConvNorm = (Conv3d, Option<BatchNorm>);

fn conv_norm(channels: [usize; 2], kernel: usize, groups: usize, device: &Device) -> ConvNorm {
    (conv3d(channels, kernel, groups, false, device), Some(batch_norm(channels[1], device)))
}

fn relu6(x: Tensor<5>) -> Tensor<5> {
    x.clamp(0.0, 6.0)
}

/// Depthwise convolutions of kernel 1, 3 and 5 side by side.
#[derive(Module, Debug)]
pub struct SideBySide {
    dwconvs: Vec<ConvNorm>,
}

/// Multi-kernel residual block (MMCAF-Net, model_utils/multiscale.py: MSCB with expansion 2).
#[derive(Module, Debug)]
pub struct MultiKernel {
    pconv1: ConvNorm,
    msdc: SideBySide,
    pconv2: ConvNorm,
}

impl MultiKernel {
    /// All values zero, to be loaded.
    pub fn new(channels: usize, device: &Device) -> Self {
        let wide = 2 * channels;
        let depthwise = |kernel| conv_norm([wide, wide], kernel, wide, device);
        Self {
            pconv1: conv_norm([channels, wide], 1, 1, device),
            msdc: SideBySide { dwconvs: [1, 3, 5].map(depthwise).into() },
            pconv2: conv_norm([wide, channels], 1, 1, device),
        }
    }

    /// `[batch, channel, d, h, w]`, same shape out.
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let y = relu6(normalised(&self.pconv1.0, &self.pconv1.1, x.clone()));
        let branches = self.msdc.dwconvs.iter();
        let branches = branches.map(|(conv, norm)| relu6(normalised(conv, norm, y.clone())));
        let Some(sum) = branches.reduce(|sum, branch| sum + branch) else { return x };
        x + shuffled(&self.pconv2, sum)
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(self) -> Self {
        let folded = |(conv, norm): ConvNorm| fold(conv, norm);
        Self {
            pconv1: folded(self.pconv1),
            msdc: SideBySide { dwconvs: self.msdc.dwconvs.into_iter().map(folded).collect() },
            pconv2: folded(self.pconv2),
        }
    }
}

/// The 1 x 1 x 1 convolution behind a shuffle of channels in groups of two.
///
/// The shuffle puts channel `2 g + a` in place `C a + g`. It is done to the columns of the weights,
/// which are few, and not to the volumes.
fn shuffled((conv, norm): &ConvNorm, x: Tensor<5>) -> Tensor<5> {
    let [out, wide, ..] = conv.weight.dims();
    let weight = conv.weight.val().reshape([out, 2, wide / 2]).swap_dims(1, 2);
    let weight = weight.reshape([out, wide, 1, 1, 1]);
    let bias = conv.bias.as_ref().map(|bias| bias.val());
    let y = burns_conv3d(x, weight, bias, ConvOptions::new([1; 3], [0; 3], [1; 3], 1));
    match norm {
        Some(norm) => norm.forward(y),
        None => y,
    }
}

/// To twice the size and half the channels (MMCAF-Net, model_utils/multiscale.py, EUCB). Its shuffle has
/// one channel in each group and moves nothing.
#[derive(Module, Debug)]
pub struct UpBlock {
    /// Names as published: the first is the resizing, which has no values.
    up_dwc: (Relu, Conv3d, Option<BatchNorm>),
    pwc: (Conv3d, Relu),
}

impl UpBlock {
    /// All values zero, to be loaded.
    pub fn new(channels: usize, device: &Device) -> Self {
        let (conv, norm) = conv_norm([channels, channels], 3, channels, device);
        Self {
            up_dwc: (Relu::new(), conv, norm),
            pwc: (conv3d([channels, channels / 2], 1, 1, true, device), Relu::new()),
        }
    }

    /// - `x`: `[batch, channel, d, h, w]`
    /// - returns: `[batch, channel / 2, 2 d, 2 h, 2 w]`
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let [_, _, d, h, w] = x.dims();
        let (_, conv, norm) = &self.up_dwc;
        let y = relu(normalised(conv, norm, trilinear(x, [d, h, w].map(|n| 2 * n))));
        convolution(&self.pwc.0, y)
    }

    /// The same function with its batch norm inside its convolution.
    pub fn fold(self) -> Self {
        let (place, conv, norm) = self.up_dwc;
        let (conv, norm) = fold(conv, norm);
        Self { up_dwc: (place, conv, norm), pwc: self.pwc }
    }
}

/// A coarse level and the finer one above it into one of the coarse one's size (MMCAF-Net,
/// models/img_encoder1.py, BFPU).
#[derive(Module, Debug)]
pub struct Unite {
    query_conv: Conv3d,
    key_conv: Conv3d,
    adjust_c: Conv3d,
    gamma1: Conv3d,
    gamma2: Conv3d,
}

impl Unite {
    /// All values zero, to be loaded.
    /// - `channels`: of the coarse level; the finer one has half as many
    pub fn new(channels: usize, device: &Device) -> Self {
        let conv = |channels, kernel| conv3d(channels, kernel, 1, true, device);
        Self {
            query_conv: conv([channels, channels], 3),
            key_conv: conv([channels, channels], 3),
            adjust_c: conv([channels / 2, channels], 1),
            gamma1: conv([2 * channels, 2], 3),
            gamma2: conv([2 * channels, 2], 3),
        }
    }

    /// - `coarse`: `[batch, channel, d, h, w]`
    /// - `fine`: `[batch, channel / 2, ...]`, of any size
    /// - returns: `[batch, channel, d, h, w]`
    pub fn forward(&self, coarse: Tensor<5>, fine: Tensor<5>) -> Tensor<5> {
        let [_, _, d, h, w] = coarse.dims();
        let fine = convolution(&self.adjust_c, trilinear(fine, [d, h, w]));
        let query = convolution(&self.query_conv, coarse.clone());
        let shared = sigmoid(query * convolution(&self.key_conv, fine.clone()));
        // Each level, and what both share of it, in shares that every voxel has for itself.
        let weighed = |level: Tensor<5>, gamma: &Conv3d| {
            let attended = level.clone() * shared.clone();
            let shares = convolution(gamma, Tensor::cat(vec![level.clone(), attended.clone()], 1));
            level * shares.clone().narrow(1, 0, 1) + attended * shares.narrow(1, 1, 1)
        };
        weighed(coarse, &self.gamma1) + weighed(fine, &self.gamma2)
    }
}
