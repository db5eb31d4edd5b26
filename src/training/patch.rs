//! The pieces that training pictures are put together from: real nodules, and chests around them.

use std::sync::Arc;

use super::traits::{TRAITS, Traits};

/// A block of voxels in HU, last axis (slices) slowest: index `(k * rows + j) * columns + i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Distance between voxel centres along columns, rows, slices, mm.
    pub spacing_mm: [f32; 3],
    /// HU.
    pub values: Arc<[i16]>,
    /// Voxel (i, j, k) on which a crop without jitter is centred.
    pub centre: [i32; 3],
}

impl Block {
    /// Value at a whole index, the nearest one of the border where that lies outside.
    pub fn clamped(&self, [i, j, k]: [i32; 3]) -> f32 {
        let [nx, ny, nz] = self.size;
        let inside = |index: i32, n: usize| (index.max(0) as usize).min(n.saturating_sub(1));
        let at = (inside(k, nz) * ny + inside(j, ny)) * nx + inside(i, nx);
        self.values.get(at).copied().map_or(0.0, f32::from)
    }
}

/// Radius of the control's ball, mm, and its HU: a common solid nodule.
const BALL_RADIUS_MM: f32 = 5.0;
const BALL_HU: i16 = 40;

/// A real nodule, cut out by its mask.
#[derive(Clone, Debug)]
pub struct Nodule {
    /// Case identifier of the manifest.
    pub id: String,
    /// Patient identifier of the manifest: what folds are made of.
    pub patient: String,
    /// Fold in which the case is held out.
    pub fold: u32,
    /// `Some(true)` malignant, `Some(false)` benign, `None` where the readers are undecided.
    pub label: Option<bool>,
    /// Mean of the readers' malignancy ratings, 1 to 5; `None` where nobody rated.
    pub rating_mean: Option<f32>,
    /// Standard deviation of those ratings (divided by their number), 0 to 2.
    pub rating_spread: Option<f32>,
    /// What else can be said of it.
    pub traits: Traits,
    /// Its voxels; none where the case is seen in its own volume.
    pub block: Block,
    /// How much of each voxel is the nodule's, in the block's order: 255 in its mask, less around it.
    pub opacity: Arc<[u8]>,
}

impl Nodule {
    /// The same case with the ball of the control in place of its nodule.
    /// - returns: `None` for a case that is seen in its own volume, which the nodule cannot be taken out of
    pub fn with_ball(&self) -> Option<Self> {
        if self.opacity.is_empty() {
            return None;
        }
        let spacing_mm = self.block.spacing_mm;
        let reach = spacing_mm.map(|mm| (BALL_RADIUS_MM / mm.max(0.05)).ceil() as i32);
        let size = reach.map(|n| 2 * n as usize + 1);
        let opacity: Vec<u8> = (0..size.iter().product::<usize>())
            .map(|at| {
                let index = [at % size[0], at / size[0] % size[1], at / (size[0] * size[1])];
                let mm = |a: usize| (index[a] as f32 - reach[a] as f32) * spacing_mm[a];
                let squared: f32 = (0..3).map(|a| mm(a) * mm(a)).sum();
                if squared <= BALL_RADIUS_MM * BALL_RADIUS_MM { 255 } else { 0 }
            })
            .collect();
        let values = vec![BALL_HU; opacity.len()].into();
        let block = Block { size, spacing_mm, values, centre: reach };
        // It says nothing of the nodule any more.
        let traits = [None; TRAITS];
        Some(Self { block, opacity: opacity.into(), traits, ..self.clone() })
    }

    /// HU and opacity (0 to 1) at a whole index; transparent outside the block.
    pub fn at(&self, [i, j, k]: [i32; 3]) -> (f32, f32) {
        let [nx, ny, nz] = self.block.size;
        let inside = |index: i32, n: usize| usize::try_from(index).ok().filter(|&index| index < n);
        let (Some(i), Some(j), Some(k)) = (inside(i, nx), inside(j, ny), inside(k, nz)) else {
            return (0.0, 0.0);
        };
        let at = (k * ny + j) * nx + i;
        let hu = self.block.values.get(at).copied().map_or(0.0, f32::from);
        (hu, self.opacity.get(at).map_or(0.0, |&a| f32::from(a) / 255.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ball_of_the_control_is_the_same_for_every_nodule_of_a_spacing() {
        let nodule = |radius: usize, hu: i16| Nodule {
            id: "n".into(),
            patient: "p".into(),
            fold: 0,
            label: Some(radius > 4),
            rating_mean: None,
            rating_spread: None,
            traits: [None; 12],
            block: Block {
                size: [radius; 3],
                spacing_mm: [0.5, 0.5, 1.0],
                values: vec![hu; radius.pow(3)].into(),
                centre: [radius as i32 / 2; 3],
            },
            opacity: vec![255; radius.pow(3)].into(),
        };
        let [small, large] = [nodule(3, -300), nodule(9, 200)].map(|n| n.with_ball().expect("cut out"));
        assert_eq!((&small.block, &small.opacity), (&large.block, &large.opacity));
        // 4/3 pi 5^3 mm^3 of voxels of 0.25 mm^3, as voxel centres count it.
        let inside = small.opacity.iter().filter(|&&o| o == 255).count() as f32 * 0.25;
        assert!((inside - 523.6).abs() < 30.0, "{inside} mm^3");
        assert_eq!(small.at(small.block.centre), (40.0, 1.0));
        assert_eq!(small.at([0, 0, 0]).1, 0.0);
    }
}
