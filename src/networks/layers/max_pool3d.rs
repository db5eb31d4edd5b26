//! Maximum over 3 x 3 x 3 windows with stride 2: the pooling of the 3-D residual encoders.

use burn::tensor::{Slice, Tensor};

/// Max pooling, kernel 3, stride 2, padding 1 (with minus infinity) along depth, height, width.
///
/// The maximum is separable, so each axis is done by itself: three strided views and two maxima.
/// Innermost axis first, because it halves the work of the other two.
/// - `x`: `[batch, channel, depth, height, width]`
/// - returns: the same with each spatial size n become `(n - 1) / 2 + 1`
pub fn max_pool3d_k3s2p1(x: Tensor<5>) -> Tensor<5> {
    [4, 3, 2].into_iter().fold(x, pool_axis)
}

/// `out[i] = max(x[2i - 1], x[2i], x[2i + 1])` along one axis, what is outside left out.
fn pool_axis(x: Tensor<5>, axis: usize) -> Tensor<5> {
    let n = x.dims()[axis];
    let outputs = (n - 1) / 2 + 1;
    let every_second = |start: usize, end: usize| {
        let mut slices = [Slice::full(); 5];
        slices[axis] = Slice::new(start as isize, Some(end as isize), 2);
        x.clone().slice(slices)
    };
    let part = |t: &Tensor<5>, start: usize, end: usize| {
        let mut slices = [Slice::full(); 5];
        slices[axis] = Slice::new(start as isize, Some(end as isize), 1);
        t.clone().slice(slices)
    };
    let even = every_second(0, n);
    if n == 1 {
        return even;
    }
    // x[2i + 1]: one fewer than there are outputs where n is odd.
    let odd = every_second(1, n);
    let odds = n / 2;
    let with_right = if odds == outputs {
        even.max_pair(odd.clone())
    } else {
        let inner = part(&even, 0, odds).max_pair(odd.clone());
        Tensor::cat(vec![inner, part(&even, odds, outputs)], axis)
    };
    // x[2i - 1] exists for every output but the first.
    if outputs == 1 {
        return with_right;
    }
    let first = part(&with_right, 0, 1);
    let rest = part(&with_right, 1, outputs).max_pair(part(&odd, 0, outputs - 1));
    Tensor::cat(vec![first, rest], axis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    /// The definition, voxel by voxel.
    fn reference(x: &[f32], [d, h, w]: [usize; 3]) -> Vec<f32> {
        let size = |n: usize| (n - 1) / 2 + 1;
        let window = |o: usize, n: usize| (2 * o).saturating_sub(1)..(2 * o + 2).min(n);
        let mut out = Vec::new();
        for a in 0..size(d) {
            for b in 0..size(h) {
                for c in 0..size(w) {
                    let mut best = f32::NEG_INFINITY;
                    for i in window(a, d) {
                        for j in window(b, h) {
                            for k in window(c, w) {
                                best = best.max(x[(i * h + j) * w + k]);
                            }
                        }
                    }
                    out.push(best);
                }
            }
        }
        out
    }

    #[test]
    fn pooling_equals_its_definition_for_odd_even_and_single_sizes() {
        for shape in [[4, 6, 8], [5, 7, 3], [1, 2, 1], [2, 1, 9]] {
            let n: usize = shape.iter().product();
            // Negative values too: padding must never win.
            let x: Vec<f32> = (0..n).map(|i| ((i * 7919) % 101) as f32 - 150.0).collect();
            let [d, h, w] = shape;
            let tensor = Tensor::<5>::from_data(TensorData::new(x.clone(), [1, 1, d, h, w]), &Device::flex());
            let got = max_pool3d_k3s2p1(tensor).into_data().try_to_vec::<f32>().expect("floats");
            assert_eq!(got, reference(&x, shape), "{shape:?}");
        }
    }
}
