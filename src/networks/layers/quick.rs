//! Which way a convolution goes on the processor.

use burn::tensor::{Device, Tensor};

use super::direct_conv3d::{direct_conv3d, is_direct};
use super::learning::{learning_conv3d, learning_conv3d_applies, learning_grouped_conv3d, learns_here};
use super::same_conv3d::{same_conv3d, same_conv3d_applies};
use super::small_conv3d::{small_conv3d, small_conv3d_applies};
use super::stem_conv3d::{stem_conv3d, stem_conv3d_applies};

/// A convolution padded by half its kernel, by the quickest of our ways.
/// - `x`: `[batch, in, d, h, w]`
/// - `weight`: `[out, in, k, k, k]`
/// - returns: `None` where burn's own is the way: on a GPU, and for every other kernel and stride
pub fn quick_conv3d(
    x: &Tensor<5>,
    weight: &Tensor<5>,
    bias: Option<Tensor<1>>,
    stride: [usize; 3],
) -> Option<Tensor<5>> {
    let given = || (x.clone(), weight.clone());
    if learning_conv3d_applies(x, weight, stride) {
        let (x, weight) = given();
        let (y, channels) = (learning_conv3d(x, weight.clone(), stride), weight.dims()[0]);
        return Some(match bias {
            Some(bias) => y + bias.reshape([1, channels, 1, 1, 1]),
            None => y,
        });
    }
    if small_conv3d_applies(x, weight, stride) {
        let (x, weight) = given();
        return Some(small_conv3d(x, weight, bias, stride[0]));
    }
    if stem_conv3d_applies(x, weight, stride) {
        let (x, weight) = given();
        return Some(stem_conv3d(x, weight, bias));
    }
    same_conv3d_applies(x, weight, stride).then(|| {
        let (x, weight) = given();
        same_conv3d(x, weight, bias)
    })
}

/// A convolution in groups, or of few outputs, padded by half its kernel, by the quickest of our ways.
/// - `x`: `[batch, in, d, h, w]`
/// - `weight`: `[out, in / groups, k, k, k]`
/// - returns: `None` where burn's own is the way: on a GPU, and where groups are wide
pub fn quick_grouped_conv3d(
    x: &Tensor<5>,
    weight: &Tensor<5>,
    bias: Option<Tensor<1>>,
    stride: [usize; 3],
    groups: usize,
) -> Option<Tensor<5>> {
    if !is_direct(weight.dims(), stride, groups) {
        return None;
    }
    let given = || (x.clone(), weight.clone());
    if learns_here(x) {
        let ((x, weight), out) = (given(), weight.dims()[0]);
        let y = learning_grouped_conv3d(x, weight, stride[0], groups);
        return Some(match bias {
            Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
            None => y,
        });
    }
    (!x.is_autodiff() && x.device() == Device::flex()).then(|| {
        let (x, weight) = given();
        direct_conv3d(x, weight, bias, stride[0], groups)
    })
}
