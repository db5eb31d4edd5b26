//! Pieces of tissue of about one size and one density, for methods that take tissue away piece by piece.
//!
//! Source: SLIC, Achanta et al. 2012, doi 10.1109/TPAMI.2012.120, algorithm 1 in three dimensions: distances in the
//! patient's millimetres, one channel in Hounsfield units. Pieces are not made connected afterwards: what is
//! replaced is the same either way.

use crate::geometry::VoxelGrid;
use crate::inference::Crop;

/// Difference of density that counts as much as the distance of neighbouring centres, HU.
const COMPACTNESS_HU: f64 = 200.0;
/// What is denser or emptier counts as this, HU: bone beside muscle is no reason to cut lung finely.
const RANGE_HU: [f64; 2] = [-1000.0, 200.0];
const ROUNDS: usize = 5;

/// A crop cut into pieces.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Supervoxels {
    /// The piece of every voxel, in the crop's order [slice][column][row].
    pub(super) labels: Vec<u16>,
    /// Number of pieces; each has a voxel.
    pub(super) count: usize,
}

/// A centre: column, row, slice in mm from the crop's first voxel, and density.
#[derive(Clone, Copy, Debug, Default)]
struct Centre {
    mm: [f64; 3],
    hu: f64,
}

/// Cuts a crop into about `wanted` pieces.
pub(super) fn supervoxels(crop: &Crop, grid: &VoxelGrid, wanted: usize) -> Supervoxels {
    let [ni, nj, nk] = crop.context.bounds.size;
    let spacing = grid.spacing_mm();
    let [low, high] = crop.range_hu.map(f64::from);
    let hu = |n: usize| {
        let value = crop.values.get(n).map_or(0.0, |v| f64::from(*v));
        (low + value * (high - low)).clamp(RANGE_HU[0], RANGE_HU[1])
    };
    let place = |n: usize| {
        let (k, i, j) = (n / (ni * nj), n / nj % ni, n % nj);
        [i as f64 * spacing[0], j as f64 * spacing[1], k as f64 * spacing[2]]
    };
    let index = |at: [usize; 3]| (at[2] * ni + at[0]) * nj + at[1];
    let length: [f64; 3] = std::array::from_fn(|a| [ni, nj, nk][a] as f64 * spacing[a]);
    let side = (length.iter().product::<f64>() / wanted.max(1) as f64).cbrt();
    // A regular lattice, as near to the side as it divides the crop.
    let cuts = length.map(|mm| ((mm / side).round() as usize).max(1));
    let mut centres = Vec::with_capacity(cuts.iter().product());
    for c in 0..cuts.iter().product::<usize>() {
        let cut = [c % cuts[0], c / cuts[0] % cuts[1], c / (cuts[0] * cuts[1])];
        let at: [usize; 3] = std::array::from_fn(|a| {
            let n = [ni, nj, nk][a];
            (((cut[a] as f64 + 0.5) / cuts[a] as f64 * n as f64) as usize).min(n.saturating_sub(1))
        });
        let n = index(at);
        centres.push(Centre { mm: place(n), hu: hu(n) });
    }
    let mut labels = vec![0u16; ni * nj * nk];
    let mut nearest = vec![f64::INFINITY; labels.len()];
    for _ in 0..ROUNDS {
        nearest.fill(f64::INFINITY);
        for (label, centre) in centres.iter().enumerate() {
            // Within twice the side, as far as a centre can reach.
            let range = |axis: usize, n: usize| {
                let from = ((centre.mm[axis] - 1.5 * side) / spacing[axis]).ceil().max(0.0) as usize;
                let to = ((centre.mm[axis] + 1.5 * side) / spacing[axis]).floor().max(-1.0) + 1.0;
                from..(to as usize).min(n)
            };
            for k in range(2, nk) {
                for i in range(0, ni) {
                    for j in range(1, nj) {
                        let n = index([i, j, k]);
                        let mm = place(n);
                        let far: f64 = (0..3).map(|a| ((mm[a] - centre.mm[a]) / side).powi(2)).sum();
                        let other = ((hu(n) - centre.hu) / COMPACTNESS_HU).powi(2);
                        if far + other < nearest[n] {
                            (nearest[n], labels[n]) = (far + other, label as u16);
                        }
                    }
                }
            }
        }
        let mut sums = vec![(Centre::default(), 0usize); centres.len()];
        for (n, label) in labels.iter().enumerate() {
            let (sum, count) = &mut sums[usize::from(*label)];
            let mm = place(n);
            (0..3).for_each(|a| sum.mm[a] += mm[a]);
            sum.hu += hu(n);
            *count += 1;
        }
        for (centre, (sum, count)) in centres.iter_mut().zip(sums).filter(|(_, (_, count))| *count > 0) {
            let of = count as f64;
            *centre = Centre { mm: sum.mm.map(|v| v / of), hu: sum.hu / of };
        }
    }
    numbered(labels, centres.len())
}

/// The same pieces without numbers that nobody has.
fn numbered(mut labels: Vec<u16>, most: usize) -> Supervoxels {
    let mut new: Vec<Option<u16>> = vec![None; most];
    let mut count = 0u16;
    for label in &mut labels {
        let slot = &mut new[usize::from(*label)];
        *label = *slot.get_or_insert_with(|| {
            count += 1;
            count - 1
        });
    }
    Supervoxels { labels, count: usize::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelBox};
    use crate::inference::ContextBox;
    use crate::networks::Scale;

    /// Lung with a ball of tissue in it, voxels twice as long along the slices.
    fn crop() -> (Crop, VoxelGrid) {
        let grid =
            VoxelGrid::axis_aligned([64; 3], [1.0, 1.0, 2.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let bounds = VoxelBox { min: [0; 3], size: [32, 30, 16] };
        let mut values = Vec::new();
        for k in 0..16i32 {
            for i in 0..32i32 {
                for j in 0..30i32 {
                    // In mm: slices lie two apart.
                    let d2 = (i - 16).pow(2) + (j - 15).pow(2) + (2 * (k - 8)).pow(2);
                    values.push(if d2 <= 36 { 1.0 } else { 0.1 });
                }
            }
        }
        let context = ContextBox { scale: Scale::Macro, bounds, shifted: [0; 3], padded: [0; 3] };
        (Crop { context, values: values.into(), range_hu: [-1000.0, 200.0] }, grid)
    }

    #[test]
    fn pieces_cover_all_of_the_crop_and_keep_tissue_apart_from_lung() {
        let (crop, grid) = crop();
        let found = supervoxels(&crop, &grid, 40);
        assert_eq!(found.labels.len(), crop.values.len());
        assert!((20..=60).contains(&found.count), "{}", found.count);
        let mut sizes = vec![[0usize; 2]; found.count];
        for (label, value) in found.labels.iter().zip(crop.values.iter()) {
            sizes[usize::from(*label)][usize::from(*value > 0.5)] += 1;
        }
        assert!(sizes.iter().all(|[lung, tissue]| lung + tissue > 0), "a piece without a voxel");
        let (tissue, mixed) = sizes
            .iter()
            .fold((0, 0), |(all, mixed), [lung, tissue]| (all + tissue, mixed + lung.min(tissue)));
        assert!(mixed * 20 < tissue, "{mixed} of {tissue} voxels lie in pieces of the other kind");
    }
}
