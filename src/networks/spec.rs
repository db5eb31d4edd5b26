//! Plain facts of a network that others need without touching a tensor.

use super::registry::Size;

/// Size of context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scale {
    /// The nodule itself.
    Micro,
    /// Its neighbourhood.
    Meso,
    /// Its place in the lung.
    Macro,
}

impl Scale {
    /// From small to large.
    pub const ALL: [Scale; 3] = [Scale::Micro, Scale::Meso, Scale::Macro];

    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Scale::Micro => "micro",
            Scale::Meso => "meso",
            Scale::Macro => "macro",
        }
    }
}

/// The crop of one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleSpec {
    /// Which.
    pub scale: Scale,
    /// Columns, rows, slices.
    pub crop: [usize; 3],
}

/// The published networks, each of several sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Three scales around a point, fused.
    M3Net,
    /// Twelve slices and a row of clinical fields.
    Mmcaf,
    /// A montage of 25 slices, each a token.
    Maemc,
    /// A region on two dates, and clinical fields.
    Csf,
    /// One slice, by a transformer that learned without labels.
    Ssm,
}

impl Family {
    /// Those that there are, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::M3Net, Self::Mmcaf, Self::Maemc, Self::Csf, Self::Ssm];

    /// Its name as its authors write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::M3Net => "M3Net",
            Self::Mmcaf => "MMCAF-Net",
            Self::Maemc => "MAEMC-NET",
            Self::Csf => "CSF-Net",
            Self::Ssm => "LungNodule-SSM",
        }
    }

    /// Whether it compares the nodule of today with the same on an earlier date.
    pub const fn compares_dates(self) -> bool {
        matches!(self, Self::Csf)
    }
}

/// What a network reads and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Name in options and files.
    pub name: &'static str,
    /// Which of the published networks, of whatever size.
    pub family: Family,
    /// Published width, or ours for laptops.
    pub size: Size,
    /// The question it answers, by its name in the contract.
    pub question: &'static str,
    /// Class names, in the order of the logits.
    pub classes: [&'static str; 2],
}

/// Where the cells of an inner layer lie in the crop: cell n is centred on voxel `first + step n`,
/// along the tensor's depth, height, width (slices, columns, rows of the crop).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellGrid {
    /// Voxel of the crop under the centre of cell 0.
    pub first: [f64; 3],
    /// Voxels from one cell to the next.
    pub step: [f64; 3],
}
