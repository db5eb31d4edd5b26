//! The same nodules in other simulated surroundings: how much of an answer is the nodule's, and how much
//! comes from a chest that was never the patient's.

use super::error::EvaluateError;
use super::network::Prediction;
use crate::jobs::JobContext;
use crate::training::{Pictures, Taught, TrainConfig, TrainingError};

/// Margins in other surroundings, gathered fold by fold.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// Surroundings that each nodule is seen in.
    pub looks: usize,
    /// Margins in each, in the order of the predictions. A case that is seen in its own volume has the same in all.
    pub margins: Vec<Vec<f64>>,
}

impl Elsewhere {
    /// Asks a fold's network about its held-out cases.
    /// - errors: a device that failed, a cancel
    pub fn ask(
        &mut self,
        taught: &Taught,
        pictures: &Pictures,
        config: &TrainConfig,
        predictions: &[Prediction],
        ctx: &JobContext,
    ) -> Result<(), EvaluateError> {
        let count = predictions.len() * self.looks;
        let size = taught.picture_size();
        let picture = |n: usize| {
            let case = predictions[n / self.looks].picture;
            pictures.elsewhere(case, (n % self.looks) as u64, config, size)
        };
        let told = |done: usize| -> Result<(), TrainingError> {
            ctx.step("Other surroundings", done as f32 / count.max(1) as f32)?;
            Ok(())
        };
        let replies = taught.ask(count, picture, ctx, told)?;
        let each = replies.chunks(self.looks.max(1));
        self.margins.extend(each.map(|own| own.iter().map(|reply| reply.margin()).collect()));
        Ok(())
    }

    /// Mean margin of a case over all its surroundings.
    /// - `prediction`: place in the predictions
    pub fn mean(&self, prediction: usize) -> Option<f64> {
        let own = self.margins.get(prediction).filter(|own| !own.is_empty())?;
        Some(own.iter().sum::<f64>() / own.len() as f64)
    }
}
