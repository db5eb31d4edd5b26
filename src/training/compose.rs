//! A real nodule in a simulated chest, cut as the network's crops are.

use rand_distr::{Distribution, Normal};

use super::draw::{Draw, generator};
use super::patch::{Block, Nodule};

/// Puts the nodule into its surroundings by its mask and cuts a crop.
///
/// Voxel by voxel `surroundings * (1 - opacity) + nodule * opacity`, both read at the same place
/// relative to the crop's centre. Offsets are counted in voxels: surroundings are made at the
/// nodule's spacing. Without resampling every value is one of a voxel of the input.
/// - `size`: columns, rows, slices
/// - returns: HU, and which part of each voxel is in the nodule's mask, 0 to 1; both in the order
///   [slice][column][row], the network's own axes (see `inference::prepare`)
pub fn crop(nodule: &Nodule, surroundings: &Block, draw: &Draw, size: [usize; 3]) -> (Vec<f32>, Vec<f32>) {
    let half = size.map(|n| n as i32 / 2);
    let jitter: [f32; 3] = std::array::from_fn(|a| draw.jitter_mm[a] / nodule.block.spacing_mm[a].max(1e-3));
    let whole = jitter.map(|v| v.round() as i32);
    let turned = draw.resampled.map(|(angle, scale)| (angle.sin() / scale, angle.cos() / scale));
    let mut out = Vec::with_capacity(size.iter().product());
    let mut marks = Vec::with_capacity(out.capacity());
    for k in 0..size[2] as i32 {
        for i in 0..size[0] as i32 {
            for j in 0..size[1] as i32 {
                let offset = [i - half[0], j - half[1], k - half[2]];
                let (hu, mark) = match turned {
                    None => {
                        let at: [i32; 3] = std::array::from_fn(|a| offset[a] + whole[a]);
                        native(nodule, surroundings, draw, at)
                    }
                    Some((sin, cos)) => {
                        let [x, y, z] = offset.map(|v| v as f32);
                        let at =
                            [cos * x - sin * y + jitter[0], sin * x + cos * y + jitter[1], z + jitter[2]];
                        interpolated(nodule, surroundings, draw, at)
                    }
                };
                out.push(hu);
                marks.push(mark);
            }
        }
    }
    add_noise(&mut out, draw);
    (out, marks)
}

/// From here on surroundings are lung no more, and from there on they are tissue, HU.
const TISSUE_HU: std::ops::Range<f32> = -700.0..-400.0;

/// Around a nodule lies the lung that it was cut out of. Laid over a wall or a vessel it would be a
/// dark rim that no scan shows: outside the mask, tissue stays what it is.
pub(super) fn mixed(nodule: (f32, f32), surroundings: f32, shift_hu: f32) -> f32 {
    let (hu, opacity) = nodule;
    let tissue = (surroundings - TISSUE_HU.start) / (TISSUE_HU.end - TISSUE_HU.start);
    let opacity = if opacity < 1.0 { opacity * (1.0 - tissue.clamp(0.0, 1.0)) } else { opacity };
    surroundings + (hu + shift_hu - surroundings) * opacity
}

/// HU at a whole offset from both centres, and 1 in the nodule's mask.
fn native(nodule: &Nodule, surroundings: &Block, draw: &Draw, at: [i32; 3]) -> (f32, f32) {
    let from = |centre: [i32; 3], offset: [i32; 3]| std::array::from_fn(|a| centre[a] + offset[a]);
    let chest = surroundings.clamped(from(surroundings.centre, draw.chest.apply(at)));
    let (hu, opacity) = nodule.at(from(nodule.block.centre, draw.nodule.apply(at)));
    (mixed((hu, opacity), chest, draw.shift_hu), in_mask(opacity))
}

/// Between voxels, trilinear. Opacity is interpolated with the HU that it weighs, so that the
/// unknown outside of the nodule's block never shows.
fn interpolated(nodule: &Nodule, surroundings: &Block, draw: &Draw, at: [f32; 3]) -> (f32, f32) {
    let chest = {
        let (base, part) = split(surroundings.centre, draw.chest.apply(at));
        corners(base, part).map(|(index, weight)| surroundings.clamped(index) * weight).sum()
    };
    let (base, part) = split(nodule.block.centre, draw.nodule.apply(at));
    // Most of a wide crop is nowhere near the nodule.
    if (0..3).any(|a| base[a] < -1 || base[a] >= nodule.block.size[a] as i32) {
        return (chest, 0.0);
    }
    let (mut weighed, mut opacity, mut mark) = (0.0, 0.0, 0.0);
    for (index, weight) in corners(base, part) {
        let (hu, a) = nodule.at(index);
        weighed += hu * a * weight;
        opacity += a * weight;
        mark += in_mask(a) * weight;
    }
    let hu = if opacity > 0.0 { weighed / opacity } else { 0.0 };
    (mixed((hu, opacity), chest, draw.shift_hu), mark)
}

/// The mask is what is wholly opaque; the soft border around it is not.
pub(super) fn in_mask(opacity: f32) -> f32 {
    if opacity >= 1.0 { 1.0 } else { 0.0 }
}

fn split(centre: [i32; 3], offset: [f32; 3]) -> ([i32; 3], [f32; 3]) {
    let floor = offset.map(f32::floor);
    (std::array::from_fn(|a| centre[a] + floor[a] as i32), std::array::from_fn(|a| offset[a] - floor[a]))
}

/// The eight voxels around a place, with their trilinear weights.
fn corners(base: [i32; 3], part: [f32; 3]) -> impl Iterator<Item = ([i32; 3], f32)> {
    (0..8).filter_map(move |n| {
        let upper = [n & 1, n >> 1 & 1, n >> 2 & 1];
        let weight: f32 = (0..3).map(|a| if upper[a] == 1 { part[a] } else { 1.0 - part[a] }).product();
        (weight > 0.0).then(|| (std::array::from_fn(|a| base[a] + upper[a]), weight))
    })
}

fn add_noise(hu: &mut [f32], draw: &Draw) {
    let (deviation, seed) = draw.noise;
    // No normal distribution of a deviation that is no number or negative.
    let Ok(normal) = Normal::new(0.0f32, deviation) else { return };
    if deviation > 0.0 {
        let mut random = generator(seed, "noise", &[hu.len() as u64]);
        for v in hu {
            *v += normal.sample(&mut random);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::draw::Symmetry;

    /// Surroundings whose value tells the place, and a nodule of one voxel at its centre.
    fn parts() -> (Nodule, Block) {
        let size = [9, 9, 9];
        let values = (0..729).map(|n| (n % 9 + n / 9 % 9 * 10 + n / 81 * 100) as i16).collect();
        let chest = Block { size, spacing_mm: [0.5, 0.5, 1.0], values, centre: [4, 4, 4] };
        let block = Block {
            size: [3, 3, 3],
            spacing_mm: [0.5, 0.5, 1.0],
            values: vec![-500; 27].into(),
            centre: [1, 1, 1],
        };
        let opacity = (0..27).map(|n| if n == 13 { 255 } else { 0 }).collect();
        let nodule = Nodule {
            id: "n".into(),
            patient: "p".into(),
            fold: 0,
            label: Some(true),
            rating_mean: Some(4.0),
            rating_spread: Some(0.0),
            traits: [None; 12],
            block,
            opacity,
        };
        (nodule, chest)
    }

    #[test]
    fn a_plain_crop_is_the_surroundings_in_the_networks_order_with_the_nodule_in_its_middle() {
        let (nodule, chest) = parts();
        let (hu, marks) = crop(&nodule, &chest, &Draw::plain(0.0), [4, 4, 4]);
        // First voxel: offset (-2, -2, -2) from (4, 4, 4); then rows run fastest, then columns.
        assert_eq!(hu[..5], [222.0, 232.0, 242.0, 252.0, 223.0]);
        assert_eq!(hu[2 * 16 + 2 * 4 + 2], -500.0);
        assert_eq!(hu.iter().filter(|&&v| v == -500.0).count(), 1);
        let marked: Vec<f32> = hu.iter().map(|&v| f32::from(u8::from(v == -500.0))).collect();
        assert_eq!(marks, marked);
    }

    #[test]
    fn jitter_moves_the_nodule_by_its_millimetres_against_the_crop() {
        let (nodule, chest) = parts();
        let draw = Draw { jitter_mm: [0.5, 0.0, -1.0], ..Draw::plain(0.0) };
        let (hu, _) = crop(&nodule, &chest, &draw, [4, 4, 4]);
        // The crop goes one column up and one slice down: the nodule is seen at (1, 2, 3).
        assert_eq!(hu[3 * 16 + 4 + 2], -500.0);
    }

    #[test]
    fn a_resampled_crop_without_rotation_equals_the_native_one() {
        let (nodule, chest) = parts();
        let symmetry = Symmetry { transposed: true, mirrored: [true, false, true] };
        let native = Draw { nodule: symmetry, chest: symmetry, ..Draw::plain(0.0) };
        let resampled = Draw { resampled: Some((0.0, 1.0)), ..native.clone() };
        assert_eq!(crop(&nodule, &chest, &native, [4, 4, 4]), crop(&nodule, &chest, &resampled, [4, 4, 4]));
    }

    #[test]
    fn noise_has_the_deviation_asked_for_and_is_the_same_for_the_same_seed() {
        let (nodule, chest) = parts();
        let (still, _) = crop(&nodule, &chest, &Draw::plain(0.0), [8, 8, 8]);
        let draw = Draw { noise: (10.0, 7), ..Draw::plain(0.0) };
        let (noisy, _) = crop(&nodule, &chest, &draw, [8, 8, 8]);
        assert_eq!(noisy, crop(&nodule, &chest, &draw, [8, 8, 8]).0);
        let variance =
            noisy.iter().zip(&still).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / still.len() as f64;
        // 512 values: the deviation of a sample deviation is 3 %; four of those.
        assert!((variance.sqrt() - 10.0).abs() < 1.3, "{variance}");
    }
}
