//! From a point in a volume to the network's answer and its explanation, for window and terminal.
//!
//! [`ask`] checks what can be refused at once and hands the work to the inference thread: the answer
//! comes back first, then the maps, then what the other members of an ensemble say. [`run`] waits for all.

mod answer;
mod checked;
mod csf;
mod error;
mod forced;
mod guarded;
mod m3net;
mod maemc;
mod mmcaf;
mod ssm;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::models::weights_for;
use crate::clinical::ClinicalFields;
use crate::explain::{ExplainError, Parameters, Saliency, Varied, Wanted};
use crate::geometry::{Patient, Point};
use crate::inference::{
    Answer, Engine, Event, InferenceError, Loaded, Mode, Question, Runtime, Stopped, WeightsChoice,
};
use crate::ingest::{Defect, FEWEST_SLICES};
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake};
use crate::networks::{DEFAULT_MODEL, Family, spec};
use crate::volume::{Unit, Volume};

pub use error::ClassifyError;

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
    /// How its input is prepared.
    pub mode: Mode,
    /// What it is told of the patient, if it can be told anything.
    pub fields: ClinicalFields,
    /// First and last slice of the lesion, for a network that reads a range of slices.
    pub lesion_slices: Option<[usize; 2]>,
    /// An earlier date, if it compares dates.
    pub prior: Option<Prior>,
    /// Its weights; `None`: the installed ones, or else the built-in. They are looked for when the
    /// question is worked on, not by whoever asks.
    pub weights: Option<WeightsChoice>,
    /// Maps, in the order in which they are wanted.
    pub explain: Vec<Wanted>,
    /// What is chosen about methods.
    pub parameters: Parameters,
    /// Ask the same with what was read turned and mirrored; of networks that read one block of samples.
    pub turned: bool,
    /// Ask every member of an ensemble; else the first alone, which the maps explain.
    pub all_members: bool,
    /// Answer although the series has defects that forbid it.
    pub force: bool,
}

/// An earlier series of the same patient, and where in it the point is.
#[derive(Clone, Debug)]
pub struct Prior {
    /// The CT of the earlier date.
    pub volume: Arc<Volume>,
    /// What is odd about its series.
    pub defects: Vec<Defect>,
    /// The point, in that series' patient space.
    pub at: Point<Patient>,
    /// What the user must know of the pair of dates before the answer: one sentence each.
    pub doubts: Vec<String>,
}

impl Request {
    /// The default network with its built-in weights, and every Grad-CAM: what the window asks.
    pub fn new(volume: Arc<Volume>, defects: Vec<Defect>, at: Point<Patient>) -> Self {
        Self {
            volume,
            defects,
            at,
            model: DEFAULT_MODEL.to_owned(),
            mode: Mode::Paper,
            fields: ClinicalFields::default(),
            lesion_slices: None,
            prior: None,
            weights: Some(WeightsChoice::BuiltIn),
            explain: Wanted::ALL_GRAD_CAM.to_vec(),
            parameters: Parameters::default(),
            turned: false,
            all_members: true,
            force: false,
        }
    }
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
    /// The same in other positions, where that was asked for.
    Turned(Varied),
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
/// - errors: as [`check_place`]; a method that the network does not have; an earlier date that it needs
pub fn check(request: &Request) -> Result<(), ClassifyError> {
    let spec = spec(&request.model)?;
    check_mode(request)?;
    if let Some(wanted) = request.explain.iter().find(|wanted| !wanted.is_of(spec)) {
        return Err(ClassifyError::no_method(spec, *wanted));
    }
    if spec.family == Family::Csf && request.prior.is_none() {
        return Err(ClassifyError::NeedsPrior(spec.name));
    }
    check_place(request)
}

/// Whether a network's input can be prepared in the way that is asked for.
/// - errors: unknown network, a mode that it does not have
pub fn check_mode(request: &Request) -> Result<(), ClassifyError> {
    let spec = spec(&request.model)?;
    if Mode::of(spec).contains(&request.mode) {
        return Ok(());
    }
    let (model, mode) = (spec.name, request.mode);
    Err(InferenceError::NoSuchMode { model, mode }.into())
}

/// Slices that a series must have for a network to be asked: of those that read a region nine tenths of it would
/// be padding; one that reads a slice needs no other.
pub const fn fewest_slices(family: Family) -> usize {
    match family {
        Family::Ssm => 1,
        Family::M3Net | Family::Mmcaf | Family::Maemc | Family::Csf => FEWEST_SLICES,
    }
}

/// Whether a network may read this series at this place.
/// - errors: unknown network, too few slices, a series that forbids it, a point outside
pub fn check_place(request: &Request) -> Result<(), ClassifyError> {
    let fewest = fewest_slices(spec(&request.model)?.family);
    let grid = request.volume.grid();
    let slices = grid.size()[2];
    if slices < fewest {
        return Err(ClassifyError::TooThin { slices, fewest });
    }
    if !request.force {
        if let Some(defect) = request.defects.iter().find(|d| !d.classifiable()) {
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

/// Asks for maps of an answer that is known already: they come alone, without the answer.
/// - `weights_sha256`: of the weights that gave it; maps of others would explain another answer
/// - errors: what [`check`] refuses
pub fn ask_maps(
    engine: &Engine,
    wake: Wake,
    request: Request,
    weights_sha256: String,
) -> Result<Question<Part>, ClassifyError> {
    check(&request)?;
    Ok(engine.submit("explanation", wake, move |runtime, ctx, parts| {
        let other = Cell::new(false);
        let send = |part| match part {
            Part::Answer(answer) if answer.weights_sha256 != weights_sha256 => {
                other.set(true);
                // Nobody waits for what comes of it.
                ctx.cancel();
                parts.send(Part::Failed(ClassifyError::Replaced(answer.model.clone()).to_string()));
            }
            Part::Explained { .. } | Part::Failed(_) if !other.get() => parts.send(part),
            _ => {}
        };
        work(runtime, ctx, &send, &request).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(Part::Failed(error.to_string()));
                Stopped::Told
            })
        })
    }))
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
            // Asked for elsewhere alone.
            Event::Part(Ok(Part::Turned(_))) => {}
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
pub(super) fn stopped(runtime: &Runtime, error: &ClassifyError) -> Option<Stopped> {
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
    let loaded = runtime.network(&request.model, &weights)?;
    let taught = (&loaded, &weights);
    match &loaded {
        Loaded::M3Net(network) => m3net::work(runtime, (network, &weights), request, send, ctx),
        Loaded::Mmcaf(network) => mmcaf::work(network, taught, request, send, ctx),
        Loaded::Maemc(network) => maemc::work(network, taught, request, send, ctx),
        Loaded::Csf(network) => csf::work(runtime, network, taught, request, send, ctx),
        Loaded::Ssm(network) => ssm::work(network, taught, request, send, ctx),
    }
}

/// On the inference thread: the answer of the first member alone, without maps, as one step of a longer work.
pub(super) fn first_answer(
    runtime: &mut Runtime,
    request: &Request,
    ctx: &JobContext,
) -> Result<Arc<Answer>, ClassifyError> {
    let request = Request { explain: Vec::new(), all_members: false, ..request.clone() };
    first(runtime, &request, &ctx.quiet(), |part| match part {
        Part::Answer(answer) => Some(answer),
        _ => None,
    })
}

/// On the inference thread: what a network that reads one block of samples says of it in other positions.
/// - `answer`: that it gave
/// - errors: its weights were replaced since
pub(super) fn in_other_positions(
    runtime: &mut Runtime,
    request: &Request,
    answer: &Answer,
    ctx: &JobContext,
) -> Result<Varied, ClassifyError> {
    let request = Request { explain: Vec::new(), turned: true, ..request.clone() };
    let same = Cell::new(false);
    let known = first(runtime, &request, ctx, |part| match part {
        Part::Answer(again) => {
            same.set(again.weights_sha256 == answer.weights_sha256);
            None
        }
        Part::Turned(varied) => Some(varied),
        _ => None,
    })?;
    if same.get() { Ok(known) } else { Err(ClassifyError::Replaced(answer.model.clone())) }
}

/// Works on a question and keeps what is picked of what comes back.
fn first<T>(
    runtime: &mut Runtime,
    request: &Request,
    ctx: &JobContext,
    pick: impl Fn(Part) -> Option<T>,
) -> Result<T, ClassifyError> {
    let given = RefCell::new(None);
    let send = |part| {
        if let Some(picked) = pick(part) {
            *given.borrow_mut() = Some(picked);
        }
    };
    work(runtime, ctx, &send, request)?;
    let nothing =
        || JobFailure { what: "classification".to_owned(), detail: "no answer came".to_owned() }.into();
    given.into_inner().ok_or_else(nothing)
}

/// On the inference thread, some time after the first member of an ensemble answered; of families that
/// have none, there is nothing to do.
fn later(
    runtime: &mut Runtime,
    ctx: &JobContext,
    send: &dyn Fn(Part),
    request: &Request,
    first: &Answer,
) -> Result<(), ClassifyError> {
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let Loaded::M3Net(network) = runtime.network(&request.model, &weights)? else { return Ok(()) };
    // An answer is of one device and one file: where an adapter came or failed in between, or the file
    // was replaced, it begins anew.
    if network.known.info == first.device && network.known.weights_sha256 == first.weights_sha256 {
        m3net::others(&network, first, send, ctx)
    } else {
        work(runtime, ctx, send, &Request { all_members: true, ..request.clone() })
    }
}

#[cfg(test)]
mod tests;
