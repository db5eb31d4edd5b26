//! What a network says of the places around a point, in the report.

use serde::Serialize;

use super::tidy;
use crate::explain::{Neighbourhood, Place, SAME_ANSWER, Stability, Why};

/// The answers around a point.
#[derive(Clone, Debug, Serialize)]
pub struct NeighbourhoodReport {
    /// Centres along each axis of the patient.
    pub centres: usize,
    /// From centre to centre.
    pub step_mm: f64,
    /// Places of the grid and of clicks that lie outside the volume: not asked about.
    pub outside: usize,
    /// Networks whose mean margin the probabilities are of.
    pub networks: usize,
    /// How far the answer stays on its side of one half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_side: Option<StabilityReport>,
    /// How far it changes by less than a tenth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_answer: Option<StabilityReport>,
    /// What clicks beside the point would have been told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<JitterReport>,
    /// Every place of the grid, the point first, from the middle outwards.
    pub places: Vec<PlaceReport>,
}

/// How far from the point something holds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StabilityReport {
    /// Distance of the last place for which, and for all nearer ones, it holds.
    pub radius_mm: f64,
    /// As far as was asked in all directions: the true radius may be larger.
    pub at_least: bool,
    /// What changed less than this, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_below: Option<f64>,
}

/// Clicks that are off.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct JitterReport {
    /// By how many voxels along each axis.
    pub voxels: usize,
    /// Places, the point included.
    pub places: usize,
    /// Mean probability.
    pub mean: f64,
    /// Lowest and highest.
    pub range: [f64; 2],
}

/// One place.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PlaceReport {
    /// From the point, LPS.
    pub offset_mm: [f64; 3],
    /// As if it had been clicked.
    pub probability: f64,
}

impl StabilityReport {
    fn new(found: Stability, change_below: Option<f64>) -> Self {
        Self { radius_mm: tidy(found.radius_mm), at_least: found.at_least, change_below }
    }
}

impl From<&Neighbourhood> for NeighbourhoodReport {
    fn from(found: &Neighbourhood) -> Self {
        let grid = found.places.iter().filter(|place| place.why != Why::Jitter);
        let place = |place: &Place| {
            let offset_mm = (place.at - found.at).to_array().map(tidy);
            Some(PlaceReport { offset_mm, probability: tidy(place.probability?) })
        };
        Self {
            centres: found.how.centres,
            step_mm: tidy(found.how.step_mm),
            outside: found.outside,
            networks: found.members,
            same_side: found.same_side().map(|found| StabilityReport::new(found, None)),
            same_answer: found.same_answer().map(|found| StabilityReport::new(found, Some(SAME_ANSWER))),
            jitter: found.jitter().map(|jitter| JitterReport {
                voxels: found.how.jitter_voxels,
                places: jitter.places,
                mean: tidy(jitter.mean),
                range: jitter.range.map(tidy),
            }),
            places: grid.filter_map(place).collect(),
        }
    }
}
