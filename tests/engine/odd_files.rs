//! Odd, old and broken files: each opened as it should be, or refused with a sentence
//! (`../shared/data/odd/README.md` says what each one is).

use std::fs;
use std::sync::Arc;

use triscope::geometry::Point;
use triscope::ingest::{self, DefectCode, Series};
use triscope::jobs::JobContext;
use triscope::volume::{Unit, Volume};
use triscope::workflow::open::Opened;

use crate::support::{codes, odd, opened, scanned};

fn is_sentence(text: &str) -> bool {
    (15..400).contains(&text.len()) && !text.contains('\n') && !text.contains("Error") && !text.contains("::")
}

#[test]
fn whatever_lies_in_the_folder_is_opened_or_refused_in_words() {
    let Some(root) = odd("") else { return };
    let ctx = JobContext::unobserved();
    let mut entries = Vec::new();
    for kind in std::fs::read_dir(&root).expect("readable").flatten().filter(|e| e.path().is_dir()) {
        entries.extend(std::fs::read_dir(kind.path()).expect("readable").flatten().map(|e| e.path()));
    }
    assert!(entries.len() > 80, "{} entries", entries.len());
    for entry in entries {
        let scan = scanned(&entry);
        for skipped in &scan.skipped {
            assert!(is_sentence(&skipped.reason), "{}", skipped.reason);
        }
        for series in &scan.series {
            assert!(series.defects.iter().all(|d| is_sentence(&d.text)), "{:?}", series.defects);
            let begun = ingest::begin(series);
            assert_eq!(begun.is_ok(), series.usable(), "{}", entry.display());
            match begun {
                Err(refusal) => assert!(is_sentence(&refusal.to_string()), "{refusal}"),
                Ok(volume) => match ingest::load(series, &volume, &ctx) {
                    Ok(loaded) => assert!(loaded.volume.is_complete()),
                    Err(refusal) => assert!(is_sentence(&refusal.to_string()), "{refusal}"),
                },
            }
        }
    }
}

#[test]
fn the_whole_collection_at_once_does_not_get_into_a_tangle() {
    let Some(root) = odd("") else { return };
    let scan = scanned(&root);
    assert!(scan.series.first().is_some_and(|s| s.usable() && s.modality == "CT"));
    assert!(scan.series.len() > 50);
    assert!(scan.skipped.windows(2).all(|w| w[0].file <= w[1].file));
}

/// Every voxel of `volume` that lies on a voxel of the reference holds its value.
/// - returns: how many voxels were compared
fn agrees_with_reference(volume: &Volume, leave_out: impl Fn([usize; 3], f32) -> bool) -> usize {
    let reference = opened(&odd("derived/reference").expect("there"));
    let from_patient = *reference.volume.grid().voxel_from_patient();
    let [nx, ny, nz] = volume.grid().size();
    let mut compared = 0;
    for k in 0..nz {
        for j in 0..ny {
            for i in 0..nx {
                let value = volume.value([i, j, k]).expect("complete");
                let patient = volume.grid().patient_from_voxel() * Point::new(i as f64, j as f64, k as f64);
                let there = &from_patient * patient;
                let rounded = there.to_array().map(f64::round);
                // Positions are written with three decimals and more: half a hundredth of a voxel.
                let on_grid = there.to_array().iter().zip(rounded).all(|(a, b)| (a - b).abs() < 5e-3);
                let voxel = reference.volume.grid().voxel_at(there).filter(|_| on_grid);
                let Some(voxel) = voxel else { continue };
                if leave_out(voxel, value) {
                    continue;
                }
                assert_eq!(Some(value), reference.volume.value(voxel), "voxel {i}, {j}, {k}");
                compared += 1;
            }
        }
    }
    compared
}

const ALL: usize = 96 * 96 * 16;

fn derived(name: &str) -> Option<Opened> {
    Some(opened(&odd("derived")?.join(name)))
}

#[test]
fn sets_that_only_look_odd_give_the_reference_voxel_by_voxel() {
    for name in ["instance-number-shuffled", "prone-orientation", "sagittal-stack", "names-nested-unicode"] {
        let Some(set) = derived(name) else { return };
        assert_eq!(agrees_with_reference(&set.volume, |_, _| false), ALL, "{name}");
        assert_eq!(codes(&set), [], "{name}");
        assert!(set.series().classifiable());
    }
}

#[test]
fn doubled_slices_are_left_out_and_said() {
    for (name, copies) in [("duplicate-positions", "2"), ("duplicate-files", "3")] {
        let Some(set) = derived(name) else { return };
        assert_eq!(agrees_with_reference(&set.volume, |_, _| false), ALL);
        assert_eq!(codes(&set), [DefectCode::DuplicateSlices]);
        assert_eq!(set.series().files.len(), 16);
        assert!(set.defects[0].text.starts_with(copies), "{}", set.defects[0].text);
        assert!(set.series().classifiable());
    }
}

#[test]
fn missing_slices_are_left_blank_at_their_place() {
    let Some(set) = derived("missing-slices") else { return };
    let compared = agrees_with_reference(&set.volume, |[_, _, k], _| k == 5 || k == 6);
    assert_eq!(compared, 96 * 96 * 14);
    assert_eq!(set.volume.grid().spacing_mm()[2], 2.5);
    let defect = &set.defects[0];
    assert_eq!((defect.code, defect.slices.as_slice()), (DefectCode::MissingSlices, &[5, 6][..]));
    assert!(set.series().usable() && !set.series().classifiable());
    // Blank is air, not tissue.
    assert_eq!(set.volume.value([48, 48, 5]), Some(-1000.0));
}

#[test]
fn a_broken_slice_is_named_and_the_volume_goes_on() {
    let Some(set) = derived("one-slice-truncated") else { return };
    assert_eq!(agrees_with_reference(&set.volume, |[_, _, k], _| k == 7), 96 * 96 * 15);
    assert_eq!(codes(&set), [DefectCode::Truncated]);
    assert!(set.defects[0].text.contains("007.dcm"));
    assert_eq!(set.defects[0].slices, [7]);
    assert!(!set.series().classifiable());
}

#[test]
fn a_slice_of_another_size_is_left_out_and_named() {
    let Some(set) = derived("one-slice-other-matrix") else { return };
    assert_eq!(agrees_with_reference(&set.volume, |[_, _, k], _| k == 7), 96 * 96 * 15);
    assert_eq!(codes(&set), [DefectCode::MixedSize, DefectCode::MissingSlices]);
    assert!(set.defects[0].text.contains("left out (slice 8): 007.dcm"), "{}", set.defects[0].text);
    assert_eq!(set.defects[0].slices, [7]);
}

#[test]
fn rescale_is_taken_from_each_slice() {
    let Some(set) = derived("rescale-per-slice") else { return };
    let compared = agrees_with_reference(&set.volume, |_, value| value < -2048.0);
    assert_eq!(compared, ALL);
}

#[test]
fn junk_among_the_slices_is_listed_and_harmless() {
    let Some(set) = derived("junk-in-folder") else { return };
    assert_eq!(agrees_with_reference(&set.volume, |_, _| false), ALL);
    assert_eq!(set.scan.skipped.len(), 5);
}

#[test]
fn without_rescale_the_values_are_not_called_hounsfield_units() {
    let Some(set) = derived("no-rescale-tags") else { return };
    assert_eq!(set.volume.unit(), &Unit::Stored);
    assert_eq!(codes(&set), [DefectCode::NoRescale]);
    let reference = derived("reference").expect("there");
    assert_eq!(set.volume.value([40, 50, 3]), reference.volume.value([40, 50, 3]).map(|hu| hu + 1024.0));
    assert!(!set.series().classifiable());
}

#[test]
fn padding_keeps_its_value_and_is_a_mask() {
    let Some(set) = derived("padding-value") else { return };
    let compared = agrees_with_reference(&set.volume, |_, value| value == -3024.0);
    assert!(compared > ALL / 2 && compared < ALL);
    assert_eq!(set.volume.padding().map(|p| [p.low, p.high]), Some([-3024, -3024]));
    assert!(set.volume.range()[0] > -1100.0);
    assert!(set.series().classifiable());
}

#[test]
fn pixels_that_are_not_square_keep_their_two_distances() {
    let Some(set) = derived("non-square-pixels") else { return };
    let spacing = set.volume.grid().spacing_mm();
    assert_eq!(set.volume.grid().size(), [48, 96, 16]);
    assert!((spacing[0] - 1.40625).abs() < 1e-6 && (spacing[1] - 0.703_125).abs() < 1e-6, "{spacing:?}");
}

#[test]
fn two_series_and_a_scout_in_one_folder_are_kept_apart() {
    let Some(folder) = odd("derived/two-series-one-folder") else { return };
    let scan = scanned(&folder);
    let sizes: Vec<[usize; 3]> = scan.series.iter().map(|s| s.size).collect();
    assert_eq!(sizes, [[96, 96, 16], [48, 48, 9], [96, 16, 1]]);
    assert_eq!(scan.series.iter().map(Series::usable).collect::<Vec<_>>(), [true, true, false]);
    assert!(scan.series[2].obstacle().is_some_and(|o| o.contains("scout")));
    assert_eq!(agrees_with_reference(&opened(&folder).volume, |_, _| false), ALL);
}

#[test]
fn a_tilted_gantry_is_measured_and_the_volume_made_straight_unless_it_is_wanted_as_stored() {
    let Some(folder) = odd("gantry-tilt/dicom2nifti-001") else { return };
    let set = opened(&folder);
    assert!(codes(&set).contains(&DefectCode::GantryTilt));
    let tilt = set.defects.iter().find(|d| d.code == DefectCode::GantryTilt).expect("said");
    assert!(tilt.text.contains("14.0 degrees") && tilt.text.contains("resampled"), "{}", tilt.text);
    assert!(tilt.classifiable() && set.series().is_resampled());
    let [i, j, k] = set.volume.grid().patient_from_voxel().axes();
    assert!(i.dot(k).abs() < 1e-9 && j.dot(k).abs() < 1e-9, "straight");
    // 5 mm along the table are 5 cos 14 degrees along the normal.
    assert!((k.length() - 5.0 * 14.0_f64.to_radians().cos()).abs() < 0.01, "{k:?}");
    // The slices themselves, where the table moved them.
    let stored = set.series().clone().with_slices_as_stored(true);
    let [_, _, k] = stored.grid.expect("a grid").patient_from_voxel().axes();
    assert!((k.length() - 5.0).abs() < 1e-3 && (k.z.abs() - 5.0).abs() < 1e-3, "{k:?}");
    let tilt = stored.defects.iter().find(|d| d.code == DefectCode::GantryTilt).expect("still said");
    assert!(!tilt.classifiable() && tilt.text.contains("as stored") && !stored.is_resampled());
    let volume = ingest::begin(&stored).expect("begins");
    ingest::load(&stored, &volume, &JobContext::unobserved()).expect("loads");
    // A voxel of the straight volume's first slice is the first stored slice's, to the number.
    for [i, j] in [[100usize, 200usize], [256, 256], [301, 17]] {
        let place = volume.grid().patient_from_voxel() * Point::new(i as f64, j as f64, 0.0);
        let at = set.volume.grid().voxel_from_patient() * place;
        let at = at.to_array().map(|v| v.round() as usize);
        assert_eq!(set.volume.value(at), volume.value([i, j, 0]), "{at:?}");
    }
}

#[test]
fn a_step_of_twice_the_distance_is_a_missing_slice() {
    let Some(folder) = odd("slice-increment/dicom2nifti-001") else { return };
    let set = opened(&folder);
    assert_eq!(set.volume.grid().size()[2], 5);
    assert!((set.volume.grid().spacing_mm()[2] - 5.0).abs() < 1e-6);
    assert!(codes(&set).contains(&DefectCode::MissingSlices));
}

#[test]
fn an_oblique_series_keeps_all_its_directions() {
    let Some(folder) = odd("orientation/rt-utils-oriented") else { return };
    let set = opened(&folder);
    assert_eq!(set.volume.grid().size(), [100, 50, 3]);
    let spacing = set.volume.grid().spacing_mm();
    assert!(spacing.iter().zip([2.5, 3.5, 4.5]).all(|(a, b)| (a - b).abs() < 1e-4), "{spacing:?}");
    let origin = set.volume.grid().patient_from_voxel().origin();
    assert_eq!(origin.to_array(), [123.0, -432.0, 30.0]);
}

#[test]
fn a_pet_is_shown_in_suv_and_never_called_hounsfield() {
    let Some(folder) = odd("pet/sts-001") else { return };
    let set = opened(&folder);
    // Units GML: its values are SUV as they are, and so are the windows of its files.
    assert_eq!((set.volume.grid().size(), set.volume.unit()), ([41, 43, 59], &Unit::suv()));
    assert!(codes(&set).contains(&DefectCode::NotCt) && !set.series().classifiable());
    assert!(set.scan.skipped.iter().any(|s| s.reason.contains("contours")));
}

#[test]
fn what_is_no_volume_says_why() {
    for (path, word) in [
        ("not-a-volume/dicom2nifti-001", "one position"),
        ("enhanced-multiframe/emri_small.dcm", "multi-frame"),
        ("float-pixels/parametric_map_float.dcm", "do not say where"),
        ("transfer-syntax/ct-4.53-jpeg-spectral.dcm", "only one slice"),
        ("transfer-syntax/ct-4.51-jpeg-extended-12bit.dcm", "only one slice"),
        ("transfer-syntax/ct-4.55-jpeg-progressive.dcm", "only one slice"),
        ("transfer-syntax/ct-1.2-implicit-le.dcm", "only one slice"),
        ("broken/no_meta.dcm", "only one slice"),
        ("broken/dwv-test_bad.zip", "do not say where"),
        ("broken/CR-MONO1-10-chest", "do not say where"),
        ("colour/TestPattern_RGB.dcm", "coloured"),
        ("scouts-and-dose-pages/philips-phantom-S4010", "3 slices share one position"),
    ] {
        let Some(path) = odd(path) else { return };
        let scan = scanned(&path);
        let obstacle = scan.series.first().and_then(Series::obstacle);
        assert!(obstacle.is_some_and(|o| o.contains(word)), "{}: {obstacle:?}", path.display());
    }
}

#[test]
fn what_is_no_image_says_what_it_is() {
    for (path, word) in [
        ("sr/sr.dcm", "report"),
        ("seg/dcmqi-ct-3slice/liver.dcm", "segmentation"),
        ("seg/sparse-labelmap-ppv5.dcm", "segmentation"),
        ("rt/rt-utils/rt.dcm", "contours"),
        ("rt/rtdose.dcm", "dose"),
        ("no-pixel-data/rtplan.dcm", "plan"),
        ("no-pixel-data/waveform_ecg.dcm", "waveform"),
        ("broken/dwv-test_no-number-rows.dcm", "Rows"),
    ] {
        let Some(path) = odd(path) else { return };
        let scan = scanned(&path);
        assert!(scan.series.is_empty(), "{}", path.display());
        assert!(scan.skipped[0].reason.contains(word), "{}", scan.skipped[0].reason);
    }
}

#[test]
fn a_volume_file_is_a_series_where_it_is_named_itself_and_passed_over_in_a_folder() {
    let Some(path) = odd("other-formats/lidc0001-cut.nii.gz") else { return };
    let scan = scanned(&path);
    let [series] = scan.series.as_slice() else { panic!("{:?}", scan.skipped) };
    assert!(series.usable() && series.classifiable() && scan.skipped.is_empty());
    assert_eq!(series.defects[0].code, DefectCode::AssumedHu);
    let volume = ingest::begin(series).expect("begun");
    assert!(!volume.is_complete() && volume.grid().size() == series.size);
    ingest::load(series, &volume, &JobContext::unobserved()).expect("read");
    assert!(volume.is_complete());
    let scan = scanned(path.parent().expect("a folder"));
    assert!(scan.series.is_empty());
    assert!(scan.skipped.iter().any(|s| s.file == path && s.reason.contains("not a DICOM file")));
}

#[test]
fn a_dicomdir_is_an_index_and_not_worth_a_word() {
    let Some(folder) = odd("dicomdir/pydicom-dicomdirtests") else { return };
    let scan = scanned(&folder);
    assert!(scan.skipped.iter().all(|s| !s.file.ends_with("DICOMDIR")));
    let best = scan.series.first().expect("a series");
    assert!(best.usable() && best.modality == "CT" && best.files.len() == 5);
}

#[test]
fn cancelling_stops_the_scan_and_the_load() {
    let Some(folder) = odd("derived/reference") else { return };
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(std::slice::from_ref(&folder), &ctx).expect("scans");
    let volume: Arc<Volume> = ingest::begin(&scan.series[0]).expect("begins");
    ctx.cancel();
    assert!(matches!(ingest::load(&scan.series[0], &volume, &ctx), Err(ingest::IngestError::Cancelled(_))));
    assert!(matches!(ingest::scan(&[folder], &ctx), Err(ingest::IngestError::Cancelled(_))));
    assert_eq!(volume.slices_filled(), 0);
}

#[test]
fn every_compression_gives_the_same_slice() {
    let Some(folder) = odd("transfer-syntax") else { return };
    let slice = |name: &str| {
        let image = ingest::Image::read(fs::read(folder.join(name)).expect("readable")).expect(name);
        assert_eq!(image.size(), [512, 512]);
        image.decode()
    };
    let plain = slice("ct-1.2-implicit-le.dcm").expect("uncompressed");
    // README: stored -2000..2402, intercept -1024.
    assert_eq!((plain.iter().min(), plain.iter().max()), (Some(&-3024), Some(&1378)));
    for (name, worst) in [
        ("ct-1.2.1-explicit-le.dcm", 0),
        ("ct-1.2.2-explicit-be.dcm", 0),
        ("ct-1.2.1.99-deflated.dcm", 0),
        ("ct-1.2.5-rle.dcm", 0),
        ("ct-4.57-jpeg-lossless-p14.dcm", 0),
        ("ct-4.70-jpeg-lossless-sv1.dcm", 0),
        ("ct-4.80-jpegls-lossless.dcm", 0),
        // Near-lossless: one grey level is what it allows.
        ("ct-4.81-jpegls-near.dcm", 1),
        ("ct-4.90-j2k-lossless.dcm", 0),
        // Lossy at a high rate: noise of a few HU, seen 10.
        ("ct-4.91-j2k-lossy.dcm", 16),
    ] {
        let other = slice(name).expect(name);
        let apart = plain.iter().zip(&other).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).max();
        assert!(apart.is_some_and(|a| a <= worst), "{name}: {apart:?}");
    }
    // The same coefficients in three kinds of scans.
    let wide =
        ["ct-4.51-jpeg-extended-12bit.dcm", "ct-4.53-jpeg-spectral.dcm", "ct-4.55-jpeg-progressive.dcm"]
            .map(|name| slice(name).expect(name));
    assert!(wide.iter().all(|picture| *picture == wide[0]));
    let noise: f64 =
        plain.iter().zip(&wide[0]).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).sum::<f64>();
    // Lossy, at steps of two: seen 3 HU in the mean.
    assert!(noise / (plain.len() as f64) < 5.0, "{noise}");
}

#[test]
fn jpeg_of_12_bits_gives_the_numbers_of_another_decoder() {
    let Some(folder) = odd("transfer-syntax") else { return };
    // GDCM 3 (libjpeg at 12 bits): stored numbers at (column, row), and the sum of all. Its transform works
    // in whole numbers, ours in reals: one apart at most, and less than a tenth of one in the mean.
    for (name, slope, intercept, sum, at) in [
        (
            "ct-4.51-jpeg-extended-12bit.dcm",
            2.0002442,
            -4047.0,
            405_866_194.0,
            [([0, 0], 511), ([256, 256], 2056), ([300, 100], 1528), ([123, 400], 2001), ([511, 511], 511)],
        ),
        (
            "nema-mr1_jply.dcm",
            1.0,
            0.0,
            126_221_970.0,
            [([0, 0], 0), ([256, 256], 555), ([300, 100], 199), ([123, 400], 2354), ([511, 511], 0)],
        ),
    ] {
        let image = ingest::Image::read(fs::read(folder.join(name)).expect("readable")).expect(name);
        let values = image.decode().expect(name);
        // Rescaled numbers are two apart or one: rounding finds the stored ones again.
        let stored = |value: i16| ((f64::from(value) - intercept) / slope).round();
        for ([i, j], wanted) in at {
            let apart = (stored(values[j * 512 + i]) - f64::from(wanted)).abs();
            assert!(apart <= 1.0, "{name} {i} {j}: {apart}");
        }
        let mean_apart = (values.iter().map(|v| stored(*v)).sum::<f64>() - sum) / (512.0 * 512.0);
        assert!(mean_apart.abs() < 0.1, "{name}: {mean_apart}");
    }
}

#[test]
fn a_stream_whose_sign_differs_from_the_header_gives_the_right_values() {
    let Some(file) = odd("broken/J2K_pixelrep_mismatch.dcm") else { return };
    let image = ingest::Image::read(fs::read(file).expect("readable")).expect("an image");
    let values = image.decode().expect("decodes");
    // README: stored -2000..1896; no intercept.
    assert_eq!((values.iter().min(), values.iter().max()), (Some(&-2000), Some(&1896)));
}
