//! CSF-Net: two dates and six fields, taught in one stage.

mod config;
mod input;
mod task;

pub use config::{CsfAugmentation, CsfTraining};

use burn::module::Module;
use burn::tensor::Device;

use super::checkpoint::StageState;
use super::cohort::Cohort;
use super::curriculum::{Asked, Curriculum, Learned, Lesson, Seen, numbers};
use super::error::TrainingError;
use super::learner::Task;
use super::losses::margin_of;
use super::pictures::Look;
use crate::inference::csf::Categories;
use crate::inference::{InferenceError, Mode};
use crate::jobs::JobContext;
use crate::networks::csf::{
    CsfNet, categories_array, is_without_effect, key_of, path_of, published_layout, random,
};
use crate::networks::weights::{Import, Metadata, StateDict, WeightsFile, collect};
use crate::networks::{Architecture, Taps};
use task::{CsfInTraining, CsfTask, Table};

/// The only stage.
const JOINT: &str = "joint";

impl Curriculum for CsfTraining {
    fn seed(&self) -> u64 {
        self.seed
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    fn validation(&self) -> f64 {
        self.validation
    }

    fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    fn needs_prior(&self) -> bool {
        true
    }

    fn inputs_depend_on(&self) -> String {
        let CsfAugmentation { shifts, shift_mm, .. } = self.augmentation;
        format!("csf, edition 1, {shifts} shifts of {shift_mm} mm, seed {}", self.seed)
    }

    fn read(&self, seen: &Seen<'_>, ctx: &JobContext) -> Result<Vec<u8>, InferenceError> {
        input::read(seen, self, ctx)
    }

    fn stages(&self) -> Vec<(&'static str, usize, f64)> {
        vec![(JOINT, self.joint.epochs, 1.0)]
    }

    fn largest_batch(&self) -> usize {
        self.joint.batch
    }

    fn learn(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Learned, TrainingError> {
        let (cohort, split) = (lesson.cohort, lesson.split);
        let categories = Categories::of(split.train.iter().map(|&n| &cohort.cases[n].fields));
        let counts = categories.counts();
        let architecture = self.architecture(lesson.model, counts)?;
        let Architecture::Csf(layers) = architecture else {
            return Err(TrainingError::Config(format!("{} is no CSF-Net", lesson.model)));
        };
        let table = Table::new(cohort, &categories)?;
        let task = CsfTask {
            cohort,
            config: self,
            table,
            weights: cohort.class_weights(&split.train, self.class_weights),
        };
        let state = random(&layers, self.seed);
        let learning = lesson.learning();
        let net = loaded(lesson.model, &layers, state, &learning)?;
        let fresh = CsfInTraining::new(net, layers.width(), &learning);
        let net = lesson.stage(&task, fresh, told)?.into_net();
        let mut state = collect(&net.valid(), key_of)?;
        state.tensors.extend([categories_array(&counts)]);
        let words = (Categories::METADATA_KEY.to_owned(), categories.to_json());
        let metadata = Metadata::from([words, architecture.options_entry()]);
        Ok(Learned { state, metadata, notes: Vec::new() })
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
        let Architecture::Csf(layers) = Architecture::of_file(model, file)? else {
            return Err(TrainingError::Config(format!("{} holds no CSF-Net", file.name)));
        };
        let no_categories = || TrainingError::Config(format!("{} names no clinical categories", file.name));
        let json = file.metadata.get(Categories::METADATA_KEY).ok_or_else(no_categories)?;
        let categories = Categories::from_json(json, &layers.categories)
            .map_err(|error| TrainingError::Config(error.to_string()))?;
        let net = loaded(model, &layers, file.state.clone(), device)?.fold();
        let table = Table::new(cohort, &categories)?;
        let task = CsfTask { cohort, config: self, table, weights: [1.0; 2] };
        let (mut whole, mut image) = (Vec::with_capacity(cases.len()), Vec::with_capacity(cases.len()));
        for (done, some) in cases.chunks(self.joint.batch).enumerate() {
            ctx.step("Asking the network", (done * self.joint.batch) as f32 / cases.len() as f32)?;
            let batch = task.batch(some, Look::Plain);
            let (regions, clinical) = task.tensors(&net, &batch, device)?;
            let [earlier, later] = regions.map(|region| net.encode(region, &mut Taps::off()));
            let embedded = net.embed(&clinical);
            // Every field as the mean of its categories: the picture has to do alone.
            let neutral = (0..6).fold(embedded.clone(), |x, field| {
                let mean = net.embed_without(&clinical, field).narrow(1, field, 1);
                let [patients, _, width] = x.dims();
                x.slice_assign([0..patients, field..field + 1, 0..width], mean)
            });
            let both = || [earlier.clone(), later.clone()];
            whole.extend(numbers(margin_of(net.join(both(), embedded, &mut Taps::off())))?);
            image.extend(numbers(margin_of(net.join(both(), neutral, &mut Taps::off())))?);
        }
        Ok(vec![
            Asked { name: "whole", what: "both dates and the clinical fields", margins: whole },
            Asked {
                name: "image alone",
                what: "the same network, every clinical field replaced by the mean of its categories",
                margins: image,
            },
        ])
    }
}

/// The layers with these values.
fn loaded(
    model: &str,
    layers: &crate::networks::csf::CsfConfig,
    state: StateDict,
    device: &Device,
) -> Result<CsfNet, TrainingError> {
    let mut net = CsfNet::new(layers, device);
    Import::load(&mut net, model, &published_layout(layers), state, path_of, is_without_effect)?;
    Ok(net)
}
