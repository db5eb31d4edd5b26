use std::fs;
use std::path::Path;

use super::*;
use crate::session::{ReportPart, Severity};
use crate::training::{Epoch, StageState, TrainConfig};

fn epochs(count: usize) -> Vec<Epoch> {
    let epoch = |n: usize| Epoch {
        train_loss: 0.7 - 0.01 * n as f32,
        validation_loss: Some(0.72 - 0.01 * n as f32),
        learning_rate: 1e-3,
        pictures_per_second: 12.5,
        parts: Default::default(),
    };
    (0..count).map(epoch).collect()
}

fn stage(run: &Path, fold: &str, stage: &str, count: usize, finished: bool) {
    let folder = run.join(fold).join(stage);
    fs::create_dir_all(&folder).expect("made");
    let state = StageState { fingerprint: "x".to_owned(), epochs: epochs(count), best: count - 1, finished };
    fs::write(folder.join("state.json"), serde_json::to_vec(&state).expect("JSON")).expect("written");
}

/// A run that has learned one stage and a half.
fn half_a_run(run: &Path) {
    let config = TrainConfig { seed: 3, ..TrainConfig::default() };
    fs::write(run.join("config.toml"), config.to_toml()).expect("written");
    stage(run, "fold0", "micro", config.encoders[0].epochs, true);
    stage(run, "fold0", "meso", 3, false);
}

fn rows(report: &Report) -> Vec<&ReportRow> {
    let tables = report.parts.iter().filter_map(|part| match part {
        ReportPart::Tables(tables) => Some(tables.iter().flat_map(|t| &t.rows)),
        _ => None,
    });
    tables.flatten().collect()
}

#[test]
fn an_unfinished_run_shows_its_stages_curves_and_what_differs_from_the_defaults() {
    let run = tempfile::tempdir().expect("a folder");
    half_a_run(run.path());
    let (kind, folder) = recognise(run.path()).expect("a run");
    assert_eq!(kind, ReportKind::Run);
    let report = read(kind, &folder).expect("reads");
    assert!(report.growing && report.notes.is_empty(), "{:?}", report.notes);
    let rows = rows(&report);
    let row = |name: &str| rows.iter().find(|r| r.cells[0] == name).expect("a row");
    assert_eq!(row("Fold 0, micro").cells[1..], ["60 / 60", "0.1100", "0.1300", "60", "12.5", "finished"]);
    assert_eq!(row("Fold 0, meso").cells[1], "3 / 10");
    assert_eq!(row("Fold 0, fusion").cells[1], "0 / 30");
    assert_eq!(row("seed").cells, ["seed", "3", "1"]);
    let plots = report.parts.iter().find_map(|part| match part {
        ReportPart::Plots(plots) => Some(plots),
        _ => None,
    });
    let plots = plots.expect("curves");
    assert_eq!(plots.len(), 2);
    // The axis reaches to what is planned.
    assert_eq!((plots[1].x.range, plots[1].series.len()), ([1.0, 10.0], 2));
}

#[test]
fn a_run_changes_its_state_with_every_epoch_and_ends_with_its_report() {
    let run = tempfile::tempdir().expect("a folder");
    half_a_run(run.path());
    let before = state_of(ReportKind::Run, run.path());
    stage(run.path(), "fold0", "macro", 1, false);
    assert_ne!(state_of(ReportKind::Run, run.path()), before);
    let said = "{\"cases\": 12, \"device\": \"CPU\", \"finished\": true, \"left_out\": [], \"weights\": []}";
    fs::write(run.path().join("report.json"), said).expect("written");
    let report = read(ReportKind::Run, run.path()).expect("reads");
    assert!(!report.growing);
    assert!(report.facts.contains(&["Cases".to_owned(), "12".to_owned()]), "{:?}", report.facts);
}

#[test]
fn damaged_files_are_named_and_the_rest_of_a_run_is_shown() {
    let run = tempfile::tempdir().expect("a folder");
    half_a_run(run.path());
    let meso = run.path().join("fold0").join("meso");
    fs::write(meso.join("state.json"), "{\"epochs\": [").expect("written");
    let report = read(ReportKind::Run, run.path()).expect("reads");
    let [(Severity::Error, note)] = report.notes.as_slice() else { panic!("{:?}", report.notes) };
    assert!(note.contains("Fold 0, meso") && note.contains("state.json is damaged"), "{note}");
    assert!(rows(&report).iter().any(|r| r.cells[0] == "Fold 0, micro"));
    fs::write(run.path().join("config.toml"), "seed = [").expect("written");
    let error = read(ReportKind::Run, run.path()).expect_err("cannot be read").to_string();
    assert!(error.contains("config.toml"), "{error}");
    let path = run.path().to_owned();
    drop(run);
    let error = read(ReportKind::Run, &path).expect_err("gone").to_string();
    assert!(error.contains("not there any more"), "{error}");
}

#[test]
fn a_run_without_an_epoch_says_so_and_other_folders_are_none() {
    let run = tempfile::tempdir().expect("a folder");
    assert_eq!(recognise(run.path()), None);
    fs::write(run.path().join("config.toml"), TrainConfig::default().to_toml()).expect("written");
    assert_eq!(recognise(run.path()), None, "any program may have such a file");
    fs::create_dir(run.path().join("surroundings")).expect("made");
    let (kind, folder) = recognise(run.path()).expect("a run");
    let report = read(kind, &folder).expect("reads");
    assert!(report.notes.iter().any(|(_, n)| n.contains("Nothing has been learned")), "{:?}", report.notes);
}

#[test]
fn a_damaged_evaluation_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("evaluation.json");
    fs::write(&file, "{\"triscope\": \"0.1.0\", \"model\"").expect("written");
    fs::write(folder.path().join("predictions.csv"), "").expect("written");
    let (kind, found) = recognise(&file).expect("an evaluation");
    assert_eq!((kind, found.as_path()), (ReportKind::Evaluation, folder.path()));
    let error = read(kind, &found).expect_err("damaged").to_string();
    assert!(error.contains("evaluation.json") && error.contains("evaluate again"), "{error}");
}

#[test]
fn cases_on_the_wrong_side_are_sorted_by_how_wrong_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = "case,label,probability,ratings,diameter_mm\n\
                 a,0,0.6,2|3,7.5\nb,0,0.9,1|2,\nc,0,0.1,1,4\nd,1,0.49,4|4|3,9\ne,1,0.02,5,12\nf,,0.9,3,5\ng,1,,5,6\n";
    fs::write(folder.path().join("predictions.csv"), table).expect("written");
    let mut notes = Vec::new();
    let parts = missed::part(folder.path(), Some("../gone.csv"), "gone.csv", &mut notes);
    let [ReportPart::Heading(..), ReportPart::Missed(missed)] = parts.as_slice() else { panic!("{parts:?}") };
    let names = |cases: &[crate::session::Missed]| cases.iter().map(|c| c.case.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&missed.false_positives), names(&missed.false_negatives)),
        (vec!["b".to_owned(), "a".to_owned()], vec!["e".to_owned(), "d".to_owned()])
    );
    assert_eq!(
        (missed.false_positives[0].diameter_mm, &missed.false_positives[1].ratings[..]),
        (None, &[2, 3][..])
    );
    let Some(Err(why)) = &missed.manifest else { panic!("there is no manifest") };
    assert!(why.contains("gone.csv") && why.contains("no pictures"), "{why}");

    fs::write(folder.path().join("predictions.csv"), "case,label\na,1\n").expect("written");
    assert!(missed::part(folder.path(), None, "gone.csv", &mut notes).is_empty());
    assert!(notes.iter().any(|(_, n)| n.contains("no column probability")), "{notes:?}");
}
