//! What a network says of the places around a point, for window and terminal.

use std::sync::Arc;

use super::classify::{self, ClassifyError, Request, first_answer, stopped};
use super::models::weights_for;
use super::waiting::last_known;
use crate::explain::{Around, Neighbourhood, neighbourhood};
use crate::geometry::{Patient, Point, VoxelBox};
use crate::inference::{Engine, Loaded, Question, Runtime, Stopped, regions};
use crate::jobs::{JobContext, Wake};
use crate::networks::{Architecture, spec};

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum NeighbourhoodPart {
    /// The answers so far, a coarse picture first; comes many times.
    Known(Arc<Neighbourhood>),
    /// The sentence that says why not.
    Failed(String),
}

/// Whether the places around the point can be asked about: plain facts, no network.
/// - errors: as [`classify::check`]
pub fn check(request: &Request) -> Result<(), ClassifyError> {
    classify::check(&Request { explain: Vec::new(), ..request.clone() })
}

/// Asks on the inference thread; answers are picked up from the question as they come.
/// - `request`: the point, the network and its weights; maps of it are not computed
/// - errors: what [`check`] refuses
pub fn ask(
    engine: &Engine,
    wake: Wake,
    request: Request,
    how: Around,
) -> Result<Question<NeighbourhoodPart>, ClassifyError> {
    check(&request)?;
    Ok(engine.submit("neighbourhood", wake, move |runtime, ctx, parts| {
        let known = |found: &Neighbourhood| parts.send(NeighbourhoodPart::Known(Arc::new(found.clone())));
        work(runtime, ctx, known, &request, how).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(NeighbourhoodPart::Failed(error.to_string()));
                Stopped::Told
            })
        })
    }))
}

/// Asks and waits for all of it. `ctx` reports progress and can cancel.
pub fn run(
    engine: &Engine,
    request: Request,
    how: Around,
    ctx: &JobContext,
) -> Result<Arc<Neighbourhood>, ClassifyError> {
    let question = ask(engine, Arc::new(|| {}), request, how)?;
    let known = |part| match part {
        NeighbourhoodPart::Known(known) => Ok(known),
        NeighbourhoodPart::Failed(why) => Err(why),
    };
    last_known(&question, "neighbourhood", known, ctx)
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    mut told: impl FnMut(&Neighbourhood),
    request: &Request,
    how: Around,
) -> Result<(), ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let loaded = runtime.network(&request.model, &weights)?;
    if let Loaded::M3Net(network) = &loaded {
        neighbourhood(network, (&request.volume, request.mode), request.at, how, ctx, told)?;
        return Ok(());
    }
    let architecture = loaded.known().architecture;
    // Looked for once, not at every place.
    let request = Request { weights: Some(weights), ..request.clone() };
    one_by_one(runtime, ctx, &mut told, (&request, &architecture), how)
}

/// Asks a network without members about one place after the other, as if each had been clicked. Where it reads the
/// same it answers the same: places that are read alike are asked about once.
fn one_by_one(
    runtime: &mut Runtime,
    ctx: &JobContext,
    told: &mut dyn FnMut(&Neighbourhood),
    (request, architecture): (&Request, &Architecture),
    how: Around,
) -> Result<(), ClassifyError> {
    let (spec, grid) = (spec(&request.model)?, request.volume.grid());
    let mut found: Option<Neighbourhood> = None;
    let mut known: Vec<(Vec<(VoxelBox, [Point<Patient>; 8])>, f64)> = Vec::new();
    let mut place = 0;
    loop {
        let at = found.as_ref().and_then(|found| found.places.get(place)).map_or(request.at, |p| p.at);
        // How far they were moved to be there makes no difference to what is read.
        let read: Vec<_> =
            regions(architecture, request.mode, grid, at).iter().map(|r| (r.bounds, r.corners)).collect();
        let same = known.iter().find(|(regions, _)| !read.is_empty() && *regions == read);
        let probability = match same {
            Some((_, probability)) => *probability,
            None => {
                let answer = first_answer(runtime, &Request { at, ..request.clone() }, ctx)?;
                let weights = &answer.weights_sha256;
                found.get_or_insert_with(|| Neighbourhood::begin(grid, at, how, (spec.name, weights, 1)));
                known.push((read, answer.probability));
                answer.probability
            }
        };
        let Some(found) = &mut found else { return Ok(()) };
        let total = found.places.len();
        let Some(asked) = found.places.get_mut(place) else { return Ok(()) };
        asked.probability = Some(probability);
        place += 1;
        ctx.step(&format!("Neighbourhood: {place} of {total} answers"), place as f32 / total as f32)?;
        found.members = usize::from(place == total);
        told(found);
        if place == total {
            return Ok(());
        }
    }
}
