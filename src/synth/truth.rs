//! What is known of a phantom: the contents of `truth.json`.

use serde::{Deserialize, Serialize};

use super::scanner::{Dose, Kernel};

/// Everything about one phantom, named as in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The seed that it was made from.
    pub seed: u64,
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Between voxel centres along i, j, k, in mm.
    pub spacing_mm: [f64; 3],
    /// Reconstruction kernel.
    pub kernel: Kernel,
    /// Tube current.
    pub dose: Dose,
    /// Standard deviation of the noise in the middle of the chest, HU.
    pub noise_hu: f64,
    /// `prior` or `current`; only there with a follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<String>,
    /// Only there with a follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_between_studies: Option<u32>,
    /// The largest first.
    pub nodules: Vec<NoduleTruth>,
}

/// One nodule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoduleTruth {
    /// Centroid of the body inside the lung, patient LPS mm.
    pub centre_lps_mm: [f64; 3],
    /// The same as continuous voxel index.
    pub centre_index: [f64; 3],
    /// Of the sphere with the same volume, mm.
    pub diameter_mm: f64,
    /// Of the body inside the lung, strands not counted, mm3.
    pub volume_mm3: f64,
    /// Drawn with `malignancy_probability`. No picture of a phantom says anything about real disease.
    pub malignant: bool,
    /// How likely radiologists are to rate such a nodule above 3 of 5 in suspicion, by the model
    /// that is fitted to their ratings.
    pub malignancy_probability: f64,
    /// `solid`, `part_solid`, `non_solid`, `calcified` or `fat`.
    pub texture: String,
    /// `smooth`, `lobulated`, `spiculated` or `ill_defined`.
    pub margin: String,
    /// 1 (none) to 5 (marked).
    pub spiculation: u8,
    /// What the shape was made from.
    pub ratings: RatingsTruth,
    /// `isolated`, `juxta_vascular`, `juxta_pleural` or `fissural`.
    pub attachment: String,
    /// Where it lies, in words.
    pub lobe: String,
    /// How it changes between two studies; only there with a follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<GrowthTruth>,
}

/// Ratings as radiologists would give them on average; scales as in LIDC-IDRI.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingsTruth {
    /// Largest diameter in the plane, mm.
    pub diameter_mm: f64,
    /// 1 (none) to 5 (marked).
    pub spiculation: f64,
    /// 1 (none) to 5 (marked).
    pub lobulation: f64,
    /// 1 (poorly defined) to 5 (sharp).
    pub margin: f64,
    /// 1 (linear) to 5 (round).
    pub sphericity: f64,
    /// 1 (non-solid) to 5 (solid).
    pub texture: f64,
    /// Whether calcium is seen.
    pub calcified: bool,
}

/// How a nodule changes between two studies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrowthTruth {
    /// `malignant`, `benign_slow` or `stable`: the class from which the doubling time was drawn.
    pub class: String,
    /// Volume doubling time, days; absent for a stable nodule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubling_time_days: Option<f64>,
    /// Volume in the current study over that in the prior; absent where the prior does not show it
    /// yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_ratio: Option<f64>,
}
