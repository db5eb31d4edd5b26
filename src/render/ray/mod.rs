//! The volume in 3D: what `shaders/ray.wgsl` is told, and the pictures it draws.
//!
//! Parallel rays, so that a millimetre is as long in front as behind. While something changes the picture is
//! drawn smaller and with longer steps, as fast as the adapter allows; at rest it is drawn whole, some rows
//! a frame.

mod blocks;
mod pace;
mod pipelines;
mod renderer;
mod table;
mod uniform;

pub use blocks::{Blocks, by_air};
pub use pace::Pace;
pub(super) use pipelines::RayPipelines;
pub(super) use renderer::{RayRenderer, RayShared};
pub use table::{TABLE_SIZE, sums, table};
pub use uniform::{RayFrame, fine_step_mm, gpu, uniform};

/// Steps of a picture that is still being turned, in those of one at rest.
pub const COARSE: f64 = 2.0;
