//! Mirrors and quarter turns of a block of values, and noise: what is drawn anew for every look.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use super::draw::Symmetry;

/// A block of values, mirrored and turned.
/// - `values`: order [z][y][x]
/// - `size`: x, y, z; x and y of one length where they change places
pub(super) fn turned<T: Copy>(values: &[T], size: [usize; 3], symmetry: Symmetry) -> Vec<T> {
    let last = size.map(|n| n as i32 - 1);
    let mut out = Vec::with_capacity(values.len());
    for k in 0..=last[2] {
        for j in 0..=last[1] {
            for i in 0..=last[0] {
                // Twice the distance from the middle: whole numbers.
                let from = symmetry.apply([2 * i - last[0], 2 * j - last[1], 2 * k - last[2]]);
                let [i, j, k]: [usize; 3] = std::array::from_fn(|a| ((from[a] + last[a]) / 2) as usize);
                out.push(values[(k * size[1] + j) * size[0] + i]);
            }
        }
    }
    out
}

/// Adds white noise.
pub(super) fn add_noise(values: &mut [f32], deviation: f32, random: &mut ChaCha8Rng) {
    // No normal distribution of a deviation that is no number or negative.
    let Ok(normal) = Normal::new(0.0f32, deviation) else { return };
    if deviation > 0.0 {
        for value in values {
            *value += normal.sample(random);
        }
    }
}

/// Values from 0 to 1 in 16 bits, two bytes each.
pub(super) fn packed(values: impl Iterator<Item = f32>) -> Vec<u8> {
    values.flat_map(|v| ((v.clamp(0.0, 1.0) * 65535.0).round() as u16).to_le_bytes()).collect()
}

/// And back.
pub(super) fn unpacked(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|b| f32::from(u16::from_le_bytes([b[0], b[1]])) / 65535.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symmetry_keeps_every_value_and_no_two_are_alike() {
        let size = [3, 3, 2];
        let values: Vec<u8> = (0..18).collect();
        let mut seen = std::collections::BTreeSet::new();
        for bits in 0..16u8 {
            let mirrored = [bits & 2 != 0, bits & 4 != 0, bits & 8 != 0];
            let out = turned(&values, size, Symmetry { transposed: bits & 1 != 0, mirrored });
            let mut sorted = out.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, values);
            seen.insert(out);
        }
        assert_eq!(seen.len(), 16);
        assert_eq!(turned(&values, size, Symmetry::default()), values);
        let mirrored = Symmetry { transposed: false, mirrored: [true, false, false] };
        assert_eq!(turned(&values, size, mirrored)[..3], [2, 1, 0]);
    }

    #[test]
    fn sixteen_bits_bring_back_what_a_picture_needs() {
        let values = [0.0, 1.0, 0.12345, 0.99999];
        for (a, b) in values.into_iter().zip(unpacked(&packed(values.into_iter()))) {
            // Half a step of 65535.
            assert!((a - b).abs() <= 0.5 / 65535.0 + 1e-7, "{a} {b}");
        }
    }
}
