//! Sizes of the DINOv2 transformers.

use super::keys::REGISTERS;
use crate::networks::layers::VitBlockConfig;
use crate::networks::weights::StateDict;

/// Columns and rows of a patch, px.
pub const PATCH: usize = 14;
/// Columns and rows of the position table: patches of the 518 px on which the transformers were taught.
pub const TABLE: usize = 37;

/// A DINOv2 vision transformer. Source: dinov2, hub/backbones.py.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DinoConfig {
    /// Features of a token.
    pub dim: usize,
    /// Number of blocks.
    pub depth: usize,
    /// Attention heads of each.
    pub heads: usize,
    /// Register tokens after the class token: 0, or 4 in the variants "with registers". Those were
    /// taught with another resizing of the position table.
    pub registers: usize,
}

/// LungNodule-SSM: the transformer; what answers from its class token is of the same width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SsmConfig {
    /// The transformer.
    pub vit: DinoConfig,
}

impl DinoConfig {
    /// ViT-S/14, `dinov2_vits14`.
    pub const fn small() -> Self {
        Self { dim: 384, depth: 12, heads: 6, registers: 0 }
    }

    /// ViT-B/14, `dinov2_vitb14`.
    pub const fn base() -> Self {
        Self { dim: 768, depth: 12, heads: 12, registers: 0 }
    }

    /// ViT-L/14, `dinov2_vitl14`: the published one of LungNodule-SSM.
    pub const fn large() -> Self {
        Self { dim: 1024, depth: 24, heads: 16, registers: 0 }
    }

    /// Small enough for every slice of a scan on a processor. Ours: no such checkpoint is published.
    pub const fn compact() -> Self {
        Self { dim: 96, depth: 6, heads: 3, registers: 0 }
    }

    /// Word for the size, as DINOv2 names it.
    pub const fn name(&self) -> &'static str {
        match self.dim {
            384 => "vit_s14",
            768 => "vit_b14",
            1024 => "vit_l14",
            _ => "compact",
        }
    }

    /// The published transformer that is as wide as these weights are; this one where there is none.
    pub fn of_width_in(self, state: &StateDict) -> Self {
        let width = state.tensors.get("cls_token").and_then(|array| array.shape.last()).copied();
        let published = [Self::small(), Self::base(), Self::large()];
        published.into_iter().find(|vit| Some(vit.dim) == width).unwrap_or(self)
    }

    /// The same transformer with as many register tokens as these weights have.
    pub fn with_registers_of(self, state: &StateDict) -> Self {
        let tokens = state.tensors.get(REGISTERS).and_then(|array| array.shape.get(1));
        Self { registers: tokens.copied().unwrap_or(0), ..self }
    }

    pub(super) fn block(&self) -> VitBlockConfig {
        VitBlockConfig { dim: self.dim, heads: self.heads, hidden: 4 * self.dim, layer_scale: true }
    }
}
