//! What a network says without the block of tissue under the pointer.

use std::sync::Arc;

use super::classify::{ClassifyError, Request, stopped};
use super::counterfactual::without;
use super::models::weights_for;
use crate::explain::{Occluding, Still, margin_without};
use crate::geometry::VoxelBox;
use crate::inference::{Answer, Engine, InferenceError, Loaded, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};
use crate::networks::spec;

/// What the error says of it.
const WHAT: &str = "occlusion under the pointer";

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbePart {
    /// The first network's margin without the block, and what the next block may begin with.
    Known {
        /// Logit of the class that is asked about less that of the other.
        margin: f64,
        /// Of the same answer; of M3Net alone.
        still: Option<Still>,
    },
    /// The sentence that says why not.
    Failed(String),
}

/// Asks on the inference thread: M3Net in the crops of the answer, each with its own normalisation held; other networks
/// about the CT without the block, prepared as any CT is.
/// - `request`: what was asked about
/// - `still`: of an earlier question about the same answer; `None` computes it first
/// - `block`: in the samples of M3Net's crops, or in the voxels of the CT
/// - errors: a network that compares dates
pub fn ask(
    engine: &Engine,
    wake: Wake,
    (request, answer): (Request, Arc<Answer>),
    still: Option<Still>,
    block: VoxelBox,
) -> Result<Question<ProbePart>, ClassifyError> {
    let spec = spec(&answer.model)?;
    if spec.family.compares_dates() {
        return Err(ClassifyError::TwoDates { model: spec.name, what: WHAT });
    }
    Ok(engine.submit("occlusion", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, (&request, &answer), still, &block) {
            Ok(known) => {
                parts.send(known);
                Ok(())
            }
            Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(ProbePart::Failed(error.to_string()));
                Stopped::Told
            })),
        }
    }))
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    (request, answer): (&Request, &Answer),
    still: Option<Still>,
    block: &VoxelBox,
) -> Result<ProbePart, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = weights_for(&answer.model);
    let fill = Occluding::default().fill_hu;
    let (Loaded::M3Net(network), Some(seen)) = (runtime.network(&answer.model, &weights)?, answer.m3net())
    else {
        let found = without(runtime, request, block, ctx, |_| Some(fill))?;
        let said = found.said.first().ok_or(ClassifyError::Inference(InferenceError::NoAnswer))?;
        return Ok(ProbePart::Known { margin: said.logits[1] - said.logits[0], still: None });
    };
    let still = match still {
        Some(still) => still,
        None => Still::of(&network.forward(&seen.crops, ctx)?)?,
    };
    let margin = margin_without(&network, &seen.crops, &still, block, fill, ctx)?;
    Ok(ProbePart::Known { margin, still: Some(still) })
}
