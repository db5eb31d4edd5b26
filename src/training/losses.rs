//! Losses of two classes, from the margin of the second over the first.

use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

/// Logits of two classes to the margin of the second: `[batch, 2]` to `[batch, 1]`.
pub(super) fn margin_of(logits: Tensor<2>) -> Tensor<2> {
    logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)
}

/// One value for each case of a batch, `[batch, 1]`.
pub(super) fn column(values: impl Iterator<Item = f32>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count, 1]), device)
}

/// Cross-entropy, weighed by class, and by how wrong the answer is:
/// `mean of weight (1 - p)^focus (-ln p)` over the mean weight, p the probability of the label.
/// - `margin`: `[batch, 1]`
/// - `weights`: negative, positive
/// - `focus`: 0 for plain cross-entropy. Source: focal loss, Lin et al. 2017, arXiv 1708.02002
pub(super) fn binary_loss(margin: Tensor<2>, positive: &[bool], weights: [f32; 2], focus: f64) -> Tensor<1> {
    let device = margin.device();
    let sign = column(positive.iter().map(|p| if *p { 1.0 } else { -1.0 }), &device);
    let weight = column(positive.iter().map(|p| weights[usize::from(*p)]), &device);
    let told = margin * sign;
    let mut loss = log_sigmoid(told.clone()).neg();
    if focus > 0.0 {
        // 1 - p, without a difference of numbers that are nearly the same.
        loss = loss * (log_sigmoid(told.neg()) * focus).exp();
    }
    (loss * weight.clone()).sum() / weight.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(tensor: Tensor<1>) -> f64 {
        f64::from(tensor.into_data().try_to_vec::<f32>().expect("on this machine")[0])
    }

    #[test]
    fn focus_and_weights_are_those_of_the_formula() {
        let device = Device::flex();
        let margins = [2.0, -1.0, 0.5];
        let labels = [true, true, false];
        let tensor = || column(margins.into_iter(), &device);
        let expected = |weights: [f64; 2], focus: f64| {
            let (mut sum, mut of) = (0.0, 0.0);
            for (m, positive) in margins.into_iter().zip(labels) {
                let told = f64::from(if positive { m } else { -m });
                let p = 1.0 / (1.0 + (-told).exp());
                let weight = weights[usize::from(positive)];
                sum += weight * (1.0 - p).powf(focus) * -p.ln();
                of += weight;
            }
            sum / of
        };
        for (weights, focus) in [([1.0, 1.0], 0.0), ([2.0, 0.5], 0.0), ([1.0, 1.0], 2.0)] {
            let found = value(binary_loss(tensor(), &labels, weights.map(|w| w as f32), focus));
            // Single precision.
            assert!((found - expected(weights, focus)).abs() < 1e-6, "{found}");
        }
    }
}
