//! Layers that burn lacks, and quicker ways through some that it has.

mod attention;
mod axis_map;
mod conv_norm;
mod convolution;
mod direct_conv3d;
mod drop;
mod group_norm;
mod follow;
mod gelu;
mod learning;
mod max_pool3d;
mod plain;
mod quick;
mod same_conv3d;
mod small_conv3d;
mod stem_conv3d;
mod vit_block;

pub use attention::{MultiheadAttention, attend};
pub use axis_map::{AxisMap, trilinear};
pub use conv_norm::{batch_norm, biased_conv3d, conv3d, fold, normalised};
pub use convolution::convolution;
pub use drop::Drop;
pub use follow::followed;
pub use gelu::quick_gelu;
pub use group_norm::group_norm;
pub use max_pool3d::max_pool3d_k3s2p1;
pub use quick::quick_conv3d;
pub use vit_block::{VitBlock, VitBlockConfig, vit_norm};
