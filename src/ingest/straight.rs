//! Slices at uneven distances, or shifted against each other (a tilted gantry), become a volume on a straight
//! grid: every value comes from where it was measured.
//!
//! Between two slices values are interpolated; where a voxel's centre lies on a stored one, its value is that
//! one's. The grid keeps the pixels' spacing, its first and last slices are the first and last stored ones,
//! and its distance is the nearest to the usual one that fits a whole number of times between them.

use super::defect::{Defect, DefectCode};
use super::order::Orientation;
use crate::geometry::{Patient, Point, Transform, Vector, VoxelGrid};
use crate::volume::Padding;

/// A shift of less than this, pixels, is one of rounded coordinates.
const NO_SHIFT_PX: f64 = 0.5;
/// Nearer than this, in indices, a place is on the grid.
const ON_GRID: f64 = 1e-3;
/// The straight grid has at most so many times as many slices as are stored: more would be made up.
const MOST_SLICES: usize = 3;

/// Where the stored slices lie on the straight grid.
#[derive(Clone, Debug)]
pub struct Straight {
    /// The grid that the slices would have as they are stored.
    pub(super) stored: VoxelGrid,
    /// The straight grid.
    pub(super) grid: VoxelGrid,
    /// Columns, rows and slices of the straight grid.
    size: [usize; 3],
    /// Each slot that is there, rising.
    places: Vec<Placed>,
}

/// Number of a stored slice, and column, row and slice index of its first pixel on the straight grid.
type Placed = (usize, [f64; 3]);

/// What a slice of the straight grid is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    before: Placed,
    /// The next one and its share, above 0 and below 1; `None` where the slice lies on `before`.
    after: Option<(Placed, f64)>,
}

impl Between {
    /// Numbers of the stored slices.
    pub(super) fn slots(self) -> impl Iterator<Item = usize> {
        [Some(self.before.0), self.after.map(|((slot, _), _)| slot)].into_iter().flatten()
    }

    /// Number of the one that has the larger share.
    pub(super) fn nearest(self) -> usize {
        self.after.filter(|(_, share)| *share > 0.5).map_or(self.before.0, |((slot, _), _)| slot)
    }
}

impl Straight {
    /// The straight grid for slices at these places.
    /// - `stored`: the grid of the slices as they are
    /// - `positions`: centres of the first pixels, sorted along the normal; `slots`: number of each
    /// - `pixel_mm`: distance of columns, of rows
    /// - returns: `None` where the places follow no order that could be straightened
    pub(super) fn new(
        stored: VoxelGrid,
        positions: &[Point<Patient>],
        slots: &[usize],
        orientation: &Orientation,
        pixel_mm: [f64; 2],
    ) -> Option<Self> {
        let first = *positions.first()?;
        let parts = |v: Vector<Patient>| {
            let (column, row) = (v.dot(orientation.row), v.dot(orientation.column));
            [column / pixel_mm[0], row / pixel_mm[1], v.dot(orientation.normal)]
        };
        let places: Vec<[f64; 3]> = positions.iter().map(|p| parts(*p - first)).collect();
        let length = places.last()?[2];
        let mut distances: Vec<f64> =
            places.iter().zip(places.iter().skip(1)).map(|(a, b)| b[2] - a[2]).collect();
        distances.sort_by(f64::total_cmp);
        let usual = *distances.get(distances.len().saturating_sub(1) / 2)?;
        let steps = (length / usual).round().max(1.0);
        if !(steps.is_finite() && steps < (MOST_SLICES * positions.len()) as f64) {
            return None;
        }
        let step = length / steps;
        let [columns, rows, _] = stored.size();
        let across = Widened::of(places.iter().map(|p| p[0]), columns)?;
        let down = Widened::of(places.iter().map(|p| p[1]), rows)?;
        let size = [across.pixels, down.pixels, steps as usize + 1];
        let axes =
            [orientation.row * pixel_mm[0], orientation.column * pixel_mm[1], orientation.normal * step];
        let origin = first + axes[0] * across.first + axes[1] * down.first;
        let [i, j, k] = axes;
        let grid = VoxelGrid::new(size, Transform::from_axes(i, j, k, origin)).ok()?;
        let placed = places.iter().map(|[x, y, z]| [across.place(*x), down.place(*y), z / step]);
        let places = slots.iter().copied().zip(placed).collect();
        Some(Self { stored, grid, size, places })
    }

    /// Says in the sentences about irregular places what became of them. Numbers of slices stay those that are
    /// stored.
    pub(super) fn tell(&self, defects: &mut [Defect], as_stored: bool) {
        const RESAMPLED: &str = ": resampled by their true places";
        const AS_STORED: &str = ": shown as stored, where positions are not exact";
        let [.., distance] = self.grid.spacing_mm();
        for defect in defects {
            if !matches!(defect.code, DefectCode::UnevenSpacing | DefectCode::GantryTilt) {
                continue;
            }
            defect.mended = !as_stored;
            let told = defect.text.split_once(": ").map_or(defect.text.as_str(), |(told, _)| told);
            defect.text = if as_stored {
                format!("{told}{AS_STORED}")
            } else {
                let [.., slices] = self.size;
                format!(
                    "{told}{RESAMPLED} to {slices} slices {distance:.2} mm apart; between stored slices values are interpolated"
                )
            };
        }
    }

    /// How many slices the straight grid has.
    pub(super) fn depth(&self) -> usize {
        self.size[2]
    }

    /// The stored slices that a slice of the straight grid is made of; `None` where nothing was measured.
    pub(super) fn between(&self, k: usize) -> Option<Between> {
        let at = k as f64;
        let behind = self.places.partition_point(|(_, place)| place[2] <= at + ON_GRID);
        let before = *behind.checked_sub(1).and_then(|n| self.places.get(n))?;
        let part = at - before.1[2];
        if part <= ON_GRID {
            return Some(Between { before, after: None });
        }
        // Of what was never scanned nothing is made up.
        let after = *self.places.get(behind).filter(|(slot, _)| *slot == before.0 + 1)?;
        Some(Between { before, after: Some((after, part / (after.1[2] - before.1[2]))) })
    }

    /// A slice of the straight grid.
    /// - `values`: of the stored slices, by slot
    /// - `blank`: where nothing was measured; `padding`: what among the values says the same
    pub(super) fn slice<'a>(
        &self,
        k: usize,
        values: impl Fn(usize) -> Option<&'a [i16]>,
        blank: i16,
        padding: Option<Padding>,
    ) -> Box<[i16]> {
        let [columns, rows, _] = self.size;
        let mut out = vec![blank; columns * rows].into_boxed_slice();
        let Some(Between { before, after }) = self.between(k) else { return out };
        let of = |(slot, place): Placed| {
            let [columns, rows, _] = self.stored.size();
            Shifted { values: values(slot)?, size: [columns, rows], at: [place[0], place[1]], padding }
                .ready()
        };
        let Some(lower) = of(before) else { return out };
        let upper = match after {
            None => None,
            Some((after, share)) => match of(after) {
                Some(upper) => Some((upper, share)),
                None => return out,
            },
        };
        for (j, line) in out.chunks_exact_mut(columns.max(1)).enumerate() {
            for (i, value) in line.iter_mut().enumerate() {
                let Some(a) = lower.at(i, j) else { continue };
                let mixed = match &upper {
                    None => a,
                    Some((upper, share)) => {
                        let Some(b) = upper.at(i, j) else { continue };
                        let is_padding = |v: f64| padding.is_some_and(|p| p.contains(v.round() as i16));
                        match (is_padding(a) || is_padding(b), *share < 0.5) {
                            // A mark for "nothing was measured" mixes with no value.
                            (true, true) => a,
                            (true, false) => b,
                            (false, _) => a + (b - a) * share,
                        }
                    }
                };
                *value = mixed.round() as i16;
            }
        }
        out
    }
}

/// How far a straight grid reaches along rows or columns, so that it holds every shifted slice.
struct Widened {
    /// Index of its first pixel, counted from that of the first slice.
    first: f64,
    pixels: usize,
    /// Whether any slice is shifted; rounded coordinates are no shift.
    shifted: bool,
}

impl Widened {
    /// - returns: `None` where slices lie farther apart than they are wide
    fn of(places: impl Iterator<Item = f64> + Clone, pixels: usize) -> Option<Self> {
        let low = places.clone().fold(f64::INFINITY, f64::min);
        let high = places.fold(f64::NEG_INFINITY, f64::max);
        if high - low < NO_SHIFT_PX {
            return Some(Self { first: 0.0, pixels, shifted: false });
        }
        let more = high.ceil() - low.floor();
        (more <= pixels as f64).then(|| Self {
            first: low.floor(),
            pixels: pixels.saturating_add(more as usize),
            shifted: true,
        })
    }

    fn place(&self, place: f64) -> f64 {
        if self.shifted { place - self.first } else { 0.0 }
    }
}

/// A stored slice, moved by parts of pixels.
struct Shifted<'a> {
    values: &'a [i16],
    size: [usize; 2],
    /// Column and row of its first pixel.
    at: [f64; 2],
    padding: Option<Padding>,
}

impl Shifted<'_> {
    fn ready(self) -> Option<Self> {
        (self.values.len() == self.size[0] * self.size[1]).then_some(self)
    }

    fn pixel(&self, i: i64, j: i64) -> Option<i16> {
        let (i, j) = (usize::try_from(i).ok()?, usize::try_from(j).ok()?);
        if i >= self.size[0] {
            return None;
        }
        self.values.get(j.checked_mul(self.size[0])?.checked_add(i)?).copied()
    }

    /// The value at a pixel of the straight grid, bilinear; `None` outside the stored picture.
    fn at(&self, i: usize, j: usize) -> Option<f64> {
        let (x, y) = (i as f64 - self.at[0], j as f64 - self.at[1]);
        let nearest = || self.pixel(x.round() as i64, y.round() as i64).map(f64::from);
        if (x - x.round()).abs() < ON_GRID && (y - y.round()).abs() < ON_GRID {
            return nearest();
        }
        let (left, top) = (x.floor(), y.floor());
        let (u, v) = (x - left, y - top);
        let mut sum = 0.0;
        for (right, below, weight) in
            [(0, 0, (1.0 - u) * (1.0 - v)), (1, 0, u * (1.0 - v)), (0, 1, (1.0 - u) * v), (1, 1, u * v)]
        {
            if weight < ON_GRID {
                continue;
            }
            let value = self.pixel(left as i64 + right, top as i64 + below)?;
            if self.padding.is_some_and(|p| p.contains(value)) {
                return nearest();
            }
            sum += weight * f64::from(value);
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orientation() -> Orientation {
        Orientation::new([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]).expect("right angles")
    }

    /// What becomes of slices at these places.
    fn straight(positions: &[[f64; 3]], slots: &[usize]) -> Straight {
        let positions: Vec<Point<Patient>> = positions.iter().map(|p| Point::from_array(*p)).collect();
        let last = slots.last().copied().expect("slots");
        let travelled = positions[positions.len() - 1] - positions[0];
        let axes = [Vector::new(2.0, 0.0, 0.0), Vector::new(0.0, 2.0, 0.0), travelled * (1.0 / last as f64)];
        let [i, j, k] = axes;
        let stored =
            VoxelGrid::new([6, 5, last + 1], Transform::from_axes(i, j, k, positions[0])).expect("a grid");
        Straight::new(stored, &positions, slots, &orientation(), [2.0; 2]).expect("straight")
    }

    /// What a scan of `hu` stores: each pixel's value is that of the place where it really lies.
    fn stored(positions: &[[f64; 3]], hu: impl Fn([f64; 3]) -> f64) -> Vec<Vec<i16>> {
        let pixel = |p: &[f64; 3], n: usize| {
            hu([p[0] + 2.0 * (n % 6) as f64, p[1] + 2.0 * (n / 6) as f64, p[2]]).round() as i16
        };
        positions.iter().map(|p| (0..30).map(|n| pixel(p, n)).collect()).collect()
    }

    /// Linear in every direction: what lies between is known.
    fn ramp([x, y, z]: [f64; 3]) -> f64 {
        20.0 * x - 12.0 * y + 40.0 * z
    }

    #[test]
    fn uneven_slices_give_every_voxel_the_value_of_its_place() {
        let positions = [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 5.0], [0.0, 0.0, 7.0], [0.0, 0.0, 9.9]];
        let straight = straight(&positions, &[0, 1, 2, 3, 4]);
        let grid = straight.grid;
        // 9.9 mm in five steps of about 2 mm.
        assert_eq!(grid.size(), [6, 5, 6]);
        let slices = stored(&positions, ramp);
        for k in 0..6 {
            let slice = straight.slice(k, |slot| slices.get(slot).map(Vec::as_slice), -1000, None);
            for (n, value) in slice.iter().enumerate() {
                let index = Point::new((n % 6) as f64, (n / 6) as f64, k as f64);
                let place = (grid.patient_from_voxel() * index).to_array();
                // Stored values and the result are rounded.
                assert!((f64::from(*value) - ramp(place)).abs() <= 1.0, "{place:?}: {value}");
            }
        }
        // The first slice is the first one stored, to the number.
        assert_eq!(
            straight.slice(0, |slot| slices.get(slot).map(Vec::as_slice), 0, None).to_vec(),
            slices[0]
        );
    }

    #[test]
    fn a_tilted_stack_stands_upright_and_nothing_is_made_up_beside_it() {
        let positions: Vec<[f64; 3]> =
            (0..5).map(|n| [0.0, 0.7 * f64::from(n), 2.0 * f64::from(n)]).collect();
        let straight = straight(&positions, &[0, 1, 2, 3, 4]);
        let grid = straight.grid;
        // 2.8 mm to the side are 1.4 rows: two more.
        assert_eq!(grid.size(), [6, 7, 5]);
        let slices = stored(&positions, ramp);
        let mut measured = 0;
        for (k, [_, first, _]) in positions.iter().enumerate() {
            let slice = straight.slice(k, |slot| slices.get(slot).map(Vec::as_slice), -1000, None);
            for (n, value) in slice.iter().enumerate() {
                let index = Point::new((n % 6) as f64, (n / 6) as f64, k as f64);
                let place = (grid.patient_from_voxel() * index).to_array();
                if place[1] < first - 1e-6 || place[1] > first + 8.0 + 1e-6 {
                    assert_eq!(*value, -1000, "{place:?}");
                } else {
                    measured += 1;
                    assert!((f64::from(*value) - ramp(place)).abs() <= 1.0, "{place:?}: {value}");
                }
            }
        }
        assert!(measured >= 5 * 6 * 4, "{measured}");
    }

    #[test]
    fn a_gap_stays_blank_and_padding_is_mixed_with_nothing() {
        let positions = [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 8.0], [0.0, 0.0, 10.5]];
        let straight = straight(&positions, &[0, 1, 4, 5]);
        let mut slices: std::collections::BTreeMap<usize, Vec<i16>> =
            [0, 1, 4, 5].into_iter().zip(stored(&positions, |_| 100.0)).collect();
        let at = |slices: &std::collections::BTreeMap<usize, Vec<i16>>, k| {
            let padding = Some(Padding { low: -2000, high: -2000 });
            straight.slice(k, |slot| slices.get(&slot).map(Vec::as_slice), -1000, padding)
        };
        let depth = straight.size[2];
        let blank: Vec<bool> = (0..depth).map(|k| at(&slices, k)[0] == -1000).collect();
        // 10.5 mm in four steps: what lies between 2 and 8 mm was never scanned.
        assert_eq!(blank, [false, true, true, true, false]);
        slices.get_mut(&5).expect("there").fill(-2000);
        for k in 0..depth {
            assert!(at(&slices, k).iter().all(|v| [100, -1000, -2000].contains(v)));
        }
    }

    #[test]
    fn places_that_would_need_mostly_invented_slices_are_left_as_they_are() {
        let positions: Vec<Point<Patient>> =
            [0.0, 0.1, 0.2, 30.0].map(|z| Point::new(0.0, 0.0, z)).into_iter().collect();
        let grid =
            VoxelGrid::axis_aligned([6, 5, 4], [2.0, 2.0, 10.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        assert!(Straight::new(grid, &positions, &[0, 1, 2, 3], &orientation(), [2.0; 2]).is_none());
    }
}
