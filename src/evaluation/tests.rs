//! Cases for the tests of this room.

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Scored;

/// Cases made by hand.
pub(super) fn scored(scores: impl IntoIterator<Item = f64>, malignant: &[bool]) -> Scored {
    Scored::new(scores.into_iter().collect(), malignant.to_vec()).expect("sound cases")
}

/// Up to 60 cases of both classes, with whole scores between -20 and 20: many ties.
pub(super) fn cases() -> impl Strategy<Value = Scored> {
    prop::collection::vec((-20_i32..20, any::<bool>()), 4..60).prop_filter_map("two of each class", |pairs| {
        let (scores, malignant): (Vec<f64>, Vec<bool>) =
            pairs.into_iter().map(|(s, m)| (f64::from(s), m)).unzip();
        let positives = malignant.iter().filter(|m| **m).count();
        let enough = positives >= 2 && malignant.len() - positives >= 2;
        enough.then(|| scored(scores, &malignant))
    })
}

/// Uniform between 0 and 1, exclusive.
pub(super) fn unit(rng: &mut ChaCha8Rng) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) / 2.0_f64.powi(53)
}

/// Cases in turn malignant and benign, normal scores, the malignant ones higher by `shift`.
pub(super) fn normal_cases(seed: u64, count: usize, shift: f64) -> Scored {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let malignant: Vec<bool> = (0..count).map(|n| n % 2 == 0).collect();
    let score = |m: &bool| {
        // Box and Muller.
        let radius = (-2.0 * unit(&mut rng).ln()).sqrt();
        radius * (std::f64::consts::TAU * unit(&mut rng)).cos() + if *m { shift } else { 0.0 }
    };
    let scores: Vec<f64> = malignant.iter().map(score).collect();
    scored(scores, &malignant)
}

/// Cases whose margins are the truth: each is malignant with the probability of its margin.
pub(super) fn calibrated(seed: u64, count: usize) -> Scored {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let margins: Vec<f64> = (0..count).map(|_| 6.0 * unit(&mut rng) - 3.0).collect();
    let malignant: Vec<bool> =
        margins.iter().map(|m| unit(&mut rng) < super::predictions::probability(*m)).collect();
    scored(margins, &malignant)
}
