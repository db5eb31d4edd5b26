//#import shared/screen.wgsl
// A small picture over a larger one, linear between its pixels: what is shown while the large one is made.
@group(0) @binding(0) var picture: texture_2d<f32>;

// Mirror of render::ray::gpu::Stretch.
struct Stretch {
    // Pixels of the small picture for one of the large one.
    scale: vec2f,
    // Pixels of the small picture that hold anything.
    size: vec2f,
}

@group(0) @binding(1) var<uniform> stretch: Stretch;

@vertex
fn stretch_vertex(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return full_screen(vertex);
}

@fragment
fn stretch_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
    // Between the centres of pixels.
    let at = clamp(position.xy * stretch.scale - 0.5, vec2f(0.0), stretch.size - 1.0);
    let low = vec2u(floor(at));
    let high = vec2u(ceil(at));
    let f = at - floor(at);
    let upper = mix(textureLoad(picture, low, 0), textureLoad(picture, vec2u(high.x, low.y), 0), f.x);
    let lower = mix(textureLoad(picture, vec2u(low.x, high.y), 0), textureLoad(picture, high, 0), f.x);
    return mix(upper, lower, f.y);
}
