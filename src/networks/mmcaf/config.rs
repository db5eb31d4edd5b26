//! Sizes of MMCAF-Net's parts.

use crate::networks::weights::StateDict;

/// How the fusion's two tokens per scale reach the classifier.
///
/// The published code averages the two and then has 24 features for a classifier of 48: it cannot run.
/// Its classifier's shape and a comment that takes two tokens apart speak for the other reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tokens {
    /// Image and table stay apart to the end: 2 tokens of 24 features, 48 for the classifier.
    #[default]
    Apart,
    /// Each scale's two tokens are averaged: 24 features for the classifier.
    Averaged,
}

impl Tokens {
    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apart => "tokens48",
            Self::Averaged => "mean24",
        }
    }

    /// As the classifier's shape in these weights tells it; `None` where it tells neither.
    pub fn of(state: &StateDict) -> Option<Self> {
        let read = *state.tensors.get("fin_cls.weight")?.shape.get(1)?;
        [Self::Apart, Self::Averaged].into_iter().find(|tokens| tokens.features() == read)
    }

    /// Features that the classifier reads.
    pub const fn features(self) -> usize {
        match self {
            Self::Apart => 2 * MmcafConfig::FEATURES,
            Self::Averaged => MmcafConfig::FEATURES,
        }
    }
}

/// MMCAF-Net. The topology is the same in every preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MmcafConfig {
    /// Channels of the stem.
    pub stem: usize,
    /// Channels of the pyramid's three levels, fine to coarse; each a multiple of 16, twice the one
    /// before.
    pub widths: [usize; 3],
    /// Groups of the trunk's 3 x 3 x 3 convolutions.
    pub groups: usize,
    /// How the fusion's tokens reach the classifier.
    pub tokens: Tokens,
}

impl MmcafConfig {
    /// Slices, rows, columns of the window that the network reads.
    pub const WINDOW: [usize; 3] = [12, 192, 192];
    /// Columns of the table.
    pub const TABLE: usize = 7;
    /// Features of the image and of the table, before they meet.
    pub const FEATURES: usize = 24;
    /// Bottlenecks of the trunk's three levels.
    pub const BLOCKS: [usize; 3] = [3, 4, 6];

    /// As published: 107 million values, of which 18 million never reach the answer.
    /// Source: MMCAF-Net, models/penet.py, models/img_encoder1.py.
    pub const fn full() -> Self {
        Self { stem: 64, widths: [256, 512, 1024], groups: 32, tokens: Tokens::Apart }
    }

    /// A sixteenth of the width (an eighth in the stem), to be taught on a processor: 471 thousand values, a
    /// window in 0.08 s of CPU time, a step of learning on four in 1.4 s.
    pub const fn compact() -> Self {
        Self { stem: 8, widths: [16, 32, 64], groups: 4, tokens: Tokens::Apart }
    }
}
