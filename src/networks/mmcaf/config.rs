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

/// How much of every slice is read.
///
/// The published encoder ends in a maximum over all places. A narrow one that has seen few lesions finds something
/// else in a whole slice; around the lesion it learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// All of it, as published: 192 x 192 samples.
    #[default]
    Whole,
    /// A third of its columns and of its rows, around the point, sampled as finely: 64 x 64. Ours.
    Third,
}

impl Field {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Whole, Self::Third];

    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Third => "third",
        }
    }

    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == word)
    }

    /// Of a slice's columns or rows, how many of them it has; none of none.
    pub const fn of(self, length: usize) -> usize {
        match self {
            Self::Whole => length,
            Self::Third => length.div_ceil(3),
        }
    }

    /// Slices, rows and columns that the network reads.
    pub const fn window(self) -> [usize; 3] {
        let [slices, rows, columns] = MmcafConfig::WINDOW;
        [slices, self.of(rows), self.of(columns)]
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
    /// How much of every slice is read.
    pub field: Field,
}

impl MmcafConfig {
    /// Slices, rows, columns of the published window.
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
        Self { stem: 64, widths: [256, 512, 1024], groups: 32, tokens: Tokens::Apart, field: Field::Whole }
    }

    /// A sixteenth of the width (an eighth in the stem), to be taught on a processor: 471 thousand values, a
    /// window in 0.08 s of CPU time, a step of learning on four in 1.4 s.
    pub const fn compact() -> Self {
        Self { stem: 8, widths: [16, 32, 64], groups: 4, tokens: Tokens::Apart, field: Field::Whole }
    }
}
