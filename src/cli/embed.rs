//! `triscope embed`: features of cases, for other tools.

use super::args::Embed;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::workflow::embed::{EmbedError, EmbedReport, EmbedRequest, embed};

impl From<EmbedError> for Failure {
    fn from(error: EmbedError) -> Self {
        use crate::training::TrainingError;
        match error {
            EmbedError::OtherEnding(_) | EmbedError::Network(_) => Self::arguments(error),
            EmbedError::Cancelled(_) | EmbedError::Training(TrainingError::Cancelled(_)) => Self::Interrupted,
            EmbedError::Train(error) => error.into(),
            other => Self::work(other),
        }
    }
}

/// Runs the command.
pub(super) fn run(raw: &Embed, terminal: &Terminal) -> Result<(), Failure> {
    let request = EmbedRequest {
        model: raw.model.clone(),
        weights: raw.weights.clone(),
        manifest: raw.data.clone(),
        out: raw.out.clone(),
        surroundings: raw.surroundings.clone(),
    };
    let report = embed(&request, raw.device.into(), terminal.ctx());
    terminal.clear();
    let report = report?;
    if !report.card.trained {
        output::note("the weights are untrained: these features mean nothing");
    }
    if report.members > 1 {
        output::note(&format!(
            "{} holds {} networks; the features are those of the first",
            report.weights, report.members
        ));
    }
    for left in &report.left_out {
        output::note(&format!("left out: {}: {}", left.case, left.why));
    }
    if raw.json { output::json(&report) } else { output::print(&told(&report)) }
}

fn told(report: &EmbedReport) -> String {
    let [rows, columns] = report.shape;
    let files: String = report.files.iter().map(|f| format!("{}\n", f.display())).collect();
    format!(
        "{rows} cases, {columns} features, of {} ({}), on {}\n{files}",
        report.model, report.weights, report.device
    )
}
