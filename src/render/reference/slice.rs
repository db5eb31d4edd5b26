//! Twin of `shaders/slice.wgsl`.

use super::screen::full_screen;
use super::volume::{Kind, Sample, Voxels, cell, has_arrived, is_outside, sample_native, sample_trilinear};
use super::window::grey;
use super::{along, xyz};
use crate::render::slice::gpu::Slice;

/// What the pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The plane lies on a native slice.
    pub native: bool,
    /// Some slices have not arrived.
    pub loading: bool,
}

const MAXIMUM: u32 = 0;
const MINIMUM: u32 = 1;
const MEAN: u32 = 2;

/// Clip position of a corner.
pub fn slice_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// The value at a position of the volume.
pub fn sample_at(slice: &Slice, voxels: &Voxels<'_>, variant: Variant, p: [f64; 3]) -> Sample {
    let last = xyz(slice.last);
    let mut found = if variant.native {
        sample_native(voxels, p, last, xyz(slice.across), slice.padding)
    } else {
        sample_trilinear(voxels, p, last, slice.padding)
    };
    if variant.loading {
        let (low, high, _) = cell(p, last);
        if !has_arrived(voxels, low, high) {
            found.kind = Kind::NotLoaded;
        }
    }
    if is_outside(p, last) {
        found.kind = Kind::Outside;
    }
    found
}

/// Many samples to one; only those that have a value count.
pub fn project(slice: &Slice, voxels: &Voxels<'_>, variant: Variant, start: [f64; 3]) -> Sample {
    let mut value = 0.0f64;
    let mut count = 0u32;
    let mut missing = Kind::Outside;
    for n in 0..slice.steps {
        let found = sample_at(slice, voxels, variant, along(start, xyz(slice.slab_step), f64::from(n)));
        if found.kind == Kind::Value {
            value = match slice.projection {
                _ if count == 0 => found.value,
                MAXIMUM => value.max(found.value),
                MINIMUM => value.min(found.value),
                _ => value + found.value,
            };
            count += 1;
        } else if missing == Kind::Outside || found.kind == Kind::NotLoaded {
            missing = found.kind;
        }
    }
    if slice.projection == MEAN {
        value /= f64::from(count.max(1));
    }
    Sample { value, kind: if count > 0 { Kind::Value } else { missing } }
}

/// A quiet hatch where a slice has not arrived.
/// - `position`: pixel centre, px
pub fn hatch(position: [f64; 2]) -> f64 {
    let stripe = (position[0] + position[1]) as u32 % 16;
    if stripe < 2 { 0.08 } else { 0.0 }
}

/// Red, green, blue, alpha of a pixel, 0 to 1.
/// - `position`: pixel centre, px
pub fn slice_fragment(slice: &Slice, voxels: &Voxels<'_>, variant: Variant, position: [f64; 2]) -> [f64; 4] {
    if slice.projection > MEAN {
        return [1.0, 0.0, 1.0, 1.0];
    }
    let start = slice_start(slice, position);
    let found = project(slice, voxels, variant, start);
    let [scale, offset] = slice.value.map(f64::from);
    let [centre, per_width] = slice.window.map(f64::from);
    let mut level =
        if found.kind == Kind::Padding { 0.0 } else { grey(found.value * scale + offset, centre, per_width) };
    if slice.invert != 0 {
        level = 1.0 - level;
    }
    match found.kind {
        Kind::Outside => level = 0.0,
        Kind::NotLoaded => level = hatch(position),
        Kind::Value | Kind::Padding => {}
    }
    [level, level, level, 1.0]
}

/// Voxel index of a pixel in the first plane of the slab.
pub fn slice_start(slice: &Slice, position: [f64; 2]) -> [f64; 3] {
    along(along(xyz(slice.origin), xyz(slice.right), position[0]), xyz(slice.down), position[1])
}
