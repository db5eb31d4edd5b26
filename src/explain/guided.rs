//! Guided backpropagation: the derivative by the input, of which each ReLU on the way back lets through only what
//! raises what it gave.
//!
//! Source: Springenberg et al. 2015, arXiv 1412.6806, section 3.4. Where a network bends otherwise than by ReLUs the
//! method is not defined; M3Net's fusion has GELUs behind its encoders and CSF-Net has gates, whose own derivatives
//! are taken. Its maps fail the randomisation tests of Adebayo et al. 2018, arXiv 1810.03292: they show the input's
//! edges again, whatever the network has learned.

use burn::tensor::Tensor;

use super::error::ExplainError;
use super::input::CropMaps;
use super::laid::Laid;
use super::method::Method;
use super::saliency::Saliency;
use crate::geometry::VoxelGrid;
use crate::inference::csf::{CsfForward, CsfNetwork};
use crate::inference::{Crop, M3NetNetwork, Region, read};
use crate::networks::csf::CsfNet;
use crate::networks::{CellGrid, Rule, Scale, Taps};

/// What comes back to each voxel of the three crops from the margin, by one way through the network and back.
/// - `rule`: of the ReLUs; with [`Rule::Derivative`] the map is the gradient
/// - returns: signed; with [`Rule::Guided`] no derivative any more, so that only its pattern means something
/// - errors: a device that failed, or numbers that are none
pub fn guided(network: &M3NetNetwork, crops: &[Crop; 3], rule: Rule) -> Result<CropMaps, ExplainError> {
    let mut taps = Taps::cut(rule);
    let leaves: [Tensor<4>; 3] =
        std::array::from_fn(|n| network.input(&crops[n], crops[n].values.to_vec()).autodiff().require_grad());
    let logits: [Tensor<2>; 3] =
        std::array::from_fn(|n| network.net().encode(Scale::ALL[n], leaves[n].clone(), &mut taps));
    let score = margin(network.net().fuse(logits, &mut taps));
    let mut maps = CropMaps::default();
    for (map, gradient) in maps.iter_mut().zip(taps.back(&score, &leaves)) {
        *map = singles(gradient)?;
    }
    Ok(maps)
}

/// The same for one of the two dates that CSF-Net reads, laid over the CT of that date.
/// - `regions`: the values of both dates, earlier first
/// - `date`: 0 the earlier, 1 the later
/// - `region`: of that date, in the series of that date
/// - errors: as [`guided`]
pub fn csf_guided(
    network: &CsfNetwork,
    forward: &CsfForward,
    regions: [&[f32]; 2],
    (date, region): (usize, &Region),
    grid: &VoxelGrid,
) -> Result<Saliency, ExplainError> {
    let mut maps = csf_back(network, forward, regions, Rule::Guided)?;
    let values = maps.get_mut(date).map(std::mem::take).ok_or(ExplainError::NoLayer("asked-for"))?;
    let [columns, rows, slices] = CsfNet::REGION;
    let laid = Laid {
        method: Method::GuidedBackprop,
        shape: [slices, rows, columns],
        values,
        // A cell is a sample.
        cells: CellGrid { first: [0.0; 3], step: [1.0; 3] },
        samples: [slices, rows, columns],
        unit: UNIT,
        signed: true,
    };
    Ok(laid.over(region, grid))
}

/// Its values are no logits of anything.
pub(super) const UNIT: &str = "guided";

/// What comes back to each sample of both dates, earlier first, [slice][row][column].
/// - errors: as [`guided`]
pub fn csf_back(
    network: &CsfNetwork,
    forward: &CsfForward,
    regions: [&[f32]; 2],
    rule: Rule,
) -> Result<[Vec<f32>; 2], ExplainError> {
    let mut taps = Taps::cut(rule);
    let leaves = regions.map(|values| network.region(values).autodiff().require_grad());
    let features = leaves.clone().map(|leaf| network.net().encode(leaf, &mut taps));
    // The fields go through ReLUs, too: their way must have gradients.
    let embedded = forward.embedded.clone().autodiff().require_grad();
    let score = margin(network.net().join(features, embedded, &mut taps));
    let [earlier, later] = leaves;
    let mut back = taps.back(&score, &[earlier, later]).into_iter();
    Ok([singles(back.next().flatten())?, singles(back.next().flatten())?])
}

/// Malignant less benign logit.
fn margin(logits: Tensor<2>) -> Tensor<1> {
    (logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)).sum()
}

fn singles(gradient: Option<Tensor<4>>) -> Result<Vec<f32>, ExplainError> {
    let values = read(gradient.ok_or(ExplainError::NoNumber)?)?;
    Ok(values.into_iter().map(|v| v as f32).collect())
}
