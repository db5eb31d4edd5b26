//! The slices of a case that its windows are cut from, in 16 bits, and windows from them.
//!
//! Bytes: number of slices, number of starts, the starts as places among the slices (4 bytes each), the point as
//! slice, row and column among the samples, how far these lie apart in mm along the same axes (4 bytes each), then the
//! slices.

use rand::RngExt;

use super::MmcafTraining;
use crate::inference::InferenceError;
use crate::inference::mmcaf::{MEAN, regions, windows};
use crate::networks::mmcaf::MmcafConfig;
use crate::training::curriculum::Seen;
use crate::training::draw::generator;
use crate::training::pictures::Look;
use crate::training::turns::{packed, unpacked};

const DEPTH: usize = MmcafConfig::WINDOW[0];
/// Rows and columns of a slice.
const SIDE: usize = MmcafConfig::WINDOW[1];
/// Values of a slice.
const PLANE: usize = SIDE * MmcafConfig::WINDOW[2];
/// Values of a window.
pub(super) const VALUES: usize = DEPTH * PLANE;

/// Every slice that a window of the case may have, its jitter included.
pub(super) fn read(seen: &Seen<'_>, config: &MmcafTraining) -> Result<Vec<u8>, InferenceError> {
    let (volume, lesion) = (seen.volume.as_ref(), seen.case.lesion_slices);
    let starts: Vec<usize> = regions(volume.grid(), seen.at, lesion)
        .iter()
        .map(|region| usize::try_from(region.bounds.min[2]).unwrap_or(0))
        .collect();
    let (jitter, last) = (config.augmentation.jitter_slices, volume.grid().size()[2].saturating_sub(1));
    let low = starts.iter().min().copied().unwrap_or(0).saturating_sub(jitter);
    let high = (starts.iter().max().copied().unwrap_or(0) + DEPTH - 1 + jitter).min(last);
    // A volume of fewer slices than a window has is one window with air at its end.
    let count = (high + 1 - low).max(DEPTH);
    let mut planes: Vec<Option<Vec<u8>>> = vec![None; count];
    for window in windows(volume, seen.at, Some([low, high]), config.mode)? {
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

    /// A window as the network reads it.
    pub(super) fn window(&self, start: usize) -> Vec<f32> {
        let start = self.begun(start);
        let bytes = self.bytes.get(2 * PLANE * start..2 * PLANE * (start + DEPTH)).unwrap_or(&[]);
        unpacked(bytes).into_iter().map(|v| v - MEAN).collect()
    }

    /// A window of one look, and where the point lies in it.
    pub(super) fn look(&self, look: Look, config: &MmcafTraining, case: usize) -> (Vec<f32>, Mark) {
        let Look::Varied(number) = look else {
            let start = self.begun(self.starts.first().copied().unwrap_or(0));
            return (self.window(start), self.mark.moved(start, false, 0.0));
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
        let mut values = self.window(start);
        if mirrored {
            values.chunks_exact_mut(SIDE).for_each(<[f32]>::reverse);
        }
        let angle = (degrees as f32).to_radians();
        if degrees != 0 {
            values = values.chunks_exact(PLANE).flat_map(|plane| rotated(plane, angle)).collect();
        }
        (values, self.mark.moved(start, mirrored, angle))
    }

    /// The first slice of a window that is to begin there: a window lies among the slices.
    fn begun(&self, start: usize) -> usize {
        start.min(self.count.saturating_sub(DEPTH))
    }
}

/// A slice turned about its middle, bilinear; outside is air.
fn rotated(plane: &[f32], angle: f32) -> Vec<f32> {
    let (sin, cos) = angle.sin_cos();
    let middle = (SIDE as f32 - 1.0) / 2.0;
    let at = |row: i32, column: i32| {
        let inside = (0..SIDE as i32).contains(&row) && (0..SIDE as i32).contains(&column);
        if inside { plane[row as usize * SIDE + column as usize] } else { -MEAN }
    };
    (0..PLANE)
        .map(|n| {
            let (y, x) = ((n / SIDE) as f32 - middle, (n % SIDE) as f32 - middle);
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

    #[test]
    fn four_quarter_turns_bring_a_slice_back() {
        let plane: Vec<f32> = (0..PLANE).map(|n| (n.wrapping_mul(37) % 101) as f32 / 101.0).collect();
        let quarter = std::f32::consts::FRAC_PI_2;
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
            let mut turned = plane.clone();
            if mirrored {
                turned.chunks_exact_mut(SIDE).for_each(<[f32]>::reverse);
            }
            let turned = rotated(&turned, degrees.to_radians());
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
