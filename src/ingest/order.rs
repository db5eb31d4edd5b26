//! Where slices lie: order along the normal, distance, gaps, shear. Pure geometry.
//!
//! Called by `assemble`. Distances come from positions alone: slice thickness and slice location
//! differ from them in overlapping and gapped reconstructions. Source: DICOM PS3.3 C.7.6.2.1.1.

use crate::geometry::{Patient, Point, Vector};

/// Further than this from each other, written places are no roundings of one place. Two decimals are the fewest that
/// are usual in Image Position (Patient): each of its three coordinates is then off by 0.005 mm at most, a place along
/// an oblique normal by 0.0087 mm, and two of them by twice as much.
const ROUNDING_MM: f64 = 0.02;
/// Of slices that follow each other more closely than that, those share a place that are nearer to each other than
/// this part of what is usual among them.
const SAME_OF_USUAL: f64 = 0.1;
/// What numbers of eight digits, added up, leave.
const NOTHING_MM: f64 = 1e-6;
/// Blank slices that a volume may have for each slice that is there.
const MOST_BLANK: usize = 2;
/// A distance is a hole if it is so many times as long as what is usual around it.
const HOLE: f64 = 2.5;
/// A shear is spoken of above this angle: rounded coordinates give less.
pub(super) const TILT_MIN_DEGREES: f64 = 0.1;

/// Directions of rows and columns as unit vectors, and the normal of the slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Orientation {
    /// Direction in which the column index grows.
    pub(super) row: Vector<Patient>,
    /// Direction in which the row index grows.
    pub(super) column: Vector<Patient>,
    /// `row` x `column`: slices are sorted along it.
    pub(super) normal: Vector<Patient>,
}

impl Orientation {
    /// From the six numbers of Image Orientation (Patient); `None` where they are not two
    /// directions at a right angle.
    pub(super) fn new(cosines: [f64; 6]) -> Option<Self> {
        let [a, b, c, d, e, f] = cosines;
        let row = Vector::new(a, b, c).unit()?;
        let column = Vector::new(d, e, f).unit()?;
        // Rounded cosines leave about 1e-4; a sheared pixel grid is no image that a scanner makes.
        if row.dot(column).abs() > 0.01 {
            return None;
        }
        Some(Self { row, column, normal: row.cross(column).unit()? })
    }

    /// Distance of a position along the normal, from the patient origin.
    pub(super) fn along(&self, p: Point<Patient>) -> f64 {
        let [x, y, z] = p.to_array();
        Vector::new(x, y, z).dot(self.normal)
    }

    /// Whether both show the same directions, up to rounding.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        // 2e-3 is a tenth of a degree and more than four written decimals can hide.
        (self.row - other.row).length() < 2e-3 && (self.column - other.column).length() < 2e-3
    }
}

/// What is odd about the places of slices.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Oddity {
    /// Whole slices are missing after the slice at slot `after`.
    Missing {
        /// Slot of the last slice before the gap.
        after: usize,
        /// How many are missing.
        count: usize,
    },
    /// Distances differ and no whole number of slices explains it.
    Uneven {
        /// Shortest distance, mm.
        shortest_mm: f64,
        /// Longest distance, mm.
        longest_mm: f64,
        /// Slots after which the distance is off.
        after: Vec<usize>,
    },
    /// Each slice is shifted against the one before.
    Tilt {
        /// Angle between the way from slice to slice and the normal.
        degrees: f64,
    },
    /// Slices are shifted to the side without a rule.
    Sideways {
        /// Largest shift, mm.
        largest_mm: f64,
        /// Slots of the slices that are off.
        slots: Vec<usize>,
    },
}

/// Slices on a regular grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrangement {
    /// From a slice to the next one.
    pub(super) step: Vector<Patient>,
    /// Slot of each slice, ascending; slots that are left out are missing slices.
    pub(super) slots: Vec<usize>,
    /// What is odd.
    pub(super) oddities: Vec<Oddity>,
}

impl Arrangement {
    /// Number of slots.
    pub(super) fn depth(&self) -> usize {
        self.slots.last().map_or(0, |last| last.saturating_add(1))
    }
}

/// Which slices share a place: the number of the place of each, from 0 on.
///
/// Places that differ by a rounding of their decimals are one. Where slices follow each other in steps that are no
/// longer than that over more than one rounding, as in micro-CT, the steps are true distances.
/// - `along`: places along the normal, mm, rising
pub(super) fn places(along: &[f64]) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(along.len());
    let mut number = 0usize;
    // Twice as far, so that steps of about one rounding fall on one side of it.
    for run in along.chunk_by(|a, b| b - a < 2.0 * ROUNDING_MM) {
        let length = run.last().zip(run.first()).map_or(0.0, |(last, first)| last - first);
        let limit = if length < ROUNDING_MM { ROUNDING_MM } else { limit_of_thin(run) };
        let mut first = None;
        for mm in run {
            let begun = *first.get_or_insert(*mm);
            if mm - begun >= limit {
                first = Some(*mm);
                number = number.saturating_add(1);
            }
            numbers.push(number);
        }
        number = number.saturating_add(1);
    }
    numbers
}

/// How near slices of a run of thin ones must be to share a place.
fn limit_of_thin(run: &[f64]) -> f64 {
    let distances = run.iter().zip(run.iter().skip(1)).map(|(a, b)| b - a);
    let apart: Vec<f64> = distances.filter(|mm| *mm > NOTHING_MM).collect();
    median(&apart).map_or(ROUNDING_MM, |usual| usual * SAME_OF_USUAL)
}

/// The regular grid that slices lie on.
///
/// - `positions`: centres of the first pixels, patient LPS mm, sorted along the normal, no two at
///   one position
/// - `pixel_mm`: the smaller distance of pixels; half of it is the shift that counts as none
/// - returns: `None` under two slices
pub(super) fn arrange(
    positions: &[Point<Patient>],
    orientation: &Orientation,
    pixel_mm: f64,
) -> Option<Arrangement> {
    let (first, last) = (*positions.first()?, *positions.last()?);
    let along: Vec<f64> = positions.iter().map(|p| orientation.along(*p)).collect();
    let distances: Vec<f64> = along.iter().zip(along.iter().skip(1)).map(|(a, b)| b - a).collect();
    let usual = median(&distances)?;
    let mut oddities = Vec::new();
    let slots = match slots_with_gaps(&along, &distances, usual) {
        Some(slots) => {
            for (a, b) in slots.iter().zip(slots.iter().skip(1)) {
                if b - a > 1 {
                    oddities.push(Oddity::Missing { after: *a, count: b - a - 1 });
                }
            }
            slots
        }
        None => {
            let off = |d: f64| (d - usual).abs() > tolerance_mm(usual);
            let (slots, holes) = slots_with_holes(&distances, usual);
            oddities.push(Oddity::Uneven {
                shortest_mm: distances.iter().copied().fold(f64::INFINITY, f64::min),
                longest_mm: distances.iter().copied().fold(0.0, f64::max),
                after: slots.iter().zip(&distances).filter(|(_, d)| off(**d)).map(|(k, _)| *k).collect(),
            });
            oddities.extend(holes);
            slots
        }
    };
    let steps = slots.last().copied().filter(|n| *n > 0)? as f64;
    let travelled = last - first;
    let distance = travelled.dot(orientation.normal);
    let sideways = travelled - orientation.normal * distance;
    let degrees = sideways.length().atan2(distance).to_degrees();
    // Slices that lie beside their places on a grid with this step, and how far.
    let beside = |step: Vector<Patient>| -> Vec<(usize, f64)> {
        let away = |(slot, p): (&usize, &Point<Patient>)| {
            let away = *p - (first + step * *slot as f64);
            (*slot, (away - orientation.normal * away.dot(orientation.normal)).length())
        };
        slots.iter().zip(positions).map(away).filter(|(_, mm)| *mm > pixel_mm * 0.5).collect()
    };
    let (sheared, upright) = (travelled * (1.0 / steps), orientation.normal * (distance / steps));
    let tilted = sideways.length() > pixel_mm * 0.5 && degrees > TILT_MIN_DEGREES;
    // Of a tilt most slices lie on one line; a table that was moved between two of them is none.
    let tilted = tilted && beside(sheared).len() * 4 <= positions.len();
    let step = if tilted { sheared } else { upright };
    if tilted {
        oddities.push(Oddity::Tilt { degrees });
    }
    let off = beside(step);
    if !off.is_empty() {
        oddities.push(Oddity::Sideways {
            largest_mm: off.iter().map(|(_, mm)| *mm).fold(0.0, f64::max),
            slots: off.into_iter().map(|(slot, _)| slot).collect(),
        });
    }
    Some(Arrangement { step, slots, oddities })
}

/// How far a slice may lie from its place on the grid: a tenth of the distance, 0.25 mm at most;
/// coordinates written with one decimal alone need 0.06 mm.
fn tolerance_mm(distance_mm: f64) -> f64 {
    (distance_mm * 0.1).min(0.25).max((distance_mm * 0.3).min(0.06))
}

/// Slot of each slice where every distance is a whole number of the usual one; `None` where it is
/// not, or where so much is missing that blank slices would fill the volume.
fn slots_with_gaps(along: &[f64], distances: &[f64], usual: f64) -> Option<Vec<usize>> {
    let mut slots = vec![0usize];
    let mut slot = 0usize;
    for distance in distances {
        let steps = (distance / usual).round().max(1.0);
        if steps > along.len().saturating_mul(MOST_BLANK).saturating_add(1) as f64 {
            return None;
        }
        slot = slot.checked_add(steps as usize)?;
        slots.push(slot);
    }
    let missing = slot.checked_add(1)?.checked_sub(along.len())?;
    if missing > along.len().saturating_mul(MOST_BLANK) {
        return None;
    }
    // Much is missing in a few long gaps; many slices far apart one after the other were scanned so.
    let mut gaps = (0..).zip(distances).filter(|(_, d)| **d > usual * 1.5);
    if missing > along.len().div_ceil(3) && !gaps.all(|(n, _)| is_hole(distances, n, usual)) {
        return None;
    }
    // The line that fits all of them: rounded coordinates are off at the ends as everywhere else.
    let n = along.len() as f64;
    let (mean_slot, mean) = (slots.iter().sum::<usize>() as f64 / n, along.iter().sum::<f64>() / n);
    let (mut spread, mut common) = (0.0, 0.0);
    for (slot, t) in slots.iter().zip(along) {
        let from_mean = *slot as f64 - mean_slot;
        spread += from_mean * from_mean;
        common += from_mean * (t - mean);
    }
    let step = common / spread;
    let fits = slots.iter().zip(along).all(|(slot, t)| {
        let place = mean + step * (*slot as f64 - mean_slot);
        (t - place).abs() <= tolerance_mm(step)
    });
    fits.then_some(slots)
}

/// Whether distance `n` is several times as long as the usual one and as both beside it.
fn is_hole(distances: &[f64], n: usize, usual: f64) -> bool {
    let beside = [n.checked_sub(1), n.checked_add(1)].into_iter().flatten();
    let longest = beside.filter_map(|n| distances.get(n)).copied().fold(usual, f64::max);
    distances.get(n).is_some_and(|distance| *distance > HOLE * longest)
}

/// Slots of slices at uneven distances: one after the other, but for holes, over which nothing may be made up.
fn slots_with_holes(distances: &[f64], usual: f64) -> (Vec<usize>, Vec<Oddity>) {
    let (mut slot, mut slots, mut holes) = (0usize, vec![0usize], Vec::new());
    for (n, distance) in distances.iter().enumerate() {
        let missing = if is_hole(distances, n, usual) {
            ((distance / usual).round() as usize).saturating_sub(1).max(1)
        } else {
            0
        };
        if missing > 0 {
            holes.push(Oddity::Missing { after: slot, count: missing });
        }
        slot = slot.saturating_add(1).saturating_add(missing);
        slots.push(slot);
    }
    (slots, holes)
}

/// Where a stack falls into pieces that have nothing to do with each other: number of the first slice of each
/// piece but the first one. Blank slices between them would be many more than there are slices.
/// - `along`: places along the normal, mm, rising
pub(super) fn far_apart(along: &[f64]) -> Vec<usize> {
    let distances: Vec<f64> = along.iter().zip(along.iter().skip(1)).map(|(a, b)| b - a).collect();
    let Some(usual) = median(&distances) else { return Vec::new() };
    let most = usual * along.len().saturating_mul(MOST_BLANK).saturating_add(1) as f64;
    (1..).zip(&distances).filter(|(_, d)| **d > most).map(|(n, _)| n).collect()
}

/// The middle of the distances, the lower of two; `None` for none or where it is not above zero.
fn median(distances: &[f64]) -> Option<f64> {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().filter(|d| *d > 0.0 && d.is_finite())
}

#[cfg(test)]
mod tests;
