//! What a network says of the places around a point, for window and terminal.

use std::sync::Arc;

use super::classify::{ClassifyError, Request, check_place, stopped};
use super::models::weights_for;
use super::waiting::last_known;
use crate::explain::{Around, Neighbourhood, neighbourhood};
use crate::inference::{Engine, Loaded, Mode, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};
use crate::networks::{Family, spec};

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum NeighbourhoodPart {
    /// The answers so far, a coarse picture first; comes many times.
    Known(Arc<Neighbourhood>),
    /// The sentence that says why not.
    Failed(String),
}

/// Whether the places around the point can be asked about: plain facts, no network.
/// - errors: a network of another family than M3Net; as [`check_place`]
pub fn check(request: &Request) -> Result<(), ClassifyError> {
    let spec = spec(&request.model)?;
    if spec.family != Family::M3Net {
        return Err(ClassifyError::M3NetAlone { model: spec.name, what: "the neighbourhood of a point" });
    }
    if request.mode != Mode::Paper {
        return Err(ClassifyError::PaperAlone("the neighbourhood of a point"));
    }
    check_place(request)
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
    told: impl FnMut(&Neighbourhood),
    request: &Request,
    how: Around,
) -> Result<(), ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let Loaded::M3Net(network) = runtime.network(&request.model, &weights)? else {
        let model = spec(&request.model)?.name;
        return Err(ClassifyError::M3NetAlone { model, what: "the neighbourhood of a point" });
    };
    neighbourhood(&network, &request.volume, request.at, how, ctx, told)?;
    Ok(())
}
