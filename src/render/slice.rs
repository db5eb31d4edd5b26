//! What `shaders/slice.wgsl` is told: a resolved view and a window as the numbers of one uniform.

use super::colormap::ColorMap;
use crate::geometry::{Transform, Viewport, Voxel};
use crate::session::Projection;
use crate::view::ResolvedView;
use crate::volume::{Colours, Padding, Sharpening, Window};

/// The uniform, in the layout of WGSL.
pub mod gpu {
    /// Mirror of `Slice` in `shaders/slice.wgsl`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
    pub struct Slice {
        /// Voxel index of the viewport's top left corner in the first plane of the slab.
        pub origin: [f32; 4],
        /// Voxel steps for one pixel to the right.
        pub right: [f32; 4],
        /// Voxel steps for one pixel down.
        pub down: [f32; 4],
        /// Voxel steps from plane to plane of the slab.
        pub slab_step: [f32; 4],
        /// Index of the last voxel along each axis.
        pub last: [f32; 4],
        /// 1 for the first axis of a native slice.
        pub across: [f32; 4],
        /// Centre, 1 / width.
        pub window: [f32; 2],
        /// Value = stored * x + y.
        pub value: [f32; 2],
        /// Lowest and highest stored value that is padding.
        pub padding: [i32; 2],
        /// Samples through the slab.
        pub steps: u32,
        /// 0 maximum, 1 minimum, 2 mean.
        pub projection: u32,
        /// 1: black on white.
        pub invert: u32,
        /// Row of the colours, where there are any.
        pub colours: u32,
        /// Share of what a value has beyond its neighbours that is added to it.
        pub sharpen: f32,
        /// WGSL rounds the size up to its alignment.
        pub unused: u32,
    }
}

/// How the voxels of a texture relate to those of the volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredVoxels {
    /// Size of the texture.
    pub size: [usize; 3],
    /// Voxels of the volume per voxel of the texture, along each axis.
    pub reduced: usize,
    /// Value = stored * x + y.
    pub value: [f32; 2],
    /// Of the stored values.
    pub padding: Option<Padding>,
}

/// Planes through a grid in its own continuous indices, cleaned of rounding errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sweep {
    /// At the viewport's top left corner in the first plane of the slab.
    pub(super) origin: [f64; 3],
    pub(super) right: [f64; 3],
    pub(super) down: [f64; 3],
    pub(super) step: [f64; 3],
}

impl Sweep {
    /// - `grid_from_voxel`: index in the grid = (voxel - `offset`) * `scale`
    pub(super) fn new(view: &ResolvedView, offset: [f64; 3], scale: f64) -> Self {
        Self::through(&view.voxel_from_viewport, view, offset, scale)
    }

    /// The same through the voxels of any grid.
    pub(super) fn through(
        voxel_from_viewport: &Transform<Voxel, Viewport>,
        view: &ResolvedView,
        offset: [f64; 3],
        scale: f64,
    ) -> Self {
        let [x, y, z] = voxel_from_viewport.axes().map(|axis| axis.to_array());
        let corner = voxel_from_viewport.origin().to_array();
        let planes = f64::from(view.slab_steps.max(1));
        let scaled = |v: [f64; 3], by: f64| v.map(|c| snap(c * by * scale, 1e-8));
        // A slab that steps by whole voxels must do so exactly.
        let step = z.map(|c| snap(c * view.slab_step_mm * scale, 1e-6));
        let origin = std::array::from_fn(|a| {
            let middle = snap((corner[a] - offset[a]) * scale, 1e-5);
            middle - step[a] * (planes - 1.0) / 2.0
        });
        Self { origin, right: scaled(x, 1.0), down: scaled(y, 1.0), step }
    }

    /// The axis along which every plane lies on whole indices inside the grid, if there is one.
    pub(super) fn native_axis(&self, size: [usize; 3], steps: u32) -> Option<usize> {
        (0..3).find(|&a| {
            let far = self.origin[a] + self.step[a] * f64::from(steps.saturating_sub(1));
            self.right[a] == 0.0
                && self.down[a] == 0.0
                && self.origin[a].fract() == 0.0
                && (steps == 1 || self.step[a].fract() == 0.0)
                && self.origin[a].abs() < size[a] as f64 * 4.0
                && far.abs() < size[a] as f64 * 4.0
        })
    }
}

/// A whole number within `tolerance` of the value, or the value.
fn snap(value: f64, tolerance: f64) -> f64 {
    if (value - value.round()).abs() < tolerance { value.round() } else { value }
}

/// A four-vector of shader numbers.
pub(super) fn padded(v: [f64; 3]) -> [f32; 4] {
    [v[0] as f32, v[1] as f32, v[2] as f32, 0.0]
}

/// How many voxels of the texture sharpening looks past a position, at most.
pub fn beside(slice: &gpu::Slice) -> f64 {
    let length = |v: [f32; 4]| v.map(|c| f64::from(c) * f64::from(c)).iter().sum::<f64>().sqrt();
    length(slice.right).max(length(slice.down)).max(1.0)
}

/// The uniform of a frame, and whether every sample lies on a native slice.
pub fn uniform(
    view: &ResolvedView,
    stored: &StoredVoxels,
    window: Window,
    invert: bool,
    colours: Colours,
    sharpening: Sharpening,
) -> (gpu::Slice, bool) {
    let factor = stored.reduced.max(1) as f64;
    // The centre of the first reduced voxel lies in the middle of the voxels that it stands for.
    let sweep = Sweep::new(view, [(factor - 1.0) / 2.0; 3], 1.0 / factor);
    let steps = view.slab_steps.max(1);
    let native = sweep.native_axis(stored.size, steps);
    let mut across = [0.0; 4];
    if let Some(axis) = native {
        across[usize::from(axis == 0)] = 1.0;
    }
    // A range that holds no value says that there is no padding.
    let padding = stored.padding.map_or([1, 0], |p| [i32::from(p.low), i32::from(p.high)]);
    let uniform = gpu::Slice {
        origin: padded(sweep.origin),
        right: padded(sweep.right),
        down: padded(sweep.down),
        slab_step: padded(sweep.step),
        last: padded(stored.size.map(|n| n as f64 - 1.0)),
        across,
        window: [window.centre() as f32, (1.0 / window.width()) as f32],
        value: stored.value,
        padding,
        steps,
        projection: match view.projection {
            Projection::Max => 0,
            Projection::Min => 1,
            Projection::Mean => 2,
        },
        invert: u32::from(invert),
        colours: ColorMap::of_colours(colours).map_or(0, ColorMap::row),
        sharpen: sharpening.amount(),
        unused: 0,
    };
    (uniform, native.is_some())
}
