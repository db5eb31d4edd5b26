//! How far an answer moves when nothing of the nodule is changed, for window and terminal.

use std::sync::Arc;

use super::classify::{ClassifyError, stopped};
use super::models::weights_for;
use super::waiting::last_known;
use crate::explain::{Uncertainty, uncertainty};
use crate::inference::{Answer, Engine, Loaded, Question, Runtime, Stopped, WeightsChoice};
use crate::jobs::{JobContext, Wake};
use crate::networks::spec;

/// What the error says of it.
const WHAT: &str = "the uncertainty by turned crops and dropout";

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum UncertaintyPart {
    /// All of it.
    Known(Arc<Uncertainty>),
    /// The sentence that says why not.
    Failed(String),
}

/// Whether an answer can be asked for it: that of an M3Net.
/// - errors: another network's
pub fn check(answer: &Answer) -> Result<(), ClassifyError> {
    match answer.m3net() {
        Some(_) => Ok(()),
        None => Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT }),
    }
}

/// Asks on the inference thread, in the crops of the answer.
/// - `weights`: `None` takes those that the network was asked with: what is installed, or built in
/// - errors: what [`check`] refuses
pub fn ask(
    engine: &Engine,
    wake: Wake,
    answer: Arc<Answer>,
    weights: Option<WeightsChoice>,
) -> Result<Question<UncertaintyPart>, ClassifyError> {
    check(&answer)?;
    Ok(engine.submit("uncertainty", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, &answer, weights.clone()) {
            Ok(found) => {
                parts.send(UncertaintyPart::Known(Arc::new(found)));
                Ok(())
            }
            Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(UncertaintyPart::Failed(error.to_string()));
                Stopped::Told
            })),
        }
    }))
}

/// Asks and waits. `ctx` can cancel.
pub fn run(
    engine: &Engine,
    answer: Arc<Answer>,
    weights: Option<WeightsChoice>,
    ctx: &JobContext,
) -> Result<Arc<Uncertainty>, ClassifyError> {
    let question = ask(engine, Arc::new(|| {}), answer, weights)?;
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
    answer: &Answer,
    weights: Option<WeightsChoice>,
) -> Result<Uncertainty, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = weights.unwrap_or_else(|| weights_for(&answer.model));
    let (Loaded::M3Net(network), Some(seen)) = (runtime.network(&answer.model, &weights)?, answer.m3net())
    else {
        return Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT });
    };
    Ok(uncertainty(&network, answer, &seen.crops, ctx)?)
}
