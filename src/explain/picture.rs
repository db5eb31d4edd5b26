//! What a network read, as it is shown.

use std::sync::Arc;

use crate::inference::ssm::SlicePicture;
use crate::networks::maemc::{GRID, PATCH};

/// What black and white are of a montage and of crops.
pub(super) const UNIT: [f32; 2] = [0.0, 1.0];

/// A block of numbers as it is shown: [slice][column][row], rows fastest, as M3Net reads its crops.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Slices, columns, rows.
    pub shape: [usize; 3],
    /// No unit.
    pub values: Arc<[f32]>,
    /// What is black and what is white.
    pub range: [f32; 2],
}

impl Picture {
    /// - `values`: [slice][row][column], columns fastest
    pub(super) fn of_rows(values: &[f32], [slices, rows, columns]: [usize; 3], range: [f32; 2]) -> Self {
        let at = |n: usize| (n / (columns * rows) * rows + n % rows) * columns + n / rows % columns;
        let count = slices * rows * columns;
        let turned = (0..count).map(|n| values.get(at(n)).copied().unwrap_or(range[0])).collect();
        Self { shape: [slices, columns, rows], values: turned, range }
    }

    /// MAEMC-NET's montage.
    /// - `seen`: row by row
    pub(super) fn of_montage(seen: &[f32]) -> Self {
        Self::of_rows(seen, [1, GRID * PATCH, GRID * PATCH], UNIT)
    }

    /// LungNodule-SSM's slice: of three equal channels, one behind the other, the first.
    pub(super) fn of_slice(picture: &SlicePicture) -> Self {
        let grey = &picture.values[..picture.values.len() / 3];
        let side = grey.len().isqrt();
        Self::of_rows(grey, [1, side, side], extremes(grey))
    }

    /// One slice; empty where there is none.
    pub fn plane(&self, slice: usize) -> &[f32] {
        plane(&self.values, self.shape, 0, slice)
    }
}

/// Smallest and largest; black alone where they are the same.
pub(super) fn extremes(values: &[f32]) -> [f32; 2] {
    values.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| [low.min(*v), high.max(*v)])
}

pub(super) fn plane(
    values: &[f32],
    [depth, columns, rows]: [usize; 3],
    channel: usize,
    slice: usize,
) -> &[f32] {
    let size = columns * rows;
    let start = (channel * depth + slice) * size;
    if slice < depth { values.get(start..start + size).unwrap_or(&[]) } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_columns_become_columns_of_rows() {
        let values: Vec<f32> = (0..12).map(|n| n as f32).collect();
        let picture = Picture::of_rows(&values, [2, 2, 3], [0.0, 11.0]);
        assert_eq!(picture.shape, [2, 3, 2]);
        assert_eq!(picture.plane(1), [6.0, 9.0, 7.0, 10.0, 8.0, 11.0]);
    }
}
