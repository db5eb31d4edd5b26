//! Every choice of teaching LungNodule-SSM.

use serde::{Deserialize, Serialize};

use crate::networks::ssm::PATCH;
use crate::training::course::{Course, Optimiser};
use crate::training::curriculum::{check, parsed};
use crate::training::error::TrainingError;

/// How slices are cut for learning without labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SsmCrops {
    /// Columns and rows of the two large pieces, a multiple of 14.
    pub large: usize,
    /// Shares of the slice's area that a large piece has, lowest and highest.
    pub large_area: [f32; 2],
    /// Number of small pieces.
    pub small_count: usize,
    /// Columns and rows of a small piece, a multiple of 14.
    pub small: usize,
    /// Shares of the slice's area that a small piece has, lowest and highest.
    pub small_area: [f32; 2],
    /// Largest relative change of contrast, and largest shift of brightness, of 1.
    pub brightness: f32,
    /// Share of the large pieces of which patches are hidden.
    pub hidden: f32,
    /// Shares of the patches that are hidden then, lowest and highest.
    pub hidden_patches: [f32; 2],
}

impl Default for SsmCrops {
    fn default() -> Self {
        Self {
            large: 16 * PATCH,
            large_area: [0.2, 1.0],
            small_count: 4,
            small: 7 * PATCH,
            small_area: [0.04, 0.2],
            brightness: 0.2,
            hidden: 0.5,
            hidden_patches: [0.1, 0.5],
        }
    }
}

/// A training run of LungNodule-SSM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SsmTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// Share of the training patients that measure progress, where the manifest names none.
    pub validation: f64,
    /// Whether the transformer learns without labels; else its features are those of the weights that were
    /// given, as published.
    pub self_taught: bool,
    /// Pieces of slices.
    pub crops: SsmCrops,
    /// Directions into which the pieces are sorted.
    pub prototypes: usize,
    /// Sharpness of the teacher's sorting, and of the student's.
    pub sharpness: [f64; 2],
    /// How much of it the teacher keeps at each step; it rises to 1 by a half cosine.
    pub momentum: f64,
    /// How much of the teacher's mean answer, which is taken away from it, is kept at each step.
    pub centring: f64,
    /// Whether the teacher's answers are spread evenly over the prototypes by Sinkhorn and Knopp's iteration,
    /// as DINOv2 does with batches of thousands, in place of taking away its mean answer.
    pub sinkhorn: bool,
    /// Weight of telling what hidden patches show.
    pub hidden_weight: f32,
    /// Weight of keeping the slices of a step apart (KoLeo).
    pub koleo_weight: f32,
    /// Learning without labels.
    pub pretraining: Course,
    /// Whether the transformer then learns with labels where nodules are. Ours: nothing published does.
    pub tuned: bool,
    /// Rows and columns of patches of the pieces that it reads meanwhile, 36 for whole slices: each for an equal
    /// share of the epochs, one after the other. In a small piece the class token finds the nodule soon.
    pub tuning_patches: Vec<usize>,
    /// Weight of what the class token's attention in the last block misses of a nodule.
    pub looking_weight: f32,
    /// Learning with labels.
    pub tuning: Course,
    /// Trees of the forest.
    pub trees: usize,
    /// Learning to detect: a head on the features as they are.
    pub detection: Course,
}

impl Default for SsmTraining {
    fn default() -> Self {
        Self {
            seed: 1,
            validation: 0.2,
            self_taught: true,
            crops: SsmCrops::default(),
            prototypes: 256,
            sharpness: [0.05, 0.1],
            momentum: 0.99,
            centring: 0.9,
            sinkhorn: false,
            hidden_weight: 1.0,
            koleo_weight: 0.1,
            pretraining: Course {
                epochs: 10,
                batch: 8,
                learning_rate: 5e-4,
                weight_decay: 0.04,
                clip: 3.0,
                ..Course::default()
            },
            tuned: false,
            tuning_patches: vec![4, 4, 8, 8, 16],
            looking_weight: 0.25,
            tuning: Course {
                epochs: 30,
                batch: 8,
                learning_rate: 5e-4,
                weight_decay: 0.04,
                clip: 3.0,
                ..Course::default()
            },
            trees: 100,
            detection: Course {
                epochs: 60,
                batch: 32,
                optimiser: Optimiser::Adam,
                learning_rate: 1e-3,
                weight_decay: 0.01,
                patience: 15,
                ..Course::default()
            },
        }
    }
}

impl SsmTraining {
    /// Reads a configuration; what it does not say keeps its default.
    /// - errors: not TOML, unknown words, values out of their range
    pub fn parse(text: &str) -> Result<Self, TrainingError> {
        let config: Self = parsed(text)?;
        let crops = &config.crops;
        check(!(0.0..0.5).contains(&config.validation), "validation must be at least 0 and below 0.5")?;
        let sizes = [crops.large, crops.small];
        check(
            sizes.iter().any(|px| *px == 0 || !px.is_multiple_of(PATCH) || *px > 36 * PATCH),
            "large and small must be multiples of 14 from 14 to 504",
        )?;
        let shares = [crops.large_area, crops.small_area, crops.hidden_patches];
        let rising = |[low, high]: &[f32; 2]| *low > 0.0 && low <= high && *high <= 1.0;
        check(
            !shares.iter().all(rising),
            "large_area, small_area and hidden_patches must be two rising shares above 0",
        )?;
        let amounts = [crops.brightness, crops.hidden];
        let weights = [config.hidden_weight, config.koleo_weight, config.looking_weight];
        check(
            !amounts.iter().all(|v| (0.0..=1.0).contains(v))
                || !weights.iter().all(|v| *v >= 0.0 && v.is_finite()),
            "brightness and hidden must lie between 0 and 1, and hidden_weight, koleo_weight and looking_weight must not be negative",
        )?;
        check(crops.small_count > 16, "small_count must not be above 16")?;
        check(
            config.prototypes < 2 || config.trees == 0,
            "prototypes must be at least 2, and trees at least 1",
        )?;
        check(!config.sharpness.iter().all(|t| *t > 0.0 && t.is_finite()), "sharpness must be above 0")?;
        check(
            ![config.momentum, config.centring].iter().all(|m| (0.0..=1.0).contains(m)),
            "momentum and centring must lie between 0 and 1",
        )?;
        check(
            config.tuning_patches.is_empty() || !config.tuning_patches.iter().all(|n| (1..=36).contains(n)),
            "tuning_patches must be sizes between 1 and the slice's 36",
        )?;
        config.pretraining.check("pretraining")?;
        config.tuning.check("tuning")?;
        config.detection.check("detection")?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::pictures::Look;

    #[test]
    fn pieces_grow_by_equal_shares_of_the_epochs_and_the_last_size_stays() {
        let config = SsmTraining::parse("tuning_patches = [4, 8, 16]\n[tuning]\nepochs = 7").expect("good");
        let turn = |look| config.tuning.turn(&config.tuning_patches, look).expect("one at least");
        let sizes: Vec<usize> = (0..9).map(|epoch| turn(Look::Varied(epoch))).collect();
        assert_eq!(sizes, [4, 4, 4, 8, 8, 16, 16, 16, 16]);
        assert_eq!(turn(Look::Plain), 16);
        for wrong in ["tuning_patches = []", "tuning_patches = [0, 4]", "tuning_patches = [4, 37]"] {
            assert!(SsmTraining::parse(wrong).is_err(), "{wrong}");
        }
    }
}
