//! MAEMC-NET: two montages, the answer to the axial one, the slices that it attended to.

use std::sync::Arc;
use std::time::Instant;

use super::answer::{Spoken, answer, probability};
use super::checked::{self, Ask};
use super::{ClassifyError, Part, Request};
use crate::explain::{MaemcSampled, Method, Saliency, Sampled, SampledMaps, maemc_map, maemc_rollout};
use crate::geometry::VoxelGrid;
use crate::inference::maemc::{MaemcForward, MaemcNetwork, montages};
use crate::inference::{Detail, Loaded, MaemcDetail, WeightsChoice, repeated};
use crate::jobs::JobContext;

/// Asks it about the axial montage; the coronal one is shown, and read by learning without labels alone.
pub(super) fn work(
    network: &MaemcNetwork,
    taught: (&Loaded, &WeightsChoice),
    request: &Request,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    ctx.step("Cutting the slices", 0.1)?;
    let start = Instant::now();
    let [axial, coronal] = montages(&request.volume, request.at, request.mode)?;
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;
    ctx.step("Running the network", 0.2)?;
    let forward = network.forward(&axial.values, ctx)?;
    let slices = maemc_rollout(&forward)?;
    let [granuloma, adenocarcinoma] = forward.logits;
    let spoken = Spoken {
        logits: forward.logits.to_vec(),
        probability: probability(&network.known, request.mode, adenocarcinoma - granuloma),
        regions: vec![axial.region, coronal.region],
        detail: Detail::Maemc(MaemcDetail {
            axial: Arc::clone(&axial.values),
            coronal: Arc::clone(&coronal.values),
            slices: slices.to_vec(),
        }),
        doubts: repeated(&[axial.region, coronal.region]).into_iter().collect(),
        unknown: Vec::new(),
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
    };
    send(Part::Answer(Arc::new(answer(&network.known, request, spoken))));
    let grid = request.volume.grid();
    let of = MaemcSampled::new(network, &axial);
    let mut maps = SampledMaps::new(request.parameters);
    let mut own = |method| map(method, (&forward, &of), &mut maps, grid, ctx);
    let mut others = |loaded: &Loaded, ask: &mut Ask<'_>| {
        let Loaded::Maemc(random) = loaded else { return Ok(()) };
        let (of_random, other) = (random.forward(&axial.values, ctx)?, MaemcSampled::new(random, &axial));
        let mut maps = SampledMaps::new(request.parameters);
        ask(&mut |method| map(method, (&of_random, &other), &mut maps, grid, ctx))
    };
    checked::maps(request, send, (&of, grid), &mut own, (taught, &mut others), ctx)
}

/// One map of the axial slices.
fn map(
    method: Method,
    (forward, of): (&MaemcForward, &MaemcSampled<'_>),
    sampled: &mut SampledMaps,
    grid: &VoxelGrid,
    ctx: &JobContext,
) -> Result<Saliency, ClassifyError> {
    Ok(match method {
        Method::Native | Method::AttentionRollout => {
            maemc_map(method, &maemc_rollout(forward)?, of.region(), grid)
        }
        _ => sampled.map(method, of, grid, ctx)?,
    })
}
