//! The slices of a case that its windows are cut from, in 16 bits, and windows from them.
//!
//! Bytes: number of slices, number of starts, the starts as places among the slices (4 bytes each), the point as
//! slice, row and column among the samples, how far these lie apart in mm along the same axes (4 bytes each), then the
//! slices.

use rand::RngExt;

use super::MmcafTraining;
use crate::inference::InferenceError;
use crate::inference::mmcaf::{MEAN, regions, windows};
use crate::networks::mmcaf::{Field, MmcafConfig};
use crate::training::curriculum::Seen;
use crate::training::draw::generator;
use crate::training::pictures::Look;
use crate::training::turns::{packed, unpacked};

const DEPTH: usize = MmcafConfig::WINDOW[0];
/// Rows and columns of a slice.
const SIDE: usize = MmcafConfig::WINDOW[1];
/// Values of a slice.
const PLANE: usize = SIDE * MmcafConfig::WINDOW[2];

/// Every slice that a window of the case may have, its jitter included.
pub(super) fn read(seen: &Seen<'_>, config: &MmcafTraining) -> Result<Vec<u8>, InferenceError> {
    let (volume, lesion) = (seen.volume.as_ref(), seen.case.lesion_slices);
    // Whole slices are kept: what is read is cut from them when they were turned.
    let starts: Vec<usize> = regions(volume.grid(), seen.at, lesion, Field::Whole)
        .iter()
        .map(|region| usize::try_from(region.bounds.min[2]).unwrap_or(0))
        .collect();
    let (jitter, last) = (config.augmentation.jitter_slices, volume.grid().size()[2].saturating_sub(1));
    let low = starts.iter().min().copied().unwrap_or(0).saturating_sub(jitter);
    let high = (starts.iter().max().copied().unwrap_or(0) + DEPTH - 1 + jitter).min(last);
    // A volume of fewer slices than a window has is one window with air at its end.
    let count = (high + 1 - low).max(DEPTH);
    let mut planes: Vec<Option<Vec<u8>>> = vec![None; count];
    for window in windows(volume, seen.at, Some([low, high]), config.mode, Field::Whole)? {
        let start = usize::try_from(window.region.bounds.min[2]).unwrap_or(0);
        for (n, plane) in window.values.chunks_exact(PLANE).enumerate() {
            let slot = (start + n).checked_sub(low).and_then(|at| planes.get_mut(at));
            if let Some(slot) = slot {
                *slot = Some(packed(plane.iter().map(|v| v + MEAN)));
            }
        }
    }
    let mut bytes = Vec::with_capacity(8 + 4 * starts.len() + 2 * PLANE * count);
    let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(word(count));
    bytes.extend(word(starts.len()));
    starts.iter().for_each(|start| bytes.extend(word(start - low)));
    let mark = Mark::of(seen, low);
    bytes.extend(mark.at.into_iter().chain(mark.spacing_mm).flat_map(f32::to_le_bytes));
    for plane in planes {
        bytes.extend(plane.ok_or(InferenceError::StillLoading)?);
    }
    Ok(bytes)
}

/// Where the point of a case lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mark {
    /// Slice, row and column, in samples.
    pub(super) at: [f32; 3],
    /// Distance of neighbouring samples along the same axes.
    pub(super) spacing_mm: [f32; 3],
}

impl Mark {
    /// - `low`: the first slice that is kept
    fn of(seen: &Seen<'_>, low: usize) -> Self {
        let grid = seen.volume.grid();
        let voxel = grid.voxel_from_patient() * seen.at;
        let ([columns, rows, _], spacing) = (grid.size().map(|n| n as f64), grid.spacing_mm());
        // Rows and columns are resampled edge to edge, slices are taken as they are.
        let (across, down) = (SIDE as f64 / columns, SIDE as f64 / rows);
        let at = [voxel.z - low as f64, (voxel.y + 0.5) * down - 0.5, (voxel.x + 0.5) * across - 0.5];
        let spacing_mm = [spacing[2], spacing[1] / down, spacing[0] / across];
        Self { at: at.map(|v| v as f32), spacing_mm: spacing_mm.map(|v| v as f32) }
    }

    /// In the window that begins at a slice, mirrored and turned as its slices were.
    fn moved(self, start: usize, mirrored: bool, angle: f32) -> Self {
        let [slice, row, column] = self.at;
        let column = if mirrored { SIDE as f32 - 1.0 - column } else { column };
        let ((sin, cos), middle) = (angle.sin_cos(), (SIDE as f32 - 1.0) / 2.0);
        let (y, x) = (row - middle, column - middle);
        let at = [slice - start as f32, cos * y + sin * x + middle, cos * x - sin * y + middle];
        Self { at, ..self }
    }

    /// In a piece of the window.
    fn from(self, piece: Piece) -> Self {
        let [slice, row, column] = self.at;
        let [top, left] = piece.first.map(|n| n as f32);
        Self { at: [slice, row - top, column - left], ..self }
    }
}

/// A case's slices, and where its windows start among them.
pub(super) struct Planes<'a> {
    /// Places of the windows that the program asks about, the point's own first.
    pub(super) starts: Vec<usize>,
    mark: Mark,
    count: usize,
    bytes: &'a [u8],
}

impl<'a> Planes<'a> {
    /// Nothing at all for bytes that [`read`] did not make.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let word = |n: usize| {
            let four = bytes.get(4 * n..4 * n + 4).and_then(|b| b.try_into().ok());
            four.map_or(0, |b| u32::from_le_bytes(b) as usize)
        };
        let (count, starts) = (word(0), word(1));
        let number = |n: usize| f32::from_bits(word(2 + starts + n) as u32);
        let mark = Mark {
            at: std::array::from_fn(number),
            spacing_mm: std::array::from_fn(|axis| number(3 + axis)),
        };
        let rest = bytes.get(8 + 4 * starts + 24..).unwrap_or(&[]);
        Self { starts: (0..starts).map(|n| word(2 + n)).collect(), mark, count, bytes: rest }
    }

    /// What the network reads of a window.
    pub(super) fn read(&self, start: usize, field: Field) -> Vec<f32> {
        let window = self.window(start);
        match field {
            Field::Whole => window,
            Field::Third => Piece::middle(self.mark, field.window()[1]).cut(&window, false, 0.0),
        }
    }

    /// A window of whole slices.
    fn window(&self, start: usize) -> Vec<f32> {
        let start = self.begun(start);
        let bytes = self.bytes.get(2 * PLANE * start..2 * PLANE * (start + DEPTH)).unwrap_or(&[]);
        unpacked(bytes).into_iter().map(|v| v - MEAN).collect()
    }

    /// A window of one look or a piece of it, and where the point lies in it.
    /// - `side`: rows and columns that are read
    pub(super) fn look(
        &self,
        look: Look,
        config: &MmcafTraining,
        case: usize,
        side: usize,
    ) -> (Vec<f32>, Mark) {
        let Look::Varied(number) = look else {
            let start = self.begun(self.starts.first().copied().unwrap_or(0));
            let mark = self.mark.moved(start, false, 0.0);
            let piece = Piece::middle(mark, side);
            return (piece.cut(&self.window(start), false, 0.0), mark.from(piece));
        };
        let varied = config.augmentation;
        let mut random = generator(config.seed, "window", &[case as u64, number]);
        let chosen = random.random_range(0..self.starts.len().max(1));
        let start =
            self.starts.get(chosen).copied().unwrap_or(0) + random.random_range(0..=2 * varied.jitter_slices);
        let mirrored = varied.mirrors && random.random();
        let most = i64::from(varied.rotation_degrees);
        let degrees = random.random_range(-most..=most);
        let start = self.begun(start.saturating_sub(varied.jitter_slices));
        let angle = (degrees as f32).to_radians();
        let mark = self.mark.moved(start, mirrored, angle);
        let piece = Piece::around(mark, side, || random.random_range(0.25..0.75));
        (piece.cut(&self.window(start), mirrored, angle), mark.from(piece))
    }

    /// The first slice of a window that is to begin there: a window lies among the slices.
    fn begun(&self, start: usize) -> usize {
        start.min(self.count.saturating_sub(DEPTH))
    }
}

/// Rows and columns of a window, as many of each.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    /// First row and column.
    first: [usize; 2],
    side: usize,
}

impl Piece {
    /// The point's sample in the middle, as [`regions`] has it, unless the piece would leave the window.
    fn middle(mark: Mark, side: usize) -> Self {
        let side = side.min(SIDE);
        let first = [mark.at[1], mark.at[2]].map(|at| {
            let first = (at + 0.5).floor() - (side / 2) as f32;
            (first.max(0.0) as usize).min(SIDE - side)
        });
        Self { first, side }
    }

    /// - `share`: how far along each axis the point lies in the piece, 0 to 1, unless the piece would leave the window
    fn around(mark: Mark, side: usize, mut share: impl FnMut() -> f32) -> Self {
        let side = side.min(SIDE);
        let first = [mark.at[1], mark.at[2]].map(|at| {
            let before = if side < SIDE { share() * side as f32 } else { 0.0 };
            ((at - before).max(0.0) as usize).min(SIDE - side)
        });
        Self { first, side }
    }

    /// - `window`: all of it, as it is stored
    fn cut(self, window: &[f32], mirrored: bool, angle: f32) -> Vec<f32> {
        let planes = window.chunks_exact(PLANE);
        planes.flat_map(|plane| turned(plane, mirrored, angle, self)).collect()
    }
}

/// A piece of a slice that is mirrored and then turned about its middle, bilinear; outside is air.
fn turned(plane: &[f32], mirrored: bool, angle: f32, piece: Piece) -> Vec<f32> {
    let (sin, cos) = angle.sin_cos();
    let middle = (SIDE as f32 - 1.0) / 2.0;
    let at = |row: i32, column: i32| {
        let inside = (0..SIDE as i32).contains(&row) && (0..SIDE as i32).contains(&column);
        let column = if mirrored { SIDE as i32 - 1 - column } else { column };
        if inside { plane[row as usize * SIDE + column as usize] } else { -MEAN }
    };
    let Piece { first: [top, left], side } = piece;
    (0..side * side)
        .map(|n| {
            let (row, column) = (top + n / side, left + n % side);
            if angle == 0.0 {
                return at(row as i32, column as i32);
            }
            let (y, x) = (row as f32 - middle, column as f32 - middle);
            let (row, column) = (cos * y - sin * x + middle, sin * y + cos * x + middle);
            let (top, left) = (row.floor(), column.floor());
            let (down, right) = (row - top, column - left);
            let (top, left) = (top as i32, left as i32);
            let upper = at(top, left) * (1.0 - right) + at(top, left + 1) * right;
            let lower = at(top + 1, left) * (1.0 - right) + at(top + 1, left + 1) * right;
            upper * (1.0 - down) + lower * down
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Piece = Piece { first: [0, 0], side: SIDE };

    #[test]
    fn a_piece_is_what_the_window_shows_there_and_the_mark_goes_with_it() {
        let plane: Vec<f32> = (0..PLANE).map(|n| (n.wrapping_mul(37) % 101) as f32 / 101.0).collect();
        let mark = Mark { at: [5.0, 100.0, 60.0], spacing_mm: [2.0; 3] };
        for (mirrored, degrees) in [(false, 0.0f32), (true, 0.0), (true, 9.0)] {
            let whole = turned(&plane, mirrored, degrees.to_radians(), WHOLE);
            for side in [64, 96, 192] {
                let piece = Piece::around(mark, side, || 0.3);
                let [top, left] = piece.first;
                let own = piece.cut(&plane, mirrored, degrees.to_radians());
                let there = |n: usize| whole[(top + n / side) * SIDE + left + n % side];
                assert!((0..side * side).all(|n| own[n] == there(n)));
                assert_eq!(mark.from(piece).at, [5.0, 100.0 - top as f32, 60.0 - left as f32]);
            }
        }
        // At the window's border it stays inside.
        let [low, high] = [2.0, 191.0].map(|at| Mark { at: [0.0, at, at], ..mark });
        assert_eq!(Piece::around(low, 64, || 0.5).first, [0, 0]);
        assert_eq!(Piece::around(high, 64, || 0.5).first, [128, 128]);
    }

    #[test]
    fn a_third_is_cut_where_the_program_reads_it() {
        let corner = crate::geometry::Point::new(-100.0, 40.0, 7.0);
        let grid = crate::geometry::VoxelGrid::axis_aligned([SIDE, SIDE, 20], [1.9, 1.9, 3.0], corner);
        let grid = grid.expect("a grid");
        for [column, row] in [[96.0, 96.0], [80.4, 120.6], [3.0, 190.0], [191.0, 31.9], [32.0, 160.0]] {
            let at = grid.patient_from_voxel() * crate::geometry::Point::new(column, row, 9.0);
            let region = regions(&grid, at, None, Field::Third)[0];
            let mark = Mark { at: [9.0, row as f32, column as f32], spacing_mm: [3.0, 1.9, 1.9] };
            let [top, left] = Piece::middle(mark, Field::Third.window()[1]).first;
            assert_eq!(region.bounds.min[..2], [left as i64, top as i64], "{column}, {row}");
        }
    }

    #[test]
    fn four_quarter_turns_bring_a_slice_back() {
        let plane: Vec<f32> = (0..PLANE).map(|n| (n.wrapping_mul(37) % 101) as f32 / 101.0).collect();
        let quarter = std::f32::consts::FRAC_PI_2;
        let rotated = |plane: &[f32], angle| turned(plane, false, angle, WHOLE);
        let back = (0..4).fold(plane.clone(), |plane, _| rotated(&plane, quarter));
        let inside = |n: &usize| (2..SIDE - 2).contains(&(n / SIDE)) && (2..SIDE - 2).contains(&(n % SIDE));
        let worst = (0..PLANE).filter(inside).map(|n| (plane[n] - back[n]).abs()).fold(0.0, f32::max);
        // Sines of single precision: 1e-5 of a pixel at the border, four times.
        assert!(worst < 1e-3, "{worst}");
        let once = rotated(&plane, quarter);
        let moved = (0..PLANE).filter(|n| (plane[*n] - once[*n]).abs() > 0.01).count();
        assert!(moved > PLANE / 2);
    }

    #[test]
    fn the_mark_goes_with_the_window() {
        // One bright column of three pixels' width, in every slice.
        let (row, column) = (60, 130);
        let mut plane = vec![0.0; PLANE];
        for n in 0..9 {
            plane[(row - 1 + n / 3) * SIDE + column - 1 + n % 3] = 1.0;
        }
        let mark = Mark { at: [9.0, row as f32, column as f32], spacing_mm: [2.0; 3] };
        for (mirrored, degrees) in [(false, 0.0f32), (true, 0.0), (false, 15.0), (true, -11.0)] {
            let turned = turned(&plane, mirrored, degrees.to_radians(), WHOLE);
            let bright = |n: &usize| turned[*n] > 0.0;
            let all: f32 = (0..PLANE).filter(bright).map(|n| turned[n]).sum();
            let mean = |of: &dyn Fn(usize) -> f32| {
                (0..PLANE).filter(bright).map(|n| turned[n] * of(n)).sum::<f32>() / all
            };
            let [slice, row, column] = mark.moved(4, mirrored, degrees.to_radians()).at;
            assert_eq!(slice, 5.0);
            let (down, right) = (mean(&|n| (n / SIDE) as f32), mean(&|n| (n % SIDE) as f32));
            assert!(
                (down - row).abs() < 0.1 && (right - column).abs() < 0.1,
                "{down} {row} {right} {column}"
            );
        }
    }
}
