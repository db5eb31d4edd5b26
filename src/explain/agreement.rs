//! How far methods point at the same places, and where they differ.
//!
//! Methods that claim the same should agree; where they do not, at least one of them tells of itself instead
//! of the network. That they agree proves nothing: they may share a fault.

use std::sync::Arc;

use super::saliency::Saliency;
use super::trust::ranks;
use crate::geometry::VoxelBox;
use crate::networks::Scale;

/// Share of the places that count as the strongest.
pub const STRONGEST: f64 = 0.1;
/// One place in so many along each axis is compared: maps are smooth, and ranks cost.
const STRIDE: usize = 2;

/// Two maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Names of their methods, in the order of the maps.
    pub methods: [&'static str; 2],
    /// Their scales; `None`: combined.
    pub scales: [Option<Scale>; 2],
    /// Spearman's correlation of their magnitudes, place by place, -1 to 1.
    pub rank_correlation: f64,
    /// Dice overlap of the strongest tenth of the places of each, 0 to 1; a tenth by chance.
    pub overlap: f64,
}

/// Every pair of maps, over the places that all of them cover; empty for fewer than two.
/// Source of the overlap: Dice 1945, doi 10.2307/1932409.
pub fn agreements(maps: &[Arc<Saliency>]) -> Vec<Agreement> {
    let boxes: Vec<VoxelBox> = maps.iter().map(|map| map.bounds).collect();
    let Some(common) = shared(&boxes).filter(|_| maps.len() > 1) else { return Vec::new() };
    let ranked: Vec<Vec<f64>> = maps.iter().map(|map| ranks(&thinned(map, &common))).collect();
    let mut found = Vec::new();
    for (n, a) in maps.iter().enumerate() {
        for (m, b) in maps.iter().enumerate().skip(n + 1) {
            found.push(Agreement {
                methods: [a.method, b.method],
                scales: [a.scale, b.scale],
                rank_correlation: correlation(&ranked[n], &ranked[m]),
                overlap: overlap(&ranked[n], &ranked[m]),
            });
        }
    }
    found
}

/// Where one map is stronger than another: each divided by its largest magnitude, the first less the second,
/// over the places that both cover. One scale for both, -2 to 2 where both are signed.
pub fn difference(a: &Saliency, b: &Saliency) -> Option<Saliency> {
    let bounds = shared(&[a.bounds, b.bounds])?;
    let scale = |map: &Saliency| match map.largest_magnitude() {
        largest if largest > 0.0 => 1.0 / largest,
        _ => 0.0,
    };
    let (of_a, of_b) = (scale(a), scale(b));
    let mut values = Vec::with_capacity(bounds.size.iter().product());
    lines(a, &bounds, |line| values.extend(line.iter().map(|v| v * of_a)));
    let mut rest = values.iter_mut();
    lines(b, &bounds, |line| line.iter().zip(&mut rest).for_each(|(v, out)| *out -= v * of_b));
    Some(Saliency {
        method: DIFFERENCE,
        scale: None,
        bounds,
        values: Arc::from(values),
        native_shape: None,
        unit: "of the largest",
        signed: true,
        told: Vec::new(),
    })
}

/// What stands in place of a method's name for the difference of two.
pub const DIFFERENCE: &str = "difference";

/// The places that all boxes hold; `None` where there are none.
fn shared(boxes: &[VoxelBox]) -> Option<VoxelBox> {
    let mut common = *boxes.first()?;
    for other in boxes {
        for axis in 0..3 {
            let end = |b: &VoxelBox| b.min[axis].saturating_add(b.size[axis] as i64);
            let high = end(&common).min(end(other));
            common.min[axis] = common.min[axis].max(other.min[axis]);
            common.size[axis] = usize::try_from(high - common.min[axis]).ok().filter(|n| *n > 0)?;
        }
    }
    Some(common)
}

/// The lines of a map that lie in a box inside its own, columns fastest.
fn lines(map: &Saliency, bounds: &VoxelBox, mut each: impl FnMut(&[f32])) {
    let [ni, nj, _] = map.bounds.size;
    let from: [usize; 3] = std::array::from_fn(|a| (bounds.min[a] - map.bounds.min[a]) as usize);
    for k in 0..bounds.size[2] {
        for j in 0..bounds.size[1] {
            let start = ((from[2] + k) * nj + from[1] + j) * ni + from[0];
            each(map.values.get(start..start + bounds.size[0]).unwrap_or(&[]));
        }
    }
}

/// One place in [`STRIDE`] along each axis.
fn thinned(map: &Saliency, bounds: &VoxelBox) -> Vec<f32> {
    let mut values = Vec::new();
    let (rows, mut line_number) = (bounds.size[1], 0);
    lines(map, bounds, |line| {
        let (j, k) = (line_number % rows, line_number / rows);
        if j % STRIDE == 0 && k % STRIDE == 0 {
            values.extend(line.iter().step_by(STRIDE));
        }
        line_number += 1;
    });
    values
}

/// Pearson's correlation of ranks; 0 where all of one are equal.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean, y - mean);
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    if of_a > 0.0 && of_b > 0.0 { both / (of_a * of_b).sqrt() } else { 0.0 }
}

/// Dice overlap of the strongest places.
fn overlap(a: &[f64], b: &[f64]) -> f64 {
    let from = a.len() as f64 * (1.0 - STRONGEST) - 0.5;
    let strong = |rank: &f64| *rank >= from;
    let count = |ranks: &[f64]| ranks.iter().filter(|rank| strong(rank)).count();
    let both = a.iter().zip(b).filter(|(x, y)| strong(x) && strong(y)).count();
    let all = count(a) + count(b);
    if all > 0 { 2.0 * both as f64 / all as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(method: &'static str, bounds: VoxelBox, value: impl Fn([i64; 3]) -> f32) -> Arc<Saliency> {
        let [ni, nj, nk] = bounds.size;
        let values: Vec<f32> = (0..ni * nj * nk)
            .map(|n| [n % ni, n / ni % nj, n / (ni * nj)])
            .map(|at| value(std::array::from_fn(|a| bounds.min[a] + at[a] as i64)))
            .collect();
        Arc::new(Saliency {
            method,
            scale: None,
            bounds,
            values: values.into(),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: Vec::new(),
        })
    }

    #[test]
    fn maps_agree_as_far_as_their_order_does_wherever_their_boxes_begin() {
        let whole = VoxelBox { min: [0; 3], size: [20, 20, 20] };
        let part = VoxelBox { min: [4, 2, 0], size: [16, 18, 10] };
        let rising = |at: [i64; 3]| (1 + at[0] + 20 * at[1] + 400 * at[2]) as f32;
        let all = [
            map("a", whole, rising),
            // The same order with another sign and scale, over a part.
            map("b", part, |at| -0.01 * rising(at)),
            map("c", whole, |at| 9000.0 - rising(at)),
        ];
        let found = agreements(&all);
        assert_eq!(
            found.iter().map(|pair| pair.methods).collect::<Vec<_>>(),
            [["a", "b"], ["a", "c"], ["b", "c"]]
        );
        assert!((found[0].rank_correlation - 1.0).abs() < 1e-12 && found[0].overlap == 1.0, "{:?}", found[0]);
        assert!((found[1].rank_correlation + 1.0).abs() < 1e-12 && found[1].overlap == 0.0, "{:?}", found[1]);
        assert!(agreements(&all[..1]).is_empty());
        let away = map("d", VoxelBox { min: [50, 0, 0], size: [4; 3] }, |_| 1.0);
        assert!(agreements(&[Arc::clone(&all[0]), away]).is_empty(), "no place in common");
    }

    #[test]
    fn chance_overlaps_by_a_tenth_and_half_of_the_places_by_a_half() {
        let whole = VoxelBox { min: [0; 3], size: [40, 40, 40] };
        let mixed = |seed: u64| {
            move |at: [i64; 3]| {
                // SplitMix64, Steele et al. 2014.
                let mut z = seed
                    .wrapping_add((at[0] + 40 * at[1] + 1600 * at[2]) as u64)
                    .wrapping_mul(0x9E37_79B9_7F4A_7C15);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                ((z ^ (z >> 31)) >> 40) as f32
            }
        };
        let found = agreements(&[map("a", whole, mixed(1)), map("b", whole, mixed(2_000_000))])[0];
        // 8000 places: deviations of 0.011, and of 0.01 for 800 of them.
        assert!(found.rank_correlation.abs() < 0.05 && (found.overlap - 0.1).abs() < 0.04, "{found:?}");
    }

    #[test]
    fn a_difference_is_of_shares_of_the_largest() {
        let whole = VoxelBox { min: [0; 3], size: [4, 1, 1] };
        let part = VoxelBox { min: [1, 0, 0], size: [3, 1, 1] };
        let a = map("a", whole, |at| at[0] as f32 * 10.0);
        let b = map("b", part, |at| (3 - at[0]) as f32);
        let found = difference(&a, &b).expect("shared");
        assert_eq!(found.bounds, part);
        let expected = [1.0 / 3.0 - 1.0, 2.0 / 3.0 - 0.5, 1.0];
        assert!(found.values.iter().zip(expected).all(|(v, e)| (v - e).abs() < 1e-6), "{:?}", found.values);
    }
}
