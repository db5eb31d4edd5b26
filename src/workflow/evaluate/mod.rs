//! `triscope evaluate`: what a run's networks say of cases that they have not seen, in figures with
//! intervals, beside what can be said without them.
//!
//! `cases` reads and measures the cases, `baselines` answers without a network, `network` asks the
//! finished folds, `robustness` changes pictures a little,
//! `surroundings` puts nodules elsewhere, `rounding` asks with weights of 16 bits; `rules` holds label rules
//! against each other.
//! `report` is all of it as values; `plots`, `page` and `card` write it for people. `family` is all of that
//! for the networks besides M3Net.

mod baselines;
mod card;
mod cases;
mod error;
mod family;
mod family_page;
mod features;
mod figures;
mod network;
mod page;
mod plots;
mod report;
mod robustness;
mod rounding;
mod rules;
mod surroundings;
mod table;
mod weights;

use std::path::{Path, PathBuf};

pub use error::EvaluateError;
pub use family::{AnswerReport, FamilyEvaluateRequest, FamilyReport, evaluate_family};
pub use features::{FEATURES, Measured, measure};
pub use network::{FoldReport, RunFolder};
pub use report::{ControlReport, EvaluationReport, NetworkReport, RobustnessReport, SourceReport};
pub use robustness::Effort;

use self::cases::{Held, gather_held};
use self::figures::Findings;
use self::network::{Predicted, predict};
use self::robustness::Changed;
use self::rounding::Rounded;
use self::surroundings::Elsewhere;
use crate::dataset::relative;
use crate::evaluation::Bootstrap;
use crate::export::{OutputFolder, WriteError, write_json, write_png, write_whole};
use crate::inference::{DeviceChoice, LearningDevice};
use crate::jobs::JobContext;
use crate::networks::spec;
use crate::training::{Pictures, Subject};
use crate::workflow::train::LeftOut;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// Name of the network.
    pub model: String,
    /// Cases.
    pub manifest: PathBuf,
    /// Folder of a training run; without it only baselines are computed.
    pub run: Option<PathBuf>,
    /// Folder of a run on the same pictures without the nodules.
    pub control: Option<PathBuf>,
    /// Where everything is written.
    pub out: PathBuf,
    /// How much of robustness is done.
    pub effort: Effort,
    /// How many other simulated surroundings each cut-out nodule is seen in.
    pub surroundings: usize,
    /// The bootstrap by patient.
    pub bootstrap: Bootstrap,
}

/// What a run's networks said.
struct Asked {
    run: RunFolder,
    pictures: Pictures,
    left_out: Vec<LeftOut>,
    predicted: Predicted,
    changed: Changed,
    elsewhere: Elsewhere,
    rounded: Rounded,
    device: String,
    control: Option<Control>,
}

/// What a second run's networks said.
struct Control {
    /// Name of its folder.
    run: String,
    /// Whether it was shown the same ball in every nodule's place; otherwise it is no control.
    of_ball: bool,
    /// By case id.
    margins: std::collections::BTreeMap<String, f64>,
}

/// Evaluates and writes everything.
/// - errors: see [`EvaluateError`]; OUT is left as it was unless the figures are there
pub fn evaluate(
    request: &EvaluateRequest,
    device: DeviceChoice,
    ctx: &JobContext,
) -> Result<EvaluationReport, EvaluateError> {
    let network = spec(&request.model)?;
    let folder = OutputFolder::make(&request.out)?;
    let run = request.run.as_deref().map(RunFolder::open).transpose()?;
    if let Some(run) = run.as_ref().filter(|run| run.config.subject == Subject::Ball) {
        return Err(EvaluateError::ControlAsRun(run.path.clone()));
    }
    let control = request.control.as_deref().map(RunFolder::open).transpose()?;
    let held = gather_held(&request.manifest, ctx)?;
    let asked = match run {
        Some(run) => Some(ask(request, run, control, device, ctx)?),
        None => None,
    };
    ctx.step("Figures and their intervals", 0.0)?;
    let findings = Findings::new(request, network, &held, asked.as_ref())?;
    ctx.check()?;
    write(folder.path(), &request.manifest, findings, &held, asked.as_ref())
}

fn ask(
    request: &EvaluateRequest,
    run: RunFolder,
    control: Option<RunFolder>,
    device: DeviceChoice,
    ctx: &JobContext,
) -> Result<Asked, EvaluateError> {
    let (model, manifest) = (&request.model, &request.manifest);
    // Before the pictures are made, which may take minutes.
    for run in [Some(&run), control.as_ref()].into_iter().flatten() {
        for (_, file) in &run.folds {
            run.weights(model, file)?;
        }
    }
    let device = LearningDevice::choose(device)?;
    let gathered = run.pictures(manifest, model, ctx)?;
    let pictures = gathered.pictures;
    let mut changed = Changed::default();
    // A case that is seen in its own volume has no other surroundings.
    let simulated = pictures.nodules.iter().any(|nodule| !nodule.opacity.is_empty());
    let looks = if simulated { request.surroundings } else { 0 };
    let mut elsewhere = Elsewhere { looks, margins: Vec::new() };
    let mut rounded = Rounded::default();
    let mean_of = if request.effort == Effort::Full { usize::MAX } else { network::MEAN_OF };
    let predicted = predict(&run, model, &pictures, mean_of, &device, ctx, |taught, predictions| {
        rounded.ask((&run, model.as_str()), &pictures, predictions, &device, ctx)?;
        changed.ask(request.effort, taught, &pictures, predictions, ctx)?;
        elsewhere.ask(taught, &pictures, &run.config, predictions, ctx)
    })?;
    let control = match control {
        Some(control) => {
            let pictures = control.pictures(manifest, model, ctx)?.pictures;
            let said = predict(&control, model, &pictures, 0, &device, ctx, |_, _| Ok(()))?;
            Some(Control {
                run: name(&control.path),
                of_ball: control.config.subject == Subject::Ball,
                margins: network::margins_by_case(&said, &pictures),
            })
        }
        None => None,
    };
    let device = device.info.name;
    let left_out = gathered.left_out;
    Ok(Asked { run, pictures, left_out, predicted, changed, elsewhere, rounded, device, control })
}

/// The last part of a path.
fn name(path: &Path) -> String {
    // `run/.` and `..` have a name once they are followed.
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole.file_name().map_or_else(|| "run".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn write(
    folder: &Path,
    manifest: &Path,
    findings: Findings,
    held: &[Held],
    asked: Option<&Asked>,
) -> Result<EvaluationReport, EvaluateError> {
    let mut files = Vec::new();
    for inner in ["tables", "plots"] {
        let path = folder.join(inner);
        std::fs::create_dir_all(&path).map_err(|e| WriteError::new(&path, e))?;
    }
    let mut put = |name: &str, bytes: &[u8]| -> Result<(), EvaluateError> {
        write_whole(&folder.join(name), bytes)?;
        files.push(name.to_owned());
        Ok(())
    };
    put("predictions.csv", &table::predictions(held, asked, &findings)?)?;
    put("tables/features.csv", &table::features(held)?)?;
    for (name, bytes) in page::tables(&findings)? {
        put(&format!("tables/{name}.csv"), &bytes)?;
    }
    put("tables.md", page::page(&findings.report).as_bytes())?;
    if let Some(text) = card::card(&findings.report) {
        put("card.md", text.as_bytes())?;
    }
    if let Some(bytes) = weights::packed(&findings.report, asked)? {
        put(&format!("{}.safetensors", findings.report.model), &bytes)?;
    }
    let mut pictures = Vec::new();
    for (name, plot) in plots::plots(&findings)? {
        put(&format!("plots/{name}.svg"), plot.to_svg()?.as_bytes())?;
        put(&format!("plots/{name}.json"), &serde_json::to_vec(&plot).unwrap_or_default())?;
        let picture = plot.to_picture()?;
        let file = format!("plots/{name}.png");
        write_png(&folder.join(&file), &picture.rgba, picture.size)?;
        pictures.push(file);
    }
    let mut report = findings.report;
    report.manifest = relative(folder, manifest).ok();
    files.append(&mut pictures);
    files.push("evaluation.json".to_owned());
    files.sort();
    report.files = files;
    write_json(&folder.join("evaluation.json"), &report)?;
    Ok(report)
}
