//! What a layer of a network computed of what it read, for the window.

use std::sync::Arc;

use super::classify::{ClassifyError, stopped};
use super::models::weights_for;
use crate::explain::{FeatureMaps, feature_maps};
use crate::inference::{Answer, Engine, Loaded, Question, Runtime, Stopped};
use crate::jobs::{JobContext, Wake};
use crate::networks::{Scale, spec};

/// What the error says of it.
const WHAT: &str = "what its layers computed";

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum FeaturesPart {
    /// All channels of the layer.
    Known(Arc<FeatureMaps>),
    /// The sentence that says why not.
    Failed(String),
}

/// Asks on the inference thread, in the crops of the answer.
/// - `layer`: of the encoder of `scale`
/// - errors: another network than M3Net
pub fn ask(
    engine: &Engine,
    wake: Wake,
    answer: Arc<Answer>,
    (scale, layer): (Scale, &'static str),
) -> Result<Question<FeaturesPart>, ClassifyError> {
    if answer.m3net().is_none() {
        return Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT });
    }
    Ok(engine.submit("features", wake, move |runtime, ctx, parts| {
        match work(runtime, ctx, &answer, (scale, layer)) {
            Ok(found) => {
                parts.send(FeaturesPart::Known(Arc::new(found)));
                Ok(())
            }
            Err(error) => Err(stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(FeaturesPart::Failed(error.to_string()));
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
    (scale, layer): (Scale, &'static str),
) -> Result<FeatureMaps, ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = weights_for(&answer.model);
    let (Loaded::M3Net(network), Some(seen)) = (runtime.network(&answer.model, &weights)?, answer.m3net())
    else {
        return Err(ClassifyError::M3NetAlone { model: spec(&answer.model)?.name, what: WHAT });
    };
    Ok(feature_maps(&network, &seen.crops[scale as usize], scale, layer)?)
}
