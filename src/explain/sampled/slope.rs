//! Maps from the derivative by the network's input.

use super::Sampled;
use crate::explain::error::ExplainError;
use crate::explain::input::Smoothing;
use crate::explain::noise::{generator, normal};
use crate::jobs::JobContext;

/// What integrated gradients begin with everywhere.
pub(super) const BASELINE_HU: f32 = -1000.0;

/// The mean derivative over noisy inputs, as [`crate::explain::smooth`].
pub(super) fn smooth(of: &dyn Sampled, how: Smoothing, ctx: &JobContext) -> Result<Vec<f32>, ExplainError> {
    let mut random = generator(how.seed);
    let mut sums = vec![0.0f64; of.values().len()];
    let noise = how.noise * of.range();
    for sample in 0..how.samples {
        let share = sample as f32 / how.samples.max(1) as f32;
        ctx.step(&format!("SmoothGrad: input {} of {}", sample + 1, how.samples), share)?;
        let noisy: Vec<f32> = of.values().iter().map(|v| v + noise * normal(&mut random)).collect();
        add(&mut sums, &of.slope(&noisy)?.by_input, 1.0);
    }
    Ok(sums.into_iter().map(|sum| (sum / how.samples.max(1) as f64) as f32).collect())
}

/// A map, and how nearly it adds up to what it explains.
#[derive(Clone, Debug)]
pub(super) struct Integrated {
    /// Logits, signed.
    pub(super) map: Vec<f32>,
    /// The margin of the input less that of the baseline.
    pub(super) difference: f64,
    /// What the map adds up to.
    pub(super) sum: f64,
}

/// The derivative along the straight way from air to the input, times what the input is more than air: steps as in
/// [`crate::explain::integrated`].
pub(super) fn integrated(
    of: &dyn Sampled,
    steps: usize,
    ctx: &JobContext,
) -> Result<Integrated, ExplainError> {
    let (whole, air, steps) = (of.values(), of.of_hu(BASELINE_HU), steps.max(1));
    let mut sums = vec![0.0f64; whole.len()];
    for step in 0..steps {
        let share = step as f32 / steps as f32;
        ctx.step(&format!("Integrated gradients: step {} of {steps}", step + 1), share)?;
        let root = (step as f32 + 0.5) / steps as f32;
        let (along, length) = (root.powi(3), 3.0 * root * root / steps as f32);
        let input: Vec<f32> = whole.iter().map(|v| air + (v - air) * along).collect();
        add(&mut sums, &of.slope(&input)?.by_input, f64::from(length));
    }
    let mut sum = 0.0;
    let shares = sums.into_iter().zip(whole).map(|(slope, value)| {
        let share = slope * f64::from(value - air);
        sum += share;
        share as f32
    });
    let map = shares.collect();
    let difference = of.margin(whole)? - of.margin(&vec![air; whole.len()])?;
    Ok(Integrated { map, difference, sum })
}

fn add(sums: &mut [f64], map: &[f32], factor: f64) {
    sums.iter_mut().zip(map).for_each(|(sum, v)| *sum += factor * f64::from(*v));
}
