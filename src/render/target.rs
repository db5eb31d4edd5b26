//! A viewport's own texture: drawn only when something of it has changed, copied to the screen
//! every frame.

use std::sync::Arc;

use super::frame::SliceFrame;
use super::heatmap::{self, HeatmapTexture};
use super::layer::{self, LayerTexture};
use super::pipelines::{PICTURE_FORMAT, Pipelines};
use super::reference::slice::Variant;
use super::slice;
use super::timing::PassTimer;
use super::volume_texture::VolumeTexture;
use crate::geometry::VoxelBox;
use crate::view::{ResolvedView, outline_at};
use crate::volume::{Colours, Interpolation, Sampling, Sharpening};

/// Everything that a viewport's pixels depend on.
#[derive(Clone, PartialEq)]
struct Key {
    slice: slice::gpu::Slice,
    layer: Option<(heatmap::gpu::Heatmap, usize)>,
    variant: Variant,
    heatmap: Option<(heatmap::gpu::Heatmap, usize)>,
    size_px: [u32; 2],
    /// Which texture, and how many of the slices that this view needs have arrived.
    volume: u64,
    present: usize,
    /// Compiled shaders.
    shaders: u64,
}

/// One viewport on the GPU.
pub(super) struct Target {
    key: Option<Key>,
    size_px: [u32; 2],
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    copy: wgpu::BindGroup,
    slice_uniform: wgpu::Buffer,
    heatmap_uniform: wgpu::Buffer,
    layer_uniform: wgpu::Buffer,
    layer_group: Option<(u64, wgpu::BindGroup)>,
    slice_group: Option<(u64, wgpu::BindGroup)>,
    heatmap: Option<(HeatmapTexture, wgpu::BindGroup)>,
    timer: Option<PassTimer>,
    redraws: u64,
}

/// What the renderer lends for one drawing.
pub(super) struct Shared<'a> {
    pub(super) device: &'a wgpu::Device,
    pub(super) queue: &'a wgpu::Queue,
    pub(super) pipelines: &'a Pipelines,
    /// Changes with the pipelines.
    pub(super) shaders: u64,
    pub(super) volume: &'a VolumeTexture,
    /// Changes with the volume's texture.
    pub(super) volume_number: u64,
    pub(super) colours: &'a wgpu::TextureView,
    /// The other volume that frames ask for, and a number that changes with it.
    pub(super) layer: Option<(&'a LayerTexture, u64)>,
}

impl Target {
    pub(super) fn new(device: &wgpu::Device, pipelines: &Pipelines, size_px: [u32; 2]) -> Self {
        let (texture, view) = picture(device, size_px);
        let copy = copy_group(device, pipelines, &view);
        Self {
            key: None,
            size_px,
            texture,
            view,
            copy,
            slice_uniform: uniform_buffer(device, size_of::<slice::gpu::Slice>()),
            heatmap_uniform: uniform_buffer(device, size_of::<heatmap::gpu::Heatmap>()),
            layer_uniform: uniform_buffer(device, size_of::<heatmap::gpu::Heatmap>()),
            layer_group: None,
            slice_group: None,
            heatmap: None,
            timer: PassTimer::new(device),
            redraws: 0,
        }
    }

    /// The picture.
    pub(super) fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    /// For the copy to the screen.
    pub(super) fn copy_group(&self) -> &wgpu::BindGroup {
        &self.copy
    }

    /// How often it was drawn.
    pub(super) fn redraws(&self) -> u64 {
        self.redraws
    }

    /// Time of the newest measured drawing on the GPU.
    pub(super) fn gpu_ms(&self) -> Option<f64> {
        self.timer.as_ref().and_then(PassTimer::last_ms)
    }

    /// Reads time stamps of earlier frames.
    pub(super) fn advance_timer(&mut self, queue: &wgpu::Queue) {
        if let Some(timer) = &mut self.timer {
            timer.advance(queue);
        }
    }

    /// Takes over pipelines that were compiled anew.
    pub(super) fn relink(&mut self, device: &wgpu::Device, pipelines: &Pipelines) {
        self.copy = copy_group(device, pipelines, &self.view);
        self.slice_group = None;
        self.heatmap = None;
        self.layer_group = None;
        self.key = None;
    }

    /// Draws the frame if anything of it has changed.
    pub(super) fn draw(
        &mut self,
        shared: &Shared<'_>,
        encoder: &mut wgpu::CommandEncoder,
        frame: &SliceFrame,
    ) {
        self.advance_timer(shared.queue);
        let stored = shared.volume.stored();
        let Sampling { interpolation, sharpening } = frame.sampling;
        let (uniform, native) =
            slice::uniform(&frame.view, stored, frame.window, frame.invert, frame.colours, sharpening);
        let (sharpened, coloured) = (sharpening != Sharpening::Off, frame.colours != Colours::Grey);
        self.take_heatmap(shared, frame);
        let over = frame.heatmap.as_ref().zip(self.heatmap.as_ref()).map(|(look, (texture, _))| {
            let address = Arc::as_ptr(&look.saliency).addr();
            (heatmap::uniform(&frame.view, look, texture.largest), address)
        });
        let layer = frame
            .layer
            .as_ref()
            .zip(shared.layer)
            .map(|(look, (_, number))| (layer::uniform(&frame.view, look), number as usize));
        let (low, high) = slice_range(&frame.view);
        // Splines ask for two slices past the position, sharpening for the next pixel's or voxel's value.
        let mut beyond = if interpolation == Interpolation::Cubic { 2.0 } else { 0.0 };
        if sharpened {
            beyond += slice::beside(&uniform);
        }
        let beyond = beyond * stored.reduced as f64;
        let loading = !shared.volume.is_complete();
        let key = Key {
            layer,
            slice: uniform,
            variant: Variant { native, loading, interpolation, coloured, sharpened },
            heatmap: over,
            size_px: frame.view.size_px,
            volume: shared.volume_number,
            present: shared.volume.present_between(low - beyond, high + beyond),
            shaders: shared.shaders,
        };
        // Where all slices that this view needs are there, the end of loading changes nothing.
        let same = self.key.as_ref().is_some_and(|old| {
            let variant = Variant { loading, ..old.variant };
            Key { variant, ..old.clone() } == key
        });
        if same {
            return;
        }
        if self.size_px != frame.view.size_px {
            self.size_px = frame.view.size_px;
            (self.texture, self.view) = picture(shared.device, self.size_px);
            self.copy = copy_group(shared.device, shared.pipelines, &self.view);
        }
        self.encode(shared, encoder, frame, &key);
        tracing::trace!(size_px = ?self.size_px, native, last_gpu_ms = self.gpu_ms(), "view drawn");
        self.key = Some(key);
        self.redraws += 1;
    }

    fn encode(
        &mut self,
        shared: &Shared<'_>,
        encoder: &mut wgpu::CommandEncoder,
        frame: &SliceFrame,
        key: &Key,
    ) {
        self.link_volume(shared);
        shared.queue.write_buffer(&self.slice_uniform, 0, bytemuck::bytes_of(&key.slice));
        self.link_layer(shared);
        if let Some((uniform, _)) = &key.layer {
            shared.queue.write_buffer(&self.layer_uniform, 0, bytemuck::bytes_of(uniform));
        }
        if let Some((uniform, _)) = &key.heatmap {
            shared.queue.write_buffer(&self.heatmap_uniform, 0, bytemuck::bytes_of(uniform));
        }
        let timestamp_writes = self.timer.as_ref().and_then(PassTimer::writes);
        let measured = timestamp_writes.is_some();
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("view"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: None,
            timestamp_writes,
            occlusion_query_set: None,
            multiview_mask: None,
        });
        let grid = frame.volume.grid();
        if let Some((_, group)) = &self.slice_group
            && let Some([x, y, width, height]) = covered(&frame.view, grid, &grid.bounds())
        {
            pass.set_scissor_rect(x, y, width, height);
            pass.set_pipeline(shared.pipelines.slice(key.variant));
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
        if let (Some(look), Some((_, group)), true) = (&frame.layer, &self.layer_group, key.layer.is_some())
            && let Some([x, y, width, height]) =
                covered(&frame.view, look.volume.grid(), &look.volume.grid().bounds())
        {
            pass.set_scissor_rect(x, y, width, height);
            pass.set_pipeline(&shared.pipelines.heatmap);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
        if let (Some(look), Some((_, group)), true) = (&frame.heatmap, &self.heatmap, key.heatmap.is_some())
            && let Some([x, y, width, height]) = covered(&frame.view, grid, &look.saliency.bounds)
        {
            pass.set_scissor_rect(x, y, width, height);
            pass.set_pipeline(&shared.pipelines.heatmap);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
        drop(pass);
        if let (true, Some(timer)) = (measured, &self.timer) {
            timer.finish(encoder);
        }
    }

    fn link_volume(&mut self, shared: &Shared<'_>) {
        if self.slice_group.as_ref().is_some_and(|(number, _)| *number == shared.volume_number) {
            return;
        }
        self.slice_group = shared.volume.views().map(|[voxels, arrived]| {
            let group = shared.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("slice"),
                layout: &shared.pipelines.slice_layout,
                entries: &[
                    buffer_entry(0, &self.slice_uniform),
                    texture_entry(1, &voxels),
                    texture_entry(2, &arrived),
                    texture_entry(3, shared.colours),
                ],
            });
            (shared.volume_number, group)
        });
    }

    fn link_layer(&mut self, shared: &Shared<'_>) {
        let Some((texture, number)) = shared.layer else { return self.layer_group = None };
        if self.layer_group.as_ref().is_some_and(|(linked, _)| *linked == number) {
            return;
        }
        let group = shared.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("layer"),
            layout: &shared.pipelines.heatmap_layout,
            entries: &[
                buffer_entry(0, &self.layer_uniform),
                texture_entry(2, shared.colours),
                texture_entry(3, &texture.view),
            ],
        });
        self.layer_group = Some((number, group));
    }

    /// Keeps the map that the frame asks for on the GPU, and no other. A map that is only hidden
    /// stays, so that showing it again costs nothing.
    fn take_heatmap(&mut self, shared: &Shared<'_>, frame: &SliceFrame) {
        let Some(look) = &frame.heatmap else { return };
        if self.heatmap.as_ref().is_some_and(|(texture, _)| texture.holds(&look.saliency)) {
            return;
        }
        self.heatmap = HeatmapTexture::new(shared.device, shared.queue, &look.saliency).map(|texture| {
            let group = shared.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("heatmap"),
                layout: &shared.pipelines.heatmap_layout,
                entries: &[
                    buffer_entry(0, &self.heatmap_uniform),
                    texture_entry(2, shared.colours),
                    texture_entry(3, &texture.view),
                ],
            });
            (texture, group)
        });
    }
}

/// A buffer for one uniform.
pub(super) fn uniform_buffer(device: &wgpu::Device, size: usize) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("view"),
        size: size as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

pub(super) fn buffer_entry(binding: u32, buffer: &wgpu::Buffer) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() }
}

pub(super) fn texture_entry(binding: u32, view: &wgpu::TextureView) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) }
}

pub(super) fn copy_group(
    device: &wgpu::Device,
    pipelines: &Pipelines,
    view: &wgpu::TextureView,
) -> wgpu::BindGroup {
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("copy"),
        layout: &pipelines.blit_layout,
        entries: &[texture_entry(0, view)],
    })
}

pub(super) fn picture(
    device: &wgpu::Device,
    [width, height]: [u32; 2],
) -> (wgpu::Texture, wgpu::TextureView) {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("viewport"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: PICTURE_FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    (texture, view)
}

/// Lowest and highest native slice that a view reads.
fn slice_range(view: &ResolvedView) -> (f64, f64) {
    let [right, down, into] = view.voxel_from_viewport.axes().map(|axis| axis.z);
    let [width, height] = view.size_px.map(f64::from);
    let half = view.slab_step_mm * f64::from(view.slab_steps.saturating_sub(1)) / 2.0;
    let corner = view.voxel_from_viewport.origin().z;
    let ends = [[0.0, right * width], [0.0, down * height], [-into * half, into * half]];
    let sum = |pick: fn(f64, f64) -> f64| corner + ends.iter().map(|[a, b]| pick(*a, *b)).sum::<f64>();
    (sum(f64::min), sum(f64::max))
}

/// The rectangle of the viewport, x, y, width, height in px, outside of which the view of a box
/// of voxels is empty: on software adapters a pixel not drawn is the cheapest.
fn covered(view: &ResolvedView, grid: &crate::geometry::VoxelGrid, bounds: &VoxelBox) -> Option<[u32; 4]> {
    let half = view.slab_step_mm * f64::from(view.slab_steps.saturating_sub(1)) / 2.0;
    let corners = bounds.corners().map(|corner| grid.patient_from_voxel() * corner);
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    let mut add = |x: f64, y: f64| {
        low = [low[0].min(x), low[1].min(y)];
        high = [high[0].max(x), high[1].max(y)];
    };
    for depth in [-half, half] {
        for p in outline_at(&corners, view, depth) {
            add(p.x, p.y);
        }
    }
    for corner in corners.map(|corner| &view.viewport_from_patient * corner) {
        if corner.z.abs() <= half {
            add(corner.x, corner.y);
        }
    }
    let [width, height] = view.size_px.map(f64::from);
    // A pixel of margin: the shader's 32-bit positions decide what is inside, not these.
    let (x, y) = ((low[0] - 1.0).floor().clamp(0.0, width), (low[1] - 1.0).floor().clamp(0.0, height));
    let (right, bottom) = ((high[0] + 1.0).ceil().min(width), (high[1] + 1.0).ceil().min(height));
    (right > x && bottom > y).then(|| [x, y, right - x, bottom - y].map(|n| n as u32))
}
