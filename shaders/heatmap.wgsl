//#import shared/screen.wgsl
//#import shared/colormap.wgsl
// A saliency map over the plane: colour map, threshold, opacity.

// Mirror of render::heatmap::gpu::Heatmap.
struct Heatmap {
    // Index in the map of the viewport's top left corner in the first plane of the slab.
    origin: vec4f,
    right: vec4f,
    down: vec4f,
    slab_step: vec4f,
    // Index of the map's last value along each axis.
    last: vec4f,
    // 1 / largest magnitude.
    per_max: f32,
    // Share of the largest magnitude under which nothing is drawn.
    threshold: f32,
    opacity: f32,
    // Colour map: 0 sequential, 1 diverging around zero.
    map: u32,
    steps: u32,
}

@group(0) @binding(0) var<uniform> heatmap: Heatmap;
@group(0) @binding(1) var saliency: texture_3d<f32>;

@vertex
fn heatmap_vertex(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return full_screen(vertex);
}

fn map_texel(at: vec3i) -> f32 {
    return textureLoad(saliency, at, 0).r;
}

// Trilinear; zero outside the map.
fn map_value(p: vec3f) -> f32 {
    let last = heatmap.last.xyz;
    let inside = clamp(p, vec3f(0.0), last);
    let low = vec3i(floor(inside));
    let high = vec3i(ceil(inside));
    let f = inside - floor(inside);
    let a = mix(map_texel(low), map_texel(vec3i(high.x, low.y, low.z)), f.x);
    let b = mix(map_texel(vec3i(low.x, high.y, low.z)), map_texel(vec3i(high.x, high.y, low.z)), f.x);
    let c = mix(map_texel(vec3i(low.x, low.y, high.z)), map_texel(vec3i(high.x, low.y, high.z)), f.x);
    let d = mix(map_texel(vec3i(low.x, high.y, high.z)), map_texel(high), f.x);
    let value = mix(mix(a, b, f.y), mix(c, d, f.y), f.z);
    let outside = any(p < vec3f(-0.5)) || any(p > last + vec3f(0.5));
    return select(value, 0.0, outside);
}

// The value of largest magnitude through the slab, as a share of the map's largest.
fn strongest(start: vec3f, steps: u32) -> f32 {
    var value = 0.0;
    for (var n = 0u; n < steps; n++) {
        let found = map_value(start + heatmap.slab_step.xyz * f32(n));
        value = select(value, found, abs(found) > abs(value));
    }
    return value * heatmap.per_max;
}

@fragment
fn heatmap_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    if heatmap.map + zero_at(position) > DIVERGING {
        return vec4f(1.0, 0.0, 1.0, 1.0);
    }
    let start = heatmap.origin.xyz + heatmap.right.xyz * position.x + heatmap.down.xyz * position.y;
    let share = strongest(start, heatmap.steps + zero_at(position));
    // An unsigned map has nothing to say below zero.
    let strength = select(share, abs(share), heatmap.map == DIVERGING);
    let place = select(share, share * 0.5 + 0.5, heatmap.map == DIVERGING);
    let shown = strength > 0.0 && strength >= heatmap.threshold;
    return vec4f(colour(heatmap.map, place), select(0.0, heatmap.opacity, shown));
}
