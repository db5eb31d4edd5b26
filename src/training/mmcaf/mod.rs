//! MMCAF-Net: the trunk, then the rest of the image's encoder, then, where it is asked, the table's encoder, then table,
//! fusion and classifier.

mod config;
mod input;
mod place;
mod task;

pub use config::{MmcafAugmentation, MmcafPieces, MmcafTraining};

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::checkpoint::StageState;
use super::cohort::Cohort;
use super::curriculum::{Asked, Curriculum, Learned, Lesson, Seen, numbers};
use super::error::TrainingError;
use crate::inference::{InferenceError, Mode};
use crate::jobs::JobContext;
use crate::networks::layers::Drop;
use crate::networks::mmcaf::{
    Mmcaf, MmcafConfig, is_without_effect, key_of, path_of, published_layout, random,
};
use crate::networks::weights::{Import, Metadata, StateDict, WeightsFile, collect};
use crate::networks::{Architecture, Taps};
use input::Planes;
use task::{ImageInTraining, ImageTask, JointTask, Shared, TableTask, TrunkInTraining, TrunkTask, Views};

/// The stages.
const TRUNK: &str = "trunk";
const IMAGE: &str = "image";
const TABLE: &str = "table";
const JOINT: &str = "joint";

/// Of the usual size of random values, where features are multiplied.
const SMALL: f32 = 0.01;

/// In which each level and what it has in common with the other one begin to be joined.
const SHARE: f32 = 0.1;

/// Random values; the heads say nothing at first. The layers before them multiply features with each other,
/// and a head of random values would begin tens of nats from any answer. For the same reason the shares in which
/// levels are joined begin at a tenth each, whatever the levels hold: random ones bring features of tens of
/// thousands, whose every step throws the answer about. Ours; the published code leaves it to chance.
fn first_values(layers: &MmcafConfig, seed: u64) -> StateDict {
    const HEADS: [&str; 3] = ["image_encoder.fused_cls.0.weight", "fin_cls.weight", "tab_cls.weight"];
    let mut state = random(layers, seed);
    for key in HEADS {
        if let Some(array) = state.tensors.get_mut(key) {
            array.values.fill(0.0);
        }
    }
    for (key, array) in &mut state.tensors {
        let shares = key.contains(".gamma1.") || key.contains(".gamma2.");
        if shares && key.ends_with(".bias") {
            array.values.fill(SHARE);
        } else if shares {
            array.values.iter_mut().for_each(|v| *v *= SMALL);
        }
    }
    state
}

fn loaded(
    model: &str,
    layers: &MmcafConfig,
    state: StateDict,
    device: &Device,
) -> Result<Mmcaf, TrainingError> {
    let mut net = Mmcaf::new(layers, device);
    Import::load(&mut net, model, &published_layout(layers), state, path_of, is_without_effect)?;
    Ok(net)
}

impl Curriculum for MmcafTraining {
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

    fn inputs_depend_on(&self) -> String {
        format!("mmcaf, edition 2, {} mode, jitter {}", self.mode, self.augmentation.jitter_slices)
    }

    fn read(&self, seen: &Seen<'_>, _ctx: &JobContext) -> Result<Vec<u8>, InferenceError> {
        input::read(seen, self)
    }

    fn stages(&self) -> Vec<(&'static str, usize, f64)> {
        // Measured on the compact network: what does not learn costs a third of what does.
        let [trunk, image, table, joint] =
            [&self.trunk, &self.image, &self.table, &self.joint].map(|course| course.epochs);
        // A step on kept features costs a thousandth.
        let joined = if self.joint_views > 0 { 0.001 } else { 0.7 };
        let table = (table > 0).then_some((TABLE, table, 0.001));
        [(TRUNK, trunk, 1.0), (IMAGE, image, 1.0)]
            .into_iter()
            .chain(table)
            .chain([(JOINT, joint, joined)])
            .collect()
    }

    fn largest_batch(&self) -> usize {
        let table = if self.table.epochs > 0 { self.table.batch } else { 0 };
        self.trunk.batch.max(self.image.batch).max(table).max(self.joint.batch)
    }

    fn learn(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Learned, TrainingError> {
        let (layers, learning) = (self.layers(lesson.model)?, lesson.learning());
        let weights = lesson.cohort.class_weights(&lesson.split.train, self.class_weights);
        let shared = Shared { cohort: lesson.cohort, config: self, field: layers.field, weights };
        let net = loaded(lesson.model, &layers, first_values(&layers, self.seed), &learning)?;
        let fresh = TrunkInTraining::new(net, layers.widths, &learning);
        let net = lesson.stage(&TrunkTask(&shared), fresh, told)?.into_net();
        let net = lesson.stage(&ImageTask(&shared), ImageInTraining::new(net, &learning), told)?.into_net();
        let net = match self.table.epochs {
            0 => net,
            _ => lesson.stage(&TableTask(&shared), net, told)?,
        };
        let views = match self.joint_views {
            0 => None,
            _ => Some(Views::of(&net.valid(), &shared, &learning.clone().inner(), lesson.ctx)?),
        };
        let net = match &views {
            Some(views) => {
                let [mean, variance] = views.statistics(&lesson.split.train).map(|values| {
                    Tensor::from_data(
                        TensorData::new(values, [MmcafConfig::FEATURES]),
                        &learning.clone().inner(),
                    )
                });
                net.with_image_statistics(mean, variance)
            }
            None => net,
        };
        let net = lesson.stage(&JointTask { shared: &shared, views: views.as_ref() }, net, told)?;
        let state = collect(&net.valid(), key_of)?;
        let metadata = Metadata::from([Architecture::Mmcaf(layers).options_entry()]);
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
        let Architecture::Mmcaf(layers) = Architecture::of_file(model, file)? else {
            return Err(TrainingError::Config(format!("{} holds no MMCAF-Net", file.name)));
        };
        let net = loaded(model, &layers, file.state.clone(), device)?.fold();
        let shared = Shared { cohort, config: self, field: layers.field, weights: [1.0; 2] };
        let [mut whole, mut image, mut blank, mut highest] = [0; 4].map(|_| Vec::with_capacity(cases.len()));
        let mut told = Vec::with_capacity(cases.len());
        for &case in cases {
            ctx.step("Asking the network", whole.len() as f32 / cases.len() as f32)?;
            let row = |values: Vec<f32>| {
                Tensor::<2>::from_data(TensorData::new(values, [1, MmcafConfig::TABLE]), device)
            };
            let (own, neutral) = (row(shared.rows(&[case])), row(vec![0.0; MmcafConfig::TABLE]));
            let planes = Planes::new(&cohort.inputs[case]);
            // The window around the point is what a click asks about; with the lesion's slices the largest answer of
            // all windows over them counts.
            let mut of_point: Option<[f64; 3]> = None;
            let mut largest = f64::NEG_INFINITY;
            for &start in &planes.starts {
                let [slices, rows, columns] = layers.field.window();
                let window = TensorData::new(planes.read(start, layers.field), [1, slices, rows, columns]);
                let window = Tensor::<4>::from_data(window, device);
                let features = net.image_features(window, &mut Taps::off(), Drop::Nothing);
                let fused = |row: &Tensor<2>| {
                    net.fuse(features.clone(), row.clone(), &mut Taps::off(), Drop::Nothing)
                };
                let alone = net.image_encoder().answer(features.clone());
                let said = numbers(Tensor::cat(vec![fused(&own), alone, fused(&neutral)], 1))?;
                let said: [f64; 3] = std::array::from_fn(|n| said.get(n).copied().unwrap_or(f64::NAN));
                of_point.get_or_insert(said);
                largest = largest.max(said[0]);
            }
            let of_point = of_point.unwrap_or([f64::NAN; 3]);
            for (all, logit) in [&mut whole, &mut image, &mut blank].into_iter().zip(of_point) {
                all.push(logit);
            }
            highest.push(largest);
            told.extend(numbers(net.answer_table(own))?);
        }
        Ok(vec![
            Asked { name: "whole", what: "the window around the point and the table", margins: whole },
            Asked {
                name: "image alone",
                what: "the head that taught the image's encoder, without the table",
                margins: image,
            },
            Asked {
                name: "table alone",
                what: "a head on the table's encoder, without the image",
                margins: told,
            },
            Asked {
                name: "table unknown",
                what: "the whole network, told nothing of the patient",
                margins: blank,
            },
            Asked {
                name: "all windows",
                what: "the highest answer of all windows over the lesion's slices",
                margins: highest,
            },
        ])
    }
}
