//! Maps over the network's very input: how the margin changes with each voxel of the three crops.
//!
//! Values are of the input as the network reads it, 0 to 1 in each crop, and of the margin: the malignant less
//! the benign logit. The three crops overlap, and a voxel's share in the margin is the sum of its shares
//! in them; each crop's normalisation is held as it is.

use burn::tensor::Tensor;

use super::error::ExplainError;
use super::noise::{generator, normal};
use crate::inference::{Crop, M3NetNetwork, read};
use crate::jobs::JobContext;
use crate::networks::{Scale, Taps};

/// One map for each crop, in the crops' own order [slice][column][row].
pub type CropMaps = [Vec<f32>; 3];

/// The margin at some input, and its derivative by each of its voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    /// Malignant less benign logit.
    pub margin: f64,
    /// In logits for a whole step of the input, from the darkest voxel of its crop to the brightest.
    pub by_input: CropMaps,
}

/// Margin and derivative, by one way through the network and back.
/// - `inputs`: in the order of the crops
/// - errors: a device that failed, or numbers that are none
pub fn slope(network: &M3NetNetwork, crops: &[Crop; 3], inputs: &CropMaps) -> Result<Slope, ExplainError> {
    let leaves: [Tensor<4>; 3] =
        std::array::from_fn(|n| network.input(&crops[n], inputs[n].clone()).autodiff().require_grad());
    let mut logits = Vec::with_capacity(3);
    for (scale, leaf) in Scale::ALL.into_iter().zip(&leaves) {
        logits.push(network.net().encode(scale, leaf.clone(), &mut Taps::off()));
    }
    let Ok(logits) = <[Tensor<2>; 3]>::try_from(logits) else { unreachable!("one for each scale") };
    let both = network.net().fuse(logits, &mut Taps::off());
    let margin = (both.clone().narrow(1, 1, 1) - both.narrow(1, 0, 1)).sum();
    let mut gradients = margin.backward();
    let mut by_input = CropMaps::default();
    for (map, leaf) in by_input.iter_mut().zip(leaves) {
        let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
        *map = read(gradient)?.into_iter().map(|v| v as f32).collect();
    }
    let margin = read(margin.inner())?.first().copied().ok_or(ExplainError::NoNumber)?;
    Ok(Slope { margin, by_input })
}

/// What the crops hold.
pub fn values_of(crops: &[Crop; 3]) -> CropMaps {
    crops.each_ref().map(|crop| crop.values.to_vec())
}

/// The derivative times the input: what the margin would lose, to first order, if the voxel were the darkest
/// of its crop. Logits. Source: Shrikumar et al. 2016, arXiv 1605.01713.
pub fn times_input(mut by_input: CropMaps, crops: &[Crop; 3]) -> CropMaps {
    for (map, crop) in by_input.iter_mut().zip(crops) {
        map.iter_mut().zip(crop.values.iter()).for_each(|(g, x)| *g *= x);
    }
    by_input
}

/// How SmoothGrad looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothing {
    /// Noisy inputs.
    pub samples: usize,
    /// Standard deviation of the noise, as a share of the input's range, which is 1.
    pub noise: f32,
    /// Of the noise.
    pub seed: u64,
}

impl Default for Smoothing {
    fn default() -> Self {
        Self { samples: 16, noise: 0.1, seed: 1 }
    }
}

/// The mean derivative over noisy inputs. Source: SmoothGrad, Smilkov et al. 2017, arXiv 1706.03825.
/// - errors: as [`slope`]; cancelled
pub fn smooth(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    how: Smoothing,
    ctx: &JobContext,
) -> Result<CropMaps, ExplainError> {
    let still = values_of(crops);
    let mut random = generator(how.seed);
    let noisy = (0..how.samples).map(|sample| {
        let share = sample as f32 / how.samples.max(1) as f32;
        ctx.step(&format!("SmoothGrad: input {} of {}", sample + 1, how.samples), share)?;
        let mut noisy = still.clone();
        for values in &mut noisy {
            for v in values.iter_mut() {
                *v += how.noise * normal(&mut random);
            }
        }
        Ok(noisy)
    });
    mean_slope(network, crops, noisy)
}

/// The mean derivative over some inputs; zero without any.
/// - errors: as [`slope`], and what an input says in its place
pub(super) fn mean_slope(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    inputs: impl Iterator<Item = Result<CropMaps, ExplainError>>,
) -> Result<CropMaps, ExplainError> {
    let mut sums = crops.each_ref().map(|crop| vec![0.0f64; crop.values.len()]);
    let mut count = 0usize;
    for input in inputs {
        add(&mut sums, &slope(network, crops, &input?)?.by_input, 1.0);
        count += 1;
    }
    Ok(sums.map(|sum| sum.into_iter().map(|v| (v / count.max(1) as f64) as f32).collect()))
}

/// Integrated gradients, and how nearly they add up to what they explain.
#[derive(Clone, Debug, PartialEq)]
pub struct Integrated {
    /// Logits of the margin, signed.
    pub maps: CropMaps,
    /// The margin of the input less that of the baseline: what the maps should add up to.
    pub difference: f64,
    /// What they add up to.
    pub sum: f64,
}

/// The derivative along the straight way from air (0 everywhere) to the input, times the input. Source:
/// Sundararajan et al. 2017, arXiv 1703.01365, equation 3.
///
/// The way is taken in equal steps of the cube root of its length, each at its middle: in even air all voxels of
/// a layer bend at once, so that the margin changes most within the first hundredth of the way, which equal
/// steps of the length itself would jump over.
/// - `steps`: at least 1
/// - errors: as [`slope`]; cancelled
pub fn integrated(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    steps: usize,
    ctx: &JobContext,
) -> Result<Integrated, ExplainError> {
    let whole = values_of(crops);
    let mut sums = whole.each_ref().map(|values| vec![0.0f64; values.len()]);
    let steps = steps.max(1);
    for step in 0..steps {
        let share = step as f32 / steps as f32;
        ctx.step(&format!("Integrated gradients: step {} of {steps}", step + 1), share)?;
        let root = (step as f32 + 0.5) / steps as f32;
        let (along, length) = (root.powi(3), 3.0 * root * root / steps as f32);
        let inputs = whole.each_ref().map(|values| values.iter().map(|v| v * along).collect());
        add(&mut sums, &slope(network, crops, &inputs)?.by_input, f64::from(length));
    }
    let mut sum = 0.0;
    let mut maps = CropMaps::default();
    for ((map, sums), values) in maps.iter_mut().zip(sums).zip(&whole) {
        *map = sums
            .into_iter()
            .zip(values)
            .map(|(gradient, value)| {
                let share = gradient * f64::from(*value);
                sum += share;
                share as f32
            })
            .collect();
    }
    let air = whole.each_ref().map(|values| vec![0.0; values.len()]);
    let difference = margin(network, crops, &whole)? - margin(network, crops, &air)?;
    Ok(Integrated { maps, difference, sum })
}

/// The margin of some input, without a way back.
/// - errors: as [`slope`]
pub fn margin(network: &M3NetNetwork, crops: &[Crop; 3], inputs: &CropMaps) -> Result<f64, ExplainError> {
    let logits: [Tensor<2>; 3] = std::array::from_fn(|n| {
        let input = network.input(&crops[n], inputs[n].clone());
        network.net().encode(Scale::ALL[n], input, &mut Taps::off())
    });
    let both = read(network.net().fuse(logits, &mut Taps::off()))?;
    let &[benign, malignant] = both.as_slice() else { return Err(ExplainError::NoNumber) };
    Ok(malignant - benign)
}

fn add(sums: &mut [Vec<f64>; 3], maps: &CropMaps, factor: f64) {
    for (sums, map) in sums.iter_mut().zip(maps) {
        sums.iter_mut().zip(map).for_each(|(sum, v)| *sum += factor * f64::from(*v));
    }
}
