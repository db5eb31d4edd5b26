//! Intervals, and the normal distribution that some of them come from.

use serde::Serialize;

/// 97.5 % quantile of the normal distribution.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

/// A two-sided 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Probability that a standard normal value is above `z`.
pub(super) fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// Wilson's score interval of a fraction of independent cases (E. B. Wilson, J. Am. Stat. Assoc. 22,
/// 1927); 0 to 1 where there are no cases.
pub fn wilson(hits: usize, count: usize) -> Interval {
    if count == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (n, z2) = (count as f64, Z_95 * Z_95);
    let fraction = hits as f64 / n;
    let centre = (fraction + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (fraction * (1.0 - fraction) / n + z2 / (4.0 * n * n)).sqrt();
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// The value below which a fraction of the sorted values lies, linear between neighbours (the default of
/// NumPy, type 7 of Hyndman and Fan); `None` where there are no values.
pub fn quantile(sorted: &[f64], fraction: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = fraction.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let (low, high) = (*sorted.get(below)?, *sorted.get((below + 1).min(last))?);
    Some(low + (high - low) * (place - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = [1.0, 2.0, 4.0, 8.0];
        let found = [0.0, 0.5, 0.9, 1.0].map(|q| quantile(&values, q).expect("values"));
        // 0.9 * 3 = 2.7: 4 + 0.7 * 4.
        for (found, expected) in found.into_iter().zip([1.0, 3.0, 6.8, 8.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_tail_at_the_95_percent_point_is_one_fortieth() {
        assert!((upper_tail(Z_95) - 0.025).abs() < 1e-15);
    }

    #[test]
    fn a_fraction_of_none_is_unknown_and_of_all_is_near_one() {
        assert_eq!(wilson(0, 0), Interval { low: 0.0, high: 1.0 });
        let all = wilson(10, 10);
        // 1 / (1 + z^2 / 10), from the formula with a fraction of 1.
        assert!(
            (all.low - 1.0 / (1.0 + Z_95 * Z_95 / 10.0)).abs() < 1e-12 && (1.0 - all.high) < 1e-12,
            "{all:?}"
        );
    }
}
