//! M3Net: context boxes, crops, the answer of one network or of an ensemble, its maps.

use std::sync::Arc;
use std::time::Instant;

use super::forced::forced;
use super::guarded;
use super::{ClassifyError, Part, Request};
use crate::explain::{M3NetAnswered, M3NetMaps, Saliency, Trust, Wanted, contribution};
use crate::guard::Guard;
use crate::inference::{
    Answer, ContextBox, Detail, Forward, M3NetDetail, M3NetNetwork, Mode, Runtime, Said, Sampling, Together,
    WeightsChoice,
};
use crate::jobs::JobContext;

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
    let sampling = Sampling::of(request.mode, request.volume.grid())?;
    let contexts = sampling.boxes(request.at);
    let [micro, meso, wide] = &contexts;
    let crop = |context: &ContextBox| sampling.crop(&request.volume, context);
    let crops = [crop(micro)?, crop(meso)?, crop(wide)?];
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;

    ctx.step("Running the network", 0.2)?;
    let forward = network.forward(&crops, ctx)?;
    let contribution = contribution(network, &forward)?;
    let guard = judged(network, request, (&sampling, &contexts), &forward);
    let seen = M3NetDetail {
        sampling,
        crops: crops.clone(),
        scale_contribution: contribution.per_scale,
        pooled: forward.pooled.iter().map(|v| *v as f32).collect(),
    };
    let answer = answer(network, request, seen, &forward, guard, crop_ms);
    let answer = Arc::new(answer);
    send(Part::Answer(Arc::clone(&answer)));
    if !request.explain.is_empty() {
        let start = Instant::now();
        let (crops, forward, contribution) = (&crops, &forward, &contribution);
        let answered = M3NetAnswered { network, crops, forward, contribution, grid: sampling.grid() };
        let saliency = explained(request, (answered, &sampling), weights, ctx)?;
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
        said.push(heard(network, seen.sampling.mode(), network.ask_member(member, &seen.crops, ctx)?));
    }
    send(Part::Members(Arc::new(first.of_members(said))));
    Ok(())
}

/// What a member said, without what it says of readers where it was taught in another mode: nothing was
/// measured of that.
fn heard(network: &M3NetNetwork, mode: Mode, said: Said) -> Said {
    Said { readers: said.readers.filter(|_| network.known.is_taught_in(mode)), ..said }
}

/// The maps that were asked for, of the first member, on the volume's voxels.
fn explained(
    request: &Request,
    (answered, sampling): (M3NetAnswered<'_>, &Sampling),
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
        Ok(Arc::new(match sampling.mode() {
            Mode::Paper => map,
            Mode::Clinical => map.on_voxels(sampling.step(), request.volume.grid()),
        }))
    };
    request.explain.iter().enumerate().map(one).collect()
}

/// Whether the answer can be read.
fn judged(
    network: &M3NetNetwork,
    request: &Request,
    (sampling, contexts): (&Sampling, &[ContextBox; 3]),
    forward: &Forward,
) -> Guard {
    let grid = request.volume.grid();
    let [micro, meso, _] = contexts;
    let across = |context: &ContextBox| {
        let mm = |axis: usize| context.bounds.size[axis] as f64 * sampling.grid().spacing_mm()[axis];
        mm(0).min(mm(1))
    };
    let mut guard = guarded::judged(&network.known, request, [across(micro), across(meso)]);
    // What training was like says nothing of pictures that were prepared in another way.
    let range = network.training_range().filter(|_| network.known.is_taught_in(request.mode));
    let unlike = range.map(|range| range.judge(grid.spacing_mm(), &forward.pooled)).unwrap_or_default();
    let untaught = network.known.untaught(request.mode);
    for reason in untaught.into_iter().chain(padded(sampling, contexts)).chain(forced(request)).chain(unlike)
    {
        guard.doubt(reason);
    }
    guard
}

/// Doubts about the input that follow from the boxes alone.
fn padded(sampling: &Sampling, contexts: &[ContextBox; 3]) -> Vec<String> {
    const AXES: [&str; 3] = ["columns", "rows", "slices"];
    let mut reasons = Vec::new();
    for (axis, word) in AXES.into_iter().enumerate() {
        let padded = |c: &&ContextBox| c.padded[axis] > 0;
        if let Some(context) = contexts.iter().find(padded) {
            let (needed, missing) = (context.bounds.size[axis], context.padded[axis]);
            let (there, scale) = (needed - missing, context.scale.name());
            reasons.push(match sampling.mode() {
                Mode::Paper => format!(
                    "the volume has {there} {word} where the {scale} crop reads {needed}: {missing} were filled with air"
                ),
                Mode::Clinical => format!(
                    "along its {word} the volume is {there} mm long where the {scale} crop reads {needed} mm: {missing} were filled with air"
                ),
            });
        }
    }
    reasons
}

fn answer(
    network: &M3NetNetwork,
    request: &Request,
    seen: M3NetDetail,
    forward: &Forward,
    guard: Guard,
    crop_ms: f64,
) -> Answer {
    let known = &network.known;
    let temperature = known.temperature(request.mode);
    let said = heard(network, request.mode, forward.said());
    let first = Together::of(&[said], temperature.unwrap_or(1.0));
    let grid = request.volume.grid();
    Answer {
        model: known.spec.name.to_owned(),
        mode: request.mode.name().to_owned(),
        weights: known.weights.clone(),
        weights_sha256: known.weights_sha256.clone(),
        options: known.architecture.options(),
        trained_on: known.card.trained_on.clone(),
        intended_use: known.card.intended_use.clone(),
        trained: known.card.trained,
        question: known.spec.question.to_owned(),
        classes: known.spec.classes.iter().map(|c| (*c).to_owned()).collect(),
        caution: known.card.caution.clone(),
        probability: first.probability,
        logits: first.logits.to_vec(),
        ensemble: network.members(),
        said: vec![said],
        temperature,
        readers: first.readers,
        regions: seen.crops.iter().map(|crop| seen.sampling.region(&crop.context, grid)).collect(),
        detail: Detail::M3Net(seen),
        device: known.info.clone(),
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
        guard,
        at: request.at,
    }
}
