//! Tissue that was painted away, to ask a network what it would say without it: other values for some voxels,
//! beside the volume and never in it.
//!
//! Only changed voxels are held, in small blocks that copies share. Nothing that writes files, measures or
//! keeps sessions knows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::volume::Volume;
use crate::geometry::{Patient, Point, VoxelBox};

/// What stands in the place of tissue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fill {
    /// Lung from nearby, with its own texture.
    #[default]
    Lung,
    /// Even air, -1000 HU.
    Air,
    /// The mean of what lies around each voxel.
    Blur,
}

impl Fill {
    /// All of them.
    pub const ALL: [Fill; 3] = [Fill::Lung, Fill::Air, Fill::Blur];

    /// Name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Fill::Lung => "lung",
            Fill::Air => "air",
            Fill::Blur => "blur",
        }
    }

    /// The fill of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fill| fill.name() == name)
    }
}

/// A ball that was drawn along a straight way: everything that it touched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// What it leaves.
    pub fill: Fill,
    /// Of the ball, mm.
    pub radius_mm: f64,
    /// Centre of the ball at the beginning and at the end, LPS mm; equal for a ball that was set down once.
    pub way: [Point<Patient>; 2],
}

impl Stroke {
    /// A ball.
    pub fn ball(fill: Fill, radius_mm: f64, at: Point<Patient>) -> Self {
        Self { fill, radius_mm, way: [at, at] }
    }

    /// From the way to a point, mm.
    fn distance(&self, p: Point<Patient>) -> f64 {
        let [from, to] = self.way;
        let along = to - from;
        let length = along.dot(along);
        let share = if length > 0.0 { ((p - from).dot(along) / length).clamp(0.0, 1.0) } else { 0.0 };
        p.distance(from + along * share)
    }
}

/// Side of a block, voxels.
const SIDE: usize = 8;
/// Aerated lung, HU: what may stand in the place of tissue. Vessels and walls are denser, airways emptier.
const LUNG_HU: [f32; 2] = [-980.0, -700.0];
/// What lung is where none lies nearby, HU.
const MEAN_LUNG_HU: f32 = -850.0;
const AIR_HU: f32 = -1000.0;
/// How far from a voxel a blur reaches along each axis, mm.
const BLUR_MM: f64 = 4.0;

/// Changed voxels of one volume.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Painted {
    strokes: Vec<Stroke>,
    /// By the place of the block along k, j, i; a value that is no number was not changed.
    blocks: BTreeMap<[usize; 3], Arc<[f32]>>,
    bounds: Option<VoxelBox>,
    voxels: usize,
}

impl Painted {
    /// What strokes leave of a volume, the last one on top.
    pub fn of(volume: &Volume, strokes: &[Stroke]) -> Self {
        strokes.iter().fold(Self::default(), |painted, stroke| painted.with(volume, *stroke))
    }

    /// The same with one stroke more.
    #[must_use]
    pub fn with(mut self, volume: &Volume, stroke: Stroke) -> Self {
        self.strokes.push(stroke);
        let Some(reach) = reach(volume, &stroke) else { return self };
        let source = Source::new(volume, &stroke, reach);
        for k in reach.0[2]..=reach.1[2] {
            for j in reach.0[1]..=reach.1[1] {
                for i in reach.0[0]..=reach.1[0] {
                    let at = [i, j, k];
                    if touched(volume, &stroke, at)
                        && let Some(value) = source.value(at)
                    {
                        self.set(at, value);
                    }
                }
            }
        }
        self
    }

    fn set(&mut self, at: [usize; 3], value: f32) {
        let [i, j, k] = at;
        let block = self.blocks.entry([k / SIDE, j / SIDE, i / SIDE]);
        let block = block.or_insert_with(|| vec![f32::NAN; SIDE.pow(3)].into());
        if let Some(slot) = Arc::make_mut(block).get_mut(offset(at)) {
            self.voxels += usize::from(slot.is_nan());
            *slot = value;
        }
        let bounds = self.bounds.get_or_insert(VoxelBox { min: at.map(|n| n as i64), size: [1; 3] });
        for (axis, n) in at.into_iter().enumerate() {
            let end = (bounds.min[axis] + bounds.size[axis] as i64).max(n as i64 + 1);
            bounds.min[axis] = bounds.min[axis].min(n as i64);
            bounds.size[axis] = (end - bounds.min[axis]) as usize;
        }
    }

    /// The strokes, in their order.
    pub fn strokes(&self) -> &[Stroke] {
        &self.strokes
    }

    /// Whether every voxel is the CT's.
    pub fn is_empty(&self) -> bool {
        self.voxels == 0
    }

    /// Number of changed voxels.
    pub fn voxels(&self) -> usize {
        self.voxels
    }

    /// The smallest box that holds all changed voxels.
    pub fn bounds(&self) -> Option<VoxelBox> {
        self.bounds
    }

    /// What stands in the place of a voxel's value, in the volume's unit; `None` for one that is the CT's.
    pub fn value(&self, at: [usize; 3]) -> Option<f32> {
        let [i, j, k] = at;
        let block = self.blocks.get(&[k / SIDE, j / SIDE, i / SIDE])?;
        block.get(offset(at)).copied().filter(|value| !value.is_nan())
    }
}

fn offset([i, j, k]: [usize; 3]) -> usize {
    (k % SIDE * SIDE + j % SIDE) * SIDE + i % SIDE
}

/// First and last voxel along each axis that a stroke may touch; `None` where it lies outside.
fn reach(volume: &Volume, stroke: &Stroke) -> Option<([usize; 3], [usize; 3])> {
    let (grid, size) = (volume.grid(), volume.grid().size());
    let ends = stroke.way.map(|end| (grid.voxel_from_patient() * end).to_array());
    if ends.iter().flatten().any(|v| !v.is_finite()) || !(0.0..=1e3).contains(&stroke.radius_mm) {
        return None;
    }
    let (mut first, mut last) = ([0; 3], [0; 3]);
    for axis in 0..3 {
        let by = stroke.radius_mm / grid.spacing_mm()[axis];
        let low = (ends[0][axis].min(ends[1][axis]) - by).ceil().max(0.0);
        let high = (ends[0][axis].max(ends[1][axis]) + by).floor().min(size[axis] as f64 - 1.0);
        if low > high {
            return None;
        }
        (first[axis], last[axis]) = (low as usize, high as usize);
    }
    Some((first, last))
}

fn touched(volume: &Volume, stroke: &Stroke, at: [usize; 3]) -> bool {
    let p = volume.grid().patient_from_voxel() * Point::from_array(at.map(|n| n as f64));
    stroke.distance(p) <= stroke.radius_mm
}

/// Where the values of one stroke come from: the CT alone, never what was painted before.
struct Source<'a> {
    volume: &'a Volume,
    fill: Fill,
    /// From a voxel to the one whose value it gets.
    shift: [i64; 3],
    /// Lung values nearby, for voxels whose own source is no lung.
    donors: Vec<f32>,
    /// Voxels that a blur reaches along each axis.
    blur: [i64; 3],
}

impl<'a> Source<'a> {
    fn new(volume: &'a Volume, stroke: &Stroke, (first, last): ([usize; 3], [usize; 3])) -> Self {
        let blur = volume.grid().spacing_mm().map(|mm| ((BLUR_MM / mm).round() as i64).clamp(1, 8));
        let mut source = Self { volume, fill: stroke.fill, shift: [0; 3], donors: Vec::new(), blur };
        if stroke.fill == Fill::Lung {
            source.find_lung(stroke, first, last);
        }
        source
    }

    /// Looks in 26 directions for the piece of lung nearest in kind: the shift under which most of the stroke
    /// falls on lung. A piece that is copied as a whole keeps its texture.
    fn find_lung(&mut self, stroke: &Stroke, first: [usize; 3], last: [usize; 3]) {
        let spacing = self.volume.grid().spacing_mm();
        let length: [f64; 3] = std::array::from_fn(|a| (last[a] - first[a]) as f64 * spacing[a]);
        let mut best = (0usize, [0i64; 3]);
        for beyond in [1.0, 1.5, 2.5] {
            for direction in directions() {
                let shift: [i64; 3] = std::array::from_fn(|a| {
                    let mm = (length[a].max(2.0 * stroke.radius_mm) + 2.0) * beyond;
                    direction[a] * ((mm / spacing[a]).round() as i64)
                });
                let mut lung = 0;
                // A coarse look is enough to choose.
                for k in (first[2]..=last[2]).step_by(2) {
                    for j in (first[1]..=last[1]).step_by(2) {
                        for i in (first[0]..=last[0]).step_by(2) {
                            lung += usize::from(self.lung([i, j, k], shift).is_some());
                        }
                    }
                }
                if lung > best.0 {
                    best = (lung, shift);
                }
            }
        }
        self.shift = best.1;
        for k in first[2]..=last[2] {
            for j in first[1]..=last[1] {
                for i in first[0]..=last[0] {
                    self.donors.extend(self.lung([i, j, k], self.shift).filter(|_| best.0 > 0));
                }
            }
        }
    }

    fn at(&self, at: [usize; 3], by: [i64; 3]) -> Option<f32> {
        let size = self.volume.grid().size();
        let mut there = [0; 3];
        for axis in 0..3 {
            there[axis] = usize::try_from(at[axis] as i64 + by[axis]).ok().filter(|n| *n < size[axis])?;
        }
        self.volume.value(there)
    }

    fn lung(&self, at: [usize; 3], by: [i64; 3]) -> Option<f32> {
        self.at(at, by).filter(|value| (LUNG_HU[0]..=LUNG_HU[1]).contains(value))
    }

    /// `None` for a voxel that has not arrived: it stays as it is.
    fn value(&self, at: [usize; 3]) -> Option<f32> {
        self.volume.value(at)?;
        match self.fill {
            Fill::Air => Some(AIR_HU),
            Fill::Lung => {
                let drawn = || {
                    // The same voxel always gets the same one.
                    let [i, j, k] = at.map(|n| n as u64);
                    let mixed = (i * 73_856_093) ^ (j * 19_349_663) ^ (k * 83_492_791);
                    let n = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
                    self.donors.get(n as usize % self.donors.len().max(1)).copied().unwrap_or(MEAN_LUNG_HU)
                };
                Some(self.lung(at, self.shift).filter(|_| !self.donors.is_empty()).unwrap_or_else(drawn))
            }
            Fill::Blur => {
                let (mut sum, mut count) = (0.0f64, 0u32);
                let [bi, bj, bk] = self.blur;
                // Every second voxel: a large brush must not hold up the hand, and a mean needs no more.
                for k in (-bk..=bk).step_by(2) {
                    for j in (-bj..=bj).step_by(2) {
                        for i in (-bi..=bi).step_by(2) {
                            if let Some(value) = self.at(at, [i, j, k]) {
                                sum += f64::from(value);
                                count += 1;
                            }
                        }
                    }
                }
                (count > 0).then(|| (sum / f64::from(count)).round() as f32)
            }
        }
    }
}

/// All neighbours of a voxel, along the axes first.
fn directions() -> Vec<[i64; 3]> {
    let mut all = Vec::with_capacity(26);
    for n in 0..27i64 {
        let direction = [n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1];
        if direction != [0; 3] {
            all.push(direction);
        }
    }
    all.sort_by_key(|d| d.iter().map(|v| v.abs()).sum::<i64>());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelGrid;
    use crate::volume::Unit;

    /// A ball of tissue, 6 mm in radius, in lung with a texture; a wall at the left.
    fn volume() -> Volume {
        let grid = VoxelGrid::axis_aligned([60, 60, 40], [1.0, 1.0, 1.5], Point::new(-30.0, -30.0, 0.0))
            .expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..40usize {
            let slice: Vec<i16> = (0..3600usize)
                .map(|n| {
                    let (i, j) = (n % 60, n / 60);
                    let p = grid.patient_from_voxel() * Point::new(i as f64, j as f64, k as f64);
                    let lung = -870 + ((i * 31 + j * 17 + k * 7) % 40) as i16;
                    if p.distance(Point::new(0.0, 0.0, 30.0)) <= 6.0 || i < 5 { 40 } else { lung }
                })
                .collect();
            volume.int16().expect("whole numbers").fill(k, slice.into()).expect("fits");
        }
        volume
    }

    fn centre() -> Point<Patient> {
        Point::new(0.0, 0.0, 30.0)
    }

    #[test]
    fn a_ball_replaces_the_voxels_whose_centres_lie_in_it_and_no_others() {
        let volume = volume();
        let painted = Painted::of(&volume, &[Stroke::ball(Fill::Air, 6.0, centre())]);
        let mut expected = 0;
        for k in 0..40 {
            for j in 0..60 {
                for i in 0..60 {
                    let p = volume.grid().patient_from_voxel() * Point::new(i as f64, j as f64, k as f64);
                    let inside = p.distance(centre()) <= 6.0;
                    expected += usize::from(inside);
                    assert_eq!(painted.value([i, j, k]), inside.then_some(-1000.0));
                }
            }
        }
        assert_eq!(painted.voxels(), expected);
        assert_eq!(painted.bounds(), Some(VoxelBox { min: [24, 24, 16], size: [13, 13, 9] }));
        // The volume is what it was.
        assert_eq!(volume.value([30, 30, 20]), Some(40.0));
    }

    #[test]
    fn lung_from_nearby_has_the_values_and_the_texture_of_lung() {
        let volume = volume();
        let painted = Painted::of(&volume, &[Stroke::ball(Fill::Lung, 6.5, centre())]);
        let all = (0..60 * 60 * 40).map(|n| [n % 60, n / 60 % 60, n / 3600]);
        let values: Vec<f32> = all.filter_map(|at| painted.value(at)).collect();
        assert_eq!(values.len(), painted.voxels());
        assert!(values.iter().all(|v| (-870.0..-830.0).contains(v)), "tissue was copied");
        // A piece of lung as a whole: neighbours differ by what neighbours in lung differ by, 31 or 9.
        let step = |i| {
            painted.value([i + 1, 30, 20]).expect("painted") - painted.value([i, 30, 20]).expect("painted")
        };
        assert!((26..33).all(|i| [31.0, -9.0].contains(&step(i))), "texture");
    }

    #[test]
    fn a_blur_is_the_mean_around_and_strokes_lie_on_each_other_in_their_order() {
        let volume = volume();
        let far = Point::new(15.0, 15.0, 30.0);
        let blurred = Painted::of(&volume, &[Stroke::ball(Fill::Blur, 0.4, far)]);
        let (mut sum, mut count) = (0.0, 0);
        for k in (17..=23).step_by(2) {
            for j in (41..=49).step_by(2) {
                for i in (41..=49).step_by(2) {
                    sum += f64::from(volume.value([i, j, k]).expect("there"));
                    count += 1;
                }
            }
        }
        assert_eq!(blurred.voxels(), 1);
        let found = f64::from(blurred.value([45, 45, 20]).expect("blurred"));
        assert!((found - sum / f64::from(count)).abs() <= 0.5, "{found}");
        let both = blurred.with(&volume, Stroke::ball(Fill::Air, 2.0, far));
        assert_eq!(both.value([45, 45, 20]), Some(-1000.0));
        assert_eq!(both.strokes().len(), 2);
    }

    #[test]
    fn a_way_is_as_thick_as_its_ball_and_what_lies_outside_is_left_alone() {
        let volume = volume();
        let way = Stroke {
            fill: Fill::Air,
            radius_mm: 1.2,
            way: [Point::new(-5.0, 12.0, 30.0), Point::new(5.0, 12.0, 30.0)],
        };
        let painted = Painted::of(&volume, &[way]);
        assert!((25..=35).all(|i| painted.value([i, 42, 20]).is_some()));
        assert!(painted.value([30, 44, 20]).is_none() && painted.value([23, 42, 20]).is_none());
        for (radius_mm, at) in [(3.0, 500.0), (f64::NAN, 0.0), (-1.0, 0.0), (3.0, f64::NAN)] {
            let nothing = Stroke::ball(Fill::Lung, radius_mm, Point::new(at, 0.0, 30.0));
            assert!(Painted::of(&volume, &[nothing]).is_empty());
        }
    }
}
