//! Stage two: the fusion learns from what the encoders, as they are, say of varied pictures.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::TrainConfig;
use super::course::Course;
use super::error::TrainingError;
use super::learner::{Goal, Loss, Task, two_headed_loss};
use super::pictures::{Look, Pictures};
use crate::networks::Taps;
use crate::networks::m3net::Fusion;

/// What the three encoders say of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Micro, meso, macro: benign, malignant.
    pub logits: [[f32; 2]; 3],
    /// Pooled features of the scales, one after the other.
    pub features: Vec<f32>,
}

/// The fusion and the head that predicts what readers would say, from all scales' features.
#[derive(Module, Debug)]
pub struct FusionInTraining {
    fusion: Fusion,
    readers: Linear,
}

impl FusionInTraining {
    /// - `fusion`: with its first values, on `device`
    /// - `features`: of all scales together
    pub fn new(fusion: Fusion, features: usize, device: &Device) -> Self {
        let readers = LinearConfig::new(features, 2).with_initializer(Initializer::Zeros).init(device);
        Self { fusion, readers }
    }

    /// Both parts.
    pub fn into_parts(self) -> (Fusion, Linear) {
        (self.fusion, self.readers)
    }
}

/// Views of one step.
#[derive(Clone, Debug)]
pub struct Views {
    views: Vec<View>,
    goals: Vec<Goal>,
}

/// Teaches the fusion.
pub struct FusionTask<'a> {
    /// Cases.
    pub pictures: &'a Pictures,
    /// Everything else.
    pub config: &'a TrainConfig,
    /// Of each case: the plain look first, then the varied ones.
    pub views: &'a [Vec<View>],
}

impl Task for FusionTask<'_> {
    type Net = FusionInTraining;
    type Batch = Views;

    fn name(&self) -> &'static str {
        "fusion"
    }

    fn course(&self) -> Course {
        Course::from(&self.config.fusion)
    }

    fn batch(&self, cases: &[usize], look: Look) -> Views {
        let view = |case: usize| {
            let views = &self.views[case];
            match look {
                Look::Plain => views[0].clone(),
                Look::Varied(number) => views[1 + number as usize % (views.len() - 1).max(1)].clone(),
            }
        };
        Views {
            views: cases.iter().map(|&case| view(case)).collect(),
            goals: self.pictures.goals(cases, self.config),
        }
    }

    fn loss(&self, net: &FusionInTraining, batch: &Views, learning: bool, device: &Device) -> Loss {
        let n = batch.views.len();
        let table = |values: Vec<f32>| {
            let width = values.len() / n.max(1);
            Tensor::<2>::from_data(TensorData::new(values, [n, width]), device)
        };
        let logits = [0, 1, 2].map(|s| table(batch.views.iter().flat_map(|v| v.logits[s]).collect()));
        let features = table(batch.views.iter().flat_map(|v| v.features.iter().copied()).collect());
        let answer = if learning {
            net.fusion.forward_learning(logits)
        } else {
            net.fusion.forward_tapped(logits, &mut Taps::off())
        };
        let readers = net.readers.forward(features);
        two_headed_loss(answer, Some(readers), &batch.goals, self.config.readers_weight).into()
    }
}

pub(super) fn read(tensor: Tensor<2>) -> Result<Vec<f32>, TrainingError> {
    tensor.into_data().try_to_vec::<f32>().map_err(|e| TrainingError::Device(format!("{e:?}")))
}
