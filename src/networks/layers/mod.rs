//! Layers that burn lacks.

mod max_pool3d;
mod small_conv3d;
mod stem_conv3d;

pub use max_pool3d::max_pool3d_k3s2p1;
pub use small_conv3d::{small_conv3d, small_conv3d_applies};
pub use stem_conv3d::{stem_conv3d, stem_conv3d_applies};
