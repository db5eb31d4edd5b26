//! One slice to the three channels of the transformer.

use std::sync::Arc;

use rayon::prelude::*;

use super::pillow::{kernels, row, rows_to_row};
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::place::Place;
use crate::inference::{InferenceError, Region, RegionName};
use crate::networks::ssm::PATCH;
use crate::volume::{Slices, Values, Volume};

/// HU that become 0 and 255. Ours: the published code begins with pictures and does not say how they were
/// made.
const WINDOW_HU: [f32; 2] = [-1000.0, 400.0];
/// Mean and deviation of the pictures that DINOv2 was taught on (ImageNet), red, green, blue.
/// Source: LungNodule-SSM, config.py.
pub(crate) const CHANNELS: [[f32; 2]; 3] = [[0.485, 0.229], [0.456, 0.224], [0.406, 0.225]];

/// Columns and rows to which a slice is resized: a multiple of the transformer's patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution(usize);

impl Resolution {
    /// 504: 36 patches of 14. Source: LungNodule-SSM, config.py.
    pub const PUBLISHED: Self = Self(36 * PATCH);

    /// `None` for what is no multiple of 14, 0, or more than 4200: no slice has more detail than that, and
    /// the transformer's attention would need hundreds of gigabytes.
    pub fn new(px: usize) -> Option<Self> {
        (px > 0 && px <= 300 * PATCH && px.is_multiple_of(PATCH)).then_some(Self(px))
    }

    /// Columns, and as many rows.
    pub const fn px(self) -> usize {
        self.0
    }
}

/// A slice as the network reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct SlicePicture {
    /// The whole slice, one voxel thick.
    pub region: Region,
    /// 3 x resolution x resolution, order [channel][row][column]; rows go with j, columns with i.
    pub values: Arc<[f32]>,
}

/// The slice that a question about a point is a question about: the one whose centre is nearest.
/// - `at`: in the patient, LPS mm; beyond the ends of the series it is the first or the last
pub fn nearest_slice(grid: &VoxelGrid, at: Point<Patient>) -> usize {
    Place::new(grid, at).slice()
}

/// What is read of a slice: all of it.
/// - `slice`: one of the grid
pub fn region(grid: &VoxelGrid, slice: usize) -> Region {
    let [columns, rows, _] = grid.size();
    let bounds = VoxelBox { min: [0, 0, slice as i64], size: [columns, rows, 1] };
    Region::of_voxels(RegionName::Slice, bounds, grid)
}

impl SlicePicture {
    /// One channel, 0 to 1, before it is scaled: what is the same in all three.
    pub fn grey(&self) -> Arc<[f32]> {
        let [mean, deviation] = CHANNELS[0];
        let first = self.values.iter().take(self.values.len() / CHANNELS.len());
        first.map(|value| value * deviation + mean).collect()
    }
}

/// A slice as the network reads it.
///
/// - -1000 to 400 HU become 0 to 255, cut off outside, rounded to the nearest whole number, halves up
///   (`floor(x + 0.5)`): ours, as the published code begins with the pictures. NumPy's `astype(uint8)` would
///   cut the fraction off and make every slice half a level darker; rounding halves to even would differ at
///   2 of the 1401 values. [`crate::volume::reslice_grey`] rounds likewise.
/// - Resized to the resolution as Pillow's bilinear filter with antialiasing does, in its own whole numbers;
///   a slice that is no square is squeezed ([`crate::inference::squeezed`] says so).
/// - The same grey in three channels, `(grey / 255 - mean) / deviation`, in single precision as torchvision
///   does.
/// - Padding values of the file are read as they are; below the window they are black.
///
/// Works on all cores for a few milliseconds, and holds one slice besides its result.
/// - errors: the slice has not arrived, or there is none; values that are no numbers
/// - source: LungNodule-SSM, dataset.py
pub fn slice_picture(
    volume: &Volume,
    slice: usize,
    resolution: Resolution,
) -> Result<SlicePicture, InferenceError> {
    let values = match volume.values() {
        Values::Int16(slices) => picture(slices, volume.grid(), slice, resolution),
        Values::Float32(slices) => picture(slices, volume.grid(), slice, resolution),
    }?;
    Ok(SlicePicture { region: region(volume.grid(), slice), values })
}

fn picture<T>(
    slices: &Slices<T>,
    grid: &VoxelGrid,
    slice: usize,
    resolution: Resolution,
) -> Result<Arc<[f32]>, InferenceError>
where
    T: Copy + Send + Sync,
    f32: From<T>,
{
    let [width, height, _] = grid.size();
    let side = resolution.px();
    let source = slices.slice(slice).ok_or(InferenceError::StillLoading)?;
    let columns = kernels(width, side);
    let mut narrow = vec![0u8; side * height];
    let lines = narrow.par_chunks_exact_mut(side).zip(source.par_chunks_exact(width));
    lines.try_for_each_init(
        || vec![0u8; width],
        |line, (out, source)| {
            for (grey, value) in line.iter_mut().zip(source) {
                let value = f32::from(*value);
                // An infinite value would be cut off to one that looks measured.
                if !value.is_finite() {
                    return Err(InferenceError::NoNumbers);
                }
                *grey = grey_of(value);
            }
            row(line, &columns, out);
            Ok(())
        },
    )?;
    let levels = CHANNELS.map(levels);
    let rows = kernels(height, side);
    let mut values: Arc<[f32]> = std::iter::repeat_n(0.0, 3 * side * side).collect();
    let (red, others) = Arc::make_mut(&mut values).split_at_mut(side * side);
    let (green, blue) = others.split_at_mut(side * side);
    let lines = red.par_chunks_exact_mut(side).zip(green.par_chunks_exact_mut(side));
    lines.zip(blue.par_chunks_exact_mut(side)).zip(&rows).for_each_init(
        || (vec![0i32; side], vec![0u8; side]),
        |(sums, line), (((red, green), blue), kernel)| {
            rows_to_row(&narrow, kernel, sums, line);
            for (channel, levels) in [red, green, blue].into_iter().zip(&levels) {
                channel.iter_mut().zip(&*line).for_each(|(out, grey)| *out = levels[usize::from(*grey)]);
            }
        },
    );
    Ok(values)
}

/// What the network reads for so many Hounsfield units, 0 to 1, before its channels are scaled.
pub fn of_hu(hu: f32) -> f32 {
    f32::from(grey_of(hu)) / 255.0
}

/// The level of a value, 0 to 255.
fn grey_of(hu: f32) -> u8 {
    let [low, high] = WINDOW_HU;
    let range = high - low;
    // The product is exact for whole numbers, so that halves are halves; the cast cuts the fraction off.
    ((hu - low).clamp(0.0, range) * 255.0 / range + 0.5) as u8
}

/// What each level becomes in a channel.
fn levels([mean, deviation]: [f32; 2]) -> [f32; 256] {
    std::array::from_fn(|grey| (grey as f32 / 255.0 - mean) / deviation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::Unit;

    fn grid(size: [usize; 3]) -> VoxelGrid {
        VoxelGrid::axis_aligned(size, [0.7, 0.8, 2.0], Point::new(-100.0, 50.0, 300.0)).expect("a grid")
    }

    fn one_slice(size: [usize; 2], value: impl Fn(usize, usize) -> i16) -> Volume {
        let volume = Volume::loading(grid([size[0], size[1], 1]), Unit::Hu, None);
        let slice = (0..size[0] * size[1]).map(|n| value(n % size[0], n / size[0])).collect();
        volume.int16().expect("whole numbers").fill(0, slice).expect("fits");
        volume
    }

    #[test]
    fn levels_are_nearest_and_halves_go_up() {
        assert_eq!([-3000.0, -1000.0, 400.0, 3000.0].map(grey_of), [0, 0, 255, 255]);
        // 140 of 1400 are 25.5 of 255, 420 are 76.5.
        assert_eq!([-860.0, -861.0, -580.0, -300.0].map(grey_of), [26, 25, 77, 128]);
        for hu in -1000..=400 {
            let exact = ((hu + 1000) * 510 + 1400) / 2800;
            assert_eq!(i32::from(grey_of(hu as f32)), exact, "{hu} HU");
        }
    }

    #[test]
    fn channels_are_the_same_grey_after_imagenets_mean_and_deviation() {
        let resolution = Resolution::new(28).expect("a multiple of 14");
        let found = slice_picture(&one_slice([5, 4], |_, _| -300), 0, resolution).expect("read");
        assert_eq!(found.values.len(), 3 * 28 * 28);
        // -300 HU are 127.5 of 255, level 128.
        for (channel, expected) in found.values.chunks_exact(28 * 28).zip([
            (128.0 / 255.0 - 0.485) / 0.229,
            (128.0 / 255.0 - 0.456) / 0.224,
            (128.0 / 255.0 - 0.406) / 0.225,
        ]) {
            // Single precision of numbers below 1, divided by 0.2.
            assert!(channel.iter().all(|v| (v - expected).abs() < 1e-6));
        }
        let grey = found.grey();
        assert_eq!(grey.len(), 28 * 28);
        assert!(grey.iter().all(|v| (v - 128.0 / 255.0).abs() < 1e-6));
    }

    #[test]
    fn a_mark_in_the_patient_is_at_its_place_in_the_picture() {
        let size = [28, 28, 9];
        let mark = [20, 5, 4];
        let volume = Volume::loading(grid(size), Unit::Hu, None);
        for k in 0..9 {
            let slice = (0..28 * 28).map(|n| if [n % 28, n / 28, k] == mark { 400 } else { -1000 }).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
        }
        let patient = volume.grid().patient_from_voxel() * Point::from_array(mark.map(|n| n as f64));
        // Column 20 of 0.7 mm from -100 mm on, row 5 of 0.8 mm from 50 mm on, slice 4 of 2 mm from 300 mm on.
        assert!(patient.distance(Point::new(-86.0, 54.0, 308.0)) < 1e-9);
        let slice = nearest_slice(volume.grid(), patient);
        assert_eq!(slice, 4);
        let found = slice_picture(&volume, slice, Resolution::new(28).expect("fits")).expect("read");
        assert_eq!((found.region.bounds.min, found.region.bounds.size), ([0, 0, 4], [28, 28, 1]));
        for channel in found.values.chunks_exact(28 * 28) {
            let bright: Vec<_> =
                (0..28 * 28).filter(|n| channel[*n] > 0.0).map(|n| [n % 28, n / 28]).collect();
            assert_eq!(bright, [[20, 5]]);
        }
        // Half-way between two slices is the upper one's, as everywhere; beyond the ends are the ends.
        let at = |k: f64| volume.grid().patient_from_voxel() * Point::new(3.0, 3.0, k);
        assert_eq!([3.49, 3.5, -7.0, 80.0].map(|k| nearest_slice(volume.grid(), at(k))), [3, 4, 0, 8]);
    }

    #[test]
    fn only_multiples_of_a_patch_are_resolutions() {
        assert_eq!(Resolution::new(504), Some(Resolution::PUBLISHED));
        assert_eq!([0, 13, 500, 14 * 301].map(Resolution::new), [None; 4]);
    }

    #[test]
    fn absent_slices_and_values_that_are_no_numbers_are_refused() {
        let resolution = Resolution::new(14).expect("a multiple of 14");
        let empty = Volume::loading(grid([4, 4, 3]), Unit::Hu, None);
        for k in [1, 3, usize::MAX] {
            let found = slice_picture(&empty, k, resolution);
            assert!(matches!(found, Err(InferenceError::StillLoading)));
        }
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut slices = vec![vec![0.0f32; 16].into_boxed_slice(); 2];
            slices[1][7] = wrong;
            let volume = Volume::real(grid([4, 4, 2]), Unit::Hu, slices).expect("fits");
            assert!(slice_picture(&volume, 0, resolution).is_ok());
            assert!(matches!(slice_picture(&volume, 1, resolution), Err(InferenceError::NoNumbers)));
        }
    }
}
