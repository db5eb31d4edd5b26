//! How fast encoders learn on this machine.

use serde::Serialize;

use crate::inference::{DeviceChoice, InferenceError, LearningDevice};
use crate::jobs::JobContext;
use crate::training::{TrainingError, pace};

/// Why nothing was timed.
#[derive(Debug, thiserror::Error)]
pub enum TrainBenchError {
    /// No device.
    #[error(transparent)]
    Device(#[from] InferenceError),
    /// No such network, or a cancel.
    #[error(transparent)]
    Training(#[from] TrainingError),
}

/// Figures of one network on one device.
#[derive(Clone, Debug, Serialize)]
pub struct TrainReport {
    /// The network.
    pub model: String,
    /// Adapter or processor, with its cores.
    pub device: String,
    /// Pictures of one step.
    pub batch: usize,
    /// Pictures a second, median step.
    pub micro_per_second: f64,
    /// Pictures a second, median step.
    pub meso_per_second: f64,
    /// Pictures a second, median step.
    pub macro_per_second: f64,
}

/// Times each encoder by itself: forwards, backwards, and the optimiser's step, on noise.
/// - errors: no such network or device, a cancel
pub fn train(
    model: &str,
    device: DeviceChoice,
    batch: usize,
    steps: usize,
    ctx: &JobContext,
) -> Result<TrainReport, TrainBenchError> {
    let device = LearningDevice::choose(device)?;
    let [micro_per_second, meso_per_second, macro_per_second] = pace(model, &device, batch, steps, ctx)?;
    let (model, device) = (model.to_owned(), device.info.name);
    Ok(TrainReport { model, device, batch, micro_per_second, meso_per_second, macro_per_second })
}
