//! What a network computed on its way to its answer, for window and terminal.

use std::sync::Arc;

use super::classify::{ClassifyError, stopped};
use super::models::weights_for;
use super::waiting::last_known;
use crate::explain::{Inside, InsideWanted, look_inside};
use crate::inference::ssm::{Resolution, nearest_slice, slice_picture};
use crate::inference::{Answer, Engine, Question, Runtime, Stopped, WeightsChoice};
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

/// Whose inside is looked at.
#[derive(Clone, Debug)]
pub struct About {
    /// What was said.
    pub answer: Arc<Answer>,
    /// What was asked about; of LungNodule-SSM alone, whose answer keeps one channel of what it read.
    pub ct: Option<Arc<Volume>>,
    /// The weights that answered; `None` takes what is installed, or built in.
    pub weights: Option<WeightsChoice>,
}

/// Asks on the inference thread, about what the network read for its answer.
pub fn ask(engine: &Engine, wake: Wake, about: About, wanted: InsideWanted) -> Question<InsidePart> {
    engine.submit("inside", wake, move |runtime, ctx, parts| match work(runtime, ctx, &about, wanted) {
        Ok(found) => {
            parts.send(InsidePart::Known(found));
            Ok(())
        }
        Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
            parts.send(InsidePart::Failed(error.to_string()));
            Stopped::Told
        })),
    })
}

/// Asks and waits. `ctx` can cancel.
pub fn run(
    engine: &Engine,
    about: About,
    wanted: InsideWanted,
    ctx: &JobContext,
) -> Result<Inside, ClassifyError> {
    let question = ask(engine, Arc::new(|| {}), about, wanted);
    let known = |part| match part {
        InsidePart::Known(known) => Ok(known),
        InsidePart::Failed(why) => Err(why),
    };
    last_known(&question, "inside", known, ctx)
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    About { answer, ct, weights }: &About,
    wanted: InsideWanted,
) -> Result<Inside, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = weights.clone().unwrap_or_else(|| weights_for(&answer.model));
    let network = runtime.network(&answer.model, &weights)?;
    if network.known().weights_sha256 != answer.weights_sha256 {
        return Err(ClassifyError::Replaced(answer.model.clone()));
    }
    let read = |ct: &Volume| slice_picture(ct, nearest_slice(ct.grid(), answer.at), Resolution::PUBLISHED);
    let slice = ct.as_deref().map(read).transpose()?;
    ctx.step("Running the network", 0.5)?;
    Ok(look_inside(&network, answer, slice.as_ref(), wanted)?)
}
