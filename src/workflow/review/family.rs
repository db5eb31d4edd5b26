//! A training run of a network besides M3Net: its stages, one after the other.

use std::path::{Path, PathBuf};

use super::run::{blank, finished, line, plot, state, waiting};
use super::{ReviewError, modified, name, row, table, text};
use crate::session::{Report, ReportPart, Severity};
use crate::training::curriculum;
use crate::workflow::train::{RunCases, STAGES, WEIGHTS};

/// Whether a folder is such a run.
pub(super) fn is_run(folder: &Path) -> bool {
    folder.join(RunCases::FILE).is_file() && folder.join("config.toml").is_file()
}

/// Files that change while it learns.
pub(super) fn states(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join(STAGES)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path().join("state.json")).collect();
    files.sort();
    files
}

/// Reads a run, finished or not.
pub(super) fn read(folder: &Path) -> Result<Report, ReviewError> {
    let cases: RunCases = serde_json::from_str(&text(&folder.join(RunCases::FILE))?)
        .map_err(|e| ReviewError::new(format!("{} of {} is damaged: {e}", RunCases::FILE, name(folder))))?;
    let plan = curriculum(&cases.model, &text(&folder.join("config.toml"))?)
        .map_err(|e| ReviewError::new(format!("config.toml of {}: {e}", name(folder))))?;
    let mut report = blank(folder);
    finished(folder, &mut report);
    let held = match cases.held_out {
        Some(fold) => format!("{} (fold {fold})", cases.test.len()),
        None => cases.test.len().to_string(),
    };
    let mut facts = vec![
        ["Network".to_owned(), cases.model.clone()],
        ["Teach".to_owned(), cases.train.len().to_string()],
        ["Measure progress".to_owned(), cases.validation.len().to_string()],
        ["Held out".to_owned(), held],
        ["Seed".to_owned(), plan.seed().to_string()],
        ["Weights".to_owned(), if folder.join(WEIGHTS).is_file() { WEIGHTS } else { "not yet" }.to_owned()],
        ["Run".to_owned(), if report.growing { "not finished" } else { "finished" }.to_owned()],
    ];
    facts.append(&mut report.facts);
    report.facts = facts;
    let (mut lines, mut plots) = (Vec::new(), Vec::new());
    for (stage, planned, _) in plan.stages() {
        let file = folder.join(STAGES).join(stage).join("state.json");
        match state(&file) {
            None => lines.push(waiting("", stage, planned)),
            Some(Err(why)) => report.notes.push((Severity::Error, format!("{stage}: {why}"))),
            Some(Ok(state)) => {
                report.written = report.written.max(modified(&file));
                lines.push(line("", stage, &state, planned));
                plots.extend(plot(stage, &state, planned));
            }
        }
    }
    let head = ["Stage", "Epochs", "Loss", "Validation", "Kept epoch", "Pictures/s", "State"];
    let about = "The mean over the steps of the last epoch, and on the validation cases after it. The last epoch is \
                 kept, or where a stage stops early the one of the lowest validation loss.";
    report.parts.push(ReportPart::Heading("Stages".to_owned(), about.to_owned()));
    let settings = plan.to_toml().lines().map(|line| row([line.to_owned()])).collect();
    report.parts.push(ReportPart::Tables(vec![table(&head, lines), table(&["Configuration"], settings)]));
    if !plots.is_empty() {
        report.parts.push(ReportPart::Heading("Losses".to_owned(), String::new()));
        report.parts.push(ReportPart::Plots(plots));
    }
    Ok(report)
}
