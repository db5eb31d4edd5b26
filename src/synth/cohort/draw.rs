//! Draws that all cohorts share.

use rand_chacha::ChaCha8Rng;

use super::super::noise::between;
use super::super::ratings::Ratings;

/// Share of the patients of whom a field is not known. Invented.
const UNKNOWN: f32 = 0.08;

/// Mean 0, deviation 1, between -6 and 6: the sum of twelve uniform values.
pub(super) fn normal(rng: &mut ChaCha8Rng) -> f32 {
    (0..12).map(|_| between(rng, -0.5, 0.5)).sum()
}

/// True with this probability.
pub(super) fn happens(rng: &mut ChaCha8Rng, probability: f32) -> bool {
    between(rng, 0.0, 1.0) < probability
}

/// One of a table, by weights that need not add up to 1.
pub(super) fn pick<T: Copy>(rng: &mut ChaCha8Rng, table: &[(T, f32)]) -> Option<T> {
    let mut left = between(rng, 0.0, table.iter().map(|(_, weight)| weight).sum());
    for (value, weight) in table {
        left -= weight;
        if left < 0.0 {
            return Some(*value);
        }
    }
    table.last().map(|(value, _)| *value)
}

/// A field as a file has it: unknown for some.
pub(super) fn known<T>(rng: &mut ChaCha8Rng, value: Option<T>) -> Option<T> {
    value.filter(|_| !happens(rng, UNKNOWN))
}

/// Log-normal, cut off at both ends by drawing again.
pub(super) fn log_normal(rng: &mut ChaCha8Rng, median: f32, spread: f32, [low, high]: [f32; 2]) -> f32 {
    for _ in 0..200 {
        let value = median * (spread * normal(rng)).exp();
        if (low..=high).contains(&value) {
            return value;
        }
    }
    median.clamp(low, high)
}

/// Mean and deviation of a rating.
pub(super) type Rating = (f32, f32);

/// Ratings drawn independently around their means, cut off at the ends of the scale.
/// - `texture`: 1 (non-solid) to 5 (solid)
pub(super) fn ratings(
    rng: &mut ChaCha8Rng,
    diameter_mm: f32,
    [spiculation, lobulation, margin, sphericity]: [Rating; 4],
    texture: f32,
) -> Ratings {
    let mut around = |(mean, deviation): Rating| (mean + deviation * normal(rng)).clamp(1.0, 5.0);
    Ratings {
        diameter_mm,
        spiculation: around(spiculation),
        lobulation: around(lobulation),
        margin: around(margin),
        // Below 2 readers would not speak of a nodule.
        sphericity: around(sphericity).max(2.0),
        texture,
        calcified: false,
    }
}

/// Least diameter of a nodule of ground glass alone, and of one with a poorly defined margin, mm: smaller ones
/// drown in the noise of most scans, and no reader would have marked them. Invented.
const SEEN_MM: [f32; 2] = [10.0, 8.0];

/// Ratings of a nodule by the readers' statistics that is seen in every scan.
/// - `shares`: of the readers' nodules that are smaller, from and to
pub(super) fn seen(rng: &mut ChaCha8Rng, [from, to]: [f32; 2]) -> Ratings {
    let [glass, soft] = SEEN_MM;
    let mut found = Ratings::draw(between(rng, from, to), rng);
    for _ in 0..100 {
        let Ratings { diameter_mm, texture, margin, .. } = found;
        if (texture >= 2.2 || diameter_mm >= glass) && (margin >= 2.0 || diameter_mm >= soft) {
            break;
        }
        found = Ratings::draw(between(rng, from, to), rng);
    }
    found
}

/// Probability of a logit.
pub(super) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
