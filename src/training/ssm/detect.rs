//! The detection head, on features of slices as they are.

use burn::tensor::{Device, Tensor, TensorData};

use super::{DETECTION, SsmTraining};
use crate::networks::ssm::DinoDetector;
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::learner::{Loss, Task};
use crate::training::losses::{binary_loss, margin_of};
use crate::training::pictures::Look;

/// Teaches the head.
pub(super) struct DetectionTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a SsmTraining,
    /// Of each case; empty for those that neither teach nor measure.
    pub(super) features: &'a [Vec<f32>],
    /// Of each case, where there is one: left and upper edge, width and height, as shares.
    pub(super) boxes: &'a [Option<[f32; 4]>],
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    features: Vec<f32>,
    boxes: Vec<Option<[f32; 4]>>,
    positive: Vec<bool>,
}

impl Task for DetectionTask<'_> {
    type Net = DinoDetector;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        DETECTION
    }

    fn course(&self) -> Course {
        self.config.detection
    }

    fn batch(&self, cases: &[usize], _look: Look) -> Batch {
        Batch {
            features: cases.iter().flat_map(|&n| self.features[n].iter().copied()).collect(),
            boxes: cases.iter().map(|&n| self.boxes[n].filter(|_| self.cohort.cases[n].positive)).collect(),
            positive: cases.iter().map(|&n| self.cohort.cases[n].positive).collect(),
        }
    }

    fn loss(&self, net: &DinoDetector, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let count = batch.positive.len();
        let table = |values: Vec<f32>, width: usize| {
            Tensor::<2>::from_data(TensorData::new(values, [count, width]), device)
        };
        let class = table(batch.features.clone(), batch.features.len() / count.max(1));
        let found = if learning { net.forward_learning(class) } else { net.forward(class) };
        let classes = binary_loss(margin_of(found.logits), &batch.positive, [1.0; 2], 0.0);
        let known = batch.boxes.iter().filter(|found| found.is_some()).count();
        let wanted = table(batch.boxes.iter().flat_map(|b| b.unwrap_or([0.0; 4])).collect(), 4);
        let there =
            table(batch.boxes.iter().flat_map(|b| [f32::from(u8::from(b.is_some())); 4]).collect(), 4);
        let error = (found.boxes - wanted) * there;
        let boxes = (error.clone() * error).sum() / (4 * known.max(1)) as f64;
        Loss {
            total: classes.clone() + boxes.clone(),
            parts: vec![("nodule or none", classes), ("box", boxes)],
            carried: Vec::new(),
        }
    }
}
