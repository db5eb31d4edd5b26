//! 3 x 3 x 3 convolutions with many channels on few voxels, on the processor.

use burn::tensor::{Device, Slice, Tensor};

/// Whether [`small_conv3d`] is the quicker way: on burn's processor backend, which first brings the
/// whole kernel into another order (at 512 channels 28 MB, every time, on one core), where the output
/// has far fewer voxels than channels. Measured, 512 channels on 4 x 1 x 1 voxels: 40 ms there, 8 ms here.
/// - `weight`: `[out, in, 3, 3, 3]`, padded by 1
pub fn small_conv3d_applies(x: &Tensor<5>, weight: &Tensor<5>, stride: [usize; 3]) -> bool {
    let ([batch, _, d, h, w], [out, _, kd, kh, kw]) = (x.dims(), weight.dims());
    let voxels: usize = [d, h, w].iter().zip(stride).map(|(n, stride)| n.div_ceil(stride)).product();
    let fits = batch == 1 && [kd, kh, kw] == [3; 3] && stride == [stride[0]; 3] && voxels * 4 <= out;
    fits && !x.is_autodiff() && x.device() == Device::flex()
}

/// Convolution of kernel 3, padding 1 and any stride: the same sums as burn's.
///
/// The 27 shifted copies of the input lie between its channels, in the order in which the kernel is
/// stored, so that the kernel is multiplied as it is.
/// - `x`: `[1, in, d, h, w]`
/// - `weight`: `[out, in, 3, 3, 3]`
/// - returns: `[1, out, d/s, h/s, w/s]`, rounded up
pub fn small_conv3d(x: Tensor<5>, weight: Tensor<5>, bias: Option<Tensor<1>>, stride: usize) -> Tensor<5> {
    let ([_, channels, d, h, w], [out, ..]) = (x.dims(), weight.dims());
    let size = [d, h, w].map(|n| n.div_ceil(stride));
    let voxels: usize = size.iter().product();
    let inside = |n: usize| Slice::new(1, Some(n as isize + 1), 1);
    let padded = Tensor::<5>::zeros([1, channels, d + 2, h + 2, w + 2], &x.device())
        .slice_assign([Slice::full(), Slice::full(), inside(d), inside(h), inside(w)], x);
    let taps = (0..27).map(|tap| {
        let from = [tap / 9, tap / 3 % 3, tap % 3];
        let along = |axis: usize| {
            let end = from[axis] + (size[axis] - 1) * stride + 1;
            Slice::new(from[axis] as isize, Some(end as isize), stride as isize)
        };
        let cut = [Slice::full(), Slice::full(), along(0), along(1), along(2)];
        padded.clone().slice(cut).reshape([channels, 1, voxels])
    });
    let taps = Tensor::cat(taps.collect(), 1).reshape([channels * 27, voxels]);
    let y = weight.reshape([out, channels * 27]).matmul(taps).reshape([1, out, size[0], size[1], size[2]]);
    match bias {
        Some(bias) => y + bias.reshape([1, out, 1, 1, 1]),
        None => y,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use burn::tensor::module::conv3d;
    use burn::tensor::ops::ConvOptions;

    #[test]
    fn small_convolutions_equal_burns_for_both_strides_and_odd_sizes() {
        let device = Device::flex();
        let values = |n: usize, step: usize| (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
        let from = |values: Vec<f32>, shape: [usize; 5]| {
            Tensor::<5>::from_data(TensorData::new(values, shape), &device)
        };
        let weight = from(values(6 * 5 * 27, 37), [6, 5, 3, 3, 3]);
        let bias = Tensor::<1>::from_floats([0.5, -1.0, 0.0, 2.0, 3.0, 7.0], &device);
        for (stride, [d, h, w]) in
            [(1, [2, 3, 1]), (2, [4, 3, 2]), (2, [1, 1, 1]), (1, [1, 1, 1]), (2, [7, 5, 6])]
        {
            let x = from(values(5 * d * h * w, 29), [1, 5, d, h, w]);
            let options = ConvOptions::new([stride; 3], [1; 3], [1; 3], 1);
            let expected = conv3d(x.clone(), weight.clone(), Some(bias.clone()), options);
            let got = small_conv3d(x, weight.clone(), Some(bias.clone()), stride);
            assert_eq!(got.dims(), expected.dims());
            let difference: f32 = (got - expected).abs().max().into_scalar();
            // 135 terms below 1 in single precision, summed in another order.
            assert!(difference < 1e-4, "{difference}");
        }
    }
}
