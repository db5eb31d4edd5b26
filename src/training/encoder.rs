//! Stage one: a scale's encoder learns by itself, with a second head that is left behind afterwards.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::{Schedule, TrainConfig};
use super::learner::{Goal, Task, two_headed_loss};
use super::pictures::{Look, Pictures};
use crate::networks::m3net::Encoder;
use crate::networks::{ScaleSpec, Tapped, Taps};

/// An encoder and, while it learns, a second head on its pooled features: what the readers said on
/// average, and how far apart they were. It teaches the features; answers come from the first head.
#[derive(Module, Debug)]
pub struct EncoderInTraining {
    encoder: Encoder,
    readers: Linear,
}

impl EncoderInTraining {
    /// - `encoder`: with its first values, on `device`
    /// - `features`: number of its pooled features
    pub fn new(encoder: Encoder, features: usize, device: &Device) -> Self {
        let readers = LinearConfig::new(features, 2).with_initializer(Initializer::Zeros).init(device);
        Self { encoder, readers }
    }

    /// Without the second head.
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

    fn schedule(&self) -> &Schedule {
        &self.config.encoders[self.scale.scale as usize]
    }

    fn batch(&self, cases: &[usize], look: Look) -> Crops {
        self.pictures.crops(cases, look, self.config, self.scale.crop)
    }

    fn loss(&self, net: &EncoderInTraining, batch: &Crops, _learning: bool, device: &Device) -> Tensor<1> {
        let mut taps = Taps::of(&["avgpool"]);
        let logits = net.encoder.forward_tapped(batch.tensor(device), &mut taps);
        let readers = match taps.take("avgpool") {
            Some(Tapped::D2(pooled)) => Some(net.readers.forward(pooled)),
            _ => None,
        };
        two_headed_loss(logits, readers, &batch.goals, self.config.readers_weight)
    }
}
