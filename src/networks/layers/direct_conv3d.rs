//! Convolutions in which an output reads few channels, or of which there are few outputs: depthwise,
//! grouped, and gates. On the processor: forwards, and back by input and kernel.
//!
//! burn's own makes a matrix product of every group, and with one to a few rows such a product is
//! mostly preparation. Here each channel is padded once (and cut into its phases where the stride is
//! not 1), so that a tap is one long line of the channel, and lines are multiplied and added.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::plain::values;

/// Channels and outputs of a group up to which this is the quicker way. Measured in CPU time, here and
/// there: 512 groups of 1 on 6 x 48 x 48, kernel 5, 98 and 2180 ms; 32 of 4, kernel 3, 16 and 86; 32 of 8
/// on 3 x 24 x 24, 10 and 15; 32 of 16 on 2 x 12 x 12, 13 and 4.
const FEW: usize = 8;
/// Outputs up to which any number of channels goes this way. Measured, 1024 channels on 3 x 24 x 24: two
/// outputs 17 and 134 ms, four 114 and 126.
const FEW_OUTPUTS: usize = 2;
/// Taps of a line that are added at a time.
const AT_ONCE: usize = 5;

/// Whether [`direct_conv3d`] is meant for this convolution.
/// - `weight`: `[out, in / groups, k, k, k]` with odd k, padded by half of it
pub fn is_direct(weight: [usize; 5], stride: [usize; 3], groups: usize) -> bool {
    let [out, channels, kd, kh, kw] = weight;
    let cube = kd == kh && kh == kw && kd % 2 == 1 && stride == [stride[0]; 3];
    let narrow = groups > 1 && channels <= FEW && out / groups <= FEW;
    cube && (narrow || groups == 1 && kd > 1 && out <= FEW_OUTPUTS && stride[0] == 1)
}

/// Convolution padded by half its kernel, in groups: the same sums as burn's, in another order.
/// - `x`: `[batch, in, d, h, w]`
/// - `weight`: `[out, in / groups, k, k, k]`, k odd
/// - `bias`: of each output
/// - returns: `[batch, out, d/s, h/s, w/s]`, rounded up
pub fn direct_conv3d(
    x: Tensor<5>,
    weight: Tensor<5>,
    bias: Option<Tensor<1>>,
    stride: usize,
    groups: usize,
) -> Tensor<5> {
    let device = x.device();
    let plan = Plan::new(x.dims(), weight.dims(), stride, groups);
    let phases = plan.phases(&values(x));
    let (weight, bias) = (values(weight), bias.map(values));
    let mut y = vec![0.0; plan.batch * plan.out * plan.voxels()];
    y.par_chunks_mut(plan.voxels().max(1)).enumerate().for_each(|(n, y)| {
        let (item, out) = (n / plan.out, n % plan.out);
        let start = bias.as_ref().map_or(0.0, |bias| bias[out]);
        let mut line = vec![0.0; plan.line()];
        for (z, y) in y.chunks_exact_mut(plan.size[1] * plan.size[2]).enumerate() {
            line.fill(start);
            for channel in 0..plan.group_in {
                let source = &phases[item * plan.channels + plan.channel(out, channel)];
                let kernel = plan.kernel_of(&weight, out, channel);
                for run in plan.runs(z) {
                    let taps: Vec<f32> = run.taps().map(|tap| kernel[tap]).collect();
                    add_taps(&mut line, &source[run.start..], &taps);
                }
            }
            for (row, y) in y.chunks_exact_mut(plan.size[2]).enumerate() {
                y.copy_from_slice(&line[row * plan.phase[2]..][..plan.size[2]]);
            }
        }
    });
    let [d, h, w] = plan.size;
    Tensor::from_data(TensorData::new(y, [plan.batch, plan.out, d, h, w]), &device)
}

/// Gradient of the convolution by its input.
/// - `size`: of the input, `[batch, in, d, h, w]`
/// - `gradient`: of the output
pub fn direct_conv3d_by_input(
    size: [usize; 5],
    weight: Tensor<5>,
    gradient: Tensor<5>,
    stride: usize,
    groups: usize,
) -> Tensor<5> {
    let device = weight.device();
    let plan = Plan::new(size, weight.dims(), stride, groups);
    let lines = plan.lines(&values(gradient));
    let weight = values(weight);
    let voxels: usize = size[2..].iter().product();
    let mut back = vec![0.0; size[0] * size[1] * voxels];
    back.par_chunks_mut(voxels.max(1)).enumerate().for_each(|(n, back)| {
        let (item, channel) = (n / plan.channels, n % plan.channels);
        let (group, within) = (channel / plan.group_in, channel % plan.group_in);
        let mut phases = vec![0.0; plan.phases_len()];
        for out in group * plan.group_out..(group + 1) * plan.group_out {
            let kernel = plan.kernel_of(&weight, out, within);
            for z in 0..plan.size[0] {
                let line = plan.line_of(&lines, item, out, z);
                for run in plan.runs(z) {
                    // What a tap read forwards it writes to backwards: the taps mirrored.
                    let mut taps: Vec<f32> = run.taps().map(|tap| kernel[tap]).collect();
                    taps.reverse();
                    let to = &mut phases[run.start..][..plan.line() + taps.len() - 1];
                    add_taps(to, &line[plan.margin() + 1 - taps.len()..], &taps);
                }
            }
        }
        plan.unphase(&phases, back);
    });
    Tensor::from_data(TensorData::new(back, size), &device)
}

/// Gradient of the convolution by its kernel.
/// - `shape`: of the kernel, `[out, in / groups, k, k, k]`
/// - `gradient`: of the output
pub fn direct_conv3d_by_kernel(
    x: Tensor<5>,
    shape: [usize; 5],
    gradient: Tensor<5>,
    stride: usize,
    groups: usize,
) -> Tensor<5> {
    let device = x.device();
    let plan = Plan::new(x.dims(), shape, stride, groups);
    let phases = plan.phases(&values(x));
    let lines = plan.lines(&values(gradient));
    let taps = plan.kernel.pow(3);
    let mut back = vec![0.0; plan.out * plan.group_in * taps];
    back.par_chunks_mut(taps).enumerate().for_each(|(n, back)| {
        let (out, channel) = (n / plan.group_in, n % plan.group_in);
        for item in 0..plan.batch {
            let source = &phases[item * plan.channels + plan.channel(out, channel)];
            for z in 0..plan.size[0] {
                let line = &plan.line_of(&lines, item, out, z)[plan.margin()..][..plan.line()];
                for run in plan.runs(z) {
                    for (n, tap) in run.taps().enumerate() {
                        back[tap] += dot(line, &source[run.start + n..][..line.len()]);
                    }
                }
            }
        }
    });
    Tensor::from_data(TensorData::new(back, shape), &device)
}

/// Sizes of a convolution. A channel, padded by half the kernel, is cut into `stride` cubed phases:
/// phase q along an axis holds padded element `stride i + q` at i.
struct Plan {
    batch: usize,
    channels: usize,
    out: usize,
    /// Channels and outputs of a group.
    group_in: usize,
    group_out: usize,
    kernel: usize,
    stride: usize,
    /// Of the input, the output, and of a phase: d, h, w.
    from: [usize; 3],
    size: [usize; 3],
    phase: [usize; 3],
}

/// The taps of one line of the kernel that read the same phase.
struct Run {
    /// Where in the channel's phases the first of them reads for the first output of a line.
    start: usize,
    /// First tap, last tap's end and step between them, in the order of the kernel.
    taps: (usize, usize, usize),
}

impl Run {
    fn taps(&self) -> impl Iterator<Item = usize> + use<> {
        (self.taps.0..self.taps.1).step_by(self.taps.2)
    }
}

impl Plan {
    fn new([batch, channels, d, h, w]: [usize; 5], weight: [usize; 5], stride: usize, groups: usize) -> Self {
        let [out, group_in, kernel, ..] = weight;
        let from = [d, h, w];
        let size = from.map(|n| n.div_ceil(stride));
        let phase = size.map(|n| n + (kernel - 1) / stride);
        let group_out = out / groups.max(1);
        Self { batch, channels, out, group_in, group_out, kernel, stride, from, size, phase }
    }

    /// Voxels of the output.
    fn voxels(&self) -> usize {
        self.size.iter().product()
    }

    fn phase_len(&self) -> usize {
        self.phase.iter().product()
    }

    fn phases_len(&self) -> usize {
        self.phase_len() * self.stride.pow(3)
    }

    /// Length of a slice of the output, its rows as far apart as a phase's, the last one bare.
    fn line(&self) -> usize {
        match self.size {
            [_, 0, _] | [_, _, 0] => 0,
            [_, rows, columns] => (rows - 1) * self.phase[2] + columns,
        }
    }

    /// Zeros before and after a line of the gradient, for the taps that reach beyond it.
    fn margin(&self) -> usize {
        (self.kernel - 1) / self.stride
    }

    /// Which channel of all is the n-th that an output reads.
    fn channel(&self, out: usize, n: usize) -> usize {
        out / self.group_out * self.group_in + n
    }

    fn kernel_of<'a>(&self, weight: &'a [f32], out: usize, channel: usize) -> &'a [f32] {
        let taps = self.kernel.pow(3);
        &weight[(out * self.group_in + channel) * taps..][..taps]
    }

    /// All runs of taps for slice z of the output.
    fn runs(&self, z: usize) -> impl Iterator<Item = Run> + use<> {
        let ([_, h, w], length) = (self.phase, self.phase_len());
        let (k, s) = (self.kernel, self.stride);
        (0..k * k * s.min(k)).map(move |n| {
            let (a, b, phase) = (n / (k * s.min(k)), n / s.min(k) % k, n % s.min(k));
            let block = (a % s * s + b % s) * s + phase;
            let first = (a * k + b) * k;
            Run { start: block * length + ((z + a / s) * h + b / s) * w, taps: (first + phase, first + k, s) }
        })
    }

    /// Voxel of the input at element i of phase q along an axis.
    fn source(&self, axis: usize, phase: usize, i: usize) -> Option<usize> {
        let n = (self.stride * i + phase).checked_sub(self.kernel / 2)?;
        (n < self.from[axis]).then_some(n)
    }

    /// Calls with every line of a channel's phases: where it starts there, and in the channel; first
    /// element and number of those that lie inside.
    fn each_line(&self, mut each: impl FnMut(usize, usize, usize)) {
        let s = self.stride;
        for block in 0..s.pow(3) {
            let [qd, qh, qw] = [block / (s * s), block / s % s, block % s];
            let inside = |i: &usize| self.source(2, qw, *i).is_some();
            let Some(first) = (0..self.phase[2]).find(inside) else { continue };
            let count = (first..self.phase[2]).take_while(|i| inside(i)).count();
            let column = self.source(2, qw, first).unwrap_or(0);
            for z in 0..self.phase[0] {
                let Some(slice) = self.source(0, qd, z) else { continue };
                for y in 0..self.phase[1] {
                    let Some(row) = self.source(1, qh, y) else { continue };
                    let at = ((block * self.phase[0] + z) * self.phase[1] + y) * self.phase[2] + first;
                    let from = (slice * self.from[1] + row) * self.from[2] + column;
                    each(at, from, count);
                }
            }
        }
    }

    /// The phases of every channel of every item.
    fn phases(&self, x: &[f32]) -> Vec<Vec<f32>> {
        let voxels: usize = self.from.iter().product();
        let of = |channel: &[f32]| {
            let mut phases = vec![0.0; self.phases_len()];
            self.each_line(|at, from, count| {
                let to = &mut phases[at..at + count];
                if self.stride == 1 {
                    to.copy_from_slice(&channel[from..from + count]);
                } else {
                    for (to, value) in to.iter_mut().zip(channel[from..].iter().step_by(self.stride)) {
                        *to = *value;
                    }
                }
            });
            phases
        };
        x.par_chunks(voxels.max(1)).map(of).collect()
    }

    /// A channel from its phases; every voxel lies in exactly one.
    fn unphase(&self, phases: &[f32], channel: &mut [f32]) {
        self.each_line(|at, from, count| {
            for (to, value) in channel[from..].iter_mut().step_by(self.stride).zip(&phases[at..at + count]) {
                *to = *value;
            }
        });
    }

    /// Every slice of a gradient as a line with margins, see [`Plan::line`].
    fn lines(&self, gradient: &[f32]) -> Vec<f32> {
        let [_, rows, columns] = self.size;
        let length = self.line() + 2 * self.margin();
        let mut lines = vec![0.0; self.batch * self.out * self.size[0] * length];
        let slices = gradient.chunks_exact((rows * columns).max(1));
        for (slice, line) in slices.zip(lines.chunks_exact_mut(length.max(1))) {
            for (row, values) in slice.chunks_exact(columns).enumerate() {
                line[self.margin() + row * self.phase[2]..][..columns].copy_from_slice(values);
            }
        }
        lines
    }

    fn line_of<'a>(&self, lines: &'a [f32], item: usize, out: usize, z: usize) -> &'a [f32] {
        let length = self.line() + 2 * self.margin();
        &lines[((item * self.out + out) * self.size[0] + z) * length..][..length]
    }
}

/// `to[i] += sum over n of taps[n] x[i + n]`
fn add_taps(to: &mut [f32], x: &[f32], taps: &[f32]) {
    for (n, taps) in taps.chunks(AT_ONCE).enumerate() {
        let x = &x[n * AT_ONCE..];
        match *taps {
            [a] => add([a], to, x),
            [a, b] => add([a, b], to, x),
            [a, b, c] => add([a, b, c], to, x),
            [a, b, c, d] => add([a, b, c, d], to, x),
            [a, b, c, d, e] => add([a, b, c, d, e], to, x),
            _ => {}
        }
    }
}

fn add<const N: usize>(taps: [f32; N], to: &mut [f32], x: &[f32]) {
    let length = to.len();
    let shifted: [&[f32]; N] = std::array::from_fn(|n| &x[n..n + length]);
    for (i, to) in to.iter_mut().enumerate() {
        let mut sum = *to;
        for n in 0..N {
            sum += taps[n] * shifted[n][i];
        }
        *to = sum;
    }
}

/// In eight sums side by side: quicker, and more exact than one.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for n in 0..8 {
            sums[n] += a[n] * b[n];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use burn::tensor::module::conv3d;
    use burn::tensor::ops::ConvOptions;

    #[test]
    fn output_and_both_gradients_equal_burns_for_all_kernels_strides_and_groups() {
        let device = Device::flex().autodiff();
        let from = |step: usize, shape: [usize; 5]| {
            let n = shape.iter().product::<usize>();
            let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
            Tensor::<5>::from_data(TensorData::new(values, shape), &device)
        };
        // Kernel, stride, groups, channels in, channels out, size.
        for (k, s, groups, channels, out, [d, h, w]) in [
            (5, 1, 6, 6, 6, [3, 6, 7]),
            (3, 1, 6, 6, 6, [2, 5, 4]),
            (1, 1, 6, 6, 6, [2, 3, 4]),
            (3, 1, 2, 6, 4, [3, 5, 4]),
            (3, 2, 2, 6, 4, [5, 6, 7]),
            (3, 2, 2, 4, 4, [1, 2, 1]),
            (7, 1, 1, 2, 1, [2, 9, 8]),
            (5, 1, 3, 3, 3, [1, 1, 2]),
        ] {
            let x = from(29, [2, channels, d, h, w]).require_grad();
            let weight = from(37, [out, channels / groups, k, k, k]).require_grad();
            assert!(is_direct(weight.dims(), [s; 3], groups));
            let options = ConvOptions::new([s; 3], [k / 2; 3], [1; 3], groups);
            let y = conv3d(x.clone(), weight.clone(), None, options);
            let pull = from(41, y.dims());
            let gradients = (y.clone() * pull.clone()).sum().backward();
            let of = |t: &Tensor<5>| t.grad(&gradients).expect("a gradient");
            let near = |own: Tensor<5>, burns: Tensor<5>, what: &str| {
                assert_eq!(own.dims(), burns.dims());
                let (largest, difference): (f32, f32) =
                    (burns.clone().abs().max().into_scalar(), (own - burns).abs().max().into_scalar());
                // Up to 686 products in single precision, summed in another order.
                assert!(difference <= 1e-5 * largest.max(1.0), "{what}: {difference} of {largest}");
            };
            let (plain_x, plain_weight, pull) = (x.clone().inner(), weight.clone().inner(), pull.inner());
            let bias = Tensor::<1>::ones([out], &plain_x.device());
            let own = direct_conv3d(plain_x.clone(), plain_weight.clone(), Some(bias), s, groups);
            near(own, y.inner() + 1.0, "output");
            let size = plain_x.dims();
            near(
                direct_conv3d_by_input(size, plain_weight.clone(), pull.clone(), s, groups),
                of(&x),
                "input",
            );
            let shape = plain_weight.dims();
            near(direct_conv3d_by_kernel(plain_x, shape, pull, s, groups), of(&weight), "kernel");
        }
    }
}
