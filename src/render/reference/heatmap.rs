//! Twin of `shaders/heatmap.wgsl`.

use super::colormap::colour;
use super::saliency::map_value;
use super::screen::full_screen;
use super::{along, xyz};
use crate::render::contour;
use crate::render::heatmap::gpu::Heatmap;

const DIVERGING: u32 = 1;
const HOT_IRON: u32 = 2;

/// Clip position of a corner.
pub fn heatmap_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// The value of largest magnitude through the slab, as a share of the map's largest.
pub fn strongest(heatmap: &Heatmap, values: &[f32], start: [f64; 3]) -> f64 {
    let mut value = 0.0f64;
    for n in 0..heatmap.steps {
        let found = map_value(values, along(start, xyz(heatmap.slab_step), f64::from(n)), xyz(heatmap.last));
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
    if heatmap.map > HOT_IRON {
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
