//! Timed stages, for `triscope bench`.

pub mod classify;
pub mod explain;
pub mod load;
mod figures;
pub mod npy;
pub mod rays;
pub mod render;
pub mod reslice;
pub mod train;
pub mod weights;
