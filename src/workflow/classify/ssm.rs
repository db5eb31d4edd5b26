//! LungNodule-SSM: one slice, whether it shows a nodule, the box of its head, what it attended to.

use std::sync::Arc;
use std::time::Instant;

use super::answer::{Spoken, answer};
use super::checked::{self, Ask};
use super::{ClassifyError, Part, Request};
use crate::explain::{ExplainError, Method, Saliency, Sampled, SampledMaps, SsmSampled, ssm_attention};
use crate::geometry::{VoxelBox, VoxelGrid};
use crate::inference::ssm::{Resolution, SsmForward, SsmNetwork, nearest_slice, slice_picture};
use crate::inference::{Detail, Loaded, SliceBox, SliceDetection, SsmDetail, WeightsChoice, squeezed};
use crate::jobs::JobContext;

/// Asks it about the slice nearest to the point.
pub(super) fn work(
    network: &SsmNetwork,
    taught: (&Loaded, &WeightsChoice),
    request: &Request,
    send: &dyn Fn(Part),
    ctx: &JobContext,
) -> Result<(), ClassifyError> {
    ctx.step("Preparing the slice", 0.1)?;
    let start = Instant::now();
    let grid = request.volume.grid();
    let slice = nearest_slice(grid, request.at);
    let resolution = Resolution::PUBLISHED;
    let picture = slice_picture(&request.volume, slice, resolution)?;
    let crop_ms = start.elapsed().as_secs_f64() * 1e3;
    ctx.step("Running the network", 0.2)?;
    let forward = network.forward(&picture.values, resolution.px(), !request.explain.is_empty(), ctx)?;
    let spoken = Spoken {
        // A forest has none; those of the detection head answer another question than it does.
        logits: forward.logits.filter(|_| !network.has_forest()).map(Vec::from).unwrap_or_default(),
        probability: forward.probability,
        regions: vec![picture.region],
        detail: Detail::Ssm(SsmDetail {
            forest: network.has_forest(),
            seen: picture.grey(),
            side: resolution.px(),
            detection: forward.logits.zip(forward.shares).map(|([none, nodule], shares)| {
                let [columns, rows, _] = grid.size();
                let found = SliceBox::of_shares(shares, [columns, rows]);
                SliceDetection {
                    probability: 1.0 / (1.0 + (none - nodule).exp()),
                    corners: found.corners([slice, slice], grid),
                    bounds: around(&found, slice),
                }
            }),
        }),
        doubts: squeezed(grid).into_iter().collect(),
        unknown: Vec::new(),
        crop_ms,
        upload_ms: forward.upload_ms,
        forward_ms: forward.forward_ms,
    };
    send(Part::Answer(Arc::new(answer(&network.known, request, spoken))));
    let (of, px) = (SsmSampled::new(network, &picture, resolution.px()), resolution.px());
    let mut maps = SampledMaps::new(request.parameters);
    let mut own = |method| map(method, (&forward, &of), &mut maps, grid, ctx);
    let mut others = |loaded: &Loaded, ask: &mut Ask<'_>| {
        let Loaded::Ssm(random) = loaded else { return Ok(()) };
        let of_random = random.forward(&picture.values, px, true, ctx)?;
        let other = SsmSampled::new(random, &picture, px);
        let mut maps = SampledMaps::new(request.parameters);
        ask(&mut |method| map(method, (&of_random, &other), &mut maps, grid, ctx))
    };
    checked::maps(request, send, (&of, grid), &mut own, (taught, &mut others), ctx)
}

/// One map of the slice.
fn map(
    method: Method,
    (forward, of): (&SsmForward, &SsmSampled<'_>),
    sampled: &mut SampledMaps,
    grid: &VoxelGrid,
    ctx: &JobContext,
) -> Result<Saliency, ClassifyError> {
    Ok(match method {
        Method::Native => {
            let attended = forward.attention.as_ref().ok_or(ExplainError::NoLayer("last"))?;
            ssm_attention(attended, of.region(), grid)
        }
        _ => sampled.map(method, of, grid, ctx)?,
    })
}

/// The smallest box of whole voxels that holds a box of a slice.
fn around(found: &SliceBox, slice: usize) -> VoxelBox {
    let mut bounds = VoxelBox { min: [0, 0, slice as i64], size: [1; 3] };
    for axis in 0..2 {
        // Edges lie half a voxel before the first and behind the last centre.
        let [first, last] = [(found.min[axis] + 0.5).floor(), (found.max[axis] - 0.5).ceil()];
        bounds.min[axis] = first as i64;
        bounds.size[axis] = (last - first).max(0.0) as usize + 1;
    }
    bounds
}
