//! What is known of a phantom: the contents of `truth.json`.

use serde::{Deserialize, Serialize};

/// Everything about one phantom, named as in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The seed that it was made from.
    pub seed: u64,
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Between voxel centres along i, j, k, in mm.
    pub spacing_mm: [f64; 3],
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
    /// Drawn with a probability that rises with size and spiculation. No picture of a phantom
    /// says anything about real disease.
    pub malignant: bool,
    /// `solid`.
    pub texture: String,
    /// `smooth`, `lobulated` or `spiculated`.
    pub margin: String,
    /// 1 (none) to 5 (marked).
    pub spiculation: u8,
    /// `isolated`, `juxta_vascular` or `juxta_pleural`.
    pub attachment: String,
    /// Where it lies, in words.
    pub lobe: String,
}
