//! 3 x 3 x 3 convolutions that keep the size, on the processor: forwards, and back by input and kernel.
//!
//! burn's own copies the 27 neighbours of every voxel one value at a time, and for the gradient by the
//! kernel does so on one core with everything in one buffer. Here whole planes are copied, each shifted
//! by its tap, and pieces that fit the cache are multiplied on all cores.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::plain::{matrix, values};

/// 3 x 3 x 3.
const TAPS: usize = 27;
/// Columns of the tap matrix made at a time, if whole slices allow.
const COLUMNS_AT_ONCE: usize = 1200;

/// Channels up to which copying whole planes is quicker than burn's copying of a voxel's channels in a
/// row. Measured, the three crops forwards: 186 ms there and 120 ms here at width 8 (8 to 64 channels,
/// most of the work at 8), 1350 and 1760 ms at width 64.
pub(super) const FEW_CHANNELS: usize = 32;

/// Whether [`same_conv3d`] is the quicker way, for a tensor without gradients.
/// - `weight`: `[out, in, 3, 3, 3]`, padded by 1
pub fn same_conv3d_applies(x: &Tensor<5>, weight: &Tensor<5>, stride: [usize; 3]) -> bool {
    let [_, channels, kd, kh, kw] = weight.dims();
    let meant = [kd, kh, kw] == [3; 3] && stride == [1; 3] && channels <= FEW_CHANNELS;
    meant && !x.is_autodiff() && x.device() == Device::flex()
}

/// Convolution of kernel 3, stride 1, padding 1: the same sums as burn's, in another order.
/// - `x`: `[batch, in, d, h, w]`
/// - `weight`: `[out, in, 3, 3, 3]`
/// - returns: `[batch, out, d, h, w]`
pub fn same_conv3d(x: Tensor<5>, weight: Tensor<5>, bias: Option<Tensor<1>>) -> Tensor<5> {
    let (device, [out, channels, ..]) = (x.device(), weight.dims());
    let input = Input::new(x);
    let weight = weight.reshape([out, TAPS * channels]);
    let pieces: Vec<Vec<f32>> = input
        .pieces()
        .into_par_iter()
        .map(|piece| values(weight.clone().matmul(input.taps(piece, &device))))
        .collect();
    let voxels = input.voxels();
    let mut y = vec![0.0; input.batch * out * voxels];
    for (piece, values) in input.pieces().into_iter().zip(pieces) {
        let columns = piece.slices * input.plane();
        for (channel, values) in values.chunks_exact(columns).enumerate() {
            let at = (piece.item * out + channel) * voxels + piece.first * input.plane();
            y[at..at + columns].copy_from_slice(values);
        }
    }
    let [d, h, w] = input.size;
    let y = Tensor::from_data(TensorData::new(y, [input.batch, out, d, h, w]), &device);
    match bias {
        Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
        None => y,
    }
}

/// Gradient of the convolution by its input: the gradient of its output, convolved with the mirrored
/// kernel.
/// - `weight`: `[out, in, 3, 3, 3]`
/// - `gradient`: `[batch, out, d, h, w]`
/// - returns: `[batch, in, d, h, w]`
pub fn same_conv3d_by_input(weight: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
    same_conv3d(gradient, weight.swap_dims(0, 1).flip([2, 3, 4]), None)
}

/// Gradient of the convolution by its kernel.
/// - `x`: `[batch, in, d, h, w]`
/// - `gradient`: of the output, `[batch, out, d, h, w]`
/// - returns: `[out, in, 3, 3, 3]`
pub fn same_conv3d_by_kernel(x: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
    let (device, [_, channels, ..], [_, out, ..]) = (x.device(), x.dims(), gradient.dims());
    let (input, pull) = (Input::new(x), Input::new(gradient));
    let pieces: Vec<Vec<f32>> = input
        .pieces()
        .into_par_iter()
        .map(|piece| values(input.taps(piece, &device).matmul(pull.rows(piece, &device).transpose())))
        .collect();
    // Added in their order, so that the sum does not depend on which core was quicker.
    let mut sum = vec![0.0; TAPS * channels * out];
    for piece in pieces {
        for (sum, value) in sum.iter_mut().zip(piece) {
            *sum += value;
        }
    }
    let by_tap = matrix(sum, channels * TAPS, &device);
    by_tap.transpose().reshape([out, channels, 3, 3, 3])
}

/// Some slices of one item of a batch.
#[derive(Clone, Copy, Debug)]
struct Piece {
    item: usize,
    first: usize,
    slices: usize,
}

/// A batch of volumes of channels as plain numbers.
struct Input {
    values: Vec<f32>,
    batch: usize,
    channels: usize,
    /// d, h, w.
    size: [usize; 3],
}

impl Input {
    fn new(x: Tensor<5>) -> Self {
        let [batch, channels, d, h, w] = x.dims();
        Self { values: values(x), batch, channels, size: [d, h, w] }
    }

    fn plane(&self) -> usize {
        self.size[1] * self.size[2]
    }

    fn voxels(&self) -> usize {
        self.size[0] * self.plane()
    }

    fn pieces(&self) -> Vec<Piece> {
        let slices = (COLUMNS_AT_ONCE / self.plane().max(1)).clamp(1, self.size[0].max(1));
        let firsts = || (0..self.size[0]).step_by(slices);
        let piece =
            |item: usize, first: usize| Piece { item, first, slices: slices.min(self.size[0] - first) };
        (0..self.batch).flat_map(|item| firsts().map(move |first| piece(item, first))).collect()
    }

    /// One channel of one item.
    fn channel(&self, item: usize, channel: usize) -> &[f32] {
        let voxels = self.voxels();
        &self.values[(item * self.channels + channel) * voxels..][..voxels]
    }

    /// `[channels, slices * h * w]`
    fn rows(&self, piece: Piece, device: &Device) -> Tensor<2> {
        let (start, columns) = (piece.first * self.plane(), piece.slices * self.plane());
        let rows = (0..self.channels).flat_map(|c| &self.channel(piece.item, c)[start..start + columns]);
        let rows: Vec<f32> = rows.copied().collect();
        matrix(rows, self.channels, device)
    }

    /// `[channels * 27, slices * h * w]`: row `27 c + t` is channel c read at tap t of every voxel, in
    /// the order in which a kernel is stored.
    fn taps(&self, piece: Piece, device: &Device) -> Tensor<2> {
        let ([d, h, w], plane) = (self.size, self.plane());
        let columns = piece.slices * plane;
        let mut taps = vec![0.0; self.channels * TAPS * columns];
        for (row, to) in taps.chunks_exact_mut(columns).enumerate() {
            let (from, tap) = (self.channel(piece.item, row / TAPS), row % TAPS);
            let [along_d, along_h, along_w] = [tap / 9, tap / 3 % 3, tap % 3];
            for (n, to) in to.chunks_exact_mut(plane).enumerate() {
                // Slice, row and column of the input are those of the output, plus the tap, minus 1.
                let slice = piece.first + n + along_d;
                if slice >= 1 && slice <= d {
                    shifted(&from[(slice - 1) * plane..][..plane], to, [h, w], [along_h, along_w]);
                }
            }
        }
        matrix(taps, self.channels * TAPS, device)
    }
}

/// A plane read one tap aside; what lies outside keeps its 0.
fn shifted(from: &[f32], to: &mut [f32], [h, w]: [usize; 2], [along_h, along_w]: [usize; 2]) {
    // First and number of the outputs whose tap lies inside.
    let inside =
        |n: usize, along: usize| (usize::from(along == 0), n.saturating_sub(usize::from(along != 1)));
    let ((top, rows), (left, columns)) = (inside(h, along_h), inside(w, along_w));
    for row in top..top + rows {
        let source = (row + along_h - 1) * w + left + along_w - 1;
        to[row * w + left..][..columns].copy_from_slice(&from[source..][..columns]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::module::conv3d;
    use burn::tensor::ops::ConvOptions;

    #[test]
    fn output_and_both_gradients_equal_burns() {
        let device = Device::flex().autodiff();
        let from = |step: usize, shape: [usize; 5]| {
            let n = shape.iter().product::<usize>();
            let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
            Tensor::<5>::from_data(TensorData::new(values, shape), &device)
        };
        // The last is cut into several pieces.
        for [d, h, w] in [[4, 5, 6], [1, 1, 2], [2, 1, 1], [3, 21, 30]] {
            let x = from(29, [2, 3, d, h, w]).require_grad();
            let weight = from(37, [4, 3, 3, 3, 3]).require_grad();
            let pull = from(41, [2, 4, d, h, w]);
            let y = conv3d(x.clone(), weight.clone(), None, ConvOptions::new([1; 3], [1; 3], [1; 3], 1));
            let gradients = (y.clone() * pull.clone()).sum().backward();
            let of = |t: &Tensor<5>| t.grad(&gradients).expect("a gradient");
            let (plain_x, plain_weight, pull) = (x.clone().inner(), weight.clone().inner(), pull.inner());
            assert!(same_conv3d_applies(&plain_x, &plain_weight, [1; 3]));
            let near = |own: Tensor<5>, burns: Tensor<5>| {
                assert_eq!(own.dims(), burns.dims());
                let (largest, difference): (f32, f32) =
                    (burns.clone().abs().max().into_scalar(), (own - burns).abs().max().into_scalar());
                // Up to 1,260 products in single precision, summed in another order.
                assert!(difference <= 1e-5 * largest.max(1.0), "{difference} of {largest}");
            };
            near(same_conv3d(plain_x.clone(), plain_weight.clone(), None), y.inner());
            near(same_conv3d_by_input(plain_weight, pull.clone()), of(&x));
            near(same_conv3d_by_kernel(plain_x, pull), of(&weight));
        }
    }
}
