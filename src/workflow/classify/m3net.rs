//! M3Net: context boxes, crops, the answer of one network or of an ensemble, its maps.

use std::sync::Arc;
use std::time::Instant;

use super::forced::forced;
use super::{ClassifyError, Part, Request};
use crate::explain::{Contribution, M3NetAnswered, M3NetMaps, Saliency, Trust, Wanted, contribution};
use crate::guard::{Guard, GuardModel, Look, Tissue};
use crate::inference::{
    Answer, ContextBox, Crop, Detail, Forward, M3NetDetail, M3NetNetwork, Runtime, Together, WeightsChoice,
    context_boxes, prepare,
};
use crate::jobs::JobContext;
use crate::volume::Unit;

/// Asks it: the answer of its first member, the maps, what the other members say.
pub(super) fn work(
    runtime: &mut Runtime,
    (network, weights): (&M3NetNetwork, &WeightsChoice),
    request: &Request,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    ctx.step("Cutting the crops", 0.1)?;
    let start = Instant::now();
    let grid = request.volume.grid();
    let at = grid.voxel_from_patient() * request.at;
    let contexts = context_boxes(grid, at);
    let [micro, meso, wide] = &contexts;
    let crop = |context: &ContextBox| prepare(&request.volume, context);
    let crops = [crop(micro)?, crop(meso)?, crop(wide)?];
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;

    ctx.step("Running the network", 0.2)?;
    let forward = network.forward(&crops, ctx)?;
    let contribution = contribution(network, &forward)?;
    let guard = judged(network, request, &contexts, &forward);
    let answer = answer(network, request, crops.clone(), &forward, &contribution, guard, crop_ms);
    let answer = Arc::new(answer);
    send(Part::Answer(Arc::clone(&answer)));
    if !request.explain.is_empty() {
        let start = Instant::now();
        let (crops, forward, contribution) = (&crops, &forward, &contribution);
        let answered = M3NetAnswered { network, crops, forward, contribution, grid };
        let saliency = explained(request, answered, weights, ctx)?;
        send(Part::Explained { saliency, explain_ms: start.elapsed().as_secs_f64() * 1e3 });
    }
    if request.all_members {
        others(network, &answer, send, ctx)?;
    }
    // Last, because nobody waits for it.
    if let Some(seen) = answer.m3net() {
        runtime.compare_once(network, weights, &seen.crops, &forward, ctx)?;
    }
    Ok(())
}

/// Asks the members that have not answered; nothing where there are none.
pub(super) fn others(
    network: &M3NetNetwork,
    first: &Answer,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    let count = network.members();
    let mut said = first.said.clone();
    let Some(seen) = first.m3net().filter(|_| said.len() < count) else { return Ok(()) };
    for member in said.len()..count {
        let what = format!("Asking network {} of {count}", member + 1);
        ctx.step(&what, 0.6 + 0.4 * member as f32 / count as f32)?;
        said.push(network.ask_member(member, &seen.crops, ctx)?);
    }
    send(Part::Members(Arc::new(first.of_members(said))));
    Ok(())
}

/// The maps that were asked for, of the first member.
fn explained(
    request: &Request,
    answered: M3NetAnswered<'_>,
    weights: &WeightsChoice,
    ctx: &JobContext,
) -> Result<Vec<Arc<Saliency>>, ClassifyError> {
    let how = request.parameters;
    let mut trust = match weights {
        // Random weights are not to be told from random weights.
        WeightsChoice::Random(_) => None,
        _ if !how.trust => None,
        _ => {
            let state = weights.file(&request.model)?.state;
            let first = state.into_members().into_iter().next().unwrap_or_default();
            Some(Trust::new(answered, &first)?)
        }
    };
    let mut maps = M3NetMaps::new(answered, how);
    let count = request.explain.len() as f32;
    let one = |(n, wanted): (usize, &Wanted)| {
        ctx.step("Explaining the answer", 0.3 + 0.3 * n as f32 / count)?;
        let mut map = maps.map(*wanted, ctx)?;
        if let Some(trust) = &mut trust {
            let told = trust.check(&map, *wanted, how, ctx)?;
            map.told.extend(told);
        }
        Ok(Arc::new(map))
    };
    request.explain.iter().enumerate().map(one).collect()
}

/// Whether the answer can be read.
///
/// What lies at the point is judged for trained weights in Hounsfield units: there is nothing to spoil
/// in a number that means nothing, and nothing to measure in other units.
fn judged(network: &M3NetNetwork, request: &Request, contexts: &[ContextBox; 3], forward: &Forward) -> Guard {
    let grid = request.volume.grid();
    let mut guard = if network.known.card.trained && *request.volume.unit() == Unit::Hu {
        let [micro, meso, _] = contexts;
        let across = |context: &ContextBox| {
            let mm = |axis: usize| context.bounds.size[axis] as f64 * grid.spacing_mm()[axis];
            mm(0).min(mm(1))
        };
        let look = Look::at(&Tissue::of(&request.volume), request.at.to_array());
        look.judge(GuardModel::built_in(), [across(micro), across(meso)])
    } else {
        Guard::default()
    };
    let range = network.training_range();
    let unlike = range.map(|range| range.judge(grid.spacing_mm(), &forward.pooled)).unwrap_or_default();
    for reason in padded(contexts).into_iter().chain(forced(request)).chain(unlike) {
        guard.doubt(reason);
    }
    guard
}

/// Doubts about the input that follow from the boxes alone.
fn padded(contexts: &[ContextBox; 3]) -> Vec<String> {
    const AXES: [&str; 3] = ["columns", "rows", "slices"];
    let mut reasons = Vec::new();
    for (axis, word) in AXES.into_iter().enumerate() {
        let padded = |c: &&ContextBox| c.padded[axis] > 0;
        if let Some(context) = contexts.iter().find(padded) {
            let (needed, missing) = (context.bounds.size[axis], context.padded[axis]);
            reasons.push(format!(
                "the volume has {} {word} where the {} crop reads {needed}: {missing} were filled with air",
                needed - missing,
                context.scale.name()
            ));
        }
    }
    reasons
}

fn answer(
    network: &M3NetNetwork,
    request: &Request,
    crops: [Crop; 3],
    forward: &Forward,
    contribution: &Contribution,
    guard: Guard,
    crop_ms: f64,
) -> Answer {
    let known = &network.known;
    let temperature = known.card.calibration.map(|calibration| calibration.temperature);
    let first = Together::of(&[forward.said()], temperature.unwrap_or(1.0));
    Answer {
        model: known.spec.name.to_owned(),
        mode: "paper".to_owned(),
        weights: known.weights.clone(),
        weights_sha256: known.weights_sha256.clone(),
        options: known.options.clone(),
        trained_on: known.card.trained_on.clone(),
        intended_use: known.card.intended_use.clone(),
        trained: known.card.trained,
        question: known.spec.question.to_owned(),
        classes: known.spec.classes.iter().map(|c| (*c).to_owned()).collect(),
        caution: known.card.caution.clone(),
        probability: first.probability,
        logits: first.logits.to_vec(),
        ensemble: network.members(),
        said: vec![forward.said()],
        temperature,
        readers: first.readers,
        regions: crops.iter().map(|crop| crop.context.region(request.volume.grid())).collect(),
        detail: Detail::M3Net(M3NetDetail { crops, scale_contribution: contribution.per_scale }),
        device: known.info.clone(),
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
        guard,
        at: request.at,
    }
}
