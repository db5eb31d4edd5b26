//! KernelSHAP: how the margin is shared out among pieces of tissue, fairly in the sense of Shapley.
//!
//! Source: Lundberg and Lee 2017, arXiv 1705.07874, theorem 2; coalitions are drawn by their kernel weight, each with its
//! complement (Covert and Lee 2021, arXiv 2012.01536, section 3.2), and the least squares keep the sum exactly. What
//! is absent is replaced by aerated lung in every crop, whose normalisation is held as it is.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::ExplainError;
use super::input::{CropMaps, margin, values_of};
use super::noise::generator;
use super::supervoxels::{Ground, Supervoxels, supervoxels};
use crate::geometry::VoxelGrid;
use crate::inference::{Crop, M3NetNetwork};
use crate::jobs::{Cancelled, JobContext};

/// How the margin is shared out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharing {
    /// About how many pieces what the widest crop reads is cut into.
    pub pieces: usize,
    /// How many coalitions of pieces are asked about, each with its complement; at least twice as many as tell all
    /// pieces apart.
    pub coalitions: usize,
    /// What stands in the place of absent tissue, HU.
    pub fill_hu: f32,
    /// Of the coalitions.
    pub seed: u64,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { pieces: 36, coalitions: 160, fill_hu: -850.0, seed: 1 }
    }
}

/// The shares, and what they add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// For each voxel of the widest crop in its own order: the share of its piece, logits.
    pub values: Vec<f32>,
    /// The share of each piece, logits.
    pub shares: Vec<f64>,
    /// Coalitions that were asked about.
    pub coalitions: usize,
    /// The margin with all tissue less the margin with none: what the shares add up to.
    pub difference: f64,
}

/// Shares the margin out among pieces of tissue.
/// - errors: cancelled, a device that failed, numbers that are none
pub fn kernel_shap(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    grid: &VoxelGrid,
    how: Sharing,
    ctx: &JobContext,
) -> Result<Shared, ExplainError> {
    ctx.step("KernelSHAP: cutting pieces", 0.0)?;
    let pieces = supervoxels(&Ground::of_crop(&crops[2], grid), how.pieces);
    let drawn = coalitions(pieces.count, how);
    let total = drawn.len();
    let (shares, difference) =
        share_out(network, crops, &pieces, how.fill_hu, drawn, |done| asked(done, total, ctx))?;
    Ok(Shared::over(&pieces, shares, total, difference))
}

/// Says how far it is, before a coalition.
pub(super) fn asked(done: usize, total: usize, ctx: &JobContext) -> Result<(), Cancelled> {
    ctx.step(&format!("KernelSHAP: {done} of {total} coalitions"), done as f32 / total.max(1) as f32)
}

/// Coalitions by their kernel weight, each with its complement.
/// - `players`: how many pieces there are
pub(super) fn coalitions(players: usize, how: Sharing) -> Vec<(Vec<bool>, f64)> {
    let mut random = generator(how.seed);
    // A coalition and its complement say the same of who is told apart from whom.
    let pairs = (how.coalitions / 2).max(players + 4);
    let mut drawn = Vec::with_capacity(2 * pairs);
    for _ in 0..pairs {
        let present = draw(players, &mut random);
        let absent: Vec<bool> = present.iter().map(|seen| !seen).collect();
        drawn.extend([(present, 1.0), (absent, 1.0)]);
    }
    drawn
}

impl Shared {
    /// What is told with the map: names and numbers.
    pub(super) fn told(&self, how: Sharing) -> Vec<(&'static str, f64)> {
        vec![
            ("supervoxels", self.shares.len() as f64),
            ("coalitions", self.coalitions as f64),
            ("fill_hu", f64::from(how.fill_hu)),
            ("seed", how.seed as f64),
            ("difference", self.difference),
        ]
    }

    /// The share of each piece at each of its voxels.
    pub(super) fn over(pieces: &Supervoxels, shares: Vec<f64>, coalitions: usize, difference: f64) -> Self {
        let values = pieces.labels.iter().map(|label| shares[usize::from(*label)] as f32).collect();
        Self { values, shares, coalitions, difference }
    }
}

/// The share of each piece, from given coalitions, and what all of them together do.
/// - `coalitions`: which pieces are present, and the weight of what is said then
/// - `next`: before each coalition, with how many were asked about
/// - errors: as [`kernel_shap`]; coalitions that do not tell all pieces apart
pub(super) fn share_out(
    network: &M3NetNetwork,
    crops: &[Crop; 3],
    pieces: &Supervoxels,
    fill_hu: f32,
    coalitions: Vec<(Vec<bool>, f64)>,
    next: impl Fn(usize) -> Result<(), Cancelled>,
) -> Result<(Vec<f64>, f64), ExplainError> {
    let values = values_of(crops);
    let labels = crops.each_ref().map(|crop| labels_of(pieces, &crops[2], crop));
    let fills = crops.each_ref().map(|crop| {
        let [low, high] = crop.range_hu;
        ((fill_hu - low) / (high - low).max(1e-8)).clamp(0.0, 1.0)
    });
    let worth = |present: &[bool]| {
        let inputs: CropMaps = std::array::from_fn(|n| {
            let pairs = values[n].iter().zip(&labels[n]);
            let seen = |label: &Option<u16>| label.is_none_or(|label| present[usize::from(label)]);
            pairs.map(|(value, label)| if seen(label) { *value } else { fills[n] }).collect()
        });
        margin(network, crops, &inputs)
    };
    shares_of(pieces.count, coalitions, worth, next)
}

/// The share of each player, and what all of them together do.
/// - `coalitions`, `next`: as [`share_out`]
/// - `worth`: of a coalition
/// - errors: of `worth` and `next`; coalitions that do not tell all players apart
pub(super) fn shares_of(
    players: usize,
    coalitions: Vec<(Vec<bool>, f64)>,
    worth: impl Fn(&[bool]) -> Result<f64, ExplainError>,
    next: impl Fn(usize) -> Result<(), Cancelled>,
) -> Result<(Vec<f64>, f64), ExplainError> {
    let (all, none) = (worth(&vec![true; players])?, worth(&vec![false; players])?);
    let mut asked: Vec<(Vec<bool>, f64, f64)> = Vec::with_capacity(coalitions.len());
    for (present, weight) in coalitions {
        next(asked.len())?;
        let worth = worth(&present)?;
        asked.push((present, weight, worth));
    }
    let shares = shapley(players, &asked, none, all).ok_or(ExplainError::NoNumber)?;
    Ok((shares, all - none))
}

/// The piece of every voxel of a crop, in its order; `None` outside the widest crop.
fn labels_of(pieces: &Supervoxels, widest: &Crop, crop: &Crop) -> Vec<Option<u16>> {
    let (bounds, wide) = (&crop.context.bounds, &widest.context.bounds);
    let [ni, nj, nk] = bounds.size;
    let inside = |axis: usize, n: usize| {
        let at = bounds.min[axis] + n as i64 - wide.min[axis];
        usize::try_from(at).ok().filter(|at| *at < wide.size[axis])
    };
    let mut all = Vec::with_capacity(ni * nj * nk);
    for k in 0..nk {
        for i in 0..ni {
            for j in 0..nj {
                let at = inside(0, i).zip(inside(1, j)).zip(inside(2, k));
                all.push(at.and_then(|((i, j), k)| {
                    pieces.labels.get((k * wide.size[0] + i) * wide.size[1] + j).copied()
                }));
            }
        }
    }
    all
}

/// A coalition whose size is drawn by the kernel's weight of all coalitions of that size, `(n - 1) / (s (n - s))`.
fn draw(count: usize, random: &mut ChaCha8Rng) -> Vec<bool> {
    let weight = |size: usize| 1.0 / (size * (count - size)) as f64;
    let all: f64 = (1..count).map(weight).sum();
    let mut at = random.random::<f64>() * all;
    let mut size = 1;
    for s in 1..count {
        size = s;
        at -= weight(s);
        if at <= 0.0 {
            break;
        }
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(random);
    let mut present = vec![false; count];
    order.into_iter().take(size.min(count)).for_each(|n| present[n] = true);
    present
}

/// Weighted least squares for shares that add up to `all - none`.
/// - `asked`: who was present, the weight, the worth
/// - returns: `None` where the coalitions do not tell all players apart
fn shapley(players: usize, asked: &[(Vec<bool>, f64, f64)], none: f64, all: f64) -> Option<Vec<f64>> {
    let whole = all - none;
    let free = players.checked_sub(1)?;
    // The last player has what is left: its column is taken off the others'.
    let mut normal = vec![vec![0.0; free + 1]; free];
    for (present, weight, worth) in asked {
        let last = f64::from(u8::from(present[free]));
        let row: Vec<f64> = (0..free).map(|n| f64::from(u8::from(present[n])) - last).collect();
        let rest = worth - none - last * whole;
        for (a, line) in row.iter().zip(&mut normal).filter(|(a, _)| **a != 0.0) {
            line.iter_mut().zip(&row).for_each(|(sum, b)| *sum += weight * a * b);
            line[free] += weight * a * rest;
        }
    }
    let mut shares = solved(normal)?;
    shares.push(whole - shares.iter().sum::<f64>());
    Some(shares)
}

/// Gauss with the largest pivot; each line ends with its right side.
fn solved(mut lines: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = lines.len();
    for step in 0..n {
        let best = (step..n).max_by(|a, b| lines[*a][step].abs().total_cmp(&lines[*b][step].abs()))?;
        lines.swap(step, best);
        if lines[step][step].abs() < 1e-9 {
            return None;
        }
        let pivot = lines[step].clone();
        for (_, line) in lines.iter_mut().enumerate().filter(|(other, _)| *other != step) {
            let factor = line[step] / pivot[step];
            line.iter_mut().zip(&pivot).skip(step).for_each(|(value, p)| *value -= factor * p);
        }
    }
    Some((0..n).map(|row| lines[row][n] / lines[row][row]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every coalition but none and all, with the kernel's weight.
    fn every(players: usize, worth: impl Fn(&[bool]) -> f64) -> Vec<(Vec<bool>, f64, f64)> {
        let choose = |n: usize, k: usize| (1..=k).fold(1.0, |sum, i| sum * (n + 1 - i) as f64 / i as f64);
        (1..(1usize << players) - 1)
            .map(|bits| {
                let present: Vec<bool> = (0..players).map(|n| bits >> n & 1 == 1).collect();
                let size = present.iter().filter(|seen| **seen).count();
                let weight =
                    (players - 1) as f64 / (choose(players, size) * (size * (players - size)) as f64);
                let worth = worth(&present);
                (present, weight, worth)
            })
            .collect()
    }

    #[test]
    fn shares_of_a_small_game_are_its_shapley_values() {
        // Two left gloves and a right one: a pair is worth one. Shapley values 1/6, 1/6, 4/6.
        let gloves = |present: &[bool]| f64::from(u8::from((present[0] || present[1]) && present[2]));
        let found = shapley(3, &every(3, gloves), 0.0, 1.0).expect("solved");
        for (found, expected) in found.iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn of_a_sum_every_player_gets_what_he_brings_from_few_coalitions() {
        let brings = [0.5, -2.0, 0.0, 3.0, 1.25, -0.75, 0.1, 4.0];
        let worth = |present: &[bool]| {
            7.0 + present.iter().zip(brings).map(|(seen, v)| if *seen { v } else { 0.0 }).sum::<f64>()
        };
        let mut random = generator(3);
        let asked: Vec<(Vec<bool>, f64, f64)> = (0..12)
            .flat_map(|_| {
                let present = draw(8, &mut random);
                let absent = present.iter().map(|seen| !seen).collect();
                [present, absent]
            })
            .map(|present: Vec<bool>| {
                let worth = worth(&present);
                (present, 1.0, worth)
            })
            .collect();
        let found = shapley(8, &asked, 7.0, worth(&[true; 8])).expect("told apart");
        assert!(found.iter().zip(brings).all(|(found, brought)| (found - brought).abs() < 1e-9), "{found:?}");
        // Too few coalitions tell nobody apart.
        assert_eq!(shapley(8, &asked[..2], 7.0, worth(&[true; 8])), None);
    }

    #[test]
    fn small_and_large_coalitions_are_drawn_most() {
        let mut random = generator(1);
        let mut sizes = [0usize; 11];
        for _ in 0..2000 {
            sizes[draw(10, &mut random).iter().filter(|seen| **seen).count()] += 1;
        }
        assert_eq!((sizes[0], sizes[10]), (0, 0));
        // 1/9 beside 1/25 of the same sum: 2000 draws give 393 and 141, within four deviations.
        assert!(sizes[1].abs_diff(393) < 72 && sizes[5].abs_diff(141) < 46, "{sizes:?}");
    }
}
