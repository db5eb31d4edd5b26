//! The fast CPU resampler: one plane or slab of a volume as an array, in f32 on all cores.
//!
//! Thumbnails and saliency maps come from here; crops and exported maps are native voxels, which
//! nothing resamples. Screens and pictures go through the shaders, whose definition ([`super::sample`]) it follows, with two differences: padding is read as it is, and
//! what has not arrived counts as outside.

mod aligned;
mod free;
mod run;

pub use run::{Block, Reslice, reslice, reslice_grey};

/// Where a continuous index lies between voxel centres: the lower one, and how far from it.
///
/// The upper neighbour `base + 1` exists wherever there are two voxels; half a voxel past the
/// outermost centres the outermost value holds.
fn cell(p: f64, n: usize) -> Option<(usize, f32)> {
    let last = n as f64 - 1.0;
    if !(p >= -0.5 && p <= last + 0.5) {
        return None;
    }
    let inside = p.clamp(0.0, last);
    let base = (inside.floor() as usize).min(n.saturating_sub(2));
    Some((base, (inside - base as f64) as f32))
}

/// `a` at share 0, `b` at share 1.
fn lerp(a: f32, b: f32, share: f32) -> f32 {
    a + share * (b - a)
}
