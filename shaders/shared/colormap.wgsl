// Colour maps as rows of a texture, 256 colours each; see render::colormap.
@group(0) @binding(2) var colours: texture_2d<f32>;

const SEQUENTIAL: u32 = 0u;
const DIVERGING: u32 = 1u;
const HOT_IRON: u32 = 2u;

// The colour at `share` (0 to 1) of a map, linear between its neighbours.
fn colour(map: u32, share: f32) -> vec3f {
    let at = clamp(share, 0.0, 1.0) * 255.0;
    let low = textureLoad(colours, vec2u(u32(floor(at)), map), 0).rgb;
    let high = textureLoad(colours, vec2u(u32(ceil(at)), map), 0).rgb;
    return mix(low, high, at - floor(at));
}
