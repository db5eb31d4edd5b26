//! How far a picture lies from those of training, as the network itself sees it.

use serde::{Deserialize, Serialize};

use crate::evaluation::Principal;

/// Directions in which training pictures differ most are kept so many; what lies outside of them is
/// one number.
const COMPONENTS: usize = 12;
/// Share of held-out training pictures that count as inside.
const INSIDE: f64 = 0.99;

/// Range of the features of training: a mean, the directions of most variance, and the variance of
/// the rest (probabilistic principal components; Tipping & Bishop, J. R. Statist. Soc. B 61 (1999)
/// 611-622), with the distance that 99 of 100 held-out training pictures do not exceed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingRange {
    mean: Vec<f32>,
    /// Unit vectors and the variance along each.
    components: Vec<(Vec<f32>, f32)>,
    /// Variance of each remaining direction.
    rest: f32,
    /// Mahalanobis distance beyond which a picture lies outside.
    farthest: f32,
}

impl EmbeddingRange {
    /// - `features`: one row a picture, all of one length; pooled features of the three scales
    /// - returns: `None` for fewer than 40 rows, rows of different length or values that are no numbers
    pub fn fit(features: &[Vec<f32>]) -> Option<Self> {
        let width = features.first()?.len();
        let sound = |row: &Vec<f32>| row.len() == width && row.iter().all(|v| v.is_finite());
        if features.len() < 40 || width == 0 || !features.iter().all(sound) {
            return None;
        }
        // The limit comes from rows that the range has not seen: odd ones judge even ones.
        let half = |which: usize| -> Vec<&Vec<f32>> {
            features.iter().enumerate().filter(|(n, _)| n % 2 == which).map(|(_, row)| row).collect()
        };
        let mut distances = Vec::with_capacity(features.len());
        for (fitted, judged) in [(half(0), half(1)), (half(1), half(0))] {
            let range = Self::of(&fitted);
            distances.extend(judged.iter().map(|row| range.distance(row)));
        }
        distances.sort_by(f32::total_cmp);
        let last = distances.len() - 1;
        let farthest = distances[((last as f64 * INSIDE).ceil() as usize).min(last)];
        Some(Self { farthest, ..Self::of(&features.iter().collect::<Vec<_>>()) })
    }

    fn of(rows: &[&Vec<f32>]) -> Self {
        let rows: Vec<&[f32]> = rows.iter().map(|row| row.as_slice()).collect();
        let width = rows.first().map_or(0, |row| row.len());
        let kept = COMPONENTS.min(width.saturating_sub(1)).min(rows.len() / 4);
        let principal = Principal::of(&rows, kept);
        let rest = (principal.left() / (width - kept).max(1) as f64).max(1e-9);
        let single = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<f32>>();
        let component = |(b, v): &(Vec<f64>, f64)| (single(b), v.max(rest) as f32);
        Self {
            mean: single(&principal.mean),
            components: principal.components.iter().map(component).collect(),
            rest: rest as f32,
            farthest: f32::INFINITY,
        }
    }

    /// Mahalanobis distance from the middle of training.
    fn distance(&self, features: &[f32]) -> f32 {
        let centred: Vec<f64> =
            features.iter().zip(&self.mean).map(|(v, m)| f64::from(*v) - f64::from(*m)).collect();
        let mut outside: f64 = centred.iter().map(|v| v * v).sum();
        let mut sum = 0.0;
        for (direction, variance) in &self.components {
            let along: f64 = direction.iter().zip(&centred).map(|(d, v)| f64::from(*d) * v).sum();
            outside -= along * along;
            sum += along * along / f64::from(*variance);
        }
        ((sum + outside.max(0.0) / f64::from(self.rest)).sqrt()) as f32
    }

    /// - returns: the reason where the picture lies outside of training; `None` inside, and for
    ///   features of another length, which are another network's
    pub fn judge(&self, features: &[f32]) -> Option<String> {
        if features.len() != self.mean.len() {
            return None;
        }
        let distance = self.distance(features);
        (!distance.is_finite() || distance > self.farthest).then(|| {
            format!(
                "the network sees something unlike its training pictures (distance {distance:.1}, 99 of 100 of those stay within {:.1})",
                self.farthest
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that differ along two directions, and a little along all.
    fn rows(count: usize) -> Vec<Vec<f32>> {
        let wave = |n: usize, step: f64| (n as f64 * step).sin() as f32;
        // Even between -0.5 and 0.5: the upper bits of a multiplicative hash.
        let noise = |n: usize| {
            let mixed = (n as u64 ^ 0x9e37_79b9).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        (0..count)
            .map(|n| {
                let (a, b) = (wave(n, 0.7) * 5.0, wave(n, 1.9) * 2.0);
                (0..30)
                    .map(|i| {
                        let main = if i % 2 == 0 { a } else { b };
                        3.0 + main + 0.2 * noise(n * 64 + i)
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn what_is_like_training_is_inside_and_what_leaves_its_directions_is_not() {
        let range = EmbeddingRange::fit(&rows(200)).expect("enough rows");
        let fresh = rows(400);
        let outside = fresh[200..].iter().filter(|row| range.judge(row).is_some()).count();
        // The limit is the 99th percentile: of 200 rows of the same kind 2 are expected outside; 10 is far beyond chance.
        assert!(outside <= 10, "{outside} of 200");
        let mut odd = fresh[201].clone();
        odd[4] += 3.0;
        assert!(range.judge(&odd).is_some(), "one feature against all others of its kind");
    }

    #[test]
    fn too_few_rows_give_no_range_and_another_network_is_not_judged() {
        assert!(EmbeddingRange::fit(&rows(39)).is_none());
        let range = EmbeddingRange::fit(&rows(60)).expect("enough rows");
        assert!(range.judge(&[0.0; 4]).is_none());
        assert!(range.judge(&[f32::NAN; 30]).is_some());
    }
}
