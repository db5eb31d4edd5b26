//! LungNodule-SSM: which patches of the slice its class token attended to.

use super::laid::Laid;
use super::method::Method;
use super::saliency::Saliency;
use crate::geometry::VoxelGrid;
use crate::inference::Region;
use crate::inference::ssm::Patches;
use crate::networks::CellGrid;
use crate::networks::ssm::PATCH;

/// What the class token of the last block attends to, mean over heads, patch by patch: shares of 1.
/// Source: Caron et al. 2021, arXiv 2104.14294, section 4.3.
/// - `region`: the whole slice
pub fn ssm_attention(patches: &Patches, region: &Region, grid: &VoxelGrid) -> Saliency {
    let [rows, columns] = patches.grid;
    Laid {
        method: Method::Native,
        shape: [1, rows, columns],
        values: patches.values.clone(),
        cells: patch_cells(),
        samples: [1, rows * PATCH, columns * PATCH],
        unit: "share",
        signed: false,
    }
    .over(region, grid)
}

/// Where a value for each patch lies among the pixels.
pub(super) fn patch_cells() -> CellGrid {
    let (step, first) = (PATCH as f64, (PATCH as f64 - 1.0) / 2.0);
    CellGrid { first: [0.0, first, first], step: [1.0, step, step] }
}
