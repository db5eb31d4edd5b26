//! `triscope models`: networks, their weights, and published checkpoints made ours.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::{Models, ModelsAction};
use super::classify::known_model;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::networks::thousands;
use crate::networks::weights::{Import, WeightsError};
use crate::workflow::models::{self, Besides, ImportReport, ModelReport, ModelsError};

#[derive(Serialize)]
struct List {
    triscope: &'static str,
    /// Where weights are looked for, as NAME.safetensors.
    folder: Option<String>,
    models: Vec<ModelReport>,
}

#[derive(Serialize)]
struct Refused<'a> {
    model: &'a str,
    error: String,
    #[serde(flatten)]
    keys: &'a Import,
}

/// A file that could not be read as far as its keys.
#[derive(Serialize)]
struct Failed<'a> {
    model: &'a str,
    error: String,
}

impl From<ModelsError> for Failure {
    fn from(error: ModelsError) -> Self {
        match error {
            ModelsError::Unknown(unknown) => Self::arguments(unknown),
            ModelsError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// Runs the command.
pub(super) fn run(options: &Models, terminal: &Terminal) -> Result<(), Failure> {
    match &options.action {
        None => list(options.json),
        Some(ModelsAction::Info { name, json }) => info(name, *json || options.json),
        Some(ModelsAction::Import { file, network, out, forest, detector, json }) => {
            let besides = Besides { forest: forest.as_deref(), detector: detector.as_deref() };
            import(file, network, out, besides, *json || options.json, terminal)
        }
    }
}

fn list(json: bool) -> Result<(), Failure> {
    let folder = models::folder().map(|f| f.display().to_string());
    let list = List { triscope: env!("CARGO_PKG_VERSION"), folder, models: models::list()? };
    if json {
        return output::json(&list);
    }
    let mut text = String::new();
    for model in &list.models {
        let default = if model.default { " (default)" } else { "" };
        let weights = model.weights.as_deref().unwrap_or("no weights installed");
        let _ = writeln!(
            text,
            "{}{default}: {}, {} parameters, {weights}",
            model.name,
            model.question,
            thousands(model.parameters)
        );
        if let Some(fault) = &model.fault {
            let _ = writeln!(text, "  not used: {fault}");
        }
    }
    if let Some(folder) = &list.folder {
        let _ = writeln!(text, "Weights are looked for in {folder}, as NAME.safetensors");
    }
    output::print(&text)
}

fn info(name: &str, json: bool) -> Result<(), Failure> {
    let model = models::info(known_model(name)?)?;
    if json {
        return output::json(&model);
    }
    let mut text = format!("{}\n", model.name);
    let _ = writeln!(text, "  question: {} ({})", model.question, model.classes.join(", "));
    for (crop, scale) in model.crops.iter().zip(crate::networks::Scale::ALL) {
        let [ni, nj, nk] = crop;
        let _ = writeln!(text, "  {} crop: {ni} x {nj} x {nk} voxels", scale.name());
    }
    let _ = writeln!(text, "  parameters: {}", thousands(model.parameters));
    match (&model.weights, &model.weights_sha256) {
        (Some(weights), Some(sha256)) => {
            let _ = writeln!(text, "  weights: {weights}, SHA-256 {sha256}");
            if model.members.len() > 1 {
                let _ = writeln!(text, "  an ensemble of {} networks:", model.members.len());
                for (n, member) in model.members.iter().enumerate() {
                    let head = if member.readers { ", predicts the readers' ratings" } else { "" };
                    let _ = writeln!(
                        text,
                        "    member {n}: {} tensors, {} ignored, SHA-256 of the values {}{head}",
                        member.tensors, member.ignored, member.values_sha256
                    );
                }
            }
        }
        _ => {
            let _ = writeln!(text, "  weights: none installed; triscope models import makes them");
        }
    }
    if let Some(card) = &model.card {
        let _ = writeln!(text, "  origin: {}", card.origin);
        let _ = writeln!(text, "  trained on: {}", card.trained_on);
        let _ = writeln!(text, "  taught in mode: {}", card.taught_in());
        let _ = writeln!(text, "  intended use: {}", card.intended_use);
        if let Some(caution) = &card.caution {
            let _ = writeln!(text, "  caution: {caution}");
        }
        if let Some(calibration) = card.calibration {
            let _ = writeln!(text, "  calibration: temperature {}", calibration.temperature);
        }
        let _ = writeln!(text, "  licence: {}", card.licence);
    }
    if let Some(fault) = &model.fault {
        let _ = writeln!(text, "  the installed file is not used: {fault}");
    }
    output::print(&text)
}

/// The report is printed where the import fails for its keys, too: then it is what the user needs.
fn import(
    file: &Path,
    network: &str,
    out: &Path,
    besides: Besides<'_>,
    json: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let network = known_model(network)?;
    let imported = models::import(file, network, besides, out, terminal.ctx());
    terminal.clear();
    match imported {
        Ok(report) => {
            if json {
                output::json(&report)
            } else {
                output::print(&imported_words(&report))
            }
        }
        Err(ModelsError::Weights(WeightsError::DoNotFit { model, report })) => {
            let error = WeightsError::DoNotFit { model: model.clone(), report };
            let WeightsError::DoNotFit { report, .. } = &error else { return Err(Failure::work(error)) };
            if json {
                output::json(&Refused { model: &model, error: error.to_string(), keys: report })?;
            } else {
                output::print(&keys(report))?;
            }
            Err(Failure::work(error))
        }
        Err(other) => {
            if json {
                output::json(&Failed { model: network, error: other.to_string() })?;
            }
            Err(other.into())
        }
    }
}

fn imported_words(report: &ImportReport) -> String {
    let mut text = keys(&report.keys);
    if report.keys.members > 1 {
        let _ = writeln!(text, "an ensemble of {} networks", report.keys.members);
    }
    let _ = writeln!(
        text,
        "{}: {} tensors of {} (SHA-256 {}) written to {}",
        report.model,
        report.keys.loaded.len(),
        report.source,
        report.source_sha256,
        report.out.display()
    );
    text
}

/// Every key that was not simply loaded.
fn keys(report: &Import) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} tensors fit", report.loaded.len());
    for (word, list) in
        [("ignored", &report.ignored), ("missing", &report.missing), ("unexpected", &report.unexpected)]
    {
        for key in list {
            let _ = writeln!(text, "{word}: {key}");
        }
    }
    for wrong in &report.wrong_shape {
        let _ = writeln!(
            text,
            "of another shape: {} is {:?}, {:?} is needed",
            wrong.key, wrong.found, wrong.expected
        );
    }
    text
}
