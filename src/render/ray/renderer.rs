//! The 3D view on the GPU: blocks, tables, and a picture that is coarse while it is turned and whole at rest.

use std::sync::Arc;

use super::blocks::{Blocks, by_air};
use super::pace::Pace;
use super::uniform::{RayFrame, fine_step_mm, gpu, uniform};
use super::{COARSE, sums, table};
use crate::explain::Saliency;
use crate::render::heatmap::HeatmapTexture;
use crate::render::pipelines::Pipelines;
use crate::render::ray::pipelines::RayPipelines;
use crate::render::reference::ray::Variant as RayVariant;
use crate::render::target::{buffer_entry, copy_group, picture, texture_entry, uniform_buffer};
use crate::render::timing::PassTimer;
use crate::render::volume_texture::VolumeTexture;
use crate::volume::{Part, Transfer, Volume};

/// Values of the volume that are looked at for blocks in one frame, at least a slice: some 5 ms.
const VALUES_PER_FRAME: usize = 6 << 20;

/// What the renderer lends for one drawing.
pub(in crate::render) struct RayShared<'a> {
    pub(in crate::render) device: &'a wgpu::Device,
    pub(in crate::render) queue: &'a wgpu::Queue,
    pub(in crate::render) pipelines: &'a Pipelines,
    pub(in crate::render) volume: &'a VolumeTexture,
    /// Changes with the volume's texture.
    pub(in crate::render) volume_number: u64,
    pub(in crate::render) colours: &'a wgpu::TextureView,
}

/// Everything that the pixels depend on.
#[derive(Clone, PartialEq)]
struct Key {
    ray: gpu::Ray,
    variant: RayVariant,
    looks: Looks,
    size_px: [u32; 2],
}

/// What textures were made of: changing it costs more than turning.
#[derive(Clone, PartialEq)]
struct Looks {
    volume: u64,
    transfer: Option<Arc<Transfer>>,
    part: Part,
    /// Address of the map.
    map: usize,
}

/// Textures of one [`Looks`].
struct Bound {
    looks: Looks,
    groups: [wgpu::BindGroup; 2],
    map: Option<HeatmapTexture>,
}

/// The blocks of one volume, while they are being looked at and after.
struct Looked {
    volume: u64,
    blocks: Blocks,
    next: usize,
}

/// One 3D view.
pub(in crate::render) struct RayRenderer {
    pipelines: RayPipelines,
    uniforms: [wgpu::Buffer; 2],
    stretch_uniform: wgpu::Buffer,
    looked: Option<Looked>,
    bound: Option<Bound>,
    key: Option<Key>,
    size_px: [u32; 2],
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    copy: wgpu::BindGroup,
    small: wgpu::TextureView,
    small_group: wgpu::BindGroup,
    /// Rows of the whole picture that are done.
    rows: u32,
    pace: Pace,
    timer: Option<PassTimer>,
    /// Rays of the pass that is being measured, and whether they were fine.
    measured: Option<(f64, bool)>,
    waiting: bool,
    redraws: u64,
}

/// What [`RayRenderer::uniforms`] and [`Bound::groups`] are for.
const FINE: usize = 0;
const QUICK: usize = 1;

impl RayRenderer {
    pub(in crate::render) fn new(
        device: &wgpu::Device,
        shared: &Pipelines,
        pipelines: RayPipelines,
        size_px: [u32; 2],
    ) -> Self {
        let (texture, view) = picture(device, size_px);
        let copy = copy_group(device, shared, &view);
        let stretch_uniform = uniform_buffer(device, size_of::<gpu::Stretch>());
        let (small, small_group) = small_picture(device, &pipelines, &stretch_uniform, size_px);
        Self {
            uniforms: [(); 2].map(|()| uniform_buffer(device, size_of::<gpu::Ray>())),
            stretch_uniform,
            pipelines,
            looked: None,
            bound: None,
            key: None,
            size_px,
            texture,
            view,
            copy,
            small,
            small_group,
            rows: 0,
            pace: Pace::default(),
            timer: PassTimer::new(device),
            measured: None,
            waiting: true,
            redraws: 0,
        }
    }

    /// The picture.
    pub(in crate::render) fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    /// For the copy to the screen.
    pub(in crate::render) fn copy_group(&self) -> &wgpu::BindGroup {
        &self.copy
    }

    /// Lets go of everything that is of one volume: its texture would stay for as long as this looks at it.
    pub(in crate::render) fn release(&mut self) {
        (self.looked, self.bound, self.key) = (None, None, None);
        self.waiting = true;
    }

    /// Whether another frame would make the picture better.
    pub(in crate::render) fn unfinished(&self) -> bool {
        self.waiting || self.rows < self.size_px[1]
    }

    /// How often something of it was drawn.
    pub(in crate::render) fn redraws(&self) -> u64 {
        self.redraws
    }

    /// Draws what the frame can afford: a coarse picture where something has changed, else the next rows of
    /// the whole one. Before all slices are there, nothing.
    pub(in crate::render) fn draw(
        &mut self,
        shared: &RayShared<'_>,
        encoder: &mut wgpu::CommandEncoder,
        frame: &RayFrame,
    ) {
        self.learn(shared.queue);
        self.fit(shared, frame.view.size_px);
        self.waiting = !self.look(shared, &frame.volume) || !self.bind(shared, frame);
        if self.waiting {
            self.key = None;
            clear(encoder, &self.view);
            return;
        }
        let Some(bound) = &self.bound else { return };
        let stored = shared.volume.stored();
        let largest = bound.map.as_ref().map_or(0.0, |map| map.largest);
        let step_mm = fine_step_mm(&frame.volume, stored.reduced);
        let variant = RayVariant {
            maximum: frame.transfer.is_none(),
            lit: frame.transfer.as_ref().is_some_and(|transfer| transfer.shading.is_some()),
            fine: true,
        };
        let key = Key {
            ray: uniform(frame, stored, largest, step_mm),
            variant,
            looks: bound.looks.clone(),
            size_px: self.size_px,
        };
        let [width, height] = self.size_px;
        let all = f64::from(width) * f64::from(height);
        if self.key.as_ref() != Some(&key) {
            shared.queue.write_buffer(&self.uniforms[FINE], 0, bytemuck::bytes_of(&key.ray));
            self.key = Some(key);
            self.rows = 0;
            if all > self.pace.rays(true) {
                let quick = uniform(frame, stored, largest, step_mm * COARSE);
                self.draw_small(shared, encoder, quick, variant);
                return;
            }
        } else if self.rows >= height {
            return;
        }
        let affordable = (self.pace.rays(true) / f64::from(width)).max(4.0) as u32;
        let rows = affordable.min(height - self.rows);
        self.draw_rows(shared, encoder, rows, variant);
    }

    /// Takes in what the last measured pass took.
    fn learn(&mut self, queue: &wgpu::Queue) {
        let Some(timer) = &mut self.timer else { return };
        timer.advance(queue);
        if let (Some(took_ms), Some((rays, fine))) = (timer.take_ms(), self.measured) {
            self.measured = None;
            self.pace.learn(rays, fine, took_ms);
        }
    }

    fn fit(&mut self, shared: &RayShared<'_>, size_px: [u32; 2]) {
        if self.size_px == size_px {
            return;
        }
        self.size_px = size_px;
        (self.texture, self.view) = picture(shared.device, size_px);
        self.copy = copy_group(shared.device, shared.pipelines, &self.view);
        (self.small, self.small_group) =
            small_picture(shared.device, &self.pipelines, &self.stretch_uniform, size_px);
        self.key = None;
    }

    /// Looks at the next slices; true where all blocks are known.
    fn look(&mut self, shared: &RayShared<'_>, volume: &Volume) -> bool {
        let stored = shared.volume.stored();
        if self.looked.as_ref().is_none_or(|looked| looked.volume != shared.volume_number) {
            let blocks = Blocks::new(stored.size);
            self.looked = Some(Looked { volume: shared.volume_number, blocks, next: 0 });
            self.bound = None;
        }
        let Some(looked) = &mut self.looked else { return false };
        if !shared.volume.is_complete() {
            return false;
        }
        let of_a_slice = stored.size[0] * stored.size[1] * stored.reduced.pow(3);
        for _ in 0..(VALUES_PER_FRAME / of_a_slice.max(1)).max(1) {
            if looked.next >= stored.size[2] {
                break;
            }
            let Some(values) = shared.volume.slice(volume, looked.next) else { return false };
            looked.blocks.add(looked.next, &values, stored.padding);
            looked.next += 1;
        }
        looked.next >= stored.size[2]
    }

    /// Textures of the preset and the map; false where they cannot be had.
    fn bind(&mut self, shared: &RayShared<'_>, frame: &RayFrame) -> bool {
        let map = frame.heatmap.as_ref().map(|look| &look.saliency);
        let looks = Looks {
            volume: shared.volume_number,
            transfer: frame.transfer.clone(),
            part: frame.part,
            map: map.map_or(0, |map| Arc::as_ptr(map).addr()),
        };
        if self.bound.as_ref().is_some_and(|bound| bound.looks == looks) {
            return true;
        }
        let (Some(looked), Some([voxels, _])) = (&self.looked, shared.volume.views()) else { return false };
        let stored = shared.volume.stored();
        let (device, queue) = (shared.device, shared.queue);
        let kept = self.bound.take().and_then(|bound| bound.map);
        let map = map.and_then(|map| match kept {
            Some(kept) if kept.holds(map) => Some(kept),
            _ => HeatmapTexture::new(device, queue, map),
        });
        let also = map.as_ref().and(frame.heatmap.as_ref()).map(|look| {
            let factor = stored.reduced.max(1) as f64;
            reach(&look.saliency).map(|corner| corner.map(|c| (c - (factor - 1.0) / 2.0) / factor))
        });
        let transfer = frame.transfer.as_deref();
        let step_mm = fine_step_mm(&frame.volume, stored.reduced);
        let tables = [1.0, COARSE].map(|times| match transfer {
            Some(transfer) => table(transfer, step_mm * times),
            None => vec![[0.0; 4]],
        });
        let blocks = match transfer {
            // Both tables take light away at the same values.
            Some(_) => {
                let size = looked.blocks.size();
                let only = frame.inside().map(|inside| by_air(inside, size, stored.reduced));
                looked.blocks.distances(&tables[FINE], stored.value, only.as_deref(), also)
            }
            None => looked.blocks.highest().to_vec(),
        };
        let blocks = texture_of(device, queue, "blocks", looked.blocks.size(), &blocks);
        // Where everything is shown the level is above zero everywhere.
        let inside = match frame.inside() {
            Some(inside) => texture_of(device, queue, "part", inside.size(), inside.levels()),
            None => texture_of(device, queue, "everywhere", [1; 3], &[100.0]),
        };
        // Something must be bound where there is no map.
        let none = texture_of(device, queue, "no map", [1; 3], &[0.0f32]);
        let groups = std::array::from_fn(|n| {
            let table = table_texture(device, queue, &sums(&tables[n]));
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("ray"),
                layout: &self.pipelines.layout,
                entries: &[
                    buffer_entry(0, &self.uniforms[n]),
                    texture_entry(1, &voxels),
                    texture_entry(2, shared.colours),
                    texture_entry(3, map.as_ref().map_or(&none, |map| &map.view)),
                    texture_entry(4, &table),
                    texture_entry(5, &blocks),
                    texture_entry(6, &inside),
                ],
            })
        });
        self.bound = Some(Bound { looks, groups, map });
        true
    }

    /// A small picture with long steps, stretched over the large one.
    fn draw_small(
        &mut self,
        shared: &RayShared<'_>,
        encoder: &mut wgpu::CommandEncoder,
        mut ray: gpu::Ray,
        variant: RayVariant,
    ) {
        let divider = self.pace.divider(self.size_px);
        let size = self.size_px.map(|n| n.div_ceil(divider));
        let times = divider as f32;
        (ray.right, ray.down) = (ray.right.map(|c| c * times), ray.down.map(|c| c * times));
        let stretch = gpu::Stretch { scale: [1.0 / times; 2], size: size.map(|n| n as f32) };
        shared.queue.write_buffer(&self.uniforms[QUICK], 0, bytemuck::bytes_of(&ray));
        shared.queue.write_buffer(&self.stretch_uniform, 0, bytemuck::bytes_of(&stretch));
        let rays = f64::from(size[0]) * f64::from(size[1]);
        let pipeline = self.pipelines.get(shared.device, RayVariant { fine: false, ..variant });
        let Some(bound) = &self.bound else { return };
        let [width, height] = size;
        pass(encoder, &self.small, self.timer.as_ref(), (rays, false), &mut self.measured, true, |pass| {
            pass.set_scissor_rect(0, 0, width, height);
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &bound.groups[QUICK], &[]);
        });
        pass(encoder, &self.view, None, (0.0, false), &mut self.measured, true, |pass| {
            pass.set_pipeline(&self.pipelines.stretch);
            pass.set_bind_group(0, &self.small_group, &[]);
        });
        self.redraws += 1;
    }

    /// The next rows of the whole picture.
    fn draw_rows(
        &mut self,
        shared: &RayShared<'_>,
        encoder: &mut wgpu::CommandEncoder,
        rows: u32,
        variant: RayVariant,
    ) {
        let (first, width) = (self.rows, self.size_px[0]);
        let pipeline = self.pipelines.get(shared.device, variant);
        let Some(bound) = &self.bound else { return };
        let rays = f64::from(rows) * f64::from(width);
        pass(encoder, &self.view, self.timer.as_ref(), (rays, true), &mut self.measured, false, |pass| {
            pass.set_scissor_rect(0, first, width, rows);
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &bound.groups[FINE], &[]);
        });
        self.rows += rows;
        self.redraws += 1;
    }
}

/// One triangle over a picture, by the pipeline and the group that `set` chooses.
fn pass(
    encoder: &mut wgpu::CommandEncoder,
    view: &wgpu::TextureView,
    timer: Option<&PassTimer>,
    rays: (f64, bool),
    measured: &mut Option<(f64, bool)>,
    fresh: bool,
    set: impl FnOnce(&mut wgpu::RenderPass<'_>),
) {
    let timestamp_writes = timer.and_then(PassTimer::writes);
    let timed = timestamp_writes.is_some();
    let load = if fresh { wgpu::LoadOp::Clear(wgpu::Color::BLACK) } else { wgpu::LoadOp::Load };
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("3D"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
        })],
        depth_stencil_attachment: None,
        timestamp_writes,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    set(&mut pass);
    pass.draw(0..3, 0..1);
    drop(pass);
    if let (true, Some(timer)) = (timed, timer) {
        timer.finish(encoder);
        *measured = Some(rays);
    }
}

fn clear(encoder: &mut wgpu::CommandEncoder, view: &wgpu::TextureView) {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("nothing in 3D yet"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
}

/// Native voxels, lowest and highest index, that a map can colour: its own and half a voxel around.
fn reach(map: &Saliency) -> [[f64; 3]; 2] {
    let low = map.bounds.min.map(|m| m as f64 - 1.0);
    [low, std::array::from_fn(|a| low[a] + map.bounds.size[a] as f64 + 1.0)]
}

/// The small picture: at most half as wide and high.
fn small_picture(
    device: &wgpu::Device,
    pipelines: &RayPipelines,
    uniform: &wgpu::Buffer,
    size_px: [u32; 2],
) -> (wgpu::TextureView, wgpu::BindGroup) {
    let (_, view) = picture(device, size_px.map(|n| n.div_ceil(2)));
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("stretch"),
        layout: &pipelines.stretch_layout,
        entries: &[texture_entry(0, &view), buffer_entry(1, uniform)],
    });
    (view, group)
}

/// A texture of one number a texel.
trait Texel: bytemuck::Pod {
    const FORMAT: wgpu::TextureFormat;
}
impl Texel for i16 {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R16Sint;
}
impl Texel for f32 {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Float;
}

fn texture_of<T: Texel>(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    label: &str,
    size: [usize; 3],
    values: &[T],
) -> wgpu::TextureView {
    let [width, height, depth] = size.map(|n| n as u32);
    let size = wgpu::Extent3d { width, height, depth_or_array_layers: depth };
    let dimension = wgpu::TextureDimension::D3;
    let bytes = bytemuck::cast_slice(values);
    filled(device, queue, (label, dimension, T::FORMAT), size, size_of::<T>() as u32, bytes)
}

fn table_texture(device: &wgpu::Device, queue: &wgpu::Queue, table: &[[f32; 4]]) -> wgpu::TextureView {
    let size = wgpu::Extent3d { width: table.len() as u32, height: 1, depth_or_array_layers: 1 };
    let what = ("transfer function", wgpu::TextureDimension::D2, wgpu::TextureFormat::Rgba32Float);
    filled(device, queue, what, size, 16, bytemuck::cast_slice(table))
}

fn filled(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    (label, dimension, format): (&str, wgpu::TextureDimension, wgpu::TextureFormat),
    size: wgpu::Extent3d,
    texel_bytes: u32,
    bytes: &[u8],
) -> wgpu::TextureView {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    queue.write_texture(
        texture.as_image_copy(),
        bytes,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(texel_bytes * size.width),
            rows_per_image: Some(size.height),
        },
        size,
    );
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
