// A saliency map in continuous indices of its own.
@group(0) @binding(3) var saliency: texture_3d<f32>;

fn map_texel(at: vec3i) -> f32 {
    return textureLoad(saliency, at, 0).r;
}

// Trilinear; zero outside the map.
fn map_value(p: vec3f, last: vec3f) -> f32 {
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
