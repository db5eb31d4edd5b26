//! Reports of training and evaluation in the window.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::support::Window;
use egui::Key;
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::clinical::ClinicalFields;
use triscope::dataset::{Case, CasePoint, Fold, LabelRule, Manifest, Question, Ratings};
use triscope::evaluation::plot::{JitterCurve, Plot};
use triscope::evaluation::{Bootstrap, Interval, Scored};
use triscope::geometry::Point;
use triscope::session::{Pane, Stage};
use triscope::training::{Epoch, StageState, TrainConfig};

const SIZE: [usize; 3] = [48, 48, 24];
const SPACING_MM: [f64; 3] = [0.75, 0.75, 1.25];

/// A ball of tissue off the middle of a small volume, as MetaImage; its centre is voxel (20, 28, 9).
fn volume(folder: &Path, name: &str, radius_mm: f64) {
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = 48 48 24\nOffset = -30 10 -500\nElementSpacing = 0.75 0.75 1.25\n\
         TransformMatrix = 1 0 0 0 1 0 0 0 1\nElementType = MET_SHORT\nElementByteOrderMSB = False\n\
         ElementDataFile = {name}.raw\n"
    );
    fs::write(folder.join(format!("{name}.mhd")), header).expect("written");
    let value = |n: usize| -> i16 {
        let at = [n % SIZE[0], n / SIZE[0] % SIZE[1], n / SIZE[0] / SIZE[1]];
        let off = [20.0, 28.0, 9.0];
        let mm: f64 = (0..3).map(|a| ((at[a] as f64 - off[a]) * SPACING_MM[a]).powi(2)).sum();
        let grain = (n.wrapping_mul(2_654_435_761) >> 7 & 63) as i16;
        if mm <= radius_mm * radius_mm { 20 + grain / 4 } else { -880 + grain }
    };
    let values = (0..SIZE.iter().product::<usize>()).flat_map(|n| value(n).to_le_bytes());
    fs::write(folder.join(format!("{name}.raw")), values.collect::<Vec<u8>>()).expect("written");
}

/// Case, malignant, probability, ratings, diameter.
const CASES: [(&str, bool, f64, [u8; 4], f64); 8] = [
    ("case-01", false, 0.91, [1, 2, 2, 3], 14.2),
    ("case-02", false, 0.62, [2, 2, 3, 3], 9.1),
    ("case-03", false, 0.08, [1, 1, 2, 2], 6.4),
    ("case-04", true, 0.11, [3, 4, 4, 5], 7.3),
    ("case-05", true, 0.44, [4, 4, 4, 4], 8.8),
    ("case-06", true, 0.97, [5, 5, 5, 4], 18.5),
    ("case-07", true, 0.88, [5, 4, 4, 4], 12.0),
    ("case-08", true, 0.35, [3, 4, 4, 4], 10.4),
];

fn manifest(folder: &Path) {
    let case = |(id, malignant, _, ratings, diameter): (&str, bool, f64, [u8; 4], f64)| {
        if id != "case-08" {
            volume(folder, id, diameter / 2.0);
        }
        let ratings = Ratings::new(ratings.to_vec()).expect("ratings");
        let label = LabelRule::Strict.label(&ratings);
        assert_eq!(label == Some(triscope::dataset::Label::Positive), malignant);
        Case {
            id: id.to_owned(),
            patient: id.to_owned(),
            image: format!("{id}.mhd"),
            series_uid: None,
            mask: None,
            point: CasePoint::Voxel(Point::new(20.0, 28.0, 9.0)),
            question: Question::Malignancy,
            label,
            label_rule: LabelRule::Strict,
            ratings,
            characteristics: [None; 8],
            spacing_mm: SPACING_MM,
            diameter_mm: Some(diameter),
            fold: Some(Fold::Number(0)),
            split: None,
            prior: None,
            lesion_slices: None,
            slice_box: None,
            clinical: ClinicalFields::default(),
            source: "balls".to_owned(),
            licence: "none needed".to_owned(),
            citation: "this test".to_owned(),
        }
    };
    let bytes = Manifest::new(CASES.map(case).to_vec()).to_bytes().expect("rows");
    fs::write(folder.join("cases.csv"), bytes).expect("written");
}

fn estimate(value: f64) -> Value {
    json!({ "value": value, "interval": { "low": value - 0.02, "high": value + 0.02 }, "undefined": 0 })
}

fn row(name: &str, auc: f64) -> Value {
    let interval = json!({ "low": auc - 0.019, "high": auc + 0.018 });
    let above = json!({ "estimate": estimate(auc - 0.904), "p": 0.0312 });
    json!({ "name": name, "what": format!("what {name} is"), "auc": estimate(auc), "delong": interval,
            "average_precision": estimate(auc - 0.01),
            "above_reference": if name.starts_with("size: mean") { Value::Null } else { above } })
}

fn comparison(names: &[(&str, f64)]) -> Value {
    let rows: Vec<Value> = names.iter().map(|(name, auc)| row(name, *auc)).collect();
    json!({ "cases": 8, "malignant": 5, "reference": "size: mean diameter", "rows": rows })
}

fn summary(brier: f64) -> Value {
    let figures: Vec<Value> = [
        ("AUC", 0.941),
        ("average precision", 0.938),
        ("accuracy", 0.871),
        ("balanced accuracy", 0.869),
        ("sensitivity", 0.842),
        ("specificity", 0.896),
        ("F1", 0.861),
        ("Brier score", brier),
        ("calibration error (10 bins)", brier / 2.0),
        ("negative log likelihood", 3.0 * brier),
    ]
    .map(|(name, value)| json!([name, estimate(value)]))
    .to_vec();
    json!({ "cases": 8, "patients": 8, "malignant": 5, "figures": figures })
}

fn subgroups(title: &str, groups: &[&str]) -> Value {
    let row = |group: &&str| {
        json!({ "group": group, "cases": 40, "patients": 31, "malignant": 17, "auc": estimate(0.87),
                "sensitivity": estimate(0.81), "specificity": null })
    };
    json!({ "title": title, "rows": groups.iter().map(row).collect::<Vec<_>>() })
}

fn plots(folder: &Path) {
    fs::create_dir_all(folder.join("plots")).expect("made");
    let few = Bootstrap { samples: 50, seed: 1 };
    let labels: Vec<bool> = (0..80).map(|n| n % 2 == 0).collect();
    let noise = |n: usize, by: usize| ((n * by) % 37) as f64 / 9.0 - 2.0;
    let scored = |by: usize, far: f64| {
        let margins = labels.iter().enumerate().map(|(n, m)| noise(n, by) + if *m { far } else { 0.0 });
        Scored::new(margins.collect(), labels.clone()).expect("scored")
    };
    let (network, size) = (scored(17, 2.6), scored(23, 1.6));
    let patients: Vec<usize> = (0..80).collect();
    let two = [("m3net-compact", &network, &patients[..]), ("size: mean diameter", &size, &patients[..])];
    let clicks =
        [0.0, 1.0, 2.0, 3.0, 4.0].map(|mm| (mm, 0.006 * mm, Interval { low: 0.002 * mm, high: 0.012 * mm }));
    let clicks = [JitterCurve { name: "median and quartiles".to_owned(), points: clicks.to_vec() }];
    for (name, plot) in [
        ("roc", Plot::roc("ROC: cases.csv, 80 nodules out of fold", &two, &few).expect("both classes")),
        ("pr", Plot::precision_recall("Precision and recall: cases.csv", &two, &few).expect("both classes")),
        ("reliability", Plot::reliability("Calibration: cases.csv", &[("as answered", &network)])),
        ("jitter", Plot::jitter("Clicks beside the centre", "Absolute change", &clicks).expect("points")),
    ] {
        let bytes = serde_json::to_vec(&plot).expect("JSON");
        fs::write(folder.join(format!("plots/{name}.json")), bytes).expect("written");
    }
}

/// An evaluation as `triscope evaluate` writes it, of cases in `home`; one of them has no volume.
pub fn evaluation(home: &Path) -> PathBuf {
    manifest(home);
    let folder = home.join("figures");
    plots(&folder);
    let mut table = "case,label,probability,ratings,diameter_mm\n".to_owned();
    for (case, malignant, probability, ratings, diameter) in CASES {
        let ratings = ratings.map(|r| r.to_string()).join("|");
        table += &format!("{case},{},{probability},{ratings},{diameter}\n", u8::from(malignant));
    }
    fs::write(folder.join("predictions.csv"), table).expect("written");
    let classifiers = [
        ("m3net-compact", 0.941),
        ("size: mean diameter", 0.904),
        ("size: mask volume", 0.898),
        ("ten hand-made features", 0.932),
        ("readers' eight other ratings", 0.963),
        ("micro alone", 0.921),
        ("meso alone", 0.917),
        ("macro alone", 0.883),
    ];
    let said = json!({
        "triscope": "0.1.0", "model": "m3net-compact", "data": "cases.csv", "manifest": "../cases.csv",
        "run": "run", "question": "malignancy", "bootstrap": [2000, 1], "cases": 8, "patients": 8,
        "evaluated": 8, "malignant": 5, "comparison": comparison(&classifiers), "baselines_left_out": [],
        "network": {
            "device": "a processor", "folds": [{ "fold": 0, "cases": 8 }], "unfinished_folds": [3, 4],
            "summary": summary(0.093), "calibrated": summary(0.081),
            "temperature": { "value": 1.312, "at_limit": false },
            "subgroups": [
                subgroups("Mean diameter by the readers", &["all", "6 to < 10 mm", "10 to < 15 mm"]),
                subgroups("Texture by the readers", &["all", "non-solid", "solid"])
            ],
            "ablations": comparison(&classifiers[..3]),
            "robustness": { "effort": "quick", "cases": 8, "changes": [
                { "name": "clicks within 4 mm of the centre", "median_change": 0.012, "median_range": 0.048,
                  "greatest_range": 0.21, "crossed": 3 }
            ] }
        }
    });
    let file = folder.join("evaluation.json");
    fs::write(&file, said.to_string()).expect("written");
    two_days_old(&file);
    folder
}

/// What is said of its age does not depend on the time of day.
fn two_days_old(file: &Path) {
    let then = SystemTime::now() - Duration::from_secs(50 * 3600);
    fs::File::options().write(true).open(file).and_then(|f| f.set_modified(then)).expect("set");
}

/// A stage after so many epochs.
fn stage(fold: &Path, stage: &str, epochs: usize, finished: bool) {
    let folder = fold.join(stage);
    fs::create_dir_all(&folder).expect("made");
    let epoch = |n: usize| {
        let wave = ((n * 7) % 5) as f32 / 100.0;
        let loss = 0.6 + 0.25 / (1.0 + n as f32);
        Epoch {
            parts: Default::default(),
            train_loss: loss,
            validation_loss: Some(loss + 0.04 + wave),
            learning_rate: 1e-3,
            pictures_per_second: 17.9,
        }
    };
    let epochs: Vec<Epoch> = (0..epochs).map(epoch).collect();
    let state = StageState { fingerprint: "x".to_owned(), best: epochs.len() - 1, epochs, finished };
    let file = folder.join("state.json");
    fs::write(&file, serde_json::to_vec(&state).expect("JSON")).expect("written");
    two_days_old(&file);
}

/// A run in the middle of its third stage.
pub fn run(home: &Path) -> PathBuf {
    let run = home.join("run");
    fs::create_dir_all(&run).expect("made");
    let config = TrainConfig { seed: 7, surroundings: 4, ..TrainConfig::default() };
    fs::write(run.join("config.toml"), config.to_toml()).expect("written");
    let fold = run.join("fold0");
    stage(&fold, "micro", 40, true);
    stage(&fold, "meso", 10, true);
    stage(&fold, "macro", 2, false);
    run
}

#[test]
fn a_run_is_shown_escape_leaves_it_and_r_brings_it_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut window = Window::blind(Start { paths: vec![run(home.path())], ..Start::default() });
    window.until("it is open", |s| s.stage() == Stage::Report);
    window.settle();
    assert!(window.says("Training run: run") && window.says("Fold 0, macro, Epochs: 2 / 4"));
    assert!(window.says("seed, here: 7, by default: 1"));
    window.key(Key::Escape);
    assert_eq!(window.session(|s| s.stage()), Stage::Welcome);
    window.key(Key::R);
    assert_eq!(window.session(|s| s.stage()), Stage::Report);
}

#[test]
fn a_run_that_goes_on_is_read_again_and_a_folder_that_vanishes_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = run(home.path());
    let mut window = Window::blind(Start { paths: vec![folder.clone()], ..Start::default() });
    window.until("it is open", |s| s.stage() == Stage::Report);
    stage(&folder.join("fold0"), "macro", 3, false);
    let told = |s: &triscope::session::Session, words: &str| {
        s.report().is_some_and(|open| format!("{:?}", open.report.parts).contains(words))
    };
    window.until("the new epoch is there", |s| told(s, "3 / 4"));
    fs::remove_dir_all(&folder).expect("removed");
    window.until("it is said", |s| s.report().is_some_and(|open| open.trouble.is_some()));
    window.settle();
    assert!(window.says("is not there any more") && window.says("Fold 0, macro"));
}

#[test]
fn a_click_on_a_misclassified_case_opens_it_with_the_cursor_on_the_nodule() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = evaluation(home.path());
    let mut window = Window::blind(Start::default()).with_phantom();
    window.drop_files(&[&folder]);
    window.until("it is open", |s| s.stage() == Stage::Report);
    window.until("the pictures are cut", |s| s.report().is_some_and(|open| open.pictures.len() == 5));
    window.settle();
    assert!(window.says("Back to the CT"), "the phantom lies behind");
    let wrong: Vec<bool> = window.session(|s| {
        let open = s.report().expect("open");
        open.report.missed().expect("cases").all().map(|c| open.pictures[&c.case].is_ok()).collect()
    });
    assert_eq!(wrong, [true, true, true, false, true], "the volume of case-08 is missing");
    window.harness.get_by_label_contains("case-04: probability 0.11").click_accesskit();
    window.until("it is loaded", |s| s.stage() == Stage::Open && s.open().is_some_and(|o| o.loaded));
    let cursor = window.session(|s| s.look().cursor);
    // (20, 28, 9) in voxels of 0.75, 0.75 and 1.25 mm from (-30, 10, -500): exact in binary.
    assert_eq!(cursor, Point::new(-15.0, 31.0, -488.75));
    assert_eq!(window.spoken(Pane::Axial).split(',').next(), Some("Axial slice 10 of 24"));
    assert!(window.session(|s| s.series().is_some_and(|s| s.description.reveal() == "case-04.mhd")));
    // The way back.
    window.key(Key::R);
    assert_eq!(window.session(|s| s.stage()), Stage::Report);
    assert!(window.says("False negatives: 3"));
    // A volume that is not there is a sentence, and the report stays.
    window.harness.get_by_label_contains("case-08: probability 0.35").click_accesskit();
    window.until("it is said", |s| !s.notices().is_empty());
    assert_eq!(window.session(|s| s.stage()), Stage::Report);
}

#[test]
fn keys_of_the_ct_do_nothing_to_what_lies_behind_a_report() {
    let home = tempfile::tempdir().expect("a folder");
    let mut window = Window::blind(Start::default()).with_phantom();
    window.drop_files(&[&run(home.path())]);
    window.until("it is open", |s| s.stage() == Stage::Report);
    let before = window.session(|s| s.look().clone());
    for key in [Key::ArrowDown, Key::Num1, Key::M, Key::N, Key::I] {
        window.key(key);
    }
    assert_eq!(window.session(|s| s.look().clone()), before);
    window.key(Key::Escape);
    assert_eq!(window.session(|s| s.stage()), Stage::Open);
}

#[test]
fn a_volume_file_opens_by_itself_and_a_damaged_one_is_a_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    volume(home.path(), "one", 4.0);
    let file = home.path().join("one.mhd");
    let mut window = Window::blind(Start { paths: vec![file.clone()], ..Start::default() });
    window.until("it is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert!(window.says("24 slices") && window.says("HU assumed"));
    fs::write(home.path().join("one.raw"), [0; 100]).expect("written");
    window.drop_files(&[&file]);
    window.until("it is refused", |s| matches!(s.stage(), Stage::Unusable(0)));
    window.settle();
    assert!(window.says("one.raw holds 100"), "{:?}", window.session(|s| s.stage()));
}
