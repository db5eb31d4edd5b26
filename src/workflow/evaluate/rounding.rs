//! What rounding the weights to 16 bits, as the packed file holds them, does to the answers.

use super::error::EvaluateError;
use super::network::{Prediction, RunFolder};
use crate::evaluation::probability;
use crate::inference::LearningDevice;
use crate::jobs::JobContext;
use crate::networks::weights::{Card, Metadata, Precision, StateDict, WeightsFile, pack};
use crate::training::{Look, Pictures, Taught, TrainingError};

/// Gathered fold by fold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rounded {
    /// Largest change of a probability.
    pub moved: f64,
}

impl Rounded {
    /// Asks a fold's network with rounded weights about its held-out cases, plainly looked at.
    /// - `predictions`: of one fold, with the weights as they are
    /// - errors: weights that cannot be read any more or do not fit into 16 bits, a device that failed, a
    ///   cancel
    pub fn ask(
        &mut self,
        (run, model): (&RunFolder, &str),
        pictures: &Pictures,
        predictions: &[Prediction],
        device: &LearningDevice,
        ctx: &JobContext,
    ) -> Result<(), EvaluateError> {
        let fold = predictions.first().map(|first| first.fold);
        for (_, file) in run.folds.iter().filter(|(number, _)| Some(*number) == fold) {
            let taught = Taught::new(model, rounded(model, run.weights(model, file)?)?, device)?;
            let size = taught.picture_size();
            let picture = |n: usize| pictures.hu(predictions[n].picture, Look::Plain, &run.config, size);
            let told = |done: usize| -> Result<(), TrainingError> {
                ctx.step("Rounded weights", done as f32 / predictions.len() as f32)?;
                Ok(())
            };
            let replies = taught.ask(predictions.len(), picture, ctx, told)?;
            let both = replies.iter().zip(predictions).map(|(reply, before)| [reply, &before.reply]);
            let moved = both.map(|pair| pair.map(|reply| probability(reply.margin())));
            self.moved = moved.map(|[a, b]| (a - b).abs()).fold(self.moved, f64::max);
        }
        Ok(())
    }
}

/// The same values as a file of 16 bits holds them.
fn rounded(model: &str, state: StateDict) -> Result<StateDict, EvaluateError> {
    let bytes = pack(&[state], &Card::unknown(model, model), Precision::Half, &Metadata::new())?;
    Ok(WeightsFile::from_safetensors(model, &bytes)?.state)
}
