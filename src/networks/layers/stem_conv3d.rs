//! The stem's convolution on the processor: one channel in, 7 x 7 x 7, stride 2 in-plane.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::plain::{matrix, values};

const KERNEL: usize = 7;
const PADDING: usize = 3;
/// Taps of one depth.
const IN_PLANE: usize = KERNEL * KERNEL;
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
    let (device, [batch, ..], [out, ..]) = (x.device(), x.dims(), weight.dims());
    let bands = Bands::new(x);
    let many = out > FEW_CHANNELS;
    let weight = if many {
        weight.reshape([out, KERNEL * IN_PLANE])
    } else {
        // [out, 7 in depth, 49] -> [7 in depth, out, 49] -> rows of one matrix
        weight.reshape([out, KERNEL, IN_PLANE]).swap_dims(0, 1).reshape([KERNEL * out, IN_PLANE])
    };
    let of_band = |&(item, first): &(usize, usize)| {
        let plane = bands.rows(first) * bands.size[1];
        let (taps, columns) = (bands.taps(item, first), bands.depth * plane);
        if many {
            let mut repeated = Vec::with_capacity(KERNEL * IN_PLANE * columns);
            for depth in 0..KERNEL {
                for row in taps.chunks_exact(bands.depth_padded() * plane) {
                    repeated.extend_from_slice(&row[depth * plane..][..columns]);
                }
            }
            return values(weight.clone().matmul(matrix(repeated, KERNEL * IN_PLANE, &device)));
        }
        let products = values(weight.clone().matmul(matrix(taps, IN_PLANE, &device)));
        let mut sum = vec![0.0; out * columns];
        for (row, products) in products.chunks_exact(bands.depth_padded() * plane).enumerate() {
            let (depth, channel) = (row / out, row % out);
            let shifted = &products[depth * plane..][..columns];
            for (sum, product) in sum[channel * columns..].iter_mut().zip(shifted) {
                *sum += product;
            }
        }
        sum
    };
    let all = bands.all(batch);
    let parts: Vec<Vec<f32>> = all.par_iter().map(of_band).collect();
    let [oh, ow] = bands.size;
    let mut y = vec![0.0; batch * out * bands.depth * oh * ow];
    for (&(item, first), part) in all.iter().zip(&parts) {
        let plane = bands.rows(first) * ow;
        for (n, rows) in part.chunks_exact(plane).enumerate() {
            // n counts channels and slices, slices fastest.
            let at = ((item * out * bands.depth + n) * oh + first) * ow;
            y[at..at + plane].copy_from_slice(rows);
        }
    }
    let y = Tensor::from_data(TensorData::new(y, [batch, out, bands.depth, oh, ow]), &device);
    match bias {
        Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
        None => y,
    }
}

/// Gradient of the stem's convolution by its kernel.
///
/// The same bands of taps as forwards, multiplied with the gradient of the output, which is repeated
/// for each tap in depth, shifted by its slice.
/// - `x`: `[batch, 1, d, h, w]`
/// - `gradient`: of the output, `[batch, out, d, (h + 1) / 2, (w + 1) / 2]`
/// - returns: `[out, 1, 7, 7, 7]`
pub fn stem_conv3d_by_kernel(x: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
    let (device, [batch, out, ..]) = (x.device(), gradient.dims());
    let bands = Bands::new(x);
    let gradient = values(gradient);
    let of_band = |&(item, first): &(usize, usize)| {
        let pull = bands.pull(&gradient, out, item, first);
        let taps = matrix(bands.taps(item, first), IN_PLANE, &device);
        values(taps.matmul(matrix(pull, KERNEL * out, &device).transpose()))
    };
    let parts: Vec<Vec<f32>> = bands.all(batch).par_iter().map(of_band).collect();
    // Added in their order, so that the sum does not depend on which core was quicker.
    let mut sum = vec![0.0; IN_PLANE * KERNEL * out];
    for part in parts {
        for (sum, value) in sum.iter_mut().zip(part) {
            *sum += value;
        }
    }
    // [49, 7 in depth, out] -> [out, 7 in depth, 49]
    let sum = Tensor::<3>::from_data(TensorData::new(sum, [IN_PLANE, KERNEL, out]), &device);
    sum.swap_dims(0, 2).reshape([out, 1, KERNEL, KERNEL, KERNEL])
}

/// Gradient of the stem's convolution by its input, which explanations ask for.
///
/// The kernel times the gradient of the output, repeated for each tap in depth as for the kernel's own: what comes
/// back to every tap, which is added to where the tap was read.
/// - `shape`: of the input, `[batch, 1, d, h, w]`
/// - `weight`: `[out, 1, 7, 7, 7]`
/// - `gradient`: of the output, `[batch, out, d, (h + 1) / 2, (w + 1) / 2]`
/// - returns: of the input's shape
pub fn stem_conv3d_by_input(shape: [usize; 5], weight: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
    let (device, [out, ..]) = (gradient.device(), weight.dims());
    let mut bands = Bands::new(Tensor::zeros(shape, &device));
    // [out, 7 in depth, 49] -> [49, 7 in depth, out]
    let weight = weight.reshape([out, KERNEL, IN_PLANE]).swap_dims(0, 2).reshape([IN_PLANE, KERNEL * out]);
    let gradient = values(gradient);
    let all = bands.all(shape[0]);
    let of_band = |&(item, first): &(usize, usize)| {
        let pull = matrix(bands.pull(&gradient, out, item, first), KERNEL * out, &device);
        values(weight.clone().matmul(pull))
    };
    let parts: Vec<Vec<f32>> = all.par_iter().map(of_band).collect();
    // Bands share lines of the crop: added in their order, so that the sum does not depend on which core was quicker.
    for (&(item, first), part) in all.iter().zip(&parts) {
        bands.add(item, first, part);
    }
    Tensor::from_data(TensorData::new(bands.crops(shape), shape), &device)
}

/// The crops of a batch, cut so that their taps can be had for a few output rows at a time: taps and
/// products then stay in the cache.
struct Bands {
    /// Of each crop, padded, every second row and column, from row 0 or 1 and column 0 or 1:
    /// `[padded d, rows, columns]`, all four of the same size.
    phases: Vec<[Vec<f32>; 4]>,
    /// Rows and columns of a phase.
    phase: [usize; 2],
    depth: usize,
    /// Rows and columns of the output.
    size: [usize; 2],
    /// Output rows of a band.
    at_once: usize,
}

impl Bands {
    fn new(x: Tensor<5>) -> Self {
        let [batch, _, depth, height, width] = x.dims();
        let size = [height.div_ceil(2), width.div_ceil(2)];
        let phase = size.map(|n| n + PADDING);
        let crops = values(x);
        let of = |item: usize| {
            let crop = &crops[item * depth * height * width..][..depth * height * width];
            [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[odd_row, odd_column]: [usize; 2]| {
                let mut to = vec![0.0; (depth + 2 * PADDING) * phase[0] * phase[1]];
                for slice in 0..depth {
                    for row in 0..phase[0] {
                        let Some(from) = (2 * row + odd_row).checked_sub(PADDING) else { continue };
                        if from >= height {
                            continue;
                        }
                        let line = &crop[(slice * height + from) * width..][..width];
                        let at = ((slice + PADDING) * phase[0] + row) * phase[1];
                        for (column, to) in to[at..at + phase[1]].iter_mut().enumerate() {
                            let from = (2 * column + odd_column).wrapping_sub(PADDING);
                            *to = line.get(from).copied().unwrap_or(0.0);
                        }
                    }
                }
                to
            })
        };
        let at_once = (TAPS_AT_ONCE / ((depth + 2 * PADDING) * size[1]).max(1)).max(1);
        let phases = (0..batch).into_par_iter().map(of).collect();
        Self { phases, phase, depth, size, at_once }
    }

    fn depth_padded(&self) -> usize {
        self.depth + 2 * PADDING
    }

    /// Item and first output row of every band.
    fn all(&self, batch: usize) -> Vec<(usize, usize)> {
        let firsts = || (0..self.size[0]).step_by(self.at_once);
        (0..batch).flat_map(|item| firsts().map(move |first| (item, first))).collect()
    }

    /// Output rows of the band from `first`.
    fn rows(&self, first: usize) -> usize {
        self.at_once.min(self.size[0] - first)
    }

    /// `[7 in depth * out, padded d * rows * ow]`: the output's gradient for the rows of a band, repeated for each tap
    /// in depth, shifted by its slice.
    fn pull(&self, gradient: &[f32], out: usize, item: usize, first: usize) -> Vec<f32> {
        let [oh, ow] = self.size;
        let plane = self.rows(first) * ow;
        let columns = self.depth_padded() * plane;
        let mut pull = vec![0.0; KERNEL * out * columns];
        for (row, to) in pull.chunks_exact_mut(columns.max(1)).enumerate() {
            let (depth, channel) = (row / out, row % out);
            for slice in 0..self.depth {
                let from = (((item * out + channel) * self.depth + slice) * oh + first) * ow;
                to[(depth + slice) * plane..][..plane].copy_from_slice(&gradient[from..from + plane]);
            }
        }
        pull
    }

    /// Adds what lies as [`Bands::taps`] lies to where the taps were read.
    fn add(&mut self, item: usize, first: usize, taps: &[f32]) {
        let ([rows, ow], [height, width]) = ([self.rows(first), self.size[1]], self.phase);
        let slices = self.depth_padded();
        let mut lines = taps.chunks_exact(ow.max(1));
        for tap in 0..IN_PLANE {
            let (a, b) = (tap / KERNEL, tap % KERNEL);
            let phase = &mut self.phases[item][2 * (a % 2) + b % 2];
            for slice in 0..slices {
                for (row, from) in (0..rows).zip(&mut lines) {
                    let at = (slice * height + first + a / 2 + row) * width + b / 2;
                    phase[at..at + ow].iter_mut().zip(from).for_each(|(sum, value)| *sum += value);
                }
            }
        }
    }

    /// The crops that the phases were cut from, `[batch, 1, d, h, w]`, without what was padded.
    fn crops(&self, [batch, _, depth, height, width]: [usize; 5]) -> Vec<f32> {
        let mut crops = Vec::with_capacity(batch * depth * height * width);
        for phases in &self.phases {
            for slice in PADDING..PADDING + depth {
                for row in PADDING..PADDING + height {
                    let line = |odd: usize| {
                        let at = (slice * self.phase[0] + row / 2) * self.phase[1];
                        &phases[2 * (row % 2) + odd][at..at + self.phase[1]]
                    };
                    let lines = [line(0), line(1)];
                    crops.extend((PADDING..PADDING + width).map(|column| lines[column % 2][column / 2]));
                }
            }
        }
        crops
    }

    /// `[49, padded d * rows * ow]`: row `7 a + b` is the crop read at stride 2 from row a and column b,
    /// for the output rows of a band.
    fn taps(&self, item: usize, first: usize) -> Vec<f32> {
        let ([rows, ow], [height, width]) = ([self.rows(first), self.size[1]], self.phase);
        let mut taps = vec![0.0; IN_PLANE * self.depth_padded() * rows * ow];
        let mut lines = taps.chunks_exact_mut(ow.max(1));
        for tap in 0..IN_PLANE {
            let (a, b) = (tap / KERNEL, tap % KERNEL);
            let phase = &self.phases[item][2 * (a % 2) + b % 2];
            for slice in 0..self.depth_padded() {
                for (row, to) in (0..rows).zip(&mut lines) {
                    let at = (slice * height + first + a / 2 + row) * width + b / 2;
                    to.copy_from_slice(&phase[at..at + ow]);
                }
            }
        }
        taps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn the_gradient_by_the_input_equals_burns() {
        let device = Device::flex().autodiff();
        let from = |step: usize, shape: [usize; 5]| {
            let n = shape.iter().product::<usize>();
            let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
            Tensor::<5>::from_data(TensorData::new(values, shape), &device)
        };
        // The last is cut into several bands.
        for [d, h, w] in [[4, 8, 6], [3, 5, 9], [1, 1, 2], [56, 12, 12]] {
            let shape = [2, 1, d, h, w];
            let (x, weight) = (from(29, shape).require_grad(), from(37, [3, 1, 7, 7, 7]));
            let options = ConvOptions::new([1, 2, 2], [3, 3, 3], [1, 1, 1], 1);
            let y = conv3d(x.clone(), weight.clone(), None, options);
            let pull = from(41, y.dims());
            let gradients = (y * pull.clone()).sum().backward();
            let expected = x.grad(&gradients).expect("a gradient");
            let got = stem_conv3d_by_input(shape, weight.inner(), pull.inner());
            assert_eq!(got.dims(), expected.dims());
            let (largest, difference): (f32, f32) =
                (expected.clone().abs().max().into_scalar(), (got - expected).abs().max().into_scalar());
            // Up to 1,029 products in single precision, summed in another order.
            assert!(difference <= 1e-5 * largest.max(1.0), "{difference} of {largest}");
        }
    }
}
