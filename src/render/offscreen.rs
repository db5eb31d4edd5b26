//! Pictures without a window, through the same shaders.

use std::sync::Arc;

use super::frame::{RenderError, SliceFrame};
use super::ray::RayFrame;
use super::renderer::SliceRenderer;
use crate::gpu::{Fault, Gpu};
use crate::volume::Volume;

/// Bytes sent between two waits: what is on its way is held twice.
const UPLOAD_BYTES: usize = 32 << 20;

/// The only viewport of an off-screen renderer.
const VIEWPORT: u64 = 0;

/// Draws frames to memory; keeps the volume on the GPU from picture to picture.
pub struct Offscreen {
    gpu: Gpu,
    renderer: SliceRenderer,
}

impl Offscreen {
    /// A renderer without a window.
    pub fn new(gpu: &Gpu) -> Self {
        let renderer = SliceRenderer::new(&gpu.device, wgpu::TextureFormat::Rgba8Unorm);
        Self { gpu: gpu.clone(), renderer }
    }

    /// Sends all of a volume that has arrived.
    /// - errors: not even a reduced volume fits, or the device failed
    pub fn upload(&mut self, volume: &Arc<Volume>) -> Result<super::Upload, RenderError> {
        let mut before = None;
        loop {
            let state = self.renderer.upload(&self.gpu.device, &self.gpu.queue, volume, UPLOAD_BYTES);
            if state.reduced == 0 {
                return Err(RenderError::NoMemory);
            }
            if state.is_complete() || before == Some(state) {
                return Ok(state);
            }
            before = Some(state);
            self.gpu.queue.submit([]);
            self.wait()?;
        }
    }

    /// Draws the frame and waits for it, without reading it back.
    pub fn draw(&mut self, frame: &SliceFrame) -> Result<(), RenderError> {
        self.check(frame.view.size_px)?;
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.renderer.prepare(&self.gpu.device, &self.gpu.queue, &mut encoder, VIEWPORT, frame);
        self.gpu.queue.submit([encoder.finish()]);
        self.wait()
    }

    /// Whether a picture of this size can be drawn.
    fn check(&self, [width, height]: [u32; 2]) -> Result<(), RenderError> {
        if let Some(error) = self.renderer.error() {
            return Err(error.clone());
        }
        let limit = self.gpu.device.limits().max_texture_dimension_2d;
        if width > limit || height > limit {
            return Err(RenderError::TooLarge { width, height, limit });
        }
        Ok(())
    }

    /// One frame as RGBA8 rows, top row first, without gaps.
    pub fn picture(&mut self, frame: &SliceFrame) -> Result<Vec<u8>, RenderError> {
        self.upload(&frame.volume)?;
        self.draw(frame)?;
        let texture = self.renderer.picture(VIEWPORT).ok_or_else(no_picture)?;
        self.read(texture, frame.view.size_px)
    }

    /// Draws the whole of the 3D view and waits for it, without reading it back.
    pub fn draw_rays(&mut self, frame: &RayFrame) -> Result<(), RenderError> {
        while self.draw_some_rays(frame)? {}
        Ok(())
    }

    /// Draws what one frame of a window would; true where another would make the picture better.
    pub fn draw_some_rays(&mut self, frame: &RayFrame) -> Result<bool, RenderError> {
        self.check(frame.view.size_px)?;
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let more = self.renderer.prepare_rays(&self.gpu.device, &self.gpu.queue, &mut encoder, frame);
        self.gpu.queue.submit([encoder.finish()]);
        self.wait()?;
        Ok(more)
    }

    /// The 3D view as it is after one frame of a window: coarse, where it could not be made whole in that time.
    pub fn first_ray_picture(&mut self, frame: &RayFrame) -> Result<Vec<u8>, RenderError> {
        self.upload(&frame.volume)?;
        while !self.renderer.rays_begun() {
            self.draw_some_rays(frame)?;
        }
        let texture = self.renderer.ray_picture().ok_or_else(no_picture)?;
        self.read(texture, frame.view.size_px)
    }

    /// The 3D view as RGBA8 rows, as it is when it is done.
    pub fn ray_picture(&mut self, frame: &RayFrame) -> Result<Vec<u8>, RenderError> {
        self.upload(&frame.volume)?;
        self.draw_rays(frame)?;
        let texture = self.renderer.ray_picture().ok_or_else(no_picture)?;
        self.read(texture, frame.view.size_px)
    }

    /// How long the last drawing took on the GPU by its time stamps, ms; waits for them.
    pub fn gpu_ms(&mut self) -> Option<f64> {
        // Once to ask for the stamps, once to take them.
        for _ in 0..2 {
            self.renderer.advance_timers(&self.gpu.queue);
            self.wait().ok()?;
        }
        self.renderer.gpu_ms(VIEWPORT)
    }

    fn read(&self, texture: &wgpu::Texture, [width, height]: [u32; 2]) -> Result<Vec<u8>, RenderError> {
        let row = (4 * width).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("picture"),
            size: u64::from(row) * u64::from(height),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(row),
                    rows_per_image: Some(height),
                },
            },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
        self.gpu.queue.submit([encoder.finish()]);
        buffer.map_async(wgpu::MapMode::Read, .., |_| {});
        self.wait()?;
        let bytes =
            buffer.get_mapped_range(..).map_err(|error| RenderError::Device { detail: error.to_string() })?;
        Ok(bytes.chunks_exact(row as usize).flat_map(|line| &line[..4 * width as usize]).copied().collect())
    }

    fn wait(&self) -> Result<(), RenderError> {
        self.gpu
            .device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| RenderError::Device { detail: error.to_string() })?;
        match self.gpu.fault.take() {
            None => Ok(()),
            Some(Fault::OutOfMemory { .. }) => Err(RenderError::NoMemory),
            Some(fault) => Err(RenderError::Device { detail: fault.to_string() }),
        }
    }
}

fn no_picture() -> RenderError {
    RenderError::Device { detail: "there is no picture to read".to_owned() }
}

/// One frame as RGBA8 rows without a window, through the same shaders.
pub fn offscreen(gpu: &Gpu, frame: &SliceFrame) -> Result<Vec<u8>, RenderError> {
    Offscreen::new(gpu).picture(frame)
}
