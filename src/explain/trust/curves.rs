//! Deletion and insertion: how the probability follows as the places of a map are covered by lung, the strongest
//! first, or put back into it.

use rand::seq::SliceRandom;

use crate::explain::error::ExplainError;
use crate::explain::input::{CropMaps, margin, values_of};
use crate::explain::noise::generator;
use crate::explain::saliency::Saliency;
use crate::geometry::VoxelBox;
use crate::inference::{Crop, M3NetNetwork};
use crate::jobs::JobContext;

/// Side of a block that a random order keeps together, voxels: single voxels would only be noise.
const BLOCK: usize = 8;

/// When each voxel of a box has its turn, 0 (first) to 1, columns fastest.
#[derive(Clone, Debug)]
pub(super) struct Order {
    bounds: VoxelBox,
    turns: Vec<f32>,
}

/// Areas under the probability, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curves {
    /// As places are covered: small where those that matter went first.
    pub(super) deletion: f64,
    /// As places are put back: large where those that matter came first.
    pub(super) insertion: f64,
}

/// The places of a map, those that speak most for the answer first; equal ones in their order.
pub(super) fn strongest_first(map: &Saliency) -> Order {
    let mut order: Vec<u32> = (0..map.values.len() as u32).collect();
    let value = |n: u32| map.values.get(n as usize).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(*b).total_cmp(&value(*a)));
    Order { bounds: map.bounds, turns: turns(&order) }
}

/// The same box in blocks drawn by a seed.
pub(super) fn random_order(bounds: &VoxelBox, seed: u64) -> Order {
    let [ni, nj, nk] = bounds.size;
    let blocks = bounds.size.map(|n| n.div_ceil(BLOCK));
    let mut drawn: Vec<u32> = (0..blocks.iter().product::<usize>() as u32).collect();
    drawn.shuffle(&mut generator(seed));
    let of_block = turns(&drawn);
    let mut all = Vec::with_capacity(ni * nj * nk);
    for k in 0..nk {
        for j in 0..nj {
            for i in 0..ni {
                let block = ((k / BLOCK) * blocks[1] + j / BLOCK) * blocks[0] + i / BLOCK;
                all.push(of_block.get(block).copied().unwrap_or(1.0));
            }
        }
    }
    Order { bounds: *bounds, turns: all }
}

/// From who comes when, when each one comes.
pub(in crate::explain) fn turns(order: &[u32]) -> Vec<f32> {
    let mut turns = vec![0.0; order.len()];
    for (turn, place) in order.iter().enumerate() {
        if let Some(own) = turns.get_mut(*place as usize) {
            *own = turn as f32 / order.len().max(1) as f32;
        }
    }
    turns
}

impl Order {
    /// When each voxel of a crop has its turn, in the crop's order; what the box does not hold comes last.
    fn over(&self, crop: &Crop) -> Vec<f32> {
        let bounds = &crop.context.bounds;
        let [ni, nj, nk] = bounds.size;
        let inside = |axis: usize, n: usize| {
            let at = bounds.min[axis] + n as i64 - self.bounds.min[axis];
            usize::try_from(at).ok().filter(|at| *at < self.bounds.size[axis])
        };
        let mut all = Vec::with_capacity(ni * nj * nk);
        for k in 0..nk {
            for i in 0..ni {
                for j in 0..nj {
                    let turn = inside(0, i).zip(inside(1, j)).zip(inside(2, k)).and_then(|((i, j), k)| {
                        self.turns.get((k * self.bounds.size[1] + j) * self.bounds.size[0] + i).copied()
                    });
                    all.push(turn.unwrap_or(1.0));
                }
            }
        }
        all
    }
}

impl Curves {
    /// - `fill_hu`: of the lung
    /// - errors: cancelled, a device that failed, numbers that are none
    pub(super) fn of(
        network: &M3NetNetwork,
        crops: &[Crop; 3],
        order: &Order,
        fill_hu: f32,
        steps: usize,
        ctx: &JobContext,
    ) -> Result<Self, ExplainError> {
        let values = values_of(crops);
        let turns = crops.each_ref().map(|crop| order.over(crop));
        let fills = crops.each_ref().map(|crop| {
            let [low, high] = crop.range_hu;
            ((fill_hu - low) / (high - low).max(1e-8)).clamp(0.0, 1.0)
        });
        let probability = |covered: &dyn Fn(f32) -> bool| -> Result<f64, ExplainError> {
            ctx.check()?;
            let inputs: CropMaps = std::array::from_fn(|n| {
                let pairs = values[n].iter().zip(&turns[n]);
                pairs.map(|(value, turn)| if covered(*turn) { fills[n] } else { *value }).collect()
            });
            Ok(1.0 / (1.0 + (-margin(network, crops, &inputs)?).exp()))
        };
        let (mut deletion, mut insertion) = (Vec::new(), Vec::new());
        for step in 0..=steps {
            // At the end everything has had its turn, the last ones too.
            let share = if step == steps { 2.0 } else { step as f32 / steps as f32 };
            deletion.push(probability(&|turn| turn < share)?);
            insertion.push(probability(&|turn| turn >= share)?);
        }
        Ok(Self { deletion: area(&deletion), insertion: area(&insertion) })
    }
}

/// Under a curve of equal steps over the length of one, by trapezoids.
pub(in crate::explain) fn area(heights: &[f64]) -> f64 {
    let pairs = heights.iter().zip(heights.iter().skip(1));
    pairs.map(|(a, b)| (a + b) / 2.0).sum::<f64>() / heights.len().saturating_sub(1).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_area_of_a_straight_line_is_its_mean() {
        assert!((area(&[1.0, 0.5, 0.0]) - 0.5).abs() < 1e-12);
        assert!((area(&[0.25; 5]) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn what_speaks_most_for_the_answer_goes_first_and_what_speaks_against_it_last() {
        let map = Saliency {
            method: "gradient",
            scale: None,
            bounds: VoxelBox { min: [0; 3], size: [4, 1, 1] },
            values: Arc::from([0.5f32, -2.0, 1.0, 0.0]),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: Vec::new(),
        };
        assert_eq!(strongest_first(&map).turns, [0.25, 0.75, 0.0, 0.5]);
    }

    #[test]
    fn a_random_order_gives_every_block_one_turn() {
        let bounds = VoxelBox { min: [-3, 0, 5], size: [20, 9, 16] };
        let order = random_order(&bounds, 3);
        let mut seen: Vec<u32> = order.turns.iter().map(|turn| (turn * 12.0).round() as u32).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (0..12).collect::<Vec<_>>());
        assert_eq!(order.turns[0], order.turns[7], "a block keeps together");
        assert_eq!(random_order(&bounds, 3).turns, order.turns);
    }
}
