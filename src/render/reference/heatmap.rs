//! Twin of `shaders/heatmap.wgsl`.

use super::colormap::colour;
use super::screen::full_screen;
use super::volume::{cell, is_outside};
use super::{along, mix, xyz};
use crate::render::contour;
use crate::render::heatmap::gpu::Heatmap;

const DIVERGING: u32 = 1;

/// Clip position of a corner.
pub fn heatmap_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// The map's value at an index inside it.
/// - `size`: columns, rows, slices; `values`: columns fastest
pub fn map_texel(values: &[f32], size: [usize; 3], at: [usize; 3]) -> f64 {
    f64::from(values[(at[2] * size[1] + at[1]) * size[0] + at[0]])
}

/// Trilinear; zero outside the map.
pub fn map_value(heatmap: &Heatmap, values: &[f32], p: [f64; 3]) -> f64 {
    let last = xyz(heatmap.last);
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

/// The value of largest magnitude through the slab, as a share of the map's largest.
pub fn strongest(heatmap: &Heatmap, values: &[f32], start: [f64; 3]) -> f64 {
    let mut value = 0.0f64;
    for n in 0..heatmap.steps {
        let found = map_value(heatmap, values, along(start, xyz(heatmap.slab_step), f64::from(n)));
        if found.abs() > value.abs() {
            value = found;
        }
    }
    value * f64::from(heatmap.per_max)
}

/// Index in the map under a pixel, in the first plane of the slab.
pub fn map_start(heatmap: &Heatmap, position: [f64; 2]) -> [f64; 3] {
    along(along(xyz(heatmap.origin), xyz(heatmap.right), position[0]), xyz(heatmap.down), position[1])
}

/// How many levels the map reaches under a pixel, by [`contour::band`].
pub fn band(heatmap: &Heatmap, values: &[f32], position: [f64; 2]) -> i32 {
    let share = strongest(heatmap, values, map_start(heatmap, position));
    contour::band(share, f64::from(heatmap.threshold), heatmap.map == DIVERGING)
}

/// The outermost band that meets another one at this pixel; 0 where all around is one band.
pub fn contour_band(heatmap: &Heatmap, values: &[f32], [x, y]: [f64; 2]) -> i32 {
    let here = band(heatmap, values, [x, y]);
    let mut outer = 0i32;
    for beside in [[x - 1.0, y], [x + 1.0, y], [x, y - 1.0], [x, y + 1.0]] {
        let there = band(heatmap, values, beside);
        let higher = if there.abs() > here.abs() { there } else { here };
        if there != here && higher.abs() > outer.abs() {
            outer = higher;
        }
    }
    outer
}

/// Red, green, blue and opacity of a pixel, 0 to 1.
/// - `position`: pixel centre, px
pub fn heatmap_fragment(heatmap: &Heatmap, values: &[f32], position: [f64; 2]) -> [f64; 4] {
    if heatmap.map > DIVERGING {
        return [1.0, 0.0, 1.0, 1.0];
    }
    let threshold = f64::from(heatmap.threshold);
    let (share, alpha) = if heatmap.contour == 1 {
        let line = contour_band(heatmap, values, position);
        (contour::level(line, threshold), if line == 0 { 0.0 } else { 1.0 })
    } else {
        let share = strongest(heatmap, values, map_start(heatmap, position));
        let shown = contour::band(share, threshold, heatmap.map == DIVERGING) != 0;
        (share, if shown { f64::from(heatmap.opacity) } else { 0.0 })
    };
    let place = if heatmap.map == DIVERGING { share * 0.5 + 0.5 } else { share };
    let [r, g, b] = colour(heatmap.map, place);
    [r, g, b, alpha]
}
