//! CSF-Net: where it looked on the later date, and what each clinical field did.

use super::error::ExplainError;
use super::laid::Laid;
use super::method::Method;
use super::saliency::Saliency;
use crate::geometry::VoxelGrid;
use crate::inference::csf::{CsfForward, CsfNetwork};
use crate::inference::{Region, read};
use crate::networks::Taps;
use crate::networks::csf::{CsfNet, Trunk};

/// Slices, rows, columns of a region of interest.
const SAMPLES: [usize; 3] = [CsfNet::REGION[2], CsfNet::REGION[1], CsfNet::REGION[0]];

/// The spatial gate of the trunk's first stage on one date, 0 to 1: cells of 2 mm. It steers what the
/// network adds to its features there. Source: CSF-NET, CBAM.
/// - `date`: 0 the earlier, 1 the later
/// - `region`: of that date, in the series of that date
pub fn csf_gate(
    forward: &CsfForward,
    date: usize,
    region: &Region,
    grid: &VoxelGrid,
) -> Result<Saliency, ExplainError> {
    let gate = forward.gates.get(date).ok_or(ExplainError::NoLayer("asked-for"))?;
    let [_, _, d, h, w] = gate.dims();
    let values = read(gate.clone().flatten::<2>(0, 3))?.into_iter().map(|v| v as f32).collect();
    Ok(gates(Method::Native, [d, h, w], values, false).over(region, grid))
}

/// The gate of the later date less that of the earlier one, -1 to 1, laid over the later date: what is
/// looked at now and was not then. The dates lie on each other by the points that were given, and are not
/// registered.
/// - `region`: of the later date
pub fn csf_change(forward: &CsfForward, region: &Region, grid: &VoxelGrid) -> Result<Saliency, ExplainError> {
    let [earlier, later] = forward.gates.clone();
    let [_, _, d, h, w] = later.dims();
    let values = read((later - earlier).flatten::<2>(0, 3))?.into_iter().map(|v| v as f32).collect();
    Ok(gates(Method::DateDifference, [d, h, w], values, true).over(region, grid))
}

fn gates(method: Method, shape: [usize; 3], values: Vec<f32>, signed: bool) -> Laid {
    let cells = Trunk::GATES[CsfNetwork::GATE].1;
    Laid { method, shape, values, cells, samples: SAMPLES, unit: "gate", signed }
}

/// How much the margin falls when one clinical field says nothing, in logits: its embedding replaced by
/// the mean over its categories.
/// - returns: in the order of `csf::FIELDS`
pub fn csf_fields(
    network: &CsfNetwork,
    forward: &CsfForward,
    codes: [usize; 6],
) -> Result<[f64; 6], ExplainError> {
    let net = network.net();
    let clinical = net.clinical(&[codes]).map_err(|_| ExplainError::NoNumber)?;
    let features = forward.features.clone().map(|x| net.rest_of_trunk(x));
    let whole = forward.logits[1] - forward.logits[0];
    let mut falls = [0.0; 6];
    for (field, fall) in falls.iter_mut().enumerate() {
        let embedded = net.embed_without(&clinical, field);
        let logits = read(net.join(features.clone(), embedded, &mut Taps::off()))?;
        let &[benign, malignant] = logits.as_slice() else { return Err(ExplainError::NoNumber) };
        *fall = whole - (malignant - benign);
    }
    Ok(falls)
}
