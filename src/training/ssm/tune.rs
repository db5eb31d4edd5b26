//! Learning with labels, which the published network does not do: where in a slice the nodule is.
//!
//! Each patch is told how much of a nodule's box lies in it, the class token whether there is one, and its attention in
//! the last block where; and the strongest patch tells whether there is one, so that none of many may be wrong. Slices are read in square pieces whose patches keep their place in the slice: a step costs a
//! tenth of one on whole slices. Pieces grow: among sixteen patches the class token learns what a nodule is, and then
//! to find it among more and more.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::input::{SIDE, cut, shares};
use super::{SsmTraining, TUNING};
use crate::networks::ssm::{Dino, PATCH};
use crate::networks::{Tapped, Taps};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::draw::generator;
use crate::training::learner::{Loss, Task};
use crate::training::losses::binary_loss;
use crate::training::pictures::Look;

/// Rows and columns of patches of a slice.
const ACROSS: usize = SIDE / PATCH;

/// Of the smaller one of patch and nodule, what both share, from which on the patch is looked at.
const ON_NODULE: f32 = 0.3;
/// What is added at first to the strongest patch's logit: one patch in some fifty holds a nodule.
const STRONGEST: f64 = -4.0;
/// Of pieces without a nodule, how many are cut anywhere in the middle of the slice, and not where others have one: what
/// lies elsewhere must be known, too.
const ELSEWHERE: f64 = 0.5;
/// Added to a share of attention, so that none at all costs no infinity.
const LEAST_SHARE: f64 = 1e-4;

/// The transformer, and what tells of its tokens; that is left behind.
#[derive(Module, Debug)]
pub(super) struct Tuned {
    vit: Dino,
    slice: Linear,
    patch: Linear,
    /// Added to what the strongest patch says of its piece: patches are told as if half of them held a nodule.
    strongest: Param<Tensor<1>>,
}

impl Tuned {
    /// - `vit`: `dim` features wide
    pub(super) fn new(vit: Dino, dim: usize, device: &Device) -> Self {
        let head = || LinearConfig::new(dim, 1).with_initializer(Initializer::Zeros).init(device);
        let strongest = Initializer::Constant { value: STRONGEST }.init([1], device);
        Self { vit, slice: head(), patch: head(), strongest }
    }

    /// Without what tells of its tokens.
    pub(super) fn into_transformer(self) -> Dino {
        self.vit
    }
}

/// Teaches the transformer where nodules are.
pub(super) struct TuningTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a SsmTraining,
    /// Boxes of nodules of those who teach: where a piece without one is cut.
    pub(super) places: Vec<[f32; 4]>,
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// Rows and columns of patches of every piece.
    patches: usize,
    values: Vec<f32>,
    corners: Vec<[usize; 2]>,
    /// Of every piece and patch, 0 to 1.
    inside: Vec<f32>,
    holds: Vec<bool>,
}

/// One piece of a slice.
struct Piece {
    values: Vec<f32>,
    corner: [usize; 2],
    inside: Vec<f32>,
    holds: bool,
}

/// A box in pixels of a slice: left, top, right, bottom.
type Pixels = [f32; 4];

fn pixels([left, top, width, height]: [f32; 4], mirrored: bool) -> Pixels {
    let left = if mirrored { 1.0 - left - width } else { left };
    [left, top, left + width, top + height].map(|share| share * SIDE as f32)
}

/// How much of the smaller one of a box and a square they share.
fn shared([left, top, right, bottom]: Pixels, corner: [f32; 2], side: f32) -> f32 {
    let along = |low: f32, high: f32, from: f32| (high.min(from + side) - low.max(from)).max(0.0);
    let smaller = ((right - left) * (bottom - top)).min(side * side).max(f32::MIN_POSITIVE);
    along(left, right, corner[0]) * along(top, bottom, corner[1]) / smaller
}

/// First pixel of a piece along one axis, anywhere so that it holds the middle of what lies between `low` and
/// `high`.
fn first(low: f32, high: f32, side: usize, random: &mut ChaCha8Rng) -> usize {
    let middle = (0.5 * (low + high)).clamp(0.0, (SIDE - 1) as f32) as usize;
    let (least, most) = (middle.saturating_sub(side - 1), middle.min(SIDE - side));
    random.random_range(least.min(most)..=most)
}

/// First pixel of a piece along one axis, its middle in the middle four fifths of the slice.
fn anywhere(side: usize, random: &mut ChaCha8Rng) -> usize {
    let middle = random.random_range(SIDE / 10..=SIDE - SIDE / 10);
    middle.saturating_sub(side / 2).min(SIDE - side)
}

impl TuningTask<'_> {
    /// - `across`: rows and columns of patches
    fn piece(&self, case: usize, across: usize, look: Look) -> Piece {
        let number = match look {
            Look::Plain => u64::MAX,
            Look::Varied(number) => number,
        };
        let mut random = generator(self.config.seed, "where nodules are", &[case as u64, number]);
        let bytes = &self.cohort.inputs[case];
        let side = across * PATCH;
        let mirrored: bool = random.random();
        let own = shares(bytes).filter(|_| self.cohort.cases[case].positive);
        // Slices without a nodule are looked at where others have one: the place tells nothing.
        let at = own.or_else(|| {
            let places = self.places.len().max(1);
            self.places.get(random.random_range(0..places)).copied()
        });
        let at = at.unwrap_or([0.25, 0.25, 0.5, 0.5]);
        let [left, top, right, bottom] = pixels(at, mirrored);
        let mut corner = [first(left, right, side, &mut random), first(top, bottom, side, &mut random)];
        if own.is_none() && random.random_bool(ELSEWHERE) {
            corner = [0, 1].map(|_| anywhere(side, &mut random));
        }
        let values = cut(bytes, side, corner, mirrored, self.config.crops.brightness, &mut random);
        let patches = 0..across;
        let inside = patches.clone().flat_map(|row| patches.clone().map(move |column| [column, row]));
        let inside = inside.map(|patch| {
            let first = [0, 1].map(|n| (corner[n] + patch[n] * PATCH) as f32);
            own.map_or(0.0, |found| shared(pixels(found, mirrored), first, PATCH as f32))
        });
        // Between two places of the slice's own patches it is the nearer one's.
        let [column, row] = corner.map(|px| {
            let nearest = (px + PATCH / 2) / PATCH;
            nearest.min(ACROSS.saturating_sub(across))
        });
        Piece { values, corner: [row, column], inside: inside.collect(), holds: own.is_some() }
    }
}

impl Task for TuningTask<'_> {
    type Net = Tuned;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        TUNING
    }

    fn course(&self) -> Course {
        self.config.tuning
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let patches = self.config.tuning.turn(&self.config.tuning_patches, look).unwrap_or(1);
        let pieces: Vec<Piece> = cases.par_iter().map(|&case| self.piece(case, patches, look)).collect();
        let mut batch =
            Batch { patches, values: Vec::new(), corners: Vec::new(), inside: Vec::new(), holds: Vec::new() };
        for piece in pieces {
            batch.values.extend(piece.values);
            batch.corners.push(piece.corner);
            batch.inside.extend(piece.inside);
            batch.holds.push(piece.holds);
        }
        batch
    }

    fn loss(&self, net: &Tuned, batch: &Batch, _learning: bool, device: &Device) -> Loss {
        let (count, patches) = (batch.holds.len(), batch.patches);
        let side = patches * PATCH;
        let images = Tensor::from_data(TensorData::new(batch.values.clone(), [count, 3, side, side]), device);
        let attention = net.vit.last_attention();
        let mut taps = Taps::of(&[&attention]);
        let seen = net.vit.forward_pieces(images, [ACROSS; 2], &batch.corners, &mut taps);
        let slices = binary_loss(net.slice.forward(seen.class), &batch.holds, [1.0; 2], 0.0);
        let rows = count * patches * patches;
        let [_, _, dim] = seen.patches.dims();
        let told = net.patch.forward(seen.patches.reshape([rows, dim]));
        // Behind every largest logit the rest of them: a smooth maximum.
        let each = told.clone().reshape([count, rows / count]);
        let highest = each.clone().detach().max_dim(1);
        let strongest = (each - highest.clone()).exp().sum_dim(1).log() + highest;
        let strongest = strongest + net.strongest.val().unsqueeze::<2>();
        let strongest = binary_loss(strongest, &batch.holds, [1.0; 2], 0.0);
        let inside = Tensor::<2>::from_data(TensorData::new(batch.inside.clone(), [rows, 1]), device);
        let outside = inside.clone().neg() + 1.0;
        // Hundreds of patches hold nothing for each that holds a nodule: both kinds count the same.
        let mean =
            |loss: Tensor<2>, weight: Tensor<2>| (loss * weight.clone()).sum() / weight.sum().clamp_min(1e-3);
        let patches = (mean(log_sigmoid(told.clone()).neg(), inside)
            + mean(log_sigmoid(told.neg()).neg(), outside))
            * 0.5;
        let mut total = slices.clone() + patches.clone() + strongest.clone();
        let mut parts = vec![("nodule or none", slices), ("where", patches), ("strongest", strongest)];
        if let Some(Tapped::D3(attention)) = taps.take(&attention) {
            // Patches of which a nodule has a good part.
            let on = |share: &f32| f32::from(u8::from(*share > ON_NODULE));
            let on: Vec<f32> = batch.inside.iter().map(on).collect();
            let on = Tensor::<2>::from_data(TensorData::new(on, [count, rows / count]), device);
            let holds = on.clone().max_dim(1);
            let shares: Tensor<3> = Dino::of_patches(attention, seen.grid).mean_dim(1).flatten(1, 2);
            let share = (shares.reshape([count, rows / count]) * on).sum_dim(1);
            let missed = (share + LEAST_SHARE).log().neg() * holds.clone();
            let looking = missed.sum() / holds.sum().clamp_min(1.0);
            total = total + looking.clone() * f64::from(self.config.looking_weight);
            parts.push(("looking there", looking));
        }
        Loss { total, parts, carried: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_holds_of_a_box_what_both_share_of_the_smaller_one() {
        // A nodule inside of one patch, one over four, one larger than a patch.
        assert!((shared([2.0, 2.0, 8.0, 8.0], [0.0, 0.0], 14.0) - 1.0).abs() < 1e-6);
        assert!((shared([11.0, 11.0, 17.0, 17.0], [0.0, 0.0], 14.0) - 0.25).abs() < 1e-6);
        assert!((shared([0.0, 0.0, 40.0, 40.0], [14.0, 14.0], 14.0) - 1.0).abs() < 1e-6);
        assert_eq!(shared([0.0, 0.0, 10.0, 10.0], [14.0, 0.0], 14.0), 0.0);
        assert_eq!(pixels([0.25, 0.5, 0.25, 0.125], true), [252.0, 252.0, 378.0, 315.0]);
    }

    #[test]
    fn a_piece_lies_in_its_slice_and_holds_the_middle() {
        let mut random = generator(1, "pieces", &[]);
        for (low, high) in [(0.0, 6.0), (250.0, 260.0), (490.0, 504.0)] {
            for _ in 0..100 {
                let from = first(low, high, 224, &mut random);
                let middle = 0.5 * (low + high) as f64;
                assert!(from + 224 <= SIDE && (from as f64) <= middle && middle < (from + 224) as f64);
            }
        }
        // A piece that is the slice.
        assert_eq!(first(100.0, 120.0, SIDE, &mut random), 0);
        assert_eq!(anywhere(SIDE, &mut random), 0);
        let all: Vec<usize> = (0..200).map(|_| anywhere(112, &mut random)).collect();
        assert!(all.iter().all(|from| from + 112 <= SIDE) && all.iter().any(|from| *from > 300));
    }
}
