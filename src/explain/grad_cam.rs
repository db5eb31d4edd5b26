//! 3-D class activation maps of every scale, and their combination.
//!
//! The fusion sees only a scale's two logits, so the chain is short: derivative of the margin by the
//! logits (`contribution`), times derivative of the logits by the features of one layer.

use std::sync::Arc;

use super::cam::{CamRule, Evidence};
use super::contribution::Contribution;
use super::error::ExplainError;
use super::method::Method;
use super::saliency::{Axes, CellMap, Saliency, add_resampled, covered, inside};
use crate::geometry::{VoxelBox, VoxelGrid};
use crate::inference::{ContextBox, Forward, M3NetNetwork, read};
use crate::networks::{M3NET_SCALES, Scale, Tapped};

/// The map of one scale in the network's own cells: zero or more, in logits of the margin. Depth is 1 for
/// a planar encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeMap {
    /// Which scale.
    pub scale: Scale,
    /// Along slices, columns, rows.
    pub map: CellMap,
}

/// Features of the encoder's explained layer, and the margin's derivative by them. Only the tail of the
/// encoder is run again.
pub fn evidence(
    network: &M3NetNetwork,
    forward: &Forward,
    contribution: &Contribution,
    scale: Scale,
) -> Result<Evidence, ExplainError> {
    let index = scale as usize;
    let encoder = network.net().encoder(scale);
    let no_layer = || ExplainError::NoLayer(scale.name());
    let weight = contribution.gradient.get(index).copied().ok_or_else(no_layer)?;
    let features = forward.features.get(index).ok_or_else(no_layer)?;
    let singles = |values: Vec<f64>| values.into_iter().map(|v| v as f32).collect();
    match features {
        Tapped::D5(features) => {
            let leaf = features.clone().autodiff().require_grad();
            let logits = encoder.after_explained(scale, Tapped::D5(leaf.clone())).ok_or_else(no_layer)?;
            let mut gradients = weighted(logits, weight).backward();
            let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
            let [_, _, d, h, w] = features.dims();
            let (features, gradient) = (read(features.clone())?, read(gradient)?);
            Ok(Evidence { shape: [d, h, w], features: singles(features), gradient: singles(gradient) })
        }
        Tapped::D4(features) => {
            let leaf = features.clone().autodiff().require_grad();
            let logits = encoder.after_explained(scale, Tapped::D4(leaf.clone())).ok_or_else(no_layer)?;
            let mut gradients = weighted(logits, weight).backward();
            let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
            let [_, _, h, w] = features.dims();
            let (features, gradient) = (read(features.clone())?, read(gradient)?);
            Ok(Evidence { shape: [1, h, w], features: singles(features), gradient: singles(gradient) })
        }
        Tapped::D2(_) | Tapped::D3(_) => Err(no_layer()),
    }
}

/// A class activation map of one scale, in logits of the margin: positive evidence for malignancy alone;
/// cells of 8 x 8 x 4 voxels (macro and meso) or 4 x 4 x 2 (micro) in-plane by slices.
pub fn native_map(
    network: &M3NetNetwork,
    evidence: &Evidence,
    scale: Scale,
    rule: CamRule,
) -> Result<NativeMap, ExplainError> {
    let crop = M3NET_SCALES.get(scale as usize).map(|s| s.crop);
    let crop = crop.ok_or(ExplainError::NoLayer(scale.name()))?;
    let cells = network.net().encoder(scale).explained_cells(scale, crop);
    let values = evidence.map(rule);
    Ok(NativeMap { scale, map: CellMap { shape: evidence.shape, values, cells, axes: Axes::SliceColumnRow } })
}

/// `sum over classes of weight x logit`: its derivative by the features is the margin's.
fn weighted(logits: burn::tensor::Tensor<2>, weight: [f64; 2]) -> burn::tensor::Tensor<1> {
    (logits.clone().narrow(1, 0, 1) * weight[0] + logits.narrow(1, 1, 1) * weight[1]).sum()
}

/// One scale's map on the CT's voxels inside its crop, in logits.
pub fn grad_cam(method: Method, map: &NativeMap, context: &ContextBox, grid: &VoxelGrid) -> Saliency {
    let bounds = inside(&context.bounds, grid);
    let mut values = vec![0.0; bounds.size.iter().product()];
    add_resampled(&mut values, &bounds, &map.map, &context.bounds, 1.0);
    saliency(method, Some(map.scale), bounds, values, Some(map.map.shape))
}

/// The scales together on the CT's voxels: the sum over scales of `weight_s x CAM_s / max(CAM_s)`.
///
/// The weight is the signed contribution for [`Method::Native`] (what spoke for and against) and its
/// magnitude for all others (where did it look). Zero outside a scale's crop; a scale whose map is zero
/// throughout adds nothing.
/// - `maps`, `contexts`: micro to macro
pub fn combined(
    method: Method,
    maps: &[NativeMap; 3],
    contribution: &Contribution,
    contexts: &[ContextBox; 3],
    grid: &VoxelGrid,
) -> Saliency {
    let bounds = covered(&contexts.map(|context| context.bounds), grid);
    let mut values = vec![0.0; bounds.size.iter().product()];
    for ((map, context), share) in maps.iter().zip(contexts).zip(contribution.per_scale) {
        let share = if method == Method::Native { share } else { share.abs() };
        let map = &map.map;
        let max = map.max();
        if max > 0.0 {
            add_resampled(&mut values, &bounds, map, &context.bounds, share as f32 / max);
        }
    }
    saliency(method, None, bounds, values, None)
}

fn saliency(
    method: Method,
    scale: Option<Scale>,
    bounds: VoxelBox,
    values: Vec<f32>,
    native_shape: Option<[usize; 3]>,
) -> Saliency {
    Saliency {
        method: method.name(),
        scale,
        bounds,
        values: Arc::from(values),
        native_shape,
        unit: "logit",
        signed: method == Method::Native,
        told: Vec::new(),
    }
}
