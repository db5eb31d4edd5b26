//! What is asked besides the answer of a network that reads one block of samples: the same in other positions, and
//! maps, checked where that was asked.

use std::sync::Arc;
use std::time::Instant;

use super::{ClassifyError, Part, Request};
use crate::explain::{CASCADE, Cascade, Method, Saliency, Sampled, SampledTrust, turned_answers};
use crate::geometry::VoxelGrid;
use crate::inference::{Loaded, WeightsChoice};
use crate::jobs::JobContext;

/// Of the random values that maps are held against.
const SEED: u64 = 1;

/// Computes one map.
pub(super) type Map<'a> = dyn FnMut(Method) -> Result<Saliency, ClassifyError> + 'a;
/// What is done with the maps of another network.
pub(super) type Ask<'a> = dyn FnMut(&mut Map<'_>) -> Result<(), ClassifyError> + 'a;
/// Runs another network of the same kind on what was read, and has its maps asked for.
pub(super) type Others<'a> = dyn FnMut(&Loaded, &mut Ask<'_>) -> Result<(), ClassifyError> + 'a;

/// Asks in other positions and computes the maps, as far as that was asked for, and hands both on.
/// - `of`: what was read, on whose CT
/// - `taught`: who answered, with which weights
/// - `others`: runs the same network with random layers, where maps are to be checked
pub(super) fn maps(
    request: &Request,
    send: &dyn Fn(Part),
    (of, grid): (&dyn Sampled, &VoxelGrid),
    own: &mut Map<'_>,
    (taught, others): ((&Loaded, &WeightsChoice), &mut Others<'_>),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    if request.turned {
        let temperature = taught.0.known().temperature(request.mode).unwrap_or(1.0);
        send(Part::Turned(turned_answers(of, temperature, ctx)?));
    }
    if request.explain.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let mut saliency = Vec::with_capacity(request.explain.len());
    for wanted in &request.explain {
        ctx.step("Explaining the answer", 0.8)?;
        saliency.push((wanted.method, own(wanted.method)?));
    }
    let (loaded, weights) = taught;
    // Random weights are not to be told from random weights.
    if request.parameters.trust && !matches!(weights, WeightsChoice::Random(_)) {
        let mut randomised = loaded.randomised(weights, SEED)?;
        let cascade = Cascade::of(loaded.known().spec.family, randomised.keys());
        for (step, layer) in CASCADE.iter().enumerate() {
            let network = randomised.further(|key| cascade.step(key) == step)?;
            ctx.step(&format!("Randomisation check: {}", layer.name), step as f32 / CASCADE.len() as f32)?;
            others(&network, &mut |other| {
                for (method, map) in &mut saliency {
                    let told = SampledTrust::likeness(step, [&*map, &other(*method)?]);
                    map.told.extend(told);
                }
                Ok(())
            })?;
        }
        let mut trust = SampledTrust::default();
        for (_, map) in &mut saliency {
            let told = trust.taken_away(of, map, grid, request.parameters, ctx)?;
            map.told.extend(told);
        }
    }
    let saliency = saliency.into_iter().map(|(_, map)| Arc::new(map)).collect();
    send(Part::Explained { saliency, explain_ms: start.elapsed().as_secs_f64() * 1e3 });
    Ok(())
}
