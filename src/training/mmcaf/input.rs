//! The slices of a case that its windows are cut from, in 16 bits, and windows from them.
//!
//! Bytes: number of slices, number of starts, the starts as places among the slices (4 bytes each), then
//! the slices.

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
    for plane in planes {
        bytes.extend(plane.ok_or(InferenceError::StillLoading)?);
    }
    Ok(bytes)
}

/// A case's slices, and where its windows start among them.
pub(super) struct Planes<'a> {
    /// Places of the windows that the program asks about, the point's own first.
    pub(super) starts: Vec<usize>,
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
        let rest = bytes.get(8 + 4 * starts..).unwrap_or(&[]);
        Self { starts: (0..starts).map(|n| word(2 + n)).collect(), count, bytes: rest }
    }

    /// A window as the network reads it.
    pub(super) fn window(&self, start: usize) -> Vec<f32> {
        let start = start.min(self.count.saturating_sub(DEPTH));
        let bytes = self.bytes.get(2 * PLANE * start..2 * PLANE * (start + DEPTH)).unwrap_or(&[]);
        unpacked(bytes).into_iter().map(|v| v - MEAN).collect()
    }

    /// A window of one look.
    pub(super) fn look(&self, look: Look, config: &MmcafTraining, case: usize) -> Vec<f32> {
        let Look::Varied(number) = look else {
            return self.window(self.starts.first().copied().unwrap_or(0));
        };
        let varied = config.augmentation;
        let mut random = generator(config.seed, "window", &[case as u64, number]);
        let chosen = random.random_range(0..self.starts.len().max(1));
        let start =
            self.starts.get(chosen).copied().unwrap_or(0) + random.random_range(0..=2 * varied.jitter_slices);
        let mirrored = varied.mirrors && random.random();
        let most = i64::from(varied.rotation_degrees);
        let degrees = random.random_range(-most..=most);
        let mut values = self.window(start.saturating_sub(varied.jitter_slices));
        if mirrored {
            values.chunks_exact_mut(SIDE).for_each(<[f32]>::reverse);
        }
        if degrees != 0 {
            let angle = (degrees as f32).to_radians();
            values = values.chunks_exact(PLANE).flat_map(|plane| rotated(plane, angle)).collect();
        }
        values
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
}
