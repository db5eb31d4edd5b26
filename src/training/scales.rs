//! Between the two stages, where it is asked for: the three encoders go on learning together, so that what
//! they say of one nodule tells it from other nodules at every scale.
//!
//! M3Net's abstract speaks of mutual information maximisation; its code has no such term, and nothing public
//! says its form. **This form is Triscope's own**: InfoNCE (van den Oord et al. 2018, arXiv 1807.03748)
//! between the pooled features of every two scales. It is never the authors', and cards say so.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Tensor};

use super::config::{MutualInformation, TrainConfig};
use super::course::Course;
use super::encoder::{Crops, EncoderInTraining};
use super::learner::{Loss, Task};
use super::pictures::{Look, Pictures};
use crate::networks::M3NET_SCALES;

/// Dimensions in which scales are compared.
const DIRECTIONS: usize = 128;

/// Pooled features to a direction.
#[derive(Module, Debug)]
struct Projection {
    hidden: Linear,
    out: Linear,
}

impl Projection {
    fn new(features: usize, device: &Device) -> Self {
        let hidden = LinearConfig::new(features, features).init(device);
        Self { hidden, out: LinearConfig::new(features, DIRECTIONS).init(device) }
    }

    /// - returns: `[batch, DIRECTIONS]`, each of length 1
    fn direction(&self, pooled: Tensor<2>) -> Tensor<2> {
        let out = self.out.forward(relu(self.hidden.forward(pooled)));
        let length = (out.clone() * out.clone()).sum_dim(1).sqrt().clamp_min(1e-12);
        out / length
    }
}

/// Three encoders with their heads, and what compares them, which is left behind afterwards.
#[derive(Module, Debug)]
pub struct ScalesInTraining {
    encoders: Vec<EncoderInTraining>,
    projections: Vec<Projection>,
}

impl ScalesInTraining {
    /// - `encoders`: micro, meso, macro
    /// - `features`: number of pooled features of each
    pub fn new(encoders: Vec<EncoderInTraining>, features: [usize; 3], device: &Device) -> Self {
        let projections = features.map(|n| Projection::new(n, device)).into();
        Self { encoders, projections }
    }

    /// Without what compares them.
    pub fn into_encoders(self) -> Vec<EncoderInTraining> {
        self.encoders
    }
}

/// Teaches the three encoders together.
pub struct ScalesTask<'a> {
    /// Cases.
    pub pictures: &'a Pictures,
    /// Everything else.
    pub config: &'a TrainConfig,
    /// How.
    pub how: &'a MutualInformation,
}

impl Task for ScalesTask<'_> {
    type Net = ScalesInTraining;
    type Batch = Vec<Crops>;

    fn name(&self) -> &'static str {
        "scales"
    }

    fn course(&self) -> Course {
        Course::from(&self.how.schedule)
    }

    fn batch(&self, cases: &[usize], look: Look) -> Vec<Crops> {
        // One draw for the three crops of a picture.
        M3NET_SCALES.iter().map(|s| self.pictures.crops(cases, look, self.config, s.crop)).collect()
    }

    /// Mean of the encoders' own losses, and the mean InfoNCE of the six ordered pairs of scales with its
    /// weight.
    fn loss(&self, net: &ScalesInTraining, batch: &Vec<Crops>, _learning: bool, device: &Device) -> Loss {
        let mut own = Vec::with_capacity(3);
        let mut directions = Vec::with_capacity(3);
        for ((encoder, projection), crops) in net.encoders.iter().zip(&net.projections).zip(batch) {
            let (loss, pooled) = encoder.loss(crops, self.config, device);
            own.push(loss);
            directions.extend(pooled.map(|pooled| projection.direction(pooled)));
        }
        let own = Tensor::cat(own, 0).mean();
        let mut pairs = Vec::with_capacity(6);
        for (a, first) in directions.iter().enumerate() {
            for (_, second) in directions.iter().enumerate().filter(|(b, _)| *b != a) {
                pairs.push(info_nce(first.clone(), second.clone(), self.how.temperature));
            }
        }
        if pairs.is_empty() {
            return own.into();
        }
        let shared = Tensor::cat(pairs, 0).mean();
        let total = own.clone() + shared.clone() * f64::from(self.how.weight);
        Loss { total, parts: vec![("encoders", own), ("between scales", shared)], carried: Vec::new() }
    }
}

/// How badly each case's direction at one scale finds its own at another among the batch:
/// `-(1/B) sum over i of log(exp(a_i.b_i / t) / sum over j of exp(a_i.b_j / t))`, `[1]`, in nats.
/// The mutual information of both is at least `log B` less this.
/// - `a`, `b`: `[batch, DIRECTIONS]` of length 1
fn info_nce(a: Tensor<2>, b: Tensor<2>, temperature: f32) -> Tensor<1> {
    let [batch, _] = a.dims();
    let own = Tensor::<2>::eye(batch, &a.device());
    let told = log_softmax(a.matmul(b.transpose()) / f64::from(temperature), 1);
    (told * own).sum() / -(batch as f64)
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;

    #[test]
    fn info_nce_is_that_of_the_formula() {
        let device = Device::flex();
        let (a, b) = ([[1.0f32, 0.0], [0.0, 1.0]], [[0.6f32, 0.8], [0.0, 1.0]]);
        let tensor = |v: [[f32; 2]; 2]| Tensor::<2>::from_data(TensorData::from(v), &device);
        let t = 0.5;
        let expected: f64 = (0..2)
            .map(|i| {
                let score =
                    |j: usize| (0..2).map(|n| f64::from(a[i][n]) * f64::from(b[j][n])).sum::<f64>() / t;
                (score(0).exp() + score(1).exp()).ln() - score(i)
            })
            .sum::<f64>()
            / 2.0;
        let found = info_nce(tensor(a), tensor(b), t as f32).into_data().try_to_vec::<f32>().expect("here");
        // Single precision.
        assert!((f64::from(found[0]) - expected).abs() < 1e-6, "{found:?} {expected}");
    }
}
