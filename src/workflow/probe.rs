//! What a network says without the block of tissue under the pointer.

use std::sync::Arc;

use super::classify::{ClassifyError, stopped};
use super::models::weights_for;
use crate::explain::{Occluding, Still, margin_without};
use crate::geometry::VoxelBox;
use crate::inference::{Answer, Engine, Loaded, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};
use crate::networks::spec;

/// What the error says of it.
const WHAT: &str = "occlusion under the pointer";

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbePart {
    /// The first network's margin without the block, and what the next block may begin with.
    Known {
        /// Malignant less benign logit.
        margin: f64,
        /// Of the same answer.
        still: Still,
    },
    /// The sentence that says why not.
    Failed(String),
}

/// Asks on the inference thread, in the crops of the answer.
/// - `still`: of an earlier question about the same answer; `None` computes it first
/// - `block`: in the samples of the crops
/// - errors: another network than M3Net
pub fn ask(
    engine: &Engine,
    wake: Wake,
    answer: Arc<Answer>,
    still: Option<Still>,
    block: VoxelBox,
) -> Result<Question<ProbePart>, ClassifyError> {
    if answer.m3net().is_none() {
        return Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT });
    }
    Ok(engine.submit("occlusion", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, &answer, still, &block) {
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
    answer: &Answer,
    still: Option<Still>,
    block: &VoxelBox,
) -> Result<ProbePart, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = weights_for(&answer.model);
    let (Loaded::M3Net(network), Some(seen)) = (runtime.network(&answer.model, &weights)?, answer.m3net())
    else {
        return Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT });
    };
    let still = match still {
        Some(still) => still,
        None => Still::of(&network.forward(&seen.crops, ctx)?)?,
    };
    let margin = margin_without(&network, &seen.crops, &still, block, Occluding::default().fill_hu, ctx)?;
    Ok(ProbePart::Known { margin, still })
}
