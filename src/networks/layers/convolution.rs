//! A convolution layer by the quickest way that there is for it.

use burn::nn::conv::Conv3d;
use burn::tensor::{Slice, Tensor};

use super::quick::{quick_conv3d, quick_grouped_conv3d};

/// A convolution padded by half its (odd) kernel: burn's own values, by the quickest of our ways.
/// - `x`: `[batch, in, d, h, w]`
/// - returns: `[batch, out, d/s, h/s, w/s]`, rounded up
pub fn convolution(conv: &Conv3d, x: Tensor<5>) -> Tensor<5> {
    let (weight, bias) = (conv.weight.val(), conv.bias.as_ref().map(|bias| bias.val()));
    if conv.groups > 1 || weight.dims()[0] <= 2 {
        return match quick_grouped_conv3d(&x, &weight, bias, conv.stride, conv.groups) {
            Some(y) => y,
            None => conv.forward(x),
        };
    }
    if conv.kernel_size == [1; 3] && conv.stride != [1; 3] {
        // Only every s-th voxel is read: without the others it is a plain product.
        let every = |axis: usize| Slice::new(0, None, conv.stride[axis] as isize);
        let x = x.slice([Slice::full(), Slice::full(), every(0), every(1), every(2)]);
        let plain = Conv3d { stride: [1; 3], ..conv.clone() };
        return plain.forward(x);
    }
    match quick_conv3d(&x, &weight, bias, conv.stride) {
        Some(y) => y,
        None => conv.forward(x),
    }
}
