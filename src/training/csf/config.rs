//! Every choice of teaching CSF-Net.

use serde::{Deserialize, Serialize};

use crate::inference::Mode;
use crate::networks::csf::CsfConfig;
use crate::networks::{Architecture, Size};
use crate::training::course::{Course, Optimiser};
use crate::training::curriculum::{check, parsed};
use crate::training::error::TrainingError;

/// How strongly the two dates of a case are varied: both alike, but for noise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsfAugmentation {
    /// Places beside the point at which a case is read besides: its own place is always one.
    pub shifts: usize,
    /// How far at most they lie from it, mm along each axis.
    pub shift_mm: f64,
    /// Whether regions are mirrored and turned by quarters in the plane.
    pub symmetries: bool,
    /// Largest standard deviation of white noise, in the 256 shades of the input.
    pub noise: f32,
    /// Share of the fields that are shown as unknown.
    pub unknown: f32,
}

impl Default for CsfAugmentation {
    fn default() -> Self {
        Self { shifts: 4, shift_mm: 3.0, symmetries: true, noise: 6.0, unknown: 0.1 }
    }
}

/// A training run of CSF-Net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsfTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// How inputs are prepared: the same must be asked for later.
    pub mode: Mode,
    /// Share of the training patients that measure progress, where the manifest names none.
    pub validation: f64,
    /// Whether both classes have the same say, however many cases each has.
    pub class_weights: bool,
    /// Weight of telling what the manifest says of the nodule besides (size, growth, ratings), by a head that
    /// is left behind; 0: it is not asked.
    pub described_weight: f32,
    /// Among whom the fusion attends: `patient` or `tokens` (see `networks::csf::Attending`).
    pub attending: String,
    /// What follows the convolution of the two dates: `nothing` or `relu`.
    pub after_temporal: String,
    /// Variation of the inputs.
    pub augmentation: CsfAugmentation,
    /// The only stage.
    pub joint: Course,
}

impl Default for CsfTraining {
    fn default() -> Self {
        Self {
            seed: 1,
            mode: Mode::Paper,
            validation: 0.2,
            class_weights: true,
            described_weight: 0.5,
            attending: "patient".to_owned(),
            after_temporal: "nothing".to_owned(),
            augmentation: CsfAugmentation::default(),
            joint: Course {
                epochs: 20,
                batch: 8,
                optimiser: Optimiser::Adam,
                learning_rate: 1e-3,
                floor: 0.1,
                weight_decay: 0.0,
                ..Course::default()
            },
        }
    }
}

impl CsfTraining {
    /// Reads a configuration; what it does not say keeps its default.
    /// - errors: not TOML, unknown words, values out of their range
    pub fn parse(text: &str) -> Result<Self, TrainingError> {
        let config: Self = parsed(text)?;
        let a = &config.augmentation;
        check(!(0.0..0.5).contains(&config.validation), "validation must be at least 0 and below 0.5")?;
        let described = config.described_weight;
        check(!(described >= 0.0 && described.is_finite()), "described_weight must not be negative")?;
        check(a.shifts > 16, "shifts must not be above 16")?;
        let amounts = [a.shift_mm as f32, a.noise];
        check(
            amounts.iter().any(|v| !(*v >= 0.0 && v.is_finite())) || !(0.0..=1.0).contains(&a.unknown),
            "shift_mm and noise must not be negative, and unknown must lie between 0 and 1",
        )?;
        // The answer to a patient would depend on who else is in the batch.
        check(config.attending == "batch", "attending = \"batch\" cannot be taught; patient and tokens can")?;
        config.joint.check("joint")?;
        Ok(config)
    }

    /// The layers that are taught.
    pub(super) fn architecture(
        &self,
        model: &str,
        counts: [usize; 6],
    ) -> Result<Architecture, TrainingError> {
        let full = crate::networks::spec(model)?.size == Size::Full;
        let layers =
            Architecture::Csf(if full { CsfConfig::full(counts) } else { CsfConfig::compact(counts) });
        let wrong =
            |name: &str, word: &str| TrainingError::Config(format!("there is no {name} = \"{word}\""));
        layers
            .with("attending", &self.attending)
            .ok_or_else(|| wrong("attending", &self.attending))?
            .with("after_temporal", &self.after_temporal)
            .ok_or_else(|| wrong("after_temporal", &self.after_temporal))
    }
}
