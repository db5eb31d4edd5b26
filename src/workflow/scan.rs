//! Every slice of a volume through LungNodule-SSM, and candidates in the volume from what it says of them.

use std::sync::Arc;
use std::time::Instant;

use super::classify::{ClassifyError, Request, check_place, stopped};
use super::models::weights_for;
use crate::inference::ssm::{Resolution, SsmNetwork, slice_picture};
use crate::inference::{
    Candidate, Engine, Event, Loaded, Question, Runtime, ScannedSlice, Scanner, SliceBox, Stopped,
    WeightsChoice, candidates,
};
use crate::ingest::Defect;
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake};
use crate::networks::{Family, UnknownNetwork, spec};
use crate::volume::Volume;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// The CT.
    pub volume: Arc<Volume>,
    /// What is odd about its series.
    pub defects: Vec<Defect>,
    /// A LungNodule-SSM by its name.
    pub model: &'static str,
    /// Its weights; `None`: the installed ones.
    pub weights: Option<WeightsChoice>,
    /// Ask about one slice in so many, from the first on; at least 1.
    pub every: usize,
    /// The slice to begin with: a multiple of `every`, more than 0 to go on where a scan was interrupted.
    pub from: usize,
    /// Slices from this probability on make candidates.
    pub threshold: f64,
    /// Scan although the series has defects that forbid it.
    pub force: bool,
}

/// What comes back, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanPart {
    /// The network is loaded. Comes again where a graphics adapter fails and the processor begins anew.
    Began(Scanner),
    /// One slice.
    Slice(ScannedSlice),
    /// The sentence that says why not.
    Failed(String),
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// Who answered.
    pub scanner: Scanner,
    /// Every slice that was asked about.
    pub slices: Vec<ScannedSlice>,
    /// Sorted by probability, the highest first.
    pub candidates: Vec<Candidate>,
    /// Wall clock of the scan, weights already loaded.
    pub scan_ms: f64,
}

/// The network that scans where none is named: the published one where its weights are installed.
pub fn default_model() -> &'static str {
    let full = "lungnodule-ssm";
    if weights_for(full) == WeightsChoice::BuiltIn { "lungnodule-ssm-compact" } else { full }
}

/// Whether the volume can be scanned: plain facts, no network.
/// - errors: another family's network; as [`check_place`]
pub fn check(request: &ScanRequest) -> Result<(), ClassifyError> {
    if spec(request.model)?.family != Family::Ssm {
        return Err(ClassifyError::NoScanner(request.model));
    }
    let at = request.volume.grid().centre();
    let defects = request.defects.clone();
    let place = Request::new(Arc::clone(&request.volume), defects, at);
    check_place(&Request { model: request.model.to_owned(), force: request.force, ..place })
}

/// Scans on the inference thread; slices are picked up from the question as they come.
/// - errors: what [`check`] refuses
pub fn ask(engine: &Engine, wake: Wake, request: ScanRequest) -> Result<Question<ScanPart>, ClassifyError> {
    check(&request)?;
    Ok(engine.submit("scan", wake, move |runtime, ctx, parts| {
        work(runtime, ctx, &|part| parts.send(part), &request).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(ScanPart::Failed(error.to_string()));
                Stopped::Told
            })
        })
    }))
}

/// Scans and waits. `ctx` reports progress and can cancel.
pub fn run(engine: &Engine, request: ScanRequest, ctx: &JobContext) -> Result<Scanned, ClassifyError> {
    let (every, threshold, size) = (request.every, request.threshold, request.volume.grid().size());
    let count = size[2].saturating_sub(request.from).div_ceil(every.max(1));
    let question = ask(engine, Arc::new(|| {}), request)?;
    let fault = |detail: String| JobFailure { what: "scan".to_owned(), detail };
    let (mut scanner, mut slices, mut start) = (None, Vec::new(), Instant::now());
    loop {
        if ctx.is_cancelled() {
            question.context().cancel();
        }
        match question.wait_a_moment() {
            None => {}
            Some(Event::Part(ScanPart::Began(found))) => {
                (scanner, start) = (Some(found), Instant::now());
                slices.clear();
            }
            Some(Event::Part(ScanPart::Slice(slice))) => {
                slices.push(slice);
                let done = slices.len() as f32 / count.max(1) as f32;
                // Asked to stop: the question is told in the next turn, and ends.
                let _ = ctx.step(&format!("Slice {} of {count}", slices.len()), done);
            }
            Some(Event::Part(ScanPart::Failed(detail))) => return Err(fault(detail).into()),
            Some(Event::Ended(Outcome::Cancelled)) => return Err(Cancelled.into()),
            Some(Event::Ended(Outcome::Failed(failure))) => return Err(failure.into()),
            Some(Event::Ended(Outcome::Done(()))) => break,
        }
    }
    let scan_ms = start.elapsed().as_secs_f64() * 1e3;
    let scanner = scanner.ok_or_else(|| fault("no answer came".to_owned()))?;
    let candidates = candidates(&slices, every, threshold, [size[0], size[1]]);
    Ok(Scanned { scanner, slices, candidates, scan_ms })
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    send: &dyn Fn(ScanPart),
    request: &ScanRequest,
) -> Result<(), ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(request.model));
    let Loaded::Ssm(network) = runtime.network(request.model, &weights)? else {
        return Err(UnknownNetwork::Nobody(request.model.to_owned()).into());
    };
    send(ScanPart::Began(scanner(&network, request.model)));
    let [columns, rows, count] = request.volume.grid().size();
    for slice in (request.from..count).step_by(request.every.max(1)) {
        ctx.step(&format!("Slice {} of {count}", slice + 1), slice as f32 / count as f32)?;
        let picture = slice_picture(&request.volume, slice, Resolution::PUBLISHED)?;
        let said = network.forward(&picture.values, Resolution::PUBLISHED.px(), false, ctx)?;
        let bounds = said.shares.map(|shares| SliceBox::of_shares(shares, [columns, rows]));
        send(ScanPart::Slice(ScannedSlice { slice, probability: said.probability, bounds }));
    }
    Ok(())
}

fn scanner(network: &SsmNetwork, model: &'static str) -> Scanner {
    let known = &network.known;
    Scanner {
        model,
        weights: known.weights.clone(),
        weights_sha256: known.weights_sha256.clone(),
        trained_on: known.card.trained_on.clone(),
        trained: known.card.trained,
        caution: known.card.caution.clone(),
        forest: network.has_forest(),
        device: known.info.clone(),
    }
}
