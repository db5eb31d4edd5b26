//! Ten features of a nodule by hand, from its image and the readers' mask: what a network must beat.

use crate::evaluation::quantile;
use crate::volume::Volume;

/// Name of each feature and what it is, in the order of [`features`].
pub const FEATURES: [(&str, &str); 10] = [
    ("log_volume", "natural logarithm of the mask's volume, mm3"),
    ("log_area", "natural logarithm of the largest area of the mask in one slice, mm2"),
    ("log_height", "natural logarithm of the mask's extent across the slices, mm"),
    ("hu_mean", "mean HU in the mask"),
    ("hu_sd", "standard deviation of HU in the mask"),
    ("hu_p10", "10 % quantile of HU in the mask"),
    ("hu_p90", "90 % quantile of HU in the mask"),
    ("hu_max", "greatest HU in the mask"),
    (
        "sphericity",
        "surface of the ball of the same volume over that of the mask, counted in faces of voxels",
    ),
    ("fill", "volume of the mask over that of its bounding box"),
];

/// What is measured of a case without a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// As [`FEATURES`] names them.
    pub features: [f64; 10],
    /// Of the mask, mm3.
    pub volume_mm3: f64,
}

/// Measures the mask's voxels.
/// - `mask`: on the image's grid: above 0.5 in the nodule
/// - returns: `None` where the mask is empty, or of another size than the image
pub fn measure(image: &Volume, mask: &Volume) -> Option<Measured> {
    let size = image.grid().size();
    if mask.grid().size() != size {
        return None;
    }
    let [dx, dy, dz] = image.grid().spacing_mm();
    let [nx, ny, nz] = size;
    let inside = |i: usize, j: usize, k: usize| mask.value([i, j, k]).is_some_and(|v| v > 0.5);
    let (mut hu, mut surface, mut largest) = (Vec::new(), 0.0, 0usize);
    let (mut low, mut high) = ([usize::MAX; 3], [0usize; 3]);
    for k in 0..nz {
        let before = hu.len();
        for j in 0..ny {
            for i in 0..nx {
                if !inside(i, j, k) {
                    continue;
                }
                hu.push(f64::from(image.value([i, j, k])?));
                for (axis, at) in [i, j, k].into_iter().enumerate() {
                    low[axis] = low[axis].min(at);
                    high[axis] = high[axis].max(at);
                }
                // Faces towards what is outside, and outside the volume.
                let open = |face: bool| f64::from(u8::from(face));
                surface += dy * dz * (open(i == 0 || !inside(i - 1, j, k)) + open(!inside(i + 1, j, k)));
                surface += dx * dz * (open(j == 0 || !inside(i, j - 1, k)) + open(!inside(i, j + 1, k)));
                surface += dx * dy * (open(k == 0 || !inside(i, j, k - 1)) + open(!inside(i, j, k + 1)));
            }
        }
        largest = largest.max(hu.len() - before);
    }
    if hu.is_empty() {
        return None;
    }
    let count = hu.len() as f64;
    let volume = count * dx * dy * dz;
    let extent: [f64; 3] = std::array::from_fn(|a| (high[a] - low[a] + 1) as f64 * [dx, dy, dz][a]);
    let mean = hu.iter().sum::<f64>() / count;
    let deviation = (hu.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    hu.sort_by(f64::total_cmp);
    let part = |share: f64| quantile(&hu, share);
    let ball = std::f64::consts::PI.cbrt() * (6.0 * volume).powf(2.0 / 3.0);
    Some(Measured {
        features: [
            volume.ln(),
            (largest as f64 * dx * dy).ln(),
            extent[2].ln(),
            mean,
            deviation,
            part(0.1)?,
            part(0.9)?,
            part(1.0)?,
            ball / surface,
            volume / extent.iter().product::<f64>(),
        ],
        volume_mm3: volume,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    fn volume(size: [usize; 3], value: impl Fn(usize) -> f32) -> Volume {
        let grid = VoxelGrid::axis_aligned(size, [0.5, 0.5, 2.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let slice = size[0] * size[1];
        let slices = (0..size[2]).map(|k| (0..slice).map(|n| value(k * slice + n)).collect()).collect();
        Volume::real(grid, Unit::Hu, slices).expect("whole")
    }

    #[test]
    fn a_box_at_the_border_has_its_own_volume_surface_and_values() {
        // The first two of four columns, all three rows, the first of two slices.
        let size = [4, 3, 2];
        let mask = volume(size, |n| f32::from(u8::from(n < 12 && n % 4 < 2)));
        let image = volume(size, |n| n as f32);
        let found = measure(&image, &mask).expect("a nodule");
        assert_eq!(found.volume_mm3, 6.0 * 0.5);
        // 1 x 1.5 x 2 mm: 2 (1.5 + 2 + 3) mm2.
        let surface: f64 = 13.0;
        let ball = (36.0 * std::f64::consts::PI).cbrt() * 3.0_f64.powf(2.0 / 3.0);
        let expected = [
            3.0_f64.ln(),
            1.5_f64.ln(),
            2.0_f64.ln(),
            4.5,
            // Values 0, 1, 4, 5, 8, 9.
            (131.0_f64 / 12.0).sqrt(),
            0.5,
            8.5,
            9.0,
            ball / surface,
            1.0,
        ];
        for ((name, _), (found, expected)) in FEATURES.iter().zip(found.features.iter().zip(expected)) {
            // Roundings of a few operations.
            assert!((found - expected).abs() < 1e-12, "{name}: {found} instead of {expected}");
        }
        assert_eq!(measure(&image, &volume(size, |_| 0.0)), None);
        assert_eq!(measure(&image, &volume([3, 3, 2], |_| 1.0)), None);
    }
}
