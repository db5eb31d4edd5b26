//! How long a click takes to become a probability and a map: the engine, as window and terminal use it.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use crate::explain::Wanted;
use crate::geometry::{Patient, Point, VoxelGrid};
use crate::inference::{DeviceChoice, Engine, EngineOptions, WeightsChoice};
use crate::jobs::JobContext;
use crate::networks::weights::has_built_in;
use crate::networks::{Family, spec};
use crate::volume::{Unit, Volume};
use crate::workflow::classify::{Classified, ClassifyError, Prior, Request, run};

/// Fewest timed runs: a median of less says nothing.
const FEWEST_RUNS: usize = 3;

/// Figures of one network on one device.
#[derive(Clone, Debug, Serialize)]
pub struct ClassifyReport {
    /// The network.
    pub model: String,
    /// `wgpu` or `flex`.
    pub backend: String,
    /// Adapter or processor, with its threads.
    pub device: String,
    /// Whether the weights are of a seed.
    pub weights: String,
    /// Timed runs, after one that is not.
    pub runs: usize,
    /// The first question of a fresh engine: weights made or read, kernels compiled.
    pub first_ms: f64,
    /// Cutting and normalising the crops, median.
    pub crop_ms: f64,
    /// Handing the crops to the device, median.
    pub upload_ms: f64,
    /// The network itself, three crops, median.
    pub forward_ms: f64,
    /// The shortest forward pass.
    pub forward_best_ms: f64,
    /// Networks in the weights; the times above are the first one's.
    pub members: usize,
    /// All others, one after the other, median; they answer after the maps.
    pub members_ms: f64,
    /// From the question to the first probability, median: the maps come after it.
    pub click_to_probability_ms: f64,
    /// The four Grad-CAM maps on the CT's voxels, median.
    pub explain_ms: f64,
    /// The probability, so that two runs can be compared.
    pub probability: f64,
}

/// Times a network.
/// - `volume`: the CT, asked about in its middle; `None` for noise of the seed
/// - `seed`: of the random weights, where none are installed
/// - `threads`: of the processor backend; `None` for all cores, as `classify` takes them
/// - errors: what [`run`] refuses
pub fn classify(
    model: &str,
    volume: Option<Arc<Volume>>,
    seed: u64,
    device: DeviceChoice,
    threads: Option<usize>,
    runs: usize,
    ctx: &JobContext,
) -> Result<ClassifyReport, ClassifyError> {
    let runs = runs.max(FEWEST_RUNS);
    let options = match threads {
        Some(threads) => EngineOptions { threads: threads.max(1), ..EngineOptions::alone(device) },
        None => EngineOptions::alone(device),
    };
    let volume = match volume {
        Some(volume) => volume,
        None => noise(seed)?,
    };
    let weights = weights_of(model, seed);
    let engine = Engine::start(options)?;
    let at = volume.grid().centre();
    let ask = || -> Result<(Classified, f64), ClassifyError> {
        let request = Request {
            model: model.to_owned(),
            weights: Some(weights.clone()),
            force: true,
            explain: first_maps(model),
            prior: prior_for(model, &volume, at),
            ..Request::new(Arc::clone(&volume), Vec::new(), at)
        };
        let start = Instant::now();
        let done = run(&engine, request, ctx)?;
        let all_ms = start.elapsed().as_secs_f64() * 1e3;
        Ok((done, all_ms))
    };
    let (first, first_ms) = ask()?;
    let mut timed = Vec::with_capacity(runs);
    for _ in 0..runs {
        timed.push(ask()?);
    }
    let of = |pick: &dyn Fn(&(Classified, f64)) -> f64| median(timed.iter().map(pick).collect());
    let answer = &first.answer;
    Ok(ClassifyReport {
        model: answer.model.clone(),
        backend: answer.device.backend.clone(),
        device: answer.device.name.clone(),
        weights: answer.weights.clone(),
        runs,
        first_ms,
        crop_ms: of(&|(done, _)| done.answer.crop_ms),
        upload_ms: of(&|(done, _)| done.answer.upload_ms),
        forward_ms: of(&|(done, _)| done.answer.forward_ms),
        forward_best_ms: timed.iter().map(|(done, _)| done.answer.forward_ms).fold(f64::INFINITY, f64::min),
        members: answer.ensemble,
        members_ms: of(&|(done, _)| done.answer.others_ms()),
        click_to_probability_ms: of(&|(done, all_ms)| all_ms - done.explain_ms - done.answer.others_ms()),
        explain_ms: of(&|(done, _)| done.explain_ms),
        probability: answer.probability,
    })
}

/// The installed weights, and random ones of a seed where there are none.
pub(super) fn weights_of(model: &str, seed: u64) -> WeightsChoice {
    match crate::workflow::models::weights_for(model) {
        WeightsChoice::BuiltIn if has_built_in(model) && seed == 0 => WeightsChoice::BuiltIn,
        WeightsChoice::BuiltIn => WeightsChoice::Random(seed),
        installed => installed,
    }
}

/// The maps that the window asks first of a network.
fn first_maps(model: &str) -> Vec<Wanted> {
    spec(model).map(|spec| Wanted::in_the_window(spec.family)).unwrap_or_default()
}

/// The same place of the same volume as an earlier date, where a network needs one: its time does not depend
/// on what is seen there.
pub(super) fn prior_for(model: &str, volume: &Arc<Volume>, at: Point<Patient>) -> Option<Prior> {
    let compares = spec(model).is_ok_and(|spec| spec.family == Family::Csf);
    compares.then(|| Prior { volume: Arc::clone(volume), defects: Vec::new(), at, doubts: Vec::new() })
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A volume just large enough for every crop, of lung-like noise.
pub(super) fn noise(seed: u64) -> Result<Arc<Volume>, ClassifyError> {
    let fault = |detail: String| crate::jobs::JobFailure { what: "the noise volume".to_owned(), detail };
    let size = [128, 128, 64];
    let grid = VoxelGrid::axis_aligned(size, [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0))
        .map_err(|error| fault(error.to_string()))?;
    let volume = Volume::loading(grid, Unit::Hu, None);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for k in 0..size[2] {
        let slice = (0..size[0] * size[1])
            .map(|_| {
                // xorshift64 (Marsaglia 2003): evenly spread is all that is asked of it.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 48) as i16 / 64 - 500
            })
            .collect();
        if let Some(slices) = volume.int16() {
            slices.fill(k, slice).map_err(|error| fault(error.to_string()))?;
        }
    }
    Ok(Arc::new(volume))
}
