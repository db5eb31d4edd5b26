//! The tables of cases: what was said of each, and what was measured.

use super::Asked;
use super::cases::Held;
use super::error::EvaluateError;
use super::features::FEATURES;
use super::figures::Findings;
use crate::dataset::Characteristic;
use crate::evaluation::{csv_bytes, probability};
use crate::networks::Scale;

fn text(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

/// `predictions.csv`: one row for each case with a fold. What is not known, or not answered, is empty.
pub(super) fn predictions(
    held: &[Held],
    asked: Option<&Asked>,
    findings: &Findings,
) -> Result<Vec<u8>, EvaluateError> {
    let scales = Scale::ALL.map(|s| format!("margin_{}", s.name()));
    let mut head = vec![
        "case",
        "patient",
        "fold",
        "label",
        "label_rule",
        "ratings",
        "rating_mean",
        "diameter_mm",
        "texture",
        "spacing_mm",
        "slice_spacing_mm",
    ];
    if asked.is_some() {
        head.extend(["logit_benign", "logit_malignant", "margin", "probability", "calibrated"]);
        head.extend(scales.iter().map(String::as_str));
        head.extend(["expected_rating_mean", "expected_rating_sd"]);
    }
    let row = |h: &Held| {
        let ratings: Vec<String> = h.case.ratings.values().iter().map(u8::to_string).collect();
        let mut cells = vec![
            h.case.id.clone(),
            h.case.patient.clone(),
            h.fold.to_string(),
            h.malignant().map_or_else(String::new, |m| u8::from(m).to_string()),
            h.case.label_rule.name().to_owned(),
            ratings.join("|"),
            text(h.case.ratings.mean()),
            text(h.case.diameter_mm),
            text(h.case.characteristic(Characteristic::Texture)),
            text(Some(h.case.spacing_mm[0])),
            text(Some(h.case.spacing_mm[2])),
        ];
        let Some(asked) = asked else { return cells };
        let place = findings.predictions.get(&h.case.id);
        match place.and_then(|at| asked.predicted.predictions.get(*at)) {
            Some(said) => {
                let margin = said.reply.margin();
                let temperature = findings.temperatures.get(&said.fold);
                cells.extend(said.reply.logits.map(|v| v.to_string()));
                cells.extend([margin, probability(margin)].map(|v| v.to_string()));
                cells.push(text(temperature.map(|t| probability(margin / t))));
                cells.extend(said.reply.scales.map(|[benign, malignant]| (malignant - benign).to_string()));
                let readers = said.reply.readers;
                cells.extend([readers.map(|r| r.mean), readers.map(|r| r.sd)].map(text));
            }
            None => cells.resize(head.len(), String::new()),
        }
        cells
    };
    Ok(csv_bytes(&head, held.iter().map(row))?)
}

/// `tables/features.csv`: what the baselines know of each case.
pub(super) fn features(held: &[Held]) -> Result<Vec<u8>, EvaluateError> {
    let mut head = vec!["case", "volume_mm3", "slices"];
    head.extend(FEATURES.map(|(name, _)| name));
    let row = |h: &Held| {
        let mut cells = vec![h.case.id.clone(), text(h.measured.map(|m| m.volume_mm3)), h.slices.to_string()];
        match h.measured {
            Some(measured) => cells.extend(measured.features.map(|v| v.to_string())),
            None => cells.resize(head.len(), String::new()),
        }
        cells
    };
    Ok(csv_bytes(&head, held.iter().map(row))?)
}
