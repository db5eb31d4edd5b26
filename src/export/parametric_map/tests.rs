//! What is written is read back by DICOM's own reader.

use std::sync::Arc;

use dicom_object::open_file;

use super::*;
use crate::export::CtSeries;
use crate::ingest::{Belonging, Origin, Private, origin, scan};
use crate::jobs::JobContext;
use crate::networks::Scale;
use crate::volume::Unit;

const STUDY: &str = "1.2.99.17";

fn grid() -> VoxelGrid {
    VoxelGrid::axis_aligned([8, 6, 5], [0.7, 0.8, 1.25], Point::new(-1.0, -2.0, -3.0)).expect("a grid")
}

/// Values that tell each voxel from every other, some of them negative.
fn saliency(bounds: VoxelBox) -> Saliency {
    let values: Arc<[f32]> =
        (0..bounds.size.iter().product()).map(|n: usize| n as f32 * 0.37 - 5.0).collect();
    Saliency {
        method: "native",
        scale: None,
        bounds,
        values,
        native_shape: None,
        unit: "logit",
        signed: true,
        told: Vec::new(),
    }
}

/// A CT of five files in the folder, and where it comes from.
fn ct(folder: &Path) -> Origin {
    let series = CtSeries::new(grid(), "Phantom chest", b"1");
    for k in 0..5 {
        series.write_slice(folder, k, &[0; 48]).expect("written");
    }
    let ctx = JobContext::unobserved();
    let found = scan(&[folder.to_owned()], &ctx).expect("scanned");
    let mut origin = origin(&found.series[0], &ctx).expect("read again");
    origin.study_uid = STUDY.to_owned();
    origin.belonging = Private::new(Belonging {
        patient_name: "Müller^Anna".to_owned(),
        patient_id: "P-17".to_owned(),
        study_date: "20240229".to_owned(),
        ..Belonging::default()
    });
    origin
}

fn written(folder: &Path, saliency: &Saliency, filing: &Filing) -> FileDicomObject<InMemDicomObject> {
    let path = folder.join("map.dcm");
    let answer = Explained {
        model: "m3net-compact",
        mode: "paper",
        weights_sha256: "abc",
        question: "malignancy",
        probability: 0.25,
        at: Point::new(1.0, 0.0, -1.0),
    };
    let map = ParametricMap { saliency, grid: &grid(), answer, number: 1 };
    write_parametric_map(&path, map, filing).expect("written");
    open_file(&path).expect("read")
}

fn said(object: &InMemDicomObject, tag: dicom_core::Tag) -> String {
    object.element(tag).expect("there").to_str().expect("text").into_owned()
}

fn items(object: &InMemDicomObject, tag: dicom_core::Tag) -> &[InMemDicomObject] {
    object.element(tag).expect("there").items().expect("a sequence")
}

#[test]
fn values_lie_where_the_voxels_of_the_ct_lie_and_frames_name_their_slices() {
    let folder = tempfile::tempdir().expect("a folder");
    let origin = ct(folder.path());
    assert_eq!((origin.instances.len(), origin.of_slice.len()), (5, 5));
    // Reaches out of the CT at three sides: what is outside is not written.
    let bounds = VoxelBox { min: [-1, 2, 3], size: [4, 3, 4] };
    let map = saliency(bounds);
    let object = written(folder.path(), &map, &Filing::new(origin.clone(), true));
    assert_eq!(said(&object, tags::SOP_CLASS_UID), uids::PARAMETRIC_MAP_STORAGE);
    assert_eq!((said(&object, tags::COLUMNS), said(&object, tags::ROWS)), ("3".to_owned(), "3".to_owned()));
    let values = object.element(tags::FLOAT_PIXEL_DATA).expect("there").to_multi_float32().expect("numbers");
    let frames = items(&object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    assert_eq!((frames.len(), values.len()), (2, 2 * 9));
    for (n, value) in values.iter().enumerate() {
        let (i, j, k) = (n % 3, n / 3 % 3, n / 9);
        // One column of the map's box lies outside.
        assert_eq!(*value, map.values[(k * 3 + j) * 4 + i + 1], "{i} {j} {k}");
    }
    for (frame, groups) in frames.iter().enumerate() {
        let place = &items(groups, tags::PLANE_POSITION_SEQUENCE)[0];
        let expected = grid().patient_from_voxel() * Point::new(0.0, 2.0, 3.0 + frame as f64);
        let at: Vec<f64> = said(place, tags::IMAGE_POSITION_PATIENT)
            .split('\\')
            .map(|v| v.parse().expect("a number"))
            .collect();
        for (found, expected) in at.iter().zip(expected.to_array()) {
            // Decimal strings of nine places.
            assert!((found - expected).abs() < 1e-9, "{at:?}");
        }
        let derived = &items(groups, tags::DERIVATION_IMAGE_SEQUENCE)[0];
        let source = &items(derived, tags::SOURCE_IMAGE_SEQUENCE)[0];
        assert_eq!(said(source, tags::REFERENCED_SOP_INSTANCE_UID), origin.instances[3 + frame].uid);
        let ct = folder.path().join(format!("slice_{:04}.dcm", 4 + frame));
        let slice = open_file(ct).expect("read");
        assert_eq!(said(&slice, tags::SOP_INSTANCE_UID), origin.instances[3 + frame].uid);
    }
    let shared = &items(&object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)[0];
    assert_eq!(said(&items(shared, tags::PIXEL_MEASURES_SEQUENCE)[0], tags::PIXEL_SPACING), "0.8\\0.7");
    let mapping = &items(shared, tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE)[0];
    assert_eq!(said(&items(mapping, tags::MEASUREMENT_UNITS_CODE_SEQUENCE)[0], tags::CODE_VALUE), "{logit}");
    let series = &items(&object, tags::REFERENCED_SERIES_SEQUENCE)[0];
    assert_eq!(said(series, tags::SERIES_INSTANCE_UID), origin.series_uid);
    assert_eq!(items(series, tags::REFERENCED_INSTANCE_SEQUENCE).len(), 2);
}

#[test]
fn patient_and_study_are_in_it_where_they_are_asked_for_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let origin = ct(folder.path());
    let map = saliency(VoxelBox { min: [0; 3], size: [2, 2, 2] });
    let with = written(folder.path(), &map, &Filing::new(origin.clone(), true));
    assert_eq!(said(&with, tags::PATIENT_NAME), "Müller^Anna");
    assert_eq!(said(&with, tags::STUDY_INSTANCE_UID), STUDY);
    assert_eq!(said(&with, tags::FRAME_OF_REFERENCE_UID), origin.frame_of_reference_uid);
    assert_eq!(said(&with, tags::CONTENT_DATE), "20240229");
    let without = written(folder.path(), &map, &Filing::new(origin.clone(), false));
    assert_eq!((said(&without, tags::PATIENT_NAME), said(&without, tags::PATIENT_ID)), Default::default());
    assert_eq!(said(&without, tags::PATIENT_IDENTITY_REMOVED), "YES");
    let bytes = std::fs::read(folder.path().join("map.dcm")).expect("read");
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let names = origin.instances.iter().map(|instance| instance.uid.as_str());
    let known = [STUDY, &origin.series_uid, &origin.frame_of_reference_uid, "20240229", "P-17", "Anna"];
    for text in names.chain(known) {
        assert!(!holds(text), "{text}");
    }
    // Derived always in the same way: two files about one series lie in one frame of reference.
    let again = written(folder.path(), &map, &Filing::new(origin, false));
    for tag in [tags::STUDY_INSTANCE_UID, tags::FRAME_OF_REFERENCE_UID, tags::SOP_INSTANCE_UID] {
        assert_eq!(said(&without, tag), said(&again, tag));
    }
    assert_ne!(said(&with, tags::SOP_INSTANCE_UID), said(&again, tags::SOP_INSTANCE_UID));
}

#[test]
fn another_map_is_another_object_of_the_same_series() {
    let folder = tempfile::tempdir().expect("a folder");
    let filing = Filing::new(ct(folder.path()), false);
    let map = saliency(VoxelBox { min: [0; 3], size: [2, 2, 2] });
    let of_one_scale = Saliency { scale: Some(Scale::Micro), ..map.clone() };
    let zero = Saliency { values: vec![0.0; 8].into(), signed: false, ..map.clone() };
    let all = [&map, &of_one_scale, &zero].map(|map| written(folder.path(), map, &filing));
    let uids = all.each_ref().map(|object| said(object, tags::SOP_INSTANCE_UID));
    assert!(uids[0] != uids[1] && uids[1] != uids[2] && uids[0] != uids[2]);
    let series = all.each_ref().map(|object| said(object, tags::SERIES_INSTANCE_UID));
    assert!(series[0] == series[1] && series[1] == series[2]);
}

#[test]
fn a_map_beside_the_ct_is_refused_in_words_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let filing = Filing::new(ct(folder.path()), false);
    let away = saliency(VoxelBox { min: [20, 0, 0], size: [2, 2, 2] });
    let answer = Explained {
        model: "m",
        mode: "paper",
        weights_sha256: "",
        question: "malignancy",
        probability: 0.5,
        at: Point::new(0.0, 0.0, 0.0),
    };
    let path = folder.path().join("away.dcm");
    let map = ParametricMap { saliency: &away, grid: &grid(), answer, number: 1 };
    let refused = write_parametric_map(&path, map, &filing).expect_err("no voxel").to_string();
    assert!(refused.contains("covers no voxel of the CT") && !path.exists(), "{refused}");
}

#[test]
fn a_folder_with_maps_in_it_still_opens_as_the_ct() {
    let folder = tempfile::tempdir().expect("a folder");
    let filing = Filing::new(ct(folder.path()), true);
    let map = saliency(VoxelBox { min: [0; 3], size: [2, 2, 2] });
    written(folder.path(), &map, &filing);
    let found = scan(&[folder.path().to_owned()], &JobContext::unobserved()).expect("scanned");
    let usable: Vec<_> =
        found.series.iter().filter(|s| s.usable()).map(|s| (s.size, s.unit.clone())).collect();
    // The CT comes first; the map is a volume of its own, and no CT.
    assert_eq!(usable.first(), Some(&([8, 6, 5], Unit::Hu)));
    assert!(usable.iter().skip(1).all(|(_, unit)| *unit == Unit::Stored) && usable.len() == 2, "{usable:?}");
}
