//! Stage one: a scale's encoder learns by itself, with three more heads that are left behind afterwards.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::TrainConfig;
use super::course::Course;
use super::described::error_of_known;
use super::learner::{Goal, Loss, Task, two_headed_loss};
use super::marks::{Marks, MarksHead};
use super::pictures::{Look, Pictures};
use super::traits::TRAITS;
use crate::networks::m3net::Encoder;
use crate::networks::{ScaleSpec, Tapped, Taps};

/// An encoder and, while it learns, a second head on its pooled features: what the readers said on
/// average, and how far apart they were; a third that tells the nodule's [traits](super::traits); and a
/// fourth that marks it, see [`MarksHead`]. They teach the features; answers come from the first head.
#[derive(Module, Debug)]
pub struct EncoderInTraining {
    encoder: Encoder,
    readers: Linear,
    traits: Linear,
    /// `None` for an encoder whose inner layers have no place in the picture's slices.
    marks: Option<MarksHead>,
}

impl EncoderInTraining {
    /// - `encoder`: with its first values, on `device`
    /// - `features`: number of its pooled features
    pub fn new(encoder: Encoder, features: usize, device: &Device) -> Self {
        let linear = |n| LinearConfig::new(features, n).with_initializer(Initializer::Zeros).init(device);
        let (readers, traits) = (linear(2), linear(TRAITS));
        let marks = match encoder {
            // The last of four layers, each twice as wide as the one before, is what is pooled.
            Encoder::ResNet3d(_) => Some(MarksHead::new(features / 8, device)),
            Encoder::ConvNext(_) => None,
        };
        Self { encoder, readers, traits, marks }
    }

    /// What the heads make of a batch, as one number, and the pooled features.
    pub(super) fn loss(
        &self,
        batch: &Crops,
        config: &TrainConfig,
        device: &Device,
    ) -> (Tensor<1>, Option<Tensor<2>>) {
        let marks = self.marks.as_ref().filter(|_| config.marks_weight > 0.0);
        let mut wanted = vec!["avgpool"];
        if marks.is_some() {
            wanted.extend(MarksHead::TAPS);
        }
        let mut taps = Taps::of(&wanted);
        let logits = self.encoder.forward_tapped(batch.tensor(device), &mut taps);
        let pooled = match taps.take("avgpool") {
            Some(Tapped::D2(pooled)) => Some(pooled),
            _ => None,
        };
        let readers = pooled.clone().map(|pooled| self.readers.forward(pooled));
        let mut loss = two_headed_loss(logits, readers, &batch.goals, config.readers_weight);
        if let Some(pooled) = pooled.clone().filter(|_| config.traits_weight > 0.0) {
            let known = batch.goals.iter().flat_map(|goal| goal.traits).collect();
            let error = error_of_known(self.traits.forward(pooled), known);
            loss = loss + error * f64::from(config.traits_weight);
        }
        if let Some(marks) = marks.and_then(|head| head.loss(&mut taps, &batch.marks, batch.size)) {
            loss = loss + marks * f64::from(config.marks_weight);
        }
        (loss, pooled)
    }

    /// Without the other heads.
    pub fn into_encoder(self) -> Encoder {
        self.encoder
    }
}

/// Pictures of one step, as the network sees them.
#[derive(Clone, Debug)]
pub struct Crops {
    /// `[picture][slice][column][row]`, normalised.
    pub values: Vec<f32>,
    /// Columns, rows, slices of each.
    pub size: [usize; 3],
    /// One for each picture.
    pub goals: Vec<Goal>,
    /// Where the nodules are.
    pub marks: Marks,
}

impl Crops {
    /// `[picture, slice, column, row]`
    pub fn tensor(&self, device: &Device) -> Tensor<4> {
        let [columns, rows, slices] = self.size;
        let shape = [self.goals.len(), slices, columns, rows];
        Tensor::from_data(TensorData::new(self.values.clone(), shape), device)
    }
}

/// Teaches the encoder of one scale.
pub struct EncoderTask<'a> {
    /// Cases.
    pub pictures: &'a Pictures,
    /// Everything else.
    pub config: &'a TrainConfig,
    /// Which scale, and its crop.
    pub scale: ScaleSpec,
}

impl Task for EncoderTask<'_> {
    type Net = EncoderInTraining;
    type Batch = Crops;

    fn name(&self) -> &'static str {
        self.scale.scale.name()
    }

    fn course(&self) -> Course {
        Course::from(&self.config.encoders[self.scale.scale as usize])
    }

    fn batch(&self, cases: &[usize], look: Look) -> Crops {
        self.pictures.crops(cases, look, self.config, self.scale.crop)
    }

    fn loss(&self, net: &EncoderInTraining, batch: &Crops, _learning: bool, device: &Device) -> Loss {
        net.loss(batch, self.config, device).0.into()
    }
}
