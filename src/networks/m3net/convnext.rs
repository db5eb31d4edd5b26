//! The planar encoder: ConvNeXt with the 56 slices as input channels.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::gelu;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};

use super::config::Encoder2dConfig;
use crate::networks::taps::Taps;

/// timm's epsilon for ConvNeXt; burn's and PyTorch's default would be 1e-5.
const EPSILON: f64 = 1e-6;

/// Layer norm over the channels of `[batch, channel, h, w]`.
fn over_channels(norm: &LayerNorm, x: Tensor<4>) -> Tensor<4> {
    norm.forward(x.permute([0, 2, 3, 1])).permute([0, 3, 1, 2])
}

fn layer_norm(channels: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(channels).with_epsilon(EPSILON).init(device)
}

fn conv2d(channels: [usize; 2], kernel: usize, stride: usize, groups: usize, device: &Device) -> Conv2d {
    let pad = if stride == 1 { kernel / 2 } else { 0 };
    Conv2dConfig::new(channels, [kernel; 2])
        .with_stride([stride; 2])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .with_groups(groups)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
}

/// 1 x 1 convolution and channel norm, in place of the usual 4 x 4 patches.
#[derive(Module, Debug)]
pub struct Stem {
    conv: Conv2d,
    norm: LayerNorm,
}

/// The two linear layers of a block, exact GELU between them.
#[derive(Module, Debug)]
pub struct Mlp {
    fc1: Linear,
    fc2: Linear,
}

/// ConvNeXt block: depthwise 7 x 7, norm, MLP of four times the width, scaled, added to the input.
#[derive(Module, Debug)]
pub struct Block {
    gamma: Param<Tensor<1>>,
    conv_dw: Conv2d,
    norm: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Initializer::Zeros.init([channels], device),
            conv_dw: conv2d([channels, channels], 7, 1, channels, device),
            norm: layer_norm(channels, device),
            mlp: Mlp {
                fc1: linear(channels, 4 * channels, device),
                fc2: linear(4 * channels, channels, device),
            },
        }
    }

    /// `[batch, channel, h, w]`, same shape out.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.conv_dw.forward(x.clone()).permute([0, 2, 3, 1]);
        let y = self.mlp.fc1.forward(self.norm.forward(y));
        let y = self.mlp.fc2.forward(gelu(y));
        let y = y * self.gamma.val().unsqueeze::<4>();
        x + y.permute([0, 3, 1, 2])
    }
}

/// A stage; all but the first halve the plane first.
#[derive(Module, Debug)]
pub struct Stage {
    downsample: Option<(LayerNorm, Conv2d)>,
    blocks: Vec<Block>,
}

impl Stage {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = match &self.downsample {
            Some((norm, conv)) => conv.forward(over_channels(norm, x)),
            None => x,
        };
        self.blocks.iter().fold(x, |x, block| block.forward(x))
    }
}

/// Norm and linear layer on the pooled features.
#[derive(Module, Debug)]
pub struct Head {
    norm: LayerNorm,
    pub(super) fc: Linear,
}

/// ConvNeXt on slices as channels (M3-Net, Model/Model_base.py; blocks as timm's convnext_base).
#[derive(Module, Debug)]
pub struct ConvNext {
    stem: Stem,
    stages: Vec<Stage>,
    pub(super) clf: Head,
    side: usize,
}

impl ConvNext {
    /// All values zero, to be loaded.
    pub fn new(config: Encoder2dConfig, device: &Device) -> Self {
        let dims = config.dims;
        let stages = (0..4)
            .map(|i| Stage {
                downsample: (i > 0).then(|| {
                    let conv = conv2d([dims[i - 1], dims[i]], 2, 2, 1, device);
                    (layer_norm(dims[i - 1], device), conv)
                }),
                blocks: (0..config.depths[i]).map(|_| Block::new(dims[i], device)).collect(),
            })
            .collect();
        Self {
            stem: Stem {
                conv: conv2d([config.slices, dims[0]], 1, 1, 1, device),
                norm: layer_norm(dims[0], device),
            },
            stages,
            clf: Head { norm: layer_norm(dims[3], device), fc: linear(dims[3], 2, device) },
            side: config.side,
        }
    }

    /// Height and width to which a crop is resized.
    pub fn side(&self) -> usize {
        self.side
    }

    /// - `crop`: `[batch, slice, column, row]`
    /// - returns: logits `[batch, 2]`
    pub fn forward_tapped(&self, crop: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        let options = InterpolateOptions::new(InterpolateMode::Bilinear).with_align_corners(true);
        let x = interpolate(crop, options.with_output_size([self.side; 2]));
        let x = over_channels(&self.stem.norm, self.stem.conv.forward(x));
        taps.offer("stem", &x);
        self.after(0, x, taps)
    }

    /// The rest of the way from the output of stage `done - 1` (0: the stem) to the logits.
    /// - `x`: `[batch, channel, h, w]`
    pub fn after(&self, done: usize, x: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        let mut x = x;
        for (i, stage) in self.stages.iter().enumerate().skip(done) {
            x = stage.forward(x);
            taps.offer(&format!("stages.{i}"), &x);
        }
        let pooled = x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim::<2>(2);
        taps.offer("avgpool", &pooled);
        self.clf.fc.forward(self.clf.norm.forward(pooled))
    }
}
