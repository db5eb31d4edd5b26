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
/// - `weight`: `[out, in, k, k, k]`
pub fn stem_conv3d_applies(x: &Tensor<5>, weight: &Tensor<5>, stride: [usize; 3]) -> bool {
    let [_, channels, kd, kh, kw] = weight.dims();
    let meant = channels == 1 && [kd, kh, kw] == [KERNEL; 3] && stride == [1, 2, 2];
    meant && !x.is_autodiff() && x.device() == Device::flex()
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
    let bands = Bands::new(x, [oh, ow]);
    let depth_padded = depth + 2 * PADDING;
    let many = out > FEW_CHANNELS;
    let weight = if many {
        weight.reshape([out, KERNEL.pow(3)])
    } else {
        // [out, 7 in depth, 49] -> [7 in depth, out, 49] -> rows of one matrix
        let weight = weight.reshape([out, KERNEL, KERNEL * KERNEL]).swap_dims(0, 1);
        weight.reshape([KERNEL * out, KERNEL * KERNEL])
    };
    let items = (0..batch).map(|n| {
        let band = |first: usize| {
            let rows = bands.rows(first);
            let (plane, taps) = (rows * ow, bands.taps(n, first));
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
        let firsts: Vec<usize> = bands.firsts().collect();
        Tensor::cat(firsts.into_par_iter().map(band).collect(), 3)
    });
    let y = Tensor::cat(items.collect(), 0);
    match bias {
        Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
        None => y,
    }
}

/// Gradient of the stem's convolution by its kernel.
///
/// The same bands of taps as forwards, multiplied with the gradient of the output: once for each tap in
/// depth, shifted by its slice.
/// - `x`: `[batch, 1, d, h, w]`
/// - `gradient`: of the output, `[batch, out, d, (h + 1) / 2, (w + 1) / 2]`
/// - returns: `[out, 1, 7, 7, 7]`
pub fn stem_conv3d_by_kernel(x: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
    let [batch, out, depth, oh, ow] = gradient.dims();
    let bands = Bands::new(x, [oh, ow]);
    let parts: Vec<Tensor<3>> = (0..batch)
        .flat_map(|n| bands.firsts().map(move |first| (n, first)))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(n, first)| {
            let rows = bands.rows(first);
            let (plane, taps) = (rows * ow, bands.taps(n, first));
            let own = gradient.clone().narrow(0, n, 1).narrow(3, first, rows);
            let own = own.reshape([out, depth * plane]);
            let by_depth = |tap: usize| {
                let taps = taps.clone().narrow(1, tap * plane, depth * plane);
                own.clone().matmul(taps.transpose()).unsqueeze_dim::<3>(1)
            };
            Tensor::cat((0..KERNEL).map(by_depth).collect(), 1)
        })
        .collect();
    // Added in their order, so that the sum does not depend on which core was quicker.
    let sum = parts.into_iter().reduce(|sum, part| sum + part);
    let sum = sum.unwrap_or_else(|| Tensor::zeros([out, KERNEL, KERNEL * KERNEL], &gradient.device()));
    sum.reshape([out, 1, KERNEL, KERNEL, KERNEL])
}

/// The crops of a batch, cut so that their taps can be had for a few output rows at a time: taps and
/// products then stay in the cache.
struct Bands {
    /// Of each crop, padded, every second row and column, from row 0 or 1 and column 0 or 1.
    phases: Vec<[[Tensor<4>; 2]; 2]>,
    at_once: usize,
    /// Rows and columns of the output.
    size: [usize; 2],
}

impl Bands {
    fn new(x: Tensor<5>, size: [usize; 2]) -> Self {
        let [batch, _, depth, height, width] = x.dims();
        let padding = (PADDING, PADDING, PADDING, PADDING);
        let padded = x.reshape([batch, depth, height, width]).pad(padding, PadMode::Constant(0.0));
        let beyond = [1, PADDING, height + 2 * PADDING, width + 2 * PADDING];
        let empty = Tensor::<4>::zeros(beyond, &padded.device());
        let phases = (0..batch).map(|n| {
            let crop = Tensor::cat(vec![empty.clone(), padded.clone().narrow(0, n, 1), empty.clone()], 1);
            [0, 1].map(|row| {
                [0, 1].map(|column| {
                    let every_second = [Slice::new(row, None, 2), Slice::new(column, None, 2)];
                    crop.clone().slice([Slice::full(), Slice::full(), every_second[0], every_second[1]])
                })
            })
        });
        let at_once = (TAPS_AT_ONCE / ((depth + 2 * PADDING) * size[1]).max(1)).max(1);
        Self { phases: phases.collect(), at_once, size }
    }

    /// First output rows of the bands.
    fn firsts(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.size[0]).step_by(self.at_once)
    }

    /// Output rows of the band from `first`.
    fn rows(&self, first: usize) -> usize {
        self.at_once.min(self.size[0] - first)
    }

    /// `[49, padded d * rows * ow]`: row `7 a + b` is the crop read at stride 2 from row a and column b,
    /// for the output rows of a band.
    fn taps(&self, item: usize, first: usize) -> Tensor<2> {
        let phases = &self.phases[item];
        let rows = self.rows(first);
        let windows = (0..KERNEL * KERNEL).map(|tap| {
            let (a, b) = (tap / KERNEL, tap % KERNEL);
            phases[a % 2][b % 2].clone().narrow(2, first + a / 2, rows).narrow(3, b / 2, self.size[1])
        });
        let depth = phases[0][0].dims()[1];
        Tensor::cat(windows.collect(), 0).reshape([KERNEL * KERNEL, depth * rows * self.size[1]])
    }
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

    #[test]
    fn the_gradient_by_the_kernel_equals_burns() {
        let device = Device::flex().autodiff();
        let from = |step: usize, shape: [usize; 5]| {
            let n = shape.iter().product::<usize>();
            let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
            Tensor::<5>::from_data(TensorData::new(values, shape), &device)
        };
        // The last is cut into several bands.
        for [d, h, w] in [[4, 8, 6], [3, 5, 9], [1, 1, 2], [56, 12, 12]] {
            let (x, weight) = (from(29, [2, 1, d, h, w]), from(37, [3, 1, 7, 7, 7]).require_grad());
            let options = ConvOptions::new([1, 2, 2], [3, 3, 3], [1, 1, 1], 1);
            let y = conv3d(x.clone(), weight.clone(), None, options);
            let pull = from(41, y.dims());
            let gradients = (y * pull.clone()).sum().backward();
            let expected = weight.grad(&gradients).expect("a gradient");
            let got = stem_conv3d_by_kernel(x.inner(), pull.inner());
            assert_eq!(got.dims(), expected.dims());
            let (largest, difference): (f32, f32) =
                (expected.clone().abs().max().into_scalar(), (got - expected).abs().max().into_scalar());
            // Up to 4,032 products in single precision, summed in another order.
            assert!(difference <= 1e-5 * largest.max(1.0), "{difference} of {largest}");
        }
    }
}
