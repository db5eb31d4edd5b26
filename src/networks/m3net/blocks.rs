//! The basic residual block in three dimensions, and how its batch norms fold into convolutions.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv3d, Conv3dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig3d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::networks::layers::quick_conv3d;

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
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let skip = match &self.downsample {
            Some((conv, bn)) => normalised(conv, bn, x.clone()),
            None => x.clone(),
        };
        let y = relu(normalised(&self.conv1, &self.bn1, x));
        relu(normalised(&self.conv2, &self.bn2, y) + skip)
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(mut self) -> Self {
        (self.conv1, self.bn1) = fold(self.conv1, self.bn1);
        (self.conv2, self.bn2) = fold(self.conv2, self.bn2);
        self.downsample = self.downsample.map(|(conv, bn)| fold(conv, bn));
        self
    }
}

/// A convolution without bias, all zero.
pub(super) fn conv3d(
    channels: [usize; 2],
    kernel: usize,
    stride: [usize; 3],
    padding: usize,
    device: &Device,
) -> Conv3d {
    Conv3dConfig::new(channels, [kernel; 3])
        .with_stride(stride)
        .with_padding(PaddingConfig3d::Explicit(padding, padding, padding))
        .with_bias(false)
        .with_initializer(Initializer::Zeros)
        .init(device)
}

/// PyTorch's defaults: epsilon 1e-5, momentum 0.1.
pub(super) fn batch_norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels).init(device)
}

/// Convolution, then its batch norm if it still stands apart.
pub(super) fn normalised(conv: &Conv3d, bn: &Option<BatchNorm>, x: Tensor<5>) -> Tensor<5> {
    let bias = conv.bias.as_ref().map(|b| b.val());
    let y = match quick_conv3d(&x, &conv.weight.val(), bias, conv.stride) {
        Some(y) => y,
        None => conv.forward(x),
    };
    match bn {
        Some(bn) => bn.forward(y),
        None => y,
    }
}

/// Puts a batch norm with fixed statistics into the convolution before it:
/// `g (w*x - m) / s + b = (g/s w)*x + (b - g m / s)`, with `s = sqrt(v + epsilon)`.
pub(super) fn fold(mut conv: Conv3d, bn: Option<BatchNorm>) -> (Conv3d, Option<BatchNorm>) {
    let Some(bn) = bn else { return (conv, None) };
    let deviation = (bn.running_var.value() + bn.epsilon).sqrt();
    let scale = bn.gamma.val() / deviation;
    let shift = bn.beta.val() - bn.running_mean.value() * scale.clone();
    let channels = scale.dims()[0];
    let weight = conv.weight.val() * scale.clone().reshape([channels, 1, 1, 1, 1]);
    let bias = match &conv.bias {
        Some(bias) => bias.val() * scale + shift,
        None => shift,
    };
    conv.weight = Param::from_tensor(weight);
    conv.bias = Some(Param::from_tensor(bias));
    (conv, None)
}
