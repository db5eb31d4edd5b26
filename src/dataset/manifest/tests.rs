use proptest::prelude::*;

use super::super::case::{CasePoint, Characteristic, Label, LabelRule, Prior, Question, Ratings, SliceBox};
use super::more::NAMES;
use super::*;
use crate::clinical::{ClinicalFields, FieldName, Race, ScreeningResult, Sex, Smoking, TStage};
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
        split: None,
        prior: None,
        lesion_slices: None,
        slice_box: None,
        clinical: ClinicalFields::default(),
        source: "test".to_owned(),
        licence: "CC0".to_owned(),
        citation: "\"Quoted\", 2020".to_owned(),
    }
}

/// The same with everything that only some networks read.
fn rich(id: &str) -> Case {
    Case {
        split: Some(Split::Validation),
        prior: Some(Prior {
            image: format!("images/{id}-before.nii.gz"),
            series_uid: None,
            point: Point::new(-55.5, 130.0, -518.25),
            diameter_mm: Some(6.25),
        }),
        lesion_slices: Some([4, 9]),
        slice_box: Some(SliceBox { low: [-61.5, 127.0], high: [-53.0, 135.5] }),
        clinical: ClinicalFields {
            sex: Some(Sex::Female),
            age_years: Some(63.0),
            t_stage: Some(TStage::T2a),
            smoking: Some(Smoking::Former),
            race: Some(Race::PacificIslander),
            screening_result: Some(ScreeningResult::Positive),
            ..ClinicalFields::default()
        },
        ..case(id)
    }
}

fn bytes() -> Vec<u8> {
    Manifest::new(vec![case("b"), case("a")]).to_bytes().expect("written")
}

/// The manifest of cases `a` (line 2) and `b` with a cell of case `a` replaced.
fn with(column: &str, value: &str) -> Vec<u8> {
    replaced(&bytes(), column, value)
}

/// A manifest with a cell of its first case replaced.
fn replaced(bytes: &[u8], column: &str, value: &str) -> Vec<u8> {
    let mut table: Vec<Vec<String>> = Vec::new();
    let source = Table::from_bytes(bytes, "t").expect("a table");
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
fn what_only_some_networks_read_comes_back_and_is_written_only_where_it_is_known() {
    let plain = String::from_utf8(bytes()).expect("text");
    assert!(NAMES.iter().all(|n| !plain.lines().next().expect("a header").split(',').any(|c| c == *n)));
    let both = Manifest::new(vec![rich("a"), case("b")]);
    let written = both.to_bytes().expect("written");
    let (again, problems) = Manifest::from_bytes(&written).expect("read");
    assert_eq!((again, problems), (both, Vec::new()));
    let header = String::from_utf8(written).expect("text").lines().next().expect("a header").to_owned();
    assert!(header.contains(",prior,prior_x_mm,") && !header.contains("weight_kg"), "{header}");
    // Every column of the list is one of the format, and every field has one.
    assert!(NAMES.iter().all(|n| COLUMNS.iter().any(|c| c.name == *n)));
    assert!(FieldName::ALL.iter().all(|f| NAMES.contains(&f.key())));
}

#[test]
fn every_wrong_cell_of_what_some_networks_read_is_told() {
    let bytes = Manifest::new(vec![rich("a"), case("b")]).to_bytes().expect("written");
    for (column, value, word) in [
        ("split", "testing", "train, validation, test"),
        ("prior", "", "is empty, and the other columns"),
        ("prior", "images/a.nii.gz", "is the image itself"),
        ("prior", "/data/ct.nii", "absolute"),
        ("prior_x_mm", "", "the other two columns"),
        ("prior_z_mm", "low", "no number"),
        ("lesion_first", "", "is empty"),
        ("lesion_first", "10", "10 comes after lesion_last, 9"),
        ("lesion_last", "8.5", "between two slices"),
        ("lesion_last", "-1", "outside 0 to"),
        ("box_x0_mm", "", "is empty"),
        ("box_y0_mm", "140", "140 is not below"),
        ("sex", "F", "female, male"),
        ("age_years", "630", "outside 18 to 120"),
        ("t_stage", "T5", "T2a"),
        ("smoking", "yes", "never, former, current"),
        ("race", "other", "pacific_islander"),
        ("screening_result", "4", "minor_abnormality"),
    ] {
        let (manifest, problems) = Manifest::from_bytes(&replaced(&bytes, column, value)).expect("a table");
        let [problem] = problems.as_slice() else { panic!("{column} = {value}: {problems:?}") };
        let text = problem.to_string();
        assert_eq!(problem.severity, Severity::Error);
        assert!(text.contains(word) && text.starts_with("line 2, "), "{column} = {value}: {text}");
        assert_eq!(manifest.cases.len(), 1, "the other row is read");
    }
    let mut table = replaced(&bytes, "prior_x_mm", "");
    for column in ["prior_y_mm", "prior_z_mm"] {
        table = replaced(&table, column, "");
    }
    let (_, problems) = Manifest::from_bytes(&table).expect("a table");
    assert!(problems[0].to_string().contains("the place in the earlier series is missing"), "{problems:?}");
}

#[test]
fn a_patient_in_two_splits_is_told() {
    let mut cases = vec![rich("a"), rich("b")];
    cases[1].patient = cases[0].patient.clone();
    cases[1].split = Some(Split::Test);
    let error = Manifest::new(cases).to_bytes().expect_err("a leak").to_string();
    assert!(error.contains("is in test here and in validation in line 2"), "{error}");
}

#[test]
fn paths_of_a_case_move_together() {
    let moved = Manifest::new(vec![rich("a")]).below("../data");
    let prior = moved.cases[0].prior.as_ref().map(|p| p.image.as_str());
    assert_eq!(
        (moved.cases[0].image.as_str(), prior),
        ("../data/images/a.nii.gz", Some("../data/images/a-before.nii.gz"))
    );
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
        split in 0usize..4,
        before in proptest::option::of(("[a-z0-9]{1,9}", proptest::array::uniform3(-4000.0f64..4000.0))),
        slices in proptest::option::of((0usize..900, 0usize..90)),
        corner in proptest::option::of((-300.0f64..300.0, 0.1f64..90.0)),
        age in proptest::option::of(18u8..=120),
        fields in 0usize..6,
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
            split: Split::ALL.get(split).copied(),
            prior: before.map(|(image, at)| Prior {
                image: format!("before/{image}"),
                series_uid: (fields == 3).then(|| "1.2.3".to_owned()),
                point: Point::from_array(at),
                diameter_mm: diameter.map(|mm| 0.5 * mm),
            }),
            lesion_slices: slices.map(|(first, more)| [first, first + more]),
            slice_box: corner.map(|(at, side)| SliceBox { low: [at, -at], high: [at + side, side - at] }),
            clinical: ClinicalFields {
                age_years: age.map(f64::from),
                sex: Sex::ALL.get(fields).copied(),
                race: Race::ALL.get(fields).copied(),
                t_stage: TStage::ALL.get(2 * fields).copied(),
                screening_result_alone: ScreeningResult::ALL.get(fields).copied(),
                ..ClinicalFields::default()
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
