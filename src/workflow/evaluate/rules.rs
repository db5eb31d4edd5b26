//! The rule that makes a label of ratings, and the split: what the published ones would change.

use serde::Serialize;

use super::baselines::{Baseline, TEN_FEATURES};
use super::cases::{Held, patients};
use super::error::EvaluateError;
use crate::dataset::{Label, LabelRule};
use crate::evaluation::{
    Bootstrap, Confusion, Estimate, EvaluationError, Scored, auc, csv_bytes, nodule_level_folds,
};

/// Of the folds by nodule.
const SEED: u64 = 1;

/// One classifier under one rule and one split.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleRow {
    /// Its name.
    pub classifier: String,
    /// `strict` or `published`.
    pub rule: &'static str,
    /// Whether patients are whole in a fold: `by patient`, or `by nodule`.
    pub split: &'static str,
    /// Number of cases.
    pub cases: usize,
    /// Number of malignant cases.
    pub malignant: usize,
    /// Area under the ROC curve; its interval is by patient in every row.
    pub auc: Estimate,
    /// Fraction called rightly at a probability of one half.
    pub accuracy: Estimate,
}

/// The network and the ten features under both rules, the features under both splits as well.
///
/// - `predicted`: place in `held` and margin of every case that the network has answered, labelled or
///   not; where there is no network, every place without a margin
/// - returns: no row where a case has no ratings: then nothing can be told of rules
/// - errors: one class alone, one fold alone
pub fn rules(
    model: &str,
    held: &[Held],
    predicted: &[(usize, Option<f64>)],
    baselines: &[Baseline],
    bootstrap: &Bootstrap,
) -> Result<Vec<RuleRow>, EvaluateError> {
    if held.iter().any(|h| h.case.ratings.values().is_empty()) {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for rule in [LabelRule::Strict, LabelRule::Published] {
        let malignant = |n: usize| rule.label(&held[n].case.ratings).map(|label| label == Label::Positive);
        let answered: Vec<(usize, f64, bool)> =
            predicted.iter().filter_map(|(n, margin)| Some((*n, (*margin)?, malignant(*n)?))).collect();
        if !answered.is_empty() {
            rows.push(row(model, rule, "by patient", held, &answered, bootstrap)?);
        }
        let Some(ten) = baselines.iter().find(|b| b.name == TEN_FEATURES) else { continue };
        let all: Vec<usize> = (0..held.len()).filter(|&n| malignant(n).is_some()).collect();
        if ten.lacking(&all) > 0 {
            continue;
        }
        let labels: Vec<bool> = all.iter().filter_map(|&n| malignant(n)).collect();
        let by_patient: Vec<u32> = all.iter().map(|&n| held[n].fold).collect();
        let count = by_patient.iter().collect::<std::collections::BTreeSet<_>>().len() as u32;
        let by_nodule = nodule_level_folds(&labels, count, SEED);
        for (split, folds) in [("by patient", by_patient), ("by nodule", by_nodule)] {
            let margins = ten.margins(&all, &labels, &folds)?;
            let answered: Vec<(usize, f64, bool)> = all
                .iter()
                .zip(margins)
                .zip(&labels)
                .filter(|((n, _), _)| predicted.iter().any(|(p, _)| p == *n))
                .map(|((n, margin), malignant)| (*n, margin, *malignant))
                .collect();
            rows.push(row(TEN_FEATURES, rule, split, held, &answered, bootstrap)?);
        }
    }
    rows.sort_by_key(|row| row.classifier != model);
    Ok(rows)
}

fn row(
    classifier: &str,
    rule: LabelRule,
    split: &'static str,
    held: &[Held],
    answered: &[(usize, f64, bool)],
    bootstrap: &Bootstrap,
) -> Result<RuleRow, EvaluateError> {
    let (margins, malignant): (Vec<f64>, Vec<bool>) = answered.iter().map(|(_, m, l)| (*m, *l)).unzip();
    let places: Vec<usize> = answered.iter().map(|(n, _, _)| *n).collect();
    let (scored, patients) = (Scored::new(margins, malignant)?, patients(held, &places));
    let [malignant, benign] = scored.classes();
    Ok(RuleRow {
        classifier: classifier.to_owned(),
        rule: rule.name(),
        split,
        cases: malignant + benign,
        malignant,
        auc: bootstrap.estimate(&scored, &patients, |s| auc(s).ok())?,
        accuracy: bootstrap.estimate(&scored, &patients, |s| Confusion::at(s, 0.0).accuracy())?,
    })
}

/// As a table of a page.
pub fn to_markdown(rows: &[RuleRow]) -> String {
    let words = |e: Estimate| format!("{:.3} ({:.3} to {:.3})", e.value, e.interval.low, e.interval.high);
    let mut text = "| classifier | label rule | split | nodules | malignant | AUC (95 % CI) | accuracy (95 % CI) |\n|---|---|---|---:|---:|---|---|\n".to_owned();
    for r in rows {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            r.classifier,
            r.rule,
            r.split,
            r.cases,
            r.malignant,
            words(r.auc),
            words(r.accuracy)
        );
    }
    text
}

/// As CSV with all decimals.
pub fn to_csv(rows: &[RuleRow]) -> Result<Vec<u8>, EvaluationError> {
    let head = [
        "classifier",
        "label_rule",
        "split",
        "nodules",
        "malignant",
        "auc",
        "auc_low",
        "auc_high",
        "accuracy",
        "accuracy_low",
        "accuracy_high",
    ];
    let cells = |r: &RuleRow| {
        let names = [r.classifier.clone(), r.rule.to_owned(), r.split.to_owned()];
        let counts = [r.cases, r.malignant].map(|n| n.to_string());
        let figures = [r.auc, r.accuracy].into_iter();
        let figures = figures.flat_map(|e| [e.value, e.interval.low, e.interval.high]).map(|v| v.to_string());
        names.into_iter().chain(counts).chain(figures).collect()
    };
    csv_bytes(&head, rows.iter().map(cells))
}
