//! One case of a manifest: a place in a volume, and what is known of it.

use std::fmt;

use crate::clinical::ClinicalFields;
use crate::geometry::{Patient, Point, Voxel, VoxelGrid};

/// Lowest and highest rating of malignancy: 1 highly unlikely .. 5 highly suspicious.
/// Source: LIDC-IDRI reading instructions; Armato et al., Medical Physics 38(2), 2011.
pub const RATING_SCALE: [u8; 2] = [1, 5];

/// What a label answers. Never one word for two questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Is the nodule malignant? (In LIDC-IDRI: in the opinion of radiologists.)
    Malignancy,
    /// Is there a nodule at the point? (LUNA16)
    PointIsNodule,
    /// Is the lung cancer an adenocarcinoma, and not a squamous cell carcinoma?
    AdenocarcinomaVsSquamous,
    /// Is the nodule an adenocarcinoma, and not a granuloma?
    AdenocarcinomaVsGranuloma,
    /// Does the axial slice through the point show a nodule?
    SliceContainsNodule,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Malignancy,
        Self::PointIsNodule,
        Self::AdenocarcinomaVsSquamous,
        Self::AdenocarcinomaVsGranuloma,
        Self::SliceContainsNodule,
    ];

    /// Name in the manifest; that of a network's question where it answers it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malignancy => "malignancy",
            Self::PointIsNodule => "point_is_nodule",
            Self::AdenocarcinomaVsSquamous => "adenocarcinoma_vs_squamous",
            Self::AdenocarcinomaVsGranuloma => "adenocarcinoma_vs_granuloma",
            Self::SliceContainsNodule => "slice_contains_nodule",
        }
    }
}

/// The answer to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// 0: benign, no nodule, squamous cell carcinoma, granuloma.
    Negative,
    /// 1: malignant, a nodule, adenocarcinoma.
    Positive,
}

/// How the label was made from the ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelRule {
    /// Mean malignancy above 3 is positive, below 3 negative, exactly 3 neither.
    Strict,
    /// Mean malignancy above 3 is positive, 3 and below negative: as M3Net was published.
    Published,
    /// The source gave the label.
    Given,
}

impl LabelRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Published, Self::Given];

    /// Name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Published => "published",
            Self::Given => "given",
        }
    }

    /// The label that the ratings give; `None` where they give none.
    pub fn label(self, ratings: &Ratings) -> Option<Label> {
        // In whole numbers: a mean of exactly 3 must not hang on rounding.
        let sum: usize = ratings.values().iter().map(|r| usize::from(*r)).sum();
        let middle = 3 * ratings.values().len();
        match (self, sum.cmp(&middle)) {
            (Self::Given, _) => None,
            _ if ratings.values().is_empty() => None,
            (_, std::cmp::Ordering::Greater) => Some(Label::Positive),
            (_, std::cmp::Ordering::Less) | (Self::Published, _) => Some(Label::Negative),
            (Self::Strict, std::cmp::Ordering::Equal) => None,
        }
    }
}

/// Every rating of malignancy, 1 to 5, in ascending order (readers are anonymous; one who outlined a
/// nodule twice counts twice).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ratings(Vec<u8>);

impl Ratings {
    /// - errors: the first rating outside [`RATING_SCALE`]
    pub fn new(mut values: Vec<u8>) -> Result<Self, u8> {
        let [low, high] = RATING_SCALE;
        match values.iter().find(|v| !(low..=high).contains(*v)) {
            Some(wrong) => Err(*wrong),
            None => {
                values.sort_unstable();
                Ok(Self(values))
            }
        }
    }

    /// In ascending order.
    pub fn values(&self) -> &[u8] {
        &self.0
    }

    /// Mean; `None` without ratings.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.0.iter().map(|r| f64::from(*r)).sum();
        (!self.0.is_empty()).then(|| sum / self.0.len() as f64)
    }

    /// Standard deviation of these ratings (divided by their number, not one less); `None` without
    /// any.
    pub fn spread(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares: f64 = self.0.iter().map(|r| (f64::from(*r) - mean).powi(2)).sum();
        Some((squares / self.0.len() as f64).sqrt())
    }
}

/// What else the readers rated; a case holds the mean over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Characteristic {
    /// 1 extremely subtle .. 5 obvious.
    Subtlety,
    /// 1 linear .. 5 round.
    Sphericity,
    /// 1 poorly defined .. 5 sharp.
    Margin,
    /// 1 none .. 5 marked.
    Lobulation,
    /// 1 none .. 5 marked.
    Spiculation,
    /// 1 non-solid .. 3 part-solid .. 5 solid.
    Texture,
    /// Kinds: 1 popcorn, 2 laminated, 3 solid, 4 non-central, 5 central, 6 absent. A mean of kinds says
    /// little beyond "6: all readers saw none".
    Calcification,
    /// Kinds: 1 soft tissue, 2 fluid, 3 fat, 4 air.
    InternalStructure,
}

impl Characteristic {
    /// All of them, in the order of the manifest's columns.
    pub const ALL: [Self; 8] = [
        Self::Subtlety,
        Self::Sphericity,
        Self::Margin,
        Self::Lobulation,
        Self::Spiculation,
        Self::Texture,
        Self::Calcification,
        Self::InternalStructure,
    ];

    /// Column of the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subtlety => "subtlety",
            Self::Sphericity => "sphericity",
            Self::Margin => "margin",
            Self::Lobulation => "lobulation",
            Self::Spiculation => "spiculation",
            Self::Texture => "texture",
            Self::Calcification => "calcification",
            Self::InternalStructure => "internal_structure",
        }
    }

    /// Lowest and highest value.
    pub const fn scale(self) -> [f64; 2] {
        match self {
            Self::Calcification => [1.0, 6.0],
            Self::InternalStructure => [1.0, 4.0],
            _ => [1.0, 5.0],
        }
    }

    /// Place in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Part of a cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fold {
    /// -1: never trained on, never validated on; shown to people.
    HeldOut,
    /// From 0.
    Number(u8),
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeldOut => f.write_str("-1"),
            Self::Number(n) => write!(f, "{n}"),
        }
    }
}

/// What a case is used for where a data set is divided once, and not into folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// Learned from.
    Train,
    /// Looked at while learning: when to stop, which threshold.
    Validation,
    /// Looked at once, at the end.
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// An earlier series of the same patient, and where the nodule is or will be in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// A volume file, or a folder of DICOM files, from the manifest's folder, with `/`.
    pub image: String,
    /// Which series, where `image` is a folder that holds several.
    pub series_uid: Option<String>,
    /// In the prior's own coordinates, LPS mm.
    pub point: Point<Patient>,
    /// Mean over the readers of the largest in-plane diameter on that date, mm, where it is known.
    pub diameter_mm: Option<f64>,
}

/// A nodule's outline in the axial slice through the case's point, as a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceBox {
    /// Smallest x and y, LPS mm.
    pub low: [f64; 2],
    /// Largest x and y, LPS mm; above `low`.
    pub high: [f64; 2],
}

/// Where the nodule is. The columns' names say which of the two a manifest gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CasePoint {
    /// LPS millimetres: `x_mm`, `y_mm`, `z_mm`.
    Patient(Point<Patient>),
    /// Column, row and slice, zero-based, integers at voxel centres: `i`, `j`, `k`. Slices of a DICOM
    /// series are counted in ascending position along the normal of Image Orientation (Patient), those
    /// of a file as they are stored.
    Voxel(Point<Voxel>),
}

impl CasePoint {
    /// The voxel index in this grid (continuous, perhaps outside).
    pub fn voxel(self, grid: &VoxelGrid) -> Point<Voxel> {
        match self {
            Self::Patient(p) => grid.voxel_from_patient() * p,
            Self::Voxel(p) => p,
        }
    }

    /// The patient position (LPS mm) in this grid.
    pub fn patient(self, grid: &VoxelGrid) -> Point<Patient> {
        match self {
            Self::Patient(p) => p,
            Self::Voxel(p) => grid.patient_from_voxel() * p,
        }
    }
}

/// One row of a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Unlike any other in the manifest.
    pub id: String,
    /// The patient, by a name that is no patient's data. Folds are made of whole patients.
    pub patient: String,
    /// A volume file, or a folder of DICOM files, from the manifest's folder, with `/`.
    pub image: String,
    /// Which series, where `image` is a folder that holds several.
    pub series_uid: Option<String>,
    /// A volume file on the image's grid: 1 in the nodule, 0 outside. From the manifest's folder.
    pub mask: Option<String>,
    /// Where the nodule is.
    pub point: CasePoint,
    /// What the label answers.
    pub question: Question,
    /// The answer; `None` where the ratings are undecided or nobody gave one.
    pub label: Option<Label>,
    /// Where the label comes from.
    pub label_rule: LabelRule,
    /// Each reader's malignancy.
    pub ratings: Ratings,
    /// Means over the readers, in the order of [`Characteristic::ALL`].
    pub characteristics: [Option<f64>; 8],
    /// Distance of voxel centres along i, j, k, mm, above 0.
    pub spacing_mm: [f64; 3],
    /// Mean over the readers of the largest in-plane diameter, mm.
    pub diameter_mm: Option<f64>,
    /// `None` while folds are not assigned.
    pub fold: Option<Fold>,
    /// `None` where the data set is not divided so.
    pub split: Option<Split>,
    /// An earlier series, for networks that compare two dates.
    pub prior: Option<Prior>,
    /// First and last slice that show the lesion, counted as in [`CasePoint::Voxel`].
    pub lesion_slices: Option<[usize; 2]>,
    /// In the slice through the point, for networks that draw a box.
    pub slice_box: Option<SliceBox>,
    /// What is known of the patient besides the picture.
    pub clinical: ClinicalFields,
    /// Data set.
    pub source: String,
    /// Licence of the data.
    pub licence: String,
    /// What to cite.
    pub citation: String,
}

impl Case {
    /// The mean rating of one characteristic.
    pub fn characteristic(&self, which: Characteristic) -> Option<f64> {
        self.characteristics.get(which.index()).copied().flatten()
    }
}

/// Rounds to a ten-thousandth, so that a manifest holds no digits without meaning.
pub(super) fn rounded(value: f64) -> f64 {
    let value = (value * 1e4).round() / 1e4;
    // No negative zero.
    value + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratings(values: &[u8]) -> Ratings {
        Ratings::new(values.to_vec()).expect("on the scale")
    }

    #[test]
    fn a_mean_of_exactly_three_is_undecided_and_benign_as_published() {
        for (values, strict, published) in [
            (&[1, 5, 4, 3][..], Some(Label::Positive), Some(Label::Positive)),
            (&[3, 3, 3], None, Some(Label::Negative)),
            (&[2, 4], None, Some(Label::Negative)),
            (&[2, 3, 3], Some(Label::Negative), Some(Label::Negative)),
            (&[], None, None),
        ] {
            assert_eq!(LabelRule::Strict.label(&ratings(values)), strict, "{values:?}");
            assert_eq!(LabelRule::Published.label(&ratings(values)), published, "{values:?}");
            assert_eq!(LabelRule::Given.label(&ratings(values)), None);
        }
    }

    #[test]
    fn mean_and_spread_are_of_the_readers_themselves() {
        let four = ratings(&[4, 2, 4, 2]);
        assert_eq!(four.values(), [2, 2, 4, 4]);
        assert_eq!((four.mean(), four.spread()), (Some(3.0), Some(1.0)));
        assert_eq!((Ratings::default().mean(), Ratings::default().spread()), (None, None));
        assert_eq!(Ratings::new(vec![3, 0]), Err(0));
        assert_eq!(Ratings::new(vec![6]), Err(6));
    }
}
