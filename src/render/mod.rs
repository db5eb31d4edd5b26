//! The views on the GPU. Knows resolved views, not widgets.
//!
//! `ui` prepares and paints viewports with [`SliceRenderer`] inside egui's passes; the terminal
//! makes pictures with [`Offscreen`]. Each shader in `shaders/` has its CPU twin, which defines
//! what it should show, in [`mod@reference`].

mod colormap;
mod frame;
mod inferno;
mod offscreen;
mod pipelines;
mod renderer;
mod target;
mod timing;
mod volume_texture;

pub mod contour;
pub mod heatmap;
pub mod layer;
pub mod ray;
pub mod reference;
pub mod slice;

pub use colormap::ColorMap;
pub use frame::{HeatmapLook, LayerLook, RenderError, SharedScale, SliceFrame, Upload};
pub use offscreen::{Offscreen, offscreen};
pub use ray::RayFrame;
pub use renderer::{PriorRenderer, SliceRenderer};
