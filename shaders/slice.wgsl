//#import shared/screen.wgsl
//#import shared/volume.wgsl
//#import shared/interpolate.wgsl
//#import shared/window.wgsl
// One plane through the volume, or a slab of planes, in grey or in colours.

// Mirror of render::slice::gpu::Slice.
struct Slice {
    // Voxel index of the viewport's top left corner in the first plane of the slab.
    origin: vec4f,
    // Voxel steps for one pixel to the right, one down, and from plane to plane.
    right: vec4f,
    down: vec4f,
    slab_step: vec4f,
    // Index of the last voxel along each axis.
    last: vec4f,
    // 1 for the first axis of a native slice.
    across: vec4f,
    // Centre, 1 / width.
    window: vec2f,
    // Value = stored * x + y.
    value: vec2f,
    // Lowest and highest stored value that is padding.
    padding: vec2i,
    steps: u32,
    projection: u32,
    invert: u32,
    // Row of the colours, where there are any.
    colours: u32,
    // Share of what a value has beyond its neighbours that is added to it.
    sharpen: f32,
}

@group(0) @binding(0) var<uniform> slice: Slice;
// Colours of grey levels, 256 in each row; see render::colormap.
@group(0) @binding(3) var colour_tables: texture_2d<f32>;

// The plane lies on a native slice: four voxels a sample, not eight.
override NATIVE: bool = false;
// Some slices have not arrived.
override LOADING: bool = false;
// Instead of linear interpolation.
override NEAREST: bool = false;
override CUBIC: bool = false;
// Colours instead of grey.
override COLOURED: bool = false;
// What a value has beyond its neighbours is added to it.
override SHARPENED: bool = false;

const MAXIMUM: u32 = 0u;
const MINIMUM: u32 = 1u;
const MEAN: u32 = 2u;

@vertex
fn slice_vertex(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return full_screen(vertex);
}

// 1 for the second axis of a native slice.
fn beside() -> vec3f {
    let seen = select(vec3f(0.0), vec3f(1.0), (slice.right.xyz != vec3f(0.0)) | (slice.down.xyz != vec3f(0.0)));
    return seen - slice.across.xyz;
}

// Whether all slices that sixteen or sixty-four voxels lie in have arrived.
fn has_reach(low: vec3i, last: vec3f) -> bool {
    var reach = vec3i(1);
    if NATIVE {
        reach = vec3i(slice.across.xyz + beside());
    }
    let nearest = clamp(low - reach, vec3i(0), vec3i(last));
    let farthest = clamp(low + 2 * reach, vec3i(0), vec3i(last));
    return has_arrived(nearest, farthest);
}

fn sample_at(p: vec3f) -> Sample {
    let last = slice.last.xyz;
    let inside = clamp(p, vec3f(0.0), last);
    let low = vec3i(floor(inside));
    var found: Sample;
    if NEAREST {
        found = sample_nearest(p, last, slice.padding);
    } else if NATIVE {
        if CUBIC && (!LOADING || has_reach(low, last)) {
            found = sample_native_cubic(p, last, slice.across.xyz, beside(), slice.padding);
        } else {
            found = sample_native(p, last, slice.across.xyz, slice.padding);
        }
    } else {
        if CUBIC && (!LOADING || has_reach(low, last)) {
            found = sample_cubic(p, last, slice.padding);
        } else {
            found = sample_trilinear(p, last, slice.padding);
        }
    }
    if LOADING {
        var near = low;
        var far = vec3i(ceil(inside));
        if NEAREST {
            near = vec3i(floor(inside + vec3f(0.5)));
            far = near;
        }
        found.kind = select(NOT_LOADED, found.kind, has_arrived(near, far));
    }
    found.kind = select(found.kind, OUTSIDE, is_outside(p, last));
    return found;
}

// Many samples to one; only those that have a value count.
fn project(start: vec3f, steps: u32, projection: u32) -> Sample {
    var value = 0.0;
    var count = 0u;
    var missing = OUTSIDE;
    for (var n = 0u; n < steps; n++) {
        let found = sample_at(start + slice.slab_step.xyz * f32(n));
        let counts = found.kind == VALUE;
        var joined = value + found.value;
        if projection == MAXIMUM {
            joined = max(value, found.value);
        } else if projection == MINIMUM {
            joined = min(value, found.value);
        }
        joined = select(joined, found.value, count == 0u);
        value = select(value, joined, counts);
        count += select(0u, 1u, counts);
        // Loading before padding before outside: what is worth waiting for is said first.
        let worse = !counts && (missing == OUTSIDE || found.kind == NOT_LOADED);
        missing = select(missing, found.kind, worse);
    }
    if projection == MEAN {
        value = value / max(f32(count), 1.0);
    }
    return Sample(value, select(missing, VALUE, count > 0u));
}

// How far the next neighbour lies: a pixel, or a voxel where pixels are smaller.
fn neighbour(step: vec3f) -> vec3f {
    return step * max(1.0, 1.0 / max(length(step), 1e-6));
}

// Unsharp masking: a value, and a share of what it has beyond the mean of its four neighbours in the plane. Those
// without a value count as alike: neither padding nor the volume's faces ring.
fn sharpened(found: Sample, start: vec3f, steps: u32, projection: u32) -> Sample {
    var beyond = 0.0;
    for (var n = 0u; n < 4u; n++) {
        let along = select(neighbour(slice.right.xyz), neighbour(slice.down.xyz), n >= 2u);
        let other = project(start + select(along, -along, n % 2u == 1u), steps, projection);
        beyond += select(0.0, found.value - other.value, other.kind == VALUE);
    }
    return Sample(found.value + slice.sharpen * 0.25 * beyond, found.kind);
}

// A quiet hatch where a slice has not arrived.
fn hatch(position: vec2f) -> f32 {
    let stripe = u32(position.x + position.y) % 16u;
    return select(0.0, 0.08, stripe < 2u);
}

// The colour of a grey level, linear between its neighbours.
fn chosen_colour(level: f32) -> vec3f {
    let at = level * 255.0;
    let low = textureLoad(colour_tables, vec2u(u32(floor(at)), slice.colours), 0).rgb;
    let high = textureLoad(colour_tables, vec2u(u32(ceil(at)), slice.colours), 0).rgb;
    return mix(low, high, at - floor(at));
}

@fragment
fn slice_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let steps = slice.steps + zero_at(position);
    let projection = slice.projection + zero_at(position);
    if projection > MEAN {
        return vec4f(1.0, 0.0, 1.0, 1.0);
    }
    let start = slice.origin.xyz + slice.right.xyz * position.x + slice.down.xyz * position.y;
    var found = project(start, steps, projection);
    if SHARPENED && found.kind == VALUE {
        found = sharpened(found, start, steps, projection);
    }
    let shown = grey(found.value * slice.value.x + slice.value.y, slice.window.x, slice.window.y);
    // Padding is shown as air.
    var level = select(shown, 0.0, found.kind == PADDING);
    level = select(level, 1.0 - level, slice.invert != 0u);
    if COLOURED && (found.kind == VALUE || found.kind == PADDING) {
        return vec4f(chosen_colour(level), 1.0);
    }
    level = select(level, 0.0, found.kind == OUTSIDE);
    level = select(level, hatch(position.xy), found.kind == NOT_LOADED);
    return vec4f(level, level, level, 1.0);
}
