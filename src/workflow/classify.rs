//! From a point in a volume to the network's answer and its explanation, for window and terminal.
//!
//! [`ask`] checks what can be refused at once and hands the work to the inference thread: the answer
//! comes back first, then the maps, then what the other members of an ensemble say. [`run`] waits for all.

use std::sync::Arc;
use std::time::Instant;

use super::models::weights_for;
use crate::explain::{
    Contribution, ExplainError, Method, NativeMap, Saliency, Wanted, combined, contribution, grad_cam,
    native_map,
};
use crate::geometry::{Patient, Point};
use crate::guard::{Guard, GuardModel, Look, Tissue};
use crate::inference::{
    Answer, ContextBox, Crop, Detail, Engine, Event, Forward, InferenceError, M3NetDetail, Network, Question,
    Runtime, Stopped, Together, WeightsChoice, context_boxes, prepare,
};
use crate::ingest::{Defect, FEWEST_SLICES};
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake};
use crate::networks::{DEFAULT_MODEL, Scale, UnknownNetwork, spec};
use crate::volume::{Unit, Volume};

/// One question: a point, a network, and what should be explained.
#[derive(Clone, Debug)]
pub struct Request {
    /// The CT.
    pub volume: Arc<Volume>,
    /// What is odd about its series.
    pub defects: Vec<Defect>,
    /// The point.
    pub at: Point<Patient>,
    /// Name of the network.
    pub model: String,
    /// Its weights; `None`: the installed ones, or else the built-in. They are looked for when the
    /// question is worked on, not by whoever asks.
    pub weights: Option<WeightsChoice>,
    /// Maps, in the order in which they are wanted.
    pub explain: Vec<Wanted>,
    /// Ask every member of an ensemble; else the first alone, which the maps explain.
    pub all_members: bool,
    /// Answer although the series has defects that forbid it.
    pub force: bool,
}

impl Request {
    /// The default network with its built-in weights, and every Grad-CAM: what the window asks.
    pub fn new(volume: Arc<Volume>, defects: Vec<Defect>, at: Point<Patient>) -> Self {
        Self {
            volume,
            defects,
            at,
            model: DEFAULT_MODEL.to_owned(),
            weights: Some(WeightsChoice::BuiltIn),
            explain: Wanted::ALL_GRAD_CAM.to_vec(),
            all_members: true,
            force: false,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The point is nowhere in the CT.
    #[error(
        "the point ({:.1}, {:.1}, {:.1}) mm lies outside the volume, which reaches from ({:.1}, {:.1}, {:.1}) to ({:.1}, {:.1}, {:.1}) mm",
        .at[0], .at[1], .at[2], .low[0], .low[1], .low[2], .high[0], .high[1], .high[2]
    )]
    Outside {
        /// The point, LPS millimetres.
        at: [f64; 3],
        /// Smallest coordinates of the volume.
        low: [f64; 3],
        /// Largest coordinates of the volume.
        high: [f64; 3],
    },
    /// A defect that makes every answer worthless.
    #[error(
        "this series cannot be classified ({code}): {text}. With --force the network answers all the same"
    )]
    Defect {
        /// Name of the defect.
        code: &'static str,
        /// Its sentence.
        text: String,
    },
    /// Not Hounsfield units.
    #[error(
        "this volume holds {0}, not Hounsfield units; the network reads CT alone. With --force it answers all the same"
    )]
    NotHu(String),
    /// Too thin.
    #[error("this series has {0} slices; the network needs at least {FEWEST_SLICES}, with --force too")]
    TooThin(usize),
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// The network did not answer.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// It answered, but could not be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// A fault of the program.
    #[error(transparent)]
    Fault(#[from] JobFailure),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What comes back, in this order; after `Failed` nothing more. Where a graphics adapter fails halfway,
/// the processor's answer follows in place of the adapter's.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The answer; of an ensemble that of its first member.
    Answer(Arc<Answer>),
    /// The maps that were asked for, in that order.
    Explained {
        /// The maps.
        saliency: Vec<Arc<Saliency>>,
        /// Time taken.
        explain_ms: f64,
    },
    /// The answer of all members together, in place of the first one's; of an ensemble alone.
    Members(Arc<Answer>),
    /// The sentence that says why not.
    Failed(String),
}

/// Everything of one question, for the terminal.
#[derive(Clone, Debug)]
pub struct Classified {
    /// The answer.
    pub answer: Arc<Answer>,
    /// The maps, in the order asked.
    pub saliency: Vec<Arc<Saliency>>,
    /// Time taken for the maps.
    pub explain_ms: f64,
    /// What the user should know of the device.
    pub notices: Vec<String>,
}

/// Whether the question can be answered at all; plain facts, no network.
pub fn check(request: &Request) -> Result<(), ClassifyError> {
    spec(&request.model)?;
    let grid = request.volume.grid();
    let slices = grid.size()[2];
    if slices < FEWEST_SLICES {
        return Err(ClassifyError::TooThin(slices));
    }
    if !request.force {
        if let Some(defect) = request.defects.iter().find(|d| !d.code.classifiable()) {
            let text = defect.text.trim_end_matches('.').to_owned();
            return Err(ClassifyError::Defect { code: defect.code.name(), text });
        }
        if *request.volume.unit() != Unit::Hu {
            return Err(ClassifyError::NotHu(request.volume.unit().name().to_owned()));
        }
    }
    if grid.voxel_at(grid.voxel_from_patient() * request.at).is_none() {
        let corners = grid.bounds().corners().map(|c| (grid.patient_from_voxel() * c).to_array());
        let over = |axis: usize, pick: fn(f64, f64) -> f64, from: f64| {
            corners.iter().map(|c| c[axis]).fold(from, pick)
        };
        return Err(ClassifyError::Outside {
            at: request.at.to_array(),
            low: std::array::from_fn(|axis| over(axis, f64::min, f64::INFINITY)),
            high: std::array::from_fn(|axis| over(axis, f64::max, f64::NEG_INFINITY)),
        });
    }
    Ok(())
}

/// Asks; what comes back is picked up from the question, at each `wake`. What the user should know of
/// the device is the engine's to tell.
/// - errors: what [`check`] refuses
pub fn ask(engine: &Engine, wake: Wake, request: Request) -> Result<Question<Part>, ClassifyError> {
    check(&request)?;
    Ok(engine.submit("classification", wake, move |runtime, ctx, parts| {
        work(runtime, ctx, &|part| parts.send(part), &request).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(Part::Failed(error.to_string()));
                Stopped::Told
            })
        })
    }))
}

/// Asks the members of an ensemble that have not answered yet, so that other questions can be answered
/// in between: for a request that did not ask for all members.
/// - `first`: what came back from it
pub fn ask_others(engine: &Engine, wake: Wake, request: Request, first: Arc<Answer>) -> Question<Part> {
    engine.submit("classification", wake, move |runtime, ctx, parts| {
        later(runtime, ctx, &|part| parts.send(part), &request, &first).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(Part::Failed(error.to_string()));
                Stopped::Told
            })
        })
    })
}

/// Asks and waits for the answer and the maps. `ctx` reports progress and can cancel.
pub fn run(engine: &Engine, request: Request, ctx: &JobContext) -> Result<Classified, ClassifyError> {
    check(&request)?;
    ctx.step("Asking the network", 0.0)?;
    // The error keeps its type here, so that the terminal can tell them apart.
    let question = engine.submit("classification", Arc::new(|| {}), move |runtime, inner, parts| {
        work(runtime, inner, &|part| parts.send(Ok(part)), &request).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(Err(error));
                Stopped::Told
            })
        })
    });
    let (mut answer, mut maps) = (None, None);
    loop {
        if ctx.is_cancelled() {
            question.context().cancel();
        }
        let Some(event) = question.wait_a_moment() else { continue };
        match event {
            Event::Part(Ok(Part::Answer(given))) => {
                answer = Some(given);
                ctx.step("Explaining the answer", 0.5)?;
            }
            Event::Part(Ok(Part::Explained { saliency, explain_ms })) => maps = Some((saliency, explain_ms)),
            Event::Part(Ok(Part::Members(given))) => answer = Some(given),
            Event::Part(Ok(Part::Failed(detail))) => {
                return Err(JobFailure { what: "classification".to_owned(), detail }.into());
            }
            Event::Part(Err(error)) => return Err(error),
            Event::Ended(Outcome::Cancelled) => return Err(Cancelled.into()),
            Event::Ended(Outcome::Failed(failure)) => return Err(failure.into()),
            Event::Ended(Outcome::Done(())) => break,
        }
    }
    let (saliency, explain_ms) = maps.unwrap_or_default();
    match answer {
        Some(answer) => Ok(Classified { answer, saliency, explain_ms, notices: engine.take_notices() }),
        None => {
            Err(JobFailure { what: "classification".to_owned(), detail: "no answer came".to_owned() }.into())
        }
    }
}

/// What stops the work before whoever asked is told of the error: a wish to stop, or a graphics
/// adapter that may be at fault, so that the processor has to try.
fn stopped(runtime: &Runtime, error: &ClassifyError) -> Option<Stopped> {
    let doubt = match error {
        ClassifyError::Cancelled(_)
        | ClassifyError::Inference(InferenceError::Cancelled(_))
        | ClassifyError::Explain(ExplainError::Cancelled(_)) => return Some(Stopped::Cancelled),
        ClassifyError::Inference(error) => error.blames_device(),
        ClassifyError::Explain(error) => error.blames_device(),
        _ => None,
    };
    doubt.filter(|_| runtime.on_gpu()).map(Stopped::Adapter)
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    send: &dyn Fn(Part),
    request: &Request,
) -> Result<(), ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let network = runtime.network(&request.model, &weights)?;

    ctx.step("Cutting the crops", 0.1)?;
    let start = Instant::now();
    let grid = request.volume.grid();
    let at = grid.voxel_from_patient() * request.at;
    let contexts = context_boxes(grid, at);
    let [micro, meso, wide] = &contexts;
    let crop = |context: &ContextBox| prepare(&request.volume, context);
    let crops = [crop(micro)?, crop(meso)?, crop(wide)?];
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;

    ctx.step("Running the network", 0.2)?;
    let forward = network.forward(&crops, ctx)?;
    let contribution = contribution(&network, &forward)?;
    let guard = judged(&network, request, &contexts, &forward);
    let answer = answer(&network, request, crops, &forward, &contribution, guard, crop_ms);
    let answer = Arc::new(answer);
    send(Part::Answer(Arc::clone(&answer)));
    if !request.explain.is_empty() {
        let start = Instant::now();
        let saliency = explained(&network, request, &forward, &contribution, &contexts, ctx)?;
        send(Part::Explained { saliency, explain_ms: start.elapsed().as_secs_f64() * 1e3 });
    }
    if request.all_members {
        others(&network, &answer, send, ctx)?;
    }
    // Last, because nobody waits for it.
    runtime.compare_once(&network, &weights, crops_of(&answer), &forward, ctx)?;
    Ok(())
}

/// The crops of an answer that was made here.
fn crops_of(answer: &Answer) -> &[Crop; 3] {
    match &answer.detail {
        Detail::M3Net(seen) => &seen.crops,
    }
}

/// Asks the members that have not answered; nothing where there are none.
fn others(
    network: &Network,
    first: &Answer,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    let count = network.members();
    let mut said = first.said.clone();
    if said.len() >= count {
        return Ok(());
    }
    for member in said.len()..count {
        let what = format!("Asking network {} of {count}", member + 1);
        ctx.step(&what, 0.6 + 0.4 * member as f32 / count as f32)?;
        said.push(network.ask_member(member, crops_of(first), ctx)?);
    }
    send(Part::Members(Arc::new(first.of_members(said))));
    Ok(())
}

/// On the inference thread, some time after the first member answered.
fn later(
    runtime: &mut Runtime,
    ctx: &JobContext,
    send: &dyn Fn(Part),
    request: &Request,
    first: &Answer,
) -> Result<(), ClassifyError> {
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let network = runtime.network(&request.model, &weights)?;
    // An answer is of one device and one file: where an adapter came or failed in between, or the file
    // was replaced, it begins anew.
    if network.info == first.device && network.weights_sha256 == first.weights_sha256 {
        others(&network, first, send, ctx)
    } else {
        work(runtime, ctx, send, &Request { all_members: true, ..request.clone() })
    }
}

/// The maps that were asked for, of the first member.
fn explained(
    network: &Network,
    request: &Request,
    forward: &Forward,
    contribution: &Contribution,
    contexts: &[ContextBox; 3],
    ctx: &JobContext,
) -> Result<Vec<Arc<Saliency>>, ClassifyError> {
    let grid = request.volume.grid();
    let mut maps = Vec::with_capacity(3);
    for scale in Scale::ALL {
        ctx.step("Explaining the answer", 0.3 + 0.1 * scale as u8 as f32)?;
        maps.push(native_map(network, forward, contribution, scale)?);
    }
    let Ok(maps) = <[NativeMap; 3]>::try_from(maps) else { unreachable!("one map per scale") };
    request
        .explain
        .iter()
        .map(|wanted| {
            ctx.check()?;
            let map = match (wanted.method, wanted.scale) {
                (Method::GradCam, Some(scale)) => {
                    let index = scale as usize;
                    grad_cam(&maps[index], &contexts[index], grid)
                }
                (method, _) => combined(method, &maps, contribution, contexts, grid),
            };
            Ok(Arc::new(map))
        })
        .collect()
}

/// What would have refused the question, had it not been forced.
fn forced(request: &Request) -> Vec<String> {
    let odd = request.defects.iter().filter(|d| !d.code.classifiable());
    let mut reasons: Vec<String> = odd
        .map(|defect| {
            format!("forced although {}: {}", defect.code.name(), defect.text.trim_end_matches('.'))
        })
        .collect();
    // A volume without a unit whose series says why has its reason already.
    if reasons.is_empty() && *request.volume.unit() != Unit::Hu {
        reasons.push(format!(
            "forced although the volume holds {}, not Hounsfield units",
            request.volume.unit().name()
        ));
    }
    reasons
}

/// Whether the answer can be read.
///
/// What lies at the point is judged for trained weights in Hounsfield units: there is nothing to spoil
/// in a number that means nothing, and nothing to measure in other units.
fn judged(network: &Network, request: &Request, contexts: &[ContextBox; 3], forward: &Forward) -> Guard {
    let grid = request.volume.grid();
    let mut guard = if network.card.trained && *request.volume.unit() == Unit::Hu {
        let [micro, meso, _] = contexts;
        let across = |context: &ContextBox| {
            let mm = |axis: usize| context.bounds.size[axis] as f64 * grid.spacing_mm()[axis];
            mm(0).min(mm(1))
        };
        let look = Look::at(&Tissue::of(&request.volume), request.at.to_array());
        look.judge(GuardModel::built_in(), [across(micro), across(meso)])
    } else {
        Guard::default()
    };
    let range = network.training_range();
    let unlike = range.map(|range| range.judge(grid.spacing_mm(), &forward.pooled)).unwrap_or_default();
    for reason in padded(contexts).into_iter().chain(forced(request)).chain(unlike) {
        guard.doubt(reason);
    }
    guard
}

/// Doubts about the input that follow from the boxes alone.
fn padded(contexts: &[ContextBox; 3]) -> Vec<String> {
    const AXES: [&str; 3] = ["columns", "rows", "slices"];
    let mut reasons = Vec::new();
    for (axis, word) in AXES.into_iter().enumerate() {
        let padded = |c: &&ContextBox| c.padded[axis] > 0;
        if let Some(context) = contexts.iter().find(padded) {
            let (needed, missing) = (context.bounds.size[axis], context.padded[axis]);
            reasons.push(format!(
                "the volume has {} {word} where the {} crop reads {needed}: {missing} were filled with air",
                needed - missing,
                context.scale.name()
            ));
        }
    }
    reasons
}

fn answer(
    network: &Network,
    request: &Request,
    crops: [Crop; 3],
    forward: &Forward,
    contribution: &Contribution,
    guard: Guard,
    crop_ms: f64,
) -> Answer {
    let temperature = network.card.calibration.map(|calibration| calibration.temperature);
    let first = Together::of(&[forward.said()], temperature.unwrap_or(1.0));
    Answer {
        model: network.spec().name.to_owned(),
        mode: "paper".to_owned(),
        weights: network.weights.clone(),
        weights_sha256: network.weights_sha256.clone(),
        trained_on: network.card.trained_on.clone(),
        intended_use: network.card.intended_use.clone(),
        trained: network.card.trained,
        question: network.spec().question.to_owned(),
        classes: network.spec().classes.iter().map(|c| (*c).to_owned()).collect(),
        caution: network.card.caution.clone(),
        probability: first.probability,
        logits: first.logits.to_vec(),
        ensemble: network.members(),
        said: vec![forward.said()],
        temperature,
        readers: first.readers,
        regions: crops.iter().map(|crop| crop.context.region(request.volume.grid())).collect(),
        detail: Detail::M3Net(M3NetDetail { crops, scale_contribution: contribution.per_scale }),
        device: network.info.clone(),
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
        guard,
        at: request.at,
    }
}

#[cfg(test)]
mod tests;
