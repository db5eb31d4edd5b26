//! Random structure: generators per purpose, and smooth texture in space.
//!
//! Every slice, nodule and cell of the lung draws from a generator of its own, derived from the seed and a
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
    /// Kernel and dose where none is asked for.
    Scan = 6,
    /// Twigs of one cell of the lung.
    Twigs = 7,
    /// Places for nodules.
    Place = 8,
    /// How the chest lies and breathes at another time.
    Pose = 9,
    /// Cases of a cohort.
    Cohort = 10,
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
#[derive(Debug)]
pub(super) struct Texture {
    lattice: Vec<f32>,
}

/// Cells along one edge of the lattice, a power of two; it repeats after that.
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
            cell[axis] = (floor as i32) as usize & (CELLS - 1);
            let f = p[axis] - floor;
            t[axis] = f * f * (3.0 - 2.0 * f);
        }
        let next = cell.map(|c| (c + 1) & (CELLS - 1));
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

#[cfg(test)]
mod tests {
    use super::*;

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
