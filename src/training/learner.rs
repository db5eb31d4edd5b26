//! What is learned, and one step of it: a task says how pictures become a loss, a learner steps.

use burn::module::{Module, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use super::course::Course;
use super::pictures::Look;
use super::traits::Traits;

/// What one case should be answered with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Probability of malignancy, 0 to 1.
    pub malignant: f32,
    /// Of the readers' ratings, where there are any: mean, 0 (rating 1) to 1 (rating 5), and
    /// standard deviation in the same unit, 0 to 0.5.
    pub ratings: Option<[f32; 2]>,
    /// What else can be said of the nodule.
    pub traits: Traits,
}

/// What a batch costs, with what is wanted of it besides the gradient.
#[derive(Clone, Debug)]
pub struct Loss {
    /// What is made small, `[1]`.
    pub total: Tensor<1>,
    /// What it is made up of, by name, before weights: written into the history.
    pub parts: Vec<(&'static str, Tensor<1>)>,
    /// For [`Task::after_step`], without gradients.
    pub carried: Vec<Tensor<2>>,
}

impl From<Tensor<1>> for Loss {
    fn from(total: Tensor<1>) -> Self {
        Self { total, parts: Vec::new(), carried: Vec::new() }
    }
}

impl Loss {
    /// Of an answer, and beside it of what is [said](super::described) of the nodule.
    pub(super) fn described(answer: Tensor<1>, error: Tensor<1>, weight: f64) -> Self {
        let total = answer.clone() + error.clone() * weight;
        Self { total, parts: vec![("answer", answer), ("description", error)], carried: Vec::new() }
    }
}

/// Where in a stage a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// From 0.
    pub step: usize,
    /// Of the whole stage.
    pub steps: usize,
}

/// One stage's subject.
pub trait Task {
    /// The layers that learn.
    type Net: Module;
    /// What a step reads.
    type Batch;

    /// In messages, and part of every seed.
    fn name(&self) -> &'static str;
    /// Epochs, batch, optimiser, rates.
    fn course(&self) -> Course;
    /// Cases to what a step reads.
    fn batch(&self, cases: &[usize], look: Look) -> Self::Batch;
    /// Mean loss of a batch.
    /// - `learning`: whether dropout acts
    fn loss(&self, net: &Self::Net, batch: &Self::Batch, learning: bool, device: &Device) -> Loss;
    /// Parts that learn at rates of their own, as shares of the step's, together all layers; none: all alike.
    fn rates(&self, _net: &Self::Net) -> Vec<(f64, Vec<ParamId>)> {
        Vec::new()
    }
    /// What else changes with a step: copies that follow slowly, what is remembered of batches before.
    /// Everything that it keeps is in the layers, so that a stage goes on where it stopped.
    /// - `carried`: of the step's [`Loss`]
    fn after_step(&self, net: Self::Net, _carried: Vec<Tensor<2>>, _at: At) -> Self::Net {
        net
    }
}

/// Layers with their optimiser.
pub struct Learner<N> {
    /// The layers.
    pub net: N,
    /// With its moments.
    pub optimiser: ModuleOptimizer,
    device: Device,
}

impl<N: Module> Learner<N> {
    /// - `device`: an autodiff device, on which `net` lies
    pub fn new(net: N, course: &Course, device: &Device) -> Self {
        Self { net, optimiser: course.optimiser(), device: device.clone() }
    }

    /// One step of the optimiser.
    /// - `seed`: of dropout
    /// - returns: the loss before it, and its parts by name
    pub fn step<T: Task<Net = N>>(
        mut self,
        task: &T,
        batch: &T::Batch,
        rate: f64,
        seed: u64,
        at: At,
    ) -> (Self, f64, Vec<(&'static str, f64)>) {
        self.device.seed(seed);
        let Loss { total, parts, carried } = task.loss(&self.net, batch, true, &self.device);
        let value = scalar(&total);
        let parts = parts.iter().map(|(name, part)| (*name, scalar(part))).collect();
        let mut gradients = total.backward();
        let rates = task.rates(&self.net);
        if rates.is_empty() {
            let gradients = GradientsParams::from_grads(gradients, &self.net);
            self.net = self.optimiser.step(rate, self.net, gradients);
        } else {
            for (share, part) in rates {
                let gradients = GradientsParams::from_params(&mut gradients, &self.net, &part);
                self.net = self.optimiser.step(rate * share, self.net, gradients);
            }
        }
        self.net = task.after_step(self.net, carried, at);
        (self, value, parts)
    }

    /// The loss without learning from it: running statistics in the norms, nothing dropped.
    pub fn measure<T: Task<Net = N>>(&self, task: &T, batch: &T::Batch) -> f64 {
        scalar(&task.loss(&self.net.valid(), batch, false, &self.device.clone().inner()).total)
    }
}

/// Cross-entropy of the margin, and the squared error of the readers' head with its weight.
/// - `logits`: `[batch, 2]`, benign first
/// - `readers`: mean and spread of the ratings, `[batch, 2]`
pub(super) fn two_headed_loss(
    logits: Tensor<2>,
    readers: Option<Tensor<2>>,
    goals: &[Goal],
    readers_weight: f32,
) -> Tensor<1> {
    let device = logits.device();
    let margin = logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1);
    let goal = |value: &dyn Fn(&Goal) -> f32| {
        let values: Vec<f32> = goals.iter().map(value).collect();
        Tensor::<2>::from_data(TensorData::new(values, [goals.len(), 1]), &device)
    };
    let malignant = goal(&|g| g.malignant);
    let benign = malignant.clone().neg() + 1.0;
    let cross_entropy =
        (malignant * log_sigmoid(margin.clone()) + benign * log_sigmoid(margin.neg())).mean().neg();
    match readers {
        Some(readers) => {
            let said = |n: usize| move |g: &Goal| g.ratings.map_or(0.0, |ratings| ratings[n]);
            let known = goal(&|g| f32::from(u8::from(g.ratings.is_some())));
            let error = (readers - Tensor::cat(vec![goal(&said(0)), goal(&said(1))], 1)) * known;
            cross_entropy + (error.clone() * error).mean() * f64::from(readers_weight)
        }
        None => cross_entropy,
    }
}

/// The number in a tensor of one value; NaN if the device does not give it.
fn scalar(tensor: &Tensor<1>) -> f64 {
    let value = tensor.clone().into_data().try_to_vec::<f32>();
    value.ok().and_then(|v| v.first().copied()).map_or(f64::NAN, f64::from)
}
