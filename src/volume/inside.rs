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

/// Voxels along each side of a block.
pub const INSIDE_BLOCK: usize = 8;

/// Blocks of voxels that hold air inside the body, or lie beside one that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    size: [usize; 3],
    near: Vec<bool>,
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
        // No block without a sample beside it.
        let most = 2 * INSIDE_BLOCK;
        let step: [usize; 3] =
            std::array::from_fn(|a| ((step_mm / spacing[a]).round() as usize).clamp(1, most));
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
        empty_outside(&mut air, size, along.axis.index());
        let enclosed = air.iter().filter(|air| **air).count();
        if (enclosed as f64) < LEAST * air.len() as f64 {
            return None;
        }
        let blocks = native.map(|n| n.div_ceil(INSIDE_BLOCK));
        let mut near = vec![false; blocks.iter().product()];
        let place = |n: usize| [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
        for (n, _) in air.iter().enumerate().filter(|(_, air)| **air) {
            let at = place(n);
            let block: [usize; 3] = std::array::from_fn(|a| at[a] * step[a] / INSIDE_BLOCK);
            let [x, y, z]: [_; 3] =
                std::array::from_fn(|a| block[a].saturating_sub(1)..=(block[a] + 1).min(blocks[a] - 1));
            for k in z {
                for j in y.clone() {
                    let row = (k * blocks[1] + j) * blocks[0];
                    near.get_mut(row + x.start()..=row + x.end()).unwrap_or(&mut []).fill(true);
                }
            }
        }
        Some(Self { size: blocks, near })
    }

    /// Blocks along each axis.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Whether the block holds air inside the body, or lies beside one that does.
    pub fn by_air(&self, block: [usize; 3]) -> bool {
        let [i, j, k] = block;
        let within = block.iter().zip(self.size).all(|(b, n)| *b < n);
        within && self.near.get((k * self.size[1] + j) * self.size[0] + i).copied().unwrap_or(false)
    }
}

/// Takes away the air that can be reached from the sides, and pockets of it that are small beside the largest.
/// - `along`: axis at whose ends the body is cut
fn empty_outside(air: &mut [bool], size: [usize; 3], along: usize) {
    let place = |n: usize| [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
    let at_side = |n: usize| {
        let p = place(n);
        (0..3).any(|a| a != along && (p[a] == 0 || p[a] + 1 == size[a]))
    };
    let mut pockets: Vec<Vec<usize>> = Vec::new();
    for n in 0..air.len() {
        if air[n] && at_side(n) {
            take_away(air, size, n);
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
        assert_eq!(inside.size(), [10, 10, 3]);
        for k in 0..3 {
            assert!(inside.by_air([5, 5, k]));
            // Corners of the volume, and the table.
            assert!(!inside.by_air([1, 1, k]) && !inside.by_air([5, 9, k]));
        }
        assert!(!inside.by_air([10, 0, 0]));
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
