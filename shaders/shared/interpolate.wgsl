// Other ways from voxels to the value between them than in volume.wgsl.

// The voxel whose centre is nearest.
fn sample_nearest(p: vec3f, last: vec3f, padding: vec2i) -> Sample {
    let stored = texel(vec3i(floor(clamp(p, vec3f(0.0), last) + vec3f(0.5))));
    return Sample(f32(stored), select(VALUE, PADDING, is_padding(stored, padding)));
}

// Weights of four neighbours in a row, `f` (0 to 1) of the way from the second to the third: Catmull-Rom.
// Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.
fn cubic_weights(f: f32) -> vec4f {
    let g = 1.0 - f;
    return vec4f(-0.5 * f * g * g, 1.0 + f * f * (1.5 * f - 2.5), 1.0 + g * g * (1.5 * g - 2.5), -0.5 * g * f * f);
}

// Sixteen voxels of a native slice: `across` is 1 for its first axis, `beside` for its second. At the faces of the
// volume the outermost voxels are repeated. Where padding lies within reach the four nearest decide, so that
// it neither rings nor grows.
fn sample_native_cubic(p: vec3f, last: vec3f, across: vec3f, beside: vec3f, padding: vec2i) -> Sample {
    let inside = clamp(p, vec3f(0.0), last);
    let low = vec3i(floor(inside));
    let fraction = inside - floor(inside);
    let first = cubic_weights(dot(fraction, across));
    let second = cubic_weights(dot(fraction, beside));
    var value = 0.0;
    var padded = false;
    for (var y = 0; y < 4; y++) {
        var row = 0.0;
        for (var x = 0; x < 4; x++) {
            let at = low + vec3i(across) * (x - 1) + vec3i(beside) * (y - 1);
            let stored = texel(clamp(at, vec3i(0), vec3i(last)));
            padded = padded || is_padding(stored, padding);
            row += f32(stored) * first[x];
        }
        value += row * second[y];
    }
    if padded {
        return sample_native(p, last, across, padding);
    }
    return Sample(value, VALUE);
}

// Sixty-four voxels; as above.
fn sample_cubic(p: vec3f, last: vec3f, padding: vec2i) -> Sample {
    let inside = clamp(p, vec3f(0.0), last);
    let low = vec3i(floor(inside));
    let fraction = inside - floor(inside);
    let along_x = cubic_weights(fraction.x);
    let along_y = cubic_weights(fraction.y);
    let along_z = cubic_weights(fraction.z);
    var value = 0.0;
    var padded = false;
    for (var z = 0; z < 4; z++) {
        var plane = 0.0;
        for (var y = 0; y < 4; y++) {
            var row = 0.0;
            for (var x = 0; x < 4; x++) {
                let stored = texel(clamp(low + vec3i(x - 1, y - 1, z - 1), vec3i(0), vec3i(last)));
                padded = padded || is_padding(stored, padding);
                row += f32(stored) * along_x[x];
            }
            plane += row * along_y[y];
        }
        value += plane * along_z[z];
    }
    if padded {
        return sample_trilinear(p, last, padding);
    }
    return Sample(value, VALUE);
}
