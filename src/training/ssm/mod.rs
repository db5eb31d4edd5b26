//! LungNodule-SSM: a transformer that learns without labels, and with them where asked to, a forest on its
//! features, and a head that detects.

mod config;
mod detect;
mod input;
mod pretrain;
mod tune;

pub use config::{SsmCrops, SsmTraining};

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::checkpoint::StageState;
use super::cohort::Cohort;
use super::curriculum::{Asked, Curriculum, Learned, Lesson, Seen, numbers};
use super::error::TrainingError;
use super::losses::margin_of;
use crate::forest::{Examples, Forest, ForestError, Recipe};
use crate::inference::ssm::SsmNetwork;
use crate::inference::{InferenceError, Mode};
use crate::jobs::JobContext;
use crate::networks::Architecture;
use crate::networks::ssm::{
    Dino, DinoConfig, DinoDetector, HEAD, PATCH, detector_layout, dino_layout, is_dead,
};
use crate::networks::weights::{Array, Import, Metadata, StateDict, WeightsFile, collect, random};
use detect::DetectionTask;
use input::SIDE;
use pretrain::{PretrainingTask, SelfTaught};
use tune::{Tuned, TuningTask};

/// The stages; between them the forest grows.
const PRETRAINING: &str = "pretraining";
const TUNING: &str = "tuning";
const DETECTION: &str = "detection";

/// Under which a weights file of ours carries the forest on features of random values, for evaluations.
const CONTROL_KEY: &str = "triscope.forest_control";

/// Slices that are looked at at once: their attention is what memory is needed for.
const AT_ONCE: usize = 2;

/// What features of random values are worth: a forest on them, and the seed of the values.
#[derive(Serialize, Deserialize)]
struct Control {
    seed: u64,
    forest: String,
}

/// First values of a transformer: those of the layout, positions and class token near zero and unlike each
/// other.
fn first_values(vit: &DinoConfig, seed: u64) -> StateDict {
    let layout = dino_layout(vit);
    let mut state = random(&layout, seed);
    for key in ["cls_token", "pos_embed"] {
        let Some(array) = state.tensors.get_mut(key) else { continue };
        let name = format!("{key}.weight");
        let drawn = random(&[(name.clone(), vec![array.values.len(), 1])].into(), seed);
        if let Some(Array { values, .. }) = drawn.tensors.get(&name) {
            // Deviation 0.02, as DINOv2 begins with.
            array.values = values.iter().map(|v| 0.02 * v).collect();
        }
    }
    state
}

fn transformer(
    model: &str,
    vit: &DinoConfig,
    state: StateDict,
    device: &Device,
) -> Result<Dino, TrainingError> {
    let mut net = Dino::new(vit, device);
    Import::load(&mut net, model, &dino_layout(vit), state, str::to_owned, |key| {
        is_dead(key) || key.starts_with(HEAD)
    })?;
    Ok(net)
}

/// The class tokens of cases' slices.
fn features(
    vit: &Dino,
    cohort: &Cohort,
    cases: &[usize],
    device: &Device,
    ctx: &JobContext,
) -> Result<Vec<Vec<f32>>, TrainingError> {
    let mut all = Vec::with_capacity(cases.len());
    for some in cases.chunks(AT_ONCE) {
        ctx.step("Features of slices", all.len() as f32 / cases.len() as f32)?;
        let values: Vec<f32> = some.iter().flat_map(|&n| input::whole(&cohort.inputs[n])).collect();
        let images = Tensor::<4>::from_data(TensorData::new(values, [some.len(), 3, SIDE, SIDE]), device);
        let class = numbers(vit.forward(images).class)?;
        let width = class.len() / some.len();
        all.extend(class.chunks_exact(width).map(|row| row.iter().map(|v| *v as f32).collect::<Vec<_>>()));
    }
    Ok(all)
}

impl SsmTraining {
    fn forest(
        &self,
        features: &[Vec<f32>],
        positive: &[bool],
        ctx: &JobContext,
    ) -> Result<Forest, TrainingError> {
        let labels: Vec<usize> = positive.iter().map(|p| usize::from(*p)).collect();
        let examples = Examples { features: &features.concat(), labels: &labels };
        let classes = ["no nodule", "nodule"].map(str::to_owned).to_vec();
        let recipe = Recipe { trees: self.trees, ..Recipe::default() };
        Forest::grow(&examples, classes, &recipe, ctx).map_err(|error| match error {
            ForestError::Cancelled(cancelled) => cancelled.into(),
            other => TrainingError::Config(format!("no forest can be grown: {other}")),
        })
    }

    /// A forest's probability as a margin: a share of its trees is never quite none or all.
    fn margins(&self, forest: &Forest, features: &[Vec<f32>]) -> Result<Vec<f64>, TrainingError> {
        let least = 0.5 / self.trees as f64;
        let margin = |row: &Vec<f32>| {
            let shares = forest.predict(row).map_err(|e| TrainingError::Config(e.to_string()))?;
            let p = shares.get(1).copied().unwrap_or(0.5).clamp(least, 1.0 - least);
            Ok((p / (1.0 - p)).ln())
        };
        features.iter().map(margin).collect()
    }
}

/// Name of the forest that an untaught transformer's features are given to: what teaching is worth stands against it.
pub const ON_RANDOM_FEATURES: &str = "forest on random features";

impl Curriculum for SsmTraining {
    fn seed(&self) -> u64 {
        self.seed
    }

    fn mode(&self) -> Mode {
        Mode::Paper
    }

    fn validation(&self) -> f64 {
        self.validation
    }

    fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    fn takes_weights(&self) -> bool {
        true
    }

    fn inputs_depend_on(&self) -> String {
        "ssm, edition 1".to_owned()
    }

    fn read(&self, seen: &Seen<'_>, _ctx: &JobContext) -> Result<Vec<u8>, InferenceError> {
        input::read(seen)
    }

    fn stages(&self) -> Vec<(&'static str, usize, f64)> {
        // The head is nothing beside the transformer.
        let mut stages = vec![(DETECTION, self.detection.epochs, 1e-3)];
        if self.tuned {
            // Beside two large pieces that two transformers look at, and small ones.
            let share = |patches: &usize| (patches * PATCH) as f64 / self.crops.large as f64;
            let shares: f64 = self.tuning_patches.iter().map(|n| share(n).powi(2)).sum();
            let mean = shares / self.tuning_patches.len().max(1) as f64;
            stages.insert(0, (TUNING, self.tuning.epochs, 0.4 * mean));
        }
        if self.self_taught {
            stages.insert(0, (PRETRAINING, self.pretraining.epochs, 1.0));
        }
        stages
    }

    fn largest_batch(&self) -> usize {
        let without_labels = if self.self_taught { self.pretraining.batch } else { 0 };
        let with_labels = if self.tuned { self.tuning.batch } else { 0 };
        self.detection.batch.max(without_labels).max(with_labels)
    }

    fn learn(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Learned, TrainingError> {
        let (cohort, split, model, learning) = (lesson.cohort, lesson.split, lesson.model, lesson.learning());
        let begun = match lesson.begin_with {
            Some(file) => {
                let mut file = file.clone();
                file.state = Architecture::published(model, file.state);
                Some((Architecture::of_file(model, &file)?, file.state))
            }
            None => None,
        };
        let architecture = match &begun {
            Some((architecture, _)) => *architecture,
            None => Architecture::named(model)?,
        };
        let Architecture::Ssm(config) = architecture else {
            return Err(TrainingError::Config(format!("{model} is no LungNodule-SSM")));
        };
        let vit = config.vit;
        let mut notes = Vec::new();
        let first = match begun {
            Some((_, state)) => state,
            None if !self.self_taught && !self.tuned => {
                notes.push("Features of random values: nothing taught the transformer".to_owned());
                first_values(&vit, self.seed)
            }
            None => first_values(&vit, self.seed),
        };
        let mut net = transformer(model, &vit, first.clone(), &learning)?;
        if self.self_taught {
            let task = PretrainingTask { cohort, config: self };
            let copy = transformer(model, &vit, first, &learning)?;
            let fresh = SelfTaught::new(net, copy, vit.dim, self, &learning)?;
            net = lesson.stage(&task, fresh, told)?.into_teacher();
        }
        let boxes: Vec<_> = cohort.inputs.iter().map(|bytes| input::shares(bytes)).collect();
        if self.tuned {
            let found = |&n: &usize| boxes[n].filter(|_| cohort.cases[n].positive);
            let places: Vec<_> = split.train.iter().filter_map(found).collect();
            if places.is_empty() {
                let why = "tuned is true, and no case that teaches has a box; give boxes in the manifest";
                return Err(TrainingError::Config(why.to_owned()));
            }
            let task = TuningTask { cohort, config: self, places };
            let fresh = Tuned::new(net, vit.dim, &learning);
            net = lesson.stage(&task, fresh, told)?.into_transformer();
        }
        let (net, device) = (net.valid(), &lesson.device.device);
        let teaching = features(&net, cohort, &split.train, device, lesson.ctx)?;
        let positive: Vec<bool> = split.train.iter().map(|&n| cohort.cases[n].positive).collect();
        let forest = self.forest(&teaching, &positive, lesson.ctx)?;
        let control_seed = self.seed.wrapping_add(1);
        let untaught = transformer(model, &vit, first_values(&vit, control_seed), device)?;
        let of_random = features(&untaught, cohort, &split.train, device, lesson.ctx)?;
        let control =
            Control { seed: control_seed, forest: text(&self.forest(&of_random, &positive, lesson.ctx)?) };
        let measuring = features(&net, cohort, &split.validation, device, lesson.ctx)?;
        let mut all = vec![Vec::new(); cohort.cases.len()];
        let known = split.train.iter().zip(teaching).chain(split.validation.iter().zip(measuring));
        known.for_each(|(&n, row)| all[n] = row);
        let layout = detector_layout(vit.dim);
        let mut head = DinoDetector::new(vit.dim, &learning);
        Import::load(&mut head, model, &layout, random(&layout, self.seed), str::to_owned, |_| false)?;
        let task = DetectionTask { cohort, config: self, features: &all, boxes: &boxes };
        let head = lesson.stage(&task, head, told)?;

        let mut state = collect(&net, str::to_owned)?;
        for (key, array) in collect(&head.valid(), |path| format!("{HEAD}{path}"))?.tensors {
            state.tensors.insert(key, array);
        }
        let control = serde_json::to_string(&control).unwrap_or_default();
        let metadata = Metadata::from([
            (SsmNetwork::FOREST_KEY.to_owned(), text(&forest)),
            (CONTROL_KEY.to_owned(), control),
        ]);
        Ok(Learned { state, metadata, notes })
    }

    fn ask(
        &self,
        file: &WeightsFile,
        cohort: &Cohort,
        cases: &[usize],
        device: &Device,
        ctx: &JobContext,
    ) -> Result<Vec<Asked>, TrainingError> {
        let model = file.card.as_ref().map_or("", |card| card.model.as_str());
        let Architecture::Ssm(config) = Architecture::of_file(model, file)? else {
            return Err(TrainingError::Config(format!("{} holds no LungNodule-SSM", file.name)));
        };
        let vit = config.vit;
        let head_state = file.state.under(HEAD);
        let net = transformer(model, &vit, file.state.clone(), device)?;
        let own = features(&net, cohort, cases, device, ctx)?;
        let read = |json: &str| {
            Forest::from_json(json.as_bytes())
                .map_err(|error| TrainingError::Config(format!("{}: {error}", file.name)))
        };
        let mut asked = Vec::new();
        if let Some(json) = file.metadata.get(SsmNetwork::FOREST_KEY) {
            asked.push(Asked {
                name: "forest",
                what: "the random forest on the taught transformer's features",
                margins: self.margins(&read(json)?, &own)?,
            });
        }
        if !head_state.tensors.is_empty() {
            let layout = detector_layout(vit.dim);
            let mut head = DinoDetector::new(vit.dim, device);
            Import::load(&mut head, model, &layout, head_state, str::to_owned, |_| false)?;
            let table = TensorData::new(own.concat(), [own.len(), vit.dim]);
            let found = head.forward(Tensor::<2>::from_data(table, device));
            asked.push(Asked {
                name: "detection head",
                what: "the head that also draws a box, on the same features",
                margins: numbers(margin_of(found.logits))?,
            });
        }
        let control = file.metadata.get(CONTROL_KEY).and_then(|json| serde_json::from_str(json).ok());
        if let Some(Control { seed, forest }) = control {
            let untaught = transformer(model, &vit, first_values(&vit, seed), device)?;
            let others = features(&untaught, cohort, cases, device, ctx)?;
            asked.push(Asked {
                name: ON_RANDOM_FEATURES,
                what: "a forest on the features of a transformer of random values that nothing taught",
                margins: self.margins(&read(&forest)?, &others)?,
            });
        }
        Ok(asked)
    }
}

fn text(forest: &Forest) -> String {
    String::from_utf8(forest.to_json()).unwrap_or_default()
}
