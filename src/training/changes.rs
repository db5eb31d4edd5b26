//! The same nodule clicked, scanned or reconstructed a little otherwise: to see how much an answer moves.

use rand_distr::{Distribution, StandardNormal};

use super::compose::crop;
use super::draw::{Draw, generator};
use super::pictures::Pictures;

/// One small change of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// The crop is centred this far from the nodule's centre: mm along columns, rows, slices, whole
    /// voxels.
    Click([f32; 3]),
    /// White noise of this standard deviation, HU, is added.
    Noise(f32),
    /// A softer kernel: a Gaussian of this standard deviation, mm, in the plane of the slices.
    Softer(f32),
    /// Slices twice as thick at the same distance: each takes in half of its two neighbours.
    Thicker,
}

impl Change {
    /// A click in a direction of the seed, on a voxel's centre, no farther than `mm`.
    /// - `numbers`: what the direction is of: case, number of the click
    pub fn click(spacing_mm: [f32; 3], mm: f32, seed: u64, numbers: &[u64]) -> Self {
        let mut random = generator(seed, "click", numbers);
        let direction: [f32; 3] = std::array::from_fn(|_| StandardNormal.sample(&mut random));
        let length = direction.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        Self::Click(std::array::from_fn(|axis| {
            let step = spacing_mm[axis].max(1e-3);
            // Towards the centre, so that it lies within the distance.
            (direction[axis] / length * mm / step).trunc() * step
        }))
    }

    /// How far the click lies from the centre, mm; 0 for the others.
    pub fn distance_mm(&self) -> f32 {
        match self {
            Self::Click(shift) => shift.iter().map(|v| v * v).sum::<f32>().sqrt(),
            _ => 0.0,
        }
    }
}

impl Pictures {
    /// A case in its own surroundings, plainly looked at but for one change.
    /// - `size`: columns, rows, slices
    /// - returns: HU, [slice][column][row]
    pub fn changed(&self, case: usize, change: Change, size: [usize; 3], seed: u64) -> Vec<f32> {
        let (nodule, chest) = (&self.nodules[case], &self.chests[case]);
        let plain = Draw::plain(0.0);
        let draw = match change {
            Change::Click(jitter_mm) => Draw { jitter_mm, ..plain },
            Change::Noise(deviation) => Draw { noise: (deviation, seed ^ case as u64), ..plain },
            Change::Softer(_) | Change::Thicker => plain,
        };
        let (hu, _) = crop(nodule, chest, &draw, size);
        match change {
            Change::Click(_) | Change::Noise(_) => hu,
            Change::Softer(mm) => {
                let [di, dj, _] = nodule.block.spacing_mm;
                softened(&hu, size, [mm / di.max(1e-3), mm / dj.max(1e-3)])
            }
            Change::Thicker => thickened(&hu, size),
        }
    }
}

/// A softer kernel: a Gaussian in the plane of the slices, the nearest value beyond the border.
/// - `hu`: [slice][column][row] of `size` columns, rows, slices
/// - `deviation`: voxels, along columns and rows
fn softened(hu: &[f32], size: [usize; 3], deviation: [f32; 2]) -> Vec<f32> {
    let rows = along(hu, size, 1, &gaussian(deviation[1]));
    along(&rows, size, 0, &gaussian(deviation[0]))
}

/// Slices twice as thick at the same distance: each takes in half of its two neighbours.
/// - `hu`: [slice][column][row] of `size` columns, rows, slices
fn thickened(hu: &[f32], size: [usize; 3]) -> Vec<f32> {
    along(hu, size, 2, &[0.25, 0.5, 0.25])
}

/// Weights that sum to one, three deviations to each side.
fn gaussian(deviation: f32) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as i32;
    let of = |n: i32| if deviation > 0.0 { (-0.5 * (n as f32 / deviation).powi(2)).exp() } else { 1.0 };
    let weights: Vec<f32> = (-reach..=reach).map(of).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|w| w / sum).collect()
}

/// A filter along columns (0), rows (1) or slices (2).
fn along(hu: &[f32], size: [usize; 3], axis: usize, weights: &[f32]) -> Vec<f32> {
    let [columns, rows, _] = size;
    let step = [rows, 1, rows * columns][axis];
    let reach = (weights.len() / 2) as isize;
    let last = size[axis] as isize - 1;
    let filtered = |(at, _): (usize, &f32)| {
        let place = (at / step % size[axis]) as isize;
        let around = weights.iter().zip(-reach..=reach).map(|(w, offset)| {
            let to = (place + offset).clamp(0, last) - place;
            w * hu[at.wrapping_add_signed(to * step as isize)]
        });
        around.sum()
    };
    hu.iter().enumerate().map(filtered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_falls_on_a_voxel_within_its_distance_and_follows_the_seed() {
        let spacing = [0.7, 0.7, 2.5];
        let mut farthest = 0.0_f32;
        for n in 0..50 {
            let click = Change::click(spacing, 4.0, 1, &[3, n]);
            let Change::Click(shift) = click else { panic!("a click") };
            for (mm, step) in shift.iter().zip(spacing) {
                // Whole steps, but for their rounding.
                assert!((mm / step - (mm / step).round()).abs() < 1e-4, "{shift:?}");
            }
            assert!(click.distance_mm() <= 4.0);
            farthest = farthest.max(click.distance_mm());
            assert_eq!(click, Change::click(spacing, 4.0, 1, &[3, n]));
        }
        assert!(farthest > 3.0, "{farthest}");
    }

    #[test]
    fn a_filter_keeps_what_is_even_and_spreads_a_point_along_its_axes_alone() {
        let size = [5, 7, 3];
        let even = vec![-700.0; 105];
        let near = |found: &[f32], expected: &[f32]| {
            // Weights are rounded, and sums of a few of them.
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3)
        };
        assert!(near(&softened(&even, size, [0.7, 0.7]), &even) && near(&thickened(&even, size), &even));
        let mut point = vec![0.0; 105];
        point[35 + 2 * 7 + 3] = 100.0;
        let thick = thickened(&point, size);
        assert_eq!((thick[17], thick[35 + 17], thick[70 + 17]), (25.0, 50.0, 25.0));
        let soft = softened(&point, size, [0.5, 0.0]);
        let of_rows: f32 = (0..5).map(|column| soft[35 + column * 7 + 3]).sum();
        assert!((of_rows - 100.0).abs() < 1e-3 && soft[35 + 7 + 3] > 5.0, "{soft:?}");
        assert_eq!(soft.iter().filter(|v| **v != 0.0).count(), 5);
    }
}
