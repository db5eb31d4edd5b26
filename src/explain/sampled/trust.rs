//! Whether a map can be relied on, as [`crate::explain::Trust`] asks of an M3Net's.

use rand::seq::SliceRandom;

use super::cascade::CASCADE;
use super::{Sampled, Worth};
use crate::explain::error::ExplainError;
use crate::explain::noise::generator;
use crate::explain::parameters::Parameters;
use crate::explain::saliency::Saliency;
use crate::explain::trust::{STEPS, area, passed, rank_correlation, ssim, turns};
use crate::geometry::VoxelGrid;
use crate::jobs::JobContext;

/// Along each axis, how many blocks a random order keeps together: single samples would only be noise.
const BLOCKS: usize = 8;

/// Checks maps of one answer, and keeps what does not depend on the map.
#[derive(Debug, Default)]
pub struct SampledTrust {
    /// Areas of tissue taken away, and put back, in a random order.
    random: Option<[f64; 2]>,
}

impl SampledTrust {
    /// How like a map is to the same map of the network with some of its layers random: the names of the step, and
    /// `randomisation_passed` where everything is.
    /// - `step`: of [`super::CASCADE`]
    pub fn likeness(step: usize, [map, other]: [&Saliency; 2]) -> Vec<(&'static str, f64)> {
        let rank = rank_correlation(&map.values, &other.values);
        let structure = ssim(&map.values, &other.values, map.bounds.size);
        let Some(layer) = CASCADE.get(step) else { return Vec::new() };
        let mut told = vec![(layer.rank, rank), (layer.ssim, structure)];
        if step + 1 == CASCADE.len() {
            told.push(("randomisation_passed", f64::from(u8::from(passed(rank, structure)))));
        }
        told
    }

    /// What becomes of the answer when what a map points at is taken away, by the names that
    /// [`crate::explain::Trust`] gives it: `deletion`, `insertion`, `deletion_random`, `insertion_random`.
    /// - `of`: who answered, to what
    /// - `grid`: of the CT
    /// - errors: cancelled, a device that failed, numbers that are none
    pub fn taken_away(
        &mut self,
        of: &dyn Sampled,
        map: &Saliency,
        grid: &VoxelGrid,
        how: Parameters,
        ctx: &JobContext,
    ) -> Result<Vec<(&'static str, f64)>, ExplainError> {
        let fill = of.of_hu(how.occluding.fill_hu);
        let [deletion, insertion] = curves(of, &strongest_first(of, map, grid), fill, ctx)?;
        let random = match self.random {
            Some(random) => random,
            None => curves(of, &random_order(of.shape(), how.covering.seed), fill, ctx)?,
        };
        self.random = Some(random);
        Ok(vec![
            ("deletion", deletion),
            ("insertion", insertion),
            ("deletion_random", random[0]),
            ("insertion_random", random[1]),
        ])
    }
}

/// When each sample has its turn, 0 (first) to 1: where the map speaks most for the answer, first.
fn strongest_first(of: &dyn Sampled, map: &Saliency, grid: &VoxelGrid) -> Vec<f32> {
    let ([slices, rows, columns], corners) = (of.shape(), of.region().corners);
    let [first, right, down, up] = [0, 1, 2, 4].map(|n| (grid.voxel_from_patient() * corners[n]).to_array());
    let middle = |n: usize, count: usize| (n as f64 + 0.5) / count.max(1) as f64;
    let value = |[slice, row, column]: [usize; 3]| {
        let shares = [middle(column, columns), middle(row, rows), middle(slice, slices)];
        let mut index = 0usize;
        for axis in (0..3).rev() {
            let along: f64 = [right, down, up]
                .iter()
                .zip(shares)
                .map(|(end, share)| (end[axis] - first[axis]) * share)
                .sum();
            let at = (first[axis] + along).round() as i64 - map.bounds.min[axis];
            let at = usize::try_from(at).ok().filter(|at| *at < map.bounds.size[axis])?;
            index = index * map.bounds.size[axis] + at;
        }
        map.values.get(index).copied()
    };
    let mut values = Vec::with_capacity(slices * rows * columns);
    for slice in 0..slices {
        for row in 0..rows {
            // Outside of the CT there is nothing to speak for anything.
            values
                .extend((0..columns).map(|column| value([slice, row, column]).unwrap_or(f32::NEG_INFINITY)));
        }
    }
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    let value = |n: u32| values.get(n as usize).copied().unwrap_or(f32::NEG_INFINITY);
    order.sort_by(|a, b| value(*b).total_cmp(&value(*a)));
    turns(&order)
}

/// The same in blocks drawn by a seed.
fn random_order([slices, rows, columns]: [usize; 3], seed: u64) -> Vec<f32> {
    let counts = [slices, rows, columns].map(|n| n.min(BLOCKS));
    let mut drawn: Vec<u32> = (0..counts.iter().product::<usize>() as u32).collect();
    drawn.shuffle(&mut generator(seed));
    let of_block = turns(&drawn);
    let cell = |axis: usize, n: usize| n * counts[axis] / [slices, rows, columns][axis].max(1);
    let mut all = Vec::with_capacity(slices * rows * columns);
    for slice in 0..slices {
        for row in 0..rows {
            let line = (cell(0, slice) * counts[1] + cell(1, row)) * counts[2];
            let turn = |column| of_block.get(line + cell(2, column)).copied().unwrap_or(1.0);
            all.extend((0..columns).map(turn));
        }
    }
    all
}

/// Areas under the probability as samples are covered, and as they are put back.
fn curves(of: &dyn Sampled, turns: &[f32], fill: f32, ctx: &JobContext) -> Result<[f64; 2], ExplainError> {
    let probability = |covered: &dyn Fn(f32) -> bool| -> Result<f64, ExplainError> {
        ctx.check()?;
        let pairs = of.values().iter().zip(turns);
        let input: Vec<f32> = pairs.map(|(v, turn)| if covered(*turn) { fill } else { *v }).collect();
        Ok(Worth::probability(of.worth(&input)?))
    };
    let (mut deletion, mut insertion) = (Vec::new(), Vec::new());
    for step in 0..=STEPS {
        ctx.step("Deletion and insertion", step as f32 / STEPS as f32)?;
        // At the end everything has had its turn, the last ones too.
        let share = if step == STEPS { 2.0 } else { step as f32 / STEPS as f32 };
        deletion.push(probability(&|turn| turn < share)?);
        insertion.push(probability(&|turn| turn >= share)?);
    }
    Ok([area(&deletion), area(&insertion)])
}
