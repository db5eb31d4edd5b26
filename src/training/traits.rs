//! What can be said of a nodule besides how malignant it looks: how large and how dense it is in the
//! picture, and what the readers wrote of its shape. Who must tell all of it looks at the nodule.

use super::patch::Block;
use crate::dataset::Characteristic;

/// Number of traits.
pub const TRAITS: usize = 12;

/// Each about 0, about 1 wide; `None` where it is not known.
pub type Traits = [Option<f32>; TRAITS];

/// Middle and width of each trait, roughly those of LIDC-IDRI's nodules: the scale of a loss, no more.
const SCALE: [(f32, f32); TRAITS] = [
    // Natural logarithms of voxels of the mask: in its largest slice, and in all.
    (4.6, 1.1),
    (6.0, 1.4),
    // HU in the mask: mean, 10 % and 90 % quantile.
    (-200.0, 180.0),
    (-550.0, 180.0),
    (100.0, 200.0),
    // Mean ratings of the readers, in the order of `RATED`.
    (5.4, 1.2),
    (1.8, 0.8),
    (1.7, 0.8),
    (3.9, 0.9),
    (4.5, 0.9),
    (3.9, 0.8),
    (3.8, 0.6),
];

/// Internal structure is not among them: nearly every nodule is soft tissue.
const RATED: [Characteristic; 7] = [
    Characteristic::Calcification,
    Characteristic::Lobulation,
    Characteristic::Spiculation,
    Characteristic::Margin,
    Characteristic::Texture,
    Characteristic::Subtlety,
    Characteristic::Sphericity,
];

/// From what the readers wrote and the voxels of the mask.
/// - `rated`: mean rating of a characteristic, where there is one
/// - `block`, `inside`: its voxels, and for each whether it is in the mask; no voxels where there is none
pub fn traits(rated: impl Fn(Characteristic) -> Option<f64>, block: &Block, inside: &[bool]) -> Traits {
    let [nx, ny, _] = block.size;
    let mut hu: Vec<i16> =
        block.values.iter().zip(inside).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
    let slices = inside.chunks_exact((nx * ny).max(1));
    let largest = slices.map(|slice| slice.iter().filter(|inside| **inside).count()).max();
    let mut raw = [None; TRAITS];
    if !hu.is_empty() {
        hu.sort_unstable();
        let quantile = |share: f32| f32::from(hu[((hu.len() - 1) as f32 * share).round() as usize]);
        let mean = hu.iter().map(|v| f64::from(*v)).sum::<f64>() / hu.len() as f64;
        raw[0] = largest.map(|voxels| (voxels as f32).ln());
        raw[1] = Some((hu.len() as f32).ln());
        (raw[2], raw[3], raw[4]) = (Some(mean as f32), Some(quantile(0.1)), Some(quantile(0.9)));
    }
    for (place, which) in raw[5..].iter_mut().zip(RATED) {
        *place = rated(which).map(|mean| mean as f32);
    }
    std::array::from_fn(|n| raw[n].map(|value| (value - SCALE[n].0) / SCALE[n].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_density_are_those_of_the_mask() {
        let block = Block {
            size: [4, 4, 2],
            spacing_mm: [0.7, 0.7, 2.0],
            values: (0..32).map(|n| if n % 4 == 1 { n as i16 * 10 } else { -900 }).collect(),
            centre: [1, 1, 0],
        };
        // A column of four voxels in the first slice, of one in the second: 10, 50, 90, 130 and 170 HU.
        let inside: Vec<bool> = (0..32).map(|n| n % 4 == 1 && n <= 17).collect();
        let texture = |which| (which == Characteristic::Texture).then_some(4.5);
        let found = traits(texture, &block, &inside);
        let raw: Vec<f32> = (0..5).map(|n| found[n].expect("known") * SCALE[n].1 + SCALE[n].0).collect();
        for (value, expected) in raw.iter().zip([4f32.ln(), 5f32.ln(), 90.0, 10.0, 170.0]) {
            assert!((value - expected).abs() < 1e-3, "{raw:?}");
        }
        assert_eq!(found[5..].iter().flatten().collect::<Vec<_>>(), [&0.0], "one rating, a usual one");
        assert!(traits(texture, &block, &[false; 32])[..5].iter().all(Option::is_none), "no mask");
    }
}
