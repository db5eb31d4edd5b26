//! Twin of `shaders/blit.wgsl`.

use super::screen::full_screen;

/// Clip position of a corner and the share of the rectangle there.
pub fn blit_vertex(vertex: u32) -> ([f64; 2], [f64; 2]) {
    let position = full_screen(vertex);
    (position, [position[0] * 0.5 + 0.5, position[1] * -0.5 + 0.5])
}

/// The place in a picture of `size` for a share (0 to 1) of the rectangle.
pub fn texel_at(share: [f64; 2], size: [u32; 2]) -> [u32; 2] {
    std::array::from_fn(|a| ((share[a] * f64::from(size[a])) as u32).min(size[a] - 1))
}

/// What must be written so that an sRGB target stores the byte `c` (0 to 1).
pub fn linear_from_srgb(c: f64) -> f64 {
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// Colour of a pixel of the target.
/// - `picture`: RGBA rows, 0 to 1
pub fn blit_fragment(
    picture: &[[f64; 4]],
    size: [u32; 2],
    share: [f64; 2],
    target_is_srgb: bool,
) -> [f64; 4] {
    let [x, y] = texel_at(share, size);
    let [r, g, b, a] = picture[(y * size[0] + x) as usize];
    if target_is_srgb {
        return [linear_from_srgb(r), linear_from_srgb(g), linear_from_srgb(b), a];
    }
    [r, g, b, a]
}
