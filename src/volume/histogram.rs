//! How often each value of a volume occurs.

use rayon::prelude::*;

use super::volume::{Padding, Values, Volume};
use super::window::Window;

/// Steps into which the range of real numbers is cut; whole numbers are counted one by one.
const STEPS: usize = 4096;

/// How often the values of a volume occur, padding left out.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeHistogram {
    /// Where the first step begins, in the unit of the volume.
    low: f64,
    /// Width of a step.
    step: f64,
    /// How many voxels lie in each step.
    counts: Vec<u64>,
    total: u64,
}

impl VolumeHistogram {
    /// Counts the slices that are there, on all cores; `None` where no value is there.
    pub fn of(volume: &Volume) -> Option<Self> {
        match volume.values() {
            Values::Int16(slices) => Self::of_whole(&slices.all(), volume.padding()),
            Values::Float32(slices) => Self::of_real(&slices.all(), volume.range()),
        }
    }

    fn of_whole(slices: &[&[i16]], padding: Option<Padding>) -> Option<Self> {
        const VALUES: usize = 1 << 16;
        let place = |value: i16| (i32::from(value) - i32::from(i16::MIN)) as usize;
        let mut counts = sum(slices, VALUES, |counts, slice: &[i16]| {
            for &value in slice {
                if let Some(count) = counts.get_mut(place(value)) {
                    *count += 1;
                }
            }
        });
        if let Some(padding) = padding {
            (padding.low..=padding.high).for_each(|value| {
                if let Some(count) = counts.get_mut(place(value)) {
                    *count = 0;
                }
            });
        }
        let first = counts.iter().position(|n| *n > 0)?;
        let last = counts.iter().rposition(|n| *n > 0)?;
        let counts: Vec<u64> = counts.drain(first..=last).collect();
        // A whole number stands for all that would be rounded to it.
        let low = first as f64 + f64::from(i16::MIN) - 0.5;
        Some(Self { low, step: 1.0, total: counts.iter().sum(), counts })
    }

    fn of_real(slices: &[&[f32]], range: [f32; 2]) -> Option<Self> {
        let [low, high] = range.map(f64::from);
        let step = (high - low) / STEPS as f64;
        if !(step.is_finite() && step > 0.0) {
            return None;
        }
        let counts = sum(slices, STEPS, |counts, slice: &[f32]| {
            for value in slice.iter().filter(|value| value.is_finite()) {
                let place = (((f64::from(*value) - low) / step) as usize).min(STEPS - 1);
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            }
        });
        let total = counts.iter().sum();
        (total > 0).then_some(Self { low, step, counts, total })
    }

    /// Lowest and highest value that occurs, in the unit of the volume.
    pub fn range(&self) -> [f64; 2] {
        [self.low + self.step / 2.0, self.low + self.step * (self.counts.len() as f64 - 0.5)]
    }

    /// The value below which this share (0 to 1) of the voxels lies.
    pub fn percentile(&self, share: f64) -> f64 {
        let wanted = share.clamp(0.0, 1.0) * self.total as f64;
        let mut below = 0u64;
        for (place, count) in self.counts.iter().enumerate() {
            below += count;
            if *count > 0 && below as f64 >= wanted {
                return self.low + self.step * (place as f64 + 0.5);
            }
        }
        self.range()[1]
    }

    /// The window from the value that one voxel in a hundred lies below to the one that one lies above.
    pub fn auto_window(&self) -> Window {
        Window::spanning(self.percentile(0.01), self.percentile(0.99))
    }

    /// How many voxels lie in each of `bins` parts of a range of values.
    /// - `low`, `high`: of the range, in the unit of the volume
    pub fn bins(&self, low: f64, high: f64, bins: usize) -> Vec<u64> {
        let mut found = vec![0u64; bins];
        let width = (high - low) / bins.max(1) as f64;
        if !(width.is_finite() && width > 0.0) {
            return found;
        }
        for (place, count) in self.counts.iter().enumerate() {
            let value = self.low + self.step * (place as f64 + 0.5);
            let bin = ((value - low) / width).floor();
            if bin >= 0.0
                && let Some(in_bin) = found.get_mut(bin as usize)
            {
                *in_bin += count;
            }
        }
        // A part narrower than a step is as high as the part before it, not empty.
        if width < self.step {
            let mut before = 0;
            for count in &mut found {
                if *count == 0 {
                    *count = before;
                }
                before = *count;
            }
        }
        found
    }
}

/// Counts slices on all cores, and adds up.
fn sum<T: Sync>(slices: &[&[T]], places: usize, count: impl Fn(&mut Vec<u64>, &[T]) + Sync) -> Vec<u64> {
    let none = || vec![0u64; places];
    slices
        .par_iter()
        .fold(none, |mut counts, slice| {
            count(&mut counts, slice);
            counts
        })
        .reduce(none, |mut a, b| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    fn grid(depth: usize) -> VoxelGrid {
        VoxelGrid::axis_aligned([10, 10, depth], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid")
    }

    fn whole(padding: Option<Padding>, slices: &[Vec<i16>]) -> VolumeHistogram {
        let volume = Volume::loading(grid(slices.len()), Unit::Hu, padding);
        for (k, slice) in slices.iter().enumerate() {
            volume.int16().expect("whole").fill(k, slice.clone().into()).expect("fits");
        }
        VolumeHistogram::of(&volume).expect("values")
    }

    #[test]
    fn whole_numbers_are_counted_one_by_one_and_padding_is_not() {
        let padding = Some(Padding { low: -2000, high: -1900 });
        let mut slice = vec![-2000i16; 40];
        slice.extend(vec![-1000; 30]);
        slice.extend(vec![40; 30]);
        let histogram = whole(padding, &[slice.clone(), slice]);
        assert_eq!((histogram.total, histogram.range()), (120, [-1000.0, 40.0]));
        assert_eq!(
            [0.0, 0.49, 0.51, 1.0].map(|share| histogram.percentile(share)),
            [-1000.0, -1000.0, 40.0, 40.0]
        );
        assert_eq!(histogram.bins(-1500.0, 500.0, 4), [0, 60, 0, 60]);
    }

    #[test]
    fn the_auto_window_leaves_a_hundredth_at_either_end() {
        // 0 to 9999, once each.
        let slices: Vec<Vec<i16>> = (0..100).map(|k| (0..100).map(|n| k * 100 + n).collect()).collect();
        let window = whole(None, &slices).auto_window();
        assert_eq!((window.centre() - window.width() / 2.0, window.width()), (99.0, 9800.0));
    }

    #[test]
    fn real_numbers_are_counted_too_and_what_is_none_is_not() {
        let slice: Box<[f32]> = (0..100).map(|n| if n == 7 { f32::NAN } else { n as f32 / 99.0 }).collect();
        let volume = Volume::real(grid(1), Unit::Named("SUV".to_owned()), vec![slice]).expect("fits");
        let histogram = VolumeHistogram::of(&volume).expect("values");
        assert_eq!(histogram.total, 99);
        // Tolerance: one step of a 4096th of the range.
        assert!((histogram.percentile(0.5) - 0.5).abs() < 0.02, "{}", histogram.percentile(0.5));
        let flat = Volume::real(grid(1), Unit::Stored, vec![vec![1.0; 100].into()]).expect("fits");
        assert_eq!(VolumeHistogram::of(&flat), None, "one value has no histogram to speak of");
    }

    #[test]
    fn nothing_has_no_histogram() {
        assert_eq!(VolumeHistogram::of(&Volume::loading(grid(2), Unit::Hu, None)), None);
    }
}
