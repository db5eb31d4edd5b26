//! How much each scale's logits say for malignancy.

use burn::tensor::Tensor;

use super::error::ExplainError;
use crate::inference::{Forward, M3NetNetwork, read};
use crate::networks::Taps;

/// The answer's margin seen from the scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Derivative of the margin (malignant minus benign logit) by each scale's two logits.
    pub gradient: [[f64; 2]; 3],
    /// Gradient x input per scale, micro to macro, in logits of the margin; positive speaks for
    /// malignancy.
    pub per_scale: [f64; 3],
}

/// Gradient x input of the margin by each scale's logits: the fusion sees nothing else of a scale.
/// Source: Shrikumar et al. 2016, arXiv 1605.01713.
pub fn contribution(network: &M3NetNetwork, forward: &Forward) -> Result<Contribution, ExplainError> {
    let leaves = forward.scale_logits.clone().map(|l| l.autodiff().require_grad());
    let logits = network.net().fuse(leaves.clone(), &mut Taps::off());
    let mut gradients = margin(logits).backward();
    let mut result = Contribution { gradient: [[0.0; 2]; 3], per_scale: [0.0; 3] };
    for (scale, leaf) in leaves.into_iter().enumerate() {
        let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
        let (gradient, input) = (read(gradient)?, read(leaf.inner())?);
        for (class, (g, x)) in gradient.into_iter().zip(input).enumerate().take(2) {
            result.gradient[scale][class] = g;
            result.per_scale[scale] += g * x;
        }
    }
    Ok(result)
}

/// How much the margin falls when one scale's logits are replaced by `baseline`, per scale, micro to
/// macro, in logits. The published choice of baseline would be the mean over the training set;
/// without one, zero logits ("undecided") are the neutral answer.
pub fn leave_one_out(
    network: &M3NetNetwork,
    forward: &Forward,
    baseline: [[f32; 2]; 3],
) -> Result<[f64; 3], ExplainError> {
    let whole = forward.logits[1] - forward.logits[0];
    let mut falls = [0.0; 3];
    for (scale, fall) in falls.iter_mut().enumerate() {
        let mut logits = forward.scale_logits.clone();
        let device = logits[scale].device();
        logits[scale] = Tensor::from_floats([baseline[scale]], &device);
        let without = read(network.net().fuse(logits, &mut Taps::off()))?;
        let &[benign, malignant] = without.as_slice() else { return Err(ExplainError::NoNumber) };
        *fall = whole - (malignant - benign);
    }
    Ok(falls)
}

/// Malignant minus benign logit, of `[1, 2]` logits.
fn margin(logits: Tensor<2>) -> Tensor<1> {
    (logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)).sum()
}
