//! MAEMC-NET: an encoder that first learns without labels, from both directions of a lesion, then with a
//! head and labels, from the axial one.

mod config;
mod finetune;
mod input;
mod pretrain;

pub use config::{MaemcAugmentation, MaemcTraining};

use burn::module::Module;
use burn::tensor::Device;

use super::checkpoint::StageState;
use super::cohort::Cohort;
use super::curriculum::{Asked, Curriculum, Learned, Lesson, Seen, numbers};
use super::error::TrainingError;
use super::learner::Task;
use super::losses::margin_of;
use super::pictures::Look;
use crate::inference::{InferenceError, Mode};
use crate::jobs::JobContext;
use crate::networks::Architecture;
use crate::networks::maemc::{
    Classifier, Encoder, Maemc, classifier_layout, classifier_path_of, is_of_pretraining, key_of,
    pretraining_layout, pretraining_path_of,
};
use crate::networks::weights::{Import, Metadata, WeightsFile, collect, random};
use finetune::{ClassifierInTraining, FinetuningTask};
use pretrain::{Pretraining, PretrainingTask};

/// The stages.
const PRETRAINING: &str = "pretraining";
const FINETUNING: &str = "finetuning";

impl MaemcTraining {
    /// The encoder with which learning with labels begins.
    fn encoder(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Encoder, TrainingError> {
        let (layers, learning) = (self.layers(lesson.model)?, lesson.learning());
        let layout = pretraining_layout(&layers);
        let mut state = random(&layout, self.seed);
        if let Some(given) = lesson.begin_with {
            // What the file has of it; the rest, a decoder perhaps, begins with random values.
            let ours = given.state.tensors.iter().filter(|(key, _)| layout.contains_key(*key));
            state.tensors.extend(ours.map(|(key, array)| (key.clone(), array.clone())));
        }
        let mut maemc = Maemc::new(&layers, &learning);
        Import::load(&mut maemc, lesson.model, &layout, state, pretraining_path_of, |_| false)?;
        if self.pretrained {
            let task = PretrainingTask { cohort: lesson.cohort, config: self };
            let fresh = Pretraining::new(maemc, self.queue, self.seed, &learning);
            maemc = lesson.stage(&task, fresh, told)?.into_maemc();
        }
        Ok(maemc.into_mae().into_encoder())
    }
}

impl Curriculum for MaemcTraining {
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
        format!("maemc, edition 1, places {} mm away", self.augmentation.shift_mm)
    }

    fn read(&self, seen: &Seen<'_>, _ctx: &JobContext) -> Result<Vec<u8>, InferenceError> {
        input::read(seen, self)
    }

    fn stages(&self) -> Vec<(&'static str, usize, f64)> {
        // Without labels half of two montages are read, one of them by the following copy, and the
        // decoder fills in 25 slices.
        let mut stages = vec![(FINETUNING, self.finetuning.epochs, 1.0)];
        if self.pretrained {
            stages.insert(0, (PRETRAINING, self.pretraining.epochs, 1.2));
        }
        stages
    }

    fn largest_batch(&self) -> usize {
        let without_labels = if self.pretrained { self.pretraining.batch } else { 0 };
        self.finetuning.batch.max(without_labels)
    }

    fn learn(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Learned, TrainingError> {
        let layers = self.layers(lesson.model)?;
        let encoder = self.encoder(lesson, told)?;
        let weights = lesson.cohort.class_weights(&lesson.split.train, self.class_weights);
        let task = FinetuningTask { cohort: lesson.cohort, config: self, weights };
        let learning = lesson.learning();
        let net = Classifier::from_encoder(encoder, &layers, &learning);
        let fresh = ClassifierInTraining::new(net, layers.encoder.width, &learning);
        let net = lesson.stage(&task, fresh, told)?.into_net();
        let state = collect(&net.valid(), key_of)?;
        let metadata = Metadata::from([Architecture::Maemc(layers).options_entry()]);
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
        let Architecture::Maemc(layers) = Architecture::of_file(model, file)? else {
            return Err(TrainingError::Config(format!("{} holds no MAEMC-NET", file.name)));
        };
        let mut net = Classifier::new(&layers, device);
        let layout = classifier_layout(&layers);
        Import::load(&mut net, model, &layout, file.state.clone(), classifier_path_of, is_of_pretraining)?;
        let task = FinetuningTask { cohort, config: self, weights: [1.0; 2] };
        let mut margins = Vec::with_capacity(cases.len());
        for some in cases.chunks(self.finetuning.batch) {
            ctx.step("Asking the network", margins.len() as f32 / cases.len() as f32)?;
            let montages = task.batch(some, Look::Plain).tensor(device);
            margins.extend(numbers(margin_of(net.forward(montages)))?);
        }
        Ok(vec![Asked { name: "whole", what: "the axial montage", margins }])
    }
}
