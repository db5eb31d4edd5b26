//! Crops of mode `clinical` beside SciPy's (`tests/data/m3net_clinical`), and where they lie in the patient.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::geometry::{Vector, Voxel};
use crate::inference::{RegionName, context_boxes};
use crate::volume::Unit;

#[derive(Deserialize)]
struct Case {
    name: String,
    size: [usize; 3],
    spacing: [f64; 3],
    at: [f64; 3],
    samples: [usize; 3],
    crops: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    starts: [i64; 3],
    sum: f64,
    weighed: f64,
    places: Vec<(usize, f64)>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../../tests/data/m3net_clinical/crops.json")).expect("figures")
}

/// The script's pattern.
fn patterned(grid: VoxelGrid) -> Volume {
    let [nx, ny, nz] = grid.size();
    let value = |i: usize, j: usize, k: usize| {
        ((37 * i + 91 * j + 53 * k) % 257 * 7 + (i * j * 3 + k * 11) % 97) as i16 - 1150
    };
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..nz {
        let slice = (0..nx * ny).map(|n| value(n % nx, n / nx, k)).collect();
        volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
    }
    volume
}

/// Askew: as a patient on a turned table, seen by a tilted gantry.
fn oblique([x, y, z]: [f64; 3]) -> [Vector<Patient>; 3] {
    let (sin, cos) = 0.3f64.sin_cos();
    let (tilt, level) = 0.2f64.sin_cos();
    [
        Vector::new(x * cos, x * sin, 0.0),
        Vector::new(-y * sin * level, y * cos * level, y * tilt),
        Vector::new(z * sin * tilt, -z * cos * tilt, z * level),
    ]
}

fn straight([x, y, z]: [f64; 3]) -> [Vector<Patient>; 3] {
    [Vector::new(x, 0.0, 0.0), Vector::new(0.0, y, 0.0), Vector::new(0.0, 0.0, z)]
}

fn grid(size: [usize; 3], [i, j, k]: [Vector<Patient>; 3]) -> VoxelGrid {
    VoxelGrid::new(size, Transform::from_axes(i, j, k, Point::new(-31.5, 22.25, -180.0))).expect("a grid")
}

fn clinical(volume: &Volume) -> Sampling {
    Sampling::of(Mode::Clinical, volume.grid()).expect("sampled")
}

#[test]
fn crops_equal_those_of_a_volume_that_scipy_resampled_straight_or_askew() {
    for case in cases() {
        for axes in [straight(case.spacing), oblique(case.spacing)] {
            let volume = patterned(grid(case.size, axes));
            let sampling = clinical(&volume);
            assert_eq!(sampling.grid().size(), case.samples, "{}", case.name);
            let at = volume.grid().patient_from_voxel() * Point::<Voxel>::from_array(case.at);
            for context in sampling.boxes(at) {
                let scale = context.scale.name();
                let expected = &case.crops[scale];
                let what = format!("{}, {scale}", case.name);
                assert_eq!(context.bounds.min, expected.starts, "{what}");
                let crop = sampling.crop(&volume, &context).expect("read");
                assert_eq!(crop.range_hu, [-1000.0, 400.0]);
                let values: Vec<f64> = crop.values.iter().map(|v| f64::from(*v)).collect();
                assert_eq!(values.len(), context.bounds.size.iter().product::<usize>());
                for (place, value) in &expected.places {
                    // Single precision of a value between 0 and 1; a grid askew has its spacing to 1e-16.
                    assert!((values[*place] - value).abs() < 1e-6, "{what}: {} {value}", values[*place]);
                }
                let sum: f64 = values.iter().sum();
                let weighed: f64 = values.iter().enumerate().map(|(n, v)| v * (n % 1009) as f64).sum();
                // Half a unit in the last place of 1, of every value.
                let rounding = f64::from(f32::EPSILON) / 2.0 * values.len() as f64;
                assert!((sum - expected.sum).abs() < rounding, "{what}: {sum} {}", expected.sum);
                let off = (weighed - expected.weighed).abs();
                assert!(off < rounding * 1009.0, "{what}: {weighed} {}", expected.weighed);
            }
        }
    }
}

#[test]
fn regions_are_cubes_in_the_patient_whatever_the_voxels_are() {
    for axes in [straight([0.7, 0.8, 2.0]), oblique([0.7, 0.8, 2.0])] {
        let volume = patterned(grid([160, 150, 60], axes));
        let (grid, sampling) = (volume.grid(), clinical(&volume));
        let at = grid.patient_from_voxel() * Point::new(81.3, 74.6, 29.25);
        let names = [RegionName::Micro, RegionName::Meso, RegionName::Macro];
        for ((context, side), name) in sampling.boxes(at).iter().zip([32.0, 64.0, 96.0]).zip(names) {
            let region = sampling.region(context, grid);
            assert_eq!((region.name, region.shifted, region.padded), (name, [0; 3], [0; 3]));
            for mm in region.size_mm() {
                assert!((mm - side).abs() < 1e-9, "{mm}");
            }
            // The published crop begins half its size before the point, at a whole sample: its middle lies half
            // a sample before the point, and up to one more.
            let middle: [f64; 3] = std::array::from_fn(|a| {
                region.corners.iter().map(|corner| corner.to_array()[a]).sum::<f64>() / 8.0
            });
            assert!(at.distance(Point::from_array(middle)) < 1.5 * 3f64.sqrt());
            // Columns: samples 40 to 71 lie at voxels 57.14 to 101.43; and so on.
            if name == RegionName::Micro {
                assert_eq!(region.bounds.min, [57, 53, 21]);
                assert_eq!(region.bounds.size, [46, 41, 17]);
            }
        }
    }
}

#[test]
fn at_an_edge_cubes_are_moved_inside_and_a_short_volume_is_padded_on_both_sides() {
    let volume = patterned(grid([160, 150, 60], straight([0.7, 0.8, 2.0])));
    let (grid, sampling) = (volume.grid(), clinical(&volume));
    // 112, 120 and 119 samples: 159 x 0.7 = 111.3 mm and so on.
    assert_eq!(sampling.grid().size(), [112, 120, 119]);
    let corner = grid.patient_from_voxel() * Point::new(0.0, 149.0, 59.0);
    let [micro, _, wide] = sampling.boxes(corner);
    assert_eq!((micro.bounds.min, micro.shifted), ([0, 88, 87], [16, -15, -15]));
    assert_eq!(wide.bounds.min, [0, 24, 23]);
    let region = sampling.region(&micro, grid);
    // 16 mm are 22.9 columns; 15 mm 18.75 rows and 7.5 slices.
    assert_eq!((region.shifted, region.padded), ([23, -19, -8], [0; 3]));
    let far = Point::new(f64::NAN, f64::INFINITY, -1e300);
    for context in sampling.boxes(far) {
        assert!((0..3).all(|a| context.bounds.min[a] >= 0));
        let _ = sampling.region(&context, grid);
    }

    let thin = patterned(self::grid([160, 150, 12], straight([0.7, 0.8, 5.0])));
    let sampling = clinical(&thin);
    let [micro, meso, _] = sampling.boxes(thin.grid().centre());
    assert_eq!((micro.padded, meso.padded), ([0; 3], [0, 0, 8]));
    let crop = sampling.crop(&thin, &meso).expect("read");
    let plane = 64 * 64;
    assert!(crop.values[..4 * plane].iter().chain(&crop.values[60 * plane..]).all(|v| *v == 0.0));
    assert!(crop.values[4 * plane..60 * plane].iter().any(|v| *v > 0.0));
    let region = sampling.region(&meso, thin.grid());
    // Samples -4 to 59 of slices 5 mm apart: voxels -1 to 12.
    assert_eq!((region.bounds.min[2], region.bounds.size[2], region.padded), (-1, 14, [0, 0, 2]));
}

#[test]
fn mode_paper_reads_the_volumes_own_voxels_as_before() {
    let volume = patterned(grid([160, 150, 60], oblique([0.7, 0.8, 2.0])));
    let sampling = Sampling::of(Mode::Paper, volume.grid()).expect("its own grid");
    let at = volume.grid().patient_from_voxel() * Point::new(40.0, 75.0, 30.0);
    let expected = context_boxes(volume.grid(), volume.grid().voxel_from_patient() * at);
    assert_eq!(sampling.boxes(at), expected);
    assert_eq!(sampling.step(), [1.0; 3]);
    let (region, crop) = (sampling.region(&expected[0], volume.grid()), sampling.crop(&volume, &expected[0]));
    assert_eq!(region, expected[0].region(volume.grid()));
    assert_eq!(crop.expect("read"), prepare(&volume, &expected[0]).expect("read"));
}

#[test]
fn slices_that_have_not_arrived_and_values_that_are_no_numbers_are_refused() {
    let grid = grid([60, 60, 40], straight([1.0; 3]));
    let sampling = Sampling::of(Mode::Clinical, &grid).expect("sampled");
    let [micro, ..] = sampling.boxes(grid.centre());
    let empty = Volume::loading(grid, Unit::Hu, None);
    assert!(matches!(sampling.crop(&empty, &micro), Err(InferenceError::StillLoading)));
    for wrong in [f32::NAN, f32::INFINITY] {
        let mut slices = vec![vec![0.0f32; 3600].into_boxed_slice(); 40];
        slices[20][30 * 60 + 30] = wrong;
        let volume = Volume::real(grid, Unit::Hu, slices).expect("fits");
        assert!(matches!(sampling.crop(&volume, &micro), Err(InferenceError::NoNumbers)));
    }
}
