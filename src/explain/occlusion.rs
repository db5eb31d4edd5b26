//! Occlusion: tissue is taken away block by block, and the margin is asked again.
//!
//! What is replaced is the CT's own voxels, so that a block vanishes from every crop that reads it; each
//! crop's normalisation is held as it was, or one dark block would brighten the rest. Only the encoders of
//! the crops that a block meets are run again. Source: Zeiler and Fergus 2014, arXiv 1311.2901, section 4.2;
//! coarse to fine is ours.

use burn::tensor::Tensor;

use super::error::ExplainError;
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::{Crop, Forward, M3NetNetwork, read};
use crate::jobs::JobContext;
use crate::networks::{Scale, Taps};

/// Crops that are asked about at once: more would not be faster on a processor and fill an adapter's memory.
const BATCH: usize = 4;

/// How blocks are laid and refined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occluding {
    /// Blocks along columns, rows and slices of what the widest crop reads.
    pub blocks: [usize; 3],
    /// Of the coarse blocks, how many of the strongest are asked again in eight parts; 0 for none.
    pub refined: usize,
    /// What stands in the place of tissue, HU.
    pub fill_hu: f32,
}

impl Default for Occluding {
    /// 64 blocks, eight of them refined; aerated lung in the place of tissue.
    fn default() -> Self {
        Self { blocks: [4; 3], refined: 8, fill_hu: -850.0 }
    }
}

/// A block, and what its tissue gives to the margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occluded {
    /// Voxels that were replaced.
    pub block: VoxelBox,
    /// The margin with the tissue less the margin without it, logits: positive speaks for malignancy.
    pub effect: f64,
}

/// A box cut into parts of nearly the same size, columns fastest.
pub fn parts(whole: &VoxelBox, counts: [usize; 3]) -> Vec<VoxelBox> {
    let cut = |axis: usize, n: usize| {
        let (size, count) = (whole.size[axis], counts[axis].max(1));
        let [from, to] = [n, n + 1].map(|n| n * size / count);
        (whole.min[axis] + from as i64, to - from)
    };
    let mut found = Vec::with_capacity(counts.iter().product());
    for k in 0..counts[2].max(1) {
        for j in 0..counts[1].max(1) {
            for i in 0..counts[0].max(1) {
                let [a, b, c] = [cut(0, i), cut(1, j), cut(2, k)];
                let block = VoxelBox { min: [a.0, b.0, c.0], size: [a.1, b.1, c.1] };
                if block.size.iter().all(|n| *n > 0) {
                    found.push(block);
                }
            }
        }
    }
    found
}

/// Asks about every block, coarse ones first, then the parts of the strongest.
/// - `told`: the blocks asked so far, after each batch: a coarse picture first
/// - errors: cancelled, a device that failed, numbers that are none
pub fn occlude(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    forward: &Forward,
    how: Occluding,
    ctx: &JobContext,
    mut told: impl FnMut(&[Occluded]),
) -> Result<Vec<Occluded>, ExplainError> {
    let [_, _, widest] = crops;
    let coarse = parts(&widest.context.bounds, how.blocks);
    let work = coarse.len() + 8 * how.refined.min(coarse.len());
    let base = forward.logits[1] - forward.logits[0];
    let mut found = Vec::with_capacity(work);
    ask(network, crops, &forward.scale_logits, &coarse, how.fill_hu, ctx, |block, margin| {
        found.push(Occluded { block, effect: base - margin });
        let asked = format!("Occlusion: {} of {work} blocks", found.len());
        told(&found);
        (asked, found.len() as f32 / work as f32)
    })?;
    let mut strongest: Vec<&Occluded> = found.iter().collect();
    strongest.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
    let fine: Vec<VoxelBox> =
        strongest.iter().take(how.refined).flat_map(|coarse| parts(&coarse.block, [2; 3])).collect();
    ask(network, crops, &forward.scale_logits, &fine, how.fill_hu, ctx, |block, margin| {
        found.push(Occluded { block, effect: base - margin });
        let asked = format!("Occlusion: {} of {work} blocks", found.len());
        told(&found);
        (asked, found.len() as f32 / work as f32)
    })?;
    Ok(found)
}

/// What all tissue together gives each scale: the same for every block that is left out of one answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Still {
    /// Benign and malignant logit, micro to macro.
    pub scale_logits: [[f32; 2]; 3],
}

impl Still {
    /// - errors: a device that failed, numbers that are none
    pub fn of(forward: &Forward) -> Result<Self, ExplainError> {
        let mut scale_logits = [[0.0; 2]; 3];
        for (own, logits) in scale_logits.iter_mut().zip(&forward.scale_logits) {
            let &[benign, malignant] = read(logits.clone())?.as_slice() else {
                return Err(ExplainError::NoNumber);
            };
            *own = [benign as f32, malignant as f32];
        }
        Ok(Self { scale_logits })
    }
}

/// The block with a place in its middle, in whole samples, one along each axis at least.
/// - `grid`: what the boxes of the crops count in
/// - `at`: LPS mm
/// - `side_mm`: of the block, along the axes of the grid
pub fn block_around(grid: &VoxelGrid, at: Point<Patient>, side_mm: f64) -> VoxelBox {
    let (centre, spacing) = ((grid.voxel_from_patient() * at).to_array(), grid.spacing_mm());
    let size = spacing.map(|mm| (side_mm / mm).round().max(1.0));
    VoxelBox {
        // Voxels have their centres at whole numbers.
        min: std::array::from_fn(|a| (centre[a] - (size[a] - 1.0) / 2.0).round() as i64),
        size: size.map(|n| n as usize),
    }
}

/// The margin (malignant less benign logit, not calibrated) with a block's tissue replaced.
/// - `still`: of the same crops
/// - `block`: in the samples of the crops; one that no crop reads changes nothing
/// - errors: cancelled, a device that failed, numbers that are none
pub fn margin_without(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    still: &Still,
    block: &VoxelBox,
    fill_hu: f32,
    ctx: &JobContext,
) -> Result<f64, ExplainError> {
    let device = network.input(&crops[0], crops[0].values.to_vec()).device();
    let logits = still.scale_logits.map(|logits| Tensor::<2>::from_floats([logits], &device));
    let mut found = None;
    ask(network, crops, &logits, std::slice::from_ref(block), fill_hu, ctx, |_, margin| {
        found = Some(margin);
        ("Occlusion".to_owned(), 1.0)
    })?;
    found.ok_or(ExplainError::NoNumber)
}

/// The margin without each block's tissue.
fn ask(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    still: &[Tensor<2>; 3],
    blocks: &[VoxelBox],
    fill_hu: f32,
    ctx: &JobContext,
    mut found: impl FnMut(VoxelBox, f64) -> (String, f32),
) -> Result<(), ExplainError> {
    for some in blocks.chunks(BATCH) {
        ctx.check()?;
        let mut logits: Vec<Tensor<2>> = Vec::with_capacity(3);
        for (n, crop) in crops.iter().enumerate() {
            // Which of the blocks this crop sees at all.
            let seen: Vec<Option<Vec<f32>>> =
                some.iter().map(|block| without(crop, block, fill_hu)).collect();
            let still = still[n].clone();
            let changed: Vec<Tensor<4>> =
                seen.iter().flatten().map(|values| network.input(crop, values.clone())).collect();
            if changed.is_empty() {
                logits.push(still.repeat_dim(0, some.len()));
                continue;
            }
            let asked = network.net().encode(Scale::ALL[n], Tensor::cat(changed, 0), &mut Taps::off());
            let mut next = 0;
            let rows = seen.iter().map(|values| match values {
                None => still.clone(),
                Some(_) => {
                    next += 1;
                    asked.clone().narrow(0, next - 1, 1)
                }
            });
            let rows: Vec<Tensor<2>> = rows.collect();
            logits.push(Tensor::cat(rows, 0));
        }
        let Ok(logits) = <[Tensor<2>; 3]>::try_from(logits) else { unreachable!("one for each scale") };
        let answers = read(network.net().fuse(logits, &mut Taps::off()))?;
        for (block, answer) in some.iter().zip(answers.chunks_exact(2)) {
            let (what, share) = found(*block, answer[1] - answer[0]);
            ctx.step(&what, share)?;
        }
    }
    Ok(())
}

/// A crop's values with a block filled; `None` where the crop does not read the block.
fn without(crop: &Crop, block: &VoxelBox, fill_hu: f32) -> Option<Vec<f32>> {
    let [low, high] = crop.range_hu;
    let fill = ((fill_hu - low) / (high - low).max(1e-8)).clamp(0.0, 1.0);
    let (bounds, [ni, nj, nk]) = (&crop.context.bounds, crop.context.bounds.size);
    // First and one past the last index along an axis, in the crop.
    let along = |axis: usize, count: usize| {
        let from = (block.min[axis] - bounds.min[axis]).clamp(0, count as i64) as usize;
        let end = block.min[axis].saturating_add(block.size[axis] as i64) - bounds.min[axis];
        from..(end.clamp(0, count as i64) as usize)
    };
    let (columns, rows, slices) = (along(0, ni), along(1, nj), along(2, nk));
    if columns.is_empty() || rows.is_empty() || slices.is_empty() {
        return None;
    }
    let mut values = crop.values.to_vec();
    for k in slices {
        for i in columns.clone() {
            let line = (k * ni + i) * nj;
            if let Some(line) = values.get_mut(line + rows.start..line + rows.end) {
                line.fill(fill);
            }
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_box_without_overlap() {
        let whole = VoxelBox { min: [-3, 10, 5], size: [7, 4, 1] };
        let found = parts(&whole, [2, 3, 2]);
        let voxels: usize = found.iter().map(|b| b.size.iter().product::<usize>()).sum();
        assert_eq!(voxels, 28);
        // One slice cannot be cut in two.
        assert!(found.iter().all(|b| b.size[2] == 1 && b.min[2] == 5), "{found:?}");
        assert_eq!(found[0].min, [-3, 10, 5]);
    }

    #[test]
    fn a_block_lies_around_its_place_and_is_as_long_as_it_says() {
        let grid = VoxelGrid::axis_aligned([50, 40, 30], [0.5, 0.8, 2.5], Point::new(10.0, -5.0, 3.0))
            .expect("a grid");
        let at = grid.patient_from_voxel() * Point::new(20.0, 10.0, 7.0);
        // 20, 12.5 and 4 samples: an odd number has the place in the middle one.
        let block = block_around(&grid, at, 10.0);
        assert_eq!(block.size, [20, 13, 4]);
        assert_eq!(block.min, [11, 4, 6]);
        assert_eq!(block_around(&grid, at, 0.1), VoxelBox { min: [20, 10, 7], size: [1; 3] });
    }
}
