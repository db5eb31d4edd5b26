//! Twin of `shaders/shared/saliency.wgsl`.

use super::mix;
use super::volume::{cell, is_outside};

/// The map's value at an index inside it.
/// - `size`: columns, rows, slices; `values`: columns fastest
pub fn map_texel(values: &[f32], size: [usize; 3], at: [usize; 3]) -> f64 {
    f64::from(values[(at[2] * size[1] + at[1]) * size[0] + at[0]])
}

/// Trilinear; zero outside the map.
/// - `p`: continuous index in the map; `last`: index of its last value along each axis
pub fn map_value(values: &[f32], p: [f64; 3], last: [f64; 3]) -> f64 {
    if is_outside(p, last) {
        return 0.0;
    }
    let (low, high, f) = cell(p, last);
    let size = last.map(|n| n as usize + 1);
    let v: [f64; 8] = std::array::from_fn(|n| {
        map_texel(values, size, std::array::from_fn(|a| if n >> a & 1 == 1 { high[a] } else { low[a] }))
    });
    let front = mix(mix(v[0], v[1], f[0]), mix(v[2], v[3], f[0]), f[1]);
    let back = mix(mix(v[4], v[5], f[0]), mix(v[6], v[7], f[0]), f[1]);
    mix(front, back, f[2])
}
