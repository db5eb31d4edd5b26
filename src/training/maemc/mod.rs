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
use crate::networks::weights::{Import, Metadata, StateDict, WeightsFile, collect, random};
use finetune::{ClassifierInTraining, FinetuningTask};
use pretrain::{Pretraining, PretrainingTask};

/// The stages.
const PRETRAINING: &str = "pretraining";
const FINETUNING: &str = "finetuning";

/// Tensors that are told by name; of more the first and a number.
const MOST_NAMED: usize = 4;

impl MaemcTraining {
    /// The encoder with which learning with labels begins, and what is to be said of how it began.
    fn encoder(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<(Encoder, Vec<String>), TrainingError> {
        let (layers, learning) = (self.layers(lesson.model)?, lesson.learning());
        let layout = pretraining_layout(&layers);
        let mut state = random(&layout, self.seed);
        let notes = match lesson.begin_with {
            Some(given) => begun_with(given, &mut state, lesson.model)?.into_iter().collect(),
            None => Vec::new(),
        };
        let mut maemc = Maemc::new(&layers, &learning);
        Import::load(&mut maemc, lesson.model, &layout, state, pretraining_path_of, |_| false)?;
        if self.pretrained {
            let task = PretrainingTask { cohort: lesson.cohort, config: self };
            let fresh = Pretraining::new(maemc, self.queue, self.seed, &learning);
            maemc = lesson.stage(&task, fresh, told)?.into_maemc();
        }
        Ok((maemc.into_mae().into_encoder(), notes))
    }
}

/// Puts what a file has of the same shape into random values. A Transformer that was taught on pictures of
/// another size has no embedding of ours, and blocks that fit; the rest, a decoder perhaps, stays random.
/// - returns: what of the encoder stayed random, in a sentence; `None` where nothing did
/// - errors: the file has nothing of the encoder
fn begun_with(
    given: &WeightsFile,
    state: &mut StateDict,
    model: &str,
) -> Result<Option<String>, TrainingError> {
    let (mut taken, mut left) = (0, Vec::new());
    for (key, array) in &mut state.tensors {
        let of_encoder = !is_of_pretraining(key);
        match given.state.tensors.get(key).filter(|own| own.shape == array.shape) {
            Some(own) => {
                array.clone_from(own);
                taken += usize::from(of_encoder);
            }
            None if of_encoder => left.push(key.as_str()),
            None => {}
        }
    }
    if taken == 0 {
        let why = format!("{} has nothing of the shape that the encoder of {model} has", given.name);
        return Err(TrainingError::Config(why));
    }
    let Some(first) = left.first() else { return Ok(None) };
    let names = if left.len() <= MOST_NAMED {
        left.join(", ")
    } else {
        format!("{first} and {} more", left.len() - 1)
    };
    Ok(Some(format!("Began with random values where {} has none of that shape: {names}", given.name)))
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
        let (encoder, notes) = self.encoder(lesson, told)?;
        let weights = lesson.cohort.class_weights(&lesson.split.train, self.class_weights);
        let task = FinetuningTask { cohort: lesson.cohort, config: self, weights };
        let learning = lesson.learning();
        let net = Classifier::from_encoder(encoder, &layers, &learning);
        let fresh = ClassifierInTraining::new(net, layers.encoder.width, &learning);
        let net = lesson.stage(&task, fresh, told)?.into_net();
        let state = collect(&net.valid(), key_of)?;
        let metadata = Metadata::from([Architecture::Maemc(layers).options_entry()]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::maemc::MaemcConfig;
    use crate::networks::weights::Array;

    fn file(state: StateDict) -> WeightsFile {
        let name = "mae.pth".to_owned();
        WeightsFile { name, sha256: String::new(), state, card: None, metadata: Metadata::new() }
    }

    #[test]
    fn blocks_of_a_transformer_for_another_size_of_picture_are_taken_and_its_embedding_is_not() {
        let layout = pretraining_layout(&MaemcConfig::compact());
        let own = random(&layout, 1);
        let (weight, blocks) = ("patch_embed.proj.weight", "blocks.0.attn.qkv.weight");
        let mut theirs = random(&layout, 2);
        theirs.tensors.retain(|key, _| !key.starts_with("momentum.") && !key.starts_with("decoder_pred"));
        theirs.tensors.insert(weight.to_owned(), Array { shape: vec![2, 3], values: vec![0.5; 6] });
        theirs.tensors.insert("head.weight".to_owned(), Array { shape: vec![1], values: vec![1.0] });
        let mut begun = own.clone();
        let note = begun_with(&file(theirs.clone()), &mut begun, "maemc-net-compact").expect("most fits");
        let note = note.expect("the embedding stayed random");
        assert!(note.contains("mae.pth") && note.ends_with(&format!(": {weight}")), "{note}");
        assert_eq!(begun.tensors[blocks], theirs.tensors[blocks]);
        assert_eq!(begun.tensors[weight], own.tensors[weight]);
        assert!(begun.tensors.keys().eq(own.tensors.keys()));

        let whole = begun_with(&file(random(&layout, 2)), &mut own.clone(), "maemc-net-compact");
        assert_eq!(whole.expect("all fits"), None);
        let other = StateDict { tensors: [(weight.to_owned(), theirs.tensors[weight].clone())].into() };
        let error = begun_with(&file(other), &mut own.clone(), "maemc-net-compact").expect_err("nothing");
        assert!(error.to_string().contains("mae.pth has nothing of the shape"), "{error}");
    }
}
