//! Another volume of the same patient space as a layer of colour: drawn by `shaders/heatmap.wgsl`, whose map it is,
//! through its own voxels.

use std::sync::{Arc, Weak};

use super::colormap::ColorMap;
use super::frame::LayerLook;
use super::heatmap::gpu::Heatmap;
use super::slice::{Sweep, padded};
use crate::view::ResolvedView;
use crate::volume::{Values, Volume};

/// Most values on the GPU: half a gigabyte.
const MOST_VALUES: usize = 128 << 20;

/// The uniform of a frame. Through a slab the largest value counts, whatever the slab of the slice shows.
pub fn uniform(view: &ResolvedView, look: &LayerLook) -> Heatmap {
    let grid = look.volume.grid();
    let through = grid.voxel_from_patient() * &view.patient_from_viewport;
    let sweep = Sweep::through(&through, view, [0.0; 3], 1.0);
    let [low, high] = look.range.map(|v| if v.is_finite() { v.max(0.0) } else { 0.0 });
    let per_max = if high > 0.0 { 1.0 / high } else { 0.0 };
    Heatmap {
        origin: padded(sweep.origin),
        right: padded(sweep.right),
        down: padded(sweep.down),
        slab_step: padded(sweep.step),
        last: padded(grid.size().map(|n| n as f64 - 1.0)),
        per_max,
        threshold: (low * per_max).clamp(0.0, 1.0),
        opacity: if look.opacity.is_finite() { look.opacity.clamp(0.0, 1.0) } else { 0.0 },
        map: ColorMap::HotIron.row(),
        steps: view.slab_steps.max(1),
        contour: 0,
        unused: [0; 2],
    }
}

/// The volume on the GPU.
pub(super) struct LayerTexture {
    volume: Weak<Volume>,
    pub(super) view: wgpu::TextureView,
}

impl LayerTexture {
    /// `None` where it holds no real numbers, is not complete, or is larger than the adapter takes.
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue, volume: &Arc<Volume>) -> Option<Self> {
        let Values::Float32(slices) = volume.values() else { return None };
        let size = volume.grid().size();
        let limit = device.limits().max_texture_dimension_3d as usize;
        if !volume.is_complete()
            || size.iter().any(|n| *n > limit)
            || volume.grid().voxel_count() > MOST_VALUES
        {
            return None;
        }
        let [width, height, depth] = size.map(|n| n as u32);
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("layer"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: depth },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D3,
            format: wgpu::TextureFormat::R32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        for k in 0..depth {
            let mut to = texture.as_image_copy();
            to.origin.z = k;
            queue.write_texture(
                to,
                bytemuck::cast_slice(slices.slice(k as usize)?),
                wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(4 * width),
                    rows_per_image: Some(height),
                },
                wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            );
        }
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Some(Self { volume: Arc::downgrade(volume), view })
    }

    /// Whether this is that volume.
    pub(super) fn holds(&self, volume: &Arc<Volume>) -> bool {
        std::ptr::eq(self.volume.as_ptr(), Arc::as_ptr(volume))
    }
}
