//! What others drew, and PET: from files to places in the patient.

use std::path::Path;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use triscope::geometry::{Patient, Point, Vector};
use triscope::ingest::{IngestError, Link, ObjectKind, Scan, read_structures};
use triscope::jobs::JobContext;
use triscope::structures::{CutPlane, Shape, Structure, StructureSet};
use triscope::volume::Unit;
use triscope::workflow::overlays::{pet, pets};

use crate::overlay_files::{Group, Pet, Region, Segmentation, number, sequence, text, write_regions};
use crate::slice_files::{SECRET, Slice, folder};
use crate::support::{odd, scanned};

const SERIES: &str = "2.25.77";
const FRAME: &str = "2.25.700";
const OTHER: &str = "2.25.701";

/// A CT of four slices, 8 x 6 pixels of 0.8 x 0.7 mm, 2 mm apart, first pixel at (-10, -20, 0).
fn ct() -> tempfile::TempDir {
    let slice =
        |k| Slice { more: vec![(tags::FRAME_OF_REFERENCE_UID, VR::UI, FRAME.to_owned())], ..Slice::axial(k) };
    folder(&[0, 1, 2, 3].map(slice))
}

fn segmentation() -> Segmentation {
    Segmentation {
        kind: "BINARY",
        refers_to: Some(SERIES),
        frame_of_reference: Some(FRAME),
        segments: vec![(1, "Nodule")],
        size: [8, 6],
        spacing: [0.7, 0.8],
        orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        between: Some(2.0),
        frames: vec![
            (1, [-10.0, -20.0, 2.0], block(8, 6, [2, 1], [5, 3])),
            (1, [-10.0, -20.0, 4.0], block(8, 6, [2, 1], [5, 3])),
        ],
        packed: None,
    }
}

/// A block from a pixel to another one, both included.
fn block(columns: usize, rows: usize, from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    let inside =
        |n: usize| (from[0]..=to[0]).contains(&(n % columns)) && (from[1]..=to[1]).contains(&(n / columns));
    (0..columns * rows).map(|n| u8::from(inside(n))).collect()
}

fn read(scan: &Scan) -> Result<StructureSet, String> {
    let [object] = scan.objects.as_slice() else { panic!("one object: {:?}", scan.objects) };
    let series = scan.series.first().expect("the CT");
    read_structures(object, series, &JobContext::unobserved()).map_err(|error| error.to_string())
}

fn plane(z: f64) -> CutPlane {
    CutPlane {
        origin: Point::new(0.0, 0.0, z),
        right: Vector::new(1.0, 0.0, 0.0),
        down: Vector::new(0.0, 1.0, 0.0),
        into: Vector::new(0.0, 0.0, 1.0),
        half_mm: 1.0,
    }
}

#[test]
fn compressed_frames_mark_what_plain_ones_mark() {
    let shares = |value: u8| block(8, 6, [2, 1], [5, 3]).into_iter().map(|v| v * value).collect::<Vec<u8>>();
    for (kind, syntax, value) in [
        ("FRACTIONAL", uids::RLE_LOSSLESS, 200),
        ("LABELMAP", uids::RLE_LOSSLESS, 1),
        ("LABELMAP", uids::DEFLATED_IMAGE_FRAME_COMPRESSION, 1),
        ("BINARY", uids::DEFLATED_IMAGE_FRAME_COMPRESSION, 1),
    ] {
        let sets: Vec<StructureSet> = [None, Some(syntax)]
            .into_iter()
            .map(|packed| {
                let folder = ct();
                let mut seg = Segmentation { kind, packed, ..segmentation() };
                seg.frames.iter_mut().for_each(|(.., values)| *values = shares(value));
                seg.write(&folder.path().join("seg"));
                read(&scanned(folder.path())).expect("read")
            })
            .collect();
        let [plain, packed] = sets.as_slice() else { panic!("two") };
        assert_eq!(plain.remarks, packed.remarks, "{kind} {syntax}");
        assert!(extent(&packed.structures[0], &plane(2.0)).is_some(), "{kind} {syntax}");
        for z in [1.2, 2.0, 3.0, 4.0] {
            let [a, b] = [plain, packed].map(|set| extent(&set.structures[0], &plane(z)));
            assert_eq!(a, b, "{kind} {syntax}");
        }
    }
    // Bits cannot be packed in runs: it says so.
    let folder = ct();
    let seg = Segmentation { packed: Some(uids::RLE_LOSSLESS), ..segmentation() };
    seg.write(&folder.path().join("seg"));
    let why = read(&scanned(folder.path())).expect_err("not read");
    assert!(why.contains("RLE"), "{why}");
}

/// Lowest and highest place of what a plane cuts, by axis; `None` where it cuts nothing.
fn extent(structure: &Structure, plane: &CutPlane) -> Option<[[f64; 2]; 3]> {
    let points: Vec<Point<Patient>> = structure.cut(plane).into_iter().flat_map(|line| line.points).collect();
    let of = |axis: usize| {
        let all = points.iter().map(|p| p.to_array()[axis]);
        all.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    };
    (!points.is_empty()).then(|| [of(0), of(1), of(2)])
}

fn near(found: [f64; 2], wanted: [f64; 2], mm: f64) -> bool {
    found.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= mm)
}

#[test]
fn a_segment_lies_where_its_frames_say_along_the_edges_of_its_pixels() {
    let folder = ct();
    segmentation().write(&folder.path().join("seg"));
    let scan = scanned(folder.path());
    let object = &scan.objects[0];
    assert_eq!((object.kind, object.title.reveal().as_str()), (ObjectKind::Segmentation, "By hand"));
    assert_eq!(
        (object.date.reveal().as_str(), object.link(&scan.series[0])),
        ("20240301", Some(Link::Series))
    );
    let set = read(&scan).expect("read");
    let [nodule] = set.structures.as_slice() else { panic!("one segment") };
    assert!(set.remarks.is_empty() && nodule.remarks.is_empty(), "{:?} {:?}", set.remarks, nodule.remarks);
    assert_eq!((nodule.number, nodule.name.as_str()), (1, "Nodule"));
    assert!(nodule.colour[1] > 250 && nodule.colour[0] < 10, "green: {:?}", nodule.colour);
    // Columns 2 to 5 of 0.8 mm from -10, rows 1 to 3 of 0.7 mm from -20; half a pixel to each side.
    for z in [2.0, 4.0] {
        let [x, y, at] = extent(nodule, &plane(z)).expect("cut");
        assert!(
            near(x, [-8.8, -5.6], 1e-6) && near(y, [-19.65, -17.55], 1e-6) && near(at, [z, z], 1e-9),
            "{x:?} {y:?}"
        );
    }
    // Planes of 2 mm: one more on each side belongs to it by a half.
    assert!(extent(nodule, &plane(1.2)).is_some() && extent(nodule, &plane(0.9)).is_none());
    assert!(extent(nodule, &plane(4.9)).is_some() && extent(nodule, &plane(5.1)).is_none());
    let coronal = CutPlane {
        origin: Point::new(0.0, -18.6, 0.0),
        down: Vector::new(0.0, 0.0, -1.0),
        into: Vector::new(0.0, 1.0, 0.0),
        ..plane(0.0)
    };
    let [x, _, z] = extent(nodule, &coronal).expect("cut");
    assert!(near(x, [-8.8, -5.6], 0.01) && near(z, [1.0, 5.0], 0.01), "{x:?} {z:?}");
    let middle = nodule.middle().expect("something is there");
    assert!((middle.x + 7.2).abs() < 0.81 && (middle.z - 3.0).abs() < 1.01);
}

#[test]
fn the_order_of_frames_means_nothing_and_missing_ones_are_empty() {
    let folder = ct();
    let mut seg = segmentation();
    seg.segments.push((2, "Vessel"));
    let full = block(8, 6, [0, 0], [7, 5]);
    // The plane at 4 mm is left out of the first segment, which is empty there.
    seg.frames = vec![
        (1, [-10.0, -20.0, 6.0], full.clone()),
        (2, [-10.0, -20.0, 4.0], full.clone()),
        (1, [-10.0, -20.0, 0.0], full.clone()),
        (1, [-10.0, -20.0, 2.0], full),
    ];
    seg.write(&folder.path().join("seg"));
    let set = read(&scanned(folder.path())).expect("read");
    let [first, second] = set.structures.as_slice() else { panic!("two segments") };
    let seen = |s: &Structure| [0.0, 2.0, 4.0, 6.0].map(|z| extent(s, &plane(z)).is_some());
    assert_eq!(seen(first), [true, true, false, true]);
    assert_eq!(seen(second), [false, false, true, false]);
}

#[test]
fn a_segmentation_on_turned_axes_and_another_grid_lies_where_it_was_drawn() {
    let folder = ct();
    let mut seg = segmentation();
    // Sagittal frames of 1 mm pixels: rows run from front to back, columns from head to foot.
    seg.orientation = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];
    seg.spacing = [1.0, 1.0];
    seg.between = Some(1.5);
    seg.size = [5, 4];
    let one = block(5, 4, [1, 1], [2, 2]);
    seg.frames = vec![(1, [-8.0, -20.0, 5.0], one.clone()), (1, [-9.5, -20.0, 5.0], one)];
    seg.refers_to = None;
    seg.write(&folder.path().join("seg"));
    let scan = scanned(folder.path());
    assert_eq!(scan.objects[0].link(&scan.series[0]), Some(Link::FrameOfReference));
    let set = read(&scan).expect("read");
    let [x, y, _] = extent(&set.structures[0], &plane(3.5)).expect("cut");
    // Both frames along x with half a distance beside; columns 1 and 2 along y, rows 1 and 2 down from z = 5.
    assert!(near(x, [-10.25, -7.25], 0.02) && near(y, [-19.5, -17.5], 0.02), "{x:?} {y:?}");
    assert!(
        extent(&set.structures[0], &plane(4.6)).is_none()
            && extent(&set.structures[0], &plane(2.4)).is_none()
    );
}

#[test]
fn fractions_are_outlined_at_a_half_of_the_largest_value_and_say_so() {
    let folder = ct();
    let mut seg = segmentation();
    seg.kind = "FRACTIONAL";
    let ramp: Vec<u8> = (0..48).map(|n| [0, 0, 50, 100, 150, 200, 200, 0][n % 8]).collect();
    seg.frames = vec![(1, [-10.0, -20.0, 2.0], ramp)];
    seg.write(&folder.path().join("seg"));
    let set = read(&scanned(folder.path())).expect("read");
    assert!(set.remarks[0].contains("probability") && set.remarks[0].contains("half"), "{:?}", set.remarks);
    let [x, ..] = extent(&set.structures[0], &plane(2.0)).expect("cut");
    // A half of 200 is reached at the centre of column 3, and half a pixel behind column 6; a byte of rounding.
    assert!(near(x, [-7.6, -4.8], 0.02), "{x:?}");
}

#[test]
fn label_maps_hold_all_segments_in_one_frame() {
    let folder = ct();
    let mut seg = segmentation();
    seg.kind = "LABELMAP";
    seg.segments = vec![(0, "Background"), (1, "Left"), (2, "Right")];
    seg.frames = vec![(0, [-10.0, -20.0, 2.0], (0..48).map(|n| [0, 1, 1, 0, 2, 2, 2, 0][n % 8]).collect())];
    seg.write(&folder.path().join("seg"));
    let set = read(&scanned(folder.path())).expect("read");
    let names: Vec<&str> = set.structures.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Left", "Right"]);
    let wide = |s: &Structure| extent(s, &plane(2.0)).map(|[x, ..]| x);
    assert!(near(wide(&set.structures[0]).expect("cut"), [-9.6, -8.0], 1e-6));
    assert!(near(wide(&set.structures[1]).expect("cut"), [-7.2, -4.8], 1e-6));
}

#[test]
fn what_of_a_segmentation_cannot_be_drawn_is_said() {
    let folder = ct();
    let path = folder.path().join("seg");
    let told = |change: &dyn Fn(&mut Segmentation)| {
        let mut seg = segmentation();
        change(&mut seg);
        seg.write(&path);
        let set = read(&scanned(folder.path()));
        match set {
            Err(error) => error,
            Ok(set) => {
                let remarks = set.structures.iter().flat_map(|s| s.remarks.iter().cloned());
                set.remarks.iter().cloned().chain(remarks).collect::<Vec<_>>().join(" ")
            }
        }
    };
    let uneven = |seg: &mut Segmentation| {
        seg.between = None;
        seg.frames.push((1, [-10.0, -20.0, 7.3], block(8, 6, [0, 0], [1, 1])));
    };
    assert!(told(&uneven).contains("uneven"), "{}", told(&uneven));
    let turned = |seg: &mut Segmentation| seg.frames[1].1 = [-10.3, -20.0, 4.0];
    assert!(told(&turned).contains("1 frame left out"), "{}", told(&turned));
    let flat = |seg: &mut Segmentation| {
        seg.between = None;
        seg.frames.truncate(1);
    };
    assert!(told(&flat).contains("how thick"), "{}", told(&flat));
    let empty = |seg: &mut Segmentation| seg.frames.iter_mut().for_each(|(.., v)| v.fill(0));
    assert!(told(&empty).contains("Nothing is marked"), "{}", told(&empty));
    let stranger = |seg: &mut Segmentation| seg.frames[1].0 = 9;
    assert!(told(&stranger).contains("does not describe"), "{}", told(&stranger));
    let kind = |seg: &mut Segmentation| seg.kind = "STRANGE";
    assert!(told(&kind).contains("STRANGE"), "{}", told(&kind));
    let doubtful = |seg: &mut Segmentation| seg.frame_of_reference = Some(OTHER);
    assert!(told(&doubtful).contains("another frame of reference"), "{}", told(&doubtful));
    // Named by nothing that is here.
    let mut seg = segmentation();
    (seg.refers_to, seg.frame_of_reference) = (Some("2.25.1"), Some(OTHER));
    seg.write(&path);
    let scan = scanned(folder.path());
    assert_eq!(scan.objects[0].link(&scan.series[0]), None);
    assert!(read(&scan).expect_err("refused").contains("belongs neither"));
}

#[test]
fn a_file_that_ends_early_gives_the_frames_that_are_there() {
    let folder = ct();
    let path = folder.path().join("seg");
    let mut seg = segmentation();
    seg.kind = "FRACTIONAL";
    seg.write(&path);
    let bytes = std::fs::read(&path).expect("written");
    std::fs::write(&path, &bytes[..bytes.len() - 20]).expect("written");
    let set = read(&scanned(folder.path())).expect("the first frame is there");
    assert!(set.remarks.iter().any(|r| r.contains("1 frame missing")), "{:?}", set.remarks);
}

fn square(z: f64) -> (&'static str, Vec<f64>) {
    ("CLOSED_PLANAR", vec![-9.0, -19.0, z, -6.0, -19.0, z, -6.0, -17.0, z, -9.0, -17.0, z])
}

#[test]
fn regions_keep_names_colours_and_places_and_say_what_is_not_drawn() {
    let folder = ct();
    let region =
        |name, frame_of_reference, contours| Region { name, frame_of_reference, colour: None, contours };
    let regions = [
        Region {
            colour: Some("255\\0\\0"),
            ..region("Lésion", FRAME, vec![square(0.0), square(2.0), square(4.0)])
        },
        region("Elsewhere", OTHER, vec![square(0.0)]),
        region("Empty", FRAME, Vec::new()),
        region(
            "Damaged",
            FRAME,
            vec![("CLOSED_PLANAR", vec![1.0, 2.0]), ("SPIRAL", vec![0.0; 9]), square(2.0)],
        ),
    ];
    write_regions(&folder.path().join("rt"), SERIES, FRAME, &regions);
    let scan = scanned(folder.path());
    assert_eq!(
        (scan.objects[0].kind, scan.objects[0].title.reveal().as_str()),
        (ObjectKind::Contours, "Plan")
    );
    let set = read(&scan).expect("read");
    let [lesion, elsewhere, empty, damaged] = set.structures.as_slice() else { panic!("four regions") };
    assert_eq!((lesion.name.as_str(), lesion.colour), ("Lésion", [255, 0, 0]));
    assert!(lesion.remarks.is_empty());
    let [x, y, z] = extent(lesion, &plane(2.4)).expect("its own plane, as it is");
    assert_eq!((x, y, z), ([-9.0, -6.0], [-19.0, -17.0], [2.0, 2.0]));
    let sagittal = CutPlane {
        origin: Point::new(-7.0, 0.0, 0.0),
        right: Vector::new(0.0, 1.0, 0.0),
        down: Vector::new(0.0, 0.0, -1.0),
        into: Vector::new(-1.0, 0.0, 0.0),
        half_mm: 0.4,
    };
    let [_, y, z] = extent(lesion, &sagittal).expect("the body that they enclose");
    assert!(near(y, [-19.0, -17.0], 0.2) && near(z, [-1.0, 5.0], 0.2), "{y:?} {z:?}");
    assert!(elsewhere.shape.is_none() && elsewhere.remarks[0].contains("another frame of reference"));
    assert!(empty.shape.is_none() && empty.remarks[0].contains("no contours"));
    let told = damaged.remarks.join(" ");
    assert!(
        told.contains("1 contour left out: damaged")
            && told.contains("unknown kind")
            && told.contains("one plane"),
        "{told}"
    );
    assert!(extent(damaged, &plane(2.0)).is_some());
}

#[test]
fn segmentations_and_contours_of_others_lie_over_their_series() {
    for (path, file, names) in [
        ("seg/dcmqi-23x38x3", "label.seg", &["Liver"][..]),
        ("seg/dcmqi-ct-3slice", "liver.dcm", &["Liver"]),
        (
            "seg/dcmqi-ct-3slice",
            "partial_overlaps.dcm",
            &["GREEN", "ORANGE", "PURPLE", "LIGHT_BLUE", "DARK_BLUE"],
        ),
        ("rt/rt-utils", "rt.dcm", &["ROI-1"]),
        ("pet/sts-001", "RS.dcm", &["GTV_Mass_PET"]),
    ] {
        let Some(folder) = odd(path) else { return };
        let scan = scanned(&folder);
        let object = scan.objects.iter().find(|o| o.file_name() == Path::new(file)).expect("listed");
        let series = scan.series.iter().find(|s| object.link(s).is_some()).expect("its series");
        let set = read_structures(object, series, &JobContext::unobserved()).expect("read");
        let found: Vec<&str> = set.structures.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(found, names, "{file}");
        let Some(grid) = series.grid else { continue };
        for structure in &set.structures {
            let middle = structure.middle().expect("something is there");
            assert!(grid.voxel_at(grid.voxel_from_patient() * middle).is_some(), "{file}: {middle:?}");
            assert!(!structure.cut(&plane(middle.z)).is_empty(), "{file}");
        }
    }
}

#[test]
fn a_tumour_that_was_contoured_has_the_volume_that_another_reader_measured() {
    let folder = Path::new("../shared/data/ct/lung1-001");
    if !folder.exists() {
        return eprintln!("skipped: {} is not here", folder.display());
    }
    let scan = scanned(folder);
    let object = scan.objects.first().expect("the structure set");
    assert_eq!(object.link(&scan.series[0]), Some(Link::Series));
    let set = read_structures(object, &scan.series[0], &JobContext::unobserved()).expect("read");
    let tumour = set.structures.iter().find(|s| s.name == "GTV-1").expect("named");
    let Some(Shape::Contours(contours)) = &tumour.shape else { panic!("contours") };
    let body = contours.body().expect("planes at even distances");
    let ml = body.voxels() as f64 * body.grid().spacing_mm().iter().product::<f64>() / 1000.0;
    // 156.3 ml by another program, whose voxels are those of the CT; whole cells count here.
    assert!((ml - 156.3).abs() < 3.0, "{ml} ml");
    let middle = tumour.middle().expect("there");
    assert!(middle.distance(Point::new(82.28, -201.47, -456.84)) < 25.0, "{middle:?}");
}

#[test]
fn reports_are_listed_by_title_and_date_and_nothing_is_drawn_of_them() {
    let Some(folder) = odd("sr") else { return };
    let scan = scanned(&folder);
    let titles: Vec<(&str, &str)> = scan
        .objects
        .iter()
        .filter(|o| o.kind == ObjectKind::Report)
        .map(|o| (o.title.reveal().as_str(), o.date.reveal().as_str()))
        .collect();
    assert_eq!(titles.len(), 3);
    assert!(titles.contains(&("Imaging Measurement Report", "20150819")), "{titles:?}");
}

#[test]
fn damaged_overlays_are_read_or_refused_in_words() {
    let folder = ct();
    segmentation().write(&folder.path().join("object"));
    let seg = std::fs::read(folder.path().join("object")).expect("written");
    let region = Region {
        name: "R",
        frame_of_reference: FRAME,
        colour: None,
        contours: vec![square(0.0), square(2.0)],
    };
    write_regions(&folder.path().join("object"), SERIES, FRAME, &[region]);
    let regions = std::fs::read(folder.path().join("object")).expect("written");
    let series = scanned(folder.path()).series.remove(0);
    let alone = tempfile::tempdir().expect("a folder");
    let path = alone.path().join("object");
    let mut state = 9u64;
    let mut dice = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut read = 0;
    for bytes in [seg, regions] {
        for round in 0..400 {
            let mut damaged = bytes.clone();
            if round % 4 == 0 {
                damaged.truncate(dice(bytes.len()));
            } else {
                for _ in 0..=round % 5 {
                    let at = 132 + dice(bytes.len() - 132);
                    damaged[at] = dice(256) as u8;
                }
            }
            std::fs::write(&path, &damaged).expect("written");
            for mut object in scanned(alone.path()).objects {
                object.refers_to = vec![SERIES.to_owned()];
                match read_structures(&object, &series, &JobContext::unobserved()) {
                    Ok(set) => {
                        read += 1;
                        for structure in &set.structures {
                            structure.cut(&plane(2.0));
                            structure.middle();
                        }
                    }
                    Err(IngestError::Sentence(text)) => {
                        assert!(text.len() > 15 && !text.contains('\n'), "{text}")
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
    assert!(read > 100, "{read} were still read");
}

#[test]
fn nothing_of_the_patient_is_in_what_is_said() {
    let folder = ct();
    segmentation().write(&folder.path().join("seg"));
    let scan = scanned(folder.path());
    assert!(
        !format!("{:?}", scan.objects).contains(SECRET) && !format!("{:?}", scan.objects).contains("By hand")
    );
}

/// Three slices of a PET of 4 x 4 pixels of 4 mm; every stored value is 1000 times its slice, from 1. The slope
/// differs from slice to slice, as it does in files of scanners.
fn write_pet(folder: &Path, more: impl Fn(usize) -> Group) {
    let pet = Pet {
        frame_of_reference: FRAME,
        size: [4, 4, 3],
        spacing: [4.0, 3.0],
        origin: [-12.0, -24.0, 0.0],
        slopes: &["2.5", "1.25", "0.5"],
        value: &|[.., k]| 1000 * (k as u16 + 1),
    };
    pet.write(folder, more);
}

fn injected() -> Group {
    vec![
        text(tags::UNITS, VR::CS, "BQML"),
        text(tags::DECAY_CORRECTION, VR::CS, "START"),
        sequence(
            tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE,
            vec![vec![
                text(tags::RADIOPHARMACEUTICAL_START_TIME, VR::TM, "093000.00"),
                text(tags::RADIONUCLIDE_TOTAL_DOSE, VR::DS, "370000000"),
                text(tags::RADIONUCLIDE_HALF_LIFE, VR::DS, "3600"),
            ]],
        ),
    ]
}

#[test]
fn a_pet_lies_over_the_ct_of_its_frame_of_reference_in_suv() {
    let folder = ct();
    write_pet(folder.path(), |_| injected());
    let scan = std::sync::Arc::new(scanned(folder.path()));
    let series = &scan.series[0];
    let found: Vec<(usize, bool)> = pets(&scan, series).map(|(n, s)| (n, s.same_frame(series))).collect();
    let [(index, true)] = found[..] else { panic!("{found:?}") };
    let laid = pet(&scan, index, &JobContext::unobserved()).expect("loads");
    let suv = laid.suv.expect("all tags are there");
    assert!(suv.source.contains("60 min") && suv.source.contains("START"), "{}", suv.source);
    assert_eq!(laid.volume.unit(), &Unit::Named("SUV".to_owned()));
    // 370 MBq an hour before at a half-life of an hour are 185 MBq; in 70 kg an SUV of 1 is 2642.86 Bq/ml.
    for (k, bq) in [2500.0, 2500.0, 1500.0].into_iter().enumerate() {
        let value = f64::from(laid.volume.value([1, 2, k]).expect("a voxel"));
        // Half of the largest slope is lost to whole numbers: 1.25 Bq/ml.
        assert!((value - bq * 70_000.0 / 185e6).abs() <= 1.25 * 70_000.0 / 185e6 + 1e-6, "{k}: {value}");
    }
    assert!(!suv.source.contains("70"), "nothing of the patient is told");
}

#[test]
fn a_pet_without_the_tags_is_laid_in_its_own_units_with_the_reason() {
    let folder = ct();
    write_pet(folder.path(), |_| {
        vec![text(tags::UNITS, VR::CS, "BQML"), text(tags::DECAY_CORRECTION, VR::CS, "START")]
    });
    let scan = std::sync::Arc::new(scanned(folder.path()));
    let (index, _) = pets(&scan, &scan.series[0]).next().expect("a PET");
    let laid = pet(&scan, index, &JobContext::unobserved()).expect("loads");
    assert!(laid.suv.expect_err("no dose").contains("Dose"));
    assert_eq!(laid.volume.unit(), &Unit::Stored);
}

#[test]
fn a_pet_that_is_in_suv_already_stays_as_it_is() {
    let Some(folder) = odd("pet/sts-001") else { return };
    let scan = std::sync::Arc::new(scanned(&folder));
    let laid = pet(&scan, 0, &JobContext::unobserved()).expect("loads");
    assert!(laid.suv.expect("Units GML").source.contains("GML"));
    let [low, high] = laid.volume.range();
    // The range that SimpleITK finds in the volume of the same values in other-formats.
    assert!(low == 0.0 && (high - sts_largest()).abs() < 1e-3, "{low} {high}");
}

/// The largest value of the same PET as a file of real numbers.
fn sts_largest() -> f32 {
    let path = Path::new("../shared/data/odd/other-formats/sts001-pet.nii.gz");
    let volume =
        triscope::ingest::read_volume(path, Unit::Stored, &JobContext::unobserved()).expect("a volume");
    volume.range()[1]
}

#[test]
fn pixels_without_sign_use_all_16_bits() {
    let folder = ct();
    let unsigned = |k: usize| {
        let mut more = injected();
        more.push(number(tags::PIXEL_REPRESENTATION, 0));
        let stored: Vec<u16> = vec![65_000 - k as u16; 16];
        more.push(dicom_core::DataElement::new(
            tags::PIXEL_DATA,
            VR::OW,
            dicom_core::PrimitiveValue::U16(stored.into()),
        ));
        more
    };
    write_pet(folder.path(), unsigned);
    let scan = std::sync::Arc::new(scanned(folder.path()));
    let (index, _) = pets(&scan, &scan.series[0]).next().expect("a PET");
    let laid = pet(&scan, index, &JobContext::unobserved()).expect("loads");
    let value = f64::from(laid.volume.value([0, 0, 0]).expect("a voxel"));
    let wanted = 65_000.0 * 2.5 * 70_000.0 / 185e6;
    assert!((value - wanted).abs() < 0.002, "{value} {wanted}");
}
