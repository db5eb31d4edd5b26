//! Twin of `shaders/shared/screen.wgsl`.

/// Clip position (x, y) of corner `vertex` (0 to 2) of the triangle that covers the target.
pub fn full_screen(vertex: u32) -> [f64; 2] {
    let corner = [f64::from((vertex << 1) & 2), f64::from(vertex & 2)];
    [corner[0] * 2.0 - 1.0, corner[1] * -2.0 + 1.0]
}
