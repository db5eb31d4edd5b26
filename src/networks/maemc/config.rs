//! Sizes of MAEMC-NET's parts, and what its sources leave open.

use super::positions::positions_of;
use crate::networks::layers::VitBlockConfig;
use crate::networks::weights::StateDict;

/// Slices along each side of a montage: 25 slices, row by row from the top left.
pub const GRID: usize = 5;
/// Slices of a montage, and tokens of an encoder beside the class token.
pub const SLICES: usize = GRID * GRID;
/// Rows and columns of a slice: it is one patch.
pub const PATCH: usize = 50;
/// Slices that an encoder sees while it learns without labels: half of them, rounded down.
/// Source: the paper's best share by accuracy; mae, models_mae.py (`int`).
pub const KEPT: usize = SLICES / 2;
/// Features in which the two directions of a lesion are compared.
pub const CONTRAST: usize = 128;

/// What tells a token its slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Sines and cosines, taking turns, of the slice's number from 0: the paper's formula. Slices are in
    /// their anatomical order.
    Line,
    /// Sines, then cosines, of the column of the montage, then of its row: MAE's code.
    Grid,
}

impl Positions {
    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Grid => "grid",
        }
    }
}

/// What the classifier reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The class token, which has been trained with the rest.
    Class,
    /// The mean over the slices' tokens, normalised after it.
    Mean,
}

impl Pooling {
    /// Lower-case word, as in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Mean => "mean",
        }
    }
}

/// A stack of Transformer blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackConfig {
    /// Features of a token, a multiple of 4.
    pub width: usize,
    /// Blocks.
    pub blocks: usize,
    /// Attention heads of each.
    pub heads: usize,
}

impl StackConfig {
    /// Without layer scales, MLP four times as wide, as MAE has them.
    pub(super) const fn block(&self) -> VitBlockConfig {
        VitBlockConfig { dim: self.width, heads: self.heads, hidden: 4 * self.width, layer_scale: false }
    }
}

/// MAEMC-NET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaemcConfig {
    /// Of a montage: 1 is grey; the paper is silent, MAE's default is 3.
    pub channels: usize,
    /// Encoder, and momentum encoder.
    pub encoder: StackConfig,
    /// Decoder.
    pub decoder: StackConfig,
    /// What tells a token its slice, in encoder and decoder.
    pub positions: Positions,
    /// What the classifier reads.
    pub pooling: Pooling,
}

impl MaemcConfig {
    /// ViT-L, and MAE's decoder. Source: the paper; mae, models_mae.py (mae_vit_large_patch16).
    pub const fn full() -> Self {
        Self {
            channels: 1,
            encoder: StackConfig { width: 1024, blocks: 24, heads: 16 },
            decoder: StackConfig { width: 512, blocks: 8, heads: 16 },
            positions: Positions::Line,
            pooling: Pooling::Class,
        }
    }

    /// The same with the channels of these weights, and with the positions that their fixed table has,
    /// where they hold one.
    pub fn with_options_of(self, state: &StateDict) -> Self {
        let channels = state.tensors.get("patch_embed.proj.weight").and_then(|array| array.shape.get(1));
        Self {
            channels: channels.copied().filter(|n| [1, 3].contains(n)).unwrap_or(self.channels),
            positions: positions_of(state, &self).ok().flatten().unwrap_or(self.positions),
            ..self
        }
    }

    /// Small enough to learn on a processor: 3.6 million parameters.
    pub const fn compact() -> Self {
        Self {
            encoder: StackConfig { width: 192, blocks: 6, heads: 3 },
            decoder: StackConfig { width: 96, blocks: 2, heads: 3 },
            ..Self::full()
        }
    }
}
