//! Data sets for training: published data where they are at hand, small files made by hand where not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use triscope::clinical::ClinicalFields;
use triscope::dataset::{
    self, Case, CasePoint, Characteristic, DatasetError, Fold, Label, LabelRule, Manifest, Prior, Problem,
    Question, Ratings, Severity, SliceBox, Split,
};
use triscope::geometry::Point;
use triscope::ingest;
use triscope::jobs::JobContext;
use triscope::volume::Unit;
use triscope::workflow::dataset::{BuildSpec, DatasetWorkError, Source, build};

use crate::support::lidc_0314;

/// A folder of the shared data, or `None` with a word.
fn shared(inside: &str) -> Option<PathBuf> {
    let folder = Path::new("../shared/data").join(inside);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not here", folder.display());
    None
}

/// Rows of a table as column to text.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn errors(problems: &[Problem]) -> Vec<String> {
    problems.iter().filter(|p| p.severity == Severity::Error).map(ToString::to_string).collect()
}

fn count(cases: &[Case], label: Option<Label>) -> usize {
    cases.iter().filter(|c| c.label == label).count()
}

#[test]
fn the_nodule_volumes_have_the_labels_and_folds_that_their_page_says() {
    let Some(root) = shared("nodules") else { return };
    let built = dataset::build_nodules(&root, LabelRule::Strict).expect("the table");
    assert_eq!(errors(&built.problems), [""; 0]);
    assert_eq!(built.problems.len(), 1, "no label differs from the table's: {:?}", built.problems);
    assert!(built.problems[0].text.starts_with("3 cases left out"), "{}", built.problems[0]);
    let cases = &built.cases;
    let by_label = [Some(Label::Positive), Some(Label::Negative), None].map(|l| count(cases, l));
    assert_eq!((cases.len(), by_label), (990, [402, 442, 146]));
    let patients: BTreeSet<&str> = cases.iter().map(|c| c.patient.as_str()).collect();
    assert_eq!(patients.len(), 550);
    for n in 0..5 {
        let of_fold: Vec<Case> = cases.iter().filter(|c| c.fold == Some(Fold::Number(n))).cloned().collect();
        let patients: BTreeSet<&str> = of_fold.iter().map(|c| c.patient.as_str()).collect();
        assert!((109..=110).contains(&patients.len()), "fold {n}: {}", patients.len());
        assert!((79..=80).contains(&count(&of_fold, Some(Label::Positive))));
        assert!((88..=89).contains(&count(&of_fold, Some(Label::Negative))));
    }
    let held_out: BTreeSet<&str> =
        cases.iter().filter(|c| c.fold == Some(Fold::HeldOut)).map(|c| c.patient.as_str()).collect();
    assert_eq!(
        held_out.into_iter().collect::<Vec<_>>(),
        ["LIDC-IDRI-0001", "LIDC-IDRI-0003", "LIDC-IDRI-0314"]
    );
    // The list that comes with the program is this very split.
    let fixed = dataset::fixed_folds();
    for case in cases {
        assert_eq!(fixed.get(case.patient.as_str()).copied(), case.fold, "{}", case.patient);
    }
    let published = dataset::build_nodules(&root, LabelRule::Published).expect("the table").cases;
    assert_eq!(
        [Some(Label::Positive), Some(Label::Negative), None].map(|l| count(&published, l)),
        [402, 588, 0]
    );
}

#[test]
fn every_nodule_volume_loads_with_its_mask_where_the_table_says() {
    let Some(root) = shared("nodules") else { return };
    let ctx = JobContext::unobserved();
    let built = dataset::build_nodules(&root, LabelRule::Strict).expect("the table");
    let manifest = Manifest::new(built.cases);
    let problems = dataset::check(&manifest, &root, &ctx).expect("not cancelled");
    assert_eq!(errors(&problems), [""; 0]);
    assert_eq!(problems, [], "no warning either");
    let rows = table(&root.join("nodules.csv"));
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().expect("a number");
    let mut flipped = 0;
    for row in rows.iter().filter(|r| r["usable"] == "1") {
        let case = manifest.cases.iter().find(|c| c.id == row["id"]).expect("a case");
        let image = dataset::load_image(&root, case, &ctx).expect("loads").volume;
        let mask = dataset::load_mask(&root, case, &ctx).expect("loads").expect("has one");
        let size = ["nx", "ny", "nz"].map(|c| number(row, c) as usize);
        assert_eq!(image.grid().size(), size, "{}", case.id);
        assert!(image.int16().is_some() && *image.unit() == Unit::Hu);
        let [low, high] = image.range().map(f64::from);
        assert_eq!([low, high], [number(row, "hu_min"), number(row, "hu_max")], "{}", case.id);
        let inside: usize = mask
            .int16()
            .expect("whole numbers")
            .all()
            .iter()
            .map(|s| s.iter().filter(|v| **v == 1).count())
            .sum();
        assert_eq!(inside as f64, number(row, "mask_voxels"), "{}", case.id);
        let centroid = Point::from_array(["i", "j", "k"].map(|a| number(row, &format!("mask_centroid_{a}"))));
        let apart = (image.grid().patient_from_voxel() * centroid).distance(case.point.patient(image.grid()));
        // The table gives how far its place is from the mask's centroid: half a hundredth of a millimetre
        // of rounding there, half a hundredth of a voxel of 2.5 mm at most in the centroid.
        let said = number(row, "mask_err_mm");
        assert!((apart - said).abs() < 0.02, "{}: {apart} mm, the table says {said}", case.id);
        // NIfTI's diagonal +,+,+ is a scan rotated by 180 degrees: LPS -,-,+.
        flipped += usize::from(image.grid().directions()[0].x < 0.0);
    }
    assert_eq!(flipped, 22);
}

#[test]
fn one_volume_in_five_formats_is_one_volume() {
    let Some(root) = shared("odd") else { return };
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(&[root.join("derived/reference")], &ctx).expect("a series");
    let series = &scan.series[0];
    let dicom = ingest::begin(series).expect("a volume");
    ingest::load(series, &dicom, &ctx).expect("decodes");
    for name in
        ["lidc0001-cut.nii.gz", "lidc0001-cut.mhd", "lidc0001-cut-compressed.mha", "lidc0001-cut.nrrd"]
    {
        let path = root.join("other-formats").join(name);
        let volume = ingest::read_volume(&path, Unit::Hu, &ctx).expect("reads");
        assert_eq!(ingest::read_grid(&path).expect("reads"), *volume.grid(), "{name}");
        assert_eq!(volume.grid().size(), dicom.grid().size(), "{name}");
        for corner in [[0.0; 3], [95.0, 0.0, 0.0], [0.0, 95.0, 0.0], [0.0, 0.0, 15.0]].map(Point::from_array)
        {
            let apart = (volume.grid().patient_from_voxel() * corner)
                .distance(dicom.grid().patient_from_voxel() * corner);
            // 32-bit affines at some 200 mm.
            assert!(apart < 1e-4, "{name}: {apart} mm");
        }
        let (ours, theirs) = (volume.int16().expect("whole"), dicom.int16().expect("whole"));
        assert!(ours.all() == theirs.all(), "{name}: values");
    }
    let pet = ingest::read_volume(&root.join("other-formats/sts001-pet.nii.gz"), Unit::Stored, &ctx)
        .expect("reads");
    assert_eq!(pet.grid().size(), [41, 43, 59]);
    assert!(pet.int16().is_none());
    // SimpleITK 2.5.7, in the collection's README: sizes; directions from the headers.
    for (name, size, spacing) in [
        ("breast1_image.nrrd", [45, 120, 21], [0.664_062, 0.664_062, 2.1]),
        ("prostate_phantom_subvolume.nrrd", [82, 67, 13], [0.5, 0.5, 3.0]),
    ] {
        let volume =
            ingest::read_volume(&root.join("other-formats").join(name), Unit::Stored, &ctx).expect("reads");
        assert_eq!(volume.grid().size(), size, "{name}");
        assert!(volume.grid().spacing_mm().iter().zip(spacing).all(|(a, b)| (a - b).abs() < 1e-9), "{name}");
    }
}

/// The readings of a JSON of real outlines, as the XML that LIDC-IDRI has.
fn xml(json: &serde_json::Value) -> String {
    let mut text = format!(
        "<LidcReadMessage xmlns=\"http://www.nih.gov\"><ResponseHeader><SeriesInstanceUid>{}\
         </SeriesInstanceUid></ResponseHeader>",
        json["series_uid"].as_str().expect("a UID")
    );
    let nodules = json["nodules"].as_array().expect("nodules");
    for reader in nodules.iter().flat_map(|n| n["readers"].as_array().expect("readers")) {
        text += "<readingSession><unblindedReadNodule><noduleID>x</noduleID><characteristics>";
        for (name, rating) in reader["ratings"].as_object().expect("ratings") {
            text += &format!("<{name}>{rating}</{name}>");
        }
        text += "</characteristics>";
        for contour in reader["contours"].as_array().expect("contours") {
            let inclusion = if contour["inclusion"] == true { "TRUE" } else { "FALSE" };
            text += &format!(
                "<roi><imageZposition>{}</imageZposition><inclusion>{inclusion}</inclusion>",
                contour["z_mm"]
            );
            for point in contour["points_ij"].as_array().expect("points") {
                text +=
                    &format!("<edgeMap><xCoord>{}</xCoord><yCoord>{}</yCoord></edgeMap>", point[0], point[1]);
            }
            text += "</roi>";
        }
        text += "</unblindedReadNodule></readingSession>";
    }
    text + "</LidcReadMessage>"
}

/// A folder as The Cancer Imaging Archive gives it: XML, and the series by a link.
#[cfg(unix)]
fn lidc_folder(folder: &Path, name: &str, json: &Path, dicom: &Path) {
    let text = std::fs::read_to_string(json).expect("outlines");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    std::fs::write(folder.join(format!("{name}.xml")), xml(&json)).expect("written");
    std::os::unix::fs::symlink(dicom.canonicalize().expect("there"), folder.join(name)).expect("linked");
}

#[cfg(unix)]
#[test]
fn real_readings_become_the_nodules_that_two_independent_tables_have() {
    let (Some(ct), Some(lidc)) = (shared("ct"), shared("lidc")) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let partial = ct.join("lidc-partial");
    for (name, json, dicom) in [
        ("0314", ct.join("lidc-0314/lidc-0314.annotations.json"), ct.join("lidc-0314/dicom")),
        ("0001", partial.join("lidc-0001.annotations.json"), partial.join("LIDC-IDRI-0001")),
        ("0002", partial.join("lidc-0002.annotations.json"), partial.join("LIDC-IDRI-0002")),
        ("0003", partial.join("lidc-0003.annotations.json"), partial.join("LIDC-IDRI-0003")),
    ] {
        lidc_folder(folder.path(), name, &json, &dicom);
    }
    let ctx = JobContext::unobserved();
    let built = dataset::build_lidc(folder.path(), LabelRule::Strict, true, &ctx).expect("builds");
    // 0002: its nodule's centre lies below the first of the slices at hand.
    assert!(built.problems.iter().any(|p| p.text.contains("0002") && p.text.contains("outside its series")));
    assert_eq!(built.cases.len(), 3, "{:?}", built.problems);
    let pylidc = table(&lidc.join("nodule_info_pylidc.csv"));
    let ours = table(&lidc.join("nodules.csv"));
    for case in &built.cases {
        assert_eq!(case.ratings.values().len(), 4, "one nodule of four readers: {}", case.id);
        assert_eq!(case.fold, Some(Fold::HeldOut));
        assert_eq!(case.label, Some(Label::Positive));
        let image = dataset::load_image(folder.path(), case, &ctx).expect("loads").volume;
        let at = case.point.voxel(image.grid());
        // The nodule of this patient that is nearest in the other table (its x is the row).
        let number =
            |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().expect("a number");
        let off = |row: &BTreeMap<String, String>| {
            (number(row, "interp_cent_y") - at.x).hypot(number(row, "interp_cent_x") - at.y)
        };
        let theirs = pylidc
            .iter()
            .filter(|r| r["patient_id"] == case.patient)
            .min_by(|a, b| off(a).total_cmp(&off(b)))
            .expect("the patient is there");
        // The manifest's places are rounded to a ten-thousandth of a millimetre.
        assert!(off(theirs) < 3e-4, "{}: {} px", case.id, off(theirs));
        let diameter = case.diameter_mm.expect("drawn");
        // Six decimals of the pixel spacing there, four decimals here.
        assert!((number(theirs, "diameter") - diameter).abs() < 2e-4, "{}: {diameter}", case.id);
        assert_eq!(case.ratings.mean(), Some(number(theirs, "malignancy_level")), "{}", case.id);
        if case.patient == "LIDC-IDRI-0314" {
            assert!((at.z - number(theirs, "interp_cent_z")).abs() < 3e-4, "{at:?}");
        }
        let own = ours
            .iter()
            .filter(|r| r["patient_id"] == case.patient && r["n_readers"] == "4")
            .min_by(|a, b| {
                let off = |r: &BTreeMap<String, String>| (number(r, "diameter_mean_mm") - diameter).abs();
                off(a).total_cmp(&off(b))
            })
            .expect("the patient is there");
        // Two decimals there.
        assert!((number(own, "diameter_mean_mm") - diameter).abs() < 0.0051, "{}: {diameter}", case.id);
        let list: Vec<String> = case.ratings.values().iter().map(u8::to_string).collect();
        assert_eq!(own["malignancy_all"], list.join("|"), "{}", case.id);
        for c in Characteristic::ALL {
            let column = if c == Characteristic::InternalStructure { "internalStructure" } else { c.name() };
            assert_eq!(case.characteristic(c), Some(number(own, &format!("{column}_mean"))), "{}", c.name());
        }
    }
    let manifest = Manifest::new(built.cases);
    let problems = dataset::check(&manifest, folder.path(), &ctx).expect("not cancelled");
    assert_eq!(errors(&problems), [""; 0]);
}

#[test]
fn the_rule_of_labels_gives_the_published_numbers_of_nodules() {
    let Some(lidc) = shared("lidc") else { return };
    let mut strict = [0; 3];
    let mut published = [0; 3];
    for row in table(&lidc.join("nodules.csv")) {
        if row["n_readers"].parse::<u32>().expect("a number") < 3 {
            continue;
        }
        let values = row["malignancy_all"].split('|').map(|r| r.parse().expect("a rating")).collect();
        let ratings = Ratings::new(values).expect("on the scale");
        for (rule, counts) in [(LabelRule::Strict, &mut strict), (LabelRule::Published, &mut published)] {
            counts[rule.label(&ratings).map_or(2, |l| usize::from(l == Label::Negative))] += 1;
        }
    }
    assert_eq!(strict, [528, 663, 197]);
    assert_eq!(published, [528, 860, 0]);
}

/// A MetaImage of 8 x 8 x 4 voxels of air at 1 x 1 x 2 mm, first centre at (-4, -4, -4) mm.
fn metaimage(path: &Path) {
    let header = "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n\
                  CompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -4 -4 -4\n\
                  ElementSpacing = 1 1 2\nDimSize = 8 8 4\nElementType = MET_SHORT\nElementDataFile = ";
    let raw = path.with_extension("raw");
    let name = raw.file_name().and_then(|n| n.to_str()).expect("a plain name").to_owned();
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, format!("{header}{name}\n")).expect("written");
    std::fs::write(raw, (-1000i16).to_le_bytes().repeat(8 * 8 * 4)).expect("written");
}

#[test]
fn luna16_gives_nodules_and_candidates_in_its_ten_folds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    metaimage(&root.join("subset3/1.2.3.mhd"));
    metaimage(&root.join("subset7/1.2.4.mhd"));
    metaimage(&root.join("seg-lungs-LUNA16/1.2.4.mhd"));
    std::fs::create_dir(root.join("csv")).expect("made");
    let table = |name: &str, text: &str| std::fs::write(root.join("csv").join(name), text).expect("written");
    table(
        "annotations.csv",
        "seriesuid,coordX,coordY,coordZ,diameter_mm\n1.2.3,0.12345678,1,-1,5.65\n9.9,0,0,0,4\n",
    );
    table("candidates.csv", "seriesuid,coordX,coordY,coordZ,class\n1.2.3,0,0,0,0\n");
    table(
        "candidates_V2.csv",
        "seriesuid,coordX,coordY,coordZ,class\n1.2.3,0.1,1,-1,1\n1.2.4,2,2,0,0\n1.2.4,-3,2,1,0\n",
    );
    let ctx = JobContext::unobserved();
    let built = dataset::build_luna16(root, &ctx).expect("builds");
    assert_eq!(errors(&built.problems), [""; 0]);
    assert!(built.problems.iter().any(|p| p.text.starts_with("1 row left out")), "{:?}", built.problems);
    assert!(built.problems.iter().any(|p| p.text.contains("does not name patients")));
    let manifest = Manifest::new(built.cases);
    let facts: Vec<_> = manifest
        .cases
        .iter()
        .map(|c| (c.id.as_str(), c.label, c.fold, c.image.as_str(), c.diameter_mm))
        .collect();
    let (no, yes) = (Some(Label::Negative), Some(Label::Positive));
    assert_eq!(
        facts,
        [
            ("luna16-a000001", yes, Some(Fold::Number(3)), "subset3/1.2.3.mhd", Some(5.65)),
            ("luna16-c000002", no, Some(Fold::Number(7)), "subset7/1.2.4.mhd", None),
            ("luna16-c000003", no, Some(Fold::Number(7)), "subset7/1.2.4.mhd", None),
        ]
    );
    assert!(
        manifest
            .cases
            .iter()
            .all(|c| c.question == Question::PointIsNodule && c.spacing_mm == [1.0, 1.0, 2.0])
    );
    assert_eq!(dataset::check(&manifest, root, &ctx).expect("not cancelled"), []);
    let empty = tempfile::tempdir().expect("a temporary folder");
    let error = dataset::build_luna16(empty.path(), &ctx).expect_err("nothing there").to_string();
    assert!(error.contains("annotations.csv"), "{error}");
}

/// One case in the volume of [`metaimage`], beside which the manifest lies.
fn case(point: CasePoint) -> Case {
    Case {
        id: "c".to_owned(),
        patient: "p".to_owned(),
        image: "ct.mhd".to_owned(),
        series_uid: None,
        mask: None,
        point,
        question: Question::Malignancy,
        label: None,
        label_rule: LabelRule::Given,
        ratings: Ratings::default(),
        characteristics: [None; 8],
        spacing_mm: [1.0, 1.0, 2.0],
        diameter_mm: None,
        fold: None,
        split: None,
        prior: None,
        lesion_slices: None,
        slice_box: None,
        clinical: ClinicalFields::default(),
        source: String::new(),
        licence: String::new(),
        citation: String::new(),
    }
}

#[test]
fn what_does_not_fit_its_volume_is_told_with_a_hint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    metaimage(&root.join("ct.mhd"));
    metaimage(&root.join("other.mhd"));
    let ctx = JobContext::unobserved();
    let mm = |x, y, z| CasePoint::Patient(Point::new(x, y, z));
    let right = case(mm(3.0, 0.0, 2.0));
    let told = |case: Case| {
        let problems = dataset::check(&Manifest::new(vec![case]), root, &ctx).expect("not cancelled");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told(right.clone()), "");
    assert_eq!(told(case(CasePoint::Voxel(Point::new(7.4, 0.0, 3.0)))), "");
    for (case, word) in [
        (case(mm(7.0, 7.0, 3.0)), "as a voxel index it would lie inside"),
        (case(mm(4.0, 0.0, -4.0)), "as RAS it would lie inside"),
        (case(mm(100.0, 0.0, 0.0)), "LPS millimetres"),
        (case(CasePoint::Voxel(Point::new(-3.0, 1.0, 1.0))), "as LPS millimetres it would lie inside"),
        (case(CasePoint::Voxel(Point::new(8.0, 1.0, 30.0))), "count from zero"),
        (Case { image: "no.mhd".to_owned(), ..right.clone() }, "no file"),
        (Case { image: ".".to_owned(), ..right.clone() }, "holds no images"),
        (Case { spacing_mm: [1.0, 1.0, 1.0], ..right.clone() }, "says 1 mm, and the volume has 2"),
        (Case { mask: Some("other.mhd".to_owned()), ..right.clone() }, "the mask holds -1000"),
        (Case { mask: Some("no.nii".to_owned()), ..right.clone() }, "no file"),
    ] {
        let text = told(case);
        assert!(text.contains(word) && text.contains("case c: "), "{word}: {text}");
    }
    let raw = |name: &str, value: i16| {
        std::fs::write(root.join(name), value.to_le_bytes().repeat(8 * 8 * 4)).expect("written");
    };
    let masked = Case { mask: Some("other.mhd".to_owned()), ..right.clone() };
    raw("other.raw", 0);
    assert!(told(masked.clone()).contains("the mask is empty"));
    raw("other.raw", 1);
    assert_eq!(told(masked.clone()), "");
    let header = std::fs::read_to_string(root.join("other.mhd")).expect("read");
    std::fs::write(root.join("other.mhd"), header.replace("Offset = -4", "Offset = -3")).expect("written");
    assert!(told(masked).contains("lies elsewhere"));
    raw("ct.raw", 40);
    assert!(told(right.clone()).contains("Hounsfield units?"));
    std::fs::write(root.join("ct.raw"), [0; 100]).expect("written");
    assert!(told(right).contains("ct.raw holds 100"));
}

#[test]
fn an_earlier_series_and_what_is_said_of_the_lesion_must_fit_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    metaimage(&root.join("ct.mhd"));
    metaimage(&root.join("before.mhd"));
    let ctx = JobContext::unobserved();
    let right = Case {
        prior: Some(Prior {
            image: "before.mhd".to_owned(),
            series_uid: None,
            point: Point::new(2.0, 1.0, 2.0),
            diameter_mm: None,
        }),
        lesion_slices: Some([1, 3]),
        slice_box: Some(SliceBox { low: [2.0, -1.0], high: [3.4, 1.0] }),
        ..case(CasePoint::Patient(Point::new(3.0, 0.0, 2.0)))
    };
    let told = |case: Case| {
        let problems = dataset::check(&Manifest::new(vec![case]), root, &ctx).expect("not cancelled");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told(right.clone()), "");
    let image = dataset::load_prior(root, &right, &ctx).expect("read").expect("one");
    assert_eq!(image.volume.grid().size(), [8, 8, 4]);
    let before = |image: &str, x: f64| {
        let point = Point::new(x, 1.0, 2.0);
        let prior = Prior { image: image.to_owned(), series_uid: None, point, diameter_mm: None };
        Case { prior: Some(prior), ..right.clone() }
    };
    let boxed = |low, high| Case { slice_box: Some(SliceBox { low, high }), ..right.clone() };
    for (case, column, word) in [
        (before("gone.mhd", 2.0), "prior", "no file"),
        (before("before.mhd", 500.0), "prior_x_mm", "outside the volume"),
        (Case { lesion_slices: Some([1, 4]), ..right.clone() }, "lesion_last", "has 4 slices"),
        (Case { lesion_slices: Some([0, 0]), ..right.clone() }, "lesion_first", "the point lies in slice"),
        (boxed([2.0, -1.0], [400.0, 1.0]), "box_x0_mm", "out of the volume"),
        (boxed([0.0, -1.0], [2.0, 1.0]), "box_x0_mm", "outside the box"),
    ] {
        let text = told(case);
        assert!(
            text.starts_with(&format!("column {column}: case c: ")) && text.contains(word),
            "{word}: {text}"
        );
    }
}

#[test]
fn a_list_of_points_may_hold_what_only_some_networks_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    metaimage(&root.join("now/ct.mhd"));
    metaimage(&root.join("before/ct.mhd"));
    let list = root.join("points.csv");
    let write = |prior: &str| {
        let text = format!(
            "path,x,y,z,label,patient_id,prior,prior_x_mm,prior_y_mm,prior_z_mm,split,sex,age_years\n\
             now/ct.mhd,0,0,0,1,p,{prior},1,0,0,test,male,63\n"
        );
        std::fs::write(&list, text).expect("written");
        dataset::build_points(&list, Question::Malignancy, LabelRule::Strict, &JobContext::unobserved())
    };
    let built = write("before/ct.mhd").expect("built");
    assert_eq!(built.problems, []);
    let case = &built.cases[0];
    let prior = case.prior.as_ref().expect("an earlier series");
    assert_eq!((prior.image.as_str(), prior.point), ("before/ct.mhd", Point::new(1.0, 0.0, 0.0)));
    assert_eq!((case.split, case.clinical.age_years), (Some(Split::Test), Some(63.0)));
    let problems = write("gone/ct.mhd").expect("a list").problems;
    assert!(problems[0].to_string().starts_with("line 2, prior: There is no file"), "{problems:?}");
}

#[test]
fn a_cancelled_build_or_check_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    metaimage(&root.join("ct.mhd"));
    std::fs::write(root.join("points.csv"), "path,x,y,z,label\nct.mhd,0,0,0,1\n").expect("written");
    let spec = BuildSpec {
        source: Source::Points,
        path: root.join("points.csv"),
        out: root.join("m.csv"),
        folds: 5,
        seed: 1,
        rule: LabelRule::Strict,
        question: Question::Malignancy,
    };
    let ctx = JobContext::unobserved();
    ctx.cancel();
    assert!(matches!(build(&spec, &ctx), Err(DatasetWorkError::Cancelled(_))));
    assert!(!root.join("m.csv").exists());
    build(&spec, &JobContext::unobserved()).expect("builds");
    let (manifest, _) = Manifest::load(&root.join("m.csv")).expect("whole");
    assert!(matches!(dataset::check(&manifest, root, &ctx), Err(DatasetError::Cancelled(_))));
}

#[test]
fn a_series_of_files_gives_its_spacing_and_no_name_of_its_patient() {
    let Some(ct) = shared("ct/lidc-0314/dicom") else { return };
    let volume = lidc_0314().expect("at hand");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = folder.path().join("points.csv");
    let ct = ct.canonicalize().expect("there");
    std::fs::write(&list, format!("path,i,j,k,label\n{},183.97,243.58,159.24,1\n", ct.display()))
        .expect("written");
    let ctx = JobContext::unobserved();
    let built = dataset::build_points(&list, Question::Malignancy, LabelRule::Strict, &ctx).expect("builds");
    assert_eq!(built.problems, []);
    let [case] = built.cases.as_slice() else { panic!("one case") };
    assert_eq!((case.patient.as_str(), case.spacing_mm), ("P0001", volume.grid().spacing_mm()));
    let at = case.point.patient(volume.grid());
    // The centroid is given with two decimals of a voxel of 1 mm at most.
    assert!(at.distance(Point::new(-57.271, 131.297, -520.558)) < 0.01, "{at:?}");
}
