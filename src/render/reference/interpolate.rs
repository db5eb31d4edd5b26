//! Twin of `shaders/shared/interpolate.wgsl`.

use super::volume::{Kind, Sample, Voxels, cell, is_padding, sample_native, sample_trilinear};

/// The voxel whose centre is nearest.
pub fn sample_nearest(voxels: &Voxels<'_>, p: [f64; 3], last: [f64; 3], padding: [i32; 2]) -> Sample {
    let stored = voxels.texel(nearest(p, last));
    let kind = if is_padding(stored, padding) { Kind::Padding } else { Kind::Value };
    Sample { value: f64::from(stored), kind }
}

/// Its index.
pub fn nearest(p: [f64; 3], last: [f64; 3]) -> [usize; 3] {
    std::array::from_fn(|a| (p[a].clamp(0.0, last[a]) + 0.5).floor() as usize)
}

/// Weights of four neighbours in a row, `f` (0 to 1) of the way from the second to the third: Catmull-Rom.
/// Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.
pub fn cubic_weights(f: f64) -> [f64; 4] {
    let g = 1.0 - f;
    [-0.5 * f * g * g, 1.0 + f * f * (1.5 * f - 2.5), 1.0 + g * g * (1.5 * g - 2.5), -0.5 * g * f * f]
}

/// The voxel some steps from another, or the outermost one on the way.
fn stepped(low: [usize; 3], by: [i64; 3], last: [f64; 3]) -> [usize; 3] {
    std::array::from_fn(|a| (low[a] as i64 + by[a]).clamp(0, last[a] as i64) as usize)
}

/// Sixteen voxels of a native slice: `across` is 1 for its first axis, `beside` for its second.
pub fn sample_native_cubic(
    voxels: &Voxels<'_>,
    p: [f64; 3],
    last: [f64; 3],
    [across, beside]: [[f64; 3]; 2],
    padding: [i32; 2],
) -> Sample {
    let (low, _, fraction) = cell(p, last);
    let along = |axis: [f64; 3]| cubic_weights((0..3).map(|a| fraction[a] * axis[a]).sum());
    let (first, second) = (along(across), along(beside));
    let (mut value, mut padded) = (0.0, false);
    for (y, of_row) in (-1i64..3).zip(second) {
        for (x, weight) in (-1i64..3).zip(first) {
            let by = std::array::from_fn(|a| across[a] as i64 * x + beside[a] as i64 * y);
            let stored = voxels.texel(stepped(low, by, last));
            padded |= is_padding(stored, padding);
            value += f64::from(stored) * weight * of_row;
        }
    }
    if padded {
        return sample_native(voxels, p, last, across, padding);
    }
    Sample { value, kind: Kind::Value }
}

/// Sixty-four voxels.
pub fn sample_cubic(voxels: &Voxels<'_>, p: [f64; 3], last: [f64; 3], padding: [i32; 2]) -> Sample {
    let (low, _, fraction) = cell(p, last);
    let [along_x, along_y, along_z] = fraction.map(cubic_weights);
    let (mut value, mut padded) = (0.0, false);
    for (z, of_plane) in (-1i64..3).zip(along_z) {
        for (y, of_row) in (-1i64..3).zip(along_y) {
            for (x, weight) in (-1i64..3).zip(along_x) {
                let stored = voxels.texel(stepped(low, [x, y, z], last));
                padded |= is_padding(stored, padding);
                value += f64::from(stored) * weight * of_row * of_plane;
            }
        }
    }
    if padded {
        return sample_trilinear(voxels, p, last, padding);
    }
    Sample { value, kind: Kind::Value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spline_goes_through_the_voxels_and_follows_a_straight_line() {
        assert_eq!(cubic_weights(0.0), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(cubic_weights(1.0), [0.0, 0.0, 1.0, 0.0]);
        for f in [0.1, 0.25, 0.5, 0.9] {
            let weights = cubic_weights(f);
            // Tolerance: rounding of a few products in f64.
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let line: f64 = weights.iter().zip([-1.0, 0.0, 1.0, 2.0]).map(|(w, x)| w * x).sum();
            assert!((line - f).abs() < 1e-12, "{f}: {line}");
        }
    }
}
