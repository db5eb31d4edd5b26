//! Where there is air inside the body: lungs, airways, bowel. What lies by it can be shown without skin and
//! table.

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

/// What lies by air inside the body, on samples some [`STEP_MM`] apart: a level in millimetres, above zero
/// within [`BY_MM`] of that air and nearer to it than to the air around the body, below zero elsewhere. It
/// changes steadily from sample to sample, so that what is cut by it has a smooth edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    size: [usize; 3],
    step: [usize; 3],
    level: Vec<f32>,
}

impl Inside {
    /// Fills the air around the body from the sides of the volume, not from its ends, where the body is cut;
    /// what air is left lies inside. On voxels some [`STEP_MM`] apart.
    ///
    /// `None` where values are no HU, slices are missing, or hardly any air is enclosed.
    pub fn of(volume: &Volume) -> Option<Self> {
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
        let mut air = Vec::with_capacity(size.iter().product());
        for k in 0..size[2] {
            for j in 0..size[1] {
                for i in 0..size[0] {
                    let value = volume.value([i * step[0], j * step[1], k * step[2]]);
                    // Padding is far below any tissue.
                    air.push(value.is_some_and(|value| value < AIR_HU));
                }
            }
        }
        let [.., along] = grid.nearest_axes(Plane::Axial);
        let around = empty_outside(&mut air, size, along.axis.index());
        let enclosed = air.iter().filter(|air| **air).count();
        if (enclosed as f64) < LEAST * air.len() as f64 {
            return None;
        }
        let apart = std::array::from_fn(|a| (step[a] as f64 * spacing[a]) as f32);
        let [within, without] = [air, around].map(|air| distances_mm(&air, size, apart));
        let level =
            within.into_iter().zip(without).map(|(near, far)| (BY_MM - near).min(far - near)).collect();
        Some(Self { size, step, level })
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
    let mut around = vec![false; air.len()];
    let place = |n: usize| [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
    let at_side = |n: usize| {
        let p = place(n);
        (0..3).any(|a| a != along && (p[a] == 0 || p[a] + 1 == size[a]))
    };
    let mut pockets: Vec<Vec<usize>> = Vec::new();
    for n in 0..air.len() {
        if air[n] && at_side(n) {
            take_away(air, size, n).into_iter().for_each(|n| around[n] = true);
        }
    }
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
