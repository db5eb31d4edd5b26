//! Reading back what `triscope train` and `triscope evaluate` wrote, for the window.
//!
//! `evaluation`, `run` and, for networks besides M3Net, `family` make a [`Report`] of a folder; `missed` finds the cases that were taken for the
//! other class, and `pictures` cuts a slice of each. Nothing here writes.

mod evaluation;
mod family;
mod missed;
mod pictures;
mod run;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use pictures::pictures;

use crate::session::{Report, ReportKind, ReportRow, ReportTable};

/// Why there is no report: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReviewError(String);

impl ReviewError {
    fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// What wrote the folder, told by its content; `None` where it is neither a run nor an evaluation.
/// - `path`: the folder, or its `evaluation.json`
pub fn recognise(path: &Path) -> Option<(ReportKind, PathBuf)> {
    if path.is_file() {
        let folder = path.parent().filter(|_| path.file_name().is_some_and(|n| n == "evaluation.json"))?;
        return is_evaluation(folder).then(|| (ReportKind::Evaluation, folder.to_owned()));
    }
    if is_evaluation(path) {
        return Some((ReportKind::Evaluation, path.to_owned()));
    }
    // Any program may have a file of this name: ours writes folders beside it before it learns.
    let run = path.join("config.toml").is_file()
        && (path.join("surroundings").is_dir() || family::is_run(path) || !run::folds(path).is_empty());
    run.then(|| (ReportKind::Run, path.to_owned()))
}

fn is_evaluation(folder: &Path) -> bool {
    folder.join("predictions.csv").is_file() && folder.join("evaluation.json").is_file()
}

/// Reads a folder that was recognised.
/// - errors: one sentence where it is gone or does not hold what it should
pub fn read(kind: ReportKind, folder: &Path) -> Result<Report, ReviewError> {
    if !folder.is_dir() {
        return Err(ReviewError::new(format!(
            "The folder {} is not there any more; what was read of it before is shown",
            name(folder)
        )));
    }
    match kind {
        ReportKind::Run if family::is_run(folder) => family::read(folder),
        ReportKind::Run => run::read(folder),
        ReportKind::Evaluation => evaluation::read(folder),
    }
}

/// Something that is another after any of the report's files has changed; cheap.
pub fn state_of(kind: ReportKind, folder: &Path) -> Vec<Option<SystemTime>> {
    let mut files = vec![folder.to_owned(), folder.join("evaluation.json"), folder.join("report.json")];
    if kind == ReportKind::Run {
        for (_, fold) in run::folds(folder) {
            files.extend(run::STAGES.map(|stage| fold.join(stage).join("state.json")));
            files.push(fold);
        }
        files.extend(family::states(folder));
    }
    files.iter().map(|file| modified(file)).collect()
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|m| m.modified()).ok()
}

/// The last part of a path.
fn name(path: &Path) -> String {
    // `run/.` and `..` have a name once they are followed.
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn text(file: &Path) -> Result<String, ReviewError> {
    std::fs::read_to_string(file).map_err(|e| ReviewError::new(format!("{} cannot be read: {e}", name(file))))
}

fn table(head: &[&str], rows: Vec<ReportRow>) -> ReportTable {
    ReportTable { head: head.iter().map(|&h| h.to_owned()).collect(), rows }
}

fn row(cells: impl IntoIterator<Item = String>) -> ReportRow {
    ReportRow { cells: cells.into_iter().collect(), ..ReportRow::default() }
}
