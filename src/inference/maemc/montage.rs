//! Resampling to 1 mm, and laying slices out as a montage.

use std::sync::Arc;

use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::place::{Place, outside};
use crate::inference::trilinear::{block, cells};
use crate::inference::{InferenceError, Mode, Region, RegionName};
use crate::networks::maemc::{GRID, PATCH, SLICES};
use crate::volume::Volume;

/// Rows and columns of a montage.
const SIDE: usize = GRID * PATCH;
/// From sample to sample along every axis, mm. Source: the paper for slices; in-plane it says that 50 mm
/// are 50 pixels.
const STEP_MM: f64 = 1.0;
/// HU that become 0 and 1: window 1400, level -500. Source: the paper.
const WINDOW: [f64; 2] = [-1200.0, 200.0];
/// Number of samples of the two montages' blocks along columns, rows and slices of the volume.
const BLOCKS: [(RegionName, [usize; 3]); 2] =
    [(RegionName::Axial, [PATCH, PATCH, SLICES]), (RegionName::Coronal, [PATCH, SLICES, PATCH])];

/// One of the two montages as the network reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Montage {
    /// What its slices cover in the patient: between voxels, because it is resampled.
    pub region: Region,
    /// 250 x 250, order [row][column], from 0 to 1: 5 x 5 slices of 50 x 50, row by row from the top left.
    pub values: Arc<[f32]>,
}

/// What the two montages cover, axial first, without reading any value.
///
/// 50 mm along both axes of their slices and 25 mm across them, along the volume's own axes, the point in
/// the middle. `padded` counts the whole voxels of `bounds` that lie outside the volume; there its edge is
/// repeated.
/// - `at`: in the patient, LPS mm; one outside the grid is taken to the nearest place inside, which
///   `shifted` says
pub fn regions(grid: &VoxelGrid, at: Point<Patient>) -> [Region; 2] {
    let place = Place::new(grid, at);
    let (centre, spacing) = (place.at.to_array(), grid.spacing_mm());
    BLOCKS.map(|(name, samples)| {
        let half = |a: usize| samples[a] as f64 * STEP_MM / 2.0 / spacing[a];
        let low: [f64; 3] = std::array::from_fn(|a| centre[a] - half(a));
        let high: [f64; 3] = std::array::from_fn(|a| centre[a] + half(a));
        // A voxel reaches half a voxel beyond its centre; the casts cut off what no index can be.
        let min = low.map(|v| (v + 0.5).floor() as i64);
        let end = high.map(|v| (v + 0.5).ceil() as i64);
        let size = std::array::from_fn(|a| end[a].saturating_sub(min[a]).max(1) as usize);
        let corners = std::array::from_fn(|n| {
            let corner = std::array::from_fn(|a| if n >> a & 1 == 1 { high[a] } else { low[a] });
            grid.patient_from_voxel() * Point::from_array(corner)
        });
        let padded = outside(min, end, grid);
        Region { name, bounds: VoxelBox { min, size }, corners, shifted: place.shifted(), padded }
    })
}

/// The axial and the coronal montage around a point.
///
/// - Trilinear samples at 1 mm along the volume's own axes: columns i, rows j, slices k. Across the slices
///   they lie at -12 to 12 mm from the point, within them at -24.5 to 24.5 mm: the point is where the four
///   middle pixels of the middle slice meet.
/// - Axial slices follow each other with rising k. In each, columns go with rising i, rows with rising j.
/// - Coronal slices follow each other with rising j. In each, columns go with rising i, rows from superior to
///   inferior: with falling k where slices are numbered towards the head, as they are of an axial series
///   with its usual orientation, else with rising k.
/// - Outside the volume its edge is repeated. Padding values of the file are read as they are: below the
///   window they become 0, but a sample beside one is mixed with it.
/// - -1200 to 200 HU become 0 to 1; what lies outside is cut off.
///
/// Ours where the paper is silent: that slices are consecutive, where their samples lie, their order, the
/// edge.
/// - errors: a slice that has not arrived, values that are no numbers, any mode but `paper`
/// - source: MAEMC-NET (Front. Med. 12:1507258), section 2 (pre-processing)
pub fn montages(volume: &Volume, at: Point<Patient>, mode: Mode) -> Result<[Montage; 2], InferenceError> {
    if mode != Mode::Paper {
        return Err(InferenceError::NoSuchMode { model: "MAEMC-NET", mode });
    }
    let grid = volume.grid();
    let centre = Place::new(grid, at).at.to_array();
    let [axial, coronal] = BLOCKS.map(|(_, samples)| {
        let along = |a: usize| places(centre[a], grid.spacing_mm()[a], samples[a]);
        block(volume, &std::array::from_fn(|a| cells(along(a), grid.size()[a])), windowed)
    });
    let (axial, coronal) = (axial?, coronal?);
    let up = grid.directions()[2].z >= 0.0;
    let [axial_region, coronal_region] = regions(grid, at);
    let in_axial = |[column, row, slice]: [usize; 3]| axial[(slice * PATCH + row) * PATCH + column];
    let in_coronal = |[column, row, slice]: [usize; 3]| {
        let k = if up { PATCH - 1 - row } else { row };
        coronal[(k * SLICES + slice) * PATCH + column]
    };
    Ok([
        Montage { region: axial_region, values: tiled(in_axial) },
        Montage { region: coronal_region, values: tiled(in_coronal) },
    ])
}

/// A montage of slices.
/// - `value`: at column, row, slice
fn tiled(value: impl Fn([usize; 3]) -> f32) -> Arc<[f32]> {
    let pixel = |n: usize| {
        let (row, column) = (n / SIDE, n % SIDE);
        value([column % PATCH, row % PATCH, row / PATCH * GRID + column / PATCH])
    };
    (0..SIDE * SIDE).map(pixel).collect()
}

/// Where `count` samples lie along an axis, evenly around a continuous index.
fn places(centre: f64, spacing_mm: f64, count: usize) -> impl Iterator<Item = f64> {
    let offset_mm = move |n: usize| (n as f64 - (count as f64 - 1.0) / 2.0) * STEP_MM;
    (0..count).map(move |n| centre + offset_mm(n) / spacing_mm)
}

/// What the network reads for so many Hounsfield units.
pub fn of_hu(hu: f32) -> f32 {
    windowed(f64::from(hu))
}

/// After the window.
fn windowed(value: f64) -> f32 {
    ((value - WINDOW[0]) / (WINDOW[1] - WINDOW[0])).clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Transform, Vector, Voxel};
    use crate::volume::Unit;

    /// Column, row and slice of a montage.
    fn pixel(montage: &Montage, [column, row, slice]: [usize; 3]) -> f32 {
        montage.values[(slice / GRID * PATCH + row) * SIDE + slice % GRID * PATCH + column]
    }

    fn filled(grid: VoxelGrid, value: impl Fn([usize; 3]) -> i16) -> Volume {
        let volume = Volume::loading(grid, Unit::Hu, None);
        let [nx, ny, nz] = grid.size();
        for k in 0..nz {
            let slice = (0..nx * ny).map(|n| value([n % nx, n / nx, k])).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
        }
        volume
    }

    /// 0.7 x 0.8 x 2.5 mm, `(37 i + 91 j + 53 k) mod 257 * 5 - 1100`.
    fn pattern() -> Volume {
        let grid = VoxelGrid::axis_aligned([80, 70, 30], [0.7, 0.8, 2.5], Point::new(-30.0, 20.0, -200.0))
            .expect("a grid");
        filled(grid, |[i, j, k]| ((37 * i + 91 * j + 53 * k) % 257 * 5) as i16 - 1100)
    }

    fn around(volume: &Volume, at: Point<Voxel>) -> [Montage; 2] {
        montages(volume, volume.grid().patient_from_voxel() * at, Mode::Paper).expect("read")
    }

    /// Expected: scipy 1.17.1, `map_coordinates(v, [[k], [j], [i]], order=1, mode='nearest')` at the positions
    /// that the documentation names, then the window.
    #[test]
    fn samples_are_trilinear_at_whole_millimetres_and_repeat_the_edge() {
        let volume = pattern();
        let cases: [([f64; 3], &[(usize, [usize; 3], f32)]); 2] = [
            (
                [40.25, 30.5, 14.125],
                &[
                    (0, [0, 0, 0], 0.694_553_57),
                    (0, [31, 20, 12], 0.753_435_9),
                    (0, [49, 49, 24], 0.420_178_57),
                    (0, [45, 10, 3], 0.588_469_4),
                    (0, [0, 49, 7], 0.682_198_66),
                    (1, [0, 0, 0], 0.587_712_05),
                    (1, [31, 20, 12], 0.500_607_46),
                    (1, [49, 49, 24], 0.612_600_45),
                    (1, [45, 10, 3], 0.709_227_5),
                    (1, [0, 49, 7], 0.286_517_86),
                ],
            ),
            (
                [2.0, 3.0, 28.0],
                &[
                    (0, [0, 0, 0], 0.791_428_57),
                    (1, [0, 0, 0], 0.971_428_6),
                    (0, [30, 40, 24], 0.367_283_16),
                    (1, [30, 40, 24], 0.336_122_45),
                    (0, [25, 22, 13], 0.298_673_47),
                    (1, [25, 22, 13], 0.646_173_5),
                ],
            ),
        ];
        for (at, expected) in cases {
            let found = around(&volume, Point::from_array(at));
            for (montage, place, value) in expected {
                let found = pixel(&found[*montage], *place);
                // Single precision, and expected values of eight digits.
                assert!((found - value).abs() < 1e-6, "{at:?} {montage} {place:?}: {found}, {value}");
            }
        }
    }

    #[test]
    fn regions_have_their_size_around_the_point_and_count_what_lies_outside() {
        let volume = pattern();
        let grid = volume.grid();
        let at = grid.patient_from_voxel() * Point::new(2.0, 30.5, 14.125);
        let [axial, coronal] = regions(grid, at);
        assert_eq!([axial.name, coronal.name], [RegionName::Axial, RegionName::Coronal]);
        for (region, expected) in [(axial, [50.0, 50.0, 25.0]), (coronal, [50.0, 25.0, 50.0])] {
            for (found, expected) in region.size_mm().into_iter().zip(expected) {
                // The point is taken to 1e-5 voxel; lengths are not touched by it.
                assert!((found - expected).abs() < 1e-9, "{found}");
            }
            let (first, last) = (region.corners[0].to_array(), region.corners[7].to_array());
            for a in 0..3 {
                assert!((f64::midpoint(first[a], last[a]) - at.to_array()[a]).abs() < 1e-4);
            }
        }
        // Columns 2 -+ 35.7: -33.7 to 37.7; rows 30.5 -+ 31.25; slices 14.125 -+ 5.
        assert_eq!(axial.bounds, VoxelBox { min: [-34, -1, 9], size: [73, 64, 11] });
        assert_eq!((axial.padded, axial.shifted), ([34, 1, 0], [0; 3]));
        // Rows 30.5 -+ 15.625, slices 14.125 -+ 10.
        assert_eq!(coronal.bounds, VoxelBox { min: [-34, 15, 4], size: [73, 32, 21] });
        let far = grid.patient_from_voxel() * Point::new(40.0, 75.0, 14.0);
        assert_eq!(regions(grid, far)[0].shifted, [0, -6, 0]);
        let _ = regions(grid, Point::new(f64::NAN, f64::INFINITY, -1e300));
    }

    /// A mark at a known place of the patient, and where it must be seen.
    /// - `axes`: of columns, rows, slices, 1 mm each
    /// - `offset`: of the mark from the point, mm along the patient's axes
    fn seen(axes: [[f64; 3]; 3], offset: [f64; 3]) -> [Vec<[usize; 3]>; 2] {
        let [i, j, k] = axes.map(Vector::from_array);
        let map = Transform::from_axes(i, j, k, Point::new(0.0, 0.0, 0.0));
        let grid = VoxelGrid::new([61, 61, 61], map).expect("a grid");
        let centre = grid.centre();
        let [x, y, z] = offset;
        let mark = grid.voxel_from_patient() * (centre + Vector::new(x, y, z));
        let mark = grid.voxel_at(mark).expect("inside");
        let volume = filled(grid, |at| if at == mark { 200 } else { -1200 });
        montages(&volume, centre, Mode::Paper).expect("read").map(|montage| {
            let all =
                (0..SLICES).flat_map(|s| (0..PATCH).flat_map(move |r| (0..PATCH).map(move |c| [c, r, s])));
            all.filter(|place| pixel(&montage, *place) > 0.0).collect()
        })
    }

    #[test]
    fn a_mark_in_the_patient_is_at_its_place_in_both_montages() {
        // 5 mm to the left, 3 mm to the back, 7 mm to the head. Within a slice samples lie between voxels, so
        // that the mark is halved along both axes and seen in two columns and two rows; the middle is
        // between pixels 24 and 25.
        let [axial, coronal] = seen([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [5.0, 3.0, 7.0]);
        assert_eq!(axial, [[29, 27, 19], [30, 27, 19], [29, 28, 19], [30, 28, 19]]);
        // To the head is up: rows fall.
        assert_eq!(coronal, [[29, 17, 15], [30, 17, 15], [29, 18, 15], [30, 18, 15]]);
    }

    #[test]
    fn the_head_is_at_the_top_of_coronal_slices_whichever_way_slices_are_numbered() {
        // Slices towards the feet, and rows towards the front, so that the axes stay right-handed.
        let axes = [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]];
        let [axial, coronal] = seen(axes, [5.0, 3.0, 7.0]);
        assert_eq!(axial, [[29, 21, 5], [30, 21, 5], [29, 22, 5], [30, 22, 5]]);
        assert_eq!(coronal, [[29, 17, 9], [30, 17, 9], [29, 18, 9], [30, 18, 9]]);
    }

    #[test]
    fn values_become_0_to_1_between_the_ends_of_the_window() {
        let grid = VoxelGrid::axis_aligned([3, 3, 3], [30.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        for (hu, expected) in [(-3024, 0.0), (-1200, 0.0), (-500, 0.5), (200, 1.0), (3000, 1.0)] {
            let found = around(&filled(grid, |_| hu), Point::new(1.0, 1.0, 1.0));
            assert!(found.iter().all(|montage| montage.values.iter().all(|v| *v == expected)), "{hu} HU");
        }
    }

    #[test]
    fn another_mode_absent_slices_and_values_that_are_no_numbers_are_refused() {
        let volume = pattern();
        let error = montages(&volume, volume.grid().centre(), Mode::Clinical).expect_err("no such mode");
        assert!(error.to_string().starts_with("MAEMC-NET has no mode clinical"), "{error}");
        let empty = Volume::loading(*volume.grid(), Unit::Hu, None);
        let found = montages(&empty, empty.grid().centre(), Mode::Paper);
        assert!(matches!(found, Err(InferenceError::StillLoading)));
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut slices = vec![vec![0.0f32; 80 * 70].into_boxed_slice(); 30];
            slices[14][35 * 80 + 40] = wrong;
            let volume = Volume::real(*volume.grid(), Unit::Hu, slices).expect("fits");
            let found = montages(&volume, volume.grid().centre(), Mode::Paper);
            assert!(matches!(found, Err(InferenceError::NoNumbers)));
        }
    }
}
