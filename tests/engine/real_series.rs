//! Real CT series: geometry and Hounsfield units as two other readers give them
//! (`../shared/data/README.md`).

use std::path::Path;

use triscope::ingest::{DefectCode, Series};
use triscope::jobs::JobContext;
use triscope::volume::{Unit, Volume};
use triscope::workflow::open::{Opened, open};

struct Truth {
    folder: &'static str,
    size: [usize; 3],
    spacing_mm: [f64; 3],
    origin_lps_mm: [f64; 3],
    range: [i16; 2],
    mean: f64,
    at: &'static [([usize; 3], i16)],
    defects: &'static [DefectCode],
    windows: &'static [[f64; 2]],
}

fn loaded(folder: &str) -> Option<Opened> {
    let path = Path::new("../shared/data/ct").join(folder);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(open(&[path], None, &JobContext::unobserved(), |_| {}).expect("a real CT opens"))
}

fn check(truth: &Truth) {
    let Some(opened) = loaded(truth.folder) else { return };
    let (series, volume) = (opened.series(), &opened.volume);
    let grid = volume.grid();
    assert_eq!(grid.size(), truth.size);
    close(grid.spacing_mm(), truth.spacing_mm);
    close(grid.patient_from_voxel().origin().to_array(), truth.origin_lps_mm);
    for (axis, direction) in grid.directions().into_iter().enumerate() {
        let mut unit = [0.0; 3];
        unit[axis] = 1.0;
        close(direction.to_array(), unit);
    }
    assert_eq!(volume.unit(), &Unit::Hu);
    let (mean, range) = statistics(volume);
    // The table gives four decimals.
    assert!((mean - truth.mean).abs() < 6e-5, "mean {mean} instead of {}", truth.mean);
    assert_eq!(range, truth.range);
    for (voxel, hu) in truth.at {
        assert_eq!(volume.value(*voxel), Some(f32::from(*hu)), "{} at {voxel:?}", truth.folder);
    }
    let codes: Vec<DefectCode> = opened.defects.iter().map(|d| d.code).collect();
    assert_eq!(codes, truth.defects, "{}", truth.folder);
    assert!(series.usable() && series.classifiable());
    let windows: Vec<[f64; 2]> = windows(series);
    assert_eq!(windows, truth.windows);
}

fn windows(series: &Series) -> Vec<[f64; 2]> {
    series.windows.iter().map(|w| [w.window.width(), w.window.centre()]).collect()
}

fn close(got: [f64; 3], wanted: [f64; 3]) {
    // Written to one decimal of a millimetre for origins that carry float noise of 5e-5.
    assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-4), "{got:?} instead of {wanted:?}");
}

fn statistics(volume: &Volume) -> (f64, [i16; 2]) {
    let slices = volume.int16().expect("whole numbers").all();
    let sum: i64 = slices.iter().map(|s| s.iter().map(|&v| i64::from(v)).sum::<i64>()).sum();
    let all = || slices.iter().flat_map(|s| s.iter().copied());
    let range = [all().min().unwrap_or(0), all().max().unwrap_or(0)];
    (sum as f64 / volume.grid().voxel_count() as f64, range)
}

#[test]
fn lidc_0314_is_read_as_other_readers_do() {
    check(&Truth {
        folder: "lidc-0314/dicom",
        size: [512, 512, 275],
        spacing_mm: [0.78125, 0.78125, 1.0],
        origin_lps_mm: [-201.0, -59.0, -679.800_049],
        range: [-1000, 1979],
        mean: -619.9734,
        at: &[
            ([256, 256, 137], 65),
            ([0, 0, 0], -1000),
            ([100, 200, 91], 14),
            ([350, 300, 183], -849),
            ([184, 244, 159], 70),
        ],
        defects: &[],
        windows: &[[2000.0, -450.0]],
    });
}

#[test]
fn lung1_001_in_jpeg_ls_is_read_as_other_readers_do() {
    check(&Truth {
        folder: "lung1-001/dicom",
        size: [512, 512, 134],
        spacing_mm: [0.976_562, 0.976_562, 3.0],
        origin_lps_mm: [-249.5117, -460.5117, -681.5],
        range: [-1024, 3034],
        mean: -741.3879,
        at: &[([256, 256, 67], 23), ([0, 0, 0], -1024), ([100, 200, 44], -1013), ([350, 300, 89], -860)],
        defects: &[],
        windows: &[[400.0, 40.0], [1200.0, -600.0]],
    });
}

#[test]
fn lidc_0001_with_padding_in_the_wrong_vr_is_read_as_other_readers_do() {
    check(&Truth {
        folder: "lidc-partial/LIDC-IDRI-0001",
        size: [512, 512, 16],
        spacing_mm: [0.703_125, 0.703_125, 2.5],
        origin_lps_mm: [-166.0, -171.699_997, -132.5],
        range: [-2048, 3071],
        mean: -860.9283,
        at: &[([256, 256, 8], 196), ([0, 0, 0], -2048), ([100, 200, 5], 483), ([350, 300, 10], -886)],
        defects: &[DefectCode::Padding],
        windows: &[[1600.0, -600.0]],
    });
}

#[test]
fn lidc_0002_in_rle_is_read_as_other_readers_do() {
    check(&Truth {
        folder: "lidc-partial/LIDC-IDRI-0002",
        size: [512, 512, 12],
        spacing_mm: [0.681_641, 0.681_641, 1.25],
        origin_lps_mm: [-175.5, -174.5, -94.5],
        range: [-3024, 1561],
        mean: -1029.5026,
        at: &[([256, 256, 6], -982), ([0, 0, 0], -3024), ([100, 200, 4], 53), ([350, 300, 8], -888)],
        defects: &[DefectCode::Padding],
        windows: &[[350.0, 40.0]],
    });
}

#[test]
fn lidc_0003_in_jpeg_2000_is_read_as_other_readers_do() {
    check(&Truth {
        folder: "lidc-partial/LIDC-IDRI-0003",
        size: [512, 512, 11],
        spacing_mm: [0.820_312, 0.820_312, 2.5],
        origin_lps_mm: [-228.800_003, -210.0, -204.0],
        range: [-2048, 1978],
        mean: -848.3958,
        at: &[([256, 256, 5], 36), ([0, 0, 0], -2048), ([100, 200, 3], -108), ([350, 300, 7], -883)],
        defects: &[DefectCode::Padding],
        windows: &[[1600.0, -600.0]],
    });
}

#[test]
fn padding_of_a_real_scan_is_masked_and_kept() {
    let Some(opened) = loaded("lidc-partial/LIDC-IDRI-0002") else { return };
    let padding = opened.volume.padding().expect("padding");
    assert_eq!((padding.low, padding.high), (-3024, -3024));
    assert_eq!(opened.volume.value([0, 0, 0]), Some(-3024.0));
    assert!(opened.volume.range()[0] >= -1024.0);
}
