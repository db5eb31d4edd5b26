//! The trunk: PENet's 3-D residual network with groups, group norms and channel gates.

use burn::module::Module;
use burn::nn::conv::{Conv3d, Conv3dConfig};
use burn::nn::{
    GroupNorm, GroupNormConfig, Initializer, LeakyRelu, LeakyReluConfig, Linear, LinearConfig,
    PaddingConfig3d,
};
use burn::tensor::activation::{leaky_relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::config::MmcafConfig;
use crate::networks::layers::{Drop, convolution, group_norm, max_pool3d_k3s2p1, quick_conv3d};
use crate::networks::taps::Taps;

/// Of every leaky ReLU below zero.
const SLOPE: f32 = 0.01;
/// Channels of a group of a norm, and by how much a gate narrows.
const SIXTEENTH: usize = 16;
/// The first block's branch is never skipped while the trunk learns, the last one half of the time.
const MOST_SKIPPED: f64 = 0.5;

/// A convolution padded by half its kernel, all zero.
pub(super) fn conv3d(
    channels: [usize; 2],
    kernel: usize,
    groups: usize,
    bias: bool,
    device: &Device,
) -> Conv3d {
    strided(channels, kernel, [1; 3], groups, bias, device)
}

fn strided(
    channels: [usize; 2],
    kernel: usize,
    stride: [usize; 3],
    groups: usize,
    bias: bool,
    device: &Device,
) -> Conv3d {
    let half = kernel / 2;
    Conv3dConfig::new(channels, [kernel; 3])
        .with_stride(stride)
        .with_padding(PaddingConfig3d::Explicit(half, half, half))
        .with_groups(groups)
        .with_bias(bias)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

pub(super) fn linear(from: usize, to: usize, device: &Device) -> Linear {
    LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
}

fn norm(channels: usize, device: &Device) -> GroupNorm {
    GroupNormConfig::new((channels / SIXTEENTH).max(1), channels).init(device)
}

/// Squeeze and excitation: a gate for every channel, from the means of all.
#[derive(Module, Debug)]
pub struct ChannelGate {
    excite: (Linear, LeakyRelu, Linear),
}

impl ChannelGate {
    fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let [batch, channels, ..] = x.dims();
        let means = x.clone().flatten::<3>(2, 4).mean_dim(2).reshape([batch, channels]);
        let narrow = leaky_relu(self.excite.0.forward(means), f64::from(SLOPE));
        let gate = sigmoid(self.excite.2.forward(narrow));
        x * gate.reshape([batch, channels, 1, 1, 1])
    }
}

/// A bottleneck that doubles its channels (PENet, models/layers/penet/penet_bottleneck.py).
#[derive(Module, Debug)]
pub struct Bottleneck {
    down_sample: Option<(Conv3d, GroupNorm)>,
    conv1: Conv3d,
    norm1: GroupNorm,
    conv2: Conv3d,
    norm2: GroupNorm,
    conv3: Conv3d,
    norm3: GroupNorm,
    se_block: ChannelGate,
}

impl Bottleneck {
    /// All values zero, to be loaded.
    /// - `inner`: channels of the 3 x 3 x 3 convolution; twice as many come out
    /// - `stride`: of that convolution, along all three axes
    pub fn new(channels: usize, inner: usize, stride: usize, groups: usize, device: &Device) -> Self {
        let out = 2 * inner;
        let narrow = (out / SIXTEENTH).max(1);
        let plain = |channels| conv3d(channels, 1, 1, false, device);
        Self {
            down_sample: (stride != 1 || channels != out).then(|| {
                let conv = strided([channels, out], 1, [stride; 3], 1, false, device);
                (conv, norm(out, device))
            }),
            conv1: plain([channels, inner]),
            norm1: norm(inner, device),
            conv2: strided([inner, inner], 3, [stride; 3], groups, false, device),
            norm2: norm(inner, device),
            conv3: plain([inner, out]),
            norm3: norm(out, device),
            se_block: ChannelGate {
                excite: (
                    linear(out, narrow, device),
                    LeakyReluConfig::new().init(),
                    linear(narrow, out, device),
                ),
            },
        }
    }

    /// - `x`: `[batch, in, d, h, w]`
    /// - returns: `[batch, 2 inner, d/s, h/s, w/s]`, rounded up
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        self.run(x, Drop::Nothing, 0.0)
    }

    /// - `skipped`: how often a learning item goes without the branch
    fn run(&self, x: Tensor<5>, drop: Drop, skipped: f64) -> Tensor<5> {
        let skip = match &self.down_sample {
            Some((conv, norm)) => group_norm(norm, convolution(conv, x.clone()), None),
            None => x.clone(),
        };
        let y = group_norm(&self.norm1, convolution(&self.conv1, x), Some(SLOPE));
        let y = group_norm(&self.norm2, convolution(&self.conv2, y), Some(SLOPE));
        let y = group_norm(&self.norm3, convolution(&self.conv3, y), None);
        let y = drop.items(self.se_block.forward(y), skipped);
        leaky_relu(y + skip, f64::from(SLOPE))
    }
}

/// The bottlenecks of one level.
#[derive(Module, Debug)]
pub struct Level {
    penet_blocks: Vec<Bottleneck>,
}

/// PENet up to its three levels; what it has after them for its own task never reaches MMCAF-Net's
/// answer (see `keys`).
#[derive(Module, Debug)]
pub struct Penet {
    in_conv: (Conv3d, GroupNorm),
    encoders: Vec<Level>,
}

impl Penet {
    /// All values zero, to be loaded.
    pub fn new(config: &MmcafConfig, device: &Device) -> Self {
        let level = |n: usize| {
            let out = config.widths[n];
            let before = if n == 0 { config.stem } else { config.widths[n - 1] };
            let block = |block: usize| {
                let (channels, stride) =
                    if block == 0 { (before, if n == 0 { 1 } else { 2 }) } else { (out, 1) };
                Bottleneck::new(channels, out / 2, stride, config.groups, device)
            };
            Level { penet_blocks: (0..MmcafConfig::BLOCKS[n]).map(block).collect() }
        };
        Self {
            in_conv: (strided([3, config.stem], 7, [1, 2, 2], 1, false, device), norm(config.stem, device)),
            encoders: (0..3).map(level).collect(),
        }
    }

    /// - `window`: `[batch, slice, row, column]`; 12 x 192 x 192 gives levels of 6 x 48 x 48,
    ///   3 x 24 x 24 and 2 x 12 x 12
    /// - returns: the levels, fine to coarse, `[batch, channel, d, h, w]`
    pub fn forward(&self, window: Tensor<4>, taps: &mut Taps, drop: Drop) -> Vec<Tensor<5>> {
        let (conv, norm) = &self.in_conv;
        // The published network reads the same picture three times over: the sum of its three kernels
        // says the same to one.
        let (x, weight) = (window.unsqueeze_dim::<5>(1), conv.weight.val().sum_dim(1));
        let stem = match quick_conv3d(&x, &weight, None, conv.stride) {
            Some(stem) => stem,
            None => {
                let options = burn::tensor::ops::ConvOptions::new(conv.stride, [3; 3], [1; 3], 1);
                burn::tensor::module::conv3d(x, weight, None, options)
            }
        };
        let mut x = max_pool3d_k3s2p1(group_norm(norm, stem, Some(SLOPE)));
        taps.offer("max_pool", &x);
        let last: usize = MmcafConfig::BLOCKS.iter().sum();
        let (mut levels, mut index) = (Vec::new(), 0);
        for (n, level) in self.encoders.iter().enumerate() {
            for block in &level.penet_blocks {
                x = block.run(x, drop, MOST_SKIPPED * index as f64 / last as f64);
                index += 1;
            }
            taps.offer(&format!("encoders.{n}"), &x);
            levels.push(x.clone());
        }
        levels
    }
}
