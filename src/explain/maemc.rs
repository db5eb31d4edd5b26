//! MAEMC-NET: which slices it attended to.

use burn::tensor::Tensor;

use super::attention::{ROLLOUT, carried};
use super::error::ExplainError;
use super::laid::Laid;
use super::method::Method;
use super::saliency::Saliency;
use crate::geometry::VoxelGrid;
use crate::inference::maemc::MaemcForward;
use crate::inference::{Region, read};
use crate::networks::CellGrid;
use crate::networks::maemc::{PATCH, SLICES};

/// The class token and one for each slice.
const TOKENS: usize = 1 + SLICES;

/// What each token of each block attends to, mean over heads, from the input on: a row of shares for each token, the
/// class token first, then the slices in the order of the montage.
/// - errors: a device that failed, numbers that are none
fn mean_attention(forward: &MaemcForward) -> Result<Vec<Vec<f32>>, ExplainError> {
    let of_block = |attention: &Tensor<4>| {
        let mean = read(attention.clone().mean_dim(1).flatten::<2>(0, 2))?;
        if mean.len() != TOKENS * TOKENS {
            return Err(ExplainError::NoNumber);
        }
        Ok(mean.into_iter().map(|share| share as f32).collect())
    };
    forward.attention.iter().map(of_block).collect()
}

/// Attention rollout from the class token to each slice: `product over blocks of (A + I) / 2`, A the mean
/// over heads. A token is a whole slice, so that nothing is said of places within one.
/// Source: Abnar and Zuidema 2020, arXiv 2005.00928, equation 1.
/// - returns: the share of each slice, in the order of the montage; what is missing to 1 stays with the
///   class token
pub fn maemc_rollout(forward: &MaemcForward) -> Result<[f64; SLICES], ExplainError> {
    let mut reads = vec![0.0; TOKENS];
    reads[0] = 1.0;
    let row = carried(reads, &mean_attention(forward)?, ROLLOUT);
    let mut slices = [0.0; SLICES];
    slices.iter_mut().zip(row.iter().skip(1)).for_each(|(slice, share)| *slice = *share);
    Ok(slices)
}

/// Where a value for each slice lies among the samples.
pub(super) fn slice_cells() -> CellGrid {
    let middle = (PATCH as f64 - 1.0) / 2.0;
    CellGrid { first: [0.0, middle, middle], step: [1.0, PATCH as f64, PATCH as f64] }
}

/// The shares on the CT: each slice's over its whole square.
/// - `region`: of the axial slices
pub fn maemc_map(method: Method, slices: &[f64; SLICES], region: &Region, grid: &VoxelGrid) -> Saliency {
    Laid {
        method,
        shape: [SLICES, 1, 1],
        values: slices.iter().map(|v| *v as f32).collect(),
        cells: slice_cells(),
        samples: [SLICES, PATCH, PATCH],
        unit: "share",
        signed: false,
    }
    .over(region, grid)
}
