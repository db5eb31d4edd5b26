//! Learning with labels: encoder and head, from the axial montage.

use burn::module::ParamId;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::input::{SIDE, montage};
use super::pretrain::drawn;
use super::{FINETUNING, MaemcTraining};
use crate::networks::maemc::Classifier;
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::learner::{Loss, Task};
use crate::training::losses::{binary_loss, margin_of};
use crate::training::pictures::Look;

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
}

impl Batch {
    /// `[case, 1, row, column]`
    pub(super) fn tensor(&self, device: &Device) -> Tensor<4> {
        let shape = [self.positive.len(), 1, SIDE, SIDE];
        Tensor::from_data(TensorData::new(self.axial.clone(), shape), device)
    }
}

impl Task for FinetuningTask<'_> {
    type Net = Classifier;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        FINETUNING
    }

    fn course(&self) -> Course {
        self.config.finetuning
    }

    /// The deeper a part, the more of the rate it has: what lies near the slices has learned without labels.
    fn rates(&self, net: &Classifier) -> Vec<(f64, Vec<ParamId>)> {
        let decay = self.config.layer_decay;
        if decay == 1.0 {
            return Vec::new();
        }
        let parts = net.by_depth();
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
        }
    }

    fn loss(&self, net: &Classifier, batch: &Batch, _learning: bool, device: &Device) -> Loss {
        let margin = margin_of(net.forward(batch.tensor(device)));
        binary_loss(margin, &batch.positive, self.weights, 0.0).into()
    }
}
