//! A training run: the losses of every fold and stage, how far it is, and what it was begun with.

use std::path::{Path, PathBuf};

use super::{ReviewError, modified, name, row, table, text};
use crate::evaluation::plot::Plot;
use crate::ingest::Private;
use crate::networks::Scale;
use crate::networks::weights::WeightsFile;
use crate::session::{Report, ReportKind, ReportPart, ReportRow, Severity};
use crate::training::{Epoch, StageState, Subject, TrainConfig};
use crate::workflow::train::losses;

/// The stages that a fold may have, in the order in which they are taught.
pub(super) const STAGES: [&str; 5] = ["micro", "meso", "macro", "scales", "fusion"];

/// Epochs that a stage is to have; `None` for one that this run does not have.
fn planned(config: &TrainConfig, stage: &str) -> Option<usize> {
    let schedule = match stage {
        "scales" => config.mutual_information.map(|together| together.schedule)?,
        "fusion" => config.fusion,
        scale => config.encoders[Scale::ALL.into_iter().find(|s| s.name() == scale)? as usize],
    };
    Some(schedule.epochs)
}

/// What the report of a finished run says.
#[derive(serde::Deserialize)]
struct Finished {
    cases: usize,
    device: String,
    finished: bool,
}

/// The folders of folds, rising; `all` comes last.
pub(super) fn folds(run: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(run) else { return Vec::new() };
    let number = |path: &Path| -> Option<u64> {
        let name = path.file_name()?.to_str()?;
        if name == "all" { Some(u64::MAX) } else { name.strip_prefix("fold")?.parse().ok() }
    };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut folds: Vec<(u64, PathBuf)> = paths.filter_map(|path| Some((number(&path)?, path))).collect();
    folds.sort();
    let named = |n: u64| if n == u64::MAX { "All cases".to_owned() } else { format!("Fold {n}") };
    folds.into_iter().map(|(n, path)| (named(n), path)).collect()
}

/// A report of a run of which nothing is known yet.
pub(super) fn blank(folder: &Path) -> Report {
    Report {
        folder: Private::new(folder.to_owned()),
        kind: ReportKind::Run,
        title: format!("Training run: {}", name(folder)),
        written: None,
        facts: Vec::new(),
        notes: Vec::new(),
        parts: Vec::new(),
        growing: true,
    }
}

/// Reads a run, finished or not.
pub(super) fn read(folder: &Path) -> Result<Report, ReviewError> {
    let config = TrainConfig::parse(&text(&folder.join("config.toml"))?)
        .map_err(|e| ReviewError::new(format!("config.toml of {}: {e}", name(folder))))?;
    let mut report = blank(folder);
    if config.subject == Subject::Ball {
        let control = "A control: every picture shows the same ball in the nodule's place. What is learned here \
                       does not come from nodules";
        report.notes.push((Severity::Warning, control.to_owned()));
    }
    finished(folder, &mut report);
    let all = folds(folder);
    facts(&config, &all, &mut report);
    let mut lines = Vec::new();
    let mut curves = Vec::new();
    for (fold, path) in &all {
        let mut plots = Vec::new();
        for stage in STAGES {
            let Some(planned) = planned(&config, stage) else { continue };
            let file = path.join(stage).join("state.json");
            match state(&file) {
                None => lines.push(waiting(fold, stage, planned)),
                Some(Err(why)) => report.notes.push((Severity::Error, format!("{fold}, {stage}: {why}"))),
                Some(Ok(state)) => {
                    report.written = report.written.max(modified(&file));
                    lines.push(line(fold, stage, &state, planned));
                    plots.extend(plot(stage, &state, planned));
                }
            }
        }
        if !plots.is_empty() {
            curves.push(ReportPart::Heading(fold.clone(), String::new()));
            curves.push(ReportPart::Plots(plots));
        }
    }
    if lines.is_empty() {
        report
            .notes
            .push((Severity::Info, "Nothing has been learned here yet: cases are being gathered".into()));
    } else {
        let head = ["Stage", "Epochs", "Loss", "Validation", "Kept epoch", "Pictures/s", "State"];
        let about = "Loss in nats: the mean over the steps of the last epoch, and on the validation cases after it. \
                     The last epoch is kept, or where a stage stops early the one of the lowest validation loss.";
        report.parts.push(ReportPart::Heading("Stages".to_owned(), about.to_owned()));
        let mut tables = vec![table(&head, lines)];
        tables.extend(differences(&config));
        report.parts.push(ReportPart::Tables(tables));
    }
    report.parts.extend(curves);
    Ok(report)
}

/// What the report of the finished run says, if it has one.
pub(super) fn finished(folder: &Path, report: &mut Report) {
    let file = folder.join("report.json");
    let Ok(bytes) = std::fs::read(&file) else { return };
    match serde_json::from_slice::<Finished>(&bytes) {
        Ok(said) => {
            report.growing = !said.finished;
            report.facts.push(["Cases".to_owned(), said.cases.to_string()]);
            report.facts.push(["Device".to_owned(), said.device]);
        }
        Err(e) => report.notes.push((Severity::Error, format!("report.json is damaged: {e}"))),
    }
}

fn facts(config: &TrainConfig, all: &[(String, PathBuf)], report: &mut Report) {
    let weights: Vec<PathBuf> = all
        .iter()
        .map(|(_, fold)| fold.with_extension("safetensors"))
        .filter(|file| file.is_file())
        .collect();
    let mut facts = Vec::new();
    // A file that is being written, or of another kind, only leaves the network unnamed.
    if let Some(card) = weights.first().and_then(|file| WeightsFile::read(file).ok()?.card) {
        facts.push(["Network".to_owned(), card.model]);
        facts.push(["First fold learned from".to_owned(), card.trained_on]);
    }
    facts.push(["Folds with weights".to_owned(), format!("{} of {} begun", weights.len(), all.len())]);
    facts.push(["Seed".to_owned(), config.seed.to_string()]);
    let state = if report.growing { "not finished" } else { "finished" };
    facts.push(["Run".to_owned(), state.to_owned()]);
    facts.append(&mut report.facts);
    report.facts = facts;
}

/// The state of a stage; `None` where it has not begun.
pub(super) fn state(file: &Path) -> Option<Result<StageState, String>> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
        Err(e) => return Some(Err(format!("state.json cannot be read: {e}"))),
    };
    Some(serde_json::from_slice(&bytes).map_err(|e| format!("state.json is damaged: {e}")))
}

/// A stage of a fold; of a run without folds by itself.
fn named(fold: &str, stage: &str) -> String {
    if fold.is_empty() { stage.to_owned() } else { format!("{fold}, {stage}") }
}

pub(super) fn waiting(fold: &str, stage: &str, planned: usize) -> ReportRow {
    row([named(fold, stage), format!("0 / {planned}")])
}

pub(super) fn line(fold: &str, stage: &str, state: &StageState, planned: usize) -> ReportRow {
    let last = state.epochs.last();
    let figure = |of: &dyn Fn(&Epoch) -> Option<f32>, decimals: usize| {
        last.and_then(of).map_or_else(|| "-".to_owned(), |v| format!("{v:.decimals$}"))
    };
    let done = state.epochs.len();
    let words = match (state.finished, done < planned) {
        (true, true) => "stopped early",
        (true, false) => "finished",
        (false, _) => "not finished",
    };
    row([
        named(fold, stage),
        format!("{done} / {planned}"),
        figure(&|e| Some(e.train_loss), 4),
        figure(&|e| e.validation_loss, 4),
        if done == 0 { "-".to_owned() } else { (state.best + 1).to_string() },
        figure(&|e| Some(e.pictures_per_second), 1),
        words.to_owned(),
    ])
}

pub(super) fn plot(stage: &str, state: &StageState, planned: usize) -> Option<Plot> {
    let title = format!("{stage}: epoch {} of {planned}", state.epochs.len());
    let mut plot = losses(&title, state)?;
    // To the end that is planned: how much is left is seen.
    plot.x.range[1] = plot.x.range[1].max(planned as f64);
    Some(plot)
}

fn differences(config: &TrainConfig) -> Option<crate::session::ReportTable> {
    let rows: Vec<ReportRow> = config.differences().into_iter().map(row).collect();
    let head = ["Configuration", "here", "by default"];
    if rows.is_empty() {
        let none = row(["Nothing differs from the defaults".to_owned()]);
        return Some(table(&head[..1], vec![none]));
    }
    Some(table(&head, rows))
}
