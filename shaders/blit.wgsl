//#import shared/screen.wgsl
// Copies a viewport's own texture, pixel by pixel, into the current viewport rectangle.
@group(0) @binding(0) var picture: texture_2d<f32>;

// The target turns linear values into sRGB: undo that, so that the bytes arrive as they are.
override TARGET_IS_SRGB: bool = false;

struct Copy {
    @builtin(position) position: vec4f,
    @location(0) share: vec2f,
}

@vertex
fn blit_vertex(@builtin(vertex_index) vertex: u32) -> Copy {
    let position = full_screen(vertex);
    return Copy(position, position.xy * vec2f(0.5, -0.5) + vec2f(0.5, 0.5));
}

// The place in the picture for a share (0 to 1) of the rectangle.
fn texel_at(share: vec2f, size: vec2u) -> vec2u {
    return min(vec2u(share * vec2f(size)), size - vec2u(1u, 1u));
}

fn linear_from_srgb(c: f32) -> f32 {
    if c <= 0.04045 {
        return c / 12.92;
    }
    return pow((c + 0.055) / 1.055, 2.4);
}

@fragment
fn blit_fragment(in: Copy) -> @location(0) vec4f {
    let colour = textureLoad(picture, texel_at(in.share, textureDimensions(picture)), 0);
    if TARGET_IS_SRGB {
        return vec4f(linear_from_srgb(colour.r), linear_from_srgb(colour.g), linear_from_srgb(colour.b), colour.a);
    }
    return colour;
}
