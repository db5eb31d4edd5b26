//! The numbers that CSF-Net reads around a point on one date, and where it reads them.

use std::sync::Arc;

use super::masked::{MASKED, MaskedCt, shade_of};
use crate::geometry::{Patient, Point, Vector, Voxel, VoxelBox, VoxelGrid};
use crate::inference::error::InferenceError;
use crate::inference::m3net::snapped;
use crate::inference::mode::Mode;
use crate::inference::region::{Region, RegionName};

/// Values of a date's input along the patient's x, y and z; 1 mm apart.
pub const SIZE: [usize; 3] = [64, 64, 16];

/// One of the two dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Date {
    /// The earlier one.
    Prior,
    /// The later one.
    Current,
}

impl Date {
    /// Words for its CT, for a sentence.
    pub const fn ct(self) -> &'static str {
        match self {
            Self::Prior => "earlier CT",
            Self::Current => "later CT",
        }
    }
}

impl From<Date> for RegionName {
    fn from(date: Date) -> Self {
        match date {
            Date::Prior => Self::Prior,
            Date::Current => Self::Current,
        }
    }
}

/// What the network reads on one date.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Where, in the CT of that date.
    pub region: Region,
    /// [`SIZE`] values in the order [z][y][x] of the patient: z from feet to head, y from front to back, x
    /// from right to left.
    pub values: Arc<[f32]>,
    /// What the reader of an answer must know of it, a sentence each.
    pub reasons: Vec<String>,
    /// What was taken from every shade, and by what the rest was divided.
    standard: [f64; 2],
}

impl Input {
    /// What stands here for a shade.
    pub fn of_shade(&self, shade: f32) -> f32 {
        let [mean, deviation] = self.standard;
        ((f64::from(shade) - mean) / deviation) as f32
    }

    /// What stands here for tissue that is not masked.
    pub fn of_hu(&self, hu: f32) -> f32 {
        self.of_shade(f32::from(shade_of(f64::from(hu))))
    }
}

/// The box that is read around a point: 64 x 64 x 16 mm along the patient's axes, the point in its middle.
///
/// Its `padded` voxels are those of its bounds that lie outside the grid. Plain arithmetic: it may follow
/// the mouse.
/// - `grid`: of the CT of that date
/// - `at`: in that CT, LPS mm; the box is never moved
pub fn region(grid: &VoxelGrid, at: Point<Patient>, date: Date) -> Region {
    let corners: [Point<Patient>; 8] = std::array::from_fn(|n| {
        let [x, y, z] = std::array::from_fn(|a| {
            let half = SIZE[a] as f64 / 2.0;
            if n >> a & 1 == 1 { half } else { -half }
        });
        at + Vector::new(x, y, z)
    });
    let indices = corners.map(|corner| (grid.voxel_from_patient() * corner).to_array().map(snapped));
    let (mut bounds, mut padded) = (VoxelBox { min: [0; 3], size: [0; 3] }, [0; 3]);
    for axis in 0..3 {
        let along = indices.iter().map(|index| index[axis]);
        // Voxels whose cells the box has a part of.
        let first = (along.clone().fold(f64::INFINITY, f64::min) + 0.5).floor() as i64;
        let end = (along.fold(f64::NEG_INFINITY, f64::max) + 0.5).ceil() as i64;
        let size = usize::try_from(end.saturating_sub(first)).unwrap_or(0);
        let inside = end.min(grid.size()[axis] as i64).saturating_sub(first.max(0));
        bounds.min[axis] = first;
        bounds.size[axis] = size;
        padded[axis] = size.saturating_sub(usize::try_from(inside).unwrap_or(0));
    }
    Region { name: date.into(), bounds, corners, shifted: [0; 3], padded }
}

impl MaskedCt {
    /// What the network reads around a point.
    ///
    /// - Value (i, j, k) is that of the place (i - 31.5, j - 31.5, k - 7.5) mm away from the point along the
    ///   patient's x, y and z: the middles of the cells of 1 mm that fill [`region`]. The published text
    ///   tells the size, 16 x 64 x 64 at 1 mm around the marked centre; that the centre lies between the
    ///   middle values, and that all 16 slices are 1 mm apart, is a choice.
    /// - Linear between the shades of the voxels (`MaskedCt::shade`: masked first, then mixed, as
    ///   published), to the nearest whole shade, halves upward. Half a voxel beyond the outermost voxels
    ///   their shade holds, further out 170 is filled in.
    /// - The published preparation puts the first and last voxels of the volume onto the first and last
    ///   values of its 1 mm grid, which stretches it by up to a voxel over its whole length, and cuts it
    ///   to a box around the lungs, which only moves the origin. Here positions are those of the patient, and
    ///   neither is needed.
    /// - Mode `paper`: the shades, 0 to 255, as the published loader hands them on. Mode `clinical`: the same
    ///   less their mean, over their standard deviation; 0 where all are equal. (The published loader
    ///   does so, too, and then reads its file anew.)
    /// - errors: a value that is no number, a slice that has not arrived
    /// - source: CSF-NET, data/dataset.py; DSB2017, preprocessing/full_prep.py
    pub fn input(&self, at: Point<Patient>, date: Date, mode: Mode) -> Result<Input, InferenceError> {
        let grid = self.volume().grid();
        let mut values = Vec::with_capacity(SIZE.iter().product());
        let mut outside = 0usize;
        let away = |n: usize, axis: usize| n as f64 - (SIZE[axis] as f64 - 1.0) / 2.0;
        for k in 0..SIZE[2] {
            for j in 0..SIZE[1] {
                for i in 0..SIZE[0] {
                    let place = at + Vector::new(away(i, 0), away(j, 1), away(k, 2));
                    let shade = self.shade_at(grid.voxel_from_patient() * place)?;
                    outside += usize::from(shade.is_none());
                    values.push(shade.unwrap_or(f32::from(MASKED)));
                }
            }
        }
        let standard = if mode == Mode::Clinical { standardise(&mut values) } else { [0.0, 1.0] };
        let ct = date.ct();
        let mut reasons = Vec::new();
        if self.lungs().is_none() {
            reasons.push(format!("{ct}: no lungs were found; nothing was masked"));
        }
        if self.masks(grid.voxel_from_patient() * at) {
            reasons.push(format!(
                "{ct}: the point lies outside of the lungs and what surrounds them, where all was masked"
            ));
        }
        if outside > 0 {
            let filled = format!("{outside} of its {} values were filled with {MASKED}", values.len());
            reasons.push(format!("{ct}: the region reaches outside the volume; {filled}"));
        }
        Ok(Input { region: region(grid, at, date), values: values.into(), reasons, standard })
    }

    /// The shade at a position; `None` outside every voxel's cell.
    fn shade_at(&self, at: Point<Voxel>) -> Result<Option<f32>, InferenceError> {
        let (size, at) = (self.volume().grid().size(), at.to_array().map(snapped));
        let (mut base, mut part) = ([0usize; 3], [0.0f64; 3]);
        for axis in 0..3 {
            let last = size[axis] as f64 - 1.0;
            if !(at[axis] >= -0.5 && at[axis] <= last + 0.5) {
                return Ok(None);
            }
            let inside = at[axis].clamp(0.0, last);
            base[axis] = inside.floor() as usize;
            part[axis] = inside - inside.floor();
        }
        let mut sum = 0.0;
        for corner in 0..8usize {
            let (mut weight, mut voxel) = (1.0, base);
            for axis in 0..3 {
                let upper = corner >> axis & 1;
                weight *= if upper == 1 { part[axis] } else { 1.0 - part[axis] };
                voxel[axis] += upper;
            }
            if weight > 0.0 {
                sum += weight * f64::from(self.shade(voxel)?);
            }
        }
        Ok(Some((sum + 0.5).floor() as f32))
    }
}

/// `(v - mean) / standard deviation` over all values; all 0 where they are equal.
/// - returns: mean and deviation, 1 in place of none
pub(crate) fn standardise(values: &mut [f32]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n).sqrt();
    for v in values {
        *v = if deviation > 0.0 { ((f64::from(*v) - mean) / deviation) as f32 } else { 0.0 };
    }
    [mean, if deviation > 0.0 { deviation } else { 1.0 }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::JobContext;
    use crate::volume::{Lungs, Mask, Unit, Volume};

    fn grid(size: [usize; 3], spacing_mm: [f64; 3], origin: [f64; 3]) -> VoxelGrid {
        VoxelGrid::axis_aligned(size, spacing_mm, Point::from_array(origin)).expect("a grid")
    }

    fn whole(grid: VoxelGrid, hu: impl Fn([usize; 3]) -> i16) -> Arc<Volume> {
        let [nx, ny, nz] = grid.size();
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..nz {
            let slice = (0..nx * ny).map(|n| hu([n % nx, n / nx, k])).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
        }
        Arc::new(volume)
    }

    fn read(ct: &MaskedCt, at: [f64; 3], mode: Mode) -> Input {
        ct.input(Point::from_array(at), Date::Current, mode).expect("numbers")
    }

    fn value(input: &Input, [i, j, k]: [usize; 3]) -> f32 {
        input.values[(k * SIZE[1] + j) * SIZE[0] + i]
    }

    #[test]
    fn a_marker_in_the_patient_appears_at_its_index() {
        // 1 mm, and 0.5 x 0.5 x 2 mm turned by 180 degrees, as of a patient who lies prone.
        let plain = grid([100, 90, 40], [1.0; 3], [-40.0, 10.0, 100.0]);
        let (x, y, z) =
            (Vector::new(-0.5, 0.0, 0.0), Vector::new(0.0, -0.5, 0.0), Vector::new(0.0, 0.0, 2.0));
        let map = crate::geometry::Transform::from_axes(x, y, z, Point::new(60.0, 100.0, 100.0));
        let turned = VoxelGrid::new([200, 180, 20], map).expect("a grid");
        for (grid, marker) in [(plain, [10.0, 50.0, 116.0]), (turned, [10.0, 50.0, 116.0])] {
            let voxel = grid.voxel_at(grid.voxel_from_patient() * Point::from_array(marker)).expect("inside");
            let volume = whole(grid, |at| if at == voxel { 600 } else { -1200 });
            let ct = MaskedCt::with(volume, None);
            // The marker 5.5 mm to the left, 3.5 mm in front and 2.5 mm above the point.
            let input = read(&ct, [marker[0] - 5.5, marker[1] + 3.5, marker[2] - 2.5], Mode::Paper);
            assert_eq!(value(&input, [37, 28, 10]), 255.0);
            let brighter = input.values.iter().filter(|v| **v > 128.0).count();
            assert_eq!(brighter, 1, "half of it at most anywhere else");
            assert_eq!(input.reasons, ["later CT: no lungs were found; nothing was masked"]);
        }
    }

    #[test]
    fn shades_are_truncated_and_what_lies_between_voxels_is_their_mean() {
        // (-1000 + 1200) / 1800 x 255 = 28.33, (40 + 1200) / 1800 x 255 = 175.67: by hand.
        let hu = [-3000, -1200, -1000, 40, 600, 3000];
        let ct = MaskedCt::with(whole(grid([6, 1, 1], [1.0; 3], [0.0; 3]), |[i, ..]| hu[i]), None);
        let shades: Vec<u8> = (0..6).map(|i| ct.shade([i, 0, 0]).expect("a number")).collect();
        assert_eq!(shades, [0, 0, 28, 175, 255, 255]);
        let at = |x: f64| ct.shade_at(Point::new(x, 0.0, 0.0)).expect("a number");
        // 101.5 rounds upward, also when millimetres have made it 101.4999999.
        assert_eq!((at(2.5), at(2.5 - 1e-9), at(2.25)), (Some(102.0), Some(102.0), Some(65.0)));
        assert_eq!((at(-0.5), at(5.5), at(-0.51), at(5.51)), (Some(0.0), Some(255.0), None, None));
        assert_eq!(at(f64::NAN), None);
    }

    #[test]
    fn outside_the_surroundings_all_is_masked_and_in_them_bone() {
        let size = [64, 64, 24];
        let block =
            |from: usize, to: usize| Mask::of(size, move |at| at.iter().all(|n| (from..to).contains(n)));
        let lungs = Lungs { parts: [block(11, 14), Mask::empty(size)] };
        let volume = whole(grid(size, [1.0; 3], [0.0; 3]), |[i, j, _]| if i == j { 1000 } else { -800 });
        let ct = MaskedCt::with(volume, Some(&lungs));
        let shade = |at| ct.shade(at).expect("a number");
        // Inside the lung even what is bright stays; ten voxels away bone alone is masked; further on all.
        assert_eq!((shade([12, 12, 12]), shade([12, 13, 12])), (255, 56));
        assert_eq!((shade([15, 15, 12]), shade([15, 16, 12])), (170, 56));
        assert_eq!((shade([23, 12, 12]), shade([24, 12, 12]), shade([40, 40, 12])), (56, 170, 170));
        let said = |at| read(&ct, at, Mode::Paper).reasons;
        assert!(said([12.0, 12.0, 12.0]).iter().all(|reason| !reason.contains("the point")));
        assert!(
            said([40.0, 12.0, 12.0])
                .iter()
                .any(|reason| reason.contains("later CT: the point lies outside of the lungs"))
        );
    }

    #[test]
    fn what_is_outside_the_volume_is_filled_and_counted() {
        let volume = whole(grid([80, 80, 20], [1.0; 3], [0.0; 3]), |_| -1200);
        let ct = MaskedCt::with(volume, None);
        // Places x = -11.5 to 51.5: 11 of 64 columns lie beyond -0.5, the outer face.
        let input = read(&ct, [20.0, 39.5, 9.5], Mode::Paper);
        let filled = input.values.iter().filter(|v| **v == 170.0).count();
        assert_eq!(filled, 11 * 64 * 16);
        assert!(
            input.reasons[1].ends_with("11264 of its 65536 values were filled with 170"),
            "{:?}",
            input.reasons
        );
        assert_eq!((input.region.padded, input.region.shifted), ([12, 0, 0], [0; 3]));
        // A place far away, and one that is none.
        for at in [[1e6, 0.0, 0.0], [f64::NAN; 3], [f64::INFINITY, 0.0, f64::NEG_INFINITY]] {
            assert!(read(&ct, at, Mode::Paper).values.iter().all(|v| *v == 170.0));
        }
    }

    #[test]
    fn the_region_is_what_is_read() {
        let grid = grid([512, 512, 200], [0.8, 0.5, 2.5], [-200.0, -100.0, -300.0]);
        let found = region(&grid, Point::new(0.0, 20.0, -50.0), Date::Prior);
        assert_eq!(found.name, RegionName::Prior);
        assert_eq!(found.corners[0].to_array(), [-32.0, -12.0, -58.0]);
        assert_eq!(found.corners[7].to_array(), [32.0, 52.0, -42.0]);
        for (found, expected) in found.size_mm().into_iter().zip([64.0, 64.0, 16.0]) {
            assert!((found - expected).abs() < 1e-9);
        }
        // x: 210 to 290, y: 176 to 304, z: 96.8 to 103.2 voxels; cells reach half a voxel to both sides.
        assert_eq!(found.bounds, VoxelBox { min: [210, 176, 97], size: [81, 129, 7] });
        assert_eq!(found.padded, [0; 3]);
    }

    #[test]
    fn clinical_values_have_mean_nought_and_deviation_one() {
        let volume = whole(grid([80, 80, 20], [1.0; 3], [0.0; 3]), |[i, j, k]| {
            ((i * 37 + j * 11 + k * 5) % 900) as i16 - 800
        });
        let ct = MaskedCt::with(volume, None);
        let (paper, clinical) =
            (read(&ct, [40.0, 40.0, 10.0], Mode::Paper), read(&ct, [40.0, 40.0, 10.0], Mode::Clinical));
        let moment =
            |power: i32| clinical.values.iter().map(|v| f64::from(*v).powi(power)).sum::<f64>() / 65536.0;
        // Single precision.
        assert!(moment(1).abs() < 1e-6 && (moment(2) - 1.0).abs() < 1e-6);
        let rises = |a: usize, b: usize| {
            (paper.values[a] < paper.values[b]) == (clinical.values[a] < clinical.values[b])
        };
        assert!((1..65536).all(|n| rises(n - 1, n)));
        assert_eq!(paper.region, clinical.region);
        let even = MaskedCt::with(whole(grid([80, 80, 20], [1.0; 3], [0.0; 3]), |_| 0), None);
        assert!(read(&even, [40.0, 40.0, 10.0], Mode::Clinical).values.iter().all(|v| *v == 0.0));
    }

    #[test]
    fn values_that_are_no_numbers_are_refused_where_they_are_read() {
        let grid = grid([200, 40, 20], [1.0; 3], [0.0; 3]);
        for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let slices = (0..20)
                .map(|k| (0..8000).map(|n| if k == 10 && n == 4030 { strange } else { -500.0 }).collect())
                .collect();
            let volume = Volume::real(grid, Unit::Hu, slices).expect("fits");
            let ct = MaskedCt::new(Arc::new(volume), &JobContext::unobserved()).expect("complete");
            let ask = |x: f64| ct.input(Point::new(x, 20.0, 10.0), Date::Prior, Mode::Paper);
            assert!(matches!(ask(30.0), Err(InferenceError::NoNumbers)));
            assert!(ask(150.0).is_ok());
        }
        let loading = Arc::new(Volume::loading(grid, Unit::Hu, None));
        let ct = MaskedCt::new(Arc::clone(&loading), &JobContext::unobserved());
        assert!(matches!(ct, Err(InferenceError::StillLoading)));
        let ask = MaskedCt::with(loading, None).input(Point::new(30.0, 20.0, 10.0), Date::Prior, Mode::Paper);
        assert!(matches!(ask, Err(InferenceError::StillLoading)));
    }
}
