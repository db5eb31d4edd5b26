//! CSF-Net: the region of two dates and six codes, the answer, where it looked and what changed.

use std::sync::Arc;
use std::time::Instant;

use super::answer::{Spoken, answer, probability};
use super::checked::{self, Ask};
use super::{ClassifyError, Part, Request};
use crate::explain::{
    CsfSampled, Method, Saliency, Sampled, SampledMaps, csf_change, csf_fields, csf_gate, csf_guided,
};
use crate::geometry::VoxelGrid;
use crate::inference::csf::{Categories, CsfForward, CsfNetwork, Date, FIELDS, FieldCodes};
use crate::inference::{CsfDetail, Detail, FieldShare, Loaded, Runtime, WeightsChoice};
use crate::jobs::JobContext;

/// Asks it about the point on both dates. Maps lie over the later one.
pub(super) fn work(
    runtime: &mut Runtime,
    network: &CsfNetwork,
    taught: (&Loaded, &WeightsChoice),
    request: &Request,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    let prior = request.prior.as_ref().ok_or(ClassifyError::NeedsPrior(network.known.spec.name))?;
    let start = Instant::now();
    ctx.step("Finding the lungs of the earlier date", 0.1)?;
    let earlier = runtime.masked(&prior.volume, ctx)?.input(prior.at, Date::Prior, request.mode)?;
    ctx.step("Finding the lungs of the later date", 0.3)?;
    let later = runtime.masked(&request.volume, ctx)?.input(request.at, Date::Current, request.mode)?;
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;
    let told = codes(network, request)?;
    ctx.step("Running the network", 0.5)?;
    let forward = network.forward([&earlier.values, &later.values], told.codes, ctx)?;
    let [benign, malignant] = forward.logits;
    let shares = csf_fields(network, &forward, told.codes)?;
    let known = |field| !told.unknown.contains(&field) && !told.unseen.contains(&field);
    let fields = FIELDS.into_iter().zip(shares);
    let fields = fields.map(|((field, _), share)| FieldShare { field, known: known(field), share }).collect();
    let mut doubts = prior.doubts.clone();
    doubts.extend_from_slice(&earlier.reasons);
    doubts.extend_from_slice(&later.reasons);
    if !told.unseen.is_empty() {
        let words: Vec<&str> = told.unseen.iter().map(|field| field.words()).collect();
        doubts.push(format!("the weights know no such value, taken as unknown: {}", words.join(", ")));
    }
    let spoken = Spoken {
        logits: forward.logits.to_vec(),
        probability: probability(&network.known, request.mode, malignant - benign),
        regions: vec![later.region, earlier.region],
        detail: Detail::Csf(CsfDetail {
            seen: [Arc::clone(&earlier.values), Arc::clone(&later.values)],
            fields,
        }),
        doubts,
        unknown: told.unknown,
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
    };
    send(Part::Answer(Arc::new(answer(&network.known, request, spoken))));
    let (grid, dates) = (request.volume.grid(), [&earlier, &later]);
    let of = CsfSampled::new(network, &forward, dates);
    let mut maps = SampledMaps::new(request.parameters);
    let mut own = |method| map(method, (network, &forward, &of), &mut maps, grid, ctx);
    let mut others = |loaded: &Loaded, ask: &mut Ask<'_>| {
        let Loaded::Csf(random) = loaded else { return Ok(()) };
        let of_random = random.forward([&earlier.values, &later.values], told.codes, ctx)?;
        let other = CsfSampled::new(random, &of_random, dates);
        let mut maps = SampledMaps::new(request.parameters);
        ask(&mut |method| map(method, (random, &of_random, &other), &mut maps, grid, ctx))
    };
    checked::maps(request, send, (&of, grid), &mut own, (taught, &mut others), ctx)
}

/// One map of the later date.
fn map(
    method: Method,
    (network, forward, of): (&CsfNetwork, &CsfForward, &CsfSampled<'_>),
    sampled: &mut SampledMaps,
    grid: &VoxelGrid,
    ctx: &JobContext,
) -> Result<Saliency, ClassifyError> {
    let region = of.region();
    Ok(match method {
        Method::GuidedBackprop => csf_guided(network, forward, of.dates(), (1, region), grid)?,
        Method::DateDifference => csf_change(forward, region, grid)?,
        Method::Native => csf_gate(forward, 1, region, grid)?,
        _ => sampled.map(method, of, grid, ctx)?,
    })
}

/// The patient's codes, by the categories that the weights carry, or else all unknown.
fn codes(network: &CsfNetwork, request: &Request) -> Result<FieldCodes, ClassifyError> {
    let counts = &network.categories;
    match network.metadata.get(Categories::METADATA_KEY) {
        Some(json) => {
            let categories = Categories::from_json(json, counts).map_err(ClassifyError::Codes)?;
            categories.codes(&request.fields).map_err(ClassifyError::Codes)
        }
        None => Ok(FieldCodes::unknown(counts, &request.fields)),
    }
}
