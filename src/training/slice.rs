//! Slices of whole simulated chests that show a real nodule, or that show the same without it: what
//! LungNodule-SSM is taught to tell apart.
//!
//! Both kinds are made in one way from one nodule: its spacing, its scan's noise, a place that does not
//! depend on it. Neither spacing nor chest can tell them apart; only what the mask holds does.

use rand::RngExt;

use super::compose::{in_mask, mixed};
use super::draw::generator;
use super::patch::Nodule;
use super::simulate::{attachment, room, scan_of};
use crate::dataset::SliceBox;
use crate::geometry::{Patient, Point, VoxelGrid};
use crate::synth::SynthError;
use crate::volume::{Unit, Volume};

/// Columns and rows: those of a scanner's slice. The field follows from the nodule's own spacing.
const FIELD: usize = 512;
/// The slice that is asked about, and one on either side.
const DEPTH: usize = 3;
/// Middle of the field, LPS mm, unless the place would lie too near its border.
const MIDDLE_MM: [f64; 2] = [0.0, 10.0];
/// Voxels between the place and the field's border, at least: a nodule is seen whole.
const BORDER: f64 = 56.0;
/// Share of the mask's slices, at either end, in which it is not cut: a sliver is no nodule to anyone.
const ENDS: f64 = 0.2;

/// A slice with its neighbours.
#[derive(Debug)]
pub struct NoduleSlice {
    /// Three slices of 512 x 512, HU; the middle one is meant.
    pub volume: Volume,
    /// In the middle slice: the box's middle, or the field's where there is no nodule. To a thousandth of
    /// a millimetre.
    pub at: Point<Patient>,
    /// The nodule's outline in the middle slice, to a thousandth; `None` where it was left out.
    pub slice_box: Option<SliceBox>,
}

/// To a thousandth, which a manifest can hold.
fn thousandths(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

/// A slice through a chest of nobody, cut where the nodule lies or would lie.
/// - `shown`: the nodule is laid into it by its mask, as [`super::crop`] does
/// - `number`: of the case: another number, another chest
/// - returns: `None` for a nodule that was not cut out by a mask, or whose mask is empty
/// - errors: a spacing that no picture has
pub fn nodule_slice(
    nodule: &Nodule,
    shown: bool,
    number: u64,
    seed: u64,
) -> Result<Option<NoduleSlice>, SynthError> {
    let mut random = generator(seed, "slice", &[number]);
    let kind = attachment(&mut random);
    let scan = scan_of(nodule, &mut random);
    let Some(cut) = cut(nodule, random.random()) else { return Ok(None) };
    let (chest, place) = room(kind, &mut random);
    let spacing = nodule.block.spacing_mm.map(f64::from);
    let centre = nodule.block.centre;
    // The place falls on a voxel, so that the nodule keeps its own.
    let column: [i32; 2] = std::array::from_fn(|a| {
        let from_middle = (place.to_array()[a] - MIDDLE_MM[a]) / spacing[a];
        (FIELD as f64 / 2.0 + from_middle).clamp(BORDER, FIELD as f64 - BORDER).round() as i32
    });
    let middle = (DEPTH / 2) as i32;
    let origin = [
        place.x - f64::from(column[0]) * spacing[0],
        place.y - f64::from(column[1]) * spacing[1],
        place.z + f64::from(cut - centre[2] - middle) * spacing[2],
    ];
    let size = [FIELD, FIELD, DEPTH];
    let grid = VoxelGrid::axis_aligned(size, spacing, Point::from_array(origin.map(thousandths)))
        .map_err(|_| SynthError::Size { size })?;
    let region = chest.region(&grid, &scan)?.volume;
    let centre_of_slice = |[i, j]: [f64; 2]| grid.patient_from_voxel() * Point::new(i, j, f64::from(middle));
    let rounded = |p: Point<Patient>| Point::from_array(p.to_array().map(thousandths));
    if !shown {
        let half = (FIELD - 1) as f64 / 2.0;
        let at = rounded(centre_of_slice([half, half]));
        return Ok(Some(NoduleSlice { volume: region, at, slice_box: None }));
    }
    let volume = Volume::loading(grid, Unit::Hu, None);
    let (mut low, mut high) = ([i32::MAX; 2], [i32::MIN; 2]);
    for k in 0..DEPTH {
        let Some(painted) = region.int16().and_then(|slices| slices.slice(k)) else { return Ok(None) };
        let mut hu: Box<[i16]> = painted.into();
        for (n, value) in hu.iter_mut().enumerate() {
            let at = [(n % FIELD) as i32, (n / FIELD) as i32];
            let offset = [at[0] - column[0], at[1] - column[1], k as i32 - middle];
            let of_nodule = nodule.at([centre[0] + offset[0], centre[1] + offset[1], cut + offset[2]]);
            if of_nodule.1 == 0.0 {
                continue;
            }
            *value = mixed(of_nodule, f32::from(*value), 0.0).round() as i16;
            if k as i32 == middle && in_mask(of_nodule.1) > 0.0 {
                low = [low[0].min(at[0]), low[1].min(at[1])];
                high = [high[0].max(at[0]), high[1].max(at[1])];
            }
        }
        if let Some(store) = volume.int16() {
            // Each slice is filled once and has the grid's own size.
            let filled = store.fill(k, hu);
            assert!(filled.is_ok(), "slice {k} fits: {filled:?}");
        }
    }
    // A voxel reaches half a spacing to either side of its centre.
    let corner = |at: [i32; 2], half: f64| {
        let p = centre_of_slice(at.map(|v| f64::from(v) + half));
        [p.x, p.y].map(thousandths)
    };
    let (low, high) = (corner(low, -0.5), corner(high, 0.5));
    let z = centre_of_slice([0.0, 0.0]).z;
    let at = rounded(Point::new(0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), z));
    Ok(Some(NoduleSlice { volume, at, slice_box: Some(SliceBox { low, high }) }))
}

/// A slice of the nodule's block that its mask meets, away from the mask's ends.
/// - `share`: 0 to 1, which of them
fn cut(nodule: &Nodule, share: f64) -> Option<i32> {
    let [nx, ny, _] = nodule.block.size;
    let met: Vec<i32> = (nodule.opacity.chunks_exact((nx * ny).max(1)).enumerate())
        .filter(|(_, slice)| slice.iter().any(|&o| in_mask(f32::from(o) / 255.0) > 0.0))
        .map(|(k, _)| k as i32)
        .collect();
    let ends = (met.len() as f64 * ENDS).floor() as usize;
    let middle = met.get(ends..met.len() - ends)?;
    middle.get(((middle.len() as f64 * share) as usize).min(middle.len().checked_sub(1)?)).copied()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::training::patch::Block;

    /// A cube of 10 x 10 x 6 voxels of 100 HU in lung, cut out by its mask.
    fn cube() -> Nodule {
        let size = [30usize, 30, 10];
        let inside = |n: usize| {
            let at = [n % 30, n / 30 % 30, n / 900];
            (10..20).contains(&at[0]) && (10..20).contains(&at[1]) && (2..8).contains(&at[2])
        };
        let count = size.iter().product();
        Nodule {
            id: "n".into(),
            patient: "p".into(),
            fold: 0,
            label: None,
            rating_mean: None,
            rating_spread: None,
            traits: [None; 12],
            block: Block {
                size,
                spacing_mm: [0.7, 0.7, 1.25],
                values: (0..count).map(|n| if inside(n) { 100 } else { -850 }).collect(),
                centre: [15, 15, 5],
            },
            opacity: (0..count).map(|n| if inside(n) { 255 } else { 0 }).collect::<Arc<[u8]>>(),
        }
    }

    #[test]
    fn the_nodule_lies_in_its_box_and_nothing_else_differs_from_the_slice_without_it() {
        let shown = nodule_slice(&cube(), true, 7, 1).expect("painted").expect("a mask");
        let left_out = nodule_slice(&cube(), false, 7, 1).expect("painted").expect("a mask");
        assert_eq!(left_out.slice_box, None);
        assert_eq!(shown.volume.grid(), left_out.volume.grid());
        let found = shown.slice_box.expect("a box");
        // Ten voxels of 0.7 mm, corners rounded to a thousandth.
        for axis in 0..2 {
            assert!((found.high[axis] - found.low[axis] - 7.0).abs() < 2e-3, "{found:?}");
        }
        let (with, without) = (shown.volume.int16().expect("HU"), left_out.volume.int16().expect("HU"));
        let grid = shown.volume.grid();
        let (with, without) = (with.slice(1).expect("filled"), without.slice(1).expect("filled"));
        let mut hundred = 0;
        for (n, (a, b)) in with.iter().zip(without).enumerate() {
            let at = grid.patient_from_voxel() * Point::new((n % 512) as f64, (n / 512) as f64, 1.0);
            let inside =
                at.x > found.low[0] && at.x < found.high[0] && at.y > found.low[1] && at.y < found.high[1];
            assert!(if inside { *a == 100 } else { a == b }, "{n}: {a} {b}");
            hundred += usize::from(inside);
        }
        assert_eq!(hundred, 100);
        assert!((shown.at.x - 0.5 * (found.low[0] + found.high[0])).abs() < 1e-3);
    }

    #[test]
    fn it_is_cut_through_the_middle_of_its_mask_and_not_at_all_without_one() {
        let cube = cube();
        assert_eq!([0.0, 0.5, 0.999].map(|share| cut(&cube, share)), [Some(3), Some(5), Some(6)]);
        let empty = Nodule { opacity: vec![0; 9000].into(), ..cube };
        assert_eq!(cut(&empty, 0.5), None);
    }
}
