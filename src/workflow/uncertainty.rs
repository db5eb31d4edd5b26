//! How far an answer moves when nothing of the nodule is changed, for window and terminal.

use std::sync::Arc;

use super::classify::{ClassifyError, Request, in_other_positions, stopped};
use super::models::weights_for;
use super::waiting::last_known;
use crate::explain::{Uncertainty, uncertainty};
use crate::inference::{Answer, Engine, Loaded, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum UncertaintyPart {
    /// All of it.
    Known(Arc<Uncertainty>),
    /// The sentence that says why not.
    Failed(String),
}

/// Asks on the inference thread: M3Net in the crops of the answer, other networks about what they read again.
/// - `request`: what was asked, with the weights: `None` takes what is installed, or built in
pub fn ask(
    engine: &Engine,
    wake: Wake,
    (request, answer): (Request, Arc<Answer>),
) -> Question<UncertaintyPart> {
    engine.submit("uncertainty", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, (&request, &answer)) {
            Ok(found) => {
                parts.send(UncertaintyPart::Known(Arc::new(found)));
                Ok(())
            }
            Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(UncertaintyPart::Failed(error.to_string()));
                Stopped::Told
            })),
        }
    })
}

/// Asks and waits. `ctx` can cancel.
pub fn run(
    engine: &Engine,
    about: (Request, Arc<Answer>),
    ctx: &JobContext,
) -> Result<Arc<Uncertainty>, ClassifyError> {
    let question = ask(engine, Arc::new(|| {}), about);
    let known = |part| match part {
        UncertaintyPart::Known(known) => Ok(known),
        UncertaintyPart::Failed(why) => Err(why),
    };
    last_known(&question, "uncertainty", known, ctx)
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    (request, answer): (&Request, &Answer),
) -> Result<Uncertainty, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let Some(seen) = answer.m3net() else {
        return Ok(Uncertainty {
            at: answer.at,
            model: answer.model.clone(),
            mode: answer.mode.clone(),
            weights_sha256: answer.weights_sha256.clone(),
            turned: in_other_positions(runtime, request, answer, ctx)?,
            dropped: None,
        });
    };
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&answer.model));
    let network = match runtime.network(&answer.model, &weights)? {
        Loaded::M3Net(network) if network.known.weights_sha256 == answer.weights_sha256 => network,
        _ => return Err(ClassifyError::Replaced(answer.model.clone())),
    };
    Ok(uncertainty(&network, answer, &seen.crops, ctx)?)
}
