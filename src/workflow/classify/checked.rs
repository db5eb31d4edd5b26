//! Maps of a network that reads one block of samples, checked where that was asked.

use std::sync::Arc;
use std::time::Instant;

use super::{ClassifyError, Part, Request};
use crate::explain::{Method, Saliency, Sampled, SampledTrust};
use crate::geometry::VoxelGrid;
use crate::inference::{Loaded, WeightsChoice};
use crate::jobs::JobContext;

/// Of the random values that maps are held against.
const SEED: u64 = 1;

/// Computes one map.
pub(super) type Map<'a> = dyn FnMut(Method) -> Result<Saliency, ClassifyError> + 'a;

/// The same network with random weights, where maps are to be checked against it. Random weights are not to be told
/// from random weights.
/// - errors: weights that do not fit
pub(super) fn untaught(
    request: &Request,
    (loaded, weights): (&Loaded, &WeightsChoice),
) -> Result<Option<Loaded>, ClassifyError> {
    if !request.parameters.trust || request.explain.is_empty() || matches!(weights, WeightsChoice::Random(_))
    {
        return Ok(None);
    }
    Ok(Some(loaded.untaught(weights, SEED)?))
}

/// Computes the maps that were asked for and hands them on.
/// - `of`: what was read, on whose CT
/// - `other`: of the same network with random weights, where maps are to be checked
pub(super) fn maps(
    request: &Request,
    send: &dyn Fn(Part),
    (of, grid): (&dyn Sampled, &VoxelGrid),
    own: &mut Map<'_>,
    mut other: Option<&mut Map<'_>>,
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    if request.explain.is_empty() {
        return Ok(());
    }
    let (start, mut trust) = (Instant::now(), SampledTrust::default());
    let mut saliency = Vec::with_capacity(request.explain.len());
    for wanted in &request.explain {
        ctx.step("Explaining the answer", 0.8)?;
        let mut map = own(wanted.method)?;
        if let Some(other) = &mut other {
            ctx.step("Randomisation check: everything", 0.8)?;
            let of_random = other(wanted.method)?;
            let told = trust.check(of, [&map, &of_random], grid, request.parameters, ctx)?;
            map.told.extend(told);
        }
        saliency.push(Arc::new(map));
    }
    send(Part::Explained { saliency, explain_ms: start.elapsed().as_secs_f64() * 1e3 });
    Ok(())
}
