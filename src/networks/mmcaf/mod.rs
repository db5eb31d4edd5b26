//! MMCAF-Net: a window of CT through a pyramid of gated levels, a row of a table through splines, and
//! both through attention at three widths.
//!
//! Field names are the published `state_dict` keys, so that weights load without a rename table.

mod blocks;
mod config;
mod fusion;
mod gates;
mod image;
mod kan;
mod keys;
mod net;
mod penet;

pub use blocks::{MultiKernel, Unite, UpBlock};
pub use config::{Field, MmcafConfig, Tokens};
pub use fusion::Fusion;
pub use gates::{ChannelAttention, SpatialAttention};
pub use image::{ImageEncoder, Pyramid};
pub use kan::Kan;
pub use keys::{is_without_effect, key_of, path_of, published_layout, random};
pub use net::Mmcaf;
pub use penet::{Bottleneck, Penet};
