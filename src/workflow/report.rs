//! result.json: what was asked of which volume and what came back, in the names of the contract.
//! `triscope classify` prints it, `--out` and `demo` write it; the window's export will too.
//!
//! Numbers are rounded far below what they mean (a nanometre, a billionth), so that the same input
//! gives the same bytes and nobody reads 0.30000000000000004.

mod agreement;
mod counterfactual;
mod detail;
mod inside;
mod neighbourhood;
mod uncertainty;

pub use agreement::AgreementReport;
pub use counterfactual::{BallReport, CounterfactualReport};
pub use detail::{
    ContributionReport, DetailReport, DetectionReport, FieldReport, WindowReport, WithheldReport,
};

pub use inside::InsideReport;
pub use neighbourhood::{JitterReport, NeighbourhoodReport, PlaceReport, StabilityReport};
pub use uncertainty::{UncertaintyReport, VariedReport};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::explain::{Method, Saliency};
use crate::geometry::{Patient, Point, VoxelGrid};
use crate::inference::{Answer, DeviceInfo, Region};
use crate::ingest::Defect;
use crate::networks::weights::UNTRAINED;
use crate::workflow::open::Opened;

/// The whole document.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of the program.
    pub triscope: &'static str,
    /// What was asked about.
    pub series: SeriesReport,
    /// Where the first answer was computed. Each answer has its own: an adapter may be made ready, or
    /// fail, in between.
    pub device: DeviceReport,
    /// One per point, in the order asked.
    pub results: Vec<PointReport>,
    /// Milliseconds; the only part that differs from run to run.
    pub timing_ms: Timing,
}

/// The series.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesReport {
    /// Series Instance UID.
    pub uid: String,
    /// Frame of Reference UID: positions in millimetres mean the same place in another series only
    /// where this is the same; null where the files do not say.
    pub frame_of_reference_uid: Option<String>,
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Distances between voxel centres.
    pub spacing_mm: [f64; 3],
    /// Everything odd about it.
    pub warnings: Vec<WarningReport>,
}

/// One oddity.
#[derive(Clone, Debug, Serialize)]
pub struct WarningReport {
    /// Name of the contract.
    pub code: &'static str,
    /// One sentence.
    pub text: String,
    /// Slices concerned, zero-based.
    pub slices: Vec<usize>,
}

impl From<&Defect> for WarningReport {
    fn from(defect: &Defect) -> Self {
        Self { code: defect.code.name(), text: defect.text.clone(), slices: defect.slices.clone() }
    }
}

/// Where the network ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceReport {
    /// `wgpu` or `flex`.
    pub backend: String,
    /// Adapter or processor.
    pub name: String,
}

impl From<&DeviceInfo> for DeviceReport {
    fn from(device: &DeviceInfo) -> Self {
        Self { backend: device.backend.clone(), name: device.name.clone() }
    }
}

/// One point and what the networks said of it.
#[derive(Clone, Debug, Serialize)]
pub struct PointReport {
    /// LPS millimetres.
    pub point_lps_mm: [f64; 3],
    /// Column, row, slice; voxel centres at integers.
    pub point_index: [f64; 3],
    /// One per network.
    pub answers: Vec<Given>,
}

/// What one network said, or why it said nothing.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Given {
    /// It answered.
    Answer(Box<AnswerReport>),
    /// It was not given what it needs, and others were asked besides.
    Withheld(WithheldReport),
}

impl From<AnswerReport> for Given {
    fn from(answer: AnswerReport) -> Self {
        Self::Answer(Box::new(answer))
    }
}

impl Given {
    /// - `reason`: the sentence that says what is missing
    pub fn withheld(model: &str, reason: String) -> Option<Self> {
        WithheldReport::new(model, reason).map(Self::Withheld)
    }

    /// Its answer, if it gave one.
    pub fn answer(&self) -> Option<&AnswerReport> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Withheld(_) => None,
        }
    }
}

/// What one network said.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerReport {
    /// Network.
    pub model: String,
    /// `paper` or `clinical`.
    pub mode: String,
    /// File name, or `built-in`.
    pub weights: String,
    /// Of the weights file.
    pub weights_sha256: String,
    /// Variants that the network's sources leave open, as these weights have them; absent where there are
    /// none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<&'static str, &'static str>,
    /// In words.
    pub trained_on: String,
    /// In words.
    pub intended_use: String,
    /// Where it was computed.
    pub device: DeviceReport,
    /// What a reader must know before the number; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
    /// Name of the contract.
    pub question: String,
    /// In the order of the logits.
    pub classes: Vec<String>,
    /// Of the class that the question names.
    pub probability: f64,
    /// One per class; of an ensemble the mean. Not calibrated; empty where a forest answers.
    pub logits: Vec<f64>,
    /// Lowest and highest probability of an ensemble's members; absent for one network alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// What each member of an ensemble says; absent for one network alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<MembersReport>,
    /// How logits became a probability; absent where nobody measured it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationReport>,
    /// What is expected of radiologists' ratings; absent where the weights do not predict it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readers: Option<ReadersReport>,
    /// A sentence that belongs to every answer of these weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
    /// What the network read.
    pub regions: Vec<RegionReport>,
    /// What networks of its family alone say.
    #[serde(flatten)]
    pub detail: DetailReport,
    /// Doubts.
    pub guard: GuardReport,
    /// Maps asked for.
    pub explanations: Vec<ExplanationReport>,
    /// How far the maps of all scales agree, pair by pair; absent for fewer than two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agreement: Vec<AgreementReport>,
    /// What it says of the places around the point; absent where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbourhood: Option<NeighbourhoodReport>,
    /// What it says when the same is asked otherwise; absent where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<UncertaintyReport>,
    /// What was computed on the way, where that was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<InsideReport>,
    /// What it would say without some tissue; absent where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<CounterfactualReport>,
}

/// The members of an ensemble.
#[derive(Clone, Debug, Serialize)]
pub struct MembersReport {
    /// How many.
    pub count: usize,
    /// Each one's, calibrated, in their order.
    pub probabilities: Vec<f64>,
    /// Whose contributions and maps are told, counted from 0.
    pub explained: usize,
}

/// Temperature scaling.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CalibrationReport {
    /// `probability = sigmoid(margin / temperature)`: the margin is the second logit less the first, of one logit itself,
    /// and of a forest the log odds of the share of its trees.
    pub temperature: f64,
}

/// Ratings of malignancy from 1 (highly unlikely) to 5 (highly suspicious), as readers are expected to
/// give them.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReadersReport {
    /// Their mean.
    pub mean: f64,
    /// Standard deviation between readers.
    pub sd: f64,
}

/// One box of context.
#[derive(Clone, Debug, Serialize)]
pub struct RegionReport {
    /// Such as `micro`, `meso`, `macro`.
    pub name: &'static str,
    /// First column, row and slice; negative where padding begins.
    pub index_min: [i64; 3],
    /// Columns, rows, slices.
    pub index_size: [usize; 3],
    /// Outer corners; corner n takes the upper side of axis a where bit a of n is set.
    pub corners_lps_mm: [[f64; 3]; 8],
    /// By how much it was moved to stay inside.
    pub shifted_voxels: [i64; 3],
    /// Voxels of the box that lie outside the volume.
    pub padded_voxels: usize,
}

impl RegionReport {
    fn new(region: &Region) -> Self {
        let size = region.bounds.size;
        let inside: usize = (0..3).map(|a| size[a] - region.padded[a].min(size[a])).product();
        Self {
            name: region.name.name(),
            index_min: region.bounds.min,
            index_size: size,
            corners_lps_mm: region.corners.map(tidy3),
            shifted_voxels: region.shifted,
            padded_voxels: size.iter().product::<usize>() - inside,
        }
    }
}

/// Doubts about the input.
#[derive(Clone, Debug, Serialize)]
pub struct GuardReport {
    /// `ok` or `outside_training`.
    pub verdict: &'static str,
    /// One sentence each.
    pub reasons: Vec<String>,
}

/// One map.
#[derive(Clone, Debug, Serialize)]
pub struct ExplanationReport {
    /// Name of the contract.
    pub method: &'static str,
    /// `micro`, `meso`, `macro` or `combined`.
    pub scale: &'static str,
    /// Its file in the output folder; absent where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its Parametric Map in the folder for DICOM files; absent where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dicom: Option<String>,
    /// Where it is strongest; absent where it is zero everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_at_lps_mm: Option<[f64; 3]>,
    /// Unit of its values.
    pub units: &'static str,
    /// Whether negative values mean something.
    pub signed: bool,
    /// Before it was resampled: depth, height, width of the network. Absent where maps of several
    /// shapes were combined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_shape: Option<[usize; 3]>,
    /// What must stand beside every map of its method; absent where nothing must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<&'static str>,
    /// Likeness to the map of the same network with random weights; absent where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub randomisation: Option<RandomisationReport>,
    /// What is needed to compute it again, and what it says of itself: steps, seeds, sums.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<&'static str, f64>,
}

impl ExplanationReport {
    /// - `file`: its name in the output folder, if it was written
    pub fn new(saliency: &Saliency, grid: &VoxelGrid, file: Option<String>) -> Self {
        Self {
            method: saliency.method,
            scale: saliency.scale.map_or("combined", |s| s.name()),
            file,
            dicom: None,
            max_at_lps_mm: saliency.max_at(grid).map(tidy3),
            units: saliency.unit,
            signed: saliency.signed,
            native_shape: saliency.native_shape,
            caution: Method::named(saliency.method).and_then(Method::caution),
            randomisation: RandomisationReport::of(saliency),
            told: saliency.told.iter().copied().collect(),
        }
    }
}

/// What became of a map when all weights were made random.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RandomisationReport {
    /// Structural similarity in three dimensions to the map before.
    pub ssim: f64,
    /// Spearman's correlation of the magnitudes with it.
    pub rank_correlation: f64,
    /// Whether both are below one half: a map that stays what it was says nothing of what was learned.
    pub passed: bool,
}

impl RandomisationReport {
    fn of(saliency: &Saliency) -> Option<Self> {
        let told = |wanted| saliency.told.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        Some(Self {
            ssim: told("ssim_all")?,
            rank_correlation: told("rank_all")?,
            passed: told("randomisation_passed")? != 0.0,
        })
    }
}

/// Milliseconds per stage, over all points.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timing {
    /// Files to volume.
    pub load: f64,
    /// Crops to the network's device.
    pub upload: f64,
    /// Cutting and normalising crops.
    pub crop: f64,
    /// The network.
    pub forward: f64,
    /// Maps.
    pub explain: f64,
}

impl SeriesReport {
    /// The series that was loaded.
    pub fn new(opened: &Opened) -> Self {
        let grid = opened.volume.grid();
        Self {
            uid: opened.series().uid.clone(),
            frame_of_reference_uid: opened.series().frame_of_reference_uid.clone(),
            size: grid.size(),
            spacing_mm: grid.spacing_mm().map(tidy),
            warnings: opened.defects.iter().map(WarningReport::from).collect(),
        }
    }
}

impl PointReport {
    /// A point without answers yet.
    pub fn new(at: Point<Patient>, grid: &VoxelGrid) -> Self {
        Self {
            point_lps_mm: tidy3(at),
            point_index: (grid.voxel_from_patient() * at).to_array().map(tidy),
            answers: Vec::new(),
        }
    }
}

impl AnswerReport {
    /// - `explanations`: maps of this answer, in the order asked
    pub fn new(answer: &Answer, explanations: Vec<ExplanationReport>) -> Self {
        Self {
            model: answer.model.clone(),
            mode: answer.mode.clone(),
            weights: answer.weights.clone(),
            weights_sha256: answer.weights_sha256.clone(),
            options: answer.options.clone(),
            trained_on: answer.trained_on.clone(),
            intended_use: answer.intended_use.clone(),
            device: DeviceReport::from(&answer.device),
            note: (!answer.trained).then_some(UNTRAINED),
            question: answer.question.clone(),
            classes: answer.classes.clone(),
            probability: tidy(answer.probability),
            logits: answer.logits.iter().copied().map(tidy).collect(),
            interval: answer.interval().map(|interval| interval.map(tidy)),
            members: (answer.ensemble > 1).then(|| MembersReport {
                count: answer.ensemble,
                probabilities: answer.members().into_iter().map(tidy).collect(),
                explained: 0,
            }),
            calibration: answer.temperature.map(|temperature| CalibrationReport { temperature }),
            readers: answer.readers.map(|r| ReadersReport { mean: tidy(r.mean), sd: tidy(r.sd) }),
            caution: answer.caution.clone(),
            regions: answer.regions.iter().map(RegionReport::new).collect(),
            detail: DetailReport::from(&answer.detail),
            guard: GuardReport {
                verdict: answer.guard.verdict.name(),
                reasons: answer.guard.reasons.clone(),
            },
            explanations,
            agreement: Vec::new(),
            neighbourhood: None,
            uncertainty: None,
            inside: Vec::new(),
            counterfactual: None,
        }
    }
}

/// Rounded to a billionth; never -0.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9 + 0.0
}

fn tidy3<S>(p: Point<S>) -> [f64; 3] {
    p.to_array().map(tidy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelBox;
    use crate::inference::RegionName;

    #[test]
    fn padding_is_counted_in_voxels_of_the_box() {
        let grid = VoxelGrid::axis_aligned([64, 64, 10], [0.7, 0.7, 2.5], Point::new(0.0, 0.0, 0.0))
            .expect("a grid");
        let bounds = VoxelBox { min: [0, 8, -23], size: [32, 32, 56] };
        let region = Region::of_voxels(RegionName::Micro, bounds, &grid);
        let region = RegionReport::new(&Region { shifted: [4, 0, 0], padded: [0, 0, 46], ..region });
        assert_eq!(region.padded_voxels, 32 * 32 * 46);
        assert_eq!(region.index_min, [0, 8, -23]);
        // Corner 0 is half a voxel before the first voxel's centre.
        assert_eq!(region.corners_lps_mm[0], [-0.35, 5.25, -58.75]);
    }

    #[test]
    fn numbers_carry_no_noise_and_no_negative_zero() {
        assert_eq!(serde_json::to_string(&tidy(0.1 + 0.2)).expect("a number"), "0.3");
        assert_eq!(serde_json::to_string(&tidy(-1e-12)).expect("a number"), "0.0");
    }
}
