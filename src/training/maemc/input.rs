//! The montages of a case, at its point and at four places beside it, in 16 bits.

use super::MaemcTraining;
use crate::geometry::Vector;
use crate::inference::maemc::montages;
use crate::inference::{InferenceError, Mode};
use crate::networks::maemc::{GRID, PATCH};
use crate::training::curriculum::Seen;
use crate::training::draw::Symmetry;
use crate::training::turns::{packed, turned, unpacked};

/// Rows and columns of a montage.
pub(super) const SIDE: usize = GRID * PATCH;
/// Bytes of a montage.
const BYTES: usize = 2 * SIDE * SIDE;

/// Axial and coronal montage, one pair for each place, the point's own first.
pub(super) fn read(seen: &Seen<'_>, config: &MaemcTraining) -> Result<Vec<u8>, InferenceError> {
    let mm = config.augmentation.shift_mm;
    let [along, down, _] = seen.volume.grid().directions();
    let mut places = vec![Vector::new(0.0, 0.0, 0.0)];
    if mm > 0.0 {
        places.extend([along * mm, along * -mm, down * mm, down * -mm]);
    }
    let mut bytes = Vec::with_capacity(places.len() * 2 * BYTES);
    for away in places {
        for montage in montages(&seen.volume, seen.at + away, Mode::Paper)? {
            bytes.extend(packed(montage.values.iter().copied()));
        }
    }
    Ok(bytes)
}

/// How many places a case is read at.
pub(super) fn places(bytes: &[u8]) -> usize {
    (bytes.len() / (2 * BYTES)).max(1)
}

/// A montage, every slice of it mirrored and turned alike.
/// - `place`: 0 is the point's own
/// - `direction`: 0 axial, 1 coronal
pub(super) fn montage(bytes: &[u8], place: usize, direction: usize, symmetry: Symmetry) -> Vec<f32> {
    let start = (2 * place + direction) * BYTES;
    let values = unpacked(bytes.get(start..start + BYTES).unwrap_or(&[]));
    if symmetry == Symmetry::default() || values.len() != SIDE * SIDE {
        return values;
    }
    let mut out = vec![0.0; values.len()];
    for tile in 0..GRID * GRID {
        let (top, left) = (tile / GRID * PATCH, tile % GRID * PATCH);
        let rows = (0..PATCH).map(|row| (top + row) * SIDE + left);
        let slice: Vec<f32> =
            rows.clone().flat_map(|start| values[start..start + PATCH].iter().copied()).collect();
        let slice = turned(&slice, [PATCH, PATCH, 1], symmetry);
        for (start, row) in rows.zip(slice.chunks_exact(PATCH)) {
            out[start..start + PATCH].copy_from_slice(row);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_turned_each_in_its_own_place() {
        let values: Vec<f32> = (0..SIDE * SIDE).map(|n| (n % SIDE) as f32 / 500.0).collect();
        let bytes: Vec<u8> = [packed(values.iter().copied()), packed(values.iter().copied())].concat();
        let mirrored = Symmetry { transposed: false, mirrored: [true, false, false] };
        let out = montage(&bytes, 0, 1, mirrored);
        // Columns rise within a slice and fall after the mirror; slices stay where they are.
        assert!((out[0] - 49.0 / 500.0).abs() < 1e-4 && (out[PATCH] - 99.0 / 500.0).abs() < 1e-4);
        assert_eq!(places(&bytes), 1);
    }
}
