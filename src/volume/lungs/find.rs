//! Which air is lung, and which lung.

use std::ops::Range;

use super::components::{Components, Touching};
use super::hull::{Extent, extents, hull};
use super::mask::{Mask, Rows, Run, intersect};
use super::nearest::nearer;
use super::threshold::air;
use crate::geometry::VoxelGrid;
use crate::jobs::{Cancelled, JobContext};
use crate::volume::Volume;

// Source of all numbers: DSB2017, preprocessing/step1.py and full_prep.py.

/// Volume of both lungs, or of one where they are apart: mm3.
const LUNGS_MM3: [f64; 2] = [0.68e6, 7.5e6];
/// Slices with less of a piece do not count for its distance from the axis, mm2.
const COUNTED_AREA_MM2: f64 = 6e3;
/// How near the lungs come to the scan's axis, in the mean over those slices: mm.
const MOST_DISTANCE_MM: f64 = 62.0;
/// Slices more that are left out at the head when no lungs were found.
const CUT_STEP: usize = 2;
/// Erosions after which lungs that still hang together count as one.
const MOST_EROSIONS: usize = 22;
/// Two pieces are the two lungs if the larger one is less than so many times the smaller one.
const MOST_UNEVEN: f64 = 4.8;
/// Share of a lung's area in a slice that its largest pieces make up.
const COVERED: f64 = 0.95;
/// Voxels by which the lungs' hulls are grown.
const MARGIN_VOXELS: usize = 10;

/// The lungs of a chest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lungs {
    /// One each, vessels and holes in a slice included. The second is empty where they could not be parted.
    pub parts: [Mask; 2],
}

impl Lungs {
    /// Both.
    pub fn mask(&self) -> Mask {
        self.parts[0].union(&self.parts[1])
    }

    /// Both with what surrounds them: each filled to its convex hull slice by slice (where that has no more
    /// than twice its area), and grown by ten voxels, one face at a time.
    pub fn surroundings(&self) -> Mask {
        let [first, second] = self.parts.each_ref().map(Mask::hull_in_slices);
        // What grows from either grows from both.
        first.union(&second).dilated(MARGIN_VOXELS)
    }
}

/// Why lungs could not be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LungsError {
    /// Some slices have not arrived.
    #[error("the lungs can be looked for when every slice is loaded; ask again then")]
    StillLoading,
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Finds the lungs, or `None` where nothing has their size and place: a part of a chest, another
/// region of the body, a volume whose slices are not axial.
///
/// 1. Air in each slice, see `threshold`.
/// 2. Of its pieces (joined by faces) those that hold none of the four corners and two middles of the sides
///    of the first and last slice, have 0.68 to 7.5 l, and come in the mean within 62 mm of the scan's
///    axis. Where there is none, the same without two, four ... slices at the head, which are added again
///    as far as they belong to what was found.
/// 3. Holes filled; parted in two by up to 22 erosions; every voxel to the nearer of the two.
/// 4. In each slice what lies in the hulls of the pieces that make up 95 % of a lung; the largest piece
///    of that; holes in slices filled.
///
/// The published steps take the last slice for the one at the head: here it is the one that lies there.
/// - `volume`: HU, axial slices; padding is read as it is
/// - errors: slices that have not arrived; asked to stop
/// - source: DSB2017, preprocessing/step1.py
pub fn lungs(volume: &Volume, ctx: &JobContext) -> Result<Option<Lungs>, LungsError> {
    if !volume.is_complete() {
        return Err(LungsError::StillLoading);
    }
    let grid = volume.grid();
    let air = air(volume);
    ctx.check()?;
    let Some(found) = candidates(&air, grid, ctx)? else { return Ok(None) };
    let filled = found.filled();
    ctx.check()?;
    let parts = match apart(&filled, ctx)? {
        Some([first, second]) => {
            let parts = nearer(&filled, [&first, &second], grid.spacing_mm());
            ctx.check()?;
            parts.map(|part| main_part(&part))
        }
        None => [filled, Mask::empty(grid.size())],
    };
    ctx.check()?;
    let parts = parts.map(|part| part.filled_in_slices());
    Ok((!parts[0].is_empty()).then_some(Lungs { parts }))
}

/// The pieces of air that are lungs by size and place.
fn candidates(air: &Mask, grid: &VoxelGrid, ctx: &JobContext) -> Result<Option<Mask>, Cancelled> {
    let slices = grid.size()[2];
    let head_is_last = grid.directions()[2].z >= 0.0;
    let [least, _] = LUNGS_MM3.map(|mm3| mm3 / grid.spacing_mm().iter().product::<f64>());
    // Cutting makes no piece larger: what is too small once is not looked at again.
    let mut left = air.clone();
    for cut in (0..slices).step_by(CUT_STEP) {
        ctx.check()?;
        let kept = if head_is_last { 0..slices - cut } else { cut..slices };
        left = left.in_slices(&kept);
        let pieces = Components::of(&left, Touching::Faces);
        let large: Vec<bool> = pieces.voxels.iter().map(|n| *n as f64 >= least).collect();
        if !large.contains(&true) {
            return Ok(None);
        }
        let lungs = lung_like(&left, &pieces, &kept, grid);
        if lungs.contains(&true) {
            let found = pieces.select(&left, &lungs);
            return Ok(Some(if cut == 0 { found } else { with_head(air, found, &kept, cut) }));
        }
        left = pieces.select(&left, &large);
    }
    Ok(None)
}

/// Which pieces are lungs by size and place.
/// - `kept`: the slices that they were looked for in
fn lung_like(air: &Mask, pieces: &Components, kept: &Range<usize>, grid: &VoxelGrid) -> Vec<bool> {
    let ([nx, ny, _], [sx, sy, sz]) = (grid.size(), grid.spacing_mm());
    let [least, most] = LUNGS_MM3;
    let mut good: Vec<bool> =
        pieces.voxels.iter().map(|n| (least..=most).contains(&(*n as f64 * sx * sy * sz))).collect();
    for k in [kept.start, kept.end.saturating_sub(1)] {
        for j in [0, ny - 1] {
            for i in [0, nx - 1, nx / 2] {
                if let Some(piece) = pieces.at(air, [i, j, k]) {
                    good[piece] = false;
                }
            }
        }
    }
    // Area and least distance in the slice at hand; sum and number over the slices that count.
    let mut slice = vec![(0.0, f64::INFINITY); good.len()];
    let mut mean = vec![(0.0, 0.0); good.len()];
    let mut at = kept.start;
    let mut close = |slice: &mut Vec<(f64, f64)>| {
        for ((area, least), mean) in slice.iter_mut().zip(&mut mean) {
            if *area > COUNTED_AREA_MM2 {
                *mean = (mean.0 + *least, mean.1 + 1.0);
            }
            (*area, *least) = (0.0, f64::INFINITY);
        }
    };
    for ((j, k, run), piece) in air.runs().zip(pieces.of_runs()).filter(|(_, piece)| good[*piece]) {
        if k != at {
            close(&mut slice);
            at = k;
        }
        let middle = (nx as f64 - 1.0) / 2.0;
        let nearest = middle.clamp(f64::from(run.start), f64::from(run.end - 1));
        // Where the middle lies between two voxels of the run, the nearer one is half a voxel away.
        let columns = if nearest == middle && middle.fract() != 0.0 { 0.5 } else { (nearest - middle).abs() };
        let distance = (columns * sx).hypot((j as f64 - (ny as f64 - 1.0) / 2.0) * sy);
        let (area, least) = &mut slice[piece];
        *area += run.len() as f64 * sx * sy;
        *least = least.min(distance);
    }
    close(&mut slice);
    let near = |(sum, n): (f64, f64)| n > 0.0 && sum / n < MOST_DISTANCE_MM;
    good.iter().zip(mean).map(|(good, mean)| *good && near(mean)).collect()
}

/// What was found in some slices, with what belongs to it in those that were left out.
fn with_head(air: &Mask, found: Mask, kept: &Range<usize>, cut: usize) -> Mask {
    let slices = air.size()[2];
    let left_out = if kept.start == 0 { kept.end..slices } else { 0..kept.start };
    let both = found.union(&air.in_slices(&left_out)).intersection(&found.dilated(cut));
    let pieces = Components::of(&both, Touching::Faces);
    let mut keep = vec![false; pieces.voxels.len()];
    for (j, k, run) in found.runs() {
        if let Some(piece) = pieces.at(&both, [run.start as usize, j, k]) {
            keep[piece] = true;
        }
    }
    pieces.select(&both, &keep)
}

/// The cores of the two lungs, or `None` where they cannot be parted.
fn apart(both: &Mask, ctx: &JobContext) -> Result<Option<[Mask; 2]>, Cancelled> {
    let mut worn = both.clone();
    for _ in 0..MOST_EROSIONS {
        ctx.check()?;
        let pieces = Components::of(&worn, Touching::Edges);
        if let [first, second, ..] = pieces.by_size()[..]
            && (pieces.voxels[first] as f64) / (pieces.voxels[second] as f64) < MOST_UNEVEN
        {
            return Ok(Some([first, second].map(|piece| {
                let keep: Vec<bool> = (0..pieces.voxels.len()).map(|n| n == piece).collect();
                pieces.select(&worn, &keep)
            })));
        }
        worn = worn.eroded();
    }
    Ok(None)
}

/// A lung without what hangs on it: in each slice what lies in the hulls of its largest pieces, and the
/// largest piece of all that.
fn main_part(lung: &Mask) -> Mask {
    let pieces = Components::of(lung, Touching::InSlice);
    let mut in_slices: Vec<Vec<usize>> = vec![Vec::new(); lung.size()[2]];
    let mut runs: Vec<Vec<(usize, Run)>> = vec![Vec::new(); pieces.voxels.len()];
    for ((j, k, run), piece) in lung.runs().zip(pieces.of_runs()) {
        if runs[piece].is_empty() {
            in_slices[k].push(piece);
        }
        runs[piece].push((j, run));
    }
    let kept = Mask::by_slice(lung.size(), |k, rows| {
        let mut largest = in_slices[k].clone();
        largest.sort_by_key(|piece| std::cmp::Reverse(pieces.voxels[*piece]));
        let area: usize = largest.iter().map(|piece| pieces.voxels[*piece]).sum();
        let mut sum = 0;
        largest.retain(|piece| {
            let needed = (sum as f64) < area as f64 * COVERED;
            sum += pieces.voxels[*piece];
            needed
        });
        let hulls: Vec<Vec<Extent>> =
            largest.iter().map(|piece| hull(&extents(runs[*piece].iter().copied()))).collect();
        for j in 0..lung.size()[1] {
            let mut inside = Rows::default();
            let mut all: Vec<Run> = hulls.iter().filter_map(|hull| in_row(hull, j)).collect();
            all.sort_unstable_by_key(|run| run.start);
            all.into_iter().for_each(|run| inside.push(run));
            intersect(lung.row(j, k), inside.runs(), |run| rows.push(run));
            rows.end_row();
        }
    });
    let pieces = Components::of(&kept, Touching::Corners);
    let largest = pieces.by_size().first().copied();
    let keep: Vec<bool> = (0..pieces.voxels.len()).map(|n| Some(n) == largest).collect();
    pieces.select(&kept, &keep)
}

/// The columns of a hull in a row.
fn in_row(hull: &[Extent], row: usize) -> Option<Run> {
    let first = hull.first()?.row;
    let extent = hull.get(row.checked_sub(first)?)?;
    Some(Run { start: extent.first, end: extent.last + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, Transform, Vector};
    use crate::volume::Unit;

    const SIZE: [usize; 3] = [80, 60, 40];
    const SPACING_MM: f64 = 5.0;

    /// Slices of 80 x 60 voxels of 5 mm.
    /// - `upward`: the last slice lies at the head; else the first does, and holds the same
    fn volume(upward: bool, hu: impl Fn([usize; 3]) -> i16) -> Volume {
        let step = if upward { SPACING_MM } else { -SPACING_MM };
        let (x, y) = (Vector::new(SPACING_MM, 0.0, 0.0), Vector::new(0.0, SPACING_MM, 0.0));
        let map = Transform::from_axes(x, y, Vector::new(0.0, 0.0, step), Point::new(0.0, 0.0, 0.0));
        let volume = Volume::loading(VoxelGrid::new(SIZE, map).expect("a grid"), Unit::Hu, None);
        for k in 0..SIZE[2] {
            let from_feet = if upward { k } else { SIZE[2] - 1 - k };
            let slice = (0..SIZE[0] * SIZE[1]).map(|n| hu([n % SIZE[0], n / SIZE[0], from_feet])).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
        }
        volume
    }

    fn in_ball(at: [usize; 3], centre: [f64; 3], radius: f64) -> bool {
        (0..3).map(|a| (at[a] as f64 - centre[a]).powi(2)).sum::<f64>() <= radius * radius
    }

    const LEFT: [f64; 3] = [54.5, 29.5, 18.0];
    const RIGHT: [f64; 3] = [24.5, 29.5, 18.0];

    /// Two balls of 1.1 litres in a body of water in uneven air.
    fn chest([i, j, k]: [usize; 3]) -> i16 {
        let body = ((i as f64 - 39.5) / 34.0).powi(2) + ((j as f64 - 29.5) / 20.0).powi(2) <= 1.0;
        let lung = in_ball([i, j, k], LEFT, 13.0) || in_ball([i, j, k], RIGHT, 13.0);
        match (body, lung) {
            (true, true) => -850,
            (true, false) => 40,
            (false, _) => -1000 + ((i + j) % 3) as i16,
        }
    }

    fn find(volume: &Volume) -> Option<Lungs> {
        lungs(volume, &JobContext::unobserved()).expect("complete")
    }

    fn ball(centre: [f64; 3]) -> Mask {
        Mask::of(SIZE, |at| in_ball(at, centre, 13.0))
    }

    /// Voxels in one alone, as a share of the second.
    fn difference(a: &Mask, b: &Mask) -> f64 {
        (a.without(b).count() + b.without(a).count()) as f64 / b.count() as f64
    }

    #[test]
    fn both_lungs_are_found_and_told_apart() {
        let found = find(&volume(true, chest)).expect("lungs");
        // -600 HU lie 0.72 of the way from water into lung, 0.58 of the smoothing's pixel inside the edge:
        // a ball of 13 loses 3 x 0.58 / 13 of its volume, 13 %.
        let worn = difference(&found.mask(), &ball(LEFT).union(&ball(RIGHT)));
        assert!((0.05..0.16).contains(&worn), "{worn}");
        let right = found.parts.iter().filter(|part| part.contains([24, 29, 18])).count();
        assert_eq!((right, found.parts[0].intersection(&found.parts[1]).count()), (1, 0));
        assert!(found.parts.iter().all(|part| part.count() > 7000));
    }

    #[test]
    fn lungs_that_hang_together_are_parted_between_them() {
        let joined = |at: [usize; 3]| {
            let bridge = (36..44).contains(&at[0]) && at[1].abs_diff(30) < 3 && at[2].abs_diff(18) < 3;
            if bridge { -850 } else { chest(at) }
        };
        let found = find(&volume(true, joined)).expect("lungs");
        let [a, b] = found.parts.each_ref();
        assert!(a.count().abs_diff(b.count()) < 20, "{} {}", a.count(), b.count());
        let (left, right) = if a.contains([54, 29, 18]) { (a, b) } else { (b, a) };
        assert!(left.contains([42, 30, 18]) && right.contains([37, 30, 18]));
        assert!(left.runs().all(|(.., run)| run.start >= 40) && right.runs().all(|(.., run)| run.end <= 40));
    }

    #[test]
    fn lungs_that_open_to_the_outside_at_the_head_are_found_below() {
        let open = |at: [usize; 3]| {
            let windpipe = at[0].abs_diff(39) < 3 && at[1].abs_diff(29) < 3 && at[2] >= 18;
            let bronchi = (36..44).contains(&at[0]) && at[1].abs_diff(29) < 2 && at[2].abs_diff(18) < 2;
            // The three slices at the head are outside.
            if at[2] >= 37 || windpipe || bronchi { -1000 + (at[0] % 3) as i16 } else { chest(at) }
        };
        let found = find(&volume(true, open)).expect("lungs");
        assert!(difference(&found.mask(), &ball(LEFT).union(&ball(RIGHT))) < 0.2);
        // The same patient in the other order of slices.
        let turned = find(&volume(false, open)).expect("lungs");
        let back = |part: &Mask| Mask::of(SIZE, |[i, j, k]| part.contains([i, j, SIZE[2] - 1 - k]));
        assert_eq!(turned.parts.each_ref().map(back), found.parts);
    }

    #[test]
    fn vessels_and_nodules_inside_belong_to_the_lung_and_its_surroundings_are_wider() {
        let with_nodule = |at: [usize; 3]| if in_ball(at, [22.0, 30.0, 18.0], 3.0) { 60 } else { chest(at) };
        let found = find(&volume(true, with_nodule)).expect("lungs");
        assert!(found.mask().contains([22, 30, 18]));
        let around = found.surroundings();
        // The ball's surface at row 16.5, ten voxels further 6.5.
        assert!(around.contains([24, 8, 18]) && !around.contains([24, 5, 18]));
        assert!(found.mask().without(&around).is_empty());
    }

    #[test]
    fn where_there_are_no_lungs_none_are_found() {
        assert_eq!(find(&volume(true, |_| 40)), None);
        assert_eq!(find(&volume(true, |at| -1000 + (at[0] % 3) as i16)), None);
        // Two bags of gas far below the size of lungs.
        let small = |at: [usize; 3]| {
            let gas = in_ball(at, LEFT, 6.0) || in_ball(at, RIGHT, 6.0);
            if gas { -900 } else { chest(at).max(40) }
        };
        assert_eq!(find(&volume(true, small)), None);
    }

    #[test]
    fn lungs_are_looked_for_when_all_slices_are_there_and_nobody_said_stop() {
        let grid = VoxelGrid::axis_aligned([4, 4, 2], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let loading = Volume::loading(grid, Unit::Hu, None);
        let ctx = JobContext::unobserved();
        assert_eq!(lungs(&loading, &ctx), Err(LungsError::StillLoading));
        ctx.cancel();
        assert_eq!(lungs(&volume(true, chest), &ctx), Err(LungsError::Cancelled(Cancelled)));
    }
}
