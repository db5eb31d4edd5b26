//! Resizing and pooling as one small constant matrix per axis: what burn has no three-dimensional
//! operation for, and what any separable filter is.

use burn::tensor::{Tensor, TensorData};

/// A linear map along one axis: output o is the sum over inputs i of `weight(o, i)` times input i.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisMap {
    to: usize,
    from: usize,
    /// `[to, from]`, rows one after the other.
    weights: Vec<f64>,
}

impl AxisMap {
    /// - `from`, `to`: length of the axis before and after
    /// - `weight`: by output and input
    pub fn new(from: usize, to: usize, weight: impl Fn(usize, usize) -> f64) -> Self {
        let weights = (0..to).flat_map(|o| (0..from).map(move |i| (o, i))).map(|(o, i)| weight(o, i));
        Self { to, from, weights: weights.collect() }
    }

    /// Linear interpolation whose first and last outputs are the first and last inputs.
    /// - source: PyTorch's `interpolate` with `align_corners`: `o (from - 1) / (to - 1)`; a single output
    ///   is the first input
    pub fn linear(from: usize, to: usize) -> Self {
        let step = if to > 1 { (from as f64 - 1.0) / (to as f64 - 1.0) } else { 0.0 };
        // A hat of width 2 around the position holds the two neighbours' weights.
        Self::new(from, to, |o, i| (1.0 - (o as f64 * step - i as f64).abs()).max(0.0))
    }

    /// Means over `to` bins that cover the axis, and overlap where it does not divide.
    /// - source: PyTorch's `adaptive_avg_pool`: from `floor(o from / to)` to `ceil((o + 1) from / to)`
    pub fn mean(from: usize, to: usize) -> Self {
        Self::new(from, to, |o, i| {
            let (first, end) = (o * from / to, ((o + 1) * from).div_ceil(to));
            if (first..end).contains(&i) { 1.0 / (end - first) as f64 } else { 0.0 }
        })
    }

    /// Both, one after the other, as one map.
    /// - `next`: reads as many values as this one makes
    pub fn then(&self, next: &Self) -> Self {
        Self::new(self.from, next.to, |o, i| {
            let through = (0..self.to).map(|m| {
                let next = next.weights.get(o * next.from + m).copied().unwrap_or(0.0);
                next * self.weights[m * self.from + i]
            });
            through.sum()
        })
    }

    /// - `x`: `from` long along `axis`
    /// - returns: the same, `to` long along it
    pub fn apply<const D: usize>(&self, x: Tensor<D>, axis: usize) -> Tensor<D> {
        if self.is_identity() {
            return x;
        }
        let mut shape = x.dims();
        let (before, after): (usize, usize) =
            (shape[..axis].iter().product(), shape[axis + 1..].iter().product());
        shape[axis] = self.to;
        let weights: Vec<f32> = self.weights.iter().map(|w| *w as f32).collect();
        let weights = TensorData::new(weights, [self.to, self.from]);
        let weights = Tensor::<2>::from_data(weights, &x.device());
        if after == 1 {
            return x.reshape([before, self.from]).matmul(weights.transpose()).reshape(shape);
        }
        let x = x.reshape([before, self.from, after]);
        weights.unsqueeze::<3>().matmul(x).reshape(shape)
    }

    fn is_identity(&self) -> bool {
        let unit = |o: usize, i: usize| if o == i { 1.0 } else { 0.0 };
        self.to == self.from && *self == Self::new(self.from, self.to, unit)
    }
}

/// Trilinear resizing, corners on corners.
/// - `x`: `[batch, channel, d, h, w]`
/// - `size`: d, h, w of the result
pub fn trilinear(x: Tensor<5>, size: [usize; 3]) -> Tensor<5> {
    // Depth first: it is the shortest, and what it makes of a slice costs the least.
    (0..3).fold(x, |x, axis| {
        let from = x.dims()[axis + 2];
        AxisMap::linear(from, size[axis]).apply(x, axis + 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn numbers<const D: usize>(x: Tensor<D>) -> Vec<f32> {
        x.into_data().try_to_vec().expect("floats")
    }

    #[test]
    fn a_ramp_stays_a_ramp_along_every_axis_and_keeps_its_ends() {
        let device = Device::flex();
        let (d, h, w) = (3, 4, 5);
        let ramp = |[d, h, w]: [usize; 3], ends: [f32; 3]| -> Vec<f32> {
            let at = |n: usize, size: usize, end: f32| {
                if size > 1 { end * n as f32 / (size - 1) as f32 } else { 0.0 }
            };
            let mut values = Vec::new();
            for z in 0..d {
                for y in 0..h {
                    for x in 0..w {
                        values.push(at(z, d, ends[0]) + at(y, h, ends[1]) + at(x, w, ends[2]));
                    }
                }
            }
            values
        };
        let ends = [2.0, -3.0, 40.0];
        let x = TensorData::new(ramp([d, h, w], ends), [1, 1, d, h, w]);
        let x = Tensor::<5>::from_data(x, &device);
        for size in [[6, 8, 10], [2, 3, 9], [3, 4, 5], [1, 7, 5]] {
            let got = trilinear(x.clone(), size);
            assert_eq!(got.dims(), [1, 1, size[0], size[1], size[2]]);
            for (got, expected) in numbers(got).iter().zip(ramp(size, ends)) {
                // Values up to 42 in single precision, three products each.
                assert!((got - expected).abs() < 2e-5, "{got} {expected}");
            }
        }
    }

    #[test]
    fn interpolated_values_are_those_that_pytorch_computes() {
        // torch.nn.functional.interpolate([1, 4, 2], size=5 and 2, mode="linear", align_corners=True)
        let x = Tensor::<2>::from_floats([[1.0, 4.0, 2.0]], &Device::flex());
        assert_eq!(numbers(AxisMap::linear(3, 5).apply(x.clone(), 1)), [1.0, 2.5, 4.0, 3.0, 2.0]);
        assert_eq!(numbers(AxisMap::linear(3, 2).apply(x.clone(), 1)), [1.0, 2.0]);
        assert_eq!(numbers(AxisMap::linear(3, 1).apply(x, 1)), [1.0]);
    }

    #[test]
    fn means_cover_the_axis_and_a_chain_of_maps_is_one_map() {
        let device = Device::flex();
        let x = Tensor::<3>::from_floats([[[1.0], [3.0], [5.0], [11.0], [0.0]]], &device);
        // torch.nn.functional.adaptive_avg_pool1d: bins 0..2, 1..4, 3..5 of five values.
        let bins = numbers(AxisMap::mean(5, 3).apply(x.clone(), 1));
        for (got, expected) in bins.iter().zip([2.0, 19.0 / 3.0, 5.5]) {
            assert!((got - expected).abs() < 1e-6, "{got} {expected}");
        }
        let (double, halve) = (AxisMap::linear(5, 10), AxisMap::mean(10, 5));
        let one = numbers(double.then(&halve).apply(x.clone(), 1));
        let two = numbers(halve.apply(double.apply(x, 1), 1));
        for (one, two) in one.iter().zip(two) {
            assert!((one - two).abs() < 1e-5, "{one} {two}");
        }
    }

    #[test]
    fn gradients_flow_back_through_the_transposed_map() {
        let device = Device::flex().autodiff();
        let x = Tensor::<2>::from_floats([[1.0, 4.0, 2.0]], &device).require_grad();
        let y = AxisMap::linear(3, 5).apply(x.clone(), 1);
        let gradients = y.sum().backward();
        // Columns of the matrix summed: 1 + 1/2, 1/2 + 1 + 1/2, 1/2 + 1.
        assert_eq!(numbers(x.grad(&gradients).expect("a gradient")), [1.5, 2.0, 1.5]);
    }
}
