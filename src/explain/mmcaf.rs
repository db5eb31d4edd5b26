//! MMCAF-Net: where its image encoder looked, and what each clinical field added.

use burn::tensor::Tensor;

use super::cam::CamRule;
use super::error::ExplainError;
use super::laid::Laid;
use super::method::Method;
use super::saliency::Saliency;
use super::sampled::Layer;
use crate::geometry::VoxelGrid;
use crate::inference::mmcaf::{MmcafForward, MmcafNetwork};
use crate::inference::{Region, read};
use crate::networks::layers::Drop;
use crate::networks::mmcaf::{Mmcaf, MmcafConfig};
use crate::networks::{CellGrid, Taps};

/// The layer of the network's own Grad-CAM.
const EXPLAINED: &str = "image_encoder.bfpu2";

/// Grad-CAM of the logit at the output of `bfpu2`: `sum over k of alpha_k A_k`, with alpha_k the mean over
/// space of the logit's derivative by A_k. As published without a ReLU, so that values below zero speak for
/// squamous cell carcinoma; not divided by the gradient's length, so that the unit stays the logit.
/// Cells of 8 slices and 16 x 16 samples of the window. Source: MMCAF-Net, cams/grad_cam.py.
pub fn mmcaf_grad_cam(
    network: &MmcafNetwork,
    forward: &MmcafForward,
    region: &Region,
    grid: &VoxelGrid,
) -> Result<Saliency, ExplainError> {
    let Layer { evidence, .. } = mmcaf_layer(network, forward)?;
    let values = evidence.sums(CamRule::GradCam);
    laid(Method::GradCam, EXPLAINED, (evidence.shape, forward.read), values, ("logit", true), region, grid)
}

/// The features that the network's own Grad-CAM looks at, and the logit's derivative by them.
pub(super) fn mmcaf_layer(network: &MmcafNetwork, forward: &MmcafForward) -> Result<Layer, ExplainError> {
    let cells = Mmcaf::cells(EXPLAINED).ok_or(ExplainError::NoLayer(EXPLAINED))?;
    let leaf = forward.united.clone().autodiff().require_grad();
    let logit = network.net().after_united(leaf.clone(), autodiff(&forward.table)).sum();
    let gradient = leaf.grad_remove(&mut logit.backward()).ok_or(ExplainError::NoNumber)?;
    Layer::of(forward.united.clone(), gradient, cells)
}

/// The gate that the network itself puts on every cell of its finest level (`sab1`), 0 to 1: cells of 2
/// slices and 4 x 4 samples. Source: MMCAF-Net, models/img_encoder1.py, SAB.
pub fn mmcaf_gate(
    forward: &MmcafForward,
    region: &Region,
    grid: &VoxelGrid,
) -> Result<Saliency, ExplainError> {
    let [_, _, d, h, w] = forward.gate.dims();
    let values = read(forward.gate.clone().flatten::<2>(0, 3))?;
    let shapes = ([d, h, w], forward.read);
    laid(Method::Native, "image_encoder.sab1", shapes, values, ("gate", false), region, grid)
}

/// What each clinical field added to the logit, in logits: the exact term of its edges in the sum that
/// the table's encoder is (specification section 4), times the logit's derivative by that sum. What adds up
/// is the sum's share of the logit, as gradient x input counts it.
/// - returns: in the order of the table's columns
pub fn mmcaf_fields(
    network: &MmcafNetwork,
    forward: &MmcafForward,
) -> Result<[f64; MmcafConfig::TABLE], ExplainError> {
    let edges = network.net().kan().edges(forward.table.clone());
    let told = edges.clone().sum_dim(1).squeeze_dim::<2>(1);
    let leaf = told.autodiff().require_grad();
    let logit = network.net().join(autodiff(&forward.image), leaf.clone(), &mut Taps::off(), Drop::Nothing);
    let mut gradients = logit.sum().backward();
    let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
    let shares = (edges * gradient.unsqueeze_dim::<3>(1)).sum_dim(2);
    let values = read(shares.flatten::<2>(1, 2))?;
    values.try_into().map_err(|_| ExplainError::NoNumber)
}

/// On a device that can follow derivatives, though none is asked of it.
fn autodiff(tensor: &Tensor<2>) -> Tensor<2> {
    tensor.clone().autodiff()
}

fn laid(
    method: Method,
    layer: &'static str,
    (shape, samples): ([usize; 3], [usize; 3]),
    values: Vec<f64>,
    (unit, signed): (&'static str, bool),
    region: &Region,
    grid: &VoxelGrid,
) -> Result<Saliency, ExplainError> {
    let cells: CellGrid = Mmcaf::cells(layer).ok_or(ExplainError::NoLayer(layer))?;
    let values = values.into_iter().map(|v| v as f32).collect();
    let laid = Laid { method, shape, values, cells, samples, unit, signed };
    Ok(laid.over(region, grid))
}
