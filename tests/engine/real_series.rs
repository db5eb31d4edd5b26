//! Real CT series all the way: geometry and Hounsfield units as two other readers give them
//! (`../shared/data/README.md`), the three planes through the annotated lesion, the network's answer.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use triscope::explain::Parameters;
use triscope::geometry::{Patient, Plane, Point, Vector};
use triscope::gpu::{Gpu, headless};
use triscope::inference::{DeviceChoice, Engine, EngineOptions};
use triscope::ingest::{DefectCode, Series};
use triscope::jobs::JobContext;
use triscope::render::Offscreen;
use triscope::session::ViewportState;
use triscope::view::resolve;
use triscope::volume::{Preset, Reslice, Unit, Volume, reslice_grey};
use triscope::workflow::classify::{Request, run};
use triscope::workflow::open::{Opened, open};

use super::support::plain_frame;

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
    /// Centre of the lesion that the readers marked (`*.annotations.json`, `lung1-001.rois.json`).
    lesion_lps_mm: [f64; 3],
    /// First voxels of the micro, meso and macro crop around it, from its index in the same file:
    /// index minus half a crop, cut to whole voxels; -half of what is missing where it is thinner.
    crops: [[i64; 3]; 3],
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
    let lesion = Point::from_array(truth.lesion_lps_mm);
    for plane in Plane::ALL {
        is_drawn(volume, plane, lesion);
    }
    is_answered(truth, &opened, lesion);
}

/// The plane through the point, drawn by the shaders, is what the processor resamples there along the
/// plane's own directions in the patient.
fn is_drawn(volume: &Arc<Volume>, plane: Plane, at: Point<Patient>) {
    const SIZE: [u32; 2] = [192, 160];
    static GPU: LazyLock<Gpu> =
        LazyLock::new(|| headless(None).expect("a graphics adapter (software Vulkan is enough)"));
    let grid = volume.grid();
    let window = Preset::Lung.window([0.0, 0.0]);
    let view = resolve(grid, &ViewportState::fitted(plane), at, SIZE);
    let corner = &view.patient_from_viewport * Point::new(0.5, 0.5, 0.0);
    // Radiological convention, in LPS: seen from the feet, from the front, from the left.
    let (right, down, across) = match plane {
        Plane::Axial => ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], corner.z - at.z),
        Plane::Coronal => ([1.0, 0.0, 0.0], [0.0, 0.0, -1.0], corner.y - at.y),
        Plane::Sagittal => ([0.0, 1.0, 0.0], [0.0, 0.0, -1.0], corner.x - at.x),
    };
    // The nearest native slice.
    assert!(across.abs() <= view.slice_distance_mm / 2.0 + 1e-6, "{plane:?}: {across} mm away");
    let voxels = |v: [f64; 3]| {
        let mm: Vector<Patient> = Vector::from_array(v);
        grid.voxel_from_patient().vector(mm * view.mm_per_px)
    };
    let what = Reslice {
        outside: -1e6,
        ..Reslice::plane(
            grid.voxel_from_patient() * corner,
            voxels(right),
            voxels(down),
            SIZE.map(|n| n as usize),
        )
    };
    let expected = reslice_grey(volume, &what, window);
    let frame = plain_frame(volume, view, window);
    let drawn = Offscreen::new(&GPU).picture(&frame).expect("drawn");
    let drawn: Vec<u8> = drawn.chunks_exact(4).map(|p| p[0]).collect();
    // Air in the lung window is dark grey, so that the whole volume is seen; eleven slices of 2.5 mm in
    // 420 mm are the least.
    let seen = drawn.iter().filter(|level| **level > 32).count();
    assert!(seen > drawn.len() / 40, "{plane:?}: {seen} pixels are not black");
    // The shader masks what lies next to padding, which the resampler reads as a value: a thin rim.
    let off = drawn.iter().zip(&expected).filter(|(a, b)| a.abs_diff(**b) > 2).count();
    assert!(off < drawn.len() / 50, "{plane:?}: {off} pixels differ");
}

/// The default network answers at the lesion with numbers, and reads the crops that it should.
fn is_answered(truth: &Truth, opened: &Opened, at: Point<Patient>) {
    let engine = Engine::start(EngineOptions::beside_a_window(DeviceChoice::Cpu, None)).expect("a thread");
    let request = Request {
        explain: Vec::new(),
        parameters: Parameters::default(),
        ..Request::new(Arc::clone(&opened.volume), opened.defects.clone(), at)
    };
    assert_eq!(request.model, "m3net-compact");
    let answer = run(&engine, request, &JobContext::unobserved()).expect("an answer").answer;
    assert!((0.0..=1.0).contains(&answer.probability), "{}", answer.probability);
    assert!(answer.logits.iter().all(|logit| logit.is_finite()), "{:?}", answer.logits);
    assert!(answer.m3net().expect("M3Net").scale_contribution.iter().all(|share| share.is_finite()));
    let starts: Vec<_> = answer.regions.iter().map(|region| region.bounds.min).collect();
    assert_eq!(starts, truth.crops, "{}", truth.folder);
    let sizes: Vec<_> = answer.regions.iter().map(|region| region.bounds.size).collect();
    assert_eq!(sizes, [[32, 32, 56], [64, 64, 56], [96, 96, 56]]);
    // Thinner than 56 slices: filled with air, and said.
    let missing = 56usize.saturating_sub(truth.size[2]);
    assert!(answer.regions.iter().all(|region| region.padded == [0, 0, missing]));
    let said: Vec<&String> =
        answer.guard.reasons.iter().filter(|r| r.contains("were filled with air")).collect();
    assert_eq!(said.len(), usize::from(missing > 0), "{:?}", answer.guard.reasons);
    assert!(said.iter().all(|reason| reason.contains(&format!("has {} slices", truth.size[2]))), "{said:?}");
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
        lesion_lps_mm: [-57.271, 131.297, -520.558],
        crops: [[167, 227, 131], [151, 211, 131], [135, 195, 131]],
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
        lesion_lps_mm: [82.28, -201.47, -456.84],
        crops: [[323, 249, 46], [307, 233, 46], [291, 217, 46]],
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
        lesion_lps_mm: [56.384, 86.375, -115.806],
        crops: [[300, 351, -20], [284, 335, -20], [268, 319, -20]],
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
        lesion_lps_mm: [59.782, 71.545, -94.5],
        crops: [[329, 344, -22], [313, 328, -22], [297, 312, -22]],
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
        lesion_lps_mm: [72.119, 76.957, -190.719],
        crops: [[350, 333, -22], [334, 317, -22], [318, 301, -22]],
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
