//! Group norm and the leaky ReLU after it, in two passes over the values instead of eight.

use burn::nn::GroupNorm;
use burn::tensor::activation::leaky_relu;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::plain::values;

/// Group norm, then a leaky ReLU where there is one.
/// - `x`: `[batch, channel, d, h, w]`
/// - `slope`: of the ReLU below zero; `None`: no ReLU
pub fn group_norm(norm: &GroupNorm, x: Tensor<5>, slope: Option<f32>) -> Tensor<5> {
    let (Some(gamma), Some(beta)) = (&norm.gamma, &norm.beta) else { return norm.forward(x) };
    if x.is_autodiff() || x.device() != Device::flex() {
        let y = norm.forward(x);
        return match slope {
            Some(slope) => leaky_relu(y, f64::from(slope)),
            None => y,
        };
    }
    let (device, shape) = (x.device(), x.dims());
    let (gamma, beta) = (values(gamma.val()), values(beta.val()));
    let voxels: usize = shape[2..].iter().product();
    let channels = shape[1] / norm.num_groups;
    let mut y = values(x);
    y.par_chunks_mut((channels * voxels).max(1)).enumerate().for_each(|(n, group)| {
        let (mean, deviation) = moments(group, norm.epsilon);
        let first = n % norm.num_groups * channels;
        for (channel, values) in group.chunks_exact_mut(voxels).enumerate() {
            let scale = gamma[first + channel] / deviation;
            let shift = beta[first + channel] - mean * scale;
            match slope {
                None => values.iter_mut().for_each(|v| *v = *v * scale + shift),
                Some(slope) => values.iter_mut().for_each(|v| {
                    let y = *v * scale + shift;
                    *v = if y >= 0.0 { y } else { y * slope };
                }),
            }
        }
    });
    Tensor::from_data(TensorData::new(y, shape), &device)
}

/// Mean and standard deviation with its epsilon. Sums of 1024 values at a time, and these in double
/// precision: a group has up to some hundred thousand.
fn moments(values: &[f32], epsilon: f64) -> (f32, f32) {
    let count = values.len() as f64;
    let sum = |of: &dyn Fn([f32; 8]) -> [f32; 8], rest: &dyn Fn(f32) -> f32| -> f64 {
        let of_chunk = |chunk: &[f32]| {
            let (eights, last) = chunk.as_chunks::<8>();
            let mut sums = [0.0f32; 8];
            for eight in eights {
                let eight = of(*eight);
                for n in 0..8 {
                    sums[n] += eight[n];
                }
            }
            f64::from(sums.iter().sum::<f32>() + last.iter().map(|v| rest(*v)).sum::<f32>())
        };
        values.chunks(1024).map(of_chunk).sum()
    };
    let mean = (sum(&|v| v, &|v| v) / count) as f32;
    let square = |v: f32| (v - mean) * (v - mean);
    let variance = sum(&|v| v.map(square), &square) / count;
    (mean, (variance + epsilon).sqrt() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::module::Param;
    use burn::nn::GroupNormConfig;

    #[test]
    fn group_norm_and_relu_equal_burns() {
        let device = Device::flex();
        let shape = [2, 6, 5, 17, 16];
        let count: usize = shape.iter().product();
        let x: Vec<f32> = (0..count).map(|i| ((i * 29) % 103) as f32 / 10.0 + 100.0).collect();
        let x = Tensor::<5>::from_data(TensorData::new(x, shape), &device);
        let mut norm = GroupNormConfig::new(2, 6).init(&device);
        let six = |of: &dyn Fn(f32) -> f32| {
            Some(Param::from_tensor(Tensor::<1>::from_floats(
                [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(of),
                &device,
            )))
        };
        (norm.gamma, norm.beta) = (six(&|v| v), six(&|v| 3.0 - v));
        for slope in [None, Some(0.01)] {
            let expected = norm.forward(x.clone());
            let expected = slope.map_or(expected.clone(), |s: f32| leaky_relu(expected, f64::from(s)));
            let difference: f32 = (group_norm(&norm, x.clone(), slope) - expected).abs().max().into_scalar();
            // Values around 100 in single precision, of a standard deviation of 3, times up to 6.
            assert!(difference < 2e-4, "{difference}");
        }
    }
}
