//! Learning with labels: encoder and head, from the axial montage.

use burn::module::{Module, ParamId, list_param_ids};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::input::{SIDE, montage};
use super::pretrain::drawn;
use super::{FINETUNING, MaemcTraining};
use crate::networks::maemc::Classifier;
use crate::networks::{Tapped, Taps};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::described::{DESCRIBED, DescribingHead};
use crate::training::learner::{Loss, Task};
use crate::training::losses::{binary_loss, margin_of};
use crate::training::pictures::Look;

/// Encoder and head, and while they learn a head that tells what is [said](crate::training::described) of the
/// nodule.
#[derive(Module, Debug)]
pub(super) struct ClassifierInTraining {
    net: Classifier,
    described: DescribingHead,
}

impl ClassifierInTraining {
    /// - `width`: features of a token
    pub(super) fn new(net: Classifier, width: usize, device: &Device) -> Self {
        Self { net, described: DescribingHead::new(width, DESCRIBED, device) }
    }

    /// Without the other head.
    pub(super) fn into_net(self) -> Classifier {
        self.net
    }
}

/// Teaches encoder and head.
pub(super) struct FinetuningTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a MaemcTraining,
    /// Of the classes.
    pub(super) weights: [f32; 2],
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    axial: Vec<f32>,
    positive: Vec<bool>,
    /// Which they are.
    cases: Vec<usize>,
}

impl Batch {
    /// `[case, 1, row, column]`
    pub(super) fn tensor(&self, device: &Device) -> Tensor<4> {
        let shape = [self.positive.len(), 1, SIDE, SIDE];
        Tensor::from_data(TensorData::new(self.axial.clone(), shape), device)
    }
}

impl Task for FinetuningTask<'_> {
    type Net = ClassifierInTraining;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        FINETUNING
    }

    fn course(&self) -> Course {
        self.config.finetuning
    }

    /// The deeper a part, the more of the rate it has: what lies near the slices has learned without labels.
    fn rates(&self, net: &ClassifierInTraining) -> Vec<(f64, Vec<ParamId>)> {
        let decay = self.config.layer_decay;
        if decay == 1.0 {
            return Vec::new();
        }
        let mut parts = net.net.by_depth();
        if let Some(last) = parts.last_mut() {
            last.extend(list_param_ids(&net.described));
        }
        let last = parts.len() as i32 - 1;
        parts.into_iter().enumerate().map(|(n, part)| (decay.powi(last - n as i32), part)).collect()
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let one = |&case: &usize| {
            let bytes = &self.cohort.inputs[case];
            let (place, symmetry) = drawn(bytes, look, self.config, case);
            montage(bytes, place, 0, symmetry)
        };
        let axial: Vec<Vec<f32>> = cases.par_iter().map(one).collect();
        Batch {
            axial: axial.concat(),
            positive: cases.iter().map(|&n| self.cohort.cases[n].positive).collect(),
            cases: cases.to_vec(),
        }
    }

    fn loss(&self, net: &ClassifierInTraining, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let weight = f64::from(self.config.described_weight);
        let asked = learning && weight > 0.0;
        let mut taps = if asked { Taps::of(&["pooled"]) } else { Taps::off() };
        let margin = margin_of(net.net.forward_tapped(batch.tensor(device), &mut taps));
        let answer = binary_loss(margin, &batch.positive, self.weights, 0.0);
        let Some(Tapped::D2(pooled)) = taps.take("pooled") else { return answer.into() };
        let all: [usize; DESCRIBED] = std::array::from_fn(|n| n);
        let error = net.described.error(pooled, self.cohort.described(&batch.cases, &all));
        Loss::described(answer, error, weight)
    }
}
