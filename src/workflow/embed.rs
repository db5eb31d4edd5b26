//! `triscope embed`: the features that a network's encoders find in each case, for other tools.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::models::weights_for;
use super::train::{LeftOut, TrainError, gather};
use crate::evaluation::{EvaluationError, csv_bytes};
use crate::export::{WriteError, write_npy, write_whole};
use crate::inference::{DeviceChoice, InferenceError, LearningDevice, WeightsChoice};
use crate::jobs::{Cancelled, JobContext};
use crate::networks::UnknownNetwork;
use crate::networks::weights::{Card, StateDict, WeightsError};
use crate::networks::{Scale, m3net_config, spec};
use crate::training::{Look, Taught, TrainConfig, TrainingError};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct EmbedRequest {
    /// Name of the network.
    pub model: String,
    /// Its weights; `None` for installed or built-in ones.
    pub weights: Option<PathBuf>,
    /// Cases.
    pub manifest: PathBuf,
    /// The `.npy` file; a `.csv` of the same name says which row is which case.
    pub out: PathBuf,
    /// Where simulated surroundings are kept; `None` for a folder beside `out`.
    pub surroundings: Option<PathBuf>,
}

/// Why there are no features, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// A name that no file has.
    #[error("features are written as .npy, with a .csv beside it; name the file so, {} is not (Parquet is not written)", .0.display())]
    NotNpy(PathBuf),
    /// Pictures or their surroundings.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The network's layers.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// Weights that do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// No such network.
    #[error(transparent)]
    Network(#[from] UnknownNetwork),
    /// No device, or no weights.
    #[error(transparent)]
    Device(#[from] InferenceError),
    /// The table of cases.
    #[error(transparent)]
    Table(#[from] EvaluationError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct EmbedReport {
    /// Version of the program.
    pub triscope: &'static str,
    /// Network.
    pub model: String,
    /// File name of the weights, or `built-in`.
    pub weights: String,
    /// Networks in that file: of several, the first one's features are given, because those of two
    /// networks cannot be compared or averaged.
    pub members: usize,
    /// What must be known of them.
    pub card: Card,
    /// Where it was computed.
    pub device: String,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// First column and number of columns of each scale.
    pub scales: Vec<ScaleColumns>,
    /// The two files.
    pub files: [PathBuf; 2],
    /// Cases without a row, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// Where a scale's features stand.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ScaleColumns {
    /// `micro`, `meso` or `macro`.
    pub scale: &'static str,
    /// Counted from 0.
    pub first: usize,
    /// How many.
    pub count: usize,
}

/// Writes the pooled features of each case, plainly looked at.
/// - errors: see [`EmbedError`]
pub fn embed(
    request: &EmbedRequest,
    device: DeviceChoice,
    ctx: &JobContext,
) -> Result<EmbedReport, EmbedError> {
    if request.out.extension().is_none_or(|e| e != "npy") {
        return Err(EmbedError::NotNpy(request.out.clone()));
    }
    let network = spec(&request.model)?;
    let (state, card, weights) = chosen(&request.model, request.weights.as_deref())?;
    let mut members = state.into_members();
    let count = members.len();
    let device = LearningDevice::choose(device)?;
    // Of a file that holds no network at all the first member is empty, and does not fit.
    let first = if members.is_empty() { StateDict::default() } else { members.swap_remove(0) };
    let taught = Taught::new(&request.model, first, &device)?;
    let choices = TrainConfig::default();
    let surroundings =
        request.surroundings.clone().unwrap_or_else(|| request.out.with_extension("surroundings"));
    let gathered = gather(&request.manifest, &request.model, &choices, &surroundings, ctx)?;
    let pictures = &gathered.pictures;
    let cases = pictures.nodules.len();
    let plain = |n: usize| pictures.hu(n, Look::Plain, &choices, taught.picture_size());
    let replies = taught.ask(cases, plain, ctx, |done| {
        ctx.step("Features", done as f32 / cases.max(1) as f32)?;
        Ok(())
    })?;
    let values: Vec<f32> = replies.iter().flat_map(|r| r.features.iter().map(|v| *v as f32)).collect();
    let shape = [cases, values.len() / cases.max(1)];
    write_npy(&request.out, &values, shape)?;
    let table = request.out.with_extension("csv");
    let row = |(n, nodule): (usize, &crate::training::Nodule)| {
        let label = nodule.label.map_or_else(String::new, |m| u8::from(m).to_string());
        vec![n.to_string(), nodule.id.clone(), nodule.patient.clone(), nodule.fold.to_string(), label]
    };
    let head = ["row", "case", "patient", "fold", "label"];
    write_whole(&table, &csv_bytes(&head, pictures.nodules.iter().enumerate().map(row))?)?;
    let widths = m3net_config(&request.model)?.features();
    let columns = |(n, scale): (usize, Scale)| ScaleColumns {
        scale: scale.name(),
        first: widths.iter().take(n).sum(),
        count: widths[n],
    };
    Ok(EmbedReport {
        triscope: env!("CARGO_PKG_VERSION"),
        model: network.name.to_owned(),
        weights,
        members: count,
        card,
        device: device.info.name,
        shape,
        scales: Scale::ALL.into_iter().enumerate().map(columns).collect(),
        files: [request.out.clone(), table],
        left_out: gathered.left_out,
    })
}

/// Tensors, card and name of the weights that are asked for.
fn chosen(model: &str, file: Option<&Path>) -> Result<(StateDict, Card, String), EmbedError> {
    let choice = file.map_or_else(|| weights_for(model), |file| WeightsChoice::File(file.to_owned()));
    let file = choice.file(model)?;
    let card = file.card_for(model)?;
    Ok((file.state, card, file.name))
}
