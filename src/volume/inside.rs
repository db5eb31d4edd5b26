//! Parts of a volume that can be shown by themselves: what lies by air inside the body (lungs, airways, bowel), without
//! skin and table, and the body, without the table.

use super::volume::{Unit, Volume};
use crate::geometry::Plane;

/// Below this a voxel is air, HU: half of the way from air to soft tissue.
const AIR_HU: f32 = -500.0;

/// Distance between voxels that are looked at, mm: a third of the thinnest chest wall.
const STEP_MM: f64 = 3.0;

/// Voxels that are looked at, about.
const MOST_SAMPLES: f64 = 2e6;

/// Share of the volume that air inside the body has at least. Less is bowel alone, or a body that its
/// borders cut open.
const LEAST: f64 = 0.02;

/// Share of the largest pocket of air under which another one is a hollow of the table, cloth, or bowel.
const POCKET: f64 = 0.08;

/// How far from air inside the body something still counts as lying by it, mm: what bounds a lung does, a rib
/// does not.
const BY_MM: f32 = 8.0;

/// Above this a voxel is tissue and no cushion, HU: fat is, foam is not.
const TISSUE_HU: f32 = -300.0;

/// What is at most twice as thick as this is no body by itself, mm: the shell of a table, cloth, a tube.
const THIN_MM: f32 = 6.0;

/// Gaps of the chest wall that are at most twice as wide as this are no way into the body, mm.
const GAP_MM: f32 = 7.0;

/// Share of the volume that a body has at least.
const LEAST_BODY: f64 = 0.02;

/// What of a volume is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it.
    #[default]
    All,
    /// What lies by air inside the body; the body where no such air is found.
    ByAir,
    /// The body without what it lies on.
    Body,
}

/// A part of the volume, on samples some [`STEP_MM`] apart: a level in millimetres, above zero in what is shown,
/// below zero elsewhere. It changes steadily from sample to sample, so that what is cut by it has a smooth edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    size: [usize; 3],
    step: [usize; 3],
    level: Vec<f32>,
}

/// Voxels of a volume that are looked at.
struct Samples {
    size: [usize; 3],
    step: [usize; 3],
    /// From sample to sample along each axis, mm.
    apart: [f32; 3],
    /// Axis at whose ends the body is cut.
    along: usize,
}

impl Samples {
    /// `None` where values are no HU, or slices are missing.
    fn of(volume: &Volume) -> Option<Self> {
        if *volume.unit() != Unit::Hu || !volume.is_complete() {
            return None;
        }
        let grid = volume.grid();
        let native = grid.size();
        let spacing = grid.spacing_mm();
        // A whole body is looked at more coarsely: this is done while somebody waits.
        let samples: f64 = (0..3).map(|a| native[a] as f64 * spacing[a] / STEP_MM).product();
        let step_mm = STEP_MM * (samples / MOST_SAMPLES).cbrt().max(1.0);
        let step: [usize; 3] = std::array::from_fn(|a| ((step_mm / spacing[a]).round() as usize).max(1));
        let size: [usize; 3] = std::array::from_fn(|a| native[a].div_ceil(step[a]));
        let [.., along] = grid.nearest_axes(Plane::Axial);
        let apart = std::array::from_fn(|a| (step[a] as f64 * spacing[a]) as f32);
        Some(Self { size, step, apart, along: along.axis.index() })
    }

    /// The samples whose value `holds`, columns fastest. Padding is far below any tissue.
    fn marked(&self, volume: &Volume, holds: impl Fn(f32) -> bool) -> Vec<bool> {
        let Self { size, step, .. } = self;
        let mut marked = Vec::with_capacity(size.iter().product());
        for k in 0..size[2] {
            for j in 0..size[1] {
                for i in 0..size[0] {
                    let value = volume.value([i * step[0], j * step[1], k * step[2]]);
                    marked.push(value.is_some_and(&holds));
                }
            }
        }
        marked
    }

    fn distances_mm(&self, marked: &[bool]) -> Vec<f32> {
        distances_mm(marked, self.size, self.apart)
    }
}

impl Inside {
    /// What lies within [`BY_MM`] of air inside the body, and nearer to it than to the air around the body.
    ///
    /// Fills the air around the body from the sides of the volume, not from its ends, where the body is cut;
    /// what air is left lies inside. On voxels some [`STEP_MM`] apart.
    ///
    /// `None` where values are no HU, slices are missing, or hardly any air is enclosed.
    pub fn of(volume: &Volume) -> Option<Self> {
        let samples = Samples::of(volume)?;
        let (size, step) = (samples.size, samples.step);
        let mut air = samples.marked(volume, |value| value < AIR_HU);
        let around = empty_outside(&mut air, size, samples.along);
        let enclosed = air.iter().filter(|air| **air).count();
        if (enclosed as f64) < LEAST * air.len() as f64 {
            return None;
        }
        let [within, without] = [air, around].map(|air| samples.distances_mm(&air));
        let level =
            within.into_iter().zip(without).map(|(near, far)| (BY_MM - near).min(far - near)).collect();
        Some(Self { size, step, level })
    }

    /// The body with all that it encloses, and a margin of one sample around it, without table, cushions and cloth.
    ///
    /// Of the tissue that is thicker than twice [`THIN_MM`] the largest piece is the body, with what thinner tissue lies
    /// on it. What can be reached from the sides of the volume, not from its ends, through gaps wider than twice
    /// [`GAP_MM`], lies around it.
    ///
    /// `None` where values are no HU, slices are missing, or no such piece fills a fiftieth of the volume.
    pub fn body(volume: &Volume) -> Option<Self> {
        let samples = Samples::of(volume)?;
        let size = samples.size;
        let hollow = samples.marked(volume, |value| value <= TISSUE_HU);
        let mut thick: Vec<bool> = samples.distances_mm(&hollow).iter().map(|mm| *mm > THIN_MM).collect();
        let core = largest(&mut thick, size);
        if (core.iter().filter(|core| **core).count() as f64) < LEAST_BODY * core.len() as f64 {
            return None;
        }
        let margin = samples.apart.into_iter().fold(0.0, f32::max).min(BY_MM);
        let by_core = samples.distances_mm(&core);
        let reach = (THIN_MM + margin / 2.0).min(BY_MM);
        let flesh: Vec<bool> =
            by_core.iter().zip(&hollow).map(|(mm, hollow)| *mm <= reach && !hollow).collect();
        let mut wide: Vec<bool> = samples.distances_mm(&flesh).iter().map(|mm| *mm > GAP_MM).collect();
        let open = reached(&mut wide, size, samples.along);
        let by_open = samples.distances_mm(&open);
        let outside: Vec<bool> =
            by_open.iter().zip(&flesh).map(|(mm, flesh)| *mm <= GAP_MM && !flesh).collect();
        let body: Vec<bool> = outside.iter().map(|outside| !outside).collect();
        let [within, without] = [body, outside].map(|part| samples.distances_mm(&part));
        let level = within.into_iter().zip(without).map(|(near, far)| margin + far - near).collect();
        Some(Self { size, step: samples.step, level })
    }

    /// Samples along each axis.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Voxels from sample to sample along each axis; the first sample is the first voxel.
    pub fn step(&self) -> [usize; 3] {
        self.step
    }

    /// The level of every sample, mm, columns fastest.
    pub fn levels(&self) -> &[f32] {
        &self.level
    }

    /// The level at a voxel index, mm, mixed from the eight samples around it; beyond the samples that of the
    /// nearest.
    pub fn level_at(&self, index: [f64; 3]) -> f32 {
        let place: [f64; 3] =
            std::array::from_fn(|a| (index[a] / self.step[a] as f64).clamp(0.0, self.size[a] as f64 - 1.0));
        let low = place.map(|c| c as usize);
        let mut mixed = 0.0;
        for corner in 0..8 {
            let mut weight = 1.0;
            let at: [usize; 3] = std::array::from_fn(|a| {
                let upper = corner >> a & 1;
                let part = place[a] - low[a] as f64;
                weight *= if upper == 1 { part } else { 1.0 - part };
                (low[a] + upper).min(self.size[a] - 1)
            });
            let n = (at[2] * self.size[1] + at[1]) * self.size[0] + at[0];
            mixed += weight * f64::from(self.level.get(n).copied().unwrap_or(-BY_MM));
        }
        mixed as f32
    }
}

/// Distance of every sample from the nearest marked one, mm, exact up to [`BY_MM`]; larger where there is none
/// that near.
/// - `apart`: from sample to sample along each axis, mm
///
/// Source: one axis after the other as in Saito and Toriwaki, "New algorithms for Euclidean distance
/// transformation", Pattern Recognition 27(11), 1994, but no farther than is asked.
fn distances_mm(marked: &[bool], size: [usize; 3], apart: [f32; 3]) -> Vec<f32> {
    let far = 4.0 * BY_MM * BY_MM;
    let mut squared: Vec<f32> = marked.iter().map(|marked| if *marked { 0.0 } else { far }).collect();
    let mut before = squared.clone();
    let steps = [1, size[0], size[0] * size[1]];
    for a in 0..3 {
        before.copy_from_slice(&squared);
        let reach = ((BY_MM / apart[a]).ceil() as usize).min(size[a] - 1);
        // Lines of samples that move together along this axis, one block of the array after the other.
        let (line, block) = (steps[a], steps[a] * size[a]);
        for (to, from) in squared.chunks_exact_mut(block).zip(before.chunks_exact(block)) {
            for away in 1..=reach {
                let more = (away as f32 * apart[a]).powi(2);
                let shift = away * line;
                for (to, from) in to.iter_mut().zip(&from[shift..]) {
                    *to = to.min(from + more);
                }
                for (to, from) in to[shift..].iter_mut().zip(from) {
                    *to = to.min(from + more);
                }
            }
        }
    }
    squared.iter_mut().for_each(|d| *d = d.sqrt());
    squared
}

/// Takes away the air that can be reached from the sides, and pockets of it that are small beside the largest.
/// - `along`: axis at whose ends the body is cut
/// - returns: the air that can be reached from the sides
fn empty_outside(air: &mut [bool], size: [usize; 3], along: usize) -> Vec<bool> {
    let around = reached(air, size, along);
    let mut pockets: Vec<Vec<usize>> = Vec::new();
    for n in 0..air.len() {
        if air[n] {
            pockets.push(take_away(air, size, n));
        }
    }
    let largest = pockets.iter().map(Vec::len).max().unwrap_or(0);
    for n in pockets.into_iter().filter(|pocket| pocket.len() as f64 >= POCKET * largest as f64).flatten() {
        air[n] = true;
    }
    around
}

/// Takes away what can be reached from the sides, the ends of the axis `along` aside; returns it.
fn reached(air: &mut [bool], size: [usize; 3], along: usize) -> Vec<bool> {
    let mut around = vec![false; air.len()];
    let place = |n: usize| [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
    let at_side = |n: usize| {
        let p = place(n);
        (0..3).any(|a| a != along && (p[a] == 0 || p[a] + 1 == size[a]))
    };
    for n in 0..air.len() {
        if air[n] && at_side(n) {
            take_away(air, size, n).into_iter().for_each(|n| around[n] = true);
        }
    }
    around
}

/// The largest piece that hangs together; takes all of them away.
fn largest(marked: &mut [bool], size: [usize; 3]) -> Vec<bool> {
    let mut best: Vec<usize> = Vec::new();
    for n in 0..marked.len() {
        if marked[n] {
            let piece = take_away(marked, size, n);
            if piece.len() > best.len() {
                best = piece;
            }
        }
    }
    let mut found = vec![false; marked.len()];
    best.into_iter().for_each(|n| found[n] = true);
    found
}

/// Takes away all air that hangs together with this one; returns where it was.
fn take_away(air: &mut [bool], size: [usize; 3], from: usize) -> Vec<usize> {
    let steps = [1, size[0], size[0] * size[1]];
    let mut taken = vec![from];
    air[from] = false;
    let mut next = 0;
    while let Some(&n) = taken.get(next) {
        next += 1;
        let p = [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
        for a in 0..3 {
            let before = (p[a] > 0).then(|| n - steps[a]);
            let after = (p[a] + 1 < size[a]).then(|| n + steps[a]);
            for beside in [before, after].into_iter().flatten() {
                if std::mem::take(&mut air[beside]) {
                    taken.push(beside);
                }
            }
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};

    /// A body of 120 mm with a lung of 60 mm in air, on a table; `cut`: the lung reaches the last column.
    fn body(cut: bool) -> Volume {
        let grid = VoxelGrid::axis_aligned([80, 80, 24], [2.0, 2.0, 2.5], Point::new(0.0, 0.0, 0.0))
            .expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..24 {
            let slice: Vec<i16> = (0..6400)
                .map(|n| {
                    let away = [n % 80, n / 80].map(|x| (x as f64 - 39.5) * 2.0);
                    let far = away[0].hypot(away[1]);
                    let opened = cut && away[1].abs() < 8.0 && away[0] > 0.0;
                    match far {
                        _ if opened => -900,
                        r if r < 30.0 => -850,
                        r if r < 60.0 => 40,
                        _ if away[1] > 70.0 => 300,
                        _ => -1000,
                    }
                })
                .collect();
            volume.int16().expect("int16").fill(k, slice.into()).expect("fits");
        }
        volume
    }

    #[test]
    fn lungs_are_inside_and_skin_and_table_are_not() {
        let inside = Inside::of(&body(false)).expect("a lung");
        let shows = |i: f64, j: f64, k: f64| inside.level_at([i, j, k]) > 0.0;
        for k in [0.0, 9.4, 23.0] {
            // The lung of 30 mm, and what is within 8 mm of it.
            assert!(shows(39.5, 39.5, k) && shows(39.5 + 16.0, 39.5, k));
            // The body beyond that, its skin at 60 mm, corners of the volume, and the table.
            for (i, j) in [(39.5 + 20.5, 39.5), (39.5, 39.5 - 30.0), (1.0, 1.0), (40.0, 78.0), (-5.0, 90.0)] {
                assert!(!shows(i, j, k), "{i}, {j}");
            }
        }
    }

    #[test]
    fn a_body_is_shown_without_the_table_and_with_what_it_encloses() {
        let found = Inside::body(&body(false)).expect("a body");
        let shows = |i: f64, j: f64, k: f64| found.level_at([i, j, k]) > 0.0;
        for k in [0.0, 9.4, 23.0] {
            // The lung, the wall, its skin at 60 mm, in front and behind.
            for away in [0.0, 20.0, 29.5] {
                assert!(shows(39.5 + away, 39.5, k) && shows(39.5, 39.5 + away, k), "{away}");
            }
            // The table behind it, which is 10 mm away, and the air around.
            for (i, j) in [(40.0, 78.0), (10.0, 77.0), (1.0, 1.0), (39.5, 2.0)] {
                assert!(!shows(i, j, k), "{i}, {j}");
            }
        }
        // Lungs that the field of view cuts open make no difference.
        assert!(Inside::body(&body(true)).is_some_and(|found| found.level_at([20.0, 39.5, 9.0]) > 0.0));
        // Air alone holds no body.
        let grid = VoxelGrid::axis_aligned([20; 3], [3.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let air = Volume::loading(grid, Unit::Hu, None);
        for k in 0..20 {
            air.int16().expect("int16").fill(k, vec![-1000; 400].into()).expect("fits");
        }
        assert_eq!(Inside::body(&air), None);
    }

    #[test]
    fn a_wall_thinner_than_the_reach_is_shared_between_both_sides() {
        // Inside air at 0, a wall of 5 samples of 2 mm, outside air at 6.
        let mut inside = vec![false; 12];
        inside[0] = true;
        let mut around = vec![false; 12];
        around[6..].fill(true);
        let [within, without] = [inside, around].map(|air| distances_mm(&air, [12, 1, 1], [2.0, 1.0, 1.0]));
        assert_eq!(within[..5], [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(without[2..8], [8.0, 6.0, 4.0, 2.0, 0.0, 0.0]);
        assert!(within[8] > BY_MM);
        // Half way both are as far: the level is zero there.
        assert_eq!(within[3], without[3]);
    }

    #[test]
    fn a_hollow_of_the_table_is_no_lung() {
        let rows = [
            "#########", // The last row is a side of the volume.
            "#.......#",
            "#.......#",
            "#########",
            "##.######",
            "#########",
            "####..###",
            "....#####",
            "#########",
        ];
        let mut air: Vec<bool> = rows.iter().flat_map(|row| row.bytes().map(|b| b == b'.')).collect();
        empty_outside(&mut air, [9, 9, 1], 2);
        let kept = air.iter().filter(|air| **air).count();
        // Of 14, 1 and 2 pieces, 1 is less than 8 in a hundred of the largest; the row to the side is outside.
        assert_eq!(kept, 14 + 2);
    }

    #[test]
    fn a_lung_that_the_field_cuts_open_is_not_told_from_the_air_around() {
        assert_eq!(Inside::of(&body(true)), None);
        let missing = Volume::loading(*body(false).grid(), Unit::Hu, None);
        assert_eq!(Inside::of(&missing), None);
    }
}
