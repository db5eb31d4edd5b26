//! `triscope train`: cases to weights, in pieces of any length.

use std::time::Duration;

use super::args::Train;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::guard::Figure;
use crate::networks::{Family, spec};
use crate::training::{TrainConfig, TrainingError, curriculum};
use crate::workflow::guard::{self, GuardRequest};
use crate::workflow::train::{
    FamilyRequest, Step, TrainError, TrainReport, TrainRequest, train, train_family,
};

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        use crate::dataset::DatasetError;
        match error {
            TrainError::Cancelled(_)
            | TrainError::Dataset(DatasetError::Cancelled(_))
            | TrainError::Training(TrainingError::Cancelled(_)) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// Runs the command.
pub(super) fn run(raw: &Train, terminal: &Terminal) -> Result<(), Failure> {
    let family = spec(&raw.model).map_err(Failure::arguments)?.family;
    let text = match &raw.config {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|e| Failure::work(format!("{} cannot be read: {e}", file.display())))?,
        None => String::new(),
    };
    let named = |error: TrainingError| match &raw.config {
        Some(file) => Failure::work(format!("{}: {error}", file.display())),
        None => Failure::work(error),
    };
    let at_most = raw.stop_after.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
    if family != Family::M3Net && !raw.guard {
        let request = FamilyRequest {
            model: raw.model.clone(),
            manifest: raw.data.clone(),
            curriculum: curriculum(&raw.model, &text).map_err(named)?,
            out: raw.out.clone(),
            fold: one_fold(&raw.fold)?,
            begin_with: raw.from.clone(),
            at_most,
        };
        let report =
            train_family(&request, raw.device.into(), terminal.ctx(), |step| terminal.say(&line(&step)))?;
        return finished(raw, &report, terminal);
    }
    if raw.from.is_some() {
        let sentence = "M3Net begins with random values; --from is for LungNodule-SSM and MAEMC-NET";
        return Err(Failure::arguments(sentence));
    }
    let config = TrainConfig::parse(&text).map_err(named)?;
    if raw.guard {
        return fit_guard(raw, config, terminal);
    }
    let request = TrainRequest {
        model: raw.model.clone(),
        manifest: raw.data.clone(),
        config,
        out: raw.out.clone(),
        folds: raw.fold.clone(),
        at_most,
    };
    let report = train(&request, raw.device.into(), terminal.ctx(), |step| {
        terminal.say(&line(&step));
    })?;
    finished(raw, &report, terminal)
}

fn finished(raw: &Train, report: &TrainReport, terminal: &Terminal) -> Result<(), Failure> {
    terminal.clear();
    if raw.json { output::json(report) } else { output::print(&told(report)) }
}

/// Networks besides M3Net are taught once: one fold is held out.
fn one_fold(folds: &[u32]) -> Result<Option<u32>, Failure> {
    match folds {
        [] => Ok(None),
        [fold] => Ok(Some(*fold)),
        _ => Err(Failure::arguments(
            "this network is taught once and holds out one fold; name one, or none for the lowest",
        )),
    }
}

/// Fits the guard, and says how well it does.
fn fit_guard(raw: &Train, config: TrainConfig, terminal: &Terminal) -> Result<(), Failure> {
    let (model, manifest, out) = (raw.model.clone(), raw.data.clone(), raw.out.clone());
    let fitted = guard::fit(&GuardRequest { model, manifest, config, out }, terminal.ctx())?;
    terminal.clear();
    if raw.json {
        return output::json(&fitted.figures);
    }
    let mut text = format!("Fitted on {}. From patients that were left out:\n", fitted.fitted_on);
    for Figure { source, class, clicks, called } in &fitted.figures {
        let yes = if class.contains("mass") { "a mass" } else { "a nodule" };
        let share = 100.0 * *called as f64 / (*clicks).max(1) as f64;
        text.push_str(&format!("  {source}, {class}: {share:.1} % of {clicks} called {yes}\n"));
    }
    output::print(&text)
}

/// One line for each epoch, for logs.
fn line(&Step { fold, stage, state, left }: &Step<'_>) -> String {
    let Some(last) = state.epochs.last() else { return String::new() };
    let validation = last.validation_loss.map_or(String::new(), |v| format!(", validation {v:.4}"));
    let fold = fold.map_or(String::new(), |fold| format!("fold {fold}, "));
    let parts = last.parts.iter().map(|(name, part)| format!(", {name} {part:.4}")).collect::<String>();
    format!(
        "{fold}{stage}, epoch {}: loss {:.4}{parts}{validation}, {:.1} pictures a second, {} left",
        state.epochs.len(),
        last.train_loss,
        last.pictures_per_second,
        words(left)
    )
}

/// `2 h 05 min`, `12 min`, `40 s`.
fn words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, 0 | 1) => format!("{} s", time.as_secs()),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

fn told(report: &TrainReport) -> String {
    let weights = report.weights.iter().map(|w| format!("  {}\n", w.display())).collect::<String>();
    let state = if report.finished {
        "Everything is trained"
    } else {
        "The time is up; the same command goes on where this one stopped"
    };
    let left = report.left_out.len();
    format!("{state}. {} cases, {left} left out, on {}.\n{weights}", report.cases, report.device)
}
