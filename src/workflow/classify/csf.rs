//! CSF-Net: the region of two dates and six codes, the answer, where it looked and what changed.

use std::sync::Arc;
use std::time::Instant;

use super::answer::{Spoken, answer, probability};
use super::{ClassifyError, Part, Request};
use crate::explain::{Method, csf_change, csf_fields, csf_gate, csf_grad_cam, csf_guided};
use crate::inference::csf::{Categories, CsfNetwork, Date, FIELDS, FieldCodes};
use crate::inference::{CsfDetail, Detail, FieldShare, Runtime};
use crate::jobs::JobContext;

/// Asks it about the point on both dates. Maps lie over the later one.
pub(super) fn work(
    runtime: &mut Runtime,
    network: &CsfNetwork,
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
    doubts.extend(earlier.reasons);
    doubts.extend(later.reasons);
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
    let grid = request.volume.grid();
    super::maps(request, send, ctx, Instant::now(), |method| {
        Ok(match method {
            Method::GradCam => csf_grad_cam(network, &forward, 1, &later.region, grid)?,
            Method::GuidedBackprop => {
                let regions = [&*earlier.values, &*later.values];
                csf_guided(network, &forward, regions, (1, &later.region), grid)?
            }
            Method::DateDifference => csf_change(&forward, &later.region, grid)?,
            _ => csf_gate(&forward, 1, &later.region, grid)?,
        })
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
