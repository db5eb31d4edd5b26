//! Twin of `shaders/shared/colormap.wgsl`.

use crate::render::ColorMap;

/// The colour at `share` (0 to 1) of map `map`, linear between its neighbours.
pub fn colour(map: u32, share: f64) -> [f64; 3] {
    match map {
        1 => ColorMap::Diverging,
        2 => ColorMap::HotIron,
        _ => ColorMap::Sequential,
    }
    .colour(share)
}
