//! Every choice of a training run: one TOML file, written back beside what it made.

use serde::{Deserialize, Serialize};

use super::draw::Augmentation;
use super::error::TrainingError;
use crate::networks::Scale;

/// What the network is taught to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The strict label: mean rating above 3 malignant, below 3 benign; cases of exactly 3 are left out.
    Label,
    /// `sigmoid(steepness x (mean rating - 3))`: every case teaches, the undecided least.
    Ratings,
}

/// What is shown in the middle of every picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The case's nodule.
    Nodule,
    /// The same ball for every case, in the nodule's place: a control. What a network learns from these
    /// pictures it has from the surroundings, the noise or the spacing, and not from the nodule.
    Ball,
}

/// One stage's optimisation: AdamW, learning rate up linearly, then down by a half cosine to zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// Passes over the training cases.
    pub epochs: usize,
    /// Pictures of one step.
    pub batch: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Share of all steps in which it rises.
    pub warm_up: f64,
    /// Decoupled weight decay (Loshchilov and Hutter 2019).
    pub weight_decay: f32,
    /// Stops after this many epochs without a lower validation loss, and keeps the best one; 0 never
    /// stops early and keeps the last one.
    pub patience: usize,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { epochs: 30, batch: 16, learning_rate: 2e-3, warm_up: 0.15, weight_decay: 1e-2, patience: 0 }
    }
}

impl Schedule {
    /// Learning rate of one step: a pure function of its number, so that nothing need be saved.
    /// - `steps`: of the whole stage
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let rising = (self.warm_up * steps as f64).max(1.0);
        let at = step as f64 + 0.5;
        if at < rising {
            return self.learning_rate * at / rising;
        }
        let done = ((at - rising) / (steps as f64 - rising).max(1.0)).min(1.0);
        self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }
}

/// The encoders learning together between the two stages, `paper-mi`: Triscope's own reading of what M3Net's
/// abstract names and its code does not have. See `scales`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MutualInformation {
    /// Of the comparison between scales, beside the encoders' own losses.
    pub weight: f32,
    /// By which likenesses are divided.
    pub temperature: f32,
    /// How long and how fast.
    pub schedule: Schedule,
}

impl Default for MutualInformation {
    fn default() -> Self {
        let schedule = Schedule { epochs: 4, learning_rate: 5e-4, ..Schedule::default() };
        Self { weight: 0.1, temperature: 0.1, schedule }
    }
}

/// A stage, as what it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One scale's encoder by itself.
    Encoder(Scale),
    /// The encoders together.
    Scales,
    /// The fusion, and with it the whole run.
    Fusion,
}

impl Part {
    /// All of them, in the order in which they are taught.
    pub const ALL: [Self; 5] = [
        Self::Encoder(Scale::Micro),
        Self::Encoder(Scale::Meso),
        Self::Encoder(Scale::Macro),
        Self::Scales,
        Self::Fusion,
    ];

    /// Its folder in that of a fold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoder(scale) => scale.name(),
            Self::Scales => "scales",
            Self::Fusion => "fusion",
        }
    }
}

/// A training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Everything random follows from it.
    pub seed: u64,
    /// What is taught.
    pub target: Target,
    /// What is looked at.
    pub subject: Subject,
    /// Of [`Target::Ratings`].
    pub steepness: f32,
    /// Weight of the second head's loss: the mean and the spread of the readers' ratings.
    pub readers_weight: f32,
    /// Weight of a further head's loss while an encoder learns: how large and how dense the nodule is, and
    /// what the readers wrote of its shape; 0 for none.
    pub traits_weight: f32,
    /// Weight of the third head's loss while an encoder learns: marking the nodule's cells; 0 for none.
    pub marks_weight: f32,
    /// Share of the training patients whose cases measure progress and teach nothing.
    pub validation: f64,
    /// Surroundings that a nodule may be put into: those nearest in spacing and noise.
    pub surroundings: usize,
    /// Variation of the pictures.
    pub augmentation: Augmentation,
    /// Stage one, each scale's encoder by itself: micro, meso, macro.
    pub encoders: [Schedule; 3],
    /// Whether the meso encoder begins with what the micro encoder learned, and the macro encoder with
    /// the meso one's, where they have the same layers; else each begins with random values.
    pub warm_start: bool,
    /// Between the stages, the encoders together; not there unless it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutual_information: Option<MutualInformation>,
    /// Stage two, the fusion with the encoders as they are.
    pub fusion: Schedule,
    /// Varied pictures of each case that the fusion learns from.
    pub fusion_views: usize,
}

impl Default for TrainConfig {
    fn default() -> Self {
        // An encoder that goes on from another's values has less to learn, and unlearns at a high rate.
        let encoder = |epochs, learning_rate| Schedule { epochs, learning_rate, ..Schedule::default() };
        Self {
            seed: 1,
            target: Target::Ratings,
            subject: Subject::Nodule,
            steepness: 2.0,
            readers_weight: 2.0,
            traits_weight: 1.0,
            marks_weight: 20.0,
            validation: 0.0,
            surroundings: 64,
            augmentation: Augmentation::default(),
            encoders: [encoder(60, 2e-3), encoder(10, 1e-3), encoder(4, 1e-3)],
            warm_start: true,
            mutual_information: None,
            fusion: Schedule { epochs: 30, batch: 64, learning_rate: 5e-4, ..Schedule::default() },
            fusion_views: 4,
        }
    }
}

impl TrainConfig {
    /// Reads a configuration; what it does not say keeps its default.
    /// - errors: not TOML, unknown words, values out of their range
    pub fn parse(text: &str) -> Result<Self, TrainingError> {
        let config: Self = toml::from_str(text).map_err(|e| TrainingError::Config(e.message().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    /// What a stage depends on: everything that comes later is as by default.
    pub fn up_to(&self, part: Part) -> Self {
        let mut config = self.clone();
        let usual = Self::default();
        if let Part::Encoder(scale) = part {
            let later = scale as usize + 1..;
            config.encoders[later.clone()].copy_from_slice(&usual.encoders[later]);
            config.mutual_information = usual.mutual_information;
        }
        if part != Part::Fusion {
            (config.fusion, config.fusion_views) = (usual.fusion, usual.fusion_views);
        }
        config
    }

    /// As a file that [`TrainConfig::parse`] reads back.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// What differs from the defaults: name (`encoders.micro.epochs`), value here, value by default.
    pub fn differences(&self) -> Vec<[String; 3]> {
        let flat = |config: &Self| {
            let mut values = Vec::new();
            if let Ok(table) = toml::Table::try_from(config) {
                flatten("", &toml::Value::Table(table), &mut values);
            }
            values
        };
        let usual: std::collections::BTreeMap<String, String> = flat(&Self::default()).into_iter().collect();
        let beside = |(name, here): (String, String)| {
            // What is not there unless it is asked for has no value by default.
            let usual = usual.get(&name).map_or("none", String::as_str).to_owned();
            (here != usual).then_some([name, here, usual])
        };
        flat(self).into_iter().filter_map(beside).collect()
    }

    fn check(&self) -> Result<(), TrainingError> {
        let bad = |what: &str| Err(TrainingError::Config(what.to_owned()));
        let together = self.mutual_information.as_ref();
        for schedule in self.encoders.iter().chain([&self.fusion]).chain(together.map(|m| &m.schedule)) {
            if schedule.epochs == 0 {
                return bad("epochs must be at least 1");
            }
            // A batch norm has no variance of one picture's single last voxel.
            if schedule.batch < 2 {
                return bad("batch must be at least 2");
            }
            if !(schedule.learning_rate > 0.0 && schedule.learning_rate.is_finite()) {
                return bad("learning_rate must be above 0");
            }
            if !(0.0..=1.0).contains(&schedule.warm_up)
                || schedule.weight_decay.is_nan()
                || schedule.weight_decay < 0.0
            {
                return bad("warm_up must lie between 0 and 1, and weight_decay must not be negative");
            }
        }
        if !(0.0..0.5).contains(&self.validation) {
            return bad("validation must be at least 0 and below 0.5");
        }
        if self.surroundings == 0 || self.fusion_views == 0 {
            return bad("surroundings and fusion_views must be at least 1");
        }
        if together.is_some_and(|m| !(m.weight >= 0.0 && m.weight.is_finite() && m.temperature > 0.0)) {
            return bad(
                "weight of mutual_information must not be negative, and its temperature must be above 0",
            );
        }
        let a = &self.augmentation;
        let amounts = [
            a.jitter_mm,
            a.rotation_degrees,
            a.noise_hu,
            a.shift_hu,
            self.steepness,
            self.readers_weight,
            self.traits_weight,
            self.marks_weight,
        ];
        if amounts.iter().any(|v| !(*v >= 0.0 && v.is_finite())) {
            return bad("amounts of augmentation, steepness and weights of heads must not be negative");
        }
        if !(0.0..0.9).contains(&a.scale) || !(0.0..=1.0).contains(&a.resampled) {
            return bad("scale must be at least 0 and below 0.9, and resampled between 0 and 1");
        }
        Ok(())
    }
}

/// Every single value with its name; the members of the only list have the names of the scales.
fn flatten(name: &str, value: &toml::Value, values: &mut Vec<(String, String)>) {
    let inner = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        toml::Value::Table(table) => {
            table.iter().for_each(|(key, value)| flatten(&inner(key), value, values));
        }
        toml::Value::Array(list) => {
            for (scale, value) in crate::networks::Scale::ALL.iter().zip(list) {
                flatten(&inner(scale.name()), value, values);
            }
        }
        toml::Value::String(text) => values.push((name.to_owned(), text.clone())),
        // Single precision has digits that nobody wrote.
        toml::Value::Float(v) => values.push((name.to_owned(), (*v as f32).to_string())),
        other => values.push((name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_back_as_it_was_written() {
        let config = TrainConfig { seed: 9, validation: 0.2, ..TrainConfig::default() };
        assert_eq!(TrainConfig::parse(&config.to_toml()).expect("reads"), config);
    }

    #[test]
    fn what_differs_from_the_defaults_is_named_with_both_values() {
        assert_eq!(TrainConfig::default().differences(), Vec::<[String; 3]>::new());
        let config = TrainConfig::parse("subject = \"ball\"\n[augmentation]\nscale = 0.2").expect("reads");
        let expected = [["augmentation.scale", "0.2", "0.05"], ["subject", "ball", "nodule"]];
        assert_eq!(config.differences(), expected.map(|row| row.map(str::to_owned)));
        let mut config = TrainConfig::default();
        config.encoders[1].epochs = 7;
        assert_eq!(config.differences(), [["encoders.meso.epochs", "7", "10"].map(str::to_owned)]);
        let config = TrainConfig::parse("[mutual_information]").expect("reads");
        assert!(
            config.differences().contains(&["mutual_information.weight", "0.1", "none"].map(str::to_owned))
        );
        assert_eq!(TrainConfig::parse(&config.to_toml()).expect("reads"), config);
    }

    #[test]
    fn unknown_words_and_values_out_of_range_are_told_by_name() {
        let error = |text: &str| TrainConfig::parse(text).expect_err("bad").to_string();
        assert!(error("sed = 1").contains("sed"));
        assert!(error("validation = 0.7").contains("validation"));
        assert!(error("[fusion]\nbatch = 1").contains("batch"));
        assert!(error("[mutual_information]\ntemperature = 0.0").contains("temperature"));
        assert!(error("[mutual_information.schedule]\nepochs = 0").contains("epochs"));
        assert!(error("[augmentation]\nscale = 1.0").contains("scale"));
        assert!(error("[augmentation]\nnoise_hu = nan").contains("augmentation"));
    }

    #[test]
    fn an_encoder_does_not_depend_on_what_is_learned_after_it() {
        let mut config = TrainConfig { fusion_views: 9, ..TrainConfig::default() };
        config.encoders[1].epochs += 1;
        let usual = TrainConfig::default();
        config.mutual_information = Some(MutualInformation::default());
        assert_eq!(config.up_to(Part::Encoder(Scale::Micro)), usual);
        assert_eq!(config.up_to(Part::Encoder(Scale::Macro)).encoders, config.encoders);
        let together = config.up_to(Part::Scales);
        assert_eq!(together.mutual_information, config.mutual_information);
        assert_eq!(together.fusion_views, usual.fusion_views);
        assert_eq!(config.up_to(Part::Fusion), config);
    }

    #[test]
    fn the_learning_rate_rises_falls_and_ends_near_zero() {
        let schedule = Schedule::default();
        let rates: Vec<f64> = (0..100).map(|step| schedule.rate(step, 100)).collect();
        assert!(rates[..15].is_sorted() && rates[15..].iter().rev().is_sorted());
        assert!((rates[15] - schedule.learning_rate).abs() < 1e-5 && rates[99] < 1e-6);
    }
}
