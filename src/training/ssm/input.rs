//! A case's slice as grey levels, the nodule's box in it, and pieces of it.
//!
//! Bytes: left and upper edge, width and height of the box as shares (4 bytes each, no numbers where there
//! is none), then the levels row by row.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::geometry::Point;
use crate::inference::InferenceError;
use crate::inference::ssm::{CHANNELS, Resolution, nearest_slice, slice_picture};
use crate::networks::ssm::PATCH;
use crate::training::curriculum::Seen;

/// Columns and rows of a slice.
pub(super) const SIDE: usize = Resolution::PUBLISHED.px();

/// The slice nearest to the point, and the box in it.
pub(super) fn read(seen: &Seen<'_>) -> Result<Vec<u8>, InferenceError> {
    let grid = seen.volume.grid();
    let picture = slice_picture(&seen.volume, nearest_slice(grid, seen.at), Resolution::PUBLISHED)?;
    let shares = seen.case.slice_box.map_or([f32::NAN; 4], |found| {
        let [columns, rows, _] = grid.size().map(|n| n as f64);
        let corner = |[x, y]: [f64; 2]| grid.voxel_from_patient() * Point::new(x, y, seen.at.z);
        let [a, b] = [corner(found.low), corner(found.high)];
        // The voxel's cell begins half a voxel before its centre; axes may run either way.
        let share = |v: f64, count: f64| ((v + 0.5) / count).clamp(0.0, 1.0);
        let (left, right) = (share(a.x.min(b.x), columns), share(a.x.max(b.x), columns));
        let (top, bottom) = (share(a.y.min(b.y), rows), share(a.y.max(b.y), rows));
        [left, top, right - left, bottom - top].map(|v| v as f32)
    });
    let mut bytes: Vec<u8> = shares.iter().flat_map(|v| v.to_le_bytes()).collect();
    // The first channel tells the level: it was made of it.
    let [mean, deviation] = CHANNELS[0];
    let levels = picture.values.iter().take(SIDE * SIDE);
    bytes.extend(levels.map(|v| ((v * deviation + mean) * 255.0).round().clamp(0.0, 255.0) as u8));
    Ok(bytes)
}

/// The box of a case, where it has one.
pub(super) fn shares(bytes: &[u8]) -> Option<[f32; 4]> {
    let four = |n: usize| {
        let part = bytes.get(4 * n..4 * n + 4)?.try_into().ok()?;
        Some(f32::from_le_bytes(part)).filter(|v| v.is_finite())
    };
    Some([four(0)?, four(1)?, four(2)?, four(3)?])
}

fn levels(bytes: &[u8]) -> &[u8] {
    bytes.get(16..).unwrap_or(&[])
}

/// The three channels of grey levels, 0 to 1, as the transformer reads them.
fn channels(grey: &[f32]) -> Vec<f32> {
    CHANNELS.iter().flat_map(|[mean, deviation]| grey.iter().map(move |v| (v - mean) / deviation)).collect()
}

/// The whole slice, 3 x 504 x 504.
pub(super) fn whole(bytes: &[u8]) -> Vec<f32> {
    channels(&levels(bytes).iter().map(|level| f32::from(*level) / 255.0).collect::<Vec<_>>())
}

/// A square piece of a slice, mirrored, brighter or darker, each pixel the mean of what it covers.
/// - `px`: columns and rows of the result
/// - `area`: shares of the slice's area, lowest and highest
/// - returns: 3 x px x px
pub(super) fn piece(
    bytes: &[u8],
    px: usize,
    area: [f32; 2],
    brightness: f32,
    random: &mut ChaCha8Rng,
) -> Vec<f32> {
    let share = area[0] + random.random::<f32>() * (area[1] - area[0]);
    let side = ((share.sqrt() * SIDE as f32).round() as usize).clamp(px.min(SIDE), SIDE);
    let (left, top) = (random.random_range(0..=SIDE - side), random.random_range(0..=SIDE - side));
    let mirrored: bool = random.random();
    let (contrast, shift) = lit(brightness, random);
    let source = levels(bytes);
    // From first to last pixel of a cell of the result: at least one.
    let cell = |n: usize| (n * side / px, ((n + 1) * side).div_ceil(px).min(side));
    let mut grey = Vec::with_capacity(px * px);
    for row in 0..px {
        let rows = cell(row);
        for column in 0..px {
            let columns = cell(if mirrored { px - 1 - column } else { column });
            let (mut sum, mut count) = (0u32, 0u32);
            for y in rows.0..rows.1 {
                let start = (top + y) * SIDE + left;
                for level in source.get(start + columns.0..start + columns.1).unwrap_or(&[]) {
                    sum += u32::from(*level);
                    count += 1;
                }
            }
            let mean = sum as f32 / count.max(1) as f32 / 255.0;
            grey.push(((mean - 0.5) * contrast + 0.5 + shift).clamp(0.0, 1.0));
        }
    }
    channels(&grey)
}

/// A square part of a slice as it is, from the mirrored slice or the plain one, brighter or darker.
/// - `corner`: column and row of its first pixel, in the mirrored slice where it is mirrored
/// - returns: 3 x px x px
pub(super) fn cut(
    bytes: &[u8],
    px: usize,
    [left, top]: [usize; 2],
    mirrored: bool,
    brightness: f32,
    random: &mut ChaCha8Rng,
) -> Vec<f32> {
    let (contrast, shift) = lit(brightness, random);
    let source = levels(bytes);
    let level = |row: usize, column: usize| {
        let column = if mirrored { SIDE - 1 - column } else { column };
        let level = source.get(row * SIDE + column).copied().unwrap_or(0);
        ((f32::from(level) / 255.0 - 0.5) * contrast + 0.5 + shift).clamp(0.0, 1.0)
    };
    let rows = (top..top + px).flat_map(|row| (left..left + px).map(move |column| (row, column)));
    channels(&rows.map(|(row, column)| level(row, column)).collect::<Vec<_>>())
}

/// A change of contrast around the middle, and of brightness.
fn lit(brightness: f32, random: &mut ChaCha8Rng) -> (f32, f32) {
    let mut within = || (2.0 * random.random::<f32>() - 1.0) * brightness;
    (1.0 + within(), within())
}

/// Hides patches of a piece: their pixels become 0, the mean of the pictures on which the channels were
/// scaled.
/// - `hidden`: of each patch, row by row
pub(super) fn hide(values: &mut [f32], px: usize, hidden: &[bool]) {
    let across = px / PATCH;
    for (n, value) in values.iter_mut().enumerate() {
        let (row, column) = (n / px % px, n % px);
        if hidden.get(row / PATCH * across + column / PATCH) == Some(&true) {
            *value = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::draw::generator;

    fn bytes() -> Vec<u8> {
        let mut bytes: Vec<u8> = [0.25f32, 0.5, 0.1, 0.2].iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.extend((0..SIDE * SIDE).map(|n| (n % SIDE / 2) as u8));
        bytes
    }

    #[test]
    fn a_slice_comes_back_with_its_box_and_pieces_lie_inside_its_levels() {
        let bytes = bytes();
        assert_eq!(shares(&bytes), Some([0.25, 0.5, 0.1, 0.2]));
        let whole = whole(&bytes);
        assert_eq!(whole.len(), 3 * SIDE * SIDE);
        // Columns 2 and 3 are of level 1.
        assert!((whole[2] - (1.0 / 255.0 - 0.485) / 0.229).abs() < 1e-6);
        let mut random = generator(1, "piece", &[]);
        let found = piece(&bytes, 28, [1.0, 1.0], 0.0, &mut random);
        assert_eq!(found.len(), 3 * 28 * 28);
        // Every cell is 18 columns: the mean of its levels, rising or, mirrored, falling.
        let grey: Vec<f32> = found[..28].iter().map(|v| v * 0.229 + 0.485).collect();
        let rising = grey.windows(2).all(|w| w[0] < w[1]) || grey.windows(2).all(|w| w[0] > w[1]);
        assert!(rising && grey.iter().all(|v| (0.0..=1.0).contains(v)), "{grey:?}");
        let none: Vec<u8> = f32::NAN.to_le_bytes().repeat(4);
        assert_eq!(shares(&none), None);
    }

    #[test]
    fn a_part_is_the_slice_s_own_pixels_mirrored_with_it() {
        let (bytes, mut random) = (bytes(), generator(1, "part", &[]));
        let level = |values: &[f32], n: usize| ((values[n] * 0.229 + 0.485) * 255.0).round();
        let plain = cut(&bytes, 28, [100, 40], false, 0.0, &mut random);
        assert_eq!((plain.len(), level(&plain, 0), level(&plain, 27)), (3 * 28 * 28, 50.0, 63.0));
        let mirrored = cut(&bytes, 28, [100, 40], true, 0.0, &mut random);
        // Column 100 of the mirrored slice is column 403.
        assert_eq!(level(&mirrored, 0), 201.0);
        // What is cut is what the whole has there.
        let whole = whole(&bytes);
        assert_eq!(plain[28], whole[41 * SIDE + 100]);
    }

    #[test]
    fn hidden_patches_and_no_others_are_emptied() {
        let mut values = vec![1.0; 3 * 28 * 28];
        hide(&mut values, 28, &[false, true, false, false]);
        assert_eq!(values.iter().filter(|v| **v == 0.0).count(), 3 * 14 * 14);
        assert_eq!((values[13], values[14], values[28 * 14 + 14]), (1.0, 0.0, 1.0));
    }
}
