//! The renderer that a window or a picture owns: one volume, any number of viewports.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::colormap::ColorMap;
use super::frame::{RenderError, SliceFrame, Upload};
use super::layer::LayerTexture;
use super::pipelines::Pipelines;
use super::ray::{RayFrame, RayPipelines, RayRenderer, RayShared};
use super::target::{Shared, Target};
use super::volume_texture::VolumeTexture;
use crate::gpu::ShaderLibrary;
use crate::volume::Volume;

/// Long-lived pipelines and textures; lives in egui's resource map, or alone for pictures.
pub struct SliceRenderer {
    target_format: wgpu::TextureFormat,
    library: ShaderLibrary,
    pipelines: Result<Pipelines, RenderError>,
    shaders: u64,
    colours: Option<wgpu::TextureView>,
    volume: Option<VolumeTexture>,
    volume_number: u64,
    /// The other volume that frames lay over it, and whether it can be laid at all.
    layer: Option<(Weak<Volume>, Option<LayerTexture>)>,
    layer_number: u64,
    /// Native slice that a viewport last looked at.
    focus: Option<usize>,
    targets: BTreeMap<u64, Target>,
    /// The 3D view, from when it is first looked at.
    rays: Option<RayRenderer>,
}

/// The same for the prior: a volume of its own, and memory of its own, for as long as there is one.
pub struct PriorRenderer(pub SliceRenderer);

impl SliceRenderer {
    /// - `target`: format of the pass that [`SliceRenderer::paint`] draws into
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        Self::with_shaders(device, target, ShaderLibrary::from_environment())
    }

    /// As [`SliceRenderer::new`], with shaders from anywhere.
    pub fn with_shaders(device: &wgpu::Device, target: wgpu::TextureFormat, library: ShaderLibrary) -> Self {
        // A folder of half-written shaders must not keep the window from opening.
        let pipelines = Pipelines::new(device, target, &library).or_else(|error| {
            tracing::warn!(%error, "shaders of the folder do not work, the built-in ones are used");
            Pipelines::new(device, target, &ShaderLibrary::new(None))
        });
        Self {
            target_format: target,
            library,
            pipelines,
            shaders: 0,
            colours: None,
            volume: None,
            volume_number: 0,
            layer: None,
            layer_number: 0,
            focus: None,
            targets: BTreeMap::new(),
            rays: None,
        }
    }

    /// Sends slices that have arrived since, at most `budget_bytes` (one slice at least), those
    /// near the slice last looked at first; replaces another volume.
    pub fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        volume: &Arc<Volume>,
        budget_bytes: usize,
    ) -> Upload {
        let texture = match self.volume.take() {
            Some(texture) if texture.holds(volume) => self.volume.insert(texture),
            other => {
                // The old texture goes before the new one comes: both at once may not fit.
                drop(other);
                self.targets.clear();
                if let Some(rays) = &mut self.rays {
                    rays.release();
                }
                self.focus = None;
                self.volume_number += 1;
                self.volume.insert(VolumeTexture::new(device, volume))
            }
        };
        texture.upload(queue, volume, self.focus, budget_bytes);
        texture.state()
    }

    /// Takes the volume and all pictures off the GPU.
    pub fn clear(&mut self) {
        self.volume = None;
        self.layer = None;
        self.volume_number += 1;
        self.targets.clear();
        self.rays = None;
    }

    /// Draws the frame into the viewport's own texture if anything of it has changed.
    ///
    /// A volume of which nothing was uploaded is drawn as not arrived.
    /// - `viewport`: any stable number, one per viewport
    pub fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        viewport: u64,
        frame: &SliceFrame,
    ) {
        self.reload(device);
        if !self.volume.as_ref().is_some_and(|texture| texture.holds(&frame.volume)) {
            self.upload(device, queue, &frame.volume, 0);
        }
        let limit = device.limits().max_texture_dimension_2d;
        let (Ok(pipelines), Some(volume)) = (&self.pipelines, &self.volume) else { return };
        if frame.view.size_px.iter().any(|n| *n == 0 || *n > limit) {
            self.targets.remove(&viewport);
            return;
        }
        if let Some(slice) = frame.view.slice
            && slice.axis == crate::geometry::GridAxis::K
        {
            self.focus = Some(slice.index);
            frame.volume.look_at(slice.index);
        }
        match frame.layer.as_ref().map(|look| &look.volume) {
            Some(volume) => {
                let known =
                    self.layer.as_ref().is_some_and(|(known, _)| known.as_ptr() == Arc::as_ptr(volume));
                if !known {
                    // The old one goes before the new one comes.
                    self.layer = None;
                    let texture = LayerTexture::new(device, queue, volume);
                    self.layer = Some((Arc::downgrade(volume), texture));
                    self.layer_number += 1;
                }
            }
            // One that is only hidden stays for as long as it is open.
            None if self.layer.as_ref().is_some_and(|(known, _)| known.strong_count() == 0) => {
                self.layer = None
            }
            None => {}
        }
        let layer =
            self.layer.as_ref().and_then(|(_, texture)| texture.as_ref()).zip(Some(self.layer_number));
        let layer =
            layer.filter(|(texture, _)| frame.layer.as_ref().is_some_and(|l| texture.holds(&l.volume)));
        let colours = self.colours.get_or_insert_with(|| colour_table(device, queue));
        let shared = Shared {
            device,
            queue,
            pipelines,
            shaders: self.shaders,
            volume,
            volume_number: self.volume_number,
            colours,
            layer,
        };
        self.targets
            .entry(viewport)
            .or_insert_with(|| Target::new(device, pipelines, frame.view.size_px))
            .draw(&shared, encoder, frame);
    }

    /// Copies the viewport's texture, pixel by pixel, to the pass's current viewport rectangle.
    /// A viewport that was never prepared stays as it is.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'static>, viewport: u64) {
        let (Ok(pipelines), Some(target)) = (&self.pipelines, self.targets.get(&viewport)) else { return };
        pass.set_pipeline(&pipelines.blit);
        pass.set_bind_group(0, target.copy_group(), &[]);
        pass.draw(0..3, 0..1);
    }

    /// Draws what a frame can afford of the 3D view: coarse while something changes, some rows of the whole
    /// picture at rest, and nothing before all slices are there. True where another frame makes it better.
    pub fn prepare_rays(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        frame: &RayFrame,
    ) -> bool {
        self.reload(device);
        if !self.volume.as_ref().is_some_and(|texture| texture.holds(&frame.volume)) {
            self.upload(device, queue, &frame.volume, 0);
        }
        let limit = device.limits().max_texture_dimension_2d;
        let (Ok(pipelines), Some(volume)) = (&self.pipelines, &self.volume) else { return false };
        if frame.view.size_px.iter().any(|n| *n == 0 || *n > limit) {
            self.rays = None;
            return false;
        }
        if self.rays.is_none() {
            // What is being written in a folder must not take the view away, and never the slices.
            let made = RayPipelines::new(device, &self.library).or_else(|error| {
                tracing::warn!(%error, "shaders of the 3D view do not work, the built-in ones are used");
                RayPipelines::new(device, &ShaderLibrary::new(None))
            });
            let Ok(made) = made else { return false };
            self.rays = Some(RayRenderer::new(device, pipelines, made, frame.view.size_px));
        }
        let Some(rays) = &mut self.rays else { return false };
        let colours = self.colours.get_or_insert_with(|| colour_table(device, queue));
        let shared =
            RayShared { device, queue, pipelines, volume, volume_number: self.volume_number, colours };
        rays.draw(&shared, encoder, frame);
        // Slices that arrive wake the window by themselves.
        rays.unfinished() && volume.is_complete()
    }

    /// As [`SliceRenderer::paint`], of the 3D view.
    pub fn paint_rays(&self, pass: &mut wgpu::RenderPass<'static>) {
        let (Ok(pipelines), Some(rays)) = (&self.pipelines, &self.rays) else { return };
        pass.set_pipeline(&pipelines.blit);
        pass.set_bind_group(0, rays.copy_group(), &[]);
        pass.draw(0..3, 0..1);
    }

    /// The 3D view's picture (RGBA8, not sRGB), to read back.
    pub fn ray_picture(&self) -> Option<&wgpu::Texture> {
        self.rays.as_ref().map(RayRenderer::texture)
    }

    /// Whether anything of the 3D view was drawn.
    pub fn rays_begun(&self) -> bool {
        self.rays.as_ref().is_some_and(|rays| rays.redraws() > 0)
    }

    /// The viewport's picture (RGBA8, not sRGB), to read back.
    pub fn picture(&self, viewport: u64) -> Option<&wgpu::Texture> {
        self.targets.get(&viewport).map(Target::texture)
    }

    /// Frees what a viewport that is gone holds.
    pub fn forget(&mut self, viewport: u64) {
        self.targets.remove(&viewport);
    }

    /// How long the viewport's own drawing took on the GPU, newest measurement, ms; `None` without
    /// time stamps or before the first one was read.
    pub fn gpu_ms(&self, viewport: u64) -> Option<f64> {
        self.targets.get(&viewport).and_then(Target::gpu_ms)
    }

    /// Reads time stamps of submitted frames; [`SliceRenderer::prepare`] does it too.
    pub fn advance_timers(&mut self, queue: &wgpu::Queue) {
        for target in self.targets.values_mut() {
            target.advance_timer(queue);
        }
    }

    /// How often the viewport was really drawn, for tests and benchmarks.
    pub fn redraws(&self, viewport: u64) -> u64 {
        self.targets.get(&viewport).map_or(0, Target::redraws)
    }

    /// Why nothing can be drawn, if so.
    pub fn error(&self) -> Option<&RenderError> {
        self.pipelines.as_ref().err()
    }

    /// Compiles changed sources of a shader folder; the last good ones stay where that fails.
    fn reload(&mut self, device: &wgpu::Device) {
        if !self.library.changed() {
            return;
        }
        match Pipelines::new(device, self.target_format, &self.library) {
            Ok(pipelines) => {
                tracing::info!("shaders compiled anew");
                for target in self.targets.values_mut() {
                    target.relink(device, &pipelines);
                }
                self.pipelines = Ok(pipelines);
                self.shaders += 1;
                self.rays = None;
            }
            Err(error) => tracing::warn!(%error, "shaders not taken over"),
        }
    }
}

/// All colour maps as the rows of a texture.
fn colour_table(device: &wgpu::Device, queue: &wgpu::Queue) -> wgpu::TextureView {
    let rows = ColorMap::ALL.len() as u32;
    let size = wgpu::Extent3d { width: 256, height: rows, depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("colour maps"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let texels: Vec<u8> =
        ColorMap::ALL.iter().flat_map(|map| map.table()).flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
    queue.write_texture(
        texture.as_image_copy(),
        &texels,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(1024), rows_per_image: Some(rows) },
        size,
    );
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
