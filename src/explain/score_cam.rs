//! Score-CAM: each channel of a layer is weighed by how far the answer rises when only what it covers is seen.
//!
//! No derivative is taken. Source: Wang et al. 2020, arXiv 1910.01279, equations 3 to 5 and algorithm 1, in three
//! dimensions, for the margin (malignant less benign logit); one scale at a time, the other scales' logits held as they
//! are.

use burn::tensor::Tensor;

use super::cam::Evidence;
use super::error::ExplainError;
use super::saliency::{Axes, CellMap, add_resampled};
use crate::inference::{Crop, Forward, M3NetNetwork, read};
use crate::jobs::JobContext;
use crate::networks::{Scale, Taps};

/// Covered crops that are asked about at once: as in occlusion.
const BATCH: usize = 4;

/// The map of one scale's explained layer, zero or more, of [`Evidence::shape`]: channels weighed by the softmax
/// of their scores, so that its values are in units of the features.
/// - `evidence`: features of that layer
/// - errors: cancelled, a device that failed, numbers that are none
pub(super) fn score_cam(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    forward: &Forward,
    evidence: &Evidence,
    scale: Scale,
    ctx: &JobContext,
) -> Result<Vec<f32>, ExplainError> {
    let places: usize = evidence.shape.iter().product();
    let crop = &crops[scale as usize];
    let channels: Vec<&[f32]> = evidence.features.chunks_exact(places.max(1)).collect();
    let margin = |inputs: Vec<Vec<f32>>| margins(network, crop, forward, scale, inputs);
    // The baseline: nothing is seen.
    let dark = margin(vec![vec![0.0; crop.values.len()]])?.first().copied().ok_or(ExplainError::NoNumber)?;
    let mut scores: Vec<Option<f64>> = vec![None; channels.len()];
    // A channel that is the same everywhere covers everything or nothing: it has no say.
    let seen = channels.iter().enumerate().filter_map(|(n, channel)| Some((n, unit(channel)?)));
    let seen: Vec<(usize, Vec<f32>)> = seen.collect();
    for (done, batch) in seen.chunks(BATCH).enumerate() {
        let what = format!("Score-CAM {}: {} of {} channels", scale.name(), done * BATCH, seen.len());
        ctx.step(&what, (done * BATCH) as f32 / seen.len().max(1) as f32)?;
        let covered = batch.iter().map(|(_, map)| {
            let shown = over(network, crop, scale, evidence.shape, map);
            crop.values.iter().zip(shown).map(|(v, s)| v * s).collect()
        });
        for ((channel, _), margin) in batch.iter().zip(margin(covered.collect())?) {
            scores[*channel] = Some(margin - dark);
        }
    }
    Ok(weighed(&channels, &scores))
}

/// `ReLU(sum over k of softmax(score)_k A_k)`; a channel without a score has no weight.
pub(super) fn weighed(channels: &[&[f32]], scores: &[Option<f64>]) -> Vec<f32> {
    let highest = scores.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let raised = |score: &Option<f64>| score.map_or(0.0, |score| (score - highest).exp());
    let all: f64 = scores.iter().map(raised).sum();
    let mut sums = vec![0.0f64; channels.first().map_or(0, |channel| channel.len())];
    for (channel, score) in channels.iter().zip(scores) {
        let weight = if all > 0.0 { raised(score) / all } else { 0.0 };
        sums.iter_mut().zip(*channel).for_each(|(sum, v)| *sum += weight * f64::from(*v));
    }
    sums.into_iter().map(|sum| sum.max(0.0) as f32).collect()
}

/// A channel from 0 to 1; `None` where it is the same everywhere.
pub(super) fn unit(channel: &[f32]) -> Option<Vec<f32>> {
    let low = channel.iter().copied().fold(f32::INFINITY, f32::min);
    let high = channel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (high > low).then(|| channel.iter().map(|v| (v - low) / (high - low)).collect())
}

/// A layer's map at every voxel of the crop, in the crop's order [slice][column][row].
fn over(network: &M3NetNetwork, crop: &Crop, scale: Scale, shape: [usize; 3], map: &[f32]) -> Vec<f32> {
    let bounds = crop.context.bounds;
    let cells = network.net().encoder(scale).explained_cells(scale, bounds.size);
    let map = CellMap { shape, values: map.to_vec(), cells, axes: Axes::SliceColumnRow };
    let mut laid = vec![0.0; bounds.size.iter().product()];
    add_resampled(&mut laid, &bounds, &map, &bounds, 1.0);
    let [ni, nj, nk] = bounds.size;
    let mut all = Vec::with_capacity(laid.len());
    for k in 0..nk {
        for i in 0..ni {
            all.extend((0..nj).map(|j| laid[(k * nj + j) * ni + i]));
        }
    }
    all
}

/// The margin with other inputs of one scale.
fn margins(
    network: &M3NetNetwork,
    crop: &Crop,
    forward: &Forward,
    scale: Scale,
    inputs: Vec<Vec<f32>>,
) -> Result<Vec<f64>, ExplainError> {
    let count = inputs.len();
    let inputs: Vec<Tensor<4>> = inputs.into_iter().map(|values| network.input(crop, values)).collect();
    let mut logits = forward.scale_logits.clone().map(|still| still.repeat_dim(0, count));
    logits[scale as usize] = network.net().encode(scale, Tensor::cat(inputs, 0), &mut Taps::off());
    let answers = read(network.net().fuse(logits, &mut Taps::off()))?;
    Ok(answers.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_weighed_by_the_softmax_of_their_scores_and_what_speaks_against_is_cut() {
        let channels: [&[f32]; 3] = [&[1.0, 0.0, -4.0], &[0.0, 2.0, 1.0], &[5.0, 5.0, 5.0]];
        // Softmax of ln 3 and 0: three quarters and a quarter; the third has no say.
        let found = weighed(&channels, &[Some(3f64.ln()), Some(0.0), None]);
        for (found, expected) in found.iter().zip([0.75, 0.5, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(weighed(&channels, &[None; 3]), [0.0; 3]);
        // Far apart scores are still numbers.
        assert_eq!(weighed(&channels, &[Some(1e6), Some(-1e6), None]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_channel_becomes_a_share_and_one_without_difference_none() {
        assert_eq!(unit(&[-1.0, 1.0, 0.0]), Some(vec![0.0, 1.0, 0.5]));
        assert_eq!(unit(&[2.0; 4]), None);
    }
}
