// One triangle that covers the whole target, without vertex buffers.
fn full_screen(vertex: u32) -> vec4f {
    let corner = vec2f(f32((vertex << 1u) & 2u), f32(vertex & 2u));
    return vec4f(corner * vec2f(2.0, -2.0) + vec2f(-1.0, 1.0), 0.0, 1.0);
}

// Always 0, but the compiler cannot know: pixels have no negative place. Added to a uniform that steers
// loops and branches. Mesa's software driver otherwise writes such uniforms into a new copy of the
// shader at every drawing, and keeps each copy (about 1 MB) as long as the pipeline lives.
fn zero_at(position: vec4f) -> u32 {
    return select(0u, 1u, position.x < 0.0);
}
