//! Twin of `shaders/stretch.wgsl`.

use super::mix;
use super::screen::full_screen;
use crate::render::ray::gpu::Stretch;

/// Clip position of a corner.
pub fn stretch_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// Colour of a pixel of the large picture.
/// - `picture`: RGBA rows of the small one, 0 to 1, `width` to a row
/// - `position`: pixel centre, px
pub fn stretch_fragment(
    stretch: &Stretch,
    picture: &[[f64; 4]],
    width: usize,
    position: [f64; 2],
) -> [f64; 4] {
    let at: [f64; 2] = std::array::from_fn(|a| {
        let last = f64::from(stretch.size[a]) - 1.0;
        (position[a] * f64::from(stretch.scale[a]) - 0.5).clamp(0.0, last)
    });
    let (low, high) = (at.map(f64::floor), at.map(f64::ceil));
    let texel = |x: f64, y: f64| picture[y as usize * width + x as usize];
    let f: [f64; 2] = std::array::from_fn(|a| at[a] - low[a]);
    std::array::from_fn(|c| {
        let upper = mix(texel(low[0], low[1])[c], texel(high[0], low[1])[c], f[0]);
        let lower = mix(texel(low[0], high[1])[c], texel(high[0], high[1])[c], f[0]);
        mix(upper, lower, f[1])
    })
}
