use proptest::prelude::*;

use super::super::case::{CasePoint, Characteristic, Label, LabelRule, Question, Ratings};
use super::*;
use crate::geometry::Point;

/// A whole case, for tests of the room.
pub(in crate::dataset) fn case(id: &str) -> Case {
    Case {
        id: id.to_owned(),
        patient: format!("patient of {id}"),
        image: format!("images/{id}.nii.gz"),
        series_uid: None,
        mask: Some("masks/a, b.nii.gz".to_owned()),
        point: CasePoint::Patient(Point::new(-57.25, 131.3, -520.5)),
        question: Question::Malignancy,
        label: Some(Label::Positive),
        label_rule: LabelRule::Strict,
        ratings: Ratings::new(vec![2, 4, 4]).expect("on the scale"),
        characteristics: Characteristic::ALL.map(|c| Some(c.scale()[1])),
        spacing_mm: [0.703125, 0.703125, 1.25],
        diameter_mm: Some(7.5),
        fold: Some(Fold::Number(3)),
        source: "test".to_owned(),
        licence: "CC0".to_owned(),
        citation: "\"Quoted\", 2020".to_owned(),
    }
}

fn bytes() -> Vec<u8> {
    Manifest::new(vec![case("b"), case("a")]).to_bytes().expect("written")
}

/// The manifest of cases `a` (line 2) and `b` with a cell of case `a` replaced.
fn with(column: &str, value: &str) -> Vec<u8> {
    let mut table: Vec<Vec<String>> = Vec::new();
    let source = Table::from_bytes(&bytes(), "t").expect("a table");
    table.push(source.header().to_vec());
    for row in source.rows() {
        table.push(source.header().iter().map(|c| row.text(c).unwrap_or_default().to_owned()).collect());
    }
    let n = table[0].iter().position(|c| c == column).expect("a column");
    table[1][n] = value.to_owned();
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in table {
        writer.write_record(row).expect("written");
    }
    writer.into_inner().expect("written")
}

#[test]
fn what_is_written_is_read_and_sorted() {
    let (manifest, problems) = Manifest::from_bytes(&bytes()).expect("a manifest");
    assert_eq!(problems, []);
    assert_eq!(manifest.cases, [case("a"), case("b")]);
    assert_eq!(manifest.to_bytes().expect("written"), bytes());
    let text = String::from_utf8(bytes()).expect("text");
    assert!(text.contains(",2|4|4,3.333,0.943,3,"), "{text}");
}

#[test]
fn every_wrong_cell_is_told_with_its_line_and_column() {
    for (column, value, word) in [
        ("manifest_version", "2", "this version of Triscope reads 1"),
        ("case_id", "", "is empty"),
        ("case_id", "b", "`b` is there already, in line 2"),
        ("patient_id", "", "is empty"),
        ("image", "", "is empty"),
        ("image", "/data/ct.nii", "absolute"),
        ("image", "C:\\ct.nii", "backslashes"),
        ("mask", "C:/ct.nii", "absolute"),
        ("x_mm", "left", "no number"),
        ("x_mm", "inf", "no number"),
        ("y_mm", "", "the other two columns"),
        ("i", "4", "the other two columns"),
        ("question", "cancer", "malignancy, point_is_nodule"),
        ("question", "", "is empty"),
        ("label", "2", "0, 1 or nothing"),
        ("label", "yes", "0, 1 or nothing"),
        ("label", "0", "the rule `strict` makes it 1"),
        ("label_rule", "mean", "strict, published, given"),
        ("malignancy", "2|7", "`7` is no rating"),
        ("malignancy", "0|3", "`0` is no rating"),
        ("malignancy", "2,4", "`2,4` is no rating"),
        ("malignancy", "2|x", "`x` is no rating"),
        ("malignancy_mean", "3.4", "the ratings give 3.333"),
        ("ratings", "4", "the ratings give 3"),
        ("texture", "5.5", "outside 1 to 5"),
        ("calcification", "7", "outside 1 to 6"),
        ("internal_structure", "5", "outside 1 to 4"),
        ("spacing_k_mm", "0", "0 is no spacing"),
        ("spacing_k_mm", "-1.25", "-1.25 is no spacing"),
        ("spacing_k_mm", "NaN", "no number"),
        ("spacing_k_mm", "", "is empty"),
        ("spacing_i_mm", "703.125", "another unit"),
        ("spacing_i_mm", "0.000703125", "another unit"),
        ("diameter_mm", "0", "no diameter"),
        ("diameter_mm", "7500", "no diameter"),
        ("fold", "-2", "no fold"),
        ("fold", "1.5", "no fold"),
        ("patient_id", "patient of b", ""),
    ] {
        let (manifest, problems) = Manifest::from_bytes(&with(column, value)).expect("a table");
        if word.is_empty() {
            assert_eq!(problems, [], "{column} = {value}");
            continue;
        }
        assert!(problems.iter().all(|p| p.severity == Severity::Error), "{problems:?}");
        let text = problems.first().unwrap_or_else(|| panic!("{column} = {value} is right")).to_string();
        assert!(text.contains(word) && text.starts_with("line "), "{column} = {value}: {text}");
        assert!(text.contains(column), "{text}");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(manifest.cases.iter().any(|c| c.id == "b"), "the other row is read");
    }
}

#[test]
fn a_patient_in_two_folds_is_told_once() {
    let mut cases: Vec<Case> = (0..4).map(|n| case(&format!("c{n}"))).collect();
    for (n, case) in cases.iter_mut().enumerate() {
        case.patient = "p".to_owned();
        case.fold = Some(Fold::Number(n as u8));
    }
    let error = Manifest::new(cases).to_bytes().expect_err("a leak").to_string();
    assert!(error.contains("patient `p` is in fold 1 here and in fold 0 in line 2"), "{error}");
}

#[test]
fn a_place_in_voxels_is_a_place_and_none_is_none() {
    let mut voxel = case("v");
    voxel.point = CasePoint::Voxel(Point::new(0.0, 12.5, 3.0));
    let bytes = Manifest::new(vec![voxel.clone()]).to_bytes().expect("written");
    assert_eq!(Manifest::from_bytes(&bytes).expect("read").0.cases, [voxel]);
    let text = String::from_utf8(bytes).expect("text").replace(",0,12.5,3,", ",,,,");
    let (_, problems) = Manifest::from_bytes(text.as_bytes()).expect("a table");
    assert!(problems[0].to_string().contains("the place is missing"), "{problems:?}");
}

#[test]
fn an_unknown_column_is_a_warning_and_a_missing_one_the_end() {
    let text = String::from_utf8(bytes()).expect("text");
    let more: String = text
        .lines()
        .enumerate()
        .map(|(n, l)| format!("{l},{}\n", if n == 0 { "age" } else { "7" }))
        .collect();
    let (manifest, problems) = Manifest::from_bytes(more.as_bytes()).expect("read");
    assert_eq!(manifest.cases.len(), 2);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Warning);
    assert!(problems[0].to_string().starts_with("column age:"), "{}", problems[0]);
    let less = text.replace("spacing_k_mm", "thickness");
    let error = Manifest::from_bytes(less.as_bytes()).expect_err("no manifest").to_string();
    assert!(error.contains("no column `spacing_k_mm`"), "{error}");
    let header = text.lines().next().expect("a header");
    let (_, problems) = Manifest::from_bytes(header.as_bytes()).expect("a table");
    assert!(problems[0].to_string().contains("no cases"), "{problems:?}");
}

#[test]
fn loading_for_use_stops_at_the_first_error_and_counts_the_rest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("m.csv");
    std::fs::write(&file, bytes()).expect("written");
    assert_eq!(Manifest::load(&file).expect("whole").0.cases.len(), 2);
    std::fs::write(&file, with("spacing_j_mm", "0")).expect("written");
    let error = Manifest::load(&file).expect_err("wrong").to_string();
    assert!(error.contains("line 2, spacing_j_mm: 0 is no spacing") && error.contains("m.csv"), "{error}");
    let missing = Manifest::load(&folder.path().join("n.csv")).expect_err("not there").to_string();
    assert!(missing.contains("no file") && missing.contains("n.csv"), "{missing}");
}

#[test]
fn the_manual_names_every_column_with_its_meaning() {
    let manual = include_str!("../../../docs/datasets.md");
    for column in COLUMNS {
        let row = format!("| `{}` | {} |", column.name, column.meaning);
        assert!(manual.contains(&row), "docs/datasets.md needs: {row}");
    }
}

fn name() -> impl Strategy<Value = String> {
    // Blanks at the ends would be lost, as in every table.
    "[a-zA-Z0-9,\"'; |#\n-]{1,12}".prop_map(|s| format!("n{s}n"))
}

prop_compose! {
    fn any_case()(
        id in name(),
        image in "[a-z0-9 ,_.-]{1,9}",
        mask in proptest::option::of("[a-z0-9]{1,9}"),
        patient_space in any::<bool>(),
        place in proptest::array::uniform3(-4000.0f64..4000.0),
        ratings in proptest::collection::vec(1u8..=5, 0..6),
        rule in 0usize..3,
        given in proptest::option::of(any::<bool>()),
        texture in proptest::option::of(1.0f64..5.0),
        spacing in proptest::array::uniform3(0.05f64..20.0),
        diameter in proptest::option::of(0.1f64..300.0),
        fold in -1i16..20,
        licence in proptest::option::of(name()),
    ) -> Case {
        let ratings = Ratings::new(ratings).expect("on the scale");
        let rule = LabelRule::ALL[rule];
        let label = match rule {
            LabelRule::Given => given.map(|yes| if yes { Label::Positive } else { Label::Negative }),
            rule => rule.label(&ratings),
        };
        let mut characteristics = [None; 8];
        characteristics[Characteristic::Texture.index()] = texture;
        Case {
            patient: format!("p-{id}"),
            id,
            image: format!("x{image}x"),
            series_uid: None,
            mask,
            point: if patient_space {
                CasePoint::Patient(Point::from_array(place))
            } else {
                CasePoint::Voxel(Point::from_array(place))
            },
            question: Question::ALL[usize::from(patient_space)],
            label,
            label_rule: rule,
            ratings,
            characteristics,
            spacing_mm: spacing,
            diameter_mm: diameter,
            fold: match fold {
                -1 => Some(Fold::HeldOut),
                19 => None,
                n => Some(Fold::Number(n as u8)),
            },
            source: "s".to_owned(),
            licence: licence.unwrap_or_default(),
            citation: String::new(),
        }
    }
}

proptest! {
    #[test]
    fn any_cases_come_back_as_they_were(cases in proptest::collection::vec(any_case(), 1..6)) {
        let mut cases = cases;
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        cases.dedup_by(|a, b| a.id == b.id);
        let bytes = Manifest::new(cases.clone()).to_bytes().expect("written");
        let (again, problems) = Manifest::from_bytes(&bytes).expect("read");
        prop_assert_eq!(problems, []);
        prop_assert_eq!(again.cases, cases);
    }

    #[test]
    fn damaged_manifests_are_read_or_refused(
        at in proptest::collection::vec((0usize..1400, any::<u8>()), 1..12),
        length in 0usize..1400,
    ) {
        let mut bytes = bytes();
        for (at, value) in at {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(length);
        // Read, or a sentence: never a panic, and what is read can be written or is refused.
        if let Ok((manifest, _)) = Manifest::from_bytes(&bytes) {
            let _ = manifest.to_bytes();
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::from_bytes(&bytes);
    }
}
