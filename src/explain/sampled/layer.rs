//! Class activation maps of the layer that a network is asked about.

use burn::tensor::{Gradients, Tensor};

use super::{Sampled, single};
use crate::explain::cam::Evidence;
use crate::explain::error::ExplainError;
use crate::explain::saliency::{Axes, CellMap, add_resampled};
use crate::explain::score_cam::{unit, weighed};
use crate::geometry::VoxelBox;
use crate::jobs::JobContext;
use crate::networks::{CellGrid, Tapped, Taps};

/// What stands where a channel covers nothing, HU.
const DARK_HU: f32 = -1000.0;

/// Features of one layer, the derivative of the margin by them, and where its cells lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Slices, rows and columns of cells.
    pub evidence: Evidence,
    /// Where they lie among the samples.
    pub cells: CellGrid,
}

impl Layer {
    /// - `features`, `gradient`: `[1, channel, depth, height, width]`
    pub(in crate::explain) fn of(
        features: Tensor<5>,
        gradient: Tensor<5>,
        cells: CellGrid,
    ) -> Result<Self, ExplainError> {
        let [_, _, depth, height, width] = features.dims();
        let [features, gradient] = [features, gradient].map(|t| single(t.flatten::<2>(1, 4)));
        Ok(Self {
            evidence: Evidence { shape: [depth, height, width], features: features?, gradient: gradient? },
            cells,
        })
    }

    /// Tokens of what a block reads: each feature is a channel, each patch a cell.
    /// - `name`: under which it was probed; the patches are the last of its tokens
    /// - `shape`: of the patches
    pub(super) fn of_tokens(
        taps: &mut Taps,
        name: &str,
        gradients: &mut Gradients,
        shape: [usize; 3],
        cells: CellGrid,
    ) -> Result<Self, ExplainError> {
        let (Some(Tapped::D3(features)), Some(Tapped::D3(gradient))) =
            (taps.take(name), taps.derivative(name, gradients))
        else {
            return Err(ExplainError::NoNumber);
        };
        let patches = shape.iter().product::<usize>();
        let channels = |tokens: Tensor<3>| {
            let [_, count, _] = tokens.dims();
            let tokens = tokens.narrow(1, count.saturating_sub(patches), patches);
            single(tokens.swap_dims(1, 2).flatten::<2>(1, 2))
        };
        let evidence = Evidence { shape, features: channels(features)?, gradient: channels(gradient)? };
        Ok(Self { evidence, cells })
    }

    /// A map of the layer at every sample.
    fn over(&self, values: &[f32], [slices, rows, columns]: [usize; 3]) -> Vec<f32> {
        let map = CellMap {
            shape: self.evidence.shape,
            values: values.to_vec(),
            cells: self.cells,
            axes: Axes::SliceRowColumn,
        };
        let block = VoxelBox { min: [0; 3], size: [columns, rows, slices] };
        let mut laid = vec![0.0; block.size.iter().product()];
        add_resampled(&mut laid, &block, &map, &block, 1.0);
        laid
    }
}

/// Channels weighed by the softmax of what the answer rises from nothing when only what they cover is seen, as
/// [`crate::explain::score_cam`]; of the layer's shape, zero or more.
pub(super) fn score_cam(of: &dyn Sampled, layer: &Layer, ctx: &JobContext) -> Result<Vec<f32>, ExplainError> {
    let places: usize = layer.evidence.shape.iter().product();
    let channels: Vec<&[f32]> = layer.evidence.features.chunks_exact(places.max(1)).collect();
    let air = of.of_hu(DARK_HU);
    let dark = of.worth(&vec![air; of.values().len()])?.value();
    let mut scores = vec![None; channels.len()];
    for (n, channel) in channels.iter().enumerate() {
        ctx.step(
            &format!("Score-CAM: {n} of {} channels", channels.len()),
            n as f32 / channels.len() as f32,
        )?;
        // A channel that is the same everywhere covers everything or nothing: it has no say.
        let Some(seen) = unit(channel) else { continue };
        let seen = layer.over(&seen, of.shape());
        let shown = of.values().iter().zip(seen).map(|(value, share)| air + (value - air) * share);
        scores[n] = Some(of.worth(&shown.collect::<Vec<_>>())?.value() - dark);
    }
    Ok(weighed(&channels, &scores))
}
