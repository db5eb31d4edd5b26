//! Files of many frames, indices of discs, tables of values: what is not one slice to a file.

use std::fs;
use std::path::Path;

use dicom_core::value::{DataSetSequence, PixelFragmentSequence};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use triscope::ingest::{self, DefectCode, Scan, Series};
use triscope::jobs::JobContext;
use triscope::volume::{Unit, Volume};

use crate::slice_files::{Pixels, Slice, folder};
use crate::support::{codes, odd, opened, scanned};

fn values(volume: &Volume) -> Vec<Vec<i16>> {
    volume.int16().expect("whole numbers").all().iter().map(|s| s.to_vec()).collect()
}

fn range(volume: &Volume) -> [i16; 2] {
    let all = values(volume).concat();
    [all.iter().min(), all.iter().max()].map(|v| *v.expect("voxels"))
}

type Group = Vec<DataElement<InMemDicomObject>>;

fn text(tag: Tag, vr: VR, value: &str) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

fn object(group: Group) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for element in group {
        object.put_element(element);
    }
    object
}

fn sequence(tag: Tag, items: Vec<Group>) -> DataElement<InMemDicomObject> {
    let items: Vec<InMemDicomObject> = items.into_iter().map(object).collect();
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

fn numbers(list: &[f64]) -> String {
    list.iter().map(f64::to_string).collect::<Vec<_>>().join("\\")
}

/// The slices as frames of one enhanced CT, in their order; `own` adds groups to each frame.
fn enhanced(slices: &[Slice], syntax: &str, own: impl Fn(usize) -> Group) -> InMemDicomObject {
    let first = &slices[0];
    let mut of_all: Group = vec![
        text(tags::SOP_CLASS_UID, VR::UI, uids::ENHANCED_CT_IMAGE_STORAGE),
        text(tags::SOP_INSTANCE_UID, VR::UI, "2.25.99"),
        text(tags::MODALITY, VR::CS, "CT"),
        text(tags::SERIES_INSTANCE_UID, VR::UI, &first.series),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        text(tags::NUMBER_OF_FRAMES, VR::IS, &slices.len().to_string()),
    ];
    for (tag, value) in [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::COLUMNS, first.size[0]),
        (tags::ROWS, first.size[1]),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 16),
        (tags::HIGH_BIT, 15),
        (tags::PIXEL_REPRESENTATION, 1u16),
    ] {
        of_all.push(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }
    let orientation = numbers(&first.orientation.expect("given"));
    of_all.push(sequence(
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        vec![vec![
            sequence(
                tags::PLANE_ORIENTATION_SEQUENCE,
                vec![vec![text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &orientation)]],
            ),
            sequence(
                tags::PIXEL_MEASURES_SEQUENCE,
                vec![vec![text(tags::PIXEL_SPACING, VR::DS, "0.7\\0.8")]],
            ),
            sequence(
                tags::FRAME_VOILUT_SEQUENCE,
                vec![vec![text(tags::WINDOW_CENTER, VR::DS, "40"), text(tags::WINDOW_WIDTH, VR::DS, "400")]],
            ),
        ]],
    ));
    let frames = slices.iter().enumerate().map(|(n, slice)| {
        let [slope, intercept] = slice.rescale.expect("given");
        let mut groups = vec![
            sequence(
                tags::PLANE_POSITION_SEQUENCE,
                vec![vec![text(
                    tags::IMAGE_POSITION_PATIENT,
                    VR::DS,
                    &numbers(&slice.position.expect("given")),
                )]],
            ),
            sequence(
                tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
                vec![vec![
                    text(tags::RESCALE_SLOPE, VR::DS, slope),
                    text(tags::RESCALE_INTERCEPT, VR::DS, intercept),
                    text(tags::RESCALE_TYPE, VR::LO, "HU"),
                ]],
            ),
        ];
        groups.extend(own(n));
        groups
    });
    of_all.push(sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.collect()));
    let words = |slice: &Slice| match &slice.pixels {
        Pixels::Words(words) => words.clone(),
        _ => Vec::new(),
    };
    if syntax == uids::RLE_LOSSLESS {
        let fragments: Vec<Vec<u8>> = slices.iter().map(|s| run_length(&words(s))).collect();
        of_all.push(DataElement::new(
            tags::PIXEL_DATA,
            VR::OB,
            PixelFragmentSequence::new(Vec::new(), fragments),
        ));
    } else {
        let all: Vec<u16> = slices.iter().flat_map(words).map(|w| w as u16).collect();
        of_all.push(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(all.into())));
    }
    object(of_all)
}

/// Two segments of literal runs: high bytes, low bytes. Source: DICOM PS3.5 annex G.
fn run_length(words: &[i16]) -> Vec<u8> {
    let segment = |shift: u32| -> Vec<u8> {
        let bytes: Vec<u8> = words.iter().map(|w| ((*w as u16) >> shift) as u8).collect();
        bytes.chunks(128).flat_map(|run| [vec![(run.len() - 1) as u8], run.to_vec()].concat()).collect()
    };
    let (high, low) = (segment(8), segment(0));
    let mut header = [0u32; 16];
    header[..3].copy_from_slice(&[2, 64, 64 + high.len() as u32]);
    let mut bytes: Vec<u8> = header.iter().flat_map(|w| w.to_le_bytes()).chain(high).chain(low).collect();
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

fn write(object: InMemDicomObject, syntax: &str, class: &str, path: &Path) {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(class)
        .media_storage_sop_instance_uid("2.25.99")
        .build()
        .expect("complete");
    object.with_exact_meta(meta).write_to_file(path).expect("written");
}

/// Slices in an order that is not theirs, each with its own rescale.
fn shuffled() -> Vec<Slice> {
    const INTERCEPTS: [[&str; 2]; 3] = [["1", "-1024"], ["2", "-1000"], ["1", "0"]];
    [4, 0, 6, 2, 1, 5, 3]
        .iter()
        .map(|k| Slice { rescale: Some(INTERCEPTS[*k as usize % 3]), ..Slice::axial(*k) })
        .collect()
}

#[test]
fn an_enhanced_ct_is_the_volume_of_its_single_slices() {
    let slices = shuffled();
    let single = folder(&slices);
    let plain = opened(single.path());
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("many.dcm");
    for syntax in [
        uids::EXPLICIT_VR_LITTLE_ENDIAN,
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        uids::RLE_LOSSLESS,
    ] {
        write(enhanced(&slices, syntax, |_| Group::new()), syntax, uids::ENHANCED_CT_IMAGE_STORAGE, &path);
        let many = opened(&path);
        assert_eq!(many.volume.grid(), plain.volume.grid(), "{syntax}");
        assert_eq!(values(&many.volume), values(&plain.volume), "{syntax}");
        assert_eq!((many.volume.unit(), codes(&many)), (&Unit::Hu, vec![]), "{syntax}");
        assert_eq!(many.series().files, [path.as_path()]);
        assert_eq!(many.series().windows, plain.series().windows);
        assert!(many.series().classifiable());
    }
}

/// In fragments of 70, 40 and the other bytes.
fn in_pieces(frame: &[u8]) -> Vec<Vec<u8>> {
    let (first, rest) = frame.split_at(70);
    let (second, third) = rest.split_at(40);
    vec![first.to_vec(), second.to_vec(), third.to_vec()]
}

#[test]
fn rle_in_several_fragments_without_a_table_is_joined() {
    // PS3.5 A.4.2 has one fragment for each frame; not every writer does.
    let slices: Vec<Slice> = (0..7).map(Slice::axial).collect();
    let plain = folder(&slices);
    let plain = opened(plain.path());
    let words = |slice: &Slice| match &slice.pixels {
        Pixels::Words(words) => words.clone(),
        _ => Vec::new(),
    };
    let split: Vec<Slice> = slices
        .iter()
        .map(|s| Slice {
            syntax: uids::RLE_LOSSLESS,
            pixels: Pixels::Fragments(in_pieces(&run_length(&words(s)))),
            ..s.clone()
        })
        .collect();
    let single = folder(&split);
    let single = opened(single.path());
    assert_eq!((values(&single.volume), codes(&single)), (values(&plain.volume), vec![]));
    // The same of many frames: every second one is split, so that no number of fragments says whose they are.
    let mut many = enhanced(&slices, uids::RLE_LOSSLESS, |_| Group::new());
    let frames = slices.iter().enumerate().flat_map(|(n, s)| {
        let frame = run_length(&words(s));
        if n % 2 == 0 { in_pieces(&frame) } else { vec![frame] }
    });
    let fragments = PixelFragmentSequence::new(Vec::new(), frames.collect::<Vec<_>>());
    many.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("many.dcm");
    write(many, uids::RLE_LOSSLESS, uids::ENHANCED_CT_IMAGE_STORAGE, &path);
    let many = opened(&path);
    assert_eq!((values(&many.volume), codes(&many)), (values(&plain.volume), vec![]));
}

#[test]
fn frames_of_two_phases_are_split_by_their_temporal_position() {
    let mut slices: Vec<Slice> = (0..6).map(Slice::axial).collect();
    slices.extend((0..6).map(|k| Slice { rescale: Some(["1", "-500"]), ..Slice::axial(k) }));
    let time = |n: usize| {
        let index = PrimitiveValue::from(if n < 6 { 1u32 } else { 2 });
        vec![sequence(
            tags::FRAME_CONTENT_SEQUENCE,
            vec![vec![DataElement::new(tags::TEMPORAL_POSITION_INDEX, VR::UL, index)]],
        )]
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("4d.dcm");
    let syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN;
    write(enhanced(&slices, syntax, time), syntax, uids::ENHANCED_CT_IMAGE_STORAGE, &path);
    let scan = scanned(&path);
    assert_eq!(scan.series.iter().map(|s| s.size).collect::<Vec<_>>(), [[8, 6, 6], [8, 6, 6]]);
    let has = |s: &Series| s.defects.iter().any(|d| d.code == DefectCode::MultiPhase) && s.classifiable();
    assert!(scan.series.iter().all(has));
}

#[test]
fn an_enhanced_ct_cut_anywhere_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.dcm");
    let syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN;
    let whole = enhanced(&shuffled(), syntax, |_| Group::new());
    write(whole, syntax, uids::ENHANCED_CT_IMAGE_STORAGE, &path);
    let bytes = fs::read(&path).expect("read");
    for len in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..len]).expect("written");
        for series in scanned(&path).series {
            if let Ok(volume) = ingest::begin(&series) {
                let loaded = ingest::load(&series, &volume, &JobContext::unobserved());
                assert!(loaded.is_err() || volume.is_complete(), "{len}");
            }
        }
    }
    // The frame that was cut is named by its slice, the others are there.
    fs::write(&path, &bytes[..bytes.len() - 10]).expect("written");
    let cut = opened(&path);
    assert_eq!(codes(&cut), [DefectCode::Truncated]);
    assert_eq!(cut.defects[0].slices, [3]);
    assert_eq!(cut.volume.grid().size(), [8, 6, 7]);
    // A number of frames costs nothing.
    let at = bytes.windows(4).position(|w| w == *b"\x28\0\x08\0").expect("Number of Frames");
    let mut many = bytes;
    many.splice(at + 6..at + 10, *b"\x08\x0099999999");
    fs::write(&path, &many).expect("written");
    assert_eq!(opened(&path).volume.grid().size(), [8, 6, 7]);
}

#[test]
fn real_files_of_many_frames_open_where_they_say_where_they_lie() {
    // SimpleITK: sizes and values before rescale, in the collection's README; places by pydicom.
    for (name, size, spacing, wanted, found) in [
        ("IM-0001-0170-0001.dcm", [256, 256, 8], [1.0, 1.0, 1.2], [0, 254], vec![DefectCode::NotCt]),
        ("mf.dcm", [24, 38, 3], [0.7, 0.7, 2.5], [0, 1], vec![]),
        (
            "eCT_Supplemental.dcm",
            [512, 512, 2],
            [0.388_672, 0.388_672, 10.0],
            [-1024, 172],
            vec![DefectCode::NotHu],
        ),
    ] {
        let Some(path) = odd(&format!("enhanced-multiframe/{name}")) else { return };
        let file = opened(&path);
        let grid = file.volume.grid();
        assert_eq!(grid.size(), size, "{name}");
        assert!(grid.spacing_mm().iter().zip(spacing).all(|(a, b)| (a - b).abs() < 1e-4), "{name}: {grid:?}");
        assert_eq!(range(&file.volume), wanted, "{name}");
        assert_eq!(codes(&file), found, "{name}");
    }
}

#[test]
fn frames_without_places_are_pictures_and_the_same_whatever_packs_them() {
    let middle = |name: &str, size: [usize; 3]| {
        let scan = scanned(&odd(&format!("enhanced-multiframe/{name}"))?);
        let [series] = scan.series.as_slice() else { panic!("{name}: {} series", scan.series.len()) };
        assert!(series.obstacle().is_some_and(|o| o.contains("does not say where they lie")), "{name}");
        assert_eq!((series.size, series.files.len()), (size, 1), "{name}");
        let picture = ingest::preview(series, &JobContext::unobserved()).expect("a picture");
        Some(values(&picture))
    };
    let (Some(plain), Some(packed)) =
        (middle("emri_small.dcm", [64, 64, 10]), middle("emri_small_jpeg_ls_lossless.dcm", [64, 64, 10]))
    else {
        return;
    };
    assert!(plain == packed && plain.concat().iter().any(|v| *v > 100));
    middle("multiframe-test1.dcm", [256, 256, 16]).expect("there");
}

#[test]
fn a_dicomdir_opens_what_it_lists() {
    let Some(folder) = odd("dicomdir/pydicom-dicomdirtests") else { return };
    let of = |scan: &Scan| scan.series.iter().map(|s| (s.uid.clone(), s.files.len())).collect::<Vec<_>>();
    let (index, whole) = (scanned(&folder.join("DICOMDIR")), scanned(&folder));
    assert_eq!(of(&index), of(&whole));
    assert!(index.skipped.is_empty() && index.series.len() > 3, "{:?}", index.skipped);
    assert!(index.series[0].usable() && index.series[0].files.len() == 5);
}

#[test]
fn a_dicomdir_leads_nowhere_else_and_what_is_gone_is_said() {
    let root = tempfile::tempdir().expect("a folder");
    let disc = root.path().join("disc");
    fs::create_dir_all(disc.join("ct")).expect("made");
    for k in 0..5 {
        Slice::axial(k).write(&disc.join(format!("ct/im{k}")));
    }
    Slice::axial(9).write(&root.path().join("secret"));
    let names = [
        "CT\\IM0",
        "CT\\IM1",
        "CT\\IM2",
        "CT\\IM3",
        "CT\\IM4",
        "CT\\IM9",
        "..\\SECRET",
        "CT\\..\\..\\SECRET",
    ];
    let records = names.iter().map(|name| {
        vec![text(tags::DIRECTORY_RECORD_TYPE, VR::CS, "IMAGE"), text(tags::REFERENCED_FILE_ID, VR::CS, name)]
    });
    let index = object(vec![
        text(tags::FILE_SET_ID, VR::CS, "DISC"),
        sequence(tags::DIRECTORY_RECORD_SEQUENCE, records.collect()),
    ]);
    let path = disc.join("DICOMDIR");
    write(index, uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::MEDIA_STORAGE_DIRECTORY_STORAGE, &path);
    let scan = scanned(&path);
    assert_eq!(scan.series.iter().map(|s| s.size).collect::<Vec<_>>(), [[8, 6, 5]]);
    let reasons: Vec<&str> = scan.skipped.iter().map(|s| s.reason.as_str()).collect();
    assert_eq!(reasons.iter().filter(|r| r.contains("outside its own folder")).count(), 2, "{reasons:?}");
    assert!(reasons.iter().any(|r| r.contains("IM9 is listed in the DICOMDIR, and is not there")));
    // Cut anywhere it is an index of less, or none.
    let bytes = fs::read(&path).expect("read");
    for len in 0..bytes.len() {
        fs::write(&path, &bytes[..len]).expect("written");
        assert!(scanned(&path).series.iter().all(|s| s.files.len() <= 5));
    }
}

#[test]
fn a_table_of_values_is_applied_and_its_unit_believed() {
    let slice = |k: i32| Slice { rescale: None, ..Slice::axial(k) };
    let folder = tempfile::tempdir().expect("a folder");
    for unit in ["HU", "OD"] {
        for k in 0..6 {
            let path = folder.path().join(format!("{k}"));
            slice(k).write(&path);
            let mut file = dicom_object::open_file(&path).expect("just written");
            // Stored numbers are 1000 to 1547: the first entry is that of 1100, the last that of 1299.
            let descriptor = PrimitiveValue::U16([200, 1100, 16].as_slice().into());
            let table: Vec<u16> = (0..200).map(|n| 3 * n).collect();
            file.put_element(sequence(
                tags::MODALITY_LUT_SEQUENCE,
                vec![vec![
                    DataElement::new(tags::LUT_DESCRIPTOR, VR::US, descriptor),
                    text(tags::MODALITY_LUT_TYPE, VR::LO, unit),
                    DataElement::new(tags::LUT_DATA, VR::OW, PrimitiveValue::U16(table.into())),
                ]],
            ));
            file.write_to_file(&path).expect("written");
        }
        let set = opened(folder.path());
        for (voxel, stored) in [([0, 0, 0], 1000), ([3, 2, 1], 1119), ([7, 5, 1], 1147), ([0, 0, 5], 1500)] {
            let entry = (stored - 1100).clamp(0, 199);
            assert_eq!(set.volume.value(voxel), Some((3 * entry) as f32), "{voxel:?}");
        }
        let wanted = if unit == "HU" { vec![] } else { vec![DefectCode::NotHu] };
        assert_eq!(codes(&set), wanted, "{unit}");
        assert_eq!(set.volume.unit() == &Unit::Hu, unit == "HU");
    }
}

#[test]
fn a_real_table_gives_the_values_that_other_readers_give() {
    let Some(path) = odd("lut-window/mlut_18.dcm") else { return };
    let image = ingest::Image::read(fs::read(path).expect("readable")).expect("an image");
    let values = image.decode().expect("decodes");
    // pydicom's apply_modality_lut: 0 to 65535, (256, 256) 31447, (0, 0) 32759; halved to fit 16 bits.
    assert_eq!((values.iter().min(), values.iter().max()), (Some(&0), Some(&32_767)));
    assert_eq!((values[256 * 512 + 256], values[0]), (15_723, 16_379));
}
