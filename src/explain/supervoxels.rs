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

/// What is cut into pieces: voxels at even distances.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// Columns, rows, slices.
    size: [usize; 3],
    /// How far apart neighbours along each of them are in the order of the voxels.
    stride: [usize; 3],
    spacing_mm: [f64; 3],
    /// Of each voxel; 1 counts as much as the distance of neighbouring centres.
    density: Vec<f64>,
}

impl Ground {
    /// A crop's voxels in its order [slice][column][row], by their Hounsfield units.
    pub(super) fn of_crop(crop: &Crop, grid: &VoxelGrid) -> Self {
        let size @ [ni, nj, _] = crop.context.bounds.size;
        let [low, high] = crop.range_hu.map(f64::from);
        let hu = |value: &f32| (low + f64::from(*value) * (high - low)).clamp(RANGE_HU[0], RANGE_HU[1]);
        let density = crop.values.iter().map(|value| hu(value) / COMPACTNESS_HU).collect();
        Self { size, stride: [nj, 1, ni * nj], spacing_mm: grid.spacing_mm(), density }
    }

    /// Samples in the order slice, row, column, by what they are of all that can be read: as of a crop, whose range
    /// is six times what counts as much as a distance.
    /// - `shape`: slices, rows, columns
    /// - `range`: from the least to the most that can be read
    pub(super) fn of_samples(values: &[f32], shape: [usize; 3], spacing_mm: [f64; 3], range: f32) -> Self {
        let [slices, rows, columns] = shape;
        let unit = f64::from(range).max(f64::MIN_POSITIVE) * COMPACTNESS_HU / (RANGE_HU[1] - RANGE_HU[0]);
        Self {
            size: [columns, rows, slices],
            stride: [1, columns, rows * columns],
            spacing_mm,
            density: values.iter().map(|value| f64::from(*value) / unit).collect(),
        }
    }

    fn index(&self, at: [usize; 3]) -> usize {
        (0..3).map(|axis| at[axis] * self.stride[axis]).sum()
    }

    fn density(&self, n: usize) -> f64 {
        self.density.get(n).copied().unwrap_or(0.0)
    }

    fn mm(&self, at: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| at[axis] as f64 * self.spacing_mm[axis])
    }
}

/// Voxels cut into pieces.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Supervoxels {
    /// The piece of every voxel, in their order.
    pub(super) labels: Vec<u16>,
    /// Number of pieces; each has a voxel.
    pub(super) count: usize,
}

/// A centre: column, row, slice in mm from the first voxel, and density.
#[derive(Clone, Copy, Debug, Default)]
struct Centre {
    mm: [f64; 3],
    density: f64,
}

/// The side of cubes of which about so many fill a block; of squares where it is thinner than they.
fn side(length: [f64; 3], wanted: usize) -> f64 {
    let mut thick: Vec<f64> = length.into_iter().filter(|mm| *mm > 0.0).collect();
    loop {
        let side =
            (thick.iter().product::<f64>() / wanted.max(1) as f64).powf(1.0 / thick.len().max(1) as f64);
        let before = thick.len();
        thick.retain(|mm| *mm >= side);
        if thick.len() == before || thick.is_empty() {
            return side;
        }
    }
}

/// Cuts voxels into about `wanted` pieces.
pub(super) fn supervoxels(ground: &Ground, wanted: usize) -> Supervoxels {
    let (size @ [ni, nj, nk], spacing) = (ground.size, ground.spacing_mm);
    let length: [f64; 3] = std::array::from_fn(|a| size[a] as f64 * spacing[a]);
    let side = side(length, wanted);
    // A regular lattice, as near to the side as it divides the block.
    let cuts = length.map(|mm| ((mm / side).round() as usize).max(1));
    let mut centres = Vec::with_capacity(cuts.iter().product());
    for c in 0..cuts.iter().product::<usize>() {
        let cut = [c % cuts[0], c / cuts[0] % cuts[1], c / (cuts[0] * cuts[1])];
        let at: [usize; 3] = std::array::from_fn(|a| {
            (((cut[a] as f64 + 0.5) / cuts[a] as f64 * size[a] as f64) as usize)
                .min(size[a].saturating_sub(1))
        });
        centres.push(Centre { mm: ground.mm(at), density: ground.density(ground.index(at)) });
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
                        let (n, mm) = (ground.index([i, j, k]), ground.mm([i, j, k]));
                        let far: f64 = (0..3).map(|a| ((mm[a] - centre.mm[a]) / side).powi(2)).sum();
                        let other = (ground.density(n) - centre.density).powi(2);
                        if far + other < nearest[n] {
                            (nearest[n], labels[n]) = (far + other, label as u16);
                        }
                    }
                }
            }
        }
        let mut sums = vec![(Centre::default(), 0usize); centres.len()];
        for at in (0..nk).flat_map(|k| (0..ni).flat_map(move |i| (0..nj).map(move |j| [i, j, k]))) {
            let (n, mm) = (ground.index(at), ground.mm(at));
            let (sum, count) = &mut sums[usize::from(labels[n])];
            (0..3).for_each(|a| sum.mm[a] += mm[a]);
            sum.density += ground.density(n);
            *count += 1;
        }
        for (centre, (sum, count)) in centres.iter_mut().zip(sums).filter(|(_, (_, count))| *count > 0) {
            let of = count as f64;
            *centre = Centre { mm: sum.mm.map(|v| v / of), density: sum.density / of };
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
        let found = supervoxels(&Ground::of_crop(&crop, &grid), 40);
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

    #[test]
    fn a_slice_is_cut_into_pieces_of_its_plane() {
        // 120 x 90 mm, 1 mm thick: cubes of that volume would be hundreds.
        let values = vec![0.5; 120 * 90];
        let ground = Ground::of_samples(&values, [1, 90, 120], [1.0; 3], 1.0);
        let found = supervoxels(&ground, 12);
        assert_eq!((found.labels.len(), found.count), (120 * 90, 12));
        // Neighbours along a row are of one piece, but at its edges.
        let changes = found.labels.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes <= 90 * 4, "{changes}");
        assert!((side([120.0, 90.0, 1.0], 12) - 30.0).abs() < 1e-9);
        assert!((side([40.0, 20.0, 10.0], 8) - 10.0).abs() < 1e-9);
    }
}
