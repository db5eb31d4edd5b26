//! `triscope train` for the networks besides M3Net: a manifest to one weights file, in pieces of any
//! length.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::cohort::{GatheredCohort, gather_cohort};
use super::{Step, TrainError, TrainReport, draw_losses};
use crate::evaluation::{Scored, Temperature};
use crate::export::{WriteError, write_json, write_whole};
use crate::inference::{DeviceChoice, LearningDevice, Mode};
use crate::jobs::JobContext;
use crate::networks::spec;
use crate::networks::weights::{Calibration, Card, Metadata, Precision, WeightsFile, pack};
use crate::training::{Curriculum, Learned, Lesson, Plan, Split, TrainingError, refuse_other, sum_of_ids};

/// What is asked for.
pub struct FamilyRequest {
    /// Name of the network.
    pub model: String,
    /// Cases.
    pub manifest: PathBuf,
    /// Every choice.
    pub curriculum: Box<dyn Curriculum>,
    /// Where inputs, checkpoints, weights and curves go; a run that was stopped goes on there.
    pub out: PathBuf,
    /// Fold to hold out, where the manifest is divided into folds; `None` for the lowest.
    pub fold: Option<u32>,
    /// Weights to begin with, for a network that takes any.
    pub begin_with: Option<PathBuf>,
    /// Stops, as if asked to, after this long.
    pub at_most: Option<Duration>,
}

/// Which cases did what in a run: written beside its weights, and what an evaluation goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCases {
    /// Network.
    pub model: String,
    /// Fold that was held out; absent where the manifest is divided once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out: Option<u32>,
    /// Taught, by id.
    pub train: Vec<String>,
    /// Measured progress.
    pub validation: Vec<String>,
    /// Were not looked at.
    pub test: Vec<String>,
    /// Patients of those that taught or measured progress; none in files of earlier versions.
    #[serde(default)]
    pub patients: Vec<String>,
}

impl RunCases {
    /// Its file in a run's folder.
    pub const FILE: &str = "cases.json";
    /// Under which the weights say whose they are: the sum of those that taught or measured progress.
    const METADATA_KEY: &str = "triscope.taught_by";

    /// Those that taught or measured progress, by id.
    pub fn taught(&self) -> BTreeSet<&str> {
        self.train.iter().chain(&self.validation).map(String::as_str).collect()
    }

    /// Whether they taught these weights; `None` for weights of earlier versions, which do not say it.
    fn taught_these(&self, weights: &WeightsFile) -> Option<bool> {
        weights.metadata.get(Self::METADATA_KEY).map(|sum| *sum == sum_of_ids(&self.taught()))
    }
}

/// The weights' file in a run's folder.
pub const WEIGHTS: &str = "weights.safetensors";

/// The folder of the stages in a run's folder.
pub const STAGES: &str = "stages";

/// Trains, or goes on.
/// - `told`: called after each epoch
/// - errors: see [`TrainError`]; whatever was finished is on disk and is gone on from
pub fn train_family(
    request: &FamilyRequest,
    device: DeviceChoice,
    ctx: &JobContext,
    mut told: impl FnMut(Step<'_>),
) -> Result<TrainReport, TrainError> {
    let started = Instant::now();
    let network = spec(&request.model).map_err(TrainingError::from)?;
    let curriculum = request.curriculum.as_ref();
    std::fs::create_dir_all(&request.out).map_err(|e| WriteError::new(&request.out, e))?;
    if request.begin_with.is_some() && !curriculum.takes_weights() {
        return Err(TrainError::BeginsAtRandom(network.family.name()));
    }
    let begin_with = request.begin_with.as_deref().map(WeightsFile::read).transpose();
    let begin_with = begin_with.map_err(TrainingError::from)?;
    let inputs = request.out.join("inputs");
    let gathered = gather_cohort(&request.manifest, network, curriculum, &inputs, |_| true, ctx)?;
    let held_out = held_out(&gathered, request.fold)?;
    let cohort = &gathered.cohort;
    let split =
        cohort.split(held_out, curriculum.validation(), curriculum.largest_batch(), curriculum.seed())?;
    let ids = |cases: &[usize]| cases.iter().map(|&n| cohort.cases[n].id.clone()).collect();
    let seen: BTreeSet<&String> =
        split.train.iter().chain(&split.validation).map(|&n| &cohort.cases[n].patient).collect();
    let cases = RunCases {
        model: request.model.clone(),
        held_out,
        train: ids(&split.train),
        validation: ids(&split.validation),
        test: ids(&split.test),
        patients: seen.into_iter().cloned().collect(),
    };

    let device = LearningDevice::choose(device)?;
    let stages = request.out.join(STAGES);
    let lesson = Lesson {
        model: &request.model,
        cohort,
        split: &split,
        seed: curriculum.seed(),
        config: curriculum.to_toml(),
        device: &device,
        folder: &stages,
        begin_with: begin_with.as_ref(),
        ctx,
    };
    for (stage, ..) in curriculum.stages() {
        refuse_other(&stages.join(stage), || lesson.fingerprint(stage))?;
    }
    // Now that nothing here was learned with others: what lies beside weights is what taught them.
    write_whole(&request.out.join("config.toml"), curriculum.to_toml().as_bytes())?;
    write_json(&request.out.join(RunCases::FILE), &cases)?;
    let mut report = TrainReport {
        cases: cohort.cases.len(),
        left_out: gathered.left_out.clone(),
        device: device.info.name.clone(),
        weights: Vec::new(),
        finished: false,
    };
    let plan = Plan::of(&curriculum.stages(), &split);
    let (learning, mut before) = (Instant::now(), None);
    let time_is_up = || request.at_most.is_some_and(|most| started.elapsed() >= most);
    let mut unwritten = None;
    let learned = curriculum.learn(&lesson, &mut |stage, state| {
        let epochs = state.epochs.len();
        let done = plan.done(stage, epochs);
        let begun = *before.get_or_insert(plan.done(stage, epochs.saturating_sub(1)));
        let pace = learning.elapsed().as_secs_f64() / (done - begun).max(1e-9);
        let left = Duration::try_from_secs_f64((plan.work() - done).max(0.0) * pace);
        told(Step { fold: held_out, stage, state, left: left.unwrap_or(Duration::MAX) });
        if let Err(error) = draw_losses(&stages, stage, stage, state) {
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
    let mut learned = match learned {
        Ok(learned) => learned,
        Err(TrainingError::Cancelled(_)) if time_is_up() => return Ok(report),
        Err(error) => return Err(error.into()),
    };
    learned.metadata.insert(RunCases::METADATA_KEY.to_owned(), sum_of_ids(&cases.taught()));
    let file = request.out.join(WEIGHTS);
    let begun = begin_with.as_ref();
    let bytes = weights(request, &gathered, &split, (&learned, begun), &device, ctx)?;
    write_whole(&file, &bytes)?;
    report.weights.push(file);
    report.finished = true;
    write_json(&request.out.join("report.json"), &report)?;
    Ok(report)
}

/// The fold that is held out: that asked for, or the lowest; none of a manifest that is divided once.
fn held_out(gathered: &GatheredCohort, wanted: Option<u32>) -> Result<Option<u32>, TrainError> {
    let cases = &gathered.cohort.cases;
    let there: BTreeSet<u32> = cases.iter().filter_map(|case| case.fold).collect();
    let divided = cases.iter().any(|case| case.part.is_some());
    match wanted {
        Some(fold) if divided || !there.contains(&fold) => {
            let list: Vec<String> = there.iter().map(u32::to_string).collect();
            let folds = match (divided, list.is_empty()) {
                (true, _) => "a split in place of folds".to_owned(),
                (false, true) => "none".to_owned(),
                (false, false) => list.join(", "),
            };
            Err(TrainError::NoFold { fold, folds })
        }
        Some(fold) => Ok(Some(fold)),
        None if divided => Ok(None),
        None => Ok(there.first().copied()),
    }
}

/// The weights' file: asked once about the cases that measured progress, so that its probabilities are
/// calibrated.
fn weights(
    request: &FamilyRequest,
    gathered: &GatheredCohort,
    split: &Split,
    (learned, begun): (&Learned, Option<&WeightsFile>),
    device: &LearningDevice,
    ctx: &JobContext,
) -> Result<Vec<u8>, TrainError> {
    let cohort = &gathered.cohort;
    let card = Card {
        source_sha256: begun.map(|file| file.sha256.clone()),
        ..card(request, gathered, split, learned)
    };
    let written = |card: &Card| -> Result<Vec<u8>, TrainError> {
        let metadata: Metadata = learned.metadata.clone();
        let bytes = pack(std::slice::from_ref(&learned.state), card, Precision::Single, &metadata);
        Ok(bytes.map_err(TrainingError::from)?)
    };
    let bytes = written(&card)?;
    let classes = cohort.classes(&split.validation);
    if classes.contains(&0) {
        return Ok(bytes);
    }
    let file = WeightsFile::from_safetensors(WEIGHTS, &bytes).map_err(TrainingError::from)?;
    let asked = request.curriculum.ask(&file, cohort, &split.validation, &device.device, ctx)?;
    let Some(answer) = asked.into_iter().next() else { return Ok(bytes) };
    let labels = split.validation.iter().map(|&n| cohort.cases[n].positive).collect();
    let Ok(scored) = Scored::new(answer.margins, labels) else { return Ok(bytes) };
    let fitted = Temperature::fit(&scored);
    // At a limit the fit says nothing: such a temperature would make every answer certain or none.
    if fitted.at_limit {
        return Ok(bytes);
    }
    written(&Card { calibration: Some(Calibration { temperature: fitted.value }), ..card })
}

/// What must be known of the weights.
fn card(request: &FamilyRequest, gathered: &GatheredCohort, split: &Split, learned: &Learned) -> Card {
    let rows = || split.train.iter().map(|&n| &gathered.rows[n]);
    let patients: BTreeSet<&str> = rows().map(|row| row.patient.as_str()).collect();
    let licences: BTreeSet<&str> = rows().map(|row| row.licence.as_str()).filter(|l| !l.is_empty()).collect();
    let simulated = rows().filter(|row| is_simulated(&row.source)).count();
    let (taught, mode) = (split.train.len(), request.curriculum.mode());
    let mut caution = Vec::new();
    let trained_on = if simulated > 0 {
        caution.push(
            "Learned from simulated nodules: nothing is known of how it answers to patients".to_owned(),
        );
        format!("simulated nodules, not patients: {taught} cases of {} phantoms", patients.len())
    } else {
        format!("{taught} cases of {} patients of a user's manifest", patients.len())
    };
    if mode != Mode::default() {
        caution.push(format!("Taught with --mode {mode}: ask in that mode alone"));
    }
    caution.extend(learned.notes.iter().cloned());
    Card {
        model: request.model.clone(),
        origin: "trained with triscope train".to_owned(),
        trained: true,
        trained_on,
        intended_use: "research; not for a diagnosis".to_owned(),
        licence: if licences.is_empty() {
            "as the data that it was trained on".to_owned()
        } else {
            format!("data: {}", licences.into_iter().collect::<Vec<_>>().join(", "))
        },
        mode: Some(mode.name().to_owned()),
        calibration: None,
        caution: (!caution.is_empty()).then(|| caution.join(". ")),
        source_sha256: None,
        values_sha256: None,
    }
}

/// Whether a data set is one of phantoms, by its name in the manifest.
pub fn is_simulated(source: &str) -> bool {
    let source = source.to_lowercase();
    source.contains("phantom") || source.contains("simulated")
}

/// A run's folder as far as it is finished.
#[derive(Clone, Debug)]
pub struct FamilyRun {
    /// The folder.
    pub path: PathBuf,
    /// Its choices, as they were written.
    pub config: String,
    /// Who taught.
    pub cases: RunCases,
    /// The weights.
    pub weights: WeightsFile,
}

impl FamilyRun {
    /// Reads a run's folder.
    /// - errors: in words: which file is missing, damaged or of another run
    pub fn open(path: &Path) -> Result<Self, String> {
        let text = |name: &str| {
            std::fs::read_to_string(path.join(name))
                .map_err(|e| format!("{} cannot be read ({e})", path.join(name).display()))
        };
        let config = text("config.toml")?;
        let cases: RunCases = serde_json::from_str(&text(RunCases::FILE)?)
            .map_err(|e| format!("{} is damaged: {e}", RunCases::FILE))?;
        let weights = WeightsFile::read(&path.join(WEIGHTS)).map_err(|e| e.to_string())?;
        if cases.taught_these(&weights) == Some(false) {
            return Err(format!("{} names other cases than those that taught {WEIGHTS}", RunCases::FILE));
        }
        Ok(Self { path: path.to_owned(), config, cases, weights })
    }
}
