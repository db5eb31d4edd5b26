//! How long a weights file takes to become a network that can answer, and how much memory: for files of gigabytes.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::classify::median;
use super::load::watch_memory;
use crate::inference::{DeviceChoice, Engine, EngineOptions, Event, Stopped, WeightsChoice};
use crate::jobs::{JobContext, Outcome};
use crate::workflow::classify::ClassifyError;

/// Figures of one file.
#[derive(Clone, Debug, Serialize)]
pub struct WeightsReport {
    /// The network that reads it.
    pub model: String,
    /// Of the file.
    pub bytes: u64,
    /// Timed runs, each with a fresh engine; the first one reads the file from wherever it lies.
    pub runs: usize,
    /// Read, hashed, compared with the network's layers and put on the device, median.
    pub load_ms: f64,
    /// The first run's.
    pub first_ms: f64,
    /// Largest memory of this process meanwhile, MB; unknown where the system does not say.
    pub peak_rss_mb: Option<f64>,
}

/// Loads a file several times.
/// - errors: what loading refuses, a device that does not start, cancelled
pub fn weights(
    model: &str,
    file: &Path,
    device: DeviceChoice,
    runs: usize,
    ctx: &JobContext,
) -> Result<WeightsReport, ClassifyError> {
    let memory = watch_memory();
    let choice = WeightsChoice::File(file.to_owned());
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs.max(1) {
        ctx.step("Loading weights", run as f32 / runs.max(1) as f32)?;
        let engine = Engine::start(EngineOptions::alone(device))?;
        let (model, choice) = (model.to_owned(), choice.clone());
        let start = Instant::now();
        let question = engine.submit("weights", Arc::new(|| {}), move |runtime, _, parts| {
            parts.send(runtime.network(&model, &choice).map(drop));
            Ok::<(), Stopped>(())
        });
        loop {
            ctx.check()?;
            let Some(event) = question.wait_a_moment() else { continue };
            match event {
                Event::Part(loaded) => loaded?,
                Event::Ended(Outcome::Failed(failure)) => return Err(failure.into()),
                Event::Ended(_) => break,
            }
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(WeightsReport {
        model: model.to_owned(),
        bytes: std::fs::metadata(file).map_or(0, |known| known.len()),
        runs: times.len(),
        first_ms: times.first().copied().unwrap_or(f64::NAN),
        load_ms: median(times),
        peak_rss_mb: memory(),
    })
}
