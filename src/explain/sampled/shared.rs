//! KernelSHAP of the block that a network read.

use std::cell::Cell;

use super::Sampled;
use crate::explain::error::ExplainError;
use crate::explain::kernel_shap::{Shared, Sharing, asked, coalitions, shares_of};
use crate::explain::supervoxels::{Ground, supervoxels};
use crate::inference::Region;
use crate::jobs::JobContext;

/// Distance of neighbouring samples along columns, rows and slices.
fn spacing_mm(region: &Region, [slices, rows, columns]: [usize; 3]) -> [f64; 3] {
    let [first, ..] = region.corners;
    let counts = [columns, rows, slices];
    std::array::from_fn(|axis| {
        // Corner 2^axis lies at the far end of that axis.
        let length = (region.corners[1 << axis] - first).length();
        (length / counts[axis].max(1) as f64).max(f64::MIN_POSITIVE)
    })
}

/// What the answer is worth shared out among pieces of tissue, as [`crate::explain::kernel_shap`].
/// - returns: the shares, and their unit
pub(super) fn kernel_shap(
    of: &dyn Sampled,
    how: Sharing,
    ctx: &JobContext,
) -> Result<(Shared, &'static str), ExplainError> {
    ctx.step("KernelSHAP: cutting pieces", 0.0)?;
    let spacing = spacing_mm(of.region(), of.shape());
    let pieces = supervoxels(&Ground::of_samples(of.values(), of.shape(), spacing, of.range()), how.pieces);
    let (fill, drawn) = (of.of_hu(how.fill_hu), coalitions(pieces.count, how));
    let total = drawn.len();
    // Whatever is seen, it is worth something of one kind.
    let unit = Cell::new("");
    let worth = |present: &[bool]| {
        let seen = of.values().iter().zip(&pieces.labels);
        let seen = seen.map(|(value, label)| if present[usize::from(*label)] { *value } else { fill });
        let worth = of.worth(&seen.collect::<Vec<_>>())?;
        unit.set(worth.unit());
        Ok(worth.value())
    };
    let (shares, difference) = shares_of(pieces.count, drawn, worth, |done| asked(done, total, ctx))?;
    Ok((Shared::over(&pieces, shares, total, difference), unit.get()))
}
