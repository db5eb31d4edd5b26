//! What lies at the point, judged before anything that a network says of it.

use super::Request;
use crate::guard::{Guard, GuardModel, Look, Tissue};
use crate::inference::{Known, Region, RegionName};
use crate::volume::Unit;

/// What lies at the point is judged for trained weights in Hounsfield units: there is nothing to spoil in a number that
/// means nothing, and nothing to measure in other units.
/// - `context_mm`: side of the smallest and of the middle context in the plane
pub(super) fn judged(known: &Known, request: &Request, context_mm: [f64; 2]) -> Guard {
    if !known.card.trained || *request.volume.unit() != Unit::Hu {
        return Guard::default();
    }
    let look = Look::at(&Tissue::of(&request.volume), request.at.to_array());
    look.judge(GuardModel::built_in(), context_mm)
}

/// The same for a network of one context: the first region of this date around the point. What is asked of a whole slice
/// is not asked of the point, and nothing is judged there.
pub(super) fn judged_within(known: &Known, request: &Request, regions: &[Region]) -> Guard {
    let around = |region: &&Region| !matches!(region.name, RegionName::Prior | RegionName::Slice);
    regions.iter().find(around).map_or_else(Guard::default, |region| {
        let [across, down, _] = region.size_mm();
        judged(known, request, [across.min(down); 2])
    })
}
