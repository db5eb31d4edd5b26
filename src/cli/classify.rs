//! `triscope classify`: the main job without a window.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::args::{Classify, HowRead};
use super::exit::Failure;
use super::progress::Terminal;
use super::{output, series};
use crate::clinical::ClinicalFields;
use crate::explain::{Around, Method, Parameters, Wanted};
use crate::geometry::{Patient, Point, Voxel, VoxelGrid};
use crate::inference::{self, DeviceChoice, Engine, EngineOptions, WeightsChoice};
use crate::networks::{self, Family};
use crate::volume::Stroke;
use crate::workflow::batch::{self, Batch, BatchError, RESULT_FILE};
use crate::workflow::dicom::AsDicom;
use crate::workflow::figure::AsFigure;
use crate::workflow::prior;
use crate::workflow::report::{
    AnswerReport, DetailReport, Given, NeighbourhoodReport, Report, StabilityReport,
};

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// A point as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// LPS millimetres.
    Patient(Point<Patient>),
    /// Column, row, slice.
    Index(Point<Voxel>),
}

impl Asked {
    /// Where it lies in the patient. Whether that is inside the volume is `workflow`'s question.
    fn place(self, grid: &VoxelGrid) -> Point<Patient> {
        match self {
            Asked::Patient(p) => p,
            Asked::Index(p) => grid.patient_from_voxel() * p,
        }
    }
}

/// Which networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Models {
    /// One by its name.
    One(&'static str),
    /// Every one that has what it needs.
    All,
}

/// The name of a network, or `all`.
pub(super) fn models(name: &str) -> Result<Models, Failure> {
    if name == "all" { Ok(Models::All) } else { known_model(name).map(Models::One) }
}

/// The name of one network.
pub(super) fn known_model(name: &str) -> Result<&'static str, Failure> {
    networks::spec(name).map(|spec| spec.name).map_err(Failure::arguments)
}

/// Checked options.
pub(super) struct Options {
    pub(super) path: PathBuf,
    pub(super) series: Option<String>,
    pub(super) force: bool,
    /// In the order of the command line.
    pub(super) points: Vec<Asked>,
    pub(super) models: Models,
    pub(super) weights: Option<PathBuf>,
    pub(super) device: DeviceChoice,
    pub(super) mode: inference::Mode,
    pub(super) fields: ClinicalFields,
    /// First and last slice of the lesion, from 0.
    pub(super) lesion_slices: Option<[usize; 2]>,
    /// Where the earlier series is, and the point in it.
    pub(super) prior: Option<(PathBuf, Point<Patient>)>,
    pub(super) explain: Vec<Wanted>,
    pub(super) parameters: Parameters,
    /// Which places around each point are asked about, too.
    pub(super) around: Option<Around>,
    /// Tissue that is taken away to ask once more.
    pub(super) without: Vec<Stroke>,
    pub(super) out: Option<PathBuf>,
    pub(super) uncertainty: bool,
    /// What was computed on the way, too.
    pub(super) inside: bool,
    pub(super) dicom: Option<AsDicom>,
    pub(super) figure: Option<AsFigure>,
    pub(super) json: bool,
}

impl Options {
    /// Refuses what this version does not have, before any work.
    /// - `matches`: of the command, for the order of points
    pub(super) fn new(raw: &Classify, matches: &ArgMatches) -> Result<Self, Failure> {
        let models = models(&raw.network.model)?;
        if models == Models::All && raw.network.weights.is_some() {
            return Err(Failure::arguments("--weights belongs to one network; name it with --model"));
        }
        let takes_slices = |name: &str| networks::spec(name).is_ok_and(|spec| spec.family == Family::Mmcaf);
        if let Models::One(name) = models
            && raw.lesion_slices.is_some()
            && !takes_slices(name)
        {
            return Err(Failure::arguments(format!(
                "--lesion-slices is for MMCAF-Net; {name} reads no range of them"
            )));
        }
        let mut explain: Vec<Wanted> = Vec::new();
        for asked in &raw.explain {
            if !explain.contains(asked) {
                explain.push(*asked);
            }
        }
        if explain.is_empty() && raw.out.is_some() {
            // The pictures show a heatmap.
            explain.extend(match models {
                Models::One(name) => first_of(name),
                Models::All => {
                    [Method::GradCam, Method::Native].map(|method| Wanted { method, scale: None }).to_vec()
                }
            });
        }
        Ok(Self {
            path: raw.path.clone(),
            series: raw.series.series.clone(),
            force: raw.series.force,
            points: points(raw, matches),
            models,
            weights: raw.network.weights.clone(),
            device: raw.network.device.into(),
            mode: raw.mode.into(),
            fields: raw.fields.as_deref().map(fields).transpose()?.unwrap_or_default(),
            lesion_slices: raw.lesion_slices,
            prior: raw.prior.clone().zip(raw.prior_at.map(Point::from_array)),
            explain,
            parameters: Parameters::default(),
            around: None,
            without: Vec::new(),
            out: raw.out.clone(),
            uncertainty: raw.uncertainty,
            inside: false,
            dicom: None,
            figure: None,
            json: raw.json,
        })
    }
}

/// The first method that a network has.
pub(super) fn first_of(name: &str) -> Vec<Wanted> {
    let methods = networks::spec(name).map(Method::of).unwrap_or_default();
    methods.into_iter().take(1).map(|method| Wanted { method, scale: None }).collect()
}

/// The clinical fields of a file.
fn fields(path: &Path) -> Result<ClinicalFields, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::work(format!("{} cannot be read ({error})", path.display())))?;
    ClinicalFields::from_json(&bytes).map_err(|error| Failure::work(format!("{}: {error}", path.display())))
}

/// `--at` and `--index` in the order in which they were typed: files are numbered by it.
fn points(raw: &Classify, matches: &ArgMatches) -> Vec<Asked> {
    let places = |id: &str| matches.indices_of(id).into_iter().flatten();
    let at = raw.at.iter().map(|p| Asked::Patient(Point::from_array(*p)));
    let index = raw.index.iter().map(|p| Asked::Index(Point::from_array(*p)));
    let mut all: Vec<(usize, Asked)> = places("at").zip(at).chain(places("index").zip(index)).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, asked)| asked).collect()
}

/// Runs the command.
pub(super) fn run(raw: &Classify, matches: &ArgMatches, terminal: &Terminal) -> Result<(), Failure> {
    ask(Options::new(raw, matches)?, &raw.series.read, terminal)
}

/// Asks, and writes and says what comes back.
pub(super) fn ask(options: Options, how: &HowRead, terminal: &Terminal) -> Result<(), Failure> {
    let case = series::load(&options.path, options.series.as_deref(), how, terminal.ctx())?;
    let grid = case.opened.volume.grid();
    let slices = grid.size()[2];
    if let Some([_, last]) = options.lesion_slices.filter(|[_, last]| *last >= slices) {
        let sentence =
            format!("--lesion-slices: there is no slice {last}; this series has 0 to {}", slices - 1);
        return Err(Failure::work(sentence));
    }
    let prior = match &options.prior {
        Some((path, at)) => {
            let earlier = series::load(path, None, how, terminal.ctx())?;
            let (now, then) = (case.opened.series(), earlier.opened.series());
            let what = (&earlier.opened.volume, earlier.opened.defects.as_slice());
            Some(prior::prior(now, then, what, *at, options.force).map_err(Failure::work)?)
        }
        None => None,
    };
    let batch = Batch {
        points: options.points.iter().map(|p| p.place(grid)).collect(),
        models: match options.models {
            Models::One(name) => vec![name],
            Models::All => networks::names(),
        },
        skip_lacking: options.models == Models::All,
        mode: options.mode,
        fields: options.fields.or(case.opened.series().clinical.reveal().clone()),
        lesion_slices: options.lesion_slices,
        prior,
        weights: options.weights.map(WeightsChoice::File),
        explain: options.explain,
        parameters: options.parameters,
        around: options.around,
        without: options.without,
        force: options.force,
        out: options.out,
        uncertainty: options.uncertainty,
        inside: options.inside,
        dicom: options.dicom,
        figure: options.figure,
    };
    let engine = Engine::start(EngineOptions::alone(options.device)).map_err(Failure::work)?;
    let results = batch::run(&engine, &case.opened, case.load_ms, &batch, terminal.ctx())?;
    terminal.clear();
    for notice in &results.notices {
        output::note(notice);
    }
    if options.json {
        return output::json(&results.report);
    }
    let mut text = words(&results.report);
    if let Some(out) = &batch.out {
        let _ = writeln!(text, "{RESULT_FILE}, maps and pictures are in {}", out.display());
    }
    if let Some(dicom) = &batch.dicom {
        let _ = writeln!(text, "Maps are in {} as DICOM Parametric Maps", dicom.folder.display());
    }
    if let Some(figure) = &batch.figure {
        let _ = writeln!(text, "The figure is {}", figure.file.display());
    }
    output::print(&text)
}

/// The report for a person.
pub(super) fn words(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} on {}", report.device.backend, report.device.name);
    for warning in &report.series.warnings {
        let _ = writeln!(text, "warning {}: {}", warning.code, warning.text);
    }
    for point in &report.results {
        let ([x, y, z], [i, j, k]) = (point.point_lps_mm, point.point_index);
        let _ = writeln!(text, "point {x:.1}, {y:.1}, {z:.1} mm (column {i:.1}, row {j:.1}, slice {k:.1})");
        for given in &point.answers {
            let answer = match given {
                Given::Answer(answer) => answer,
                Given::Withheld(withheld) => {
                    let reasons = withheld.guard.reasons.join("; ");
                    let _ =
                        writeln!(text, "  {}: {} not answered: {reasons}", withheld.model, withheld.question);
                    continue;
                }
            };
            answer_words(&mut text, answer);
            if answer.device != report.device {
                let _ = writeln!(text, "    computed by {} on {}", answer.device.backend, answer.device.name);
            }
        }
    }
    text
}

fn answer_words(text: &mut String, answer: &AnswerReport) {
    let logits: Vec<String> = answer.logits.iter().map(|l| format!("{l:+.4}")).collect();
    let range = match (&answer.interval, &answer.members) {
        (Some([low, high]), Some(members)) => format!(" ({low:.4} to {high:.4}, {} networks)", members.count),
        _ => String::new(),
    };
    let logits = match (logits.as_slice(), answer.classes.last()) {
        // A forest has none.
        ([], _) => String::new(),
        // One alone is that of the class that the question names.
        ([one], Some(class)) => format!(", logit {one} ({class})"),
        (all, _) => format!(", logits {} ({})", all.join(" "), answer.classes.join(", ")),
    };
    let _ =
        writeln!(text, "  {}: {} {:.4}{range}{logits}", answer.model, answer.question, answer.probability);
    if let Some(readers) = answer.readers {
        let _ = writeln!(text, "    readers: rating {:.1} of 5, spread {:.1}", readers.mean, readers.sd);
    }
    if let Some(caution) = &answer.caution {
        let _ = writeln!(text, "    caution: {caution}");
    }
    // Untrained weights say the same of what they were trained on.
    let trained_on = answer.note.unwrap_or(&answer.trained_on);
    let _ = writeln!(text, "    input: {}", answer.mode);
    let _ = writeln!(text, "    weights {}: {trained_on}", answer.weights);
    if let Some(c) = answer.detail.scale_contribution {
        let whose = if answer.members.is_some() { " of the first network:" } else { "" };
        let _ = writeln!(
            text,
            "    contribution{whose} micro {:+.4}, meso {:+.4}, macro {:+.4}",
            c.micro, c.meso, c.macro_
        );
    }
    detail_words(text, &answer.detail);
    for region in &answer.regions {
        let [ni, nj, nk] = region.index_size;
        let mut line = format!("    {} {ni} x {nj} x {nk} voxels", region.name);
        if region.shifted_voxels != [0; 3] {
            let [i, j, k] = region.shifted_voxels;
            let _ = write!(line, ", shifted by {i}, {j}, {k}");
        }
        if region.padded_voxels > 0 {
            let _ = write!(line, ", {} of them padded", region.padded_voxels);
        }
        let _ = writeln!(text, "{line}");
    }
    for reason in &answer.guard.reasons {
        let _ = writeln!(text, "    {}: {reason}", answer.guard.verdict);
    }
    if !answer.inside.is_empty() {
        let _ = writeln!(
            text,
            "    inside: {} arrays of what was read, layers and attention",
            answer.inside.len()
        );
    }
    if let Some(found) = &answer.uncertainty {
        let dropped = found.monte_carlo_dropout.map(|varied| ("with dropout on", varied));
        let ways = [("turned and mirrored", found.test_time_augmentation)].into_iter().chain(dropped);
        for (name, varied) in ways {
            let ([low, high], mean, count) = (varied.range, varied.mean, varied.count);
            let _ = writeln!(text, "    {name} ({count} times): mean {mean:.4}, {low:.4} to {high:.4}");
        }
    }
    if let Some(found) = &answer.counterfactual {
        let (voxels, probability, change) = (found.voxels, found.probability, found.change);
        let _ = writeln!(text, "    without the tissue ({voxels} voxels): {probability:.4}, {change:+.4}");
    }
    if let Some(found) = &answer.neighbourhood {
        around_words(text, found);
    }
    for map in &answer.explanations {
        let _ = match map.max_at_lps_mm {
            Some([x, y, z]) => {
                writeln!(text, "    {} {}: strongest at {x:.1}, {y:.1}, {z:.1} mm", map.method, map.scale)
            }
            None => writeln!(text, "    {} {}: zero everywhere", map.method, map.scale),
        };
    }
}

/// How far a click may be off.
fn around_words(text: &mut String, found: &NeighbourhoodReport) {
    if let Some(jitter) = &found.jitter {
        let ([low, high], voxels) = (jitter.range, jitter.voxels);
        let mean = jitter.mean;
        let _ =
            writeln!(text, "    clicks up to {voxels} voxels beside: mean {mean:.4}, {low:.4} to {high:.4}");
    }
    let stable = |found: &StabilityReport| {
        let least = if found.at_least { "at least " } else { "" };
        format!("{least}{:.1} mm", found.radius_mm)
    };
    if let (Some(side), Some(same)) = (&found.same_side, &found.same_answer) {
        let (side, same) = (stable(side), stable(same));
        let _ = writeln!(
            text,
            "    on its side of one half within {side}, changed by less than a tenth within {same}"
        );
    }
    if found.outside > 0 {
        let _ = writeln!(text, "    {} places around it lie outside the volume", found.outside);
    }
}

/// What networks of one family alone say, but for M3Net's contributions.
fn detail_words(text: &mut String, detail: &DetailReport) {
    for field in &detail.field_contribution {
        let known = if field.known { "" } else { " (unknown)" };
        let _ = writeln!(text, "    {}{known}: {:+.4}", field.field, field.contribution);
    }
    for window in detail.windows.iter().filter(|_| detail.windows.len() > 1) {
        let _ = writeln!(text, "    window from slice {}: logit {:+.4}", window.first_slice, window.logit);
    }
    if !detail.slice_attention.is_empty() {
        let shares: Vec<String> = detail.slice_attention.iter().map(|s| format!("{s:.3}")).collect();
        let _ = writeln!(text, "    attention to the slices: {}", shares.join(" "));
    }
    if let Some(by) = detail.answered_by {
        let _ = writeln!(text, "    answered by its {by}");
    }
    if let Some(found) = &detail.detection {
        let ([i, j, k], [ni, nj, _]) = (found.index_min, found.index_size);
        let _ = writeln!(
            text,
            "    its head's box: columns {i} to {}, rows {j} to {}, slice {k}, {:.4}",
            i + ni as i64 - 1,
            j + nj as i64 - 1,
            found.probability
        );
    }
}
