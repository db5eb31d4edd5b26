//! A 3-D convolution with the batch norm behind it, and how the norm folds into the convolution.

use burn::module::Param;
use burn::nn::conv::{Conv3d, Conv3dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig3d};
use burn::tensor::{Device, Tensor};

use super::convolution::convolution;

/// A convolution without bias, all zero.
pub fn conv3d(
    channels: [usize; 2],
    kernel: usize,
    stride: [usize; 3],
    padding: usize,
    device: &Device,
) -> Conv3d {
    config(channels, kernel, stride, padding).with_bias(false).init(device)
}

/// A convolution with bias, all zero.
pub fn biased_conv3d(
    channels: [usize; 2],
    kernel: usize,
    stride: [usize; 3],
    padding: usize,
    device: &Device,
) -> Conv3d {
    config(channels, kernel, stride, padding).init(device)
}

fn config(channels: [usize; 2], kernel: usize, stride: [usize; 3], padding: usize) -> Conv3dConfig {
    Conv3dConfig::new(channels, [kernel; 3])
        .with_stride(stride)
        .with_padding(PaddingConfig3d::Explicit(padding, padding, padding))
        .with_initializer(Initializer::Zeros)
}

/// PyTorch's defaults: epsilon 1e-5, momentum 0.1.
pub fn batch_norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels).init(device)
}

/// Convolution, then its batch norm if it still stands apart.
pub fn normalised(conv: &Conv3d, bn: &Option<BatchNorm>, x: Tensor<5>) -> Tensor<5> {
    let y = convolution(conv, x);
    match bn {
        Some(bn) => bn.forward(y),
        None => y,
    }
}

/// Puts a batch norm with fixed statistics into the convolution before it:
/// `g (w*x - m) / s + b = (g/s w)*x + (b - g m / s)`, with `s = sqrt(v + epsilon)`.
pub fn fold(mut conv: Conv3d, bn: Option<BatchNorm>) -> (Conv3d, Option<BatchNorm>) {
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
