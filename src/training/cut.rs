//! From a case of a manifest to the blocks that pictures are made of.

use std::sync::Arc;

use super::patch::{Block, Nodule};
use super::traits::traits;
use crate::dataset::{Case, Fold, Label};
use crate::geometry::{Point, Voxel};
use crate::volume::Volume;

/// Around the mask everything within this distance is the nodule's, mm: readers draw its inside, and
/// its edge is what they judge.
const WHOLE_MM: f32 = 1.0;
/// From here on, mm, everything is the surroundings'.
const NOTHING_MM: f32 = 3.0;

/// A block of a volume around a voxel; outside, the nearest voxel of the border.
/// - returns: `None` where the volume holds no whole numbers or is not complete
pub fn block_around(volume: &Volume, centre: [i32; 3], size: [usize; 3]) -> Option<Block> {
    let slices = volume.int16()?;
    let grid = volume.grid();
    let start: [i32; 3] = std::array::from_fn(|a| centre[a] - size[a] as i32 / 2);
    let [nx, ny, nz] = grid.size();
    let clamp = |index: i32, n: usize| (index.max(0) as usize).min(n - 1);
    let mut values = Vec::with_capacity(size.iter().product());
    for k in 0..size[2] as i32 {
        let slice = slices.slice(clamp(start[2] + k, nz))?;
        for j in 0..size[1] as i32 {
            let row = slice.get(clamp(start[1] + j, ny) * nx..)?;
            values
                .extend((0..size[0] as i32).map(|i| row.get(clamp(start[0] + i, nx)).copied().unwrap_or(0)));
        }
    }
    let spacing_mm = grid.spacing_mm().map(|mm| mm as f32);
    Some(Block { size, spacing_mm, values: values.into(), centre: size.map(|n| n as i32 / 2) })
}

/// Whether crops can be cut from the volume itself, without simulated surroundings: it is at least as
/// large as the largest crop.
pub fn is_whole(volume: &Volume, largest: [usize; 3]) -> bool {
    volume.grid().size().iter().zip(largest).all(|(&n, crop)| n >= crop)
}

/// The voxel nearest to the case's point.
pub fn nearest_voxel(volume: &Volume, case: &Case) -> [i32; 3] {
    let at: Point<Voxel> = case.point.voxel(volume.grid());
    at.to_array().map(|v| v.round() as i32)
}

/// The nodule of a case, cut out by its mask.
/// - `mask`: on the image's grid; `None` for a case that is seen in its own volume
/// - returns: `None` where the volumes do not hold what the case says
pub fn nodule(case: &Case, image: &Volume, mask: Option<&Volume>) -> Option<Nodule> {
    let centre = nearest_voxel(image, case);
    let (block, opacity) = match mask {
        Some(mask) => {
            let size = image.grid().size();
            let middle = size.map(|n| n as i32 / 2);
            let block = Block { centre, ..block_around(image, middle, size)? };
            let inside = block_around(mask, middle, size)?;
            let opacity = opacity(&inside);
            (block, opacity)
        }
        None => {
            let spacing_mm = image.grid().spacing_mm().map(|mm| mm as f32);
            let block = Block { size: [0; 3], spacing_mm, values: Arc::new([]), centre: [0; 3] };
            (block, Arc::from(Vec::new()))
        }
    };
    let fold = match case.fold {
        Some(Fold::Number(number)) => u32::from(number),
        Some(Fold::HeldOut) | None => return None,
    };
    Some(Nodule {
        id: case.id.clone(),
        patient: case.patient.clone(),
        fold,
        label: case.label.map(|label| label == Label::Positive),
        rating_mean: case.ratings.mean().map(|v| v as f32),
        rating_spread: case.ratings.spread().map(|v| v as f32),
        traits: traits(
            |which| case.characteristic(which),
            &block,
            &opacity.iter().map(|&o| o == INSIDE).collect::<Vec<_>>(),
        ),
        block,
        opacity,
    })
}

/// Opacity of the mask itself, and of what lies whole around it: the mask goes over everything, its
/// surroundings over lung alone (see `compose`).
const INSIDE: u8 = 255;
const AROUND: f32 = 254.0;

/// Whole in the nodule and up to [`WHOLE_MM`] around it, falling to 0 at [`NOTHING_MM`].
fn opacity(mask: &Block) -> Arc<[u8]> {
    let [nx, ny, nz] = mask.size;
    let reach: [i32; 3] = mask.spacing_mm.map(|mm| (NOTHING_MM / mm.max(0.05)).ceil() as i32);
    // The squared distance, mm, of every offset within reach.
    let mut ring: Vec<([i32; 3], f32)> = Vec::new();
    for k in -reach[2]..=reach[2] {
        for j in -reach[1]..=reach[1] {
            for i in -reach[0]..=reach[0] {
                let mm: [f32; 3] = std::array::from_fn(|a| [i, j, k][a] as f32 * mask.spacing_mm[a]);
                let squared: f32 = mm.iter().map(|v| v * v).sum();
                if squared < NOTHING_MM * NOTHING_MM {
                    ring.push(([i, j, k], squared));
                }
            }
        }
    }
    ring.sort_by(|a, b| a.1.total_cmp(&b.1));
    let inside = |[i, j, k]: [i32; 3]| {
        let fits = |v: i32, n: usize| v >= 0 && (v as usize) < n;
        fits(i, nx) && fits(j, ny) && fits(k, nz) && mask.clamped([i, j, k]) > 0.5
    };
    let mut opacity = Vec::with_capacity(nx * ny * nz);
    for k in 0..nz as i32 {
        for j in 0..ny as i32 {
            for i in 0..nx as i32 {
                let nearest = ring.iter().find(|([a, b, c], _)| inside([i + a, j + b, k + c]));
                opacity.push(match nearest {
                    None => 0,
                    Some((_, 0.0)) => INSIDE,
                    Some((_, squared)) => {
                        let share = (NOTHING_MM - squared.sqrt()) / (NOTHING_MM - WHOLE_MM);
                        (share.min(1.0) * AROUND).round() as u8
                    }
                });
            }
        }
    }
    opacity.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_is_whole_in_the_mask_and_gone_three_millimetres_away() {
        let size = [21usize, 3, 3];
        let values = (0..189).map(|n| i16::from(n % 21 == 10 && n / 21 == 4)).collect();
        let mask = Block { size, spacing_mm: [0.5, 0.5, 1.0], values, centre: [10, 1, 1] };
        let opacity = opacity(&mask);
        let along: Vec<u8> = (10..21).map(|i| opacity[4 * 21 + i]).collect();
        // The mask; whole at 0.5 and 1 mm; a quarter less every half millimetre; from 3 mm nothing.
        assert_eq!(along[..8], [255, 254, 254, 191, 127, 64, 0, 0]);
        assert_eq!(opacity[4 * 21 + 9], 254);
    }
}
