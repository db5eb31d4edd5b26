//! `triscope evaluate`: figures of a run's finished folds, and what can be said without them.

use super::args::Evaluate;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::evaluation::{Bootstrap, ComparisonRow};
use crate::networks::{Family, spec};
use crate::workflow::evaluate::{
    Effort, EvaluateError, EvaluateRequest, EvaluationReport, FamilyEvaluateRequest, evaluate,
    evaluate_family,
};

impl From<EvaluateError> for Failure {
    fn from(error: EvaluateError) -> Self {
        use crate::dataset::DatasetError;
        use crate::training::TrainingError;
        match error {
            EvaluateError::Cancelled(_)
            | EvaluateError::Dataset(DatasetError::Cancelled(_))
            | EvaluateError::Training(TrainingError::Cancelled(_)) => Self::Interrupted,
            EvaluateError::Train(error) => error.into(),
            other => Self::work(other),
        }
    }
}

/// Runs the command.
pub(super) fn run(raw: &Evaluate, terminal: &Terminal) -> Result<(), Failure> {
    if spec(&raw.model).map_err(Failure::arguments)?.family != Family::M3Net {
        return of_family(raw, terminal);
    }
    let request = EvaluateRequest {
        model: raw.model.clone(),
        manifest: raw.data.clone(),
        run: raw.run.clone(),
        control: raw.control.clone(),
        out: raw.out.clone(),
        effort: raw.robustness.map(Effort::from).unwrap_or_default(),
        surroundings: raw.surroundings.map_or(0, usize::from),
        bootstrap: Bootstrap::default(),
    };
    let report = evaluate(&request, raw.device.into(), terminal.ctx());
    terminal.clear();
    let report = report?;
    for line in said(&report) {
        output::note(&line);
    }
    if raw.json {
        output::json(&report)
    } else {
        output::print(&format!("{}{} files in {}\n", told(&report), report.files.len(), raw.out.display()))
    }
}

/// A network besides M3Net.
fn of_family(raw: &Evaluate, terminal: &Terminal) -> Result<(), Failure> {
    let Some(run) = raw.run.clone() else {
        return Err(Failure::arguments(
            "--run is missing: this network is evaluated with a training run alone",
        ));
    };
    if raw.control.is_some() {
        return Err(Failure::arguments("--control is for M3Net alone"));
    }
    if raw.robustness.is_some() || raw.surroundings.is_some() {
        return Err(Failure::arguments("--robustness and --surroundings are for M3Net alone"));
    }
    let request = FamilyEvaluateRequest {
        model: raw.model.clone(),
        manifest: raw.data.clone(),
        run,
        out: raw.out.clone(),
        bootstrap: Bootstrap::default(),
    };
    let report = evaluate_family(&request, raw.device.into(), terminal.ctx());
    terminal.clear();
    let report = report?;
    for reason in &report.baselines_left_out {
        output::note(&format!("left out: {reason}"));
    }
    if report.of_taught_patients > 0 {
        let count = report.of_taught_patients;
        output::note(&format!("{count} cases were left out: others of their patients taught the network"));
    }
    if !report.answer.left_out.is_empty() {
        let count = report.answer.left_out.len();
        output::note(&format!("{count} cases were not shown to the network; card.md says why"));
    }
    if raw.json {
        return output::json(&report);
    }
    let mut text = format!(
        "{} cases of {} patients, {} {}\n",
        report.evaluated, report.patients, report.malignant, report.classes[1]
    );
    let width = report.comparison.rows.iter().map(|r| r.name.len()).max().unwrap_or(0);
    for row in &report.comparison.rows {
        text += &line(row, width);
    }
    output::print(&format!("{text}{} files in {}\n", report.files.len(), raw.out.display()))
}

/// What must not be overlooked: on stderr, whatever is printed.
fn said(report: &EvaluationReport) -> Vec<String> {
    let mut lines: Vec<String> =
        report.baselines_left_out.iter().map(|reason| format!("left out: {reason}")).collect();
    let Some(network) = &report.network else { return lines };
    if !network.unfinished_folds.is_empty() {
        let folds: Vec<String> = network.unfinished_folds.iter().map(u32::to_string).collect();
        lines.push(format!("folds {} are not finished: their cases are in no figure", folds.join(", ")));
    }
    for fold in network.folds.iter().filter(|f| f.begun_with_these_cases == Some(false)) {
        lines.push(format!(
            "fold {} was begun with another configuration or other cases: its held-out cases may have taught it",
            fold.fold
        ));
    }
    if !network.left_out.is_empty() {
        lines.push(format!(
            "{} cases were not shown to the network; card.md says why",
            network.left_out.len()
        ));
    }
    lines
}

/// The comparison as lines.
fn told(report: &EvaluationReport) -> String {
    let mut text = format!(
        "{} nodules of {} patients, {} malignant\n",
        report.evaluated, report.patients, report.malignant
    );
    let width = report.comparison.rows.iter().map(|r| r.name.len()).max().unwrap_or(0);
    for row in &report.comparison.rows {
        text += &line(row, width);
    }
    text
}

fn line(row: &ComparisonRow, width: usize) -> String {
    let (auc, p) = (row.auc, row.above_reference.map(|d| format!(", p {:.4}", d.p)));
    format!(
        "  {:width$}  AUC {:.3} ({:.3} to {:.3}){}\n",
        row.name,
        auc.value,
        auc.interval.low,
        auc.interval.high,
        p.unwrap_or_default()
    )
}
