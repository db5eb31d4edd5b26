//! `triscope dataset`: manifests for training.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::{BuildDataset, Dataset};
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::dataset::{Group, Spread};
use crate::ingest::count;
use crate::workflow::cohort::{CohortSpec, build_cohort, cohort_for};
use crate::workflow::dataset::{
    self, BuildReport, BuildSpec, CheckReport, DatasetWorkError, LabelRule, Problem, Question, Severity,
    Source, Stats,
};

/// Cases of a cohort where no number is asked for.
const PHANTOM_CASES: u32 = 300;
/// How many problems are listed on stderr; the rest is counted.
const LISTED: usize = 50;

impl From<DatasetWorkError> for Failure {
    fn from(error: DatasetWorkError) -> Self {
        match error {
            DatasetWorkError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// A document about one manifest.
#[derive(Serialize)]
struct About<'a, T> {
    triscope: &'static str,
    manifest: String,
    #[serde(flatten)]
    what: &'a T,
}

/// Runs the command.
pub(super) fn run(raw: &Dataset, terminal: &Terminal) -> Result<(), Failure> {
    match raw {
        Dataset::Build(options) => build(options, terminal),
        Dataset::Check { manifest, json } => check(manifest, *json, terminal),
        Dataset::Stats { manifest, json } => stats(manifest, *json),
    }
}

fn build(raw: &BuildDataset, terminal: &Terminal) -> Result<(), Failure> {
    let source = raw.from.read();
    if raw.question.is_some() && source != Some(Source::Points) {
        return Err(Failure::arguments("--question is for --from points: the other sources have their own"));
    }
    if raw.label.is_some() && matches!(source, None | Some(Source::Luna16)) {
        let sentence = "--label is for --from nodules, lidc and points: the other sources have no ratings";
        return Err(Failure::arguments(sentence));
    }
    let Some(source) = source else { return told(raw, paint(raw, terminal)?, terminal) };
    if raw.network.is_some() || raw.cases.is_some() || raw.nodules.is_some() {
        return Err(Failure::arguments("--for, --cases and --nodules are for --from phantoms"));
    }
    let spec = BuildSpec {
        source,
        path: raw.path.clone(),
        out: raw.out.clone(),
        folds: raw.folds,
        seed: raw.seed,
        rule: raw.label.map_or(LabelRule::Strict, LabelRule::from),
        question: raw.question.map_or(Question::Malignancy, Question::from),
    };
    told(raw, dataset::build(&spec, terminal.ctx()), terminal)
}

/// Paints a cohort: what comes of it, or wrong arguments.
fn paint(raw: &BuildDataset, terminal: &Terminal) -> Result<Result<BuildReport, DatasetWorkError>, Failure> {
    let network = raw.network.as_deref().ok_or_else(|| {
        Failure::arguments(
            "--from phantoms needs --for: the network whose question they answer, such as csf-net",
        )
    })?;
    let spec = CohortSpec {
        cohort: cohort_for(network).map_err(|error| Failure::arguments(error.to_string()))?,
        cases: raw.cases.unwrap_or(PHANTOM_CASES),
        seed: raw.seed,
        folder: raw.path.clone(),
        out: raw.out.clone(),
        folds: raw.folds,
        nodules: raw.nodules.clone(),
    };
    Ok(build_cohort(&spec, terminal.ctx()))
}

fn told(
    raw: &BuildDataset,
    built: Result<BuildReport, DatasetWorkError>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    terminal.clear();
    match built {
        Ok(report) => {
            list(&report.warnings);
            let Stats { patients, counts, .. } = &report.stats;
            output::print(&format!(
                "{} of {} written to {}: {} positive, {} negative, {} undecided\n",
                count(counts.cases, "case"),
                count(*patients, "patient"),
                raw.out.display(),
                counts.positive,
                counts.negative,
                counts.undecided
            ))
        }
        Err(error) => {
            if let DatasetWorkError::Source { problems, .. } = &error {
                list(problems);
            }
            Err(error.into())
        }
    }
}

fn check(manifest: &Path, json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let report = dataset::check(manifest, terminal.ctx());
    terminal.clear();
    let report = report?;
    if json {
        output::json(&about(manifest, &report))?;
    } else {
        output::print(&words(&report))?;
    }
    match report.problems.iter().find(|p| p.severity == Severity::Error) {
        None => Ok(()),
        Some(first) => Err(Failure::work(format!(
            "{} has {}; the first: {first}",
            manifest.display(),
            count(report.errors, "error")
        ))),
    }
}

fn stats(manifest: &Path, json: bool) -> Result<(), Failure> {
    let (stats, warnings) = dataset::stats(manifest)?;
    list(&warnings);
    if json { output::json(&about(manifest, &stats)) } else { output::print(&table(&stats)) }
}

fn about<'a, T>(manifest: &Path, what: &'a T) -> About<'a, T> {
    About { triscope: env!("CARGO_PKG_VERSION"), manifest: manifest.display().to_string(), what }
}

fn line(problem: &Problem) -> String {
    let word = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{word}: {problem}")
}

fn list(problems: &[Problem]) {
    for problem in problems.iter().take(LISTED) {
        output::note(&line(problem));
    }
    if problems.len() > LISTED {
        output::note(&format!("and {} more", problems.len() - LISTED));
    }
}

fn words(report: &CheckReport) -> String {
    let mut text: String = report.problems.iter().map(|p| line(p) + "\n").collect();
    let _ = writeln!(
        text,
        "{}: {}, {}",
        count(report.cases, "case"),
        count(report.errors, "error"),
        count(report.warnings, "warning")
    );
    text
}

fn table(stats: &Stats) -> String {
    let mut text = format!(
        "{} of {} ({} with a label), {}\n",
        count(stats.counts.cases, "case"),
        count(stats.patients, "patient"),
        stats.labelled_patients,
        count(stats.images, "image")
    );
    let _ = writeln!(
        text,
        "\n{:<24}{:>9}{:>9}{:>10}{:>10}{:>11}",
        "", "patients", "cases", "positive", "negative", "undecided"
    );
    for (name, groups) in [
        ("question", &stats.questions),
        ("fold", &stats.folds),
        ("split", &stats.splits),
        ("size", &stats.sizes),
        ("texture", &stats.textures),
        ("ratings", &stats.ratings),
        ("source", &stats.sources),
    ] {
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{name}");
        for Group { name, patients, counts } in groups {
            let _ = writeln!(
                text,
                "  {name:<22}{patients:>9}{:>9}{:>10}{:>10}{:>11}",
                counts.cases, counts.positive, counts.negative, counts.undecided
            );
        }
    }
    let _ = writeln!(text, "\n{:<24}{:>9}{:>9}{:>10}", "", "smallest", "median", "largest");
    for (name, spread) in [
        ("pixel spacing, mm", stats.in_plane_mm),
        ("slice spacing, mm", stats.slice_mm),
        ("diameter, mm", stats.diameter_mm),
        ("spread of ratings", stats.disagreement),
    ] {
        if let Some(Spread { min, median, max }) = spread {
            let _ = writeln!(text, "{name:<24}{min:>9.2}{median:>9.2}{max:>10.2}");
        }
    }
    text
}
