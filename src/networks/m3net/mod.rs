//! M3Net: three encoders on three sizes of context, fused by attention over their logits.
//!
//! Field names are the published `state_dict` keys, so that weights load without a rename table.
//! Used by `inference` (forward) and `explain` (taps, tails).

mod blocks;
mod config;
mod convnext;
mod fusion;
mod keys;
mod net;
mod resnet3d;

pub use crate::networks::layout::{Layout, layout_of};
pub use blocks::BasicBlock;
pub use config::{Encoder2dConfig, EncoderConfig, M3NetConfig, ResNet3dConfig};
pub use convnext::ConvNext;
pub use fusion::{ATTENTION, Fusion, FusionLayers};
pub use keys::{is_without_effect, path_of, published_layout, readers_layout};
pub use net::{Encoder, M3Net};
pub use resnet3d::ResNet3d;
