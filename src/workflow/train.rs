//! `triscope train`: a manifest of cases to the weights of each fold, in pieces of any length; of networks
//! besides M3Net, in `family`, to one weights file.

mod cohort;
mod family;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Serialize;

use crate::dataset::{Case, DatasetError, Fold, Manifest, load_image, load_mask};
use crate::evaluation::plot::{LossCurve, Plot};
use crate::export::{WriteError, write_json, write_png, write_whole};
use crate::inference::{DeviceChoice, InferenceError, LearningDevice};
use crate::jobs::{Cancelled, JobContext};
use crate::networks::weights::Card;
use crate::networks::{M3NET_WIDEST, NetworkSpec, m3net_config as layers_of, spec};
use crate::training::{
    Block, Epoch, Nodule, Part, Pictures, Plan, Run, SURROUNDINGS, StageState, Subject, SurroundingsCache,
    TrainConfig, TrainingError, block_around, is_whole, nearest_voxel, nodule, split,
};

pub use cohort::{GatheredCohort, gather_cohort};
pub use family::{FamilyRequest, FamilyRun, RunCases, STAGES, WEIGHTS, is_simulated, train_family};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// Name of the network.
    pub model: String,
    /// Cases.
    pub manifest: PathBuf,
    /// Every choice.
    pub config: TrainConfig,
    /// Where checkpoints, weights and curves go; a run that was stopped goes on there.
    pub out: PathBuf,
    /// Folds to train; empty for all that the manifest has.
    pub folds: Vec<u32>,
    /// Stops, as if asked to, after this long.
    pub at_most: Option<Duration>,
}

/// Why there are no weights, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The manifest or a volume of it.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Nothing to learn from.
    #[error("{}: no case can be used: {why}", .manifest.display())]
    NoCases {
        /// Which manifest.
        manifest: PathBuf,
        /// What every one of them lacks.
        why: &'static str,
    },
    /// Weights for a network that takes none.
    #[error("{0} begins with random values; --from is for LungNodule-SSM and MAEMC-NET")]
    BeginsAtRandom(&'static str),
    /// Labels that answer something else.
    #[error("the labels of {} answer {found}; this network is asked about {wanted}", .manifest.display())]
    OtherQuestion {
        /// Which manifest.
        manifest: PathBuf,
        /// By its name there.
        found: &'static str,
        /// The network's.
        wanted: &'static str,
    },
    /// A fold that the manifest does not have.
    #[error("there is no fold {fold}; the manifest has {folds}")]
    NoFold {
        /// Asked for.
        fold: u32,
        /// Those that there are, in words.
        folds: String,
    },
    /// Training.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A phantom that cannot be made.
    #[error(transparent)]
    Phantom(#[from] crate::synth::SynthError),
    /// No device.
    #[error(transparent)]
    Device(#[from] InferenceError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop; what was finished is kept.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct TrainReport {
    /// Cases that can teach or be held out.
    pub cases: usize,
    /// Cases left out, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Where it was computed.
    pub device: String,
    /// Weights of the folds that are finished.
    pub weights: Vec<PathBuf>,
    /// Whether all folds that were asked for are finished; otherwise the same command goes on.
    pub finished: bool,
}

/// A case that is not used.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// Its id.
    pub case: String,
    /// In words.
    pub why: String,
}

/// Cases with the pictures that they are seen in.
pub struct Gathered {
    /// What training and evaluation look at.
    pub pictures: Pictures,
    /// What is not used.
    pub left_out: Vec<LeftOut>,
}

/// Loads the cases of a manifest: each in its own volume where that is wide enough for the network,
/// else as a nodule in simulated surroundings, which are kept in `cache`.
/// - errors: an unreadable manifest or volume, no usable case, disk full, a cancel
pub fn gather(
    manifest: &Path,
    model: &str,
    config: &TrainConfig,
    cache: &Path,
    ctx: &JobContext,
) -> Result<Gathered, TrainError> {
    layers_of(model).map_err(TrainingError::from)?;
    let (cases, _) = Manifest::load(manifest)?;
    let cases = cases.cases;
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let cache = SurroundingsCache::open(cache, config.seed)?;
    let done = AtomicUsize::new(0);
    let left_out = Mutex::new(Vec::new());
    let leave_out = |case: &str, why: &str| {
        let entry = LeftOut { case: case.to_owned(), why: why.to_owned() };
        left_out.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    };
    let one = |number: usize| -> Result<Option<(Nodule, Block)>, TrainError> {
        let case = &cases[number];
        let share = done.fetch_add(1, Ordering::Relaxed) as f32 / cases.len() as f32;
        ctx.step("Gathering cases and their surroundings", share)?;
        if case.label.is_none() && case.ratings.values().is_empty() {
            leave_out(&case.id, "it has neither a label nor ratings");
            return Ok(None);
        }
        let image = load_image(folder, case, ctx)?.volume;
        let whole = is_whole(&image, M3NET_WIDEST);
        let mask = if whole { None } else { load_mask(folder, case, ctx)? };
        if !whole && mask.is_none() {
            leave_out(&case.id, "its volume is smaller than the network's context, and it has no mask");
            return Ok(None);
        }
        let Some(nodule) = nodule(case, &image, mask.as_deref()) else {
            leave_out(&case.id, "it is in no fold, or its volume is not of whole HU");
            return Ok(None);
        };
        let chest = if whole {
            block_around(&image, nearest_voxel(&image, case), SURROUNDINGS)
        } else {
            Some(cache.get(&nodule, number as u64)?)
        };
        let shown = match config.subject {
            Subject::Nodule => Some(nodule),
            Subject::Ball => nodule.with_ball(),
        };
        if shown.is_none() {
            leave_out(&case.id, "the control cannot take its nodule out of its own volume");
        }
        Ok(shown.zip(chest))
    };
    let gathered: Vec<Option<(Nodule, Block)>> =
        (0..cases.len()).into_par_iter().map(one).collect::<Result<_, TrainError>>()?;
    let (nodules, chests): (Vec<_>, Vec<_>) = gathered.into_iter().flatten().unzip();
    let mut left_out = left_out.into_inner().unwrap_or_else(PoisonError::into_inner);
    left_out.sort_by(|a, b| a.case.cmp(&b.case));
    if nodules.is_empty() {
        let why = "none has a fold, and a label or ratings, and a volume wide enough or with a mask";
        return Err(TrainError::NoCases { manifest: manifest.to_owned(), why });
    }
    Ok(Gathered { pictures: Pictures::new(nodules, chests, config.surroundings, config.seed), left_out })
}

/// Whether the labels that teach answer what the network is asked.
/// - `cases`: those that can teach
/// - errors: the first that answers something else
fn one_question<'a>(
    manifest: &Path,
    network: &NetworkSpec,
    mut cases: impl Iterator<Item = &'a Case>,
) -> Result<(), TrainError> {
    match cases.find(|case| case.question.name() != network.question) {
        None => Ok(()),
        Some(case) => Err(TrainError::OtherQuestion {
            manifest: manifest.to_owned(),
            found: case.question.name(),
            wanted: network.question,
        }),
    }
}

/// Refuses a folder in which something was learned with other choices, so that these stay beside it. What
/// bears on later stages alone may change.
/// - errors: as a checkpoint of another run
fn same_choices(out: &Path, config: &TrainConfig) -> Result<(), TrainingError> {
    // Without choices that can be read the checkpoints decide alone.
    let before = std::fs::read_to_string(out.join("config.toml")).ok();
    let Some(before) = before.and_then(|text| TrainConfig::parse(&text).ok()) else { return Ok(()) };
    let differs = |part: Part| before.up_to(part).to_toml() != config.up_to(part).to_toml();
    let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| differs(*part)).collect();
    for entry in std::fs::read_dir(out).into_iter().flatten().flatten() {
        let state = |part: &Part| entry.path().join(part.name()).join(StageState::FILE);
        if let Some(file) = parts.iter().map(state).find(|file| file.is_file()) {
            return Err(TrainingError::other_run(&file));
        }
    }
    Ok(())
}

/// One more epoch.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Held out; `None` where the manifest is divided once.
    pub fold: Option<u32>,
    /// Name of the stage.
    pub stage: &'a str,
    /// Its history.
    pub state: &'a StageState,
    /// Until all folds are trained, if it goes on as fast as it did.
    pub left: Duration,
}

/// Trains the folds that are not finished yet, one after the other.
/// - `told`: called after each epoch
/// - errors: see [`TrainError`]; whatever was finished is on disk and is gone on from
pub fn train(
    request: &TrainRequest,
    device: DeviceChoice,
    ctx: &JobContext,
    mut told: impl FnMut(Step<'_>),
) -> Result<TrainReport, TrainError> {
    let started = Instant::now();
    let config = &request.config;
    let network = spec(&request.model).map_err(TrainingError::from)?;
    let (rows, _) = Manifest::load(&request.manifest)?;
    // A manifest may hold rows for the guard besides, which have no fold.
    let teaching = rows.cases.iter().filter(|case| matches!(case.fold, Some(Fold::Number(_))));
    one_question(&request.manifest, network, teaching)?;
    same_choices(&request.out, config)?;
    std::fs::create_dir_all(&request.out).map_err(|e| WriteError::new(&request.out, e))?;
    let gathered = gather(&request.manifest, &request.model, config, &request.out.join("surroundings"), ctx)?;
    let pictures = &gathered.pictures;
    let there: BTreeSet<u32> = pictures.nodules.iter().map(|n| n.fold).collect();
    if let Some(&fold) = request.folds.iter().find(|fold| !there.contains(fold)) {
        let folds = there.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        return Err(TrainError::NoFold { fold, folds });
    }
    let folds: Vec<u32> =
        if request.folds.is_empty() { there.into_iter().collect() } else { request.folds.clone() };

    let device = LearningDevice::choose(device)?;
    let run = Run { model: &request.model, pictures, config, device: &device, folder: &request.out, ctx };
    for &fold in &folds {
        run.refuse_other(Some(fold))?;
    }
    // Now that nothing here was learned with others.
    write_whole(&request.out.join("config.toml"), config.to_toml().as_bytes())?;
    let mut report = TrainReport {
        cases: pictures.nodules.len(),
        left_out: gathered.left_out,
        device: device.info.name.clone(),
        weights: Vec::new(),
        finished: false,
    };
    let mut clock = Clock::new(request, pictures, &folds)?;
    let time_is_up = || request.at_most.is_some_and(|most| started.elapsed() >= most);
    for fold in folds {
        let file = request.out.join(format!("fold{fold}.safetensors"));
        let mut unwritten = None;
        let trained = run.fold(Some(fold), |stage, state| {
            told(Step { fold: Some(fold), stage, state, left: clock.left(fold, stage, state.epochs.len()) });
            if let Err(error) = draw_losses(
                &request.out.join(format!("fold{fold}")),
                &format!("Fold {fold}, {stage}"),
                stage,
                state,
            ) {
                unwritten = Some(error);
                ctx.cancel();
            }
            if time_is_up() {
                ctx.cancel();
            }
        });
        if let Some(error) = unwritten {
            return Err(error);
        }
        match trained {
            Ok(trained) => {
                let card = card(request, &trained.split.train, pictures);
                write_whole(&file, &trained.state.to_safetensors(&card))?;
                report.weights.push(file);
            }
            Err(TrainingError::Cancelled(_)) if time_is_up() => return Ok(report),
            Err(error) => return Err(error.into()),
        }
    }
    report.finished = true;
    write_json(&request.out.join("report.json"), &report)?;
    Ok(report)
}

/// Tells how long the folds still take, from how long the work since the start took.
struct Clock {
    plans: BTreeMap<u32, Plan>,
    started: Instant,
    /// Work that lay behind when this began to count.
    before: Option<f64>,
}

impl Clock {
    fn new(request: &TrainRequest, pictures: &Pictures, folds: &[u32]) -> Result<Self, TrainError> {
        let plan = |&fold: &u32| {
            let split = split(pictures, Some(fold), &request.config)?;
            Ok((fold, Plan::new(&request.config, &split)))
        };
        let plans = folds.iter().map(plan).collect::<Result<_, TrainError>>()?;
        Ok(Self { plans, started: Instant::now(), before: None })
    }

    fn left(&mut self, fold: u32, stage: &str, epochs: usize) -> Duration {
        let behind = |epochs: usize| {
            let earlier: f64 = self.plans.range(..fold).map(|(_, plan)| plan.work()).sum();
            earlier + self.plans.get(&fold).map_or(0.0, |plan| plan.done(stage, epochs))
        };
        let (all, done) = (self.plans.values().map(Plan::work).sum::<f64>(), behind(epochs));
        let before = *self.before.get_or_insert(behind(epochs.saturating_sub(1)));
        let pace = self.started.elapsed().as_secs_f64() / (done - before).max(1.0);
        Duration::try_from_secs_f64((all - done).max(0.0) * pace).unwrap_or(Duration::MAX)
    }
}

/// The losses of a stage by epoch: training, and validation where it was measured.
/// - returns: `None` where there is nothing to draw yet
pub fn losses(title: &str, state: &StageState) -> Option<Plot> {
    let curve = |name: &str, of: &dyn Fn(&Epoch) -> f64| LossCurve {
        name: name.to_owned(),
        values: state.epochs.iter().map(of).collect(),
    };
    let mut curves = vec![
        curve("training", &|e| f64::from(e.train_loss)),
        curve("validation", &|e| e.validation_loss.map_or(f64::NAN, f64::from)),
    ];
    for name in state.epochs.first().into_iter().flat_map(|e| e.parts.keys()) {
        curves.push(curve(name, &|e| e.parts.get(name).map_or(f64::NAN, |part| f64::from(*part))));
    }
    let drawn: Vec<LossCurve> =
        curves.into_iter().filter(|c| c.values.iter().any(|v| v.is_finite())).collect();
    // Parts may be squared errors, too.
    let label = if drawn.len() > 2 { "Loss" } else { "Loss (nats)" };
    Plot::losses(title, label, &drawn).ok()
}

/// The losses of a stage as a plot beside its checkpoints: SVG and PNG.
/// - errors: disk full, no right to write
fn draw_losses(folder: &Path, title: &str, stage: &str, state: &StageState) -> Result<(), TrainError> {
    // A plot that cannot be drawn is no reason to lose an epoch.
    let Some(plot) = losses(title, state) else { return Ok(()) };
    if let (Ok(svg), Ok(picture)) = (plot.to_svg(), plot.to_picture()) {
        write_whole(&folder.join(format!("{stage}.svg")), svg.as_bytes())?;
        write_png(&folder.join(format!("{stage}.png")), &picture.rgba, picture.size)?;
    }
    Ok(())
}

/// What must be known of a fold's weights.
fn card(request: &TrainRequest, taught: &[usize], pictures: &Pictures) -> Card {
    let patients: BTreeSet<&str> =
        taught.iter().map(|&case| pictures.nodules[case].patient.as_str()).collect();
    // What is not the authors' never looks like theirs.
    let origin = match request.config.mutual_information {
        Some(_) => "trained with triscope train, with its own form of mutual information between scales",
        None => "trained with triscope train",
    };
    Card {
        model: request.model.clone(),
        origin: origin.to_owned(),
        trained: true,
        trained_on: format!("{} nodules of {} patients of a user's manifest", taught.len(), patients.len()),
        intended_use: "research; not for a diagnosis".to_owned(),
        licence: "as the data that it was trained on".to_owned(),
        mode: None,
        calibration: None,
        caution: None,
        source_sha256: None,
        values_sha256: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Schedule;

    #[test]
    fn choices_may_change_for_stages_that_are_not_begun_and_for_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let begun = |stage: &str| {
            let stage = folder.path().join("fold3").join(stage);
            std::fs::create_dir_all(&stage).expect("made");
            std::fs::write(stage.join(StageState::FILE), "{}").expect("written");
        };
        let usual = TrainConfig::default();
        let other = TrainConfig { seed: 2, ..usual.clone() };
        let later = TrainConfig { fusion: Schedule { epochs: 3, ..usual.fusion }, ..usual.clone() };
        let taken = |config: &TrainConfig| same_choices(folder.path(), config);
        begun("micro");
        taken(&other).expect("no choices to hold it against");
        std::fs::write(folder.path().join("config.toml"), usual.to_toml()).expect("written");
        taken(&usual).expect("the same");
        let sentence = taken(&other).expect_err("another seed").to_string();
        assert!(sentence.contains("was begun with another") && sentence.contains("micro"), "{sentence}");
        taken(&later).expect("the fusion is not begun");
        begun("fusion");
        assert!(taken(&later).is_err_and(|error| error.to_string().contains("fusion")));
    }
}
