//! Sizes of CSF-Net's parts, and what its sources leave open.

/// The clinical fields by their names in the National Lung Screening Trial, in the order of the codes.
/// Source: CSF-NET, data/dataset.py.
pub const FIELDS: [&str; 6] = ["race", "cigsmok", "gender", "age", "scr_res0", "scr_iso0"];

/// Among whom the fusion of picture and clinical fields attends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attending {
    /// Each patient by itself, as one token per side: what the published code computes for one patient.
    /// Attention over one key is 1, so that the query has no say.
    Patient,
    /// The patients of a batch to each other, as the published code does with more than one: the answer
    /// to a patient depends on who else is asked about. To compare with published numbers alone.
    Batch,
    /// Each patient's fields attend to the cells of its last feature map, and the map to its fields: the
    /// same layers and keys, but weights must have been trained this way.
    Tokens,
}

impl Attending {
    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Batch => "batch",
            Self::Tokens => "tokens",
        }
    }
}

/// Whether the convolution of the two dates is followed by a ReLU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterTemporal {
    /// No, as in the published code.
    Nothing,
    /// Yes, as in the published figure. (The figure's other difference, the picture's features added to
    /// the fusion's output, has no reading: they are half as wide.)
    Relu,
}

impl AfterTemporal {
    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Relu => "relu",
        }
    }
}

/// CSF-Net. The number of layers is the same in every preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsfConfig {
    /// Channels before the first residual block; a multiple of 4.
    pub stem: usize,
    /// Channels of the first stage's residual blocks, each a multiple of 4 where its stage ends.
    pub stage1: [usize; 3],
    /// Of the second stage's.
    pub stage2: [usize; 3],
    /// Of the third stage's; the last one is the width of the clinical embedding, too.
    pub stage3: [usize; 4],
    /// Features of a side where picture and fields meet; a multiple of [`HEADS`].
    pub features: usize,
    /// Categories of each field: they come from the table that the weights were trained on
    /// (`categories_of`).
    pub categories: [usize; 6],
    /// Among whom the fusion attends.
    pub attending: Attending,
    /// What follows the convolution of the two dates.
    pub after_temporal: AfterTemporal,
}

/// Attention heads of the fusion. Source: CSF-NET, models (CMAF).
pub const HEADS: usize = 4;

impl CsfConfig {
    /// The published sizes. Source: CSF-NET, class ConvRes_table.
    pub const fn full(categories: [usize; 6]) -> Self {
        Self {
            stem: 4,
            stage1: [64, 64, 64],
            stage2: [128, 128, 256],
            stage3: [256, 256, 256, 512],
            features: 128,
            categories,
            attending: Attending::Patient,
            after_temporal: AfterTemporal::Nothing,
        }
    }

    /// The same layers with an eighth of the channels and half the features: 0.8 million parameters.
    pub const fn compact(categories: [usize; 6]) -> Self {
        Self {
            stage1: [8, 8, 8],
            stage2: [16, 16, 32],
            stage3: [32, 32, 32, 64],
            features: 64,
            ..Self::full(categories)
        }
    }

    /// Channels of the last feature map.
    pub const fn width(&self) -> usize {
        self.stage3[3]
    }
}
