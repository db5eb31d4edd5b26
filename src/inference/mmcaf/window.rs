//! Windows of 12 slices: which ones, and their values.

use std::sync::Arc;

use rayon::prelude::*;

use super::area::Area;
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::place::{Place, outside};
use crate::inference::{InferenceError, Mode, Region, RegionName};
use crate::networks::mmcaf::Field;
use crate::volume::{Slices, Values, Volume};

/// Taken from every value after the window. Source: MMCAF-Net, ct/ct_pe_constants.py (`CONTRAST_HU_MEAN`).
pub(crate) const MEAN: f32 = 0.15897;

/// A window as the network reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Its slices: all of them, or as much of them as the network reads.
    pub region: Region,
    /// 12 x 192 x 192, or as many as the field has, order [slice][row][column]; from -0.159 to 0.841.
    pub values: Arc<[f32]>,
}

/// Which windows are asked about a point, without reading any value; the answer is the highest of theirs.
///
/// - The first is centred at the point's slice: it starts 6 slices before it, as the published one before the
///   middle of the lesion, and is moved to stay inside the series.
/// - Where the lesion's slices are known, the windows that follow each other from its first slice on, until
///   they hold its last; moved likewise, each of them once. Ours: the published evaluation draws windows at
///   random from those that meet the lesion.
/// - A series of fewer than 12 slices has one window, padded at its end.
/// - A field that is not the whole slice has the point's pixel in its middle, and is moved to stay inside the slice.
///
/// - `at`: in the patient, LPS mm; one outside the grid gives the windows of the nearest place inside
/// - `lesion`: its first and last slice, both inside; cut at the ends of the series
/// - `field`: how much of every slice is read
/// - source: MMCAF-Net, datasets/ct_pe_dataset_3d.py
pub fn regions(
    grid: &VoxelGrid,
    at: Point<Patient>,
    lesion: Option<[usize; 2]>,
    field: Field,
) -> Vec<Region> {
    let [depth, ..] = field.window();
    let [columns, rows, slices] = grid.size();
    let [width, height] = [columns, rows].map(|length| field.of(length));
    let place = Place::new(grid, at);
    let centred = place.wanted_slice().saturating_sub(depth as i64 / 2);
    // Where the field would begin, and where it begins to stay inside.
    let across = [(place.at.x, columns, width), (place.at.y, rows, height)].map(|(at, length, read)| {
        let wanted = if read < length { (at + 0.5).floor() as i64 - read as i64 / 2 } else { 0 };
        (wanted, wanted.clamp(0, (length - read) as i64))
    });
    let [(left, column), (top, row)] = across;
    let mut wanted = vec![centred];
    if let Some([a, b]) = lesion {
        let last = slices.saturating_sub(1);
        wanted.extend((a.min(b).min(last)..=a.max(b).min(last)).step_by(depth).map(|k| k as i64));
    }
    let mut regions: Vec<Region> = Vec::new();
    for wanted in wanted {
        let start = wanted.clamp(0, slices.saturating_sub(depth) as i64);
        if regions.iter().any(|known| known.bounds.min[2] == start) {
            continue;
        }
        let bounds = VoxelBox { min: [column, row, start], size: [width, height, depth] };
        let end = [column + width as i64, row + height as i64, start + depth as i64];
        regions.push(Region {
            shifted: [column - left, row - top, start.saturating_sub(wanted)],
            padded: outside(bounds.min, end, grid),
            ..Region::of_voxels(RegionName::Window, bounds, grid)
        });
    }
    regions
}

/// The windows of [`regions`], in their order.
///
/// - The field of every slice, which is all of it as published, is resized to 192 x 192, or to as many samples as it
///   has, by area (OpenCV's `INTER_AREA`). The published code takes series of
///   512 rows alone; here a slice of any size is resized, one that is no square is squeezed, as
///   `cv2.resize` would ([`crate::inference::squeezed`] says so).
/// - Mode `paper`: -100 to 900 HU become 0 to 1, what lies outside is cut off, then less 0.15897. It is the
///   published window, made for contrast in the vessels of the lung: of its air nothing is left. The
///   published code resizes whole numbers, so that volumes of whole numbers are rounded (halves to even)
///   before the window.
/// - Mode `clinical`: the lung window, -1000 to 400 HU become 0 to 1, less 0.15897, nothing rounded. OUR
///   choice: the authors have nothing of the kind, and weights must have been taught with it.
/// - In both modes ours, against the published code: values are Hounsfield units (rescale applied; there
///   stored values), slices are in the order of their positions (there of their files' names).
/// - Padding is -1000 HU, at the end; padding values of the file are read as they are.
///
/// - errors: a slice of a window that has not arrived, values that are no numbers
/// - source: MMCAF-Net, datasets/base_ct_dataset.py, datasets/ct_pe_dataset_3d.py, util/image_util.py
pub fn windows(
    volume: &Volume,
    at: Point<Patient>,
    lesion: Option<[usize; 2]>,
    mode: Mode,
    field: Field,
) -> Result<Vec<Window>, InferenceError> {
    let reading = Reading::new(volume.grid(), mode, field);
    let read = |region: Region| {
        let values = match (volume.values(), mode) {
            (Values::Int16(slices), Mode::Paper) => {
                reading.window(slices, &region, |v| v.round_ties_even() as f32)
            }
            (Values::Int16(slices), Mode::Clinical) => reading.window(slices, &region, |v| v as f32),
            (Values::Float32(slices), _) => reading.window(slices, &region, |v| v as f32),
        }?;
        Ok(Window { region, values })
    };
    regions(volume.grid(), at, lesion, field).into_iter().map(read).collect()
}

/// What the network reads for so many Hounsfield units.
pub fn of_hu(hu: f32, mode: Mode) -> f32 {
    let (low, range) = match mode {
        Mode::Paper => (-100.0, 1000.0),
        Mode::Clinical => (-1000.0, 1400.0),
    };
    ((hu - low) / range).clamp(0.0, 1.0) - MEAN
}

/// How windows of a volume are read.
struct Reading {
    /// Of a slice.
    columns: usize,
    area: Area,
    /// Of a window.
    shape: [usize; 3],
    mode: Mode,
}

impl Reading {
    fn new(grid: &VoxelGrid, mode: Mode, field: Field) -> Self {
        let ([columns, rows, _], shape) = (grid.size(), field.window());
        let area = Area::new([columns, rows].map(|length| field.of(length)), [shape[2], shape[1]]);
        Self { columns, area, shape, mode }
    }

    /// One window, slice by slice on all cores.
    fn window<T>(
        &self,
        slices: &Slices<T>,
        region: &Region,
        finish: impl Fn(f64) -> f32 + Sync,
    ) -> Result<Arc<[f32]>, InferenceError>
    where
        T: Copy + Send + Sync,
        f32: From<T>,
    {
        let [depth, height, width] = self.shape;
        // A region begins inside the volume.
        let [column, row, start] = region.bounds.min.map(|first| usize::try_from(first).unwrap_or(0));
        let [read, rows, _] = region.bounds.size;
        // Air lies at or below the lower end of either window.
        let mut values: Arc<[f32]> = std::iter::repeat_n(-MEAN, depth * height * width).collect();
        let planes =
            Arc::make_mut(&mut values).par_chunks_exact_mut(height * width).zip(start..slices.depth());
        planes.try_for_each(|(plane, k)| {
            let slice = slices.slice(k).ok_or(InferenceError::StillLoading)?;
            let lines = slice.chunks_exact(self.columns).skip(row).take(rows);
            self.area.resize(lines.filter_map(|line| line.get(column..column + read)), plane, &finish);
            for value in plane {
                // An infinite value would be cut off to one that looks measured.
                if !value.is_finite() {
                    return Err(InferenceError::NoNumbers);
                }
                *value = of_hu(*value, self.mode);
            }
            Ok(())
        })?;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::Unit;

    const PLANE: usize = 192 * 192;

    fn grid(size: [usize; 3]) -> VoxelGrid {
        VoxelGrid::axis_aligned(size, [0.7, 0.7, 2.0], Point::new(-100.0, 50.0, 300.0)).expect("a grid")
    }

    /// The centre of a slice.
    fn at(grid: &VoxelGrid, k: f64) -> Point<Patient> {
        let middle = grid.centre_voxel();
        grid.patient_from_voxel() * Point::new(middle.x, middle.y, k)
    }

    fn starts(regions: &[Region]) -> Vec<i64> {
        regions.iter().map(|region| region.bounds.min[2]).collect()
    }

    /// A volume of whole numbers, each slice by a rule.
    fn volume(size: [usize; 3], value: impl Fn(usize, usize, usize) -> i16) -> Volume {
        let volume = Volume::loading(grid(size), Unit::Hu, None);
        for k in 0..size[2] {
            let slice = (0..size[0] * size[1]).map(|n| value(n % size[0], n / size[0], k)).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
        }
        volume
    }

    #[test]
    fn a_window_starts_six_slices_before_the_point_and_stays_inside() {
        let grid = grid([10, 8, 100]);
        let found = |k| {
            let regions = regions(&grid, at(&grid, k), None, Field::Whole);
            (starts(&regions), regions[0].shifted[2])
        };
        assert_eq!(found(50.0), (vec![44], 0));
        assert_eq!(found(50.4), (vec![44], 0));
        assert_eq!(found(50.5), (vec![45], 0));
        assert_eq!(found(2.0), (vec![0], 4));
        assert_eq!(found(97.0), (vec![88], -3));
        assert_eq!(found(-20.0), (vec![0], 26));
        let region = regions(&grid, at(&grid, 50.0), None, Field::Whole)[0];
        assert_eq!(region.bounds, VoxelBox { min: [0, 0, 44], size: [10, 8, 12] });
        assert_eq!((region.name, region.padded), (RegionName::Window, [0; 3]));
        for (found, expected) in region.size_mm().into_iter().zip([7.0, 5.6, 24.0]) {
            // Rounding of positions of a few hundred millimetres.
            assert!((found - expected).abs() < 1e-9);
        }
        let nowhere = Point::new(f64::NAN, f64::NAN, f64::NAN);
        assert_eq!(starts(&regions(&grid, nowhere, None, Field::Whole)), [0]);
    }

    #[test]
    fn windows_follow_each_other_over_the_lesion_each_of_them_once() {
        let grid = grid([10, 8, 100]);
        let found = |k, lesion| starts(&regions(&grid, at(&grid, k), Some(lesion), Field::Whole));
        assert_eq!(found(50.0, [40, 64]), [44, 40, 52, 64]);
        assert_eq!(found(50.0, [40, 63]), [44, 40, 52]);
        assert_eq!(found(50.0, [64, 40]), [44, 40, 52, 64]);
        assert_eq!(found(50.0, [44, 46]), [44]);
        assert_eq!(found(98.0, [80, 1000]), [88, 80]);
        assert_eq!(found(3.0, [usize::MAX; 2]), [0, 88]);
    }

    #[test]
    fn a_short_series_is_padded_with_air_at_its_end() {
        let short = volume([4, 4, 5], |_, _, k| 100 * k as i16);
        let found =
            windows(&short, at(short.grid(), 2.0), Some([0, 4]), Mode::Paper, Field::Whole).expect("read");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].region.padded, [0, 0, 7]);
        for (n, plane) in found[0].values.chunks_exact(PLANE).enumerate() {
            let expected = if n < 5 { (100.0 * n as f32 + 100.0) / 1000.0 } else { 0.0 } - MEAN;
            assert!(plane.iter().all(|v| *v == expected), "slice {n}: {}, {expected}", plane[0]);
        }
    }

    #[test]
    fn the_two_windows_cut_off_where_they_say() {
        let levels = [-3000, -1000, -650, -300, -100, 0, 400, 900, 1400, 25, 26, 27];
        let volume = volume([2, 2, 12], |_, _, k| levels[k]);
        let read = |mode| -> Vec<f32> {
            let found = windows(&volume, at(volume.grid(), 6.0), None, mode, Field::Whole).expect("read");
            found[0].values.iter().step_by(PLANE).map(|v| v + MEAN).collect()
        };
        let near = |found: Vec<f32>, expected: [f32; 9]| {
            // Rounding of a subtraction and an addition near 1.
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        };
        near(read(Mode::Paper), [0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.5, 1.0, 1.0]);
        near(read(Mode::Clinical), [0.0, 0.0, 0.25, 0.5, 900.0 / 1400.0, 1.0 / 1.4, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn whole_numbers_are_rounded_as_published_and_only_there() {
        // 384 columns to 192: means of two, -0.5 and 1.5 where they are halves.
        let volume = volume([384, 2, 12], |i, _, _| [0, -1, 1, 2][i % 4]);
        let read = |mode| {
            let found = windows(&volume, at(volume.grid(), 6.0), None, mode, Field::Whole).expect("read");
            let low = if mode == Mode::Paper { [-100.0, 1000.0] } else { [-1000.0, 1400.0] };
            [0, 1].map(|n| (found[0].values[n] + MEAN) * low[1] + low[0])
        };
        // Single precision of a value near 1000 after the window.
        let near =
            |found: [f32; 2], expected: [f32; 2]| (0..2).all(|n| (found[n] - expected[n]).abs() < 1e-3);
        assert!(near(read(Mode::Paper), [0.0, 2.0]));
        assert!(near(read(Mode::Clinical), [-0.5, 1.5]));
    }

    #[test]
    fn a_mark_in_the_patient_is_at_its_place_in_the_window() {
        // 96 pixels to 192: the voxel (70, 20, 13) becomes columns 140 and 141, rows 40 and 41.
        let mark = [70, 20, 13];
        let volume = volume([96, 96, 30], |i, j, k| if [i, j, k] == mark { 900 } else { -1000 });
        let patient = volume.grid().patient_from_voxel() * Point::from_array(mark.map(|n| n as f64));
        // Column 70 of 0.7 mm from -100 mm on, row 20 from 50 mm on, slice 13 of 2 mm from 300 mm on.
        assert!(patient.distance(Point::new(-51.0, 64.0, 326.0)) < 1e-9, "{patient:?}");
        let found = windows(&volume, patient, None, Mode::Paper, Field::Whole).expect("read");
        let bright: Vec<[usize; 3]> = (found[0].values.iter().enumerate())
            .filter(|(_, v)| **v > 0.0)
            .map(|(n, _)| [n % 192, n / 192 % 192, n / PLANE])
            .collect();
        // The centred window starts 6 slices before the point.
        assert_eq!(bright, [[140, 40, 6], [141, 40, 6], [140, 41, 6], [141, 41, 6]]);
    }

    #[test]
    fn absent_slices_and_values_that_are_no_numbers_are_refused() {
        let empty = Volume::loading(grid([4, 4, 20]), Unit::Hu, None);
        let middle = at(empty.grid(), 10.0);
        assert!(matches!(
            windows(&empty, middle, None, Mode::Paper, Field::Whole),
            Err(InferenceError::StillLoading)
        ));
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut slices = vec![vec![0.0f32; 16].into_boxed_slice(); 20];
            slices[12][7] = wrong;
            let volume = Volume::real(grid([4, 4, 20]), Unit::Hu, slices).expect("fits");
            let found = |k| windows(&volume, at(volume.grid(), k), None, Mode::Clinical, Field::Whole);
            assert!(matches!(found(10.0), Err(InferenceError::NoNumbers)));
            // The slices that are not read do not matter.
            assert!(found(3.0).is_ok());
        }
    }

    #[test]
    fn a_third_of_every_slice_has_the_point_in_its_middle_and_stays_inside() {
        let grid = grid([512, 400, 100]);
        let third = |i: f64, j: f64| {
            let at = grid.patient_from_voxel() * Point::new(i, j, 50.0);
            let region = regions(&grid, at, None, Field::Third)[0];
            (region.bounds, region.shifted)
        };
        // 512 / 3 and 400 / 3, rounded up.
        let bounds = |i, j| VoxelBox { min: [i, j, 44], size: [171, 134, 12] };
        assert_eq!(third(256.0, 200.0), (bounds(171, 133), [0; 3]));
        assert_eq!(third(256.4, 199.6), (bounds(171, 133), [0; 3]));
        assert_eq!(third(3.0, 399.0), (bounds(0, 266), [82, -66, 0]));
        assert_eq!(regions(&grid, at(&grid, 50.0), None, Field::Third)[0].padded, [0; 3]);
    }

    #[test]
    fn a_third_is_read_as_finely_as_the_whole_slice() {
        // As many pixels as samples: what is read are the values themselves.
        let volume = volume([192, 192, 14], |i, j, k| (i * 3 + j * 2 + k) as i16);
        let patient = volume.grid().patient_from_voxel() * Point::new(40.0, 150.0, 7.0);
        let read = |field| windows(&volume, patient, None, Mode::Paper, field).expect("read").remove(0);
        let (whole, third) = (read(Field::Whole), read(Field::Third));
        let [slices, rows, columns] = Field::Third.window();
        assert_eq!([slices, rows, columns], [12, 64, 64]);
        assert_eq!(third.region.bounds.min, [8, 118, 1]);
        assert_eq!(third.values.len(), slices * rows * columns);
        for (n, value) in third.values.iter().enumerate() {
            let (k, j, i) = (n / (rows * columns), n / columns % rows + 118, n % columns + 8);
            assert_eq!(*value, whole.values[(k * 192 + j) * 192 + i]);
        }
    }

    #[test]
    fn a_mark_in_the_patient_is_at_its_place_in_a_third_of_a_finer_slice() {
        // 384 pixels, a third of which is 128 for 64 samples: columns 240 and 241, rows 100 and 101 become one.
        let volume = volume([384, 384, 12], |i, j, _| if [i / 2, j / 2] == [120, 50] { 900 } else { -1000 });
        let patient = volume.grid().patient_from_voxel() * Point::new(240.0, 100.0, 6.0);
        let found = windows(&volume, patient, None, Mode::Paper, Field::Third).expect("read").remove(0);
        assert_eq!(found.region.bounds, VoxelBox { min: [176, 36, 0], size: [128, 128, 12] });
        let bright: Vec<[usize; 2]> = (found.values[..64 * 64].iter().enumerate())
            .filter(|(_, v)| **v > 0.0)
            .map(|(n, _)| [n % 64, n / 64])
            .collect();
        assert_eq!(bright, [[(240 - 176) / 2, (100 - 36) / 2]]);
    }

    #[test]
    fn a_slice_of_one_pixel_has_a_third() {
        let volume = volume([1, 2, 3], |_, j, k| (100 * j + 10 * k) as i16);
        let middle = at(volume.grid(), 1.0);
        let found = windows(&volume, middle, None, Mode::Paper, Field::Third).expect("read");
        assert_eq!((found[0].region.bounds.size, found[0].values.len()), ([1, 1, 12], 12 * 64 * 64));
    }
}
