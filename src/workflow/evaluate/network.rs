//! What the networks of a run say of the cases that they have not seen: each finished fold's weights
//! answer the cases that were held out of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::evaluation::shuffled;
use crate::inference::LearningDevice;
use crate::jobs::JobContext;
use crate::networks::m3net::FusionLayers;
use crate::networks::weights::{StateDict, WeightsFile};
use crate::networks::{M3NET_WIDEST, Scale};
use crate::training::{
    Look, Part, Pictures, Reply, StageState, Taught, TrainConfig, TrainingError, fingerprint, split,
};
use crate::workflow::train::{Gathered, gather};

use super::error::EvaluateError;

/// Training cases of each fold whose mean logits stand in for a scale that is left out, where not all are
/// asked for.
pub const MEAN_OF: usize = 64;

/// The folder of a training run, as far as it is finished.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
    /// Every choice of the run.
    pub config: TrainConfig,
    /// Finished folds, rising, with their weights.
    pub folds: Vec<(u32, PathBuf)>,
}

impl RunFolder {
    /// Looks at a run's folder.
    /// - errors: no configuration, no finished fold
    pub fn open(path: &Path) -> Result<Self, EvaluateError> {
        let no_run = |file: &'static str, why: &dyn std::fmt::Display| EvaluateError::NoRun {
            run: path.to_owned(),
            file,
            why: why.to_string(),
        };
        let config_text =
            std::fs::read_to_string(path.join("config.toml")).map_err(|e| no_run("config.toml", &e))?;
        let config = TrainConfig::parse(&config_text)?;
        let entries = std::fs::read_dir(path).map_err(|e| no_run("the folder", &e))?;
        let number = |file: &Path| {
            let name = file.file_name()?.to_str()?;
            name.strip_prefix("fold")?.strip_suffix(".safetensors")?.parse().ok()
        };
        let mut folds: Vec<(u32, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| Some((number(&entry.path())?, entry.path())))
            .filter(|(_, file)| file.is_file())
            .collect();
        folds.sort();
        if folds.is_empty() {
            return Err(EvaluateError::NoFinishedFold(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), config, folds })
    }

    /// The weights of a fold.
    /// - errors: unreadable, or of another network
    pub fn weights(&self, model: &str, file: &Path) -> Result<StateDict, EvaluateError> {
        let file = WeightsFile::read(file)?;
        file.card_for(model)?;
        Ok(file.state)
    }

    /// The cases of a manifest as this run sees them; simulated surroundings are the run's own, and are
    /// made where they are not there.
    /// - errors: see [`gather`]
    pub fn pictures(
        &self,
        manifest: &Path,
        model: &str,
        ctx: &JobContext,
    ) -> Result<Gathered, EvaluateError> {
        Ok(gather(manifest, model, &self.config, &self.path.join("surroundings"), ctx)?)
    }
}

/// What the network of its fold says of a case.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Place in the pictures.
    pub picture: usize,
    /// The fold in which it is held out.
    pub fold: u32,
    /// The plain look.
    pub reply: Reply,
    /// The answer's margin with one scale's logits replaced by their mean over training cases: micro,
    /// meso, macro.
    pub without_scale: [f64; 3],
    /// The answer's margin of each of [`FusionLayers::ABLATIONS`].
    pub ablated: [f64; 6],
}

/// What is known of one fold beside its answers.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FoldReport {
    /// Its number.
    pub fold: u32,
    /// Cases held out of it and answered.
    pub cases: usize,
    /// Area under the ROC curve of its labelled cases alone; absent with one class. Folds have scales of their
    /// own, so that the area of all together is seldom their mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auc: Option<f64>,
    /// Whether its training state says that it was begun with the other folds' cases of this manifest, as
    /// they are now, and with the run's configuration; `None` where there is no state to look at, or one of
    /// an earlier version.
    pub begun_with_these_cases: Option<bool>,
    /// Training cases over which the mean logits of each scale were taken.
    pub mean_logits_of: usize,
    /// Those means, benign and malignant: micro, meso, macro.
    pub mean_logits: [[f64; 2]; 3],
}

/// All finished folds.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// By rising fold, then in the order of the pictures.
    pub predictions: Vec<Prediction>,
    /// By rising fold.
    pub folds: Vec<FoldReport>,
}

/// Asks each finished fold about its held-out cases.
/// - `mean_of`: training cases of each fold, at most, over which mean logits are taken; with none of them
///   no scale can be left out
/// - `with`: called with each fold's network and its predictions, while it is loaded
/// - errors: weights that cannot be read or are another network's, a device that failed, a cancel
pub fn predict(
    run: &RunFolder,
    model: &str,
    pictures: &Pictures,
    mean_of: usize,
    device: &LearningDevice,
    ctx: &JobContext,
    mut with: impl FnMut(&Taught, &[Prediction]) -> Result<(), EvaluateError>,
) -> Result<Predicted, EvaluateError> {
    let mut all = Predicted { predictions: Vec::new(), folds: Vec::new() };
    for (number, (fold, file)) in run.folds.iter().enumerate() {
        let (own, others): (Vec<usize>, Vec<usize>) =
            (0..pictures.nodules.len()).partition(|&n| pictures.nodules[n].fold == *fold);
        if own.is_empty() {
            continue;
        }
        let taught = Taught::new(model, run.weights(model, file)?, device)?;
        let ask = |what: &str, cases: &[usize]| {
            let told = |done: usize| -> Result<(), TrainingError> {
                let part = done as f32 / cases.len().max(1) as f32;
                let share = (number as f32 + part) / run.folds.len() as f32;
                ctx.step(&format!("Fold {fold}: {what}"), share)?;
                Ok(())
            };
            let plain = |n: usize| pictures.hu(cases[n], Look::Plain, &run.config, M3NET_WIDEST);
            taught.ask(cases.len(), plain, ctx, told)
        };
        let replies = ask("held-out cases", &own)?;
        let chosen = shuffled(others.len(), u64::from(*fold)).into_iter().take(mean_of);
        let teaching: Vec<usize> = chosen.map(|n| others[n]).collect();
        let mean_logits = mean(&ask("mean logits of training cases", &teaching)?);
        let predictions = ablations(&taught, &own, *fold, replies, mean_logits)?;
        with(&taught, &predictions)?;
        all.folds.push(FoldReport {
            fold: *fold,
            cases: own.len(),
            auc: None,
            begun_with_these_cases: begun_with(run, model, pictures, *fold),
            mean_logits_of: teaching.len(),
            mean_logits,
        });
        all.predictions.extend(predictions);
    }
    if all.predictions.is_empty() {
        return Err(EvaluateError::NoFinishedFold(run.path.clone()));
    }
    Ok(all)
}

/// Mean of each scale's logits.
fn mean(replies: &[Reply]) -> [[f64; 2]; 3] {
    let count = replies.len().max(1) as f64;
    std::array::from_fn(|scale| {
        std::array::from_fn(|class| replies.iter().map(|r| r.scales[scale][class]).sum::<f64>() / count)
    })
}

/// The same fusion asked again with something taken from it.
fn ablations(
    taught: &Taught,
    own: &[usize],
    fold: u32,
    replies: Vec<Reply>,
    mean_logits: [[f64; 2]; 3],
) -> Result<Vec<Prediction>, EvaluateError> {
    let scales: Vec<[[f64; 2]; 3]> = replies.iter().map(|r| r.scales).collect();
    let margins = |scales: &[[[f64; 2]; 3]], layers| -> Result<Vec<f64>, EvaluateError> {
        Ok(taught.fuse(scales, layers)?.into_iter().map(|[benign, malignant]| malignant - benign).collect())
    };
    let mut predictions: Vec<Prediction> = own
        .iter()
        .zip(replies)
        .map(|(&picture, reply)| Prediction {
            picture,
            fold,
            reply,
            without_scale: [0.0; 3],
            ablated: [0.0; 6],
        })
        .collect();
    for scale in Scale::ALL.map(|s| s as usize) {
        let mut replaced = scales.clone();
        for logits in &mut replaced {
            logits[scale] = mean_logits[scale];
        }
        for (p, margin) in predictions.iter_mut().zip(margins(&replaced, FusionLayers::ALL)?) {
            p.without_scale[scale] = margin;
        }
    }
    for (n, (_, layers)) in FusionLayers::ABLATIONS.iter().enumerate() {
        for (p, margin) in predictions.iter_mut().zip(margins(&scales, *layers)?) {
            p.ablated[n] = margin;
        }
    }
    Ok(predictions)
}

/// Whether the fold's state was begun with the cases that this manifest leaves to it.
fn begun_with(run: &RunFolder, model: &str, pictures: &Pictures, fold: u32) -> Option<bool> {
    let part = Part::Encoder(Scale::Micro);
    let state = run.path.join(format!("fold{fold}")).join(part.name()).join(StageState::FILE);
    let state: StageState = serde_json::from_slice(&std::fs::read(state).ok()?).ok()?;
    if !state.is_of_this_edition() {
        return None;
    }
    let Ok(split) = split(pictures, Some(fold), &run.config) else { return Some(false) };
    Some(state.fingerprint == fingerprint(model, &run.config, part, pictures, &split))
}

/// Margins of plain looks by case id: of a second run, whose pictures are others.
pub fn margins_by_case(predicted: &Predicted, pictures: &Pictures) -> BTreeMap<String, f64> {
    let of = |p: &Prediction| (pictures.nodules[p.picture].id.clone(), p.reply.margin());
    predicted.predictions.iter().map(of).collect()
}
