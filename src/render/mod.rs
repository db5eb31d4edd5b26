//! The views on the GPU. Knows resolved views, not widgets.

use std::sync::Arc;

use crate::explain::Saliency;
use crate::gpu::Gpu;
use crate::view::ResolvedView;
use crate::volume::{Volume, Window};

/// How a saliency map lies over the slice.
#[derive(Clone, Debug)]
pub struct HeatmapLook {
    /// The map.
    pub saliency: Arc<Saliency>,
    /// 0..=1.
    pub opacity: f32,
    /// Below this part of the map's maximum (0..=1) nothing is drawn.
    pub threshold: f32,
}

/// One frame of one viewport.
#[derive(Clone, Debug)]
pub struct SliceFrame {
    /// What.
    pub volume: Arc<Volume>,
    /// From where.
    pub view: ResolvedView,
    /// In which window.
    pub window: Window,
    /// Black on white.
    pub invert: bool,
    /// The map over it, if asked for.
    pub heatmap: Option<HeatmapLook>,
}

/// Why a picture could not be made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RenderError {
    /// See the sentence.
    #[error("{0}")]
    Sentence(String),
}

/// How much of a volume is on the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Slices there.
    pub slices: usize,
    /// Slices of the volume.
    pub total: usize,
    /// The volume was reduced by this factor per axis to fit the adapter (1: not reduced).
    pub reduced: usize,
    /// Bytes in use on the GPU.
    pub bytes: u64,
}

/// Long-lived pipelines and textures; lives in egui's resource map, or alone for pictures.
pub struct SliceRenderer {
    _private: (),
}

impl SliceRenderer {
    /// - `target`: format of the pass that [`SliceRenderer::paint`] draws into
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let _ = (device, target);
        unimplemented!()
    }

    /// Sends slices that have arrived since, at most `budget_bytes`; replaces another volume.
    pub fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        volume: &Arc<Volume>,
        budget_bytes: usize,
    ) -> Upload {
        let _ = (device, queue, volume, budget_bytes);
        unimplemented!()
    }

    /// Draws the frame into the viewport's own texture if anything of it has changed.
    /// - `viewport`: any stable number, one per viewport
    pub fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        viewport: u64,
        frame: &SliceFrame,
    ) {
        let _ = (device, queue, encoder, viewport, frame);
        unimplemented!()
    }

    /// Copies the viewport's texture, pixel by pixel, to the pass's current viewport rectangle.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'static>, viewport: u64) {
        let _ = (pass, viewport);
        unimplemented!()
    }
}

/// One frame as RGBA8 rows without a window, through the same shaders.
pub fn offscreen(gpu: &Gpu, frame: &SliceFrame) -> Result<Vec<u8>, RenderError> {
    let _ = (gpu, frame);
    unimplemented!()
}
