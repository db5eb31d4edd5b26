//! RISE: the tissue is covered by many random patterns; a place matters as far as answers are more malignant
//! when it is left to be seen.
//!
//! Source: Petsiuk et al. 2018, arXiv 1806.07421, section 3.1, in three dimensions (how a mean is made of the
//! answers: `SeenMean`). One pattern covers
//! the same places of the CT in all three crops; what is covered fades to aerated lung, and each crop's
//! normalisation is held as it was.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::error::ExplainError;
use super::input::{CropMaps, margin, values_of};
use super::noise::generator;
use crate::geometry::VoxelBox;
use crate::inference::{Crop, M3NetNetwork};
use crate::jobs::{Cancelled, JobContext};

/// What patterns together show of a place, at least, for anything to be known of it.
const LEAST_SEEN: f64 = 1e-3;

/// How patterns are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covering {
    /// Number of patterns.
    pub patterns: usize,
    /// Cells of a pattern along columns, rows and slices of what the widest crop reads.
    pub cells: [usize; 3],
    /// Share of the cells that are left to be seen.
    pub seen: f64,
    /// What covers, HU.
    pub fill_hu: f32,
    /// Of the patterns.
    pub seed: u64,
}

impl Covering {
    /// What is told with the map: names and numbers.
    /// - `mean`: of all patterns' answers
    pub(super) fn told(&self, mean: f64) -> Vec<(&'static str, f64)> {
        vec![
            ("mean", mean),
            ("patterns", self.patterns as f64),
            ("seen", self.seen),
            ("fill_hu", f64::from(self.fill_hu)),
            ("seed", self.seed as f64),
        ]
    }
}

impl Default for Covering {
    fn default() -> Self {
        Self { patterns: 60, cells: [6, 6, 4], seen: 0.5, fill_hu: -850.0, seed: 1 }
    }
}

/// How far each voxel of a box is seen through a pattern, 0 to 1: cells drawn at random, moved by a random part
/// of a cell, and trilinear in between.
pub(super) struct Pattern {
    pub(super) cells: [usize; 3],
    /// Two more than cells along each axis, columns fastest.
    pub(super) corners: Vec<f32>,
    /// Shares of a cell.
    pub(super) moved: [f64; 3],
}

impl Pattern {
    pub(super) fn draw(how: &Covering, random: &mut ChaCha8Rng) -> Self {
        let cells = how.cells.map(|n| n.max(1));
        // Moved by up to a cell: one more corner on the far side.
        let count = cells.iter().map(|n| n + 2).product();
        let corners = (0..count).map(|_| f32::from(u8::from(random.random_bool(how.seen)))).collect();
        Self { cells, corners, moved: std::array::from_fn(|_| random.random()) }
    }

    /// At a share of the box along each axis, 0 to 1.
    pub(super) fn at(&self, share: [f64; 3]) -> f32 {
        let place: [f64; 3] = std::array::from_fn(|a| share[a] * self.cells[a] as f64 + self.moved[a]);
        let base = place.map(|v| v.floor());
        let mut sum = 0.0;
        for corner in 0..8usize {
            let mut weight = 1.0;
            let mut index = 0;
            for a in (0..3).rev() {
                let upper = corner >> a & 1;
                let part = place[a] - base[a];
                weight *= if upper == 1 { part } else { 1.0 - part };
                index = index * (self.cells[a] + 2) + (base[a] as usize + upper).min(self.cells[a] + 1);
            }
            sum += weight * f64::from(self.corners.get(index).copied().unwrap_or(0.0));
        }
        sum as f32
    }

    /// How far every voxel of a crop is seen, in the crop's order.
    fn over(&self, crop: &Crop, whole: &VoxelBox) -> Vec<f32> {
        let (bounds, [ni, nj, nk]) = (&crop.context.bounds, crop.context.bounds.size);
        let share = |axis: usize, n: usize| {
            let from = (bounds.min[axis] - whole.min[axis]) as f64 + n as f64 + 0.5;
            (from / whole.size[axis].max(1) as f64).clamp(0.0, 1.0)
        };
        let mut seen = Vec::with_capacity(ni * nj * nk);
        for k in 0..nk {
            for i in 0..ni {
                seen.extend((0..nj).map(|j| self.at([share(0, i), share(1, j), share(2, k)])));
            }
        }
        seen
    }
}

/// How far above the mean of all patterns' answers is the mean of those in which a voxel was seen, as probabilities of
/// malignancy, for the voxels of the widest crop in its own order; and that mean.
/// - errors: cancelled, a device that failed, numbers that are none
pub fn rise(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    how: Covering,
    ctx: &JobContext,
) -> Result<(Vec<f32>, f64), ExplainError> {
    let mut random = generator(how.seed);
    let count = how.patterns.max(1);
    let patterns = (0..count).map(|_| Pattern::draw(&how, &mut random));
    seen_through(network, crops, patterns, how.fill_hu, |number| {
        ctx.step(&format!("RISE: pattern {} of {count}", number + 1), number as f32 / count as f32)
    })
}

/// The same through given patterns.
/// - `fill_hu`: what covers
/// - `next`: before each pattern, with its number from 0
/// - errors: as [`rise`]
pub(super) fn seen_through(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    patterns: impl Iterator<Item = Pattern>,
    fill_hu: f32,
    next: impl Fn(usize) -> Result<(), Cancelled>,
) -> Result<(Vec<f32>, f64), ExplainError> {
    let values = values_of(crops);
    let whole = crops[2].context.bounds;
    let mut mean = SeenMean::new(values[2].len());
    for (number, pattern) in patterns.enumerate() {
        next(number)?;
        let mut covered = CropMaps::default();
        let mut widest = Vec::new();
        for (n, crop) in crops.iter().enumerate() {
            let [low, high] = crop.range_hu;
            let fill = ((fill_hu - low) / (high - low).max(1e-8)).clamp(0.0, 1.0);
            let seen = pattern.over(crop, &whole);
            covered[n] = values[n].iter().zip(&seen).map(|(v, s)| fill + (v - fill) * s).collect();
            widest = seen;
        }
        mean.add(1.0 / (1.0 + (-margin(network, crops, &covered)?).exp()), &widest);
    }
    Ok(mean.map())
}

/// How far above the mean of all answers is the mean of those in which a place was seen, each pattern counting as far
/// as it was.
///
/// Equation 6 of the paper divides by the share that is expected to be seen; with few patterns that leaves how often
/// each place happened to be seen as the strongest thing in the map. Here it is divided by what was seen. The mean is
/// taken off because it says nothing of any place, and would be most of the map.
pub(super) struct SeenMean {
    sums: Vec<f64>,
    seen: Vec<f64>,
    answers: f64,
    count: usize,
}

impl SeenMean {
    /// - `places`: how many
    pub(super) fn new(places: usize) -> Self {
        Self { sums: vec![0.0; places], seen: vec![0.0; places], answers: 0.0, count: 0 }
    }

    /// - `seen`: how far each place was, 0 to 1
    pub(super) fn add(&mut self, answer: f64, seen: &[f32]) {
        for ((sum, all), share) in self.sums.iter_mut().zip(&mut self.seen).zip(seen) {
            *sum += answer * f64::from(*share);
            *all += f64::from(*share);
        }
        self.answers += answer;
        self.count += 1;
    }

    /// The map, zero where a place was never seen, and the mean of all answers.
    pub(super) fn map(self) -> (Vec<f32>, f64) {
        let mean = self.answers / self.count.max(1) as f64;
        let above =
            |(sum, seen): (&f64, &f64)| if *seen > LEAST_SEEN { (sum / seen - mean) as f32 } else { 0.0 };
        (self.sums.iter().zip(&self.seen).map(above).collect(), mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_place_was_seen_says_nothing_of_it() {
        let mut mean = SeenMean::new(4);
        // The first place decides, the second is seen with it, the third never, the fourth always.
        mean.add(0.9, &[1.0, 1.0, 0.0, 1.0]);
        mean.add(0.1, &[0.0, 0.5, 0.0, 1.0]);
        mean.add(0.9, &[1.0, 0.0, 0.0, 1.0]);
        let (found, all) = mean.map();
        assert!((all - 1.9 / 3.0).abs() < 1e-12);
        for (found, expected) in found.iter().zip([0.9 - all, 0.95 / 1.5 - all, 0.0, 0.0]) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
        let mut still = SeenMean::new(2);
        (0..3).for_each(|n| still.add(0.4, &[0.2 * n as f32, 0.7]));
        let (map, mean) = still.map();
        assert!(map.iter().all(|v| v.abs() < 1e-6) && (mean - 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_pattern_shows_its_share_and_nothing_where_nothing_is_to_be_seen() {
        let mut random = generator(5);
        let mean = |seen: f64, random: &mut ChaCha8Rng| {
            let how = Covering { cells: [12; 3], seen, ..Covering::default() };
            let pattern = Pattern::draw(&how, random);
            let steps =
                (0..4096).map(|n| [n % 16, n / 16 % 16, n / 256].map(|v| (f64::from(v) + 0.5) / 16.0));
            steps.map(|at| f64::from(pattern.at(at))).sum::<f64>() / 4096.0
        };
        assert_eq!(mean(0.0, &mut random), 0.0);
        // Weights of corners add up to one, to rounding.
        assert!((mean(1.0, &mut random) - 1.0).abs() < 1e-6);
        // Some 1700 cells: a deviation of about 0.012.
        assert!((mean(0.5, &mut random) - 0.5).abs() < 0.06);
    }
}
