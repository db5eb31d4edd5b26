//#import shared/screen.wgsl
//#import shared/colormap.wgsl
//#import shared/saliency.wgsl
// A saliency map over the plane, filled or as contour lines: colour map, threshold, opacity.

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
    // Colour map: 0 sequential, 1 diverging around zero, 2 hot iron.
    map: u32,
    steps: u32,
    // 1 draws lines at the levels of the map, 0 fills it.
    contour: u32,
}

@group(0) @binding(0) var<uniform> heatmap: Heatmap;

@vertex
fn heatmap_vertex(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return full_screen(vertex);
}

// The value of largest magnitude through the slab, as a share of the map's largest.
fn strongest(start: vec3f, steps: u32) -> f32 {
    var value = 0.0;
    for (var n = 0u; n < steps; n++) {
        let found = map_value(start + heatmap.slab_step.xyz * f32(n), heatmap.last.xyz);
        value = select(value, found, abs(found) > abs(value));
    }
    return value * heatmap.per_max;
}

// Lines of a contoured map, from the threshold upwards in equal steps.
const LEVELS: f32 = 3.0;

// How many levels a share reaches: 0 under the threshold, else 1 to LEVELS; negative on the other side
// of a map whose sign means something.
fn band(share: f32) -> f32 {
    // An unsigned map has nothing to say below zero.
    let strength = select(share, abs(share), heatmap.map == DIVERGING);
    if strength <= 0.0 || strength < heatmap.threshold {
        return 0.0;
    }
    let above = (strength - heatmap.threshold) / max(1.0 - heatmap.threshold, 1e-6);
    let reached = 1.0 + min(floor(above * LEVELS), LEVELS - 1.0);
    return select(reached, -reached, share < 0.0);
}

// The share at which a band begins, a little brightened: a thin line over dark lung needs more light
// than an area does.
fn level(band: f32) -> f32 {
    let begins = heatmap.threshold + (1.0 - heatmap.threshold) * (abs(band) - 1.0) / LEVELS;
    return sign(band) * (0.45 + 0.55 * begins);
}

// Index in the map under a pixel, in the first plane of the slab.
fn map_start(position: vec2f) -> vec3f {
    return heatmap.origin.xyz + heatmap.right.xyz * position.x + heatmap.down.xyz * position.y;
}

// The outermost band that meets another one at this pixel; 0 where all around is one band. A line is
// where neighbouring pixels lie in different bands: two pixels wide, however steep the map.
fn contour_band(position: vec2f, steps: u32) -> f32 {
    let here = band(strongest(map_start(position), steps));
    var outer = 0.0;
    for (var n = 0u; n < 4u; n++) {
        let by = select(-1.0, 1.0, (n & 1u) == 1u);
        let beside = position + select(vec2f(0.0, by), vec2f(by, 0.0), n < 2u);
        let there = band(strongest(map_start(beside), steps));
        let higher = select(here, there, abs(there) > abs(here));
        outer = select(outer, higher, there != here && abs(higher) > abs(outer));
    }
    return outer;
}

@fragment
fn heatmap_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    if heatmap.map + zero_at(position) > HOT_IRON {
        return vec4f(1.0, 0.0, 1.0, 1.0);
    }
    let steps = heatmap.steps + zero_at(position);
    var share = 0.0;
    var alpha = 0.0;
    if heatmap.contour + zero_at(position) == 1u {
        let line = contour_band(position.xy, steps);
        share = level(line);
        // Lines hide little: they are never transparent.
        alpha = select(0.0, 1.0, line != 0.0);
    } else {
        share = strongest(map_start(position.xy), steps);
        alpha = select(0.0, heatmap.opacity, band(share) != 0.0);
    }
    let place = select(share, share * 0.5 + 0.5, heatmap.map == DIVERGING);
    return vec4f(colour(heatmap.map, place), alpha);
}
