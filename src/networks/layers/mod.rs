//! Layers that burn lacks.

mod max_pool3d;

pub use max_pool3d::max_pool3d_k3s2p1;
