//! The stem's convolution on the processor: one channel in, 7 x 7 x 7, stride 2 in-plane.

use burn::tensor::ops::PadMode;
use burn::tensor::{Device, Slice, Tensor};
use rayon::prelude::*;

const KERNEL: usize = 7;
const PADDING: usize = 3;
/// Up to here a product of 7 x out rows is quicker than one of out rows and seven times the columns.
const FEW_CHANNELS: usize = 16;
/// Columns of the tap matrix made at a time: 49 times as many floats are 0.6 MB, which stays in the
/// cache. Measured with 24,000: three times slower.
const TAPS_AT_ONCE: usize = 3000;

/// Whether [`stem_conv3d`] is the quicker way for this tensor: on burn's processor backend, whose
/// own convolution copies 343 values one by one for each output of a single channel. Measured at
/// width 8 and 56 x 96 x 96, one thread: 146 ms there, 30 ms here; at width 64, two: 390 and 160.
pub fn stem_conv3d_applies(x: &Tensor<5>) -> bool {
    !x.is_autodiff() && x.device() == Device::flex()
}

/// Convolution of one channel, kernel 7, stride (1, 2, 2), padding 3: the same sums as burn's.
///
/// The 49 in-plane taps become rows of one matrix (cut from the four phases of the padded crop, so
/// that whole lines are copied). With few output channels one product gives every output for every
/// tap in depth, and those seven are added, each shifted by its slice: a taller product is a quicker
/// one. With many, the matrix is repeated for each tap in depth instead, and the product adds.
/// - `x`: `[batch, 1, d, h, w]`
/// - `weight`: `[out, 1, 7, 7, 7]`
/// - returns: `[batch, out, d, (h + 1) / 2, (w + 1) / 2]`
pub fn stem_conv3d(x: Tensor<5>, weight: Tensor<5>, bias: Option<Tensor<1>>) -> Tensor<5> {
    let [batch, _, depth, height, width] = x.dims();
    let [out, ..] = weight.dims();
    let (oh, ow) = (height.div_ceil(2), width.div_ceil(2));
    let many = out > FEW_CHANNELS;
    let weight = if many {
        weight.reshape([out, KERNEL.pow(3)])
    } else {
        // [out, 7 in depth, 49] -> [7 in depth, out, 49] -> rows of one matrix
        let weight = weight.reshape([out, KERNEL, KERNEL * KERNEL]).swap_dims(0, 1);
        weight.reshape([KERNEL * out, KERNEL * KERNEL])
    };
    let padded = x
        .reshape([batch, depth, height, width])
        .pad((PADDING, PADDING, PADDING, PADDING), PadMode::Constant(0.0));
    let depth_padded = depth + 2 * PADDING;
    // A few output rows at a time, so that taps and products stay in the cache.
    let rows_at_once = (TAPS_AT_ONCE / (depth_padded * ow)).max(1);
    let items = (0..batch).map(|n| {
        let crop = padded.clone().narrow(0, n, 1);
        let empty =
            Tensor::<4>::zeros([1, PADDING, height + 2 * PADDING, width + 2 * PADDING], &crop.device());
        let phases = phases(Tensor::cat(vec![empty.clone(), crop, empty], 1));
        let band = |first: usize| {
            let rows = rows_at_once.min(oh - first);
            let (plane, taps) = (rows * ow, in_plane_taps(&phases, first, [rows, ow]));
            let sum = if many {
                let shifted = |tap: usize| taps.clone().narrow(1, tap * plane, depth * plane);
                weight.clone().matmul(Tensor::cat((0..KERNEL).map(shifted).collect(), 0))
            } else {
                let products = weight.clone().matmul(taps).reshape([KERNEL, out, depth_padded * plane]);
                let shifted = |tap: usize| {
                    let own = products.clone().narrow(0, tap, 1).narrow(2, tap * plane, depth * plane);
                    own.reshape([out, depth * plane])
                };
                (1..KERNEL).fold(shifted(0), |sum, tap| sum + shifted(tap))
            };
            sum.reshape([1, out, depth, rows, ow])
        };
        let firsts: Vec<usize> = (0..oh).step_by(rows_at_once).collect();
        Tensor::cat(firsts.into_par_iter().map(band).collect(), 3)
    });
    let y = Tensor::cat(items.collect(), 0);
    match bias {
        Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
        None => y,
    }
}

/// Every second row and column of a padded crop `[1, d, h, w]`, from row 0 or 1 and column 0 or 1.
fn phases(crop: Tensor<4>) -> [[Tensor<4>; 2]; 2] {
    [0, 1].map(|row| {
        [0, 1].map(|column| {
            let every_second = [Slice::new(row, None, 2), Slice::new(column, None, 2)];
            crop.clone().slice([Slice::full(), Slice::full(), every_second[0], every_second[1]])
        })
    })
}

/// `[49, d * rows * ow]`: row `7 a + b` is the crop read at stride 2 from row a and column b, for the
/// output rows from `first`.
fn in_plane_taps(phases: &[[Tensor<4>; 2]; 2], first: usize, [rows, ow]: [usize; 2]) -> Tensor<2> {
    let windows = (0..KERNEL * KERNEL).map(|tap| {
        let (a, b) = (tap / KERNEL, tap % KERNEL);
        phases[a % 2][b % 2].clone().narrow(2, first + a / 2, rows).narrow(3, b / 2, ow)
    });
    let depth = phases[0][0].dims()[1];
    Tensor::cat(windows.collect(), 0).reshape([KERNEL * KERNEL, depth * rows * ow])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use burn::tensor::module::conv3d;
    use burn::tensor::ops::ConvOptions;

    #[test]
    fn the_stem_equals_burns_convolution_for_even_and_odd_sizes() {
        let device = Device::flex();
        let values = |n: usize, step: usize| {
            (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect::<Vec<_>>()
        };
        // Few output channels, and many.
        for ([d, h, w], out) in [([4, 8, 6], 5), ([3, 5, 9], 5), ([1, 1, 2], 5), ([4, 7, 6], 17)] {
            let weight = TensorData::new(values(out * 343, 37), [out, 1, 7, 7, 7]);
            let weight = Tensor::<5>::from_data(weight, &device);
            let bias = Tensor::<1>::from_data(TensorData::new(values(out, 7), [out]), &device);
            let x = TensorData::new(values(2 * d * h * w, 29), [2, 1, d, h, w]);
            let x = Tensor::<5>::from_data(x, &device);
            let options = ConvOptions::new([1, 2, 2], [3, 3, 3], [1, 1, 1], 1);
            let expected = conv3d(x.clone(), weight.clone(), Some(bias.clone()), options);
            let got = stem_conv3d(x, weight.clone(), Some(bias.clone()));
            assert_eq!(got.dims(), expected.dims());
            let difference: f32 = (got - expected).abs().max().into_scalar();
            // 343 terms below 1 in single precision, summed in another order.
            assert!(difference < 1e-4, "{difference}");
        }
    }
}
