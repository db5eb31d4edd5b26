//! Every choice of teaching MMCAF-Net.

use serde::{Deserialize, Serialize};

use crate::inference::Mode;
use crate::networks::mmcaf::{Field, MmcafConfig, Tokens};
use crate::networks::{Family, Size, spec};
use crate::training::course::Course;
use crate::training::curriculum::{check, parsed};
use crate::training::error::TrainingError;

/// How strongly windows are varied. Published: mirrors, 15 degrees, 6 slices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MmcafAugmentation {
    /// How far at most a window starts before or behind its place, slices.
    pub jitter_slices: usize,
    /// Largest rotation in the plane, whole degrees; what comes in from outside is air.
    pub rotation_degrees: u32,
    /// Whether windows are mirrored from left to right.
    pub mirrors: bool,
}

impl Default for MmcafAugmentation {
    fn default() -> Self {
        Self { jitter_slices: 4, rotation_degrees: 15, mirrors: true }
    }
}

/// Rows and columns of what each stage reads: each size for an equal share of the epochs, one after the other; none:
/// all that the field has. Ours: nothing published does. Smaller ones are pieces around the lesion; a step costs a
/// ninth with pieces of 64 of 192.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MmcafPieces {
    /// Of the trunk.
    pub trunk: Vec<usize>,
    /// Of the rest of the image's encoder.
    pub image: Vec<usize>,
    /// Of table, fusion and classifier.
    pub joint: Vec<usize>,
}

/// A training run of MMCAF-Net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MmcafTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// How inputs are prepared: the same must be asked for later.
    pub mode: Mode,
    /// Share of the training patients that measure progress, where the manifest names none.
    pub validation: f64,
    /// Whether both classes have the same say; published: not.
    pub class_weights: bool,
    /// Weight of telling what the manifest says of the nodule besides (size, growth, ratings), by heads that
    /// are left behind, one on the trunk and one on the image's features; 0: it is not asked.
    pub described_weight: f32,
    /// Weight of telling which cells of the trunk's levels the lesion lies in, by heads that are left behind, and in
    /// the second stage by the gates of its levels themselves; 0: it is not asked. Ours: nothing published does.
    pub where_weight: f32,
    /// Share of the second stage's learning rate for the convolutions that join its levels. Each reads thousands of
    /// values, and multiplies what others computed: Adam's steps, as large for every weight of a layer whatever their
    /// number, add up in them. 1 as published; a share of one over the number of inputs keeps the change of what a
    /// layer says the same (Yang and Hu 2021, arXiv 2011.14522).
    pub joining_rate: f64,
    /// Share of the second stage's learning rate for the trunk: 0, as published, leaves it as it was taught. What a
    /// narrow trunk says by a head that reads all of its levels, the rest of the encoder, which reads them through gates
    /// and a maximum, does not find in it unless it learns along. Ours.
    pub trunk_rate: f64,
    /// Variations of every window whose features are kept for the third stage, beside those of the window as it is;
    /// 0, as published: they are computed anew for every step. The encoder rests there, so that a step on kept features
    /// costs a thousandth, and the norm of the image's features holds their mean and variance over all teaching cases:
    /// a feature that few cases have has no variance in most batches, and the figures that a norm keeps of these throw
    /// the answer about.
    pub joint_views: usize,
    /// Whether the table's own head, which the answer never uses, teaches the table's encoder with the answer; ours:
    /// published, the fusion alone does.
    pub table_teaches: bool,
    /// Share of the third stage's learning rate for the table's encoder and its own head: 1 as published; with 0 they
    /// rest, as the authors' figure marks them.
    pub table_rate: f64,
    /// How much less a case weighs that is answered rightly: the focal loss's gamma.
    pub focus: f64,
    /// Whether features are dropped and branches skipped as published: up to half of them, which narrow
    /// layers do not bear.
    pub dropout: bool,
    /// How the fusion's tokens reach the classifier: `tokens48` or `mean24` (see
    /// `networks::mmcaf::Tokens`).
    pub tokens: String,
    /// How much of every slice is read: `whole`, as published, or `third` (see `networks::mmcaf::Field`).
    pub field: String,
    /// Variation of the windows.
    pub augmentation: MmcafAugmentation,
    /// How much of a window is read.
    pub pieces: MmcafPieces,
    /// The trunk, with a head of its own that is left behind.
    pub trunk: Course,
    /// The rest of the image's encoder, the trunk as it is or at its own rate.
    pub image: Course,
    /// The table's encoder by its own head, before table and image are joined. No epochs, as in the published code: it
    /// begins with random values there; the authors' figure shows it taught beforehand.
    pub table: Course,
    /// Table, fusion and classifier, the image's encoder as it is.
    pub joint: Course,
}

impl Default for MmcafTraining {
    fn default() -> Self {
        let course = Course { batch: 4, clip: 1.0, ..Course::default() };
        Self {
            seed: 1,
            mode: Mode::Paper,
            validation: 0.2,
            class_weights: true,
            described_weight: 0.5,
            where_weight: 0.0,
            joining_rate: 1.0,
            trunk_rate: 0.0,
            joint_views: 0,
            table_teaches: false,
            table_rate: 1.0,
            focus: 2.0,
            dropout: false,
            tokens: Tokens::Apart.name().to_owned(),
            field: Field::Whole.name().to_owned(),
            augmentation: MmcafAugmentation::default(),
            pieces: MmcafPieces::default(),
            trunk: Course { epochs: 10, ..course },
            image: Course { epochs: 10, learning_rate: 5e-4, ..course },
            table: Course { epochs: 0, batch: 64, learning_rate: 1e-2, patience: 40, ..course },
            joint: Course { epochs: 20, learning_rate: 3e-3, patience: 8, ..course },
        }
    }
}

impl MmcafTraining {
    /// Reads a configuration; what it does not say keeps its default.
    /// - errors: not TOML, unknown words, values out of their range
    pub fn parse(text: &str) -> Result<Self, TrainingError> {
        let config: Self = parsed(text)?;
        check(!(0.0..0.5).contains(&config.validation), "validation must be at least 0 and below 0.5")?;
        let described = config.described_weight;
        check(!(described >= 0.0 && described.is_finite()), "described_weight must not be negative")?;
        let place = config.where_weight;
        check(!(place >= 0.0 && place.is_finite()), "where_weight must not be negative")?;
        let rate = config.joining_rate;
        check(!(rate > 0.0 && rate <= 1.0), "joining_rate must be above 0 and at most 1")?;
        check(!(0.0..=1.0).contains(&config.trunk_rate), "trunk_rate must be at least 0 and at most 1")?;
        check(!(0.0..=1.0).contains(&config.table_rate), "table_rate must be at least 0 and at most 1")?;
        check(!(config.focus >= 0.0 && config.focus.is_finite()), "focus must not be negative")?;
        check(config.joint_views > 64, "joint_views must not be above 64")?;
        let a = &config.augmentation;
        check(a.jitter_slices > 24, "jitter_slices must not be above 24")?;
        check(a.rotation_degrees > 180, "rotation_degrees must not be above 180")?;
        let (most, MmcafPieces { trunk, image, joint }) = (config.field()?.window()[1], &config.pieces);
        for (name, sides) in [("trunk", trunk), ("image", image), ("joint", joint)] {
            // The coarsest cells lie 16 samples apart.
            let fits = |side: &usize| (32..=most).contains(side) && side.is_multiple_of(16);
            let sentence = format!("pieces.{name} must be sizes of 32 to {most} that 16 divides");
            check(!sides.iter().all(fits), &sentence)?;
        }
        for (name, course) in [("trunk", config.trunk), ("image", config.image), ("joint", config.joint)] {
            course.check(name)?;
        }
        if config.table.epochs > 0 {
            config.table.check("table")?;
        }
        config.layers("mmcaf-net")?;
        Ok(config)
    }

    /// How much of every slice is read.
    pub(super) fn field(&self) -> Result<Field, TrainingError> {
        let wrong = || TrainingError::Config(format!("there is no field = \"{}\"", self.field));
        Field::named(&self.field).ok_or_else(wrong)
    }

    /// The layers that are taught.
    pub(super) fn layers(&self, model: &str) -> Result<MmcafConfig, TrainingError> {
        let spec = spec(model)?;
        check(spec.family != Family::Mmcaf, &format!("{model} is no MMCAF-Net"))?;
        let layers = if spec.size == Size::Full { MmcafConfig::full() } else { MmcafConfig::compact() };
        let all = [Tokens::Apart, Tokens::Averaged];
        let tokens = all.into_iter().find(|tokens| tokens.name() == self.tokens);
        let wrong = || TrainingError::Config(format!("there is no tokens = \"{}\"", self.tokens));
        Ok(MmcafConfig { tokens: tokens.ok_or_else(wrong)?, field: self.field()?, ..layers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_cells_of_the_window() {
        let config = MmcafTraining::parse("[pieces]\ntrunk = [64]\nimage = [96, 192]").expect("good");
        assert_eq!((config.pieces.trunk, config.pieces.image), (vec![64], vec![96, 192]));
        assert!(config.pieces.joint.is_empty());
        for wrong in ["image = [16]", "joint = [70]", "joint = [208]"] {
            assert!(MmcafTraining::parse(&format!("[pieces]\n{wrong}")).is_err(), "{wrong}");
        }
        let third = |pieces: &str| MmcafTraining::parse(&format!("field = \"third\"\n[pieces]\n{pieces}"));
        assert!(third("trunk = [64]").is_ok() && third("trunk = [80]").is_err());
        assert!(MmcafTraining::parse("field = \"half\"").is_err());
    }
}
