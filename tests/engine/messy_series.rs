//! Series whose files do not belong together, or lie oddly: each is told apart, left blank or refused, and never
//! becomes a volume that was not scanned.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use triscope::ingest::{self, DefectCode, Scan, Series};
use triscope::jobs::JobContext;
use triscope::volume::Volume;

use crate::slice_files::{Pixels, Slice, folder};

fn scanned(slices: &[Slice]) -> (tempfile::TempDir, Scan) {
    let folder = folder(slices);
    let scan = ingest::scan(&[folder.path().to_path_buf()], &JobContext::unobserved()).expect("scans");
    (folder, scan)
}

fn loaded(series: &Series) -> std::sync::Arc<Volume> {
    let volume = ingest::begin(series).expect("a volume");
    ingest::load(series, &volume, &JobContext::unobserved()).expect("loads").volume
}

fn says(series: &Series, code: DefectCode) -> bool {
    series.defects.iter().any(|d| d.code == code)
}

/// Slices at these heights, all of one value.
fn at(heights: &[f64], value: i16) -> Vec<Slice> {
    let slice = |(k, z): (i32, &f64)| {
        let position = Some([-10.0, -20.0, *z]);
        Slice { position, pixels: Pixels::Words(vec![value; 48]), ..Slice::axial(k) }
    };
    (0..).zip(heights).map(slice).collect()
}

fn with(mut slices: Vec<Slice>, first_instance: i32, more: &[(dicom_core::Tag, VR, &str)]) -> Vec<Slice> {
    for (n, slice) in (0..).zip(&mut slices) {
        slice.instance = first_instance + n;
        slice.more.extend(more.iter().map(|(tag, vr, value)| (*tag, *vr, (*value).to_owned())));
    }
    slices
}

#[test]
fn a_long_hole_is_blank_and_no_network_is_asked() {
    // 16 slices of 2 mm with a hole of 32 mm; the second time they are a little uneven as well.
    let even: Vec<f64> = (0..16).map(|k| 2.0 * f64::from(k) + if k > 7 { 30.0 } else { 0.0 }).collect();
    let uneven: Vec<f64> = even.iter().enumerate().map(|(k, z)| z + [0.0, 0.4, -0.3][k % 3]).collect();
    for heights in [even, uneven] {
        let (_files, scan) = scanned(&at(&heights, 1000));
        let series = &scan.series[0];
        assert!(says(series, DefectCode::MissingSlices) && !series.classifiable(), "{:?}", series.defects);
        let volume = loaded(series);
        let [from, to] = [heights[7] + 0.5, heights[8] - 0.5];
        let grid = volume.grid();
        for k in 0..grid.size()[2] {
            let z = (grid.patient_from_voxel() * triscope::geometry::Point::new(0.0, 0.0, k as f64)).z;
            let value = volume.value([0, 0, k]);
            let scanned = if z > from && z < to { -1000.0 } else { 1000.0 - 1024.0 };
            assert_eq!(value, Some(scanned), "{z}");
        }
    }
}

#[test]
fn a_slice_that_lies_far_away_is_another_part() {
    let mut heights: Vec<f64> = (0..15).map(|k| 2.0 * f64::from(k)).collect();
    heights.push(5000.0);
    let (_files, scan) = scanned(&at(&heights, 1000));
    let sizes: Vec<usize> = scan.series.iter().map(|s| s.size[2]).collect();
    assert_eq!(sizes, [15, 1]);
    assert!((scan.series[0].grid.expect("a grid").spacing_mm()[2] - 2.0).abs() < 1e-9);
    assert!(scan.series[0].usable() && !scan.series[1].usable());
    // What no scanner writes is no place.
    let mut slices = at(&heights[..15], 1000);
    slices[4].position = Some([0.0, 0.0, 1e308]);
    let (_files, scan) = scanned(&slices);
    assert!(scan.series[0].grid.is_some_and(|g| g.spacing_mm().iter().all(|mm| mm.is_finite())));
    assert_eq!(scan.series[0].files.len(), 14);
}

#[test]
fn two_patients_or_two_frames_of_reference_under_one_uid_are_two_series() {
    let z: Vec<f64> = (0..6).map(|k| 2.0 * f64::from(k)).collect();
    let up: Vec<f64> = z.iter().map(|z| z + 80.0).collect();
    for tag in
        [(tags::PATIENT_ID, VR::LO, "A", "B"), (tags::FRAME_OF_REFERENCE_UID, VR::UI, "2.25.1", "2.25.2")]
    {
        let (tag, vr, one, other) = tag;
        let mut slices = with(at(&z, 1000), 1, &[(tag, vr, one)]);
        slices.extend(with(at(&up, 1100), 50, &[(tag, vr, other)]));
        let (_files, scan) = scanned(&slices);
        assert_eq!(scan.series.iter().map(|s| s.size[2]).collect::<Vec<_>>(), [6, 6]);
        assert!(scan.series.iter().all(|s| says(s, DefectCode::MixedOrientation) && s.usable()));
        let mut values: Vec<Option<f32>> = scan.series.iter().map(|s| loaded(s).value([0, 0, 3])).collect();
        values.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        assert_eq!(values, [Some(-24.0), Some(76.0)]);
    }
}

#[test]
fn phases_whose_positions_differ_a_little_or_alternate_are_told_apart_by_their_marks() {
    for shift in [0.02, 1.0] {
        let z: Vec<f64> = (0..8).map(|k| 2.0 * f64::from(k)).collect();
        let moved: Vec<f64> = z.iter().map(|z| z + shift).collect();
        let mark = |n| (tags::TEMPORAL_POSITION_IDENTIFIER, VR::IS, n);
        let mut slices = with(at(&z, 1000), 1, &[mark("1")]);
        slices.extend(with(at(&moved, 1100), 50, &[mark("2")]));
        let (_files, scan) = scanned(&slices);
        assert_eq!(scan.series.len(), 2, "{shift}");
        for (series, value) in scan.series.iter().zip([-24.0, 76.0]) {
            assert!(says(series, DefectCode::MultiPhase) && series.classifiable(), "{:?}", series.defects);
            let volume = loaded(series);
            assert!((0..8).all(|k| volume.value([3, 3, k]) == Some(value)));
        }
    }
}

#[test]
fn two_reconstructions_are_not_mixed_and_two_halves_of_a_scan_stay_together() {
    let thin: Vec<f64> = (0..20).map(f64::from).collect();
    let thick: Vec<f64> = (0..5).map(|k| 0.5 + 4.0 * f64::from(k)).collect();
    let made = |kernel, mm| [(tags::CONVOLUTION_KERNEL, VR::SH, kernel), (tags::SLICE_THICKNESS, VR::DS, mm)];
    let mut slices = with(at(&thin, 1000), 1, &made("B30f", "1"));
    slices.extend(with(at(&thick, 1100), 50, &made("B70f", "5")));
    let (_files, scan) = scanned(&slices);
    assert_eq!(scan.series.iter().map(|s| s.size[2]).collect::<Vec<_>>(), [20, 5]);
    // A mark that changes half way tells no stacks apart.
    let mark = |n| (tags::TEMPORAL_POSITION_IDENTIFIER, VR::IS, n);
    let mut slices = with(at(&thin[..10], 1000), 1, &[mark("1")]);
    slices.extend(with(at(&thin[10..], 1000), 50, &[mark("2")]));
    let (_files, scan) = scanned(&slices);
    assert_eq!(scan.series.iter().map(|s| s.size[2]).collect::<Vec<_>>(), [20]);
}

#[test]
fn what_cannot_be_decoded_is_blank_in_a_resampled_stack_too() {
    let mut slices = at(&[0.0, 2.0, 5.0, 7.0, 10.0, 12.0], 1000);
    let broken = slices.get_mut(2).expect("there");
    broken.pixels = Pixels::Words(vec![1000; 20]);
    let (_files, scan) = scanned(&slices);
    let series = &scan.series[0];
    assert!(series.is_resampled() && says(series, DefectCode::Truncated), "{:?}", series.defects);
    let volume = loaded(series);
    let values: Vec<Option<f32>> = (0..volume.grid().size()[2]).map(|k| volume.value([0, 0, k])).collect();
    assert!(values.iter().all(|v| [Some(-24.0), Some(-1000.0)].contains(v)), "{values:?}");
    assert!(values.contains(&Some(-1000.0)) && values.contains(&Some(-24.0)));
}

#[test]
fn thin_slices_stay_and_places_that_rounding_tells_apart_are_one() {
    // Micro-CT: 100 and 10 micrometres.
    for step in [0.1, 0.01] {
        let heights: Vec<f64> = (0..12).map(|k| 40.0 + step * f64::from(k)).collect();
        let (_files, scan) = scanned(&at(&heights, 1000));
        let series = &scan.series[0];
        assert_eq!((series.size[2], series.files.len()), (12, 12), "{:?}", series.defects);
        assert!((series.grid.expect("a grid").spacing_mm()[2] - step).abs() < 1e-6);
    }
    // Every slice a second time, 10 micrometres away: the same pixels.
    let mut slices = at(&(0..8).map(|k| 2.5 * f64::from(k)).collect::<Vec<_>>(), 1000);
    slices.extend(with(at(&(0..8).map(|k| 2.5 * f64::from(k) + 0.01).collect::<Vec<_>>(), 1000), 9, &[]));
    let (_files, scan) = scanned(&slices);
    let series = &scan.series[0];
    assert_eq!(series.size[2], 8, "{:?}", series.defects);
    assert!(says(series, DefectCode::DuplicateSlices) && series.usable());
}
