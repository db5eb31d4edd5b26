//! Twin of `shaders/slice.wgsl`.

use super::interpolate::{nearest, sample_cubic, sample_native_cubic, sample_nearest};
use super::screen::full_screen;
use super::volume::{Kind, Sample, Voxels, cell, has_arrived, is_outside, sample_native, sample_trilinear};
use super::window::grey;
use super::{along, xyz};
use crate::render::ColorMap;
use crate::render::slice::gpu::Slice;
use crate::volume::Interpolation;

/// What the pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The plane lies on a native slice.
    pub native: bool,
    /// Some slices have not arrived.
    pub loading: bool,
    /// What is shown between voxels.
    pub interpolation: Interpolation,
    /// In colours, not in grey.
    pub coloured: bool,
    /// What a value has beyond its neighbours is added to it.
    pub sharpened: bool,
}

const MAXIMUM: u32 = 0;
const MINIMUM: u32 = 1;
const MEAN: u32 = 2;

/// Clip position of a corner.
pub fn slice_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// 1 for the second axis of a native slice.
pub fn beside(slice: &Slice) -> [f64; 3] {
    let seen = |a: usize| f64::from(u8::from(slice.right[a] != 0.0 || slice.down[a] != 0.0));
    std::array::from_fn(|a| seen(a) - f64::from(slice.across[a]))
}

/// Whether all slices that sixteen or sixty-four voxels lie in have arrived.
pub fn has_reach(slice: &Slice, voxels: &Voxels<'_>, native: bool, low: [usize; 3]) -> bool {
    let in_slice = beside(slice);
    let reach = |a: usize| if native { (f64::from(slice.across[a]) + in_slice[a]) as i64 } else { 1 };
    let at = |steps: i64| {
        std::array::from_fn(|a| (low[a] as i64 + steps * reach(a)).clamp(0, slice.last[a] as i64) as usize)
    };
    has_arrived(voxels, at(-1), at(2))
}

/// The value at a position of the volume.
pub fn sample_at(slice: &Slice, voxels: &Voxels<'_>, variant: Variant, p: [f64; 3]) -> Sample {
    let (last, across, padding) = (xyz(slice.last), xyz(slice.across), slice.padding);
    let (low, high, _) = cell(p, last);
    let reaches = || !variant.loading || has_reach(slice, voxels, variant.native, low);
    let mut found = match (variant.interpolation, variant.native) {
        (Interpolation::Nearest, _) => sample_nearest(voxels, p, last, padding),
        (Interpolation::Cubic, true) if reaches() => {
            sample_native_cubic(voxels, p, last, [across, beside(slice)], padding)
        }
        (Interpolation::Cubic, false) if reaches() => sample_cubic(voxels, p, last, padding),
        (_, true) => sample_native(voxels, p, last, across, padding),
        (_, false) => sample_trilinear(voxels, p, last, padding),
    };
    if variant.loading {
        let (near, far) = match variant.interpolation {
            Interpolation::Nearest => (nearest(p, last), nearest(p, last)),
            Interpolation::Linear | Interpolation::Cubic => (low, high),
        };
        if !has_arrived(voxels, near, far) {
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

/// How far the next neighbour lies: a pixel, or a voxel where pixels are smaller.
pub fn neighbour(step: [f64; 3]) -> [f64; 3] {
    let length = step.map(|v| v * v).iter().sum::<f64>().sqrt();
    step.map(|v| v * (1.0 / length.max(1e-6)).max(1.0))
}

/// A value, and a share of what it has beyond the mean of its four neighbours in the plane.
pub fn sharpened(
    slice: &Slice,
    voxels: &Voxels<'_>,
    variant: Variant,
    found: Sample,
    start: [f64; 3],
) -> Sample {
    let mut beyond = 0.0;
    for step in [slice.right, slice.down] {
        for sign in [1.0, -1.0] {
            let other = project(slice, voxels, variant, along(start, neighbour(xyz(step)), sign));
            if other.kind == Kind::Value {
                beyond += found.value - other.value;
            }
        }
    }
    Sample { value: found.value + f64::from(slice.sharpen) * 0.25 * beyond, kind: found.kind }
}

/// A quiet hatch where a slice has not arrived.
/// - `position`: pixel centre, px
pub fn hatch(position: [f64; 2]) -> f64 {
    let stripe = (position[0] + position[1]) as u32 % 16;
    if stripe < 2 { 0.08 } else { 0.0 }
}

/// The colour of a grey level.
pub fn chosen_colour(slice: &Slice, level: f64) -> [f64; 3] {
    ColorMap::ALL.get(slice.colours as usize).map_or([0.0; 3], |map| map.colour(level))
}

/// Red, green, blue, alpha of a pixel, 0 to 1.
/// - `position`: pixel centre, px
pub fn slice_fragment(slice: &Slice, voxels: &Voxels<'_>, variant: Variant, position: [f64; 2]) -> [f64; 4] {
    if slice.projection > MEAN {
        return [1.0, 0.0, 1.0, 1.0];
    }
    let start = slice_start(slice, position);
    let mut found = project(slice, voxels, variant, start);
    if variant.sharpened && found.kind == Kind::Value {
        found = sharpened(slice, voxels, variant, found, start);
    }
    let [scale, offset] = slice.value.map(f64::from);
    let [centre, per_width] = slice.window.map(f64::from);
    let mut level =
        if found.kind == Kind::Padding { 0.0 } else { grey(found.value * scale + offset, centre, per_width) };
    if slice.invert != 0 {
        level = 1.0 - level;
    }
    if variant.coloured && matches!(found.kind, Kind::Value | Kind::Padding) {
        let [r, g, b] = chosen_colour(slice, level);
        return [r, g, b, 1.0];
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 7 x 7 x 1 voxels of 0, one of 100 in the middle, seen one to one.
    fn sharpened_at(position: [f64; 2]) -> f64 {
        let mut values = [0i16; 49];
        values[3 * 7 + 3] = 100;
        let voxels = Voxels { size: [7, 7, 1], values: &values, arrived: &[true] };
        let slice = Slice {
            right: [1.0, 0.0, 0.0, 0.0],
            down: [0.0, 1.0, 0.0, 0.0],
            last: [6.0, 6.0, 0.0, 0.0],
            across: [1.0, 0.0, 0.0, 0.0],
            padding: [1, 0],
            steps: 1,
            sharpen: 0.5,
            ..bytemuck::Zeroable::zeroed()
        };
        let interpolation = Interpolation::Linear;
        let variant =
            Variant { native: true, loading: false, interpolation, coloured: false, sharpened: true };
        let start = slice_start(&slice, position);
        sharpened(&slice, &voxels, variant, project(&slice, &voxels, variant, start), start).value
    }

    #[test]
    fn a_spot_stands_out_and_what_is_even_stays_even() {
        // Half of what it has beyond its neighbours is added; each neighbour loses an eighth of it.
        assert_eq!(sharpened_at([3.0, 3.0]), 150.0);
        assert_eq!(sharpened_at([3.0, 4.0]), -12.5);
        // Away from it, and at the volume's corner, where two neighbours are missing.
        assert_eq!((sharpened_at([1.0, 1.0]), sharpened_at([0.0, 0.0])), (0.0, 0.0));
    }
}
