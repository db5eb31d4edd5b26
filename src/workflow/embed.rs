//! `triscope embed`: the features that a network's encoders find in each case, for other tools and for the window.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::models::weights_for;
use super::train::{LeftOut, TrainError, gather};
use crate::cases::{KnownCase, KnownCases, PICTURE_MM, PICTURE_SIDE};
use crate::dataset::{DatasetError, Manifest};
use crate::evaluation::{EvaluationError, csv_bytes, probability};
use crate::export::{WriteError, write_npy, write_whole};
use crate::inference::{DeviceChoice, InferenceError, LearningDevice, WeightsChoice};
use crate::jobs::{Cancelled, JobContext};
use crate::networks::UnknownNetwork;
use crate::networks::weights::{Card, StateDict, WeightsError, WeightsFile};
use crate::networks::{Scale, m3net_config, spec};
use crate::training::{Look, Nodule, Reply, Taught, TrainConfig, TrainingError};

/// What is black and what is white in the pictures of cases: the window for lungs.
const WINDOW_HU: [f32; 2] = [-1350.0, 150.0];
/// What lies beyond a picture.
const OUTSIDE_HU: f32 = -1000.0;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct EmbedRequest {
    /// Name of the network.
    pub model: String,
    /// Its weights; `None` for installed or built-in ones.
    pub weights: Option<PathBuf>,
    /// Cases.
    pub manifest: PathBuf,
    /// A `.npy` file, and a `.csv` of the same name says which row is which case; or a `.safetensors` file of
    /// [`KnownCases`], which the window reads.
    pub out: PathBuf,
    /// Where simulated surroundings are kept; `None` for a folder beside `out`.
    pub surroundings: Option<PathBuf>,
}

/// Why there are no features, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// A name that no file has.
    #[error("features are written as .npy, with a .csv beside it, or as .safetensors, for the window; name the file so, {} is not (Parquet is not written)", .0.display())]
    OtherEnding(PathBuf),
    /// Pictures or their surroundings.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The manifest, read for what is known of each case.
    #[error(transparent)]
    Manifest(#[from] DatasetError),
    /// A network that answers nothing.
    #[error("the network's features of these cases are no numbers; nothing was written")]
    NoNumbers,
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
    /// One file, or the array and its table.
    pub files: Vec<PathBuf>,
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
    let ending = request.out.extension().and_then(|e| e.to_str());
    let for_window = match ending {
        Some("npy") => false,
        Some("safetensors") => true,
        _ => return Err(EmbedError::OtherEnding(request.out.clone())),
    };
    let (network, layers) = (spec(&request.model)?, m3net_config(&request.model)?);
    let (file, card) = chosen(&request.model, request.weights.as_deref())?;
    let (weights, sha256) = (file.name, file.sha256);
    let mut members = file.state.into_members();
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
    let files = if for_window {
        let (manifest, _) = Manifest::load(&request.manifest)?;
        let shown: Vec<u8> = (0..cases)
            .into_par_iter()
            .flat_map_iter(|n| {
                let spacing_mm = pictures.nodules[n].block.spacing_mm;
                picture(&plain(n), taught.picture_size(), spacing_mm)
            })
            .collect();
        let known = pictures.nodules.iter().zip(&replies);
        let temperature = card.calibration.map_or(1.0, |calibration| calibration.temperature);
        let known = known.map(|(nodule, reply)| known_case(nodule, reply, temperature, &manifest)).collect();
        let of = (request.model.clone(), sha256);
        let simulated = pictures.nodules.iter().filter(|nodule| !nodule.opacity.is_empty()).count();
        let sources = (sources(&pictures.nodules, &manifest), simulated);
        let known = KnownCases::new(of, sources, known, (values, shown)).ok_or(EmbedError::NoNumbers)?;
        write_whole(&request.out, &known.to_bytes())?;
        vec![request.out.clone()]
    } else {
        write_npy(&request.out, &values, &shape)?;
        let table = request.out.with_extension("csv");
        let row = |(n, nodule): (usize, &Nodule)| {
            let label = nodule.label.map_or_else(String::new, |m| u8::from(m).to_string());
            vec![n.to_string(), nodule.id.clone(), nodule.patient.clone(), nodule.fold.to_string(), label]
        };
        let head = ["row", "case", "patient", "fold", "label"];
        write_whole(&table, &csv_bytes(&head, pictures.nodules.iter().enumerate().map(row))?)?;
        vec![request.out.clone(), table]
    };
    let widths = layers.features();
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
        files,
        left_out: gathered.left_out,
    })
}

/// The weights that are asked for, with their card.
fn chosen(model: &str, file: Option<&Path>) -> Result<(WeightsFile, Card), EmbedError> {
    let choice = file.map_or_else(|| weights_for(model), |file| WeightsChoice::File(file.to_owned()));
    let file = choice.file(model)?;
    let card = file.card_for(model)?;
    Ok((file, card))
}

/// What is known of a case besides its features.
/// - `temperature`: by which the weights' answers are calibrated
fn known_case(nodule: &Nodule, reply: &Reply, temperature: f64, manifest: &Manifest) -> KnownCase {
    let case = manifest.cases.iter().find(|case| case.id == nodule.id);
    KnownCase {
        name: nodule.id.clone(),
        label: nodule.label,
        rating: nodule.rating_mean,
        diameter_mm: case.and_then(|case| case.diameter_mm).map(|mm| mm as f32),
        probability: probability(reply.margin() / temperature) as f32,
    }
}

/// A sentence for each data set.
fn sources(nodules: &[Nodule], manifest: &Manifest) -> Vec<String> {
    let used: BTreeSet<&str> = nodules.iter().map(|nodule| nodule.id.as_str()).collect();
    let mut sets: BTreeMap<[&str; 3], usize> = BTreeMap::new();
    for case in manifest.cases.iter().filter(|case| used.contains(case.id.as_str())) {
        *sets.entry([&case.source, &case.licence, &case.citation]).or_default() += 1;
    }
    let said = |([source, licence, citation], count): ([&str; 3], usize)| {
        let mut words = format!("{source}: {count} cases.");
        for (what, value) in [("Licence", licence), ("Cite", citation)] {
            if !value.is_empty() {
                words.push_str(&format!(" {what}: {value}."));
            }
        }
        words
    };
    sets.into_iter().map(said).collect()
}

/// The axial slice through the middle of a picture, as wide as [`PICTURE_MM`], grey.
/// - `hu`: [slice][column][row], of `size` columns, rows and slices, `spacing_mm` apart
/// - returns: [`PICTURE_SIDE`] rows from the top
fn picture(hu: &[f32], size: [usize; 3], spacing_mm: [f32; 3]) -> Vec<u8> {
    let [columns, rows, slices] = size;
    let slice = hu.get(slices / 2 * columns * rows..).unwrap_or(&[]);
    let at = |i: usize, j: usize| slice.get(i * rows + j).copied().unwrap_or(OUTSIDE_HU);
    let millimetre = PICTURE_MM / PICTURE_SIDE as f32;
    // Where a pixel's middle lies along an axis, in voxels: the voxel before it and the share of the next.
    let along = |pixel: usize, axis: usize| {
        let from_middle = (pixel as f32 + 0.5 - PICTURE_SIDE as f32 / 2.0) * millimetre;
        let at = (size[axis] / 2) as f32 + from_middle / spacing_mm[axis].max(1e-3);
        let at = at.clamp(0.0, size[axis].saturating_sub(1) as f32);
        (at as usize, at.fract())
    };
    let grey = |pixel: usize| {
        let ((i, right), (j, down)) = (along(pixel % PICTURE_SIDE, 0), along(pixel / PICTURE_SIDE, 1));
        let (next_i, next_j) = ((i + 1).min(columns - 1), (j + 1).min(rows - 1));
        let above = at(i, j) * (1.0 - right) + at(next_i, j) * right;
        let below = at(i, next_j) * (1.0 - right) + at(next_i, next_j) * right;
        let value = above * (1.0 - down) + below * down;
        ((value - WINDOW_HU[0]) / (WINDOW_HU[1] - WINDOW_HU[0]) * 255.0).round().clamp(0.0, 255.0) as u8
    };
    (0..PICTURE_SIDE * PICTURE_SIDE).map(grey).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_shows_the_middle_slice_with_columns_to_the_right_and_in_millimetres() {
        // Air, and in the middle slice a bar of tissue: 10 mm to the right of the middle, 2 mm wide, above the middle.
        let size = [96, 96, 5];
        let mut hu = vec![-1000.0; size.iter().product()];
        for i in 48 + 18..48 + 22 {
            for j in 0..48 {
                hu[(2 * 96 + i) * 96 + j] = 50.0;
            }
        }
        let picture = picture(&hu, size, [0.5, 0.5, 2.0]);
        let at = |x: usize, y: usize| picture[y * PICTURE_SIDE + x];
        // 10 mm are 13.3 of 48 pixels of 36 mm.
        assert!(at(37, 10) > 230, "{}", at(37, 10));
        assert!(at(33, 10) < 80 && at(41, 10) < 80 && at(37, 30) < 80 && at(10, 10) < 80);
    }
}
