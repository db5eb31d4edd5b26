//! Random structure: generators per purpose, smooth texture in space, the scanner's noise.
//!
//! Every slice, nodule and tree draws from a generator of its own, derived from the seed and a
//! number, so that the result does not depend on how many threads work.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a generator is for. A new purpose gets a new number; the old ones never change, or a seed
/// would no longer mean the same phantom.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Build = 1,
    Seeds = 2,
    Nodule = 3,
    Scanner = 4,
    Texture = 5,
}

/// The generator of one purpose and one number within it.
pub(super) fn generator(seed: u64, purpose: Purpose, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose as u64) << 32 | (number & 0xffff_ffff));
    rng
}

/// Uniform between `low` and `high`.
pub(super) fn between(rng: &mut ChaCha8Rng, low: f32, high: f32) -> f32 {
    // 24 bits fill the mantissa of an f32.
    let unit = (rng.next_u32() >> 8) as f32 / 16_777_216.0;
    low + (high - low) * unit
}

/// Values that vary smoothly in space, between -1 and 1, around 0.
pub(super) struct Texture {
    lattice: Vec<f32>,
}

/// Cells along one edge of the lattice; it repeats after that.
const CELLS: usize = 32;

impl Texture {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = generator(seed, Purpose::Texture, 0);
        Self { lattice: (0..CELLS * CELLS * CELLS).map(|_| between(&mut rng, -1.0, 1.0)).collect() }
    }

    /// - `p`: position, in units of the wanted grain
    #[inline]
    pub(super) fn at(&self, p: [f32; 3]) -> f32 {
        let mut cell = [0usize; 3];
        let mut t = [0f32; 3];
        for axis in 0..3 {
            let floor = p[axis].floor();
            cell[axis] = (floor as i32).rem_euclid(CELLS as i32) as usize;
            let f = p[axis] - floor;
            t[axis] = f * f * (3.0 - 2.0 * f);
        }
        let next = cell.map(|c| (c + 1) % CELLS);
        let row = |y: usize, z: usize| {
            let base = (z * CELLS + y) * CELLS;
            let (a, b) = (self.lattice[base + cell[0]], self.lattice[base + next[0]]);
            a + (b - a) * t[0]
        };
        let plane = |z: usize| {
            let (a, b) = (row(cell[1], z), row(next[1], z));
            a + (b - a) * t[1]
        };
        let (a, b) = (plane(cell[2]), plane(next[2]));
        a + (b - a) * t[2]
    }
}

/// The grain of one reconstructed slice: zero mean, about unit standard deviation, without the
/// lowest frequencies (the ramp filter takes them) and without the highest (the kernel does).
/// - returns: `width * height` values, row by row
pub(super) fn scanner_grain(seed: u64, slice: usize, [width, height]: [usize; 2]) -> Vec<f32> {
    let mut rng = generator(seed, Purpose::Scanner, slice as u64);
    let mut bytes = vec![0u8; width * 4];
    let mut fine = Vec::with_capacity(width * height);
    for _ in 0..height {
        rng.fill_bytes(&mut bytes);
        // The sum of four uniform values is close enough to a normal one; the filter does the rest.
        fine.extend(bytes.as_chunks::<4>().0.iter().map(|b| {
            let sum = b.iter().map(|&v| u16::from(v)).sum::<u16>();
            (f32::from(sum) - 510.0) / 147.8
        }));
    }
    let mut scratch = fine.clone();
    smooth(&mut fine, &mut scratch, [width, height], 0.25);
    let mut coarse = fine.clone();
    for _ in 0..3 {
        smooth(&mut coarse, &mut scratch, [width, height], 0.3);
    }
    // Measured on white input: 1 / standard deviation of the difference.
    const GAIN: f32 = 3.54;
    fine.iter_mut().zip(&coarse).for_each(|(f, c)| *f = (*f - 0.75 * c) * GAIN);
    fine
}

/// One pass of the three-point kernel [side, 1 - 2 side, side] along rows and along columns.
pub(super) fn smooth(values: &mut [f32], scratch: &mut [f32], [width, height]: [usize; 2], side: f32) {
    let middle = 1.0 - 2.0 * side;
    for (row, out) in values.chunks_exact(width).zip(scratch.chunks_exact_mut(width)) {
        out[0] = row[0];
        out[width - 1] = row[width - 1];
        for (o, w) in out[1..width.max(2) - 1].iter_mut().zip(row.windows(3)) {
            *o = middle * w[1] + side * (w[0] + w[2]);
        }
    }
    for j in 0..height {
        let above = &scratch[j.saturating_sub(1) * width..][..width];
        let below = &scratch[(j + 1).min(height - 1) * width..][..width];
        let here = &scratch[j * width..][..width];
        for (i, v) in values[j * width..][..width].iter_mut().enumerate() {
            *v = middle * here[i] + side * (above[i] + below[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grain_has_no_mean_and_unit_deviation() {
        let grain = scanner_grain(7, 3, [256, 256]);
        let n = grain.len() as f32;
        let mean = grain.iter().sum::<f32>() / n;
        let deviation = (grain.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
        // Neighbours are correlated, so 65,536 samples fix the two to about a hundredth.
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((0.9..1.1).contains(&deviation), "{deviation}");
    }

    #[test]
    fn generators_of_different_purposes_and_numbers_differ() {
        let first = |purpose, number| generator(1, purpose, number).next_u64();
        assert_ne!(first(Purpose::Nodule, 0), first(Purpose::Nodule, 1));
        assert_ne!(first(Purpose::Nodule, 0), first(Purpose::Scanner, 0));
        assert_eq!(first(Purpose::Nodule, 4), first(Purpose::Nodule, 4));
    }

    #[test]
    fn the_texture_is_continuous_over_its_cells() {
        let texture = Texture::new(5);
        for x in [-3.0f32, 0.0, 31.0, 32.0] {
            let (left, right) = (texture.at([x - 1e-3, 0.4, 0.6]), texture.at([x + 1e-3, 0.4, 0.6]));
            assert!((left - right).abs() < 0.01, "{x}");
        }
    }
}
