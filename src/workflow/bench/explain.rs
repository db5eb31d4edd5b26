//! How long each explanation takes, on the engine that window and terminal use.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::classify::{median, noise, prior_for, weights_of};
use crate::explain::{Method, Occluding, Parameters, Wanted};
use crate::inference::{DeviceChoice, Engine, EngineOptions};
use crate::jobs::JobContext;
use crate::networks::spec;
use crate::volume::Volume;
use crate::workflow::classify::{ClassifyError, Request, run};

/// Figures of one network on one device.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainReport {
    /// The network.
    pub model: String,
    /// `wgpu` or `flex`.
    pub backend: String,
    /// Adapter or processor, with its threads.
    pub device: String,
    /// Whether the weights are of a seed.
    pub weights: String,
    /// Timed runs of each method, after one that is not.
    pub runs: usize,
    /// Medians, by `METHOD_ms`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, f64>,
}

/// What is asked about the middle of a volume.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Name of the network.
    pub model: String,
    /// The CT; `None` for noise of the seed.
    pub volume: Option<Arc<Volume>>,
    /// Of the noise, and of random weights where none are installed.
    pub seed: u64,
    /// Methods; none for all that the network has.
    pub methods: Vec<Wanted>,
    /// Timed runs of each.
    pub runs: usize,
}

/// Times every method, and for an M3Net all Grad-CAMs together and the finest occlusion.
/// - `threads`: of the processor backend; `None` for all cores
/// - errors: what [`run`] refuses
pub fn explain(
    asked: &Asked,
    device: DeviceChoice,
    threads: Option<usize>,
    ctx: &JobContext,
) -> Result<ExplainReport, ClassifyError> {
    let Asked { model, seed, runs, .. } = asked;
    let mut options = EngineOptions::alone(device);
    options.threads = threads.unwrap_or(options.threads).max(1);
    let volume = match &asked.volume {
        Some(volume) => Arc::clone(volume),
        None => noise(*seed)?,
    };
    let engine = Engine::start(options)?;
    let at = volume.grid().centre();
    let request = |explain: Vec<Wanted>, parameters: Parameters| Request {
        model: model.clone(),
        weights: Some(weights_of(model, *seed)),
        force: true,
        explain,
        parameters,
        prior: prior_for(model, &volume, at),
        ..Request::new(Arc::clone(&volume), Vec::new(), at)
    };
    let mut steps: Vec<(String, Vec<Wanted>, Parameters)> = Vec::new();
    let plain = Parameters::default();
    for wanted in &asked.methods {
        steps.push((wanted.to_string().replace(':', "_"), vec![*wanted], plain));
    }
    if asked.methods.is_empty() {
        for method in Method::of(spec(model)?) {
            let wanted = Wanted { method, scale: None };
            steps.push((method.name().to_owned(), vec![wanted], plain));
            let all = method.every_scale();
            if method == Method::GradCam && all.iter().all(|one| one.is_of_model(model)) {
                steps.push(("grad_cam_all_scales".to_owned(), all, plain));
            }
            if method == Method::Occlusion {
                let coarse = Occluding { refined: 0, ..plain.occluding };
                let parameters = Parameters { occluding: coarse, ..plain };
                steps.push(("occlusion_coarse".to_owned(), vec![wanted], parameters));
                let fine = Occluding { blocks: [8; 3], refined: 0, ..plain.occluding };
                let parameters = Parameters { occluding: fine, ..plain };
                steps.push(("occlusion_8_8_8".to_owned(), vec![wanted], parameters));
            }
        }
    }
    // Weights, kernels.
    let first = run(&engine, request(Vec::new(), plain), ctx)?.answer;
    let mut figures = BTreeMap::new();
    for (name, explain, parameters) in steps {
        let mut times = Vec::with_capacity(*runs);
        for n in 0..=*runs {
            let done = run(&engine, request(explain.clone(), parameters), ctx)?;
            if n > 0 {
                times.push(done.explain_ms);
            }
        }
        figures.insert(format!("{name}_ms"), median(times));
    }
    Ok(ExplainReport {
        model: first.model.clone(),
        backend: first.device.backend.clone(),
        device: first.device.name.clone(),
        weights: first.weights.clone(),
        runs: *runs,
        figures,
    })
}
