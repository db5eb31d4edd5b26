//! What `shaders/heatmap.wgsl` is told, and the saliency map as a texture.

use std::sync::Arc;

use super::colormap::ColorMap;
use super::frame::HeatmapLook;
use super::slice::{Sweep, padded};
use crate::explain::Saliency;
use crate::view::ResolvedView;

/// The uniform, in the layout of WGSL.
pub mod gpu {
    /// Mirror of `Heatmap` in `shaders/heatmap.wgsl`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
    pub struct Heatmap {
        /// Index in the map of the viewport's top left corner in the first plane of the slab.
        pub origin: [f32; 4],
        /// Map steps for one pixel to the right.
        pub right: [f32; 4],
        /// Map steps for one pixel down.
        pub down: [f32; 4],
        /// Map steps from plane to plane of the slab.
        pub slab_step: [f32; 4],
        /// Index of the map's last value along each axis.
        pub last: [f32; 4],
        /// 1 / largest magnitude; 0 for a map of zeros.
        pub per_max: f32,
        /// Share of the largest magnitude under which nothing is drawn.
        pub threshold: f32,
        /// 0 to 1.
        pub opacity: f32,
        /// Row of the colour map.
        pub map: u32,
        /// Samples through the slab.
        pub steps: u32,
        /// 1 draws lines at the map's levels, 0 fills it.
        pub contour: u32,
        /// WGSL rounds the size up to its alignment.
        pub unused: [u32; 2],
    }
}

/// The uniform of a frame.
/// - `largest`: of [`Saliency::largest_magnitude`], counted once per map
pub fn uniform(view: &ResolvedView, look: &HeatmapLook, largest: f32) -> gpu::Heatmap {
    let bounds = look.saliency.bounds;
    let sweep = Sweep::new(view, bounds.min.map(|m| m as f64), 1.0);
    let largest = look.largest_of(largest);
    let share = |x: f32| if x.is_finite() { x.clamp(0.0, 1.0) } else { 0.0 };
    gpu::Heatmap {
        origin: padded(sweep.origin),
        right: padded(sweep.right),
        down: padded(sweep.down),
        slab_step: padded(sweep.step),
        last: padded(bounds.size.map(|n| n as f64 - 1.0)),
        per_max: if largest > 0.0 { 1.0 / largest } else { 0.0 },
        threshold: share(look.threshold),
        opacity: share(look.opacity),
        map: ColorMap::for_signed(look.signed()).row(),
        steps: view.slab_steps.max(1),
        contour: u32::from(look.contour),
        unused: [0; 2],
    }
}

/// A saliency map on the GPU.
pub(super) struct HeatmapTexture {
    saliency: Arc<Saliency>,
    /// Of the whole map, one scale for every slice.
    pub(super) largest: f32,
    pub(super) view: wgpu::TextureView,
}

impl HeatmapTexture {
    /// `None` where the map is empty, does not fit its bounds, or is larger than the adapter takes.
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue, saliency: &Arc<Saliency>) -> Option<Self> {
        let size = saliency.bounds.size;
        let limit = device.limits().max_texture_dimension_3d as usize;
        if size.contains(&0)
            || size.iter().any(|n| *n > limit)
            || size.iter().product::<usize>() != saliency.values.len()
        {
            return None;
        }
        let [width, height, depth] = size.map(|n| n as u32);
        let extent = wgpu::Extent3d { width, height, depth_or_array_layers: depth };
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("saliency"),
            size: extent,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D3,
            format: wgpu::TextureFormat::R32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        // No shader should meet a value that is no number.
        let clean: Vec<f32> = saliency.values.iter().map(|v| if v.is_finite() { *v } else { 0.0 }).collect();
        queue.write_texture(
            texture.as_image_copy(),
            bytemuck::cast_slice(&clean),
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * width),
                rows_per_image: Some(height),
            },
            extent,
        );
        Some(Self {
            saliency: Arc::clone(saliency),
            largest: saliency.largest_magnitude(),
            view: texture.create_view(&wgpu::TextureViewDescriptor::default()),
        })
    }

    /// Whether this is that map.
    pub(super) fn holds(&self, saliency: &Arc<Saliency>) -> bool {
        Arc::ptr_eq(&self.saliency, saliency)
    }
}
