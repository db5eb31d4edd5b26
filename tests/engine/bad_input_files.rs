//! Input that cannot be opened: one clear sentence each, and nothing of the patient in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use triscope::ingest::{self, DefectCode};
use triscope::jobs::JobContext;
use triscope::workflow::open::{OpenError, OpenEvent, Opened, Reading, open, open_as, open_series};

use crate::slice_files::{Pixels, SECRET, Slice, folder};

fn opened(path: &Path) -> Result<Opened, OpenError> {
    open(&[path.to_path_buf()], None, &JobContext::unobserved(), |_| {})
}

/// The sentence of a refusal, checked for what no sentence may hold.
fn refusal(path: &Path) -> String {
    let text = opened(path).map(|_| ()).expect_err("must be refused").to_string();
    assert!((20..400).contains(&text.len()) && !text.contains('\n'), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    text
}

fn codes(opened: &Opened) -> Vec<DefectCode> {
    opened.defects.iter().map(|d| d.code).collect()
}

fn stack(count: i32) -> Vec<Slice> {
    (0..count).map(Slice::axial).collect()
}

#[test]
fn a_path_that_is_not_there_is_named() {
    assert!(refusal(Path::new("no/such/folder")).contains("no/such/folder"));
}

#[test]
fn an_empty_folder_says_what_to_choose_instead() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(refusal(folder.path()).contains("no images"));
}

#[test]
fn a_folder_without_dicom_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "nothing to see").expect("written");
    fs::write(folder.path().join("scan.dcm"), [0x89, b'P', b'N', b'G', 13, 10, 26, 10]).expect("written");
    fs::write(folder.path().join("empty"), []).expect("written");
    assert!(refusal(folder.path()).contains("None of the 3 files"));
}

#[test]
fn a_file_that_is_no_dicom_whatever_its_name_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("-strange name.dcm");
    fs::write(&file, "<html>not found</html>").expect("written");
    assert!(refusal(&file).contains("-strange name.dcm is not a DICOM file"));
}

#[test]
fn a_series_that_is_not_there_is_named_with_those_that_are() {
    let folder = folder(&stack(3));
    let wrong = open(&[folder.path().to_path_buf()], Some("1.2.3"), &JobContext::unobserved(), |_| {});
    let text = wrong.map(|_| ()).expect_err("refused").to_string();
    assert!(text.contains("1.2.3") && text.contains("2.25.77"), "{text}");
}

#[test]
fn a_series_of_one_slice_is_no_volume() {
    assert!(refusal(folder(&stack(1)).path()).contains("only one slice"));
}

#[test]
fn slices_without_a_position_are_no_volume() {
    let mut slices = stack(4);
    for slice in &mut slices {
        slice.position = None;
    }
    assert!(refusal(folder(&slices).path()).contains("do not say where"));
    let mut slices = stack(4);
    for slice in &mut slices {
        slice.orientation = Some([0.0; 6]);
    }
    assert!(refusal(folder(&slices).path()).contains("do not say where"));
}

#[test]
fn compression_that_cannot_be_read_is_named() {
    let mut slices = stack(3);
    for slice in &mut slices {
        slice.syntax = uids::MPEG2MPML;
        slice.pixels = Pixels::Fragment(vec![0; 64]);
    }
    assert!(refusal(folder(&slices).path()).contains("cannot be read"));
}

#[test]
fn compressed_pixels_that_are_damaged_everywhere_are_refused() {
    for syntax in
        [uids::RLE_LOSSLESS, uids::JPEG_LOSSLESS_SV1, uids::JPEG2000_LOSSLESS, uids::JPEGLS_LOSSLESS]
    {
        let mut slices = stack(3);
        for slice in &mut slices {
            slice.syntax = syntax;
            slice.pixels = Pixels::Fragment((0..200u8).collect());
        }
        assert!(refusal(folder(&slices).path()).contains("export the study uncompressed"), "{syntax}");
    }
}

#[test]
fn slices_without_pixel_data_are_refused() {
    let mut slices = stack(3);
    for slice in &mut slices {
        slice.pixels = Pixels::Absent;
    }
    assert!(refusal(folder(&slices).path()).contains("no pixel data"));
}

#[test]
fn files_cut_at_any_byte_are_read_as_far_as_they_go_and_never_panic() {
    let folder = folder(&stack(4));
    let victim = folder.path().join("14");
    let whole = fs::read(&victim).expect("slice 2");
    for len in (0..whole.len()).step_by(7) {
        fs::write(&victim, &whole[..len]).expect("written");
        let opened = opened(folder.path()).expect("three slices are whole");
        let known = opened.defects.iter().map(|d| d.code).collect::<Vec<_>>();
        let named = known.contains(&DefectCode::Truncated) || known.contains(&DefectCode::MissingSlices);
        assert!(named, "cut at {len}: {known:?}");
        assert_eq!(opened.volume.grid().size(), [8, 6, 4]);
    }
}

#[test]
fn a_folder_removed_while_loading_ends_in_a_sentence() {
    let folder = folder(&stack(40));
    let path = folder.path().to_path_buf();
    let removed = open(std::slice::from_ref(&path), None, &JobContext::unobserved(), |event| {
        if matches!(event, OpenEvent::Began { .. }) {
            fs::remove_dir_all(&path).expect("removed");
        }
    });
    let text = removed.map(|_| ()).expect_err("nothing left to read").to_string();
    assert!(text.contains("removed while loading"), "{text}");
}

#[test]
fn a_file_without_permission_is_listed_and_the_rest_goes_on() {
    let folder = folder(&stack(4));
    let locked = folder.path().join("21");
    forbid(&locked);
    if fs::File::open(&locked).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let opened = opened(folder.path()).expect("three slices");
    assert!(opened.scan.skipped[0].reason.contains("permission"));
}

#[cfg(unix)]
fn forbid(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o0)).expect("set");
}

#[cfg(not(unix))]
fn forbid(_: &Path) {}

#[test]
fn two_pictures_at_one_position_are_a_conflict_and_the_first_is_shown() {
    let mut slices = stack(6);
    let mut other = Slice::axial(2);
    other.instance = 30;
    other.pixels = Pixels::Words(vec![77; 48]);
    slices.push(other);
    let opened = opened(folder(&slices).path()).expect("opens");
    assert_eq!(codes(&opened), [DefectCode::DuplicateConflict]);
    assert_eq!(opened.defects[0].slices, [2]);
    assert_eq!(opened.volume.value([0, 0, 2]), Some(1200.0 - 1024.0));
    assert!(!opened.series().classifiable());
}

#[test]
fn uneven_slices_are_resampled_by_their_places_and_can_be_had_as_stored() {
    // Each slice holds one value, ten times its height: whatever lies between is known.
    let heights = [0.0, 1.0, 2.0, 3.4, 5.0, 6.0, 7.3, 8.0];
    let slices: Vec<Slice> = heights
        .iter()
        .zip(0..)
        .map(|(z, n)| {
            let mut slice = Slice::axial(n);
            slice.position = Some([-3.0, -2.0, *z]);
            slice.pixels = Pixels::Words(vec![1024 + (10.0 * z) as i16; 48]);
            slice
        })
        .collect();
    let files = folder(&slices);
    let opened = opened(files.path()).expect("opens");
    assert_eq!(codes(&opened), [DefectCode::UnevenSpacing]);
    assert!(opened.defects[0].text.contains("resampled by their true places to 9 slices 1.00 mm apart"));
    assert!(opened.series().classifiable() && opened.series().is_resampled());
    let grid = opened.volume.grid();
    assert_eq!((grid.size()[2], grid.spacing_mm()[2]), (9, 1.0));
    for k in 0..9 {
        // Stored and resampled values are whole numbers.
        let value = opened.volume.value([2, 3, k]).expect("there");
        assert!((value - 10.0 * k as f32).abs() <= 1.0, "{k}: {value}");
    }
    let stored = Reading { slices_as_stored: true, ..Reading::default() };
    let ctx = JobContext::unobserved();
    let opened = open_as(&[files.path().to_owned()], None, stored, &ctx, |_| {}).expect("opens");
    assert_eq!(opened.volume.grid().size()[2], 8);
    assert_eq!(opened.volume.value([2, 3, 3]), Some(34.0));
    assert!(!opened.series().classifiable() && opened.defects[0].text.contains("shown as stored"));
}

#[test]
fn phases_are_split_into_series_of_their_own() {
    for marked in [true, false] {
        let mut slices = Vec::new();
        for phase in 0..3 {
            for k in 0..4 {
                let mut slice = Slice::axial(k);
                slice.instance = phase * 4 + k + 1;
                slice.pixels = Pixels::Words(vec![(phase * 100 + k) as i16; 48]);
                if marked {
                    slice.more.push((tags::TRIGGER_TIME, VR::DS, format!("{}", 900 - phase * 300)));
                }
                slices.push(slice);
            }
        }
        let folder = folder(&slices);
        let scan = ingest::scan(&[folder.path().to_path_buf()], &JobContext::unobserved()).expect("scans");
        let uids: Vec<&str> = scan.series.iter().map(|s| s.uid.as_str()).collect();
        assert_eq!(uids, ["2.25.77#1", "2.25.77#2", "2.25.77#3"], "marked: {marked}");
        assert!(scan.series.iter().all(|s| s.usable() && s.size == [8, 6, 4]));
        assert!(scan.series.iter().all(|s| s.defects[0].code == DefectCode::MultiPhase));
        let second =
            open(&[folder.path().to_path_buf()], Some("2.25.77#2"), &JobContext::unobserved(), |_| {});
        let value = second.expect("opens").volume.value([0, 0, 3]);
        assert_eq!(value, Some(103.0 - 1024.0));
    }
}

#[test]
fn two_orientations_are_two_parts() {
    let mut slices = stack(5);
    for k in 0..3 {
        let mut slice = Slice::axial(k);
        slice.instance = 50 + k;
        slice.orientation = Some([0.0, 1.0, 0.0, 0.0, 0.0, -1.0]);
        slice.position = Some([f64::from(k) * 3.0, 0.0, 0.0]);
        slices.push(slice);
    }
    let folder = folder(&slices);
    let scan = ingest::scan(&[folder.path().to_path_buf()], &JobContext::unobserved()).expect("scans");
    assert_eq!(scan.series.iter().map(|s| s.files.len()).collect::<Vec<_>>(), [5, 3]);
    assert_eq!(scan.series.iter().map(|s| s.uid.as_str()).collect::<Vec<_>>(), ["2.25.77#1", "2.25.77#2"]);
    assert!(scan.series.iter().all(|s| s.defects.iter().any(|d| d.code == DefectCode::MixedOrientation)));
}

#[test]
fn remarks_about_kernel_and_compression_reach_the_list() {
    let mut slices = stack(5);
    for (k, slice) in slices.iter_mut().enumerate() {
        let kernel = if k < 2 { "B30f" } else { "B70f" };
        slice.more.push((tags::CONVOLUTION_KERNEL, VR::SH, kernel.to_owned()));
        slice.more.push((tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01".to_owned()));
    }
    let opened = opened(folder(&slices).path()).expect("opens");
    assert_eq!(codes(&opened), [DefectCode::Lossy, DefectCode::MixedKernel]);
    assert!(opened.series().classifiable());
}

#[test]
fn the_first_slice_arrives_from_the_middle_and_the_volume_is_there_before() {
    let folder = folder(&stack(9));
    let mut order = Vec::new();
    let mut filling = None;
    open(&[folder.path().to_path_buf()], None, &JobContext::unobserved(), |event| match event {
        OpenEvent::Scanned { scan, chosen } => order.push(scan.series[chosen].size[2]),
        OpenEvent::Began { volume, series } => {
            order.push(volume.slices_filled());
            order.push(series);
            filling = Some(volume);
        }
        OpenEvent::FirstSlice => {
            let volume = filling.as_ref().expect("it has begun");
            order.push(volume.slices_filled());
            assert!(volume.value([0, 0, 4]).is_some(), "the middle one");
        }
    })
    .expect("opens");
    assert_eq!(order, [9, 0, 0, 1]);
}

#[test]
fn nothing_of_the_patient_is_in_what_is_printed_for_debugging() {
    let folder = folder(&stack(3));
    let scan = ingest::scan(&[folder.path().to_path_buf()], &JobContext::unobserved()).expect("scans");
    assert_eq!(scan.series[0].patient_name.reveal(), SECRET);
    let printed = format!("{scan:?}");
    assert!(!printed.contains(SECRET) && printed.contains("[private]"));
}

#[test]
fn a_folder_and_a_file_inside_it_given_together_are_read_once() {
    let folder = folder(&stack(3));
    let paths: Vec<PathBuf> = vec![folder.path().to_path_buf(), folder.path().join("07")];
    let scan = ingest::scan(&paths, &JobContext::unobserved()).expect("scans");
    assert_eq!(scan.series[0].files.len(), 3);
    assert!(scan.series[0].defects.is_empty());
}

#[test]
fn values_cut_off_at_16_bits_are_said_and_refused_to_a_network() {
    let series = |rescale, first: i16| {
        let slices: Vec<Slice> = (0..6)
            .map(|k| {
                let mut words = vec![1000; 48];
                words[0] = first;
                Slice { rescale: Some(rescale), pixels: Pixels::Words(words), ..Slice::axial(k) }
            })
            .collect();
        let folder = folder(&slices);
        opened(folder.path()).expect("it can be viewed")
    };
    let cut = |opened: &Opened| opened.defects.iter().any(|d| d.code == DefectCode::NotHu);
    let steep = series(["100000", "0"], 7);
    let defect = steep.defects.iter().find(|d| d.code == DefectCode::NotHu).expect("said");
    assert!(defect.text.contains("16 bits") && defect.slices == [0, 1, 2, 3, 4, 5], "{defect:?}");
    // 16-bit pixels and the usual rescale: with a value that is too low, and without.
    assert!(cut(&series(["1", "-1024"], i16::MIN)));
    assert!(!cut(&series(["1", "-1024"], 0)));
    // Without a shift the ends of 16 bits are values like any other.
    assert!(!cut(&series(["1", "0"], i16::MAX)));
}

#[test]
fn a_series_of_which_no_slice_can_be_read_says_so_from_then_on() {
    let damaged = |k: i32| Slice {
        syntax: uids::RLE_LOSSLESS,
        pixels: Pixels::Fragment(vec![7; 80]),
        ..Slice::axial(k)
    };
    let files = folder(&(0..6).map(damaged).collect::<Vec<_>>());
    let ctx = JobContext::unobserved();
    let scan = Arc::new(ingest::scan(&[files.path().to_path_buf()], &ctx).expect("scans"));
    let series = &scan.series[0];
    assert!(series.usable(), "nothing of the headers tells: {:?}", series.defects);
    let error = open_series(&scan, 0, &ctx, |_| {}).expect_err("damaged").to_string();
    assert!(error.starts_with("No slice of this series can be read"), "{error}");
    assert!(!series.usable() && series.obstacle() == Some(error.as_str()));
    // It is not tried again.
    assert!(matches!(open_series(&scan, 0, &ctx, |_| {}), Err(OpenError::NotUsable(_))));
}
