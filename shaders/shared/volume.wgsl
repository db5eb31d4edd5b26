// The volume as whole numbers, and interpolation by hand: integer textures are filtered by no
// hardware, and hardware that filters other formats promises no precision.

// What lies at a position.
const VALUE: u32 = 0u;
const PADDING: u32 = 1u;
const OUTSIDE: u32 = 2u;
const NOT_LOADED: u32 = 3u;

struct Sample { value: f32, kind: u32 }

@group(0) @binding(1) var voxels: texture_3d<i32>;
// One texel for each slice: 1 where it has arrived.
@group(0) @binding(2) var arrived: texture_2d<u32>;

fn texel(at: vec3i) -> i32 {
    return textureLoad(voxels, at, 0).r;
}

fn is_padding(stored: i32, padding: vec2i) -> bool {
    return stored >= padding.x && stored <= padding.y;
}

fn is_outside(p: vec3f, last: vec3f) -> bool {
    return any(p < vec3f(-0.5)) || any(p > last + vec3f(0.5));
}

fn has_arrived(low: vec3i, high: vec3i) -> bool {
    return textureLoad(arrived, vec2i(low.z, 0), 0).r != 0u && textureLoad(arrived, vec2i(high.z, 0), 0).r != 0u;
}

// Bilinear within a native slice: `across` is 1 for the first axis of the slice and 0 for the two
// others; along the viewing axis `p` is a whole number.
fn sample_native(p: vec3f, last: vec3f, across: vec3f, padding: vec2i) -> Sample {
    let inside = clamp(p, vec3f(0.0), last);
    // Where a fraction is zero both corners are the same voxel: weightless neighbours are not read.
    let low = vec3i(floor(inside));
    let high = vec3i(ceil(inside));
    let fraction = inside - floor(inside);
    let first = dot(fraction, across);
    let second = dot(fraction, vec3f(1.0) - across);
    let is_first = across > vec3f(0.5);
    let a = texel(low);
    let b = texel(select(low, high, is_first));
    let c = texel(select(high, low, is_first));
    let d = texel(high);
    let value = mix(mix(f32(a), f32(b), first), mix(f32(c), f32(d), first), second);
    let padded = is_padding(a, padding) || is_padding(b, padding) || is_padding(c, padding) || is_padding(d, padding);
    return Sample(value, select(VALUE, PADDING, padded));
}

// Trilinear between eight voxels.
fn sample_trilinear(p: vec3f, last: vec3f, padding: vec2i) -> Sample {
    let inside = clamp(p, vec3f(0.0), last);
    let low = vec3i(floor(inside));
    let high = vec3i(ceil(inside));
    let f = inside - floor(inside);
    let a = texel(low);
    let b = texel(vec3i(high.x, low.y, low.z));
    let c = texel(vec3i(low.x, high.y, low.z));
    let d = texel(vec3i(high.x, high.y, low.z));
    let e = texel(vec3i(low.x, low.y, high.z));
    let g = texel(vec3i(high.x, low.y, high.z));
    let h = texel(vec3i(low.x, high.y, high.z));
    let i = texel(high);
    let front = mix(mix(f32(a), f32(b), f.x), mix(f32(c), f32(d), f.x), f.y);
    let back = mix(mix(f32(e), f32(g), f.x), mix(f32(h), f32(i), f.x), f.y);
    let padded = is_padding(a, padding) || is_padding(b, padding) || is_padding(c, padding) || is_padding(d, padding)
        || is_padding(e, padding) || is_padding(g, padding) || is_padding(h, padding) || is_padding(i, padding);
    return Sample(mix(front, back, f.z), select(VALUE, PADDING, padded));
}
