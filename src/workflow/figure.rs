//! A figure for print of one map, with the caption that says everything a reader needs.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::dicom::{DicomError, apart};
use crate::explain::{Method, STRONGEST, Saliency};
use crate::export::{WriteError, write_png_for_print};
use crate::gpu::Gpu;
use crate::inference::Answer;
use crate::networks::weights::UNTRAINED;
use crate::render::HeatmapLook;
use crate::ui::figure::{FigureRequest, PIXELS_PER_METRE, figure};
use crate::ui::picture::PictureError;
use crate::ui::words;
use crate::volume::{Unit, Volume, Window};

/// Figures of the weights' hash that are printed: enough to tell any two files apart.
const HASH_FIGURES: usize = 12;

/// Why there is no figure, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// There is no graphics device, not even a software one.
    #[error("no figure was drawn: {0}")]
    NoDevice(String),
    /// Drawing failed.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A place in what was opened.
    #[error(transparent)]
    Place(#[from] DicomError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No map was asked for, or the network has none.
    #[error("there is no map to draw: name a method with --explain")]
    NoMap,
}

/// A figure that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsFigure {
    /// The file; an older one is replaced.
    pub file: PathBuf,
    /// What was opened: nothing is written into these folders.
    pub opened: Vec<PathBuf>,
}

/// Whether it may be written there: before the first long step.
/// - errors: a place in what was opened
pub fn check(to: &AsFigure) -> Result<(), FigureError> {
    Ok(apart(&to.file, &to.opened)?)
}

/// Draws the figure and writes it as PNG, 180 mm wide at 400 pixels to an inch. Nothing of the patient is in it.
/// - `window`: of the CT
pub fn write(
    gpu: &Gpu,
    to: &AsFigure,
    volume: &Arc<Volume>,
    answer: &Answer,
    look: HeatmapLook,
    window: Window,
) -> Result<(), FigureError> {
    check(to)?;
    let largest = look.saliency.largest_magnitude();
    let share = if largest > 0.0 { look.saliency.strongest(STRONGEST) / largest } else { 0.0 };
    let caption = caption(answer, &look, (window, volume.unit()));
    let request = FigureRequest {
        volume: Arc::clone(volume),
        at: answer.at,
        window,
        heatmap: look,
        // Of a map that is empty in nine places of ten, what is not.
        strongest: if largest > 0.0 { share.max(1e-3) } else { 0.0 },
        boxes: answer.regions_here(),
        caption,
        warning: (!answer.trained).then(|| words::sentence(UNTRAINED)),
    };
    let drawn = figure(gpu, &request)?;
    Ok(write_png_for_print(&to.file, &drawn.rgba, drawn.size_px, PIXELS_PER_METRE)?)
}

/// Everything that must be known of the map, in sentences; the first names it.
fn caption(answer: &Answer, look: &HeatmapLook, (window, unit): (Window, &Unit)) -> String {
    let map = look.saliency.as_ref();
    let mut text = String::new();
    let _ = write!(text, "{}, {}. ", words::method_and_scale(map), answer.model);
    let [x, y, z] = answer.at.to_array().map(|mm| words::signed(mm, 1));
    let _ = write!(
        text,
        "Three planes of the CT through the point asked about (LPS {x}, {y}, {z} mm; width {}, centre \
         {} {}). ",
        words::signed(window.width(), 0),
        words::signed(window.centre(), 0),
        unit.name()
    );
    let _ = write!(text, "{}: probability {:.2}", words::question(&answer.question), answer.probability);
    if let Some([low, high]) = answer.interval() {
        let _ = write!(
            text,
            " ({low:.2} to {high:.2} over {} networks; the map explains the first)",
            answer.ensemble
        );
    }
    if answer.temperature.is_some() {
        text += ", calibrated";
    }
    text += ". ";
    let _ = match (look.threshold > 0.0, map.largest_magnitude()) {
        (_, 0.0) => write!(text, "The map is zero everywhere. "),
        (true, _) => {
            write!(
                text,
                "Colours: {}, from {:.0} % of the largest value on. ",
                map.unit,
                look.threshold * 100.0
            )
        }
        (false, _) => write!(text, "Colours: {}. ", map.unit),
    };
    if map.signed {
        text += "Orange speaks for the class asked about, blue against it. ";
    }
    text += &checked(map);
    if let Some(caution) = Method::named(map.method).and_then(Method::caution) {
        let _ = write!(text, "{caution}. ");
    }
    let hash: String = answer.weights_sha256.chars().take(HASH_FIGURES).collect();
    let _ = write!(
        text,
        "Weights {} (SHA-256 {hash}), input mode {}; {} on {}; Triscope {}. ",
        answer.weights,
        answer.mode,
        answer.device.backend,
        answer.device.name,
        env!("CARGO_PKG_VERSION")
    );
    if !answer.guard.reasons.is_empty() {
        let _ = write!(text, "Doubts about the input: {}. ", answer.guard.reasons.join("; "));
    }
    if let Some(caution) = &answer.caution {
        let _ = write!(text, "{}. ", caution.trim_end_matches('.'));
    }
    text += "A map shows what moved the network, not what the nodule is. Research use only; not a medical device.";
    text
}

/// What the check against random weights found, where it was made.
fn checked(map: &Saliency) -> String {
    let told = |name: &str| map.figure(name);
    match (told("randomisation_passed"), told("rank_all"), told("ssim_all")) {
        (Some(passed), Some(rank), Some(structure)) => {
            let verdict = if passed > 0.0 { "another" } else { "much the same" };
            format!(
                "With random weights the map is {verdict} one (rank {rank:.2}, structure {structure:.2}). "
            )
        }
        _ => "Not checked against random weights. ".to_owned(),
    }
}
