//! What the network said, as plain numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::m3net::{Crop, Readers, Said, Sampling, Together};
use super::region::{Region, RegionName};
use crate::clinical::FieldName;
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::guard::Guard;
use crate::networks::Family;

/// Where the network ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// `wgpu` or `flex`.
    pub backend: String,
    /// Adapter or processor.
    pub name: String,
}

/// What networks of one kind alone have to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// M3Net.
    M3Net(M3NetDetail),
    /// MMCAF-Net.
    Mmcaf(MmcafDetail),
    /// MAEMC-NET.
    Maemc(MaemcDetail),
    /// CSF-Net.
    Csf(CsfDetail),
    /// LungNodule-SSM.
    Ssm(SsmDetail),
}

impl Detail {
    /// Which networks.
    pub const fn family(&self) -> Family {
        match self {
            Self::M3Net(_) => Family::M3Net,
            Self::Mmcaf(_) => Family::Mmcaf,
            Self::Maemc(_) => Family::Maemc,
            Self::Csf(_) => Family::Csf,
            Self::Ssm(_) => Family::Ssm,
        }
    }
}

/// A clinical field and what it did to the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldShare {
    /// Which.
    pub field: FieldName,
    /// Whether it was known.
    pub known: bool,
    /// Its share of the logit or margin, in logits; how it is counted is the family's matter.
    pub share: f64,
}

/// What MMCAF-Net read, and what the fields added.
#[derive(Clone, Debug, PartialEq)]
pub struct MmcafDetail {
    /// First slice of each window that was asked about, and its logit: the largest answers.
    pub windows: Vec<(i64, f64)>,
    /// The window that answers, as the network saw it: [slice][row][column].
    pub seen: Arc<[f32]>,
    /// Its slices, rows and columns: 12 x 192 x 192, or as many as the network's field has.
    pub shape: [usize; 3],
    /// Exact terms of the table's encoder times the logit's derivative.
    pub fields: Vec<FieldShare>,
}

/// What MAEMC-NET read, and which slices it attended to.
#[derive(Clone, Debug, PartialEq)]
pub struct MaemcDetail {
    /// The axial montage as the network saw it: 250 x 250, row by row, 0 to 1.
    pub axial: Arc<[f32]>,
    /// The coronal one, which learning without labels reads besides.
    pub coronal: Arc<[f32]>,
    /// Attention rollout, a share for each axial slice.
    pub slices: Vec<f64>,
}

/// What CSF-Net read of both dates, and what the fields did.
#[derive(Clone, Debug, PartialEq)]
pub struct CsfDetail {
    /// Earlier, later, as the network saw them: 16 x 64 x 64 each, [slice][row][column].
    pub seen: [Arc<[f32]>; 2],
    /// Fall of the margin when a field says nothing.
    pub fields: Vec<FieldShare>,
}

/// What LungNodule-SSM says of its slice besides.
#[derive(Clone, Debug, PartialEq)]
pub struct SsmDetail {
    /// Whether the forest answers; else the detection head does.
    pub forest: bool,
    /// The slice as the network saw it, 0 to 1 as in each of its three channels before they are scaled: row by row.
    pub seen: Arc<[f32]>,
    /// Columns of it, and as many rows.
    pub side: usize,
    /// Of the head.
    pub detection: Option<SliceDetection>,
}

/// The one box that the detection head gives for every slice, whatever it says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceDetection {
    /// That there is a nodule.
    pub probability: f64,
    /// Outer corners, LPS mm, of a box one slice thick.
    pub corners: [Point<Patient>; 8],
    /// The smallest box of whole voxels that holds it.
    pub bounds: VoxelBox,
}

/// What M3Net saw, and what each scale of it moved.
#[derive(Clone, Debug, PartialEq)]
pub struct M3NetDetail {
    /// What the crops were cut from: their boxes count its samples.
    pub sampling: Sampling,
    /// The crops, small to large.
    pub crops: [Crop; 3],
    /// Gradient x input of the margin, per scale, small to large, in logits; of the first member.
    pub scale_contribution: [f64; 3],
    /// Pooled features of its encoders, micro to macro; of the first member.
    pub pooled: Arc<[f32]>,
}

/// What the network said.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Network name.
    pub model: String,
    /// `paper` or `clinical`.
    pub mode: String,
    /// File name, or `built-in`.
    pub weights: String,
    /// SHA-256 of the weights file, hex.
    pub weights_sha256: String,
    /// Variants that the network's sources leave open, as these weights have them, by name.
    pub options: BTreeMap<&'static str, &'static str>,
    /// What they were trained on, in words.
    pub trained_on: String,
    /// Intended use, in words.
    pub intended_use: String,
    /// False for random weights: the number means nothing.
    pub trained: bool,
    /// Question and classes.
    pub question: String,
    /// In the order of the logits.
    pub classes: Vec<String>,
    /// A sentence of the weights that is said wherever the answer is shown.
    pub caution: Option<String>,
    /// Of the class that the question names, 0..=1: of the members that have answered, together.
    pub probability: f64,
    /// One per class: mean over the members that have answered, not calibrated.
    pub logits: Vec<f64>,
    /// Networks in the weights: more than one is an ensemble.
    pub ensemble: usize,
    /// What its members said, as far as they were asked; the first at least.
    pub said: Vec<Said>,
    /// What divided the margins before they became probabilities, where it was measured.
    pub temperature: Option<f64>,
    /// What is expected of readers, where the weights predict it.
    pub readers: Option<Readers>,
    /// Everything that was read, small to large.
    pub regions: Vec<Region>,
    /// What networks of one kind alone have to say.
    pub detail: Detail,
    /// Where it ran.
    pub device: DeviceInfo,
    /// Cutting and normalising the crops.
    pub crop_ms: f64,
    /// Handing the crops to the device.
    pub upload_ms: f64,
    /// The network itself; of an ensemble its first member.
    pub forward_ms: f64,
    /// Whether the answer can be read at all.
    pub guard: Guard,
    /// The point asked about.
    pub at: Point<Patient>,
}

impl Answer {
    /// Whether tissue can be taken away from what was read: of two dates it would be taken out of one.
    pub fn can_lack_tissue(&self) -> bool {
        !self.detail.family().compares_dates()
    }

    /// Whether the network was told clinical fields, or that they are unknown.
    pub fn is_told_fields(&self) -> bool {
        matches!(self.detail, Detail::Mmcaf(_) | Detail::Csf(_))
    }

    /// The samples that blocks of tissue are counted in: those of M3Net's crops, else the CT's voxels.
    /// - `ct`: grid of the CT
    pub fn samples<'a>(&'a self, ct: &'a VoxelGrid) -> &'a VoxelGrid {
        self.m3net().map_or(ct, |seen| seen.sampling.grid())
    }

    /// What M3Net saw; `None` for an answer of another network.
    pub fn m3net(&self) -> Option<&M3NetDetail> {
        match &self.detail {
            Detail::M3Net(detail) => Some(detail),
            _ => None,
        }
    }

    /// What was read of the series that was asked about: an earlier date's region lies in the patient space
    /// of another series, and is drawn there alone.
    pub fn regions_here(&self) -> Vec<Region> {
        self.regions.iter().filter(|region| region.name != RegionName::Prior).copied().collect()
    }

    /// What the first member said, not calibrated: the question itself decides it, with mode, fields and earlier date.
    pub fn first_logits(&self) -> Option<[f64; 2]> {
        self.said.first().map(|said| said.logits)
    }

    /// Whether every member has answered.
    pub fn is_whole(&self) -> bool {
        self.said.len() >= self.ensemble
    }

    /// The probability that each member gives, as far as they have answered.
    pub fn members(&self) -> Vec<f64> {
        let temperature = self.temperature.unwrap_or(1.0);
        self.said.iter().map(|said| said.probability(temperature)).collect()
    }

    /// Lowest and highest probability of the members, once all of them have answered; `None` for one
    /// network alone.
    pub fn interval(&self) -> Option<[f64; 2]> {
        let several = self.ensemble > 1 && self.is_whole();
        several.then(|| {
            let members = self.members();
            let over = |pick: fn(f64, f64) -> f64, from| members.iter().copied().fold(from, pick);
            [over(f64::min, f64::INFINITY), over(f64::max, f64::NEG_INFINITY)]
        })
    }

    /// Time that the members after the first took.
    pub fn others_ms(&self) -> f64 {
        // The sum of nothing is a negative zero.
        self.said.iter().skip(1).map(|said| said.forward_ms).sum::<f64>() + 0.0
    }

    /// The same answer, of more members; crops, contributions and maps stay the first one's.
    /// - `said`: of the first members, in their order; at least one
    #[must_use]
    pub fn of_members(&self, said: Vec<Said>) -> Self {
        let together = Together::of(&said, self.temperature.unwrap_or(1.0));
        Self {
            probability: together.probability,
            logits: together.logits.to_vec(),
            readers: together.readers,
            said,
            ..self.clone()
        }
    }
}
