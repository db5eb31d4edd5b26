//#import shared/screen.wgsl
//#import shared/volume.wgsl
//#import shared/window.wgsl
//#import shared/colormap.wgsl
//#import shared/saliency.wgsl
// The volume in 3D: a ray for each pixel, all parallel, from the eye into the picture. Along it either
// colours and opacities of a transfer function, front to back, or the brightest value.

// Mirror of render::ray::gpu::Ray.
struct Ray {
    // Voxel index of the viewport's top left corner at sample 0.
    origin: vec4f,
    // Voxel steps for one pixel to the right, one down, and from sample to sample.
    right: vec4f,
    down: vec4f,
    into: vec4f,
    // Index of the last voxel along each axis.
    last: vec4f,
    // Lowest and highest voxel index that is shown.
    low: vec4f,
    high: vec4f,
    // Of each index axis: what its slope adds to the slope to the right, down and into the picture.
    slope_i: vec4f,
    slope_j: vec4f,
    slope_k: vec4f,
    // Half-spaces that are shown: dot(xyz, index) <= w.
    kept: array<vec4f, 4>,
    // Ambient, diffuse, specular, power.
    shading: vec4f,
    // Index in the saliency map = voxel index * w + xyz.
    map_place: vec4f,
    // Index of the map's last value along each axis.
    map_last: vec4f,
    // Index among the samples of the part that is shown = voxel index * this + the next.
    inside_scale: vec4f,
    inside_offset: vec4f,
    // Centre, 1 / width.
    window: vec2f,
    // Value = stored * x + y.
    value: vec2f,
    // Place in the table = stored * x + y.
    entry: vec2f,
    // Lowest and highest stored value that is padding.
    padding: vec2i,
    // 1 / largest magnitude of the map; 0 without one.
    per_max: f32,
    // Share of the map's largest magnitude under which nothing is drawn.
    threshold: f32,
    // Share of the light that one sample of the map takes away.
    opacity: f32,
    // Colour map: 0 sequential, 1 diverging around zero.
    map: u32,
    // 1: black on white.
    invert: u32,
}

@group(0) @binding(0) var<uniform> ray: Ray;
// What the values before each place in the table take of the light of one sample: their colours, each weighed by its
// optical depth, and their optical depth, summed up.
@group(0) @binding(4) var table: texture_2d<f32>;
// For each block of voxels, by MAXIMUM: how many blocks away the nearest one lies that shows anything, -1
// where only a map may show; or the block's highest stored value.
@group(0) @binding(5) var blocks: texture_3d<i32>;
// Level of the part that is shown, mm: nothing is shown where it is below zero.
@group(0) @binding(6) var inside: texture_3d<f32>;

// The brightest value, in grey, in place of the transfer function.
override MAXIMUM: bool = false;
// Surfaces are lit.
override LIT: bool = true;
// Slopes over two voxels, as smooth as they are slow; else those of the cell alone.
override FINE: bool = true;

// Voxels along each side of a block.
const BLOCK: i32 = 8;
// Light that is left when a ray ends.
const FAINT: f32 = 0.01;
// How often the entries between two samples are halved in search of one.
const HALVINGS: i32 = 4;
// Part of a pixel's light above which a sample is lit where it is met, and not where it lies.
const MUCH: f32 = 0.1;
// HU from sample to sample above which the place is sought between them.
const STEEP: i32 = 48;
// Part of a pixel's light under which a sample is not lit.
const HAZE: f32 = 0.004;
// Opacity of a sample under which tissue is too thin to have a face where it is cut.
const THIN: f32 = 0.05;
// Millimetres of level over which the part fades in.
const FADE_MM: f32 = 1.5;
// Samples on a ray: more than any volume asks for.
const MOST: u32 = 16384u;
// No place in the table.
const NOWHERE: i32 = -1;
// Farther than any sample.
const FAR: f32 = 1e9;

@vertex
fn ray_vertex(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return full_screen(vertex);
}

// Lowest and highest sample between two indices of one axis.
fn between(start: f32, step: f32, low: f32, high: f32) -> vec2f {
    // Without a branch, as everything that depends on uniforms alone: see zero_at.
    let along = abs(step) < 1e-12;
    let by = select(step, 1.0, along);
    let a = (low - start) / by;
    let b = (high - start) / by;
    let everywhere = select(vec2f(FAR, -FAR), vec2f(-FAR, FAR), start >= low && start <= high);
    return select(vec2f(min(a, b), max(a, b)), everywhere, along);
}

// First and last sample that are shown.
fn shown(start: vec3f) -> vec2f {
    let step = ray.into.xyz;
    let x = between(start.x, step.x, ray.low.x, ray.high.x);
    let y = between(start.y, step.y, ray.low.y, ray.high.y);
    let z = between(start.z, step.z, ray.low.z, ray.high.z);
    var near = max(x.x, max(y.x, z.x));
    var far = min(x.y, min(y.y, z.y));
    for (var n = 0u; n < 4u; n++) {
        let kept = between(dot(ray.kept[n].xyz, start), dot(ray.kept[n].xyz, step), -FAR, ray.kept[n].w);
        near = max(near, kept.x);
        far = min(far, kept.y);
    }
    return vec2f(ceil(near), floor(far));
}

fn block_at(p: vec3f) -> vec3i {
    return vec3i(floor(clamp(p, vec3f(0.0), ray.last.xyz))) / BLOCK;
}

// The first sample behind the blocks from `low` to before `high`.
fn behind(start: vec3f, low: vec3i, high: vec3i) -> f32 {
    let step = ray.into.xyz;
    let faces = vec3f(select(low, high, step > vec3f(0.0)) * BLOCK);
    let away = select((faces - start) / step, vec3f(FAR), abs(step) < vec3f(1e-12));
    // A sample on a face belongs to the next block; rounding may say otherwise.
    return ceil(min(away.x, min(away.y, away.z)) - 1e-3);
}

// Neighbours outside the volume are those at its edge.
fn near_texel(at: vec3i) -> f32 {
    return f32(texel(clamp(at, vec3i(0), vec3i(ray.last.xyz))));
}

// Mean over a face of a cell: `a` low and low, `b` along the first axis, `c` along the second.
fn face(a: f32, b: f32, c: f32, d: f32, f: vec2f) -> f32 {
    return mix(mix(a, b, f.x), mix(c, d, f.x), f.y);
}

// The eight voxels around a position, by (j, k) at the lower and at the upper i, and the place between them.
struct Cell {
    corner: vec3i,
    place: vec3f,
    low: vec4f,
    high: vec4f,
}

fn cell_at(p: vec3f) -> Cell {
    let inside = clamp(p, vec3f(0.0), ray.last.xyz);
    let o = vec3i(floor(inside));
    return Cell(
        o,
        inside - floor(inside),
        vec4f(near_texel(o), near_texel(o + vec3i(0, 1, 0)), near_texel(o + vec3i(0, 0, 1)), near_texel(o + vec3i(0, 1, 1))),
        vec4f(
            near_texel(o + vec3i(1, 0, 0)),
            near_texel(o + vec3i(1, 1, 0)),
            near_texel(o + vec3i(1, 0, 1)),
            near_texel(o + vec3i(1, 1, 1)),
        ),
    );
}

fn cell_value(cell: Cell) -> f32 {
    let along = mix(cell.low, cell.high, cell.place.x);
    return face(along.x, along.y, along.z, along.w, cell.place.yz);
}

fn is_padded(cell: Cell) -> bool {
    let bounds = vec2f(ray.padding);
    let low = cell.low >= vec4f(bounds.x) & cell.low <= vec4f(bounds.y);
    let high = cell.high >= vec4f(bounds.x) & cell.high <= vec4f(bounds.y);
    return any(low) || any(high);
}

// Stored steps for one voxel along each axis: over the cell, or over a voxel to both sides of the place.
fn slope(cell: Cell) -> vec3f {
    let o = cell.corner;
    let f = cell.place;
    let x0 = cell.low;
    let x1 = cell.high;
    // The cell's faces across each axis.
    let low = vec3f(
        face(x0.x, x0.y, x0.z, x0.w, f.yz),
        face(x0.x, x1.x, x0.z, x1.z, f.xz),
        face(x0.x, x1.x, x0.y, x1.y, f.xy),
    );
    let high = vec3f(
        face(x1.x, x1.y, x1.z, x1.w, f.yz),
        face(x0.y, x1.y, x0.w, x1.w, f.xz),
        face(x0.z, x1.z, x0.w, x1.w, f.xy),
    );
    if !FINE {
        return high - low;
    }
    let before = vec3f(
        face(near_texel(o + vec3i(-1, 0, 0)), near_texel(o + vec3i(-1, 1, 0)), near_texel(o + vec3i(-1, 0, 1)), near_texel(o + vec3i(-1, 1, 1)), f.yz),
        face(near_texel(o + vec3i(0, -1, 0)), near_texel(o + vec3i(1, -1, 0)), near_texel(o + vec3i(0, -1, 1)), near_texel(o + vec3i(1, -1, 1)), f.xz),
        face(near_texel(o + vec3i(0, 0, -1)), near_texel(o + vec3i(1, 0, -1)), near_texel(o + vec3i(0, 1, -1)), near_texel(o + vec3i(1, 1, -1)), f.xy),
    );
    let after = vec3f(
        face(near_texel(o + vec3i(2, 0, 0)), near_texel(o + vec3i(2, 1, 0)), near_texel(o + vec3i(2, 0, 1)), near_texel(o + vec3i(2, 1, 1)), f.yz),
        face(near_texel(o + vec3i(0, 2, 0)), near_texel(o + vec3i(1, 2, 0)), near_texel(o + vec3i(0, 2, 1)), near_texel(o + vec3i(1, 2, 1)), f.xz),
        face(near_texel(o + vec3i(0, 0, 2)), near_texel(o + vec3i(1, 0, 2)), near_texel(o + vec3i(0, 1, 2)), near_texel(o + vec3i(1, 1, 2)), f.xy),
    );
    return mix(high - before, after - low, f) * 0.5;
}

// A colour under a light beside the eye: what faces the eye is brightest.
fn lit(colour: vec3f, cell: Cell) -> vec3f {
    let g = slope(cell);
    let seen = ray.slope_i.xyz * g.x + ray.slope_j.xyz * g.y + ray.slope_k.xyz * g.z;
    let facing = abs(seen.z) / max(length(seen), 1e-6);
    return colour * (ray.shading.x + ray.shading.y * facing) + ray.shading.z * pow(facing, ray.shading.w);
}

// The map at a voxel index, as a share of its largest magnitude; zero where it is not drawn.
fn share_at(p: vec3f) -> f32 {
    let share = map_value(p * ray.map_place.w + ray.map_place.xyz, ray.map_last.xyz) * ray.per_max;
    let strength = select(share, abs(share), ray.map == DIVERGING);
    return select(0.0, share, strength > 0.0 && strength >= ray.threshold);
}

fn map_colour(share: f32) -> vec3f {
    return colour(ray.map, select(share, share * 0.5 + 0.5, ray.map == DIVERGING));
}

fn level_texel(at: vec3i) -> f32 {
    return textureLoad(inside, at, 0).r;
}

// How much of what is at a voxel index is shown: 1 in the part, 0 away from it.
fn shown_share(p: vec3f) -> f32 {
    let last = vec3f(textureDimensions(inside) - 1u);
    let place = clamp(p * ray.inside_scale.xyz + ray.inside_offset.xyz, vec3f(0.0), last);
    let o = vec3i(floor(place));
    let e = min(o + 1, vec3i(last));
    let f = place - floor(place);
    let low = face(level_texel(o), level_texel(vec3i(e.x, o.y, o.z)), level_texel(vec3i(o.x, e.y, o.z)), level_texel(vec3i(e.x, e.y, o.z)), f.xy);
    let high = face(level_texel(vec3i(o.x, o.y, e.z)), level_texel(vec3i(e.x, o.y, e.z)), level_texel(vec3i(o.x, e.y, e.z)), level_texel(e), f.xy);
    return clamp(mix(low, high, f.z) / FADE_MM, 0.0, 1.0);
}

// Place in the table of the value in a cell.
fn place_of(cell: Cell) -> i32 {
    // The last texel is the sum of all.
    let most = f32(textureDimensions(table).x - 2u);
    return i32(clamp(round(cell_value(cell) * ray.entry.x + ray.entry.y), 0.0, most));
}

// Where between two samples half of what they take of the light is taken: 0 at the first one, 1 at the second, as if
// the value between them went straight. The light falls there: a ray whose samples lie a little deeper would else see
// the slope of what lies deeper, and its neighbours, in rings, another one.
// - depth: of all entries from one to the other
fn face_between(a: i32, b: i32, depth: f32) -> f32 {
    let lowest = min(a, b);
    let highest = max(a, b) + 1;
    let mean = depth / f32(highest - lowest);
    // From the first sample on, as a share of the optical depth of all entries.
    let half_taken = -log(0.5 + 0.5 * exp(-mean)) / max(mean, 1e-12);
    let share = select(1.0 - half_taken, half_taken, a <= b);
    let first = textureLoad(table, vec2i(lowest, 0), 0).a;
    let sought = first + share * depth;
    var low = lowest;
    var high = highest;
    var below = first;
    var above = first + depth;
    for (var turn = 0; turn < HALVINGS && high - low > 1; turn++) {
        let middle = (low + high) / 2;
        let sum = textureLoad(table, vec2i(middle, 0), 0).a;
        if sum < sought {
            low = middle;
            below = sum;
        } else {
            high = middle;
            above = sum;
        }
    }
    let entry = f32(low) + f32(high - low) * clamp((sought - below) / max(above - below, 1e-12), 0.0, 1.0);
    let place = (entry - f32(lowest)) / f32(highest - lowest);
    return select(1.0 - place, place, a <= b);
}

// Front to back, until hardly any light is left. From one sample to the next a ray passes every value between theirs.
fn composite(start: vec3f, samples: vec2f, mapped: bool) -> vec3f {
    var gathered = vec3f(0.0);
    var left = 1.0;
    var n = samples.x;
    // A ray that begins in tissue begins at a face where it was cut: that is no surface, and no light falls on it.
    var cut = true;
    // Place in the table of the last sample, and whether that was looked at.
    var before = NOWHERE;
    var followed = false;
    for (var turn = 0u; turn < MOST && n <= samples.y && left > FAINT; turn++) {
        let p = start + ray.into.xyz * n;
        let block = block_at(p);
        let empty = textureLoad(blocks, block, 0).r;
        // What lies between this sample and the last one may show though nothing does from here on.
        if empty > 0 && !followed {
            cut = false;
            n = max(n + 1.0, behind(start, block - (empty - 1), block + empty));
            continue;
        }
        if mapped {
            let share = share_at(p);
            let taken = select(0.0, ray.opacity, share != 0.0);
            gathered += left * taken * map_colour(share);
            left *= 1.0 - taken;
        }
        // Where a map alone may show, tissue does not.
        if empty < 0 {
            cut = false;
            followed = false;
            n += 1.0;
            continue;
        }
        let cell = cell_at(p);
        let here = place_of(cell);
        let padded = is_padded(cell);
        // Where the last sample was left out, its value is read for this one alone.
        if !followed && n > samples.x {
            let last = cell_at(p - ray.into.xyz);
            before = select(place_of(last), NOWHERE, is_padded(last));
        }
        let other = select(before, here, before == NOWHERE);
        let lowest = min(here, other);
        let highest = max(here, other) + 1;
        let among = textureLoad(table, vec2i(highest, 0), 0) - textureLoad(table, vec2i(lowest, 0), 0);
        before = select(here, NOWHERE, padded);
        followed = empty == 0;
        var taken = 0.0;
        if among.a > 0.0 && !padded {
            taken = (1.0 - exp(-among.a / f32(highest - lowest))) * shown_share(p);
        }
        cut = cut && taken > THIN;
        if taken > 0.0 {
            var colour = among.rgb / among.a;
            // A slope costs more than all else of a sample; of a haze nobody sees which way it faces.
            if LIT && !cut && left * taken > HAZE {
                var seen = cell;
                // Where values hardly change from sample to sample, slopes do not either.
                if highest - lowest > STEEP && left * taken > MUCH {
                    seen = cell_at(p - ray.into.xyz * (1.0 - face_between(other, here, among.a)));
                }
                colour = lit(colour, seen);
            }
            gathered += left * taken * colour;
            left *= 1.0 - taken;
        }
        n += 1.0;
    }
    return gathered;
}

// The highest value, in grey; the strongest place of the map laid over it.
fn brightest(start: vec3f, samples: vec2f, mapped: bool) -> vec3f {
    var best = -FAR;
    var n = samples.x;
    for (var turn = 0u; turn < MOST && n <= samples.y; turn++) {
        let p = start + ray.into.xyz * n;
        let block = block_at(p);
        if f32(textureLoad(blocks, block, 0).r) <= best {
            n = max(n + 1.0, behind(start, block, block + 1));
            continue;
        }
        let found = sample_trilinear(p, ray.last.xyz, ray.padding);
        if found.kind == VALUE && found.value > best && shown_share(p) > 0.0 {
            best = found.value;
        }
        n += 1.0;
    }
    if best == -FAR {
        return vec3f(0.0);
    }
    var level = grey(best * ray.value.x + ray.value.y, ray.window.x, ray.window.y);
    level = select(level, 1.0 - level, ray.invert != 0u);
    if !mapped {
        return vec3f(level);
    }
    var strongest = 0.0;
    for (var m = samples.x; m <= samples.y; m += 1.0) {
        let share = share_at(start + ray.into.xyz * m);
        strongest = select(strongest, share, abs(share) > abs(strongest));
    }
    return mix(vec3f(level), map_colour(strongest), select(0.0, ray.opacity, strongest != 0.0));
}

@fragment
fn ray_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let start = ray.origin.xyz + ray.right.xyz * position.x + ray.down.xyz * position.y;
    let samples = shown(start);
    let mapped = ray.per_max > f32(zero_at(position));
    if MAXIMUM {
        return vec4f(brightest(start, samples, mapped), 1.0);
    }
    return vec4f(composite(start, samples, mapped), 1.0);
}
