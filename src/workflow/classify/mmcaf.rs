//! MMCAF-Net: windows and the table, the largest of their answers, its maps.

use std::sync::Arc;
use std::time::Instant;

use super::answer::{Spoken, answer, probability};
use super::checked::{self, Ask};
use super::{ClassifyError, Part, Request};
use crate::explain::{
    Method, MmcafSampled, Saliency, Sampled, SampledMaps, mmcaf_fields, mmcaf_gate, mmcaf_grad_cam,
};
use crate::geometry::VoxelGrid;
use crate::inference::mmcaf::{COLUMNS, MmcafForward, MmcafNetwork, Window, table, windows};
use crate::inference::{Detail, FieldShare, Loaded, MmcafDetail, WeightsChoice, squeezed};
use crate::jobs::JobContext;

/// Asks it about every window; the window with the largest logit answers (as the published study score).
pub(super) fn work(
    network: &MmcafNetwork,
    taught: (&Loaded, &WeightsChoice),
    request: &Request,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    ctx.step("Cutting the windows", 0.1)?;
    let start = Instant::now();
    let table = table(&request.fields);
    let windows = windows(&request.volume, request.at, request.lesion_slices, request.mode, network.field())?;
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;

    let mut asked: Vec<(Window, MmcafForward)> = Vec::with_capacity(windows.len());
    let count = windows.len().max(1) as f32;
    for (n, window) in windows.into_iter().enumerate() {
        ctx.step("Running the network", 0.2 + 0.6 * n as f32 / count)?;
        let forward = network.forward(&window.values, table.values, ctx)?;
        asked.push((window, forward));
    }
    let scores = asked.iter().map(|(window, forward)| (window.region.bounds.min[2], forward.logit)).collect();
    let [upload_ms, forward_ms] = [|f: &MmcafForward| f.upload_ms, |f: &MmcafForward| f.forward_ms]
        .map(|time| asked.iter().map(|(_, forward)| time(forward)).sum());
    let largest = asked.into_iter().max_by(|(_, a), (_, b)| a.logit.total_cmp(&b.logit));
    let (window, forward) = largest.ok_or(crate::inference::InferenceError::NoAnswer)?;

    let shares = mmcaf_fields(network, &forward)?;
    let fields = COLUMNS.into_iter().zip(shares);
    let fields = fields.map(|(field, share)| FieldShare { field, known: request.fields.knows(field), share });
    let (seen, shape) = (Arc::clone(&window.values), forward.read);
    let detail = MmcafDetail { windows: scores, seen, shape, fields: fields.collect() };
    let mut doubts: Vec<String> = squeezed(request.volume.grid()).into_iter().collect();
    let padded = window.region.padded[2];
    if padded > 0 {
        doubts.push(format!(
            "the volume has {} slices where the window reads 12: {padded} were filled with air",
            12 - padded
        ));
    }
    let spoken = Spoken {
        logits: vec![forward.logit],
        probability: probability(&network.known, request.mode, forward.logit),
        regions: vec![window.region],
        detail: Detail::Mmcaf(detail),
        doubts,
        unknown: table.unknown,
        crop_ms,
        upload_ms,
        forward_ms,
    };
    send(Part::Answer(Arc::new(answer(&network.known, request, spoken))));
    let grid = request.volume.grid();
    let of = MmcafSampled::new(network, &forward, &window, request.mode);
    let mut maps = SampledMaps::new(request.parameters);
    let mut own = |method| map(method, (network, &forward, &of), &mut maps, grid, ctx);
    let mut others = |loaded: &Loaded, ask: &mut Ask<'_>| {
        let Loaded::Mmcaf(random) = loaded else { return Ok(()) };
        let of_random = random.forward(&window.values, table.values, ctx)?;
        let other = MmcafSampled::new(random, &of_random, &window, request.mode);
        let mut maps = SampledMaps::new(request.parameters);
        ask(&mut |method| map(method, (random, &of_random, &other), &mut maps, grid, ctx))
    };
    checked::maps(request, send, (&of, grid), &mut own, (taught, &mut others), ctx)
}

/// One map of the window.
fn map(
    method: Method,
    (network, forward, of): (&MmcafNetwork, &MmcafForward, &MmcafSampled<'_>),
    sampled: &mut SampledMaps,
    grid: &VoxelGrid,
    ctx: &JobContext,
) -> Result<Saliency, ClassifyError> {
    Ok(match method {
        Method::GradCam => mmcaf_grad_cam(network, forward, of.region(), grid)?,
        Method::Native => mmcaf_gate(forward, of.region(), grid)?,
        _ => sampled.map(method, of, grid, ctx)?,
    })
}
