//! What a network computed on its way to its answer, for the window.

use std::sync::Arc;

use super::classify::{ClassifyError, stopped};
use super::models::weights_for;
use crate::explain::{Inside, InsideWanted, look_inside};
use crate::inference::ssm::{Resolution, nearest_slice, slice_picture};
use crate::inference::{Answer, Engine, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};
use crate::volume::Volume;

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum InsidePart {
    /// What was wanted.
    Known(Inside),
    /// The sentence that says why not.
    Failed(String),
}

/// Asks on the inference thread, about what the network read for its answer.
/// - `ct`: that was asked about; of LungNodule-SSM alone, whose answer does not keep what it read
pub fn ask(
    engine: &Engine,
    wake: Wake,
    (answer, ct): (Arc<Answer>, Option<Arc<Volume>>),
    wanted: InsideWanted,
) -> Question<InsidePart> {
    engine.submit("inside", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, (&answer, ct.as_deref()), wanted) {
            Ok(found) => {
                parts.send(InsidePart::Known(found));
                Ok(())
            }
            Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(InsidePart::Failed(error.to_string()));
                Stopped::Told
            })),
        }
    })
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    (answer, ct): (&Answer, Option<&Volume>),
    wanted: InsideWanted,
) -> Result<Inside, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let network = runtime.network(&answer.model, &weights_for(&answer.model))?;
    if network.known().weights_sha256 != answer.weights_sha256 {
        return Err(ClassifyError::Replaced(answer.model.clone()));
    }
    let read = |ct: &Volume| slice_picture(ct, nearest_slice(ct.grid(), answer.at), Resolution::PUBLISHED);
    let slice = ct.map(read).transpose()?;
    ctx.step("Running the network", 0.5)?;
    Ok(look_inside(&network, answer, slice.as_ref(), wanted)?)
}
