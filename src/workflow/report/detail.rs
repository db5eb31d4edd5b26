//! What networks of one family alone say, in the report.

use serde::Serialize;

use super::tidy;
use crate::inference::{CsfDetail, Detail, FieldShare, MaemcDetail, MmcafDetail, SliceDetection, SsmDetail};
use crate::networks::spec;

/// Fields of the answer that depend on its family; absent for the others.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DetailReport {
    /// Of M3Net: signed, in logits of the margin; of an ensemble's first member, as the maps are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_contribution: Option<ContributionReport>,
    /// Of MMCAF-Net and CSF-Net: what each clinical field did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub field_contribution: Vec<FieldReport>,
    /// Of MMCAF-Net: every window that was asked about; the largest answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowReport>,
    /// Of MAEMC-NET: the share of each axial slice, in the order of the montage, rising along the axis.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slice_attention: Vec<f64>,
    /// Of LungNodule-SSM: `forest` or `detector`, whichever answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<&'static str>,
    /// Of LungNodule-SSM: the one box of its head for this slice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detection: Option<DetectionReport>,
}

/// Gradient x input of the margin, per scale.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContributionReport {
    /// The nodule itself.
    pub micro: f64,
    /// Its neighbourhood.
    pub meso: f64,
    /// Its place in the lung.
    #[serde(rename = "macro")]
    pub macro_: f64,
}

/// A clinical field.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FieldReport {
    /// Key, as in a file of fields.
    pub field: &'static str,
    /// Whether it was known.
    pub known: bool,
    /// In logits. MMCAF-Net: the exact term of the table's encoder times the logit's derivative; CSF-Net:
    /// how much the margin falls when the field says nothing.
    pub contribution: f64,
}

impl From<&FieldShare> for FieldReport {
    fn from(share: &FieldShare) -> Self {
        Self { field: share.field.key(), known: share.known, contribution: tidy(share.share) }
    }
}

/// A window of twelve slices.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WindowReport {
    /// Its first slice.
    pub first_slice: i64,
    /// What was said of it.
    pub logit: f64,
}

/// A box in one slice.
#[derive(Clone, Debug, Serialize)]
pub struct DetectionReport {
    /// That there is a nodule in the slice, by the head.
    pub probability: f64,
    /// First column, row and slice of the smallest box of voxels that holds it.
    pub index_min: [i64; 3],
    /// Columns, rows, slices.
    pub index_size: [usize; 3],
    /// Outer corners; corner n takes the upper side of axis a where bit a of n is set.
    pub corners_lps_mm: [[f64; 3]; 8],
}

impl From<&SliceDetection> for DetectionReport {
    fn from(found: &SliceDetection) -> Self {
        Self {
            probability: tidy(found.probability),
            index_min: found.bounds.min,
            index_size: found.bounds.size,
            corners_lps_mm: found.corners.map(super::tidy3),
        }
    }
}

impl From<&Detail> for DetailReport {
    fn from(detail: &Detail) -> Self {
        let none = Self::default();
        let fields = |shares: &[FieldShare]| shares.iter().map(FieldReport::from).collect();
        match detail {
            Detail::M3Net(seen) => {
                let [micro, meso, macro_] = seen.scale_contribution.map(tidy);
                Self { scale_contribution: Some(ContributionReport { micro, meso, macro_ }), ..none }
            }
            Detail::Mmcaf(MmcafDetail { windows, fields: shares, .. }) => Self {
                field_contribution: fields(shares),
                windows: windows
                    .iter()
                    .map(|(first_slice, logit)| WindowReport {
                        first_slice: *first_slice,
                        logit: tidy(*logit),
                    })
                    .collect(),
                ..none
            },
            Detail::Maemc(MaemcDetail { slices, .. }) => {
                Self { slice_attention: slices.iter().copied().map(tidy).collect(), ..none }
            }
            Detail::Csf(CsfDetail { fields: shares, .. }) => {
                Self { field_contribution: fields(shares), ..none }
            }
            Detail::Ssm(SsmDetail { forest, detection, .. }) => Self {
                answered_by: Some(if *forest { "forest" } else { "detector" }),
                detection: detection.as_ref().map(DetectionReport::from),
                ..none
            },
        }
    }
}

/// What is said of a network that was not given what it needs: no number.
#[derive(Clone, Debug, Serialize)]
pub struct WithheldReport {
    /// Its name.
    pub model: String,
    /// What it would be asked.
    pub question: &'static str,
    /// In the order of the logits.
    pub classes: [&'static str; 2],
    /// Why there is no answer.
    pub guard: super::GuardReport,
}

impl WithheldReport {
    /// - `model`: a listed network; another one is not reported
    pub(super) fn new(model: &str, reason: String) -> Option<Self> {
        let spec = spec(model).ok()?;
        let guard = super::GuardReport { verdict: "outside_training", reasons: vec![reason] };
        Some(Self { model: model.to_owned(), question: spec.question, classes: spec.classes, guard })
    }
}
