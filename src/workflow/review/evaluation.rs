//! An evaluation: every figure with its interval, the plots, and what was misclassified.

use std::path::Path;

use serde::Deserialize;

use super::{ReviewError, missed, modified, name, row, table, text};
use crate::evaluation::plot::Plot;
use crate::ingest::Private;
use crate::session::{Report, ReportKind, ReportPart, ReportRow, ReportTable, Severity};

/// What is read of `evaluation.json`; see `workflow::evaluate::EvaluationReport`. A figure that is no
/// number stands as null there.
#[derive(Deserialize)]
struct Evaluation {
    triscope: String,
    model: String,
    data: String,
    manifest: Option<String>,
    run: Option<String>,
    bootstrap: [u64; 2],
    cases: usize,
    patients: usize,
    evaluated: usize,
    malignant: usize,
    comparison: Comparison,
    #[serde(default)]
    baselines_left_out: Vec<String>,
    /// Of M3Net.
    network: Option<Network>,
    /// Of the other networks; see `workflow::evaluate::FamilyReport`.
    answer: Option<Answer>,
    /// Negative, positive: of the other networks.
    classes: Option<[String; 2]>,
    #[serde(default)]
    simulated: usize,
}

#[derive(Deserialize)]
struct Answer {
    device: String,
    temperature: Option<f64>,
    summary: Summary,
    uncalibrated: Option<Summary>,
}

#[derive(Deserialize)]
struct Network {
    device: String,
    folds: Vec<Fold>,
    unfinished_folds: Vec<u32>,
    summary: Summary,
    calibrated: Option<Summary>,
    temperature: Temperature,
    subgroups: Vec<Subgroups>,
    ablations: Comparison,
    control: Option<Control>,
    robustness: Option<Robustness>,
}

#[derive(Deserialize)]
struct Fold {
    fold: u32,
}

#[derive(Clone, Copy, Deserialize)]
struct Interval {
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
struct Estimate {
    value: Option<f64>,
    interval: Interval,
}

#[derive(Deserialize)]
struct Summary {
    figures: Vec<(String, Option<Estimate>)>,
}

#[derive(Deserialize)]
struct Temperature {
    value: Option<f64>,
    at_limit: bool,
}

#[derive(Deserialize)]
struct Comparison {
    reference: Option<String>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    what: String,
    auc: Option<Estimate>,
    delong: Option<Interval>,
    average_precision: Option<Estimate>,
    above_reference: Option<Above>,
}

#[derive(Deserialize)]
struct Above {
    estimate: Estimate,
    p: Option<f64>,
}

#[derive(Deserialize)]
struct Subgroups {
    title: String,
    rows: Vec<Subgroup>,
}

#[derive(Deserialize)]
struct Subgroup {
    group: String,
    cases: usize,
    malignant: usize,
    auc: Option<Estimate>,
    sensitivity: Option<Estimate>,
    specificity: Option<Estimate>,
}

#[derive(Deserialize)]
struct Control {
    what: String,
    comparison: Comparison,
}

#[derive(Deserialize)]
struct Robustness {
    cases: usize,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    name: String,
    median_change: Option<f64>,
    median_range: Option<f64>,
    greatest_range: Option<f64>,
    crossed: usize,
}

/// Reads an evaluation.
pub(super) fn read(folder: &Path) -> Result<Report, ReviewError> {
    let file = folder.join("evaluation.json");
    let said: Evaluation = serde_json::from_str(&text(&file)?).map_err(|e| {
        ReviewError::new(format!(
            "evaluation.json of {} is damaged or of another version of Triscope ({e}); evaluate again",
            name(folder)
        ))
    })?;
    let mut report = Report {
        folder: Private::new(folder.to_owned()),
        kind: ReportKind::Evaluation,
        title: format!("{} on {}", said.model, said.data),
        written: modified(&file),
        facts: facts(&said),
        notes: notes(&said),
        parts: Vec::new(),
        growing: false,
    };
    let which = match &said.classes {
        Some([_, positive]) => format!(
            "{} cases of {} patients, {} {positive}, that had no part in teaching.",
            said.evaluated, said.patients, said.malignant
        ),
        None => format!(
            "{} nodules of {} patients, {} malignant, out of {} cases with a fold.",
            said.evaluated, said.patients, said.malignant, said.cases
        ),
    };
    let about = format!(
        "{which} Intervals are 95 %, by {} bootstrap samples of whole patients; DeLong's takes {} as independent.{}",
        said.bootstrap[0],
        if said.classes.is_some() { "cases" } else { "nodules" },
        reference_words(&said.comparison)
    );
    report.parts.push(ReportPart::Heading("Figures".to_owned(), about));
    report.parts.push(ReportPart::Tables(headline(&said)));
    report.parts.push(ReportPart::Heading("Curves".to_owned(), String::new()));
    report.parts.push(ReportPart::Plots(plots(folder, &mut report.notes)));
    if said.network.is_some() || said.answer.is_some() {
        report.parts.extend(missed::part(folder, said.manifest.as_deref(), &said.data, &mut report.notes));
    }
    if let Some(network) = &said.network {
        report.parts.extend(parts_of(network));
    }
    Ok(report)
}

/// What "less reference" means in a table.
fn reference_words(comparison: &Comparison) -> String {
    let words = |name: &String| {
        format!(
            " The reference is \u{201c}{name}\u{201d}; p is of \u{201c}not better than it\u{201d}, one-sided."
        )
    };
    comparison.reference.as_ref().map_or_else(String::new, words)
}

fn facts(said: &Evaluation) -> Vec<[String; 2]> {
    let mut facts = vec![["Network".to_owned(), said.model.clone()], ["Data".to_owned(), said.data.clone()]];
    if let Some(run) = &said.run {
        facts.push(["Run".to_owned(), run.clone()]);
    }
    if let Some(network) = &said.network {
        let folds: Vec<String> = network.folds.iter().map(|f| f.fold.to_string()).collect();
        facts.push(["Folds".to_owned(), folds.join(", ")]);
        facts.push(["Device".to_owned(), network.device.clone()]);
        if let Some(temperature) = network.temperature.value {
            facts.push(["Temperature".to_owned(), format!("{temperature:.3}")]);
        }
    }
    if let Some(answer) = &said.answer {
        facts.push(["Device".to_owned(), answer.device.clone()]);
        if let Some(temperature) = answer.temperature {
            facts.push(["Temperature".to_owned(), format!("{temperature:.3}")]);
        }
    }
    facts.push(["Triscope".to_owned(), said.triscope.clone()]);
    facts
}

fn notes(said: &Evaluation) -> Vec<(Severity, String)> {
    let mut notes = Vec::new();
    if said.answer.is_some() {
        if said.simulated > 0 {
            let words = format!(
                "{} of the {} cases are simulated: these figures say nothing of how the network answers to patients",
                said.simulated, said.evaluated
            );
            notes.push((Severity::Warning, words));
        }
        notes.extend(said.baselines_left_out.iter().map(|why| left_out(why)));
        return notes;
    }
    let Some(network) = &said.network else {
        notes.push((Severity::Info, "No network was asked: the baselines stand alone".to_owned()));
        return notes;
    };
    if !network.unfinished_folds.is_empty() {
        let folds: Vec<String> = network.unfinished_folds.iter().map(u32::to_string).collect();
        let words = format!(
            "Folds {} are not finished: their cases are in no figure of the network",
            folds.join(", ")
        );
        notes.push((Severity::Warning, words));
    }
    if network.temperature.at_limit {
        let words =
            "The temperature lies at its limit (0.01 or 100): do not rely on calibrated probabilities";
        notes.push((Severity::Warning, words.to_owned()));
    }
    notes.extend(said.baselines_left_out.iter().map(|why| left_out(why)));
    notes
}

/// The network's figures, and every classifier beside it.
/// What the comparison has not, a sentence.
fn left_out(why: &str) -> (Severity, String) {
    (Severity::Info, format!("Left out of the comparison: {why}"))
}

fn headline(said: &Evaluation) -> Vec<ReportTable> {
    let mut tables = Vec::new();
    if let Some(network) = &said.network {
        let after = |name: &str| {
            let figures = network.calibrated.as_ref().map(|c| &c.figures);
            let found = figures.and_then(|f| f.iter().find(|(n, _)| n == name));
            found.map_or_else(String::new, |(_, figure)| estimate(*figure))
        };
        // A temperature changes no order and no side of one half within a fold; these three it does change.
        let scaled = |name: &str| {
            name.contains("Brier") || name.contains("calibration") || name.contains("likelihood")
        };
        let mut rows: Vec<ReportRow> = network
            .summary
            .figures
            .iter()
            .map(|(name, figure)| ReportRow {
                strong: name == "AUC",
                ..row([
                    capital(name),
                    estimate(*figure),
                    if scaled(name) { after(name) } else { String::new() },
                ])
            })
            .collect();
        let delong = said.comparison.rows.iter().find(|r| r.name == said.model).and_then(|r| r.delong);
        if let Some(interval) = delong {
            let words = "AUC, DeLong's interval".to_owned();
            rows.insert(rows.len().min(1), row([words, interval_words(interval)]));
        }
        let head = ["At a probability of 0.5", "as answered (95 % CI)", "after temperature"];
        tables.push(table(&head, rows));
    }
    if let Some(answer) = &said.answer {
        let raw = |name: &str| {
            let figures = answer.uncalibrated.as_ref().map(|c| &c.figures);
            let found = figures.and_then(|f| f.iter().find(|(n, _)| n == name));
            found.map_or_else(String::new, |(_, figure)| estimate(*figure))
        };
        let figures = answer.summary.figures.iter();
        let rows = figures.map(|(name, figure)| ReportRow {
            strong: name == "AUC",
            ..row([capital(name), estimate(*figure), raw(name)])
        });
        let head = ["At a probability of 0.5", "as answered (95 % CI)", "before temperature"];
        tables.push(table(&head, rows.collect()));
    }
    tables.push(comparison(&said.comparison, &said.model));
    tables
}

/// - `strong`: the classifier that the table is about
fn comparison(comparison: &Comparison, strong: &str) -> ReportTable {
    let rows = comparison.rows.iter().map(|r| ReportRow {
        tip: capital(&r.what),
        strong: r.name == strong,
        ..row([
            r.name.clone(),
            estimate(r.auc),
            estimate(r.average_precision),
            r.above_reference.as_ref().map_or_else(|| "-".to_owned(), |a| difference(a.estimate)),
            r.above_reference
                .as_ref()
                .and_then(|a| a.p)
                .map_or_else(|| "-".to_owned(), |p| format!("{p:.4}")),
        ])
    });
    table(&["Classifier", "AUC (95 % CI)", "PR-AUC (95 % CI)", "AUC less reference", "p"], rows.collect())
}

/// The curves as the evaluation wrote them; what is missing is said.
fn plots(folder: &Path, notes: &mut Vec<(Severity, String)>) -> Vec<Plot> {
    let mut plots = Vec::new();
    for plot in ["roc", "pr", "reliability", "jitter"] {
        let file = format!("plots/{plot}.json");
        // Without a network there are no more than two.
        match std::fs::read(folder.join(&file)) {
            Ok(bytes) => match serde_json::from_slice::<Plot>(&bytes) {
                Ok(plot) => plots.push(brief(plot)),
                Err(e) => notes.push((Severity::Error, format!("{file} is damaged: {e}"))),
            },
            Err(e)
                if e.kind() == std::io::ErrorKind::NotFound
                    && folder.join(&file).with_extension("png").is_file() =>
            {
                notes.push((
                    Severity::Warning,
                    format!("{file} is not there: evaluate again to see its curves here"),
                ));
            }
            Err(_) => {}
        }
    }
    plots
}

/// Title and names without what the report says of all plots: data, kind of interval.
fn brief(mut plot: Plot) -> Plot {
    if let Some((title, _)) = plot.title.split_once(": ") {
        plot.title = title.to_owned();
    }
    for name in &mut plot.series {
        let (figures, _) = name.split_once("), n = ").unwrap_or((name.as_str(), ""));
        let end = if figures.len() < name.len() { ")" } else { "" };
        let whole = |(before, interval): (&str, &str)| {
            // An interval stands on one line.
            format!("{before}({}", interval.replace(' ', "\u{a0}"))
        };
        let short = figures.replace("(95 % CI ", "(");
        *name = short.rsplit_once('(').filter(|_| !end.is_empty()).map_or(short.clone(), whole) + end;
    }
    plot
}

/// What stands below the pictures: parts of the cases, small changes, layers left out, the control.
fn parts_of(network: &Network) -> Vec<ReportPart> {
    let heading = |words: &str, about: &str| ReportPart::Heading(words.to_owned(), about.to_owned());
    let mut parts = vec![
        heading(
            "Parts of the cases",
            "A figure is not given where fewer than ten cases of a class would carry it.",
        ),
        ReportPart::Tables(network.subgroups.iter().map(subgroups).collect()),
    ];
    if let Some(robustness) = &network.robustness {
        let rows = robustness.changes.iter().map(|c| {
            row([
                c.name.clone(),
                figure(c.median_change),
                figure(c.median_range),
                figure(c.greatest_range),
                c.crossed.to_string(),
            ])
        });
        let head = ["Change of the picture", "Median change", "Median range", "Greatest range", "Over 0.5"];
        let about = format!(
            "Absolute change of probability, on {} cases; range: the highest less the lowest of one case; over 0.5: \
             pictures whose answer goes from one side to the other.",
            robustness.cases
        );
        parts.push(heading("Small changes", &about));
        parts.push(ReportPart::Tables(vec![table(&head, rows.collect())]));
    }
    parts.push(heading("With something taken away", reference_words(&network.ablations).trim()));
    parts.push(ReportPart::Tables(vec![comparison(&network.ablations, "")]));
    if let Some(control) = &network.control {
        let about = format!("{}.{}", capital(&control.what), reference_words(&control.comparison));
        parts.push(heading("Control against shortcuts", &about));
        parts.push(ReportPart::Tables(vec![comparison(&control.comparison, "")]));
    }
    parts
}

fn subgroups(table_of: &Subgroups) -> ReportTable {
    let rows = table_of.rows.iter().map(|r| {
        row([
            r.group.clone(),
            r.cases.to_string(),
            r.malignant.to_string(),
            estimate(r.auc),
            estimate(r.sensitivity),
            estimate(r.specificity),
        ])
    });
    let head = [&table_of.title, "Nodules", "Malignant", "AUC (95 % CI)", "Sensitivity", "Specificity"];
    table(&head, rows.collect())
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"))
}

fn interval_words(interval: Interval) -> String {
    format!("{} to {}", figure(interval.low), figure(interval.high))
}

/// `0.912 (0.893 to 0.930)`.
fn estimate(estimate: Option<Estimate>) -> String {
    match estimate {
        Some(Estimate { value: Some(value), interval }) => {
            format!("{value:.3} ({})", interval_words(interval))
        }
        _ => "-".to_owned(),
    }
}

fn difference(estimate: Estimate) -> String {
    let signed = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:+.3}").replace('-', "−"));
    let Interval { low, high } = estimate.interval;
    format!("{} ({} to {})", signed(estimate.value), signed(low), signed(high))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
