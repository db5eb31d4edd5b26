//! What the network says of the places around a point: how far a click may be off before the answer is
//! another one.
//!
//! Every place is asked about as if it had been clicked: its own crops, prepared as the mode prepares them. A
//! click that is off by some voxels is the commonest change that an answer meets, and none that it should
//! depend on.

use std::collections::HashMap;

use super::error::ExplainError;
use crate::geometry::{Patient, Point, Vector, Voxel, VoxelGrid};
use crate::inference::{ContextBox, Crop, M3NetNetwork, Mode, Sampling};
use crate::jobs::JobContext;
use crate::networks::Scale;
use crate::volume::Volume;

/// Places that are asked about at once: more would not be faster on a processor and fill an adapter's memory.
const BATCH: usize = 4;
/// How little of a probability may change for an answer to count as the same.
pub const SAME_ANSWER: f64 = 0.1;

/// Which places around a point are asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Around {
    /// Centres along each axis of the patient; odd, so that the point lies in the middle.
    pub centres: usize,
    /// From centre to centre, mm.
    pub step_mm: f64,
    /// By how many voxels a click may be off along each axis of the volume.
    pub jitter_voxels: usize,
}

impl Default for Around {
    fn default() -> Self {
        Self { centres: 5, step_mm: 2.0, jitter_voxels: 2 }
    }
}

impl Around {
    /// How far the grid reaches from the point along an axis, mm: up to there all directions were asked.
    pub fn reach_mm(&self) -> f64 {
        (self.centres / 2) as f64 * self.step_mm
    }
}

/// Why a place is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is the point.
    Point,
    /// A click may be off by as much.
    Jitter,
    /// It is a centre of the grid.
    Grid,
}

/// One place, and what the network says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Why it is asked about.
    pub why: Why,
    /// Where, LPS mm.
    pub at: Point<Patient>,
    /// From the point, mm.
    pub distance_mm: f64,
    /// The probability of the class that is asked about, calibrated; `None` while nobody was asked.
    pub probability: Option<f64>,
}

/// The answers around a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbourhood {
    /// The point, LPS mm.
    pub at: Point<Patient>,
    /// Which places.
    pub how: Around,
    /// The point first, then those of a click that is off, then the grid from the middle outwards.
    pub places: Vec<Place>,
    /// Places of the grid and of clicks that lie outside the volume: not asked about.
    pub outside: usize,
    /// Name of the network.
    pub model: String,
    /// SHA-256 of its weights, hex.
    pub weights_sha256: String,
    /// How many networks of an ensemble have answered about every place; the numbers are theirs together.
    pub members: usize,
    /// How many there are.
    pub ensemble: usize,
}

/// How far from the point something holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stability {
    /// The largest distance of a place, mm, within which it holds for every place that was asked about.
    pub radius_mm: f64,
    /// It holds as far as was asked in all directions: the true radius may be larger.
    pub at_least: bool,
}

/// What a click that is off by some voxels would have been told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    /// Mean probability, the point included.
    pub mean: f64,
    /// Lowest and highest.
    pub range: [f64; 2],
    /// Number of places.
    pub places: usize,
}

impl Neighbourhood {
    /// The places of a grid, nobody asked yet.
    /// - `of`: name of the network, SHA-256 of its weights, how many networks they hold
    pub fn begin(
        grid: &VoxelGrid,
        at: Point<Patient>,
        how: Around,
        (model, weights_sha256, ensemble): (&str, &str, usize),
    ) -> Self {
        let (places, outside) = places(grid, at, how);
        let (model, weights_sha256) = (model.to_owned(), weights_sha256.to_owned());
        Self { at, how, places, outside, model, weights_sha256, members: 0, ensemble }
    }

    /// The probability at the point itself, by those who have answered so far.
    pub fn centre(&self) -> Option<f64> {
        self.places.iter().find(|place| place.why == Why::Point).and_then(|place| place.probability)
    }

    /// Whether every network has answered about every place.
    pub fn is_whole(&self) -> bool {
        self.members >= self.ensemble
    }

    /// How far the answer stays on its side of one half.
    pub fn same_side(&self) -> Option<Stability> {
        let centre = self.centre()?;
        self.holds(|p| (p >= 0.5) == (centre >= 0.5))
    }

    /// How far the answer stays within [`SAME_ANSWER`] of itself.
    pub fn same_answer(&self) -> Option<Stability> {
        let centre = self.centre()?;
        self.holds(|p| (p - centre).abs() < SAME_ANSWER)
    }

    /// The largest distance up to which something holds; `None` before anybody was asked but at the point.
    fn holds(&self, so: impl Fn(f64) -> bool) -> Option<Stability> {
        let mut asked: Vec<(f64, bool)> = self
            .places
            .iter()
            .filter(|place| place.why != Why::Point)
            .filter_map(|place| Some((place.distance_mm, so(place.probability?))))
            .collect();
        asked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let furthest = asked.last()?.0;
        let broken = asked.iter().find(|(_, so)| !so).map_or(f64::INFINITY, |(distance, _)| *distance);
        // Beyond the reach of the grid only its corners were asked about.
        let reach = self.how.reach_mm().min(furthest);
        if broken > reach + NEAR_MM {
            return Some(Stability { radius_mm: reach, at_least: true });
        }
        let within = asked.iter().map(|(distance, _)| *distance).filter(|d| *d < broken - NEAR_MM);
        Some(Stability { radius_mm: within.fold(0.0, f64::max), at_least: false })
    }

    /// What clicks beside the point would have been told; `None` before all of them were asked.
    pub fn jitter(&self) -> Option<Jitter> {
        let near = self.places.iter().filter(|place| place.why != Why::Grid);
        let told: Option<Vec<f64>> = near.map(|place| place.probability).collect();
        let told = told.filter(|told| told.len() > 1)?;
        Some(Jitter {
            mean: told.iter().sum::<f64>() / told.len() as f64,
            range: [
                told.iter().copied().fold(f64::INFINITY, f64::min),
                told.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ],
            places: told.len(),
        })
    }
}

/// Distances that differ by less are the same: rounding of sums of millimetres.
const NEAR_MM: f64 = 1e-6;

/// The point, those of clicks that are off, the grid from the middle outwards; and how many lie outside.
fn places(grid: &VoxelGrid, at: Point<Patient>, how: Around) -> (Vec<Place>, usize) {
    let mut found = vec![Place { why: Why::Point, at, distance_mm: 0.0, probability: None }];
    let mut outside = 0;
    let mut add = |why, there: Point<Patient>| {
        if grid.voxel_at(grid.voxel_from_patient() * there).is_some() {
            found.push(Place { why, at: there, distance_mm: there.distance(at), probability: None });
        } else {
            outside += 1;
        }
    };
    let off = how.jitter_voxels as f64;
    if off > 0.0 {
        let point = grid.voxel_from_patient() * at;
        for by in offsets(3) {
            let by = by.map(|n| n as f64 * off);
            add(Why::Jitter, grid.patient_from_voxel() * (point + Vector::<Voxel>::from_array(by)));
        }
    }
    for by in offsets(how.centres) {
        add(Why::Grid, at + Vector::from_array(by.map(|n| n as f64 * how.step_mm)));
    }
    (found, outside)
}

/// All steps from the middle of a cube of so many places a side, the nearest first, but for none at all.
fn offsets(side: usize) -> Vec<[i64; 3]> {
    let half = (side / 2) as i64;
    let mut all = Vec::with_capacity(side.pow(3));
    for k in -half..=half {
        for j in -half..=half {
            for i in -half..=half {
                if [i, j, k] != [0; 3] {
                    all.push([i, j, k]);
                }
            }
        }
    }
    // Stable: equal distances keep their order.
    all.sort_by_key(|by| by.iter().map(|n| n * n).sum::<i64>());
    all
}

/// Asks about every place, one network of an ensemble after the other: what the first says of all of them is
/// the coarse picture.
/// - `at`: the point, LPS mm, inside the volume
/// - `told`: the answers so far: while the first network is asked after each batch, then after each network
/// - errors: slices that have not arrived, values that are no numbers, a device that failed; cancelled
pub fn neighbourhood(
    network: &M3NetNetwork,
    (volume, mode): (&Volume, Mode),
    at: Point<Patient>,
    how: Around,
    ctx: &JobContext,
    mut told: impl FnMut(&Neighbourhood),
) -> Result<Neighbourhood, ExplainError> {
    let grid = volume.grid();
    let sampling = Sampling::of(mode, grid)?;
    let of = (network.known.spec.name, network.known.weights_sha256.as_str(), network.members());
    let mut found = Neighbourhood::begin(grid, at, how, of);
    let contexts: Vec<[ContextBox; 3]> = found.places.iter().map(|place| sampling.boxes(place.at)).collect();
    // Places less than a voxel apart may read the same crops: they are asked about once.
    let (distinct, which) = distinct(&contexts);
    let temperature = network.known.temperature(mode).unwrap_or(1.0);
    let total = distinct.len() * network.members();
    let mut sums = vec![0.0f64; distinct.len()];
    let mut asked = 0;
    for member in 0..network.members() {
        let probability = |sum: f64| 1.0 / (1.0 + (-sum / (member + 1) as f64 / temperature).exp());
        for batch in (0..distinct.len()).collect::<Vec<_>>().chunks(BATCH) {
            let what = format!("Neighbourhood: {asked} of {total} answers");
            ctx.step(&what, asked as f32 / total.max(1) as f32)?;
            let mut crops: Vec<[Crop; 3]> = Vec::with_capacity(batch.len());
            for place in batch {
                let [micro, meso, wide] = &contexts[distinct[*place]];
                let crop = |context| sampling.crop(volume, context);
                crops.push([crop(micro)?, crop(meso)?, crop(wide)?]);
            }
            let margins = network.margins(member, &crops, ctx)?;
            for (place, margin) in batch.iter().zip(margins) {
                sums[*place] += margin;
            }
            asked += batch.len();
            if member == 0 {
                let known = batch.last().map_or(0, |last| last + 1);
                for (place, which) in found.places.iter_mut().zip(&which) {
                    place.probability = (*which < known).then(|| probability(sums[*which]));
                }
                told(&found);
            }
        }
        found.members = member + 1;
        for (place, which) in found.places.iter_mut().zip(&which) {
            place.probability = Some(probability(sums[*which]));
        }
        told(&found);
    }
    Ok(found)
}

/// The first of those that read the same voxels, and which of them each one is.
fn distinct(contexts: &[[ContextBox; 3]]) -> (Vec<usize>, Vec<usize>) {
    let mut known: HashMap<[[i64; 3]; 3], usize> = HashMap::new();
    let (mut firsts, mut which) = (Vec::new(), Vec::with_capacity(contexts.len()));
    for (n, context) in contexts.iter().enumerate() {
        let read = Scale::ALL.map(|scale| context[scale as usize].bounds.min);
        which.push(*known.entry(read).or_insert_with(|| {
            firsts.push(n);
            firsts.len() - 1
        }));
    }
    (firsts, which)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::context_boxes;

    fn grid() -> VoxelGrid {
        VoxelGrid::axis_aligned([120, 110, 64], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid")
    }

    /// Answers that follow a function of the distance alone.
    fn told(how: Around, probability: impl Fn(f64) -> f64) -> Neighbourhood {
        let (mut places, outside) = places(&grid(), grid().centre(), how);
        for place in &mut places {
            place.probability = Some(probability(place.distance_mm));
        }
        let (model, weights_sha256) = (String::new(), String::new());
        let at = grid().centre();
        Neighbourhood { at, how, places, outside, model, weights_sha256, members: 1, ensemble: 1 }
    }

    #[test]
    fn a_cube_of_centres_and_the_clicks_that_are_off_come_from_the_middle_outwards() {
        let (found, outside) = places(&grid(), grid().centre(), Around::default());
        assert_eq!((found.len(), outside), (1 + 26 + 124, 0));
        assert_eq!(found[0].why, Why::Point);
        // Two voxels: 1.4 mm in the plane, 2.5 mm along the body.
        assert!((found[1].distance_mm - 1.4).abs() < 1e-9 || (found[1].distance_mm - 2.5).abs() < 1e-9);
        let grid: Vec<f64> = found.iter().filter(|p| p.why == Why::Grid).map(|p| p.distance_mm).collect();
        assert!(grid.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9), "from the middle outwards");
        assert!((grid[0] - 2.0).abs() < 1e-9 && (grid[123] - 4.0 * 3f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn places_outside_the_volume_are_counted_and_not_asked_about() {
        let corner = grid().patient_from_voxel() * Point::new(0.0, 0.0, 0.0);
        let how = Around { centres: 3, step_mm: 5.0, jitter_voxels: 0 };
        let (found, outside) = places(&grid(), corner, how);
        // Of the 26 around a corner seven lie inside.
        assert_eq!((found.len() - 1, outside), (7, 19));
    }

    #[test]
    fn an_answer_that_falls_with_the_distance_is_stable_up_to_the_last_place_before_it_turns() {
        // One half is crossed at 3 mm: places lie at 2, 2.83 and 3.46 mm.
        let how = Around { centres: 5, step_mm: 2.0, jitter_voxels: 0 };
        let found = told(how, |mm| 0.5 + (3.0 - mm) * 0.1);
        let side = found.same_side().expect("asked");
        assert!((side.radius_mm - 8f64.sqrt()).abs() < 1e-9 && !side.at_least, "{side:?}");
        // It has changed by a tenth after one millimetre: nothing nearer was asked about.
        let same = found.same_answer().expect("asked");
        assert_eq!((same.radius_mm, same.at_least), (0.0, false));
    }

    #[test]
    fn what_holds_everywhere_holds_at_least_as_far_as_all_directions_were_asked() {
        let how = Around { centres: 5, step_mm: 2.0, jitter_voxels: 0 };
        let all = told(how, |_| 0.8).same_side().expect("asked");
        assert_eq!((all.radius_mm, all.at_least), (4.0, true));
        // A corner beyond that says nothing of the directions between.
        let corner = told(how, |mm| if mm > 6.0 { 0.2 } else { 0.8 }).same_side().expect("asked");
        assert_eq!((corner.radius_mm, corner.at_least), (4.0, true));
        assert_eq!(told(Around { centres: 1, ..how }, |_| 0.8).same_side(), None);
    }

    #[test]
    fn the_badge_is_of_the_point_and_the_clicks_beside_it_alone() {
        let how = Around { centres: 5, step_mm: 2.0, jitter_voxels: 2 };
        let mut found = told(how, |mm| if mm == 0.0 { 0.9 } else { 0.6 });
        for place in found.places.iter_mut().filter(|place| place.why == Why::Grid) {
            place.probability = Some(0.0);
        }
        let jitter = found.jitter().expect("asked");
        assert_eq!((jitter.places, jitter.range), (27, [0.6, 0.9]));
        assert!((jitter.mean - (0.9 + 26.0 * 0.6) / 27.0).abs() < 1e-12);
        found.places[5].probability = None;
        assert_eq!(found.jitter(), None, "half a badge is none");
    }

    #[test]
    fn places_that_read_the_same_voxels_are_asked_about_once() {
        let centre = grid().centre_voxel();
        let contexts: Vec<[ContextBox; 3]> = [0.0, 0.01, 1.0, 0.02]
            .map(|by| context_boxes(&grid(), centre + Vector::new(by, 0.0, 0.0)))
            .to_vec();
        assert_eq!(distinct(&contexts), (vec![0, 2], vec![0, 0, 1, 0]));
    }
}
