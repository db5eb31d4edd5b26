//! Every choice of teaching MAEMC-NET.

use serde::{Deserialize, Serialize};

use crate::networks::maemc::{KEPT, MaemcConfig, SLICES};
use crate::networks::{Architecture, Size, spec};
use crate::training::course::Course;
use crate::training::curriculum::{check, parsed};
use crate::training::error::TrainingError;

/// How strongly montages are varied. Published: four quarter turns, two mirrors, five places, 40 in all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaemcAugmentation {
    /// How far the four places beside the point lie from it, mm: to the left, right, front and back. 0:
    /// none.
    pub shift_mm: f64,
    /// Whether every slice of a montage is turned by a quarter and mirrored, all alike.
    pub symmetries: bool,
}

impl Default for MaemcAugmentation {
    fn default() -> Self {
        Self { shift_mm: 3.0, symmetries: true }
    }
}

/// A training run of MAEMC-NET.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaemcTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// Share of the training patients that measure progress, where the manifest names none.
    pub validation: f64,
    /// Whether both classes have the same say, however many cases each has.
    pub class_weights: bool,
    /// Weight of telling what the manifest says of the nodule besides (size, growth, ratings), by a head that
    /// is left behind; 0: it is not asked.
    pub described_weight: f32,
    /// What tells a token its slice: `line` or `grid` (see `networks::maemc::Positions`).
    pub positions: String,
    /// What the classifier reads: `class` or `mean` (see `networks::maemc::Pooling`).
    pub pooling: String,
    /// Variation of the montages.
    pub augmentation: MaemcAugmentation,
    /// Whether the encoder learns without labels first; else it begins with random values, or those that
    /// were given.
    pub pretrained: bool,
    /// Slices of a montage that are seen while it does; the others are filled in.
    pub kept: usize,
    /// Weight of filling in against comparing the two directions.
    pub balance: f32,
    /// Sharpness of the comparison.
    pub temperature: f64,
    /// How much of it the following copy keeps at each step.
    pub momentum: f64,
    /// Earlier directions that each is compared with.
    pub queue: usize,
    /// Learning without labels.
    pub pretraining: Course,
    /// Learning with labels.
    pub finetuning: Course,
    /// Share of its rate that each block has of the block behind it, while learning with labels; 1 for all
    /// alike. Source of the value: the paper's is unreadable, this is that of BEiT and MAE (He et al. 2022,
    /// arXiv 2111.06377).
    pub layer_decay: f64,
}

impl Default for MaemcTraining {
    fn default() -> Self {
        let course = Course { weight_decay: 0.05, betas: [0.9, 0.95], ..Course::default() };
        Self {
            seed: 1,
            validation: 0.2,
            class_weights: true,
            described_weight: 0.5,
            positions: "line".to_owned(),
            pooling: "class".to_owned(),
            augmentation: MaemcAugmentation::default(),
            pretrained: true,
            kept: KEPT,
            balance: 0.5,
            temperature: 0.07,
            momentum: 0.99,
            queue: 700,
            pretraining: Course { epochs: 40, batch: 16, learning_rate: 5e-4, ..course },
            finetuning: Course { epochs: 30, batch: 16, learning_rate: 3e-4, patience: 10, ..course },
            layer_decay: 0.75,
        }
    }
}

impl MaemcTraining {
    /// Reads a configuration; what it does not say keeps its default.
    /// - errors: not TOML, unknown words, values out of their range
    pub fn parse(text: &str) -> Result<Self, TrainingError> {
        let config: Self = parsed(text)?;
        check(!(0.0..0.5).contains(&config.validation), "validation must be at least 0 and below 0.5")?;
        let described = config.described_weight;
        check(!(described >= 0.0 && described.is_finite()), "described_weight must not be negative")?;
        check(
            config.kept == 0 || config.kept >= SLICES,
            "kept must be at least 1 and below 25, the slices of a montage",
        )?;
        check(
            !(0.0..=1.0).contains(&config.balance) || !(0.0..=1.0).contains(&config.momentum),
            "balance and momentum must lie between 0 and 1",
        )?;
        check(!(config.temperature > 0.0 && config.temperature.is_finite()), "temperature must be above 0")?;
        check(config.queue < config.pretraining.batch, "queue must not be below pretraining.batch")?;
        let shift = config.augmentation.shift_mm;
        check(!(shift >= 0.0 && shift.is_finite()), "shift_mm must not be negative")?;
        check(
            !(config.layer_decay > 0.0 && config.layer_decay <= 1.0),
            "layer_decay must lie above 0 and not above 1",
        )?;
        config.pretraining.check("pretraining")?;
        config.finetuning.check("finetuning")?;
        config.layers("maemc-net")?;
        Ok(config)
    }

    /// The layers that are taught.
    pub(super) fn layers(&self, model: &str) -> Result<MaemcConfig, TrainingError> {
        let full = spec(model)?.size == Size::Full;
        let layers = Architecture::Maemc(if full { MaemcConfig::full() } else { MaemcConfig::compact() });
        let wrong =
            |name: &str, word: &str| TrainingError::Config(format!("there is no {name} = \"{word}\""));
        let layers = layers
            .with("positions", &self.positions)
            .ok_or_else(|| wrong("positions", &self.positions))?
            .with("pooling", &self.pooling)
            .ok_or_else(|| wrong("pooling", &self.pooling))?;
        match layers {
            Architecture::Maemc(layers) => Ok(layers),
            _ => Err(TrainingError::Config(format!("{model} is no MAEMC-NET"))),
        }
    }
}
