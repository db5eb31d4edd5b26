//! The values inside a region.
//!
//! In a plane of the volume's own slices every voxel counts whose centre lies inside, with its own value.
//! In any other plane values are mixed between voxels (trilinear), at steps of the smallest spacing.

use super::measurement::Measurement;
use super::plane::{DrawnPlane, Flat};
use super::region::Region;
use crate::geometry::{GridAxis, VoxelGrid};
use crate::volume::{Sample, Values, Volume, sample};

/// Most positions looked at: past this the step grows, so that no frame waits.
const MOST: f64 = 400_000.0;
/// Normals this near to an axis of the volume are along it: the sine of the angle between them.
const ALONG: f64 = 1e-4;
/// A plane this near to a slice, in slices, is that slice.
const ON_SLICE: f64 = 0.05;
/// Bars of the histogram.
const BARS: usize = 32;

/// How often values occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The lower edge of the first bar, in the volume's unit.
    pub from: f64,
    /// Width of a bar.
    pub width: f64,
    /// Values in each bar; a value on an edge counts above it, the highest in the last.
    pub counts: Vec<u32>,
}

/// Values inside a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// How many values.
    pub count: usize,
    /// Positions inside whose value is not known: padding, outside of the volume, or not loaded yet.
    pub unknown: usize,
    /// Whether each value is a voxel's own; otherwise mixed between voxels.
    pub native: bool,
    /// Mean, in the volume's unit.
    pub mean: f64,
    /// Standard deviation of these values (divided by their number).
    pub sd: f64,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// How they are spread.
    pub histogram: Histogram,
}

/// The values inside a region; `None` for what is no region, or where no value is known in it.
pub(super) fn statistics(volume: &Volume, measurement: &Measurement) -> Option<Statistics> {
    let (plane, region) = Region::of(measurement)?;
    let (samples, native) = match native_slice(volume.grid(), &plane) {
        Some((axis, index)) => (native(volume, &plane, &region, axis, index), true),
        None => (mixed(volume, &plane, &region), false),
    };
    let unknown = samples.iter().filter(|value| value.is_none()).count();
    let values: Vec<f64> = samples.into_iter().flatten().collect();
    Some(Statistics { unknown, native, ..of(&values)? })
}

/// What is to be said of plain values; `None` of none.
fn of(values: &[f64]) -> Option<Statistics> {
    let count = values.len();
    if count == 0 {
        return None;
    }
    let n = count as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let histogram = histogram(values, min, max);
    Some(Statistics { count, unknown: 0, native: true, mean, sd: variance.sqrt(), min, max, histogram })
}

fn histogram(values: &[f64], min: f64, max: f64) -> Histogram {
    // Whole values have bars of whole width: otherwise some bars would have room for one value more.
    let whole = values.iter().all(|value| value.fract() == 0.0);
    let span = if whole { max - min + 1.0 } else { (max - min).max(f64::MIN_POSITIVE) };
    let width = if whole { (span / BARS as f64).ceil() } else { span / BARS as f64 };
    let bars = ((span / width).ceil() as usize).clamp(1, BARS);
    let mut counts = vec![0u32; bars];
    for value in values {
        let bar = (((value - min) / width) as usize).min(bars - 1);
        counts[bar] += 1;
    }
    Histogram { from: min, width, counts }
}

/// The slice that the plane is, where it is one: its axis and index.
fn native_slice(grid: &VoxelGrid, plane: &DrawnPlane) -> Option<(GridAxis, usize)> {
    let at = (grid.voxel_from_patient() * plane.origin).to_array();
    let size = grid.size();
    GridAxis::ALL.into_iter().find_map(|axis| {
        let n = axis.index();
        // Both directions of the plane keep the index.
        let [right, down] =
            [plane.basis.right, plane.basis.down].map(|v| grid.voxel_from_patient().vector(v).to_array());
        let spacing = grid.spacing_mm()[n];
        let flat = right[n].abs() * spacing < ALONG && down[n].abs() * spacing < ALONG;
        let index = at[n].round();
        let on = (at[n] - index).abs() <= ON_SLICE && index >= 0.0 && index < size[n] as f64;
        (flat && on).then_some((axis, index as usize))
    })
}

/// Every voxel of the slice whose centre lies inside.
fn native(
    volume: &Volume,
    plane: &DrawnPlane,
    region: &Region,
    axis: GridAxis,
    index: usize,
) -> Vec<Option<f64>> {
    let grid = volume.grid();
    let [[u0, v0], [u1, v1]] = region.bounds();
    let mut low = [f64::INFINITY; 3];
    let mut high = [f64::NEG_INFINITY; 3];
    for corner in [[u0, v0], [u1, v0], [u0, v1], [u1, v1]] {
        let at = (grid.voxel_from_patient() * plane.point(corner)).to_array();
        for n in 0..3 {
            (low[n], high[n]) = (low[n].min(at[n]), high[n].max(at[n]));
        }
    }
    let size = grid.size();
    let range = |n: usize| {
        if n == axis.index() {
            return index..index + 1;
        }
        let from = low[n].floor().max(0.0) as usize;
        let to = (high[n].ceil() + 1.0).clamp(0.0, size[n] as f64) as usize;
        from..to.max(from)
    };
    let mut samples = Vec::new();
    for k in range(2) {
        for j in range(1) {
            for i in range(0) {
                let centre = crate::geometry::Point::new(i as f64, j as f64, k as f64);
                if region.contains(plane.flat(grid.patient_from_voxel() * centre)) {
                    samples.push(own_value(volume, [i, j, k]));
                }
            }
        }
    }
    samples
}

/// A voxel's own value, in the volume's unit; `None` where it is padding or has not arrived.
pub fn own_value(volume: &Volume, voxel: [usize; 3]) -> Option<f64> {
    let value = volume.value(voxel)?;
    let padding = match volume.values() {
        Values::Int16(_) => volume.padding().is_some_and(|padding| padding.contains(value as i16)),
        Values::Float32(_) => false,
    };
    (!padding).then_some(f64::from(value))
}

/// Mixed values on a regular lattice inside.
fn mixed(volume: &Volume, plane: &DrawnPlane, region: &Region) -> Vec<Option<f64>> {
    let grid = volume.grid();
    let finest = grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    let [[u0, v0], [u1, v1]] = region.bounds();
    let step = finest.max(((u1 - u0) * (v1 - v0) / MOST).sqrt());
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    // Middles of steps: centred, so that what is seen from the other side has the same values, and never on the edge.
    let positions = |from: f64, to: f64| {
        let count = ((to - from) / step).floor().max(1.0);
        let first = (from + to - (count - 1.0) * step) / 2.0;
        (0..count as usize).map(move |n| first + n as f64 * step)
    };
    let mut samples = Vec::new();
    for v in positions(v0, v1) {
        for u in positions(u0, u1) {
            let at: Flat = [u, v];
            if region.contains(at) {
                samples.push(match sample(volume, grid.voxel_from_patient() * plane.point(at)) {
                    Sample::Value(value) => Some(value),
                    Sample::Padding | Sample::Outside | Sample::Loading => None,
                });
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_plain_values() {
        let figures = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).expect("values");
        // The textbook example of a standard deviation of 2.
        assert_eq!((figures.mean, figures.sd, figures.min, figures.max), (5.0, 2.0, 2.0, 9.0));
        assert_eq!(figures.histogram.width, 1.0);
        assert_eq!(figures.histogram.counts, [1, 0, 3, 2, 0, 1, 0, 1]);
        assert!(of(&[]).is_none());
    }

    #[test]
    fn one_value_and_fractions_have_a_histogram() {
        assert_eq!(of(&[-700.0; 3]).expect("values").histogram.counts, [3]);
        let fractions = of(&[0.25, 0.25]).expect("values").histogram;
        assert_eq!(fractions.counts.iter().sum::<u32>(), 2);
        let spread = of(&[-1.5, 0.0, 1.5]).expect("values").histogram;
        assert_eq!((spread.counts.len(), spread.counts[0], spread.counts[31]), (32, 1, 1));
    }
}
