//! CPU twins of the shaders, one file for each WGSL file, with the same functions in the same
//! order: the definition of what the GPU shows, in f64, slow and without cleverness.
//!
//! Tests compare every entry point with its twin. The uniforms are the shader's own structs, so
//! what is compared is what is drawn.

pub mod blit;
pub mod colormap;
pub mod heatmap;
pub mod interpolate;
pub mod ray;
pub mod saliency;
pub mod screen;
pub mod slice;
pub mod stretch;
pub mod volume;
pub mod window;

/// `x, y, z` of a shader's four-vector.
fn xyz(v: [f32; 4]) -> [f64; 3] {
    [v[0], v[1], v[2]].map(f64::from)
}

/// `start + step * n`, by component.
fn along(start: [f64; 3], step: [f64; 3], n: f64) -> [f64; 3] {
    std::array::from_fn(|a| start[a] + step[a] * n)
}

/// WGSL's `mix`.
fn mix(a: f64, b: f64, share: f64) -> f64 {
    a * (1.0 - share) + b * share
}
