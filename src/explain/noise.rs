//! Chance in explanations: of a seed, so that the same question has the same answer.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// A generator whose values are promised to stay the same.
pub(super) fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Mean 0, deviation 1.
pub(super) fn normal(random: &mut ChaCha8Rng) -> f32 {
    StandardNormal.sample(random)
}
