//! What is as dark as air in each slice, without streaks and specks.

use super::components::{Components, Touching};
use super::mask::{Mask, Rows, rows_of};
use crate::volume::{Values, Volume};

/// Darker than this is air. Source of all numbers here: DSB2017, preprocessing/step1.py
/// (binarize_per_slice).
const AIR_HU: f32 = -600.0;
/// Smaller pieces in a slice are dropped, mm2.
const LEAST_AREA_MM2: f64 = 30.0;
/// Longer and thinner pieces in a slice are dropped.
const MOST_ECCENTRIC: f64 = 0.99;
/// Pixels of a slice's corner, along both axes, that tell by being all equal that the scanner cut a circle.
const CORNER: usize = 10;
/// A Gaussian of one pixel, cut off after two: its middle, and one and two pixels away.
const KERNEL: [f32; 3] = [0.402_620, 0.244_201, 0.054_489];

/// Air, slice by slice: smoothed by one pixel, below -600 HU, in pieces (joined by corners) of more than
/// 30 mm2 that are no lines.
///
/// Where the first corner of a slice is of one value, nothing outside the circle around the slice's middle
/// counts (of the shorter side's width, where a slice is no square), nor what lies within two pixels of
/// that; the same holds around values that are no numbers.
pub(super) fn air(volume: &Volume) -> Mask {
    let size = volume.grid().size();
    let dark = Mask::by_slice(size, |k, rows| match volume.values() {
        Values::Int16(slices) => dark(slices.slice(k).unwrap_or_default(), f32::from, size, rows),
        Values::Float32(slices) => {
            let number = |v: f32| if v.is_finite() { v } else { f32::NAN };
            dark(slices.slice(k).unwrap_or_default(), number, size, rows);
        }
    });
    let [x, y, _] = volume.grid().spacing_mm();
    let pieces = Components::of(&dark, Touching::InSlice);
    let mut moments = vec![Moments::default(); pieces.voxels.len()];
    for ((j, _, run), piece) in dark.runs().zip(pieces.of_runs()) {
        moments[piece].add(j, run.start, run.end);
    }
    let keep: Vec<bool> = moments
        .iter()
        .map(|m| m.pixels * x * y > LEAST_AREA_MM2 && m.eccentricity() < MOST_ECCENTRIC)
        .collect();
    pieces.select(&dark, &keep)
}

/// The pixels of a slice that are dark when it is smoothed.
fn dark<T: Copy + PartialEq>(slice: &[T], hu: impl Fn(T) -> f32, [nx, ny, _]: [usize; 3], rows: &mut Rows) {
    if slice.len() != nx * ny {
        return;
    }
    let mut plain: Vec<f32> = slice.iter().map(|v| hu(*v)).collect();
    let mut corner = slice.chunks_exact(nx).take(CORNER).flat_map(|row| row.iter().take(CORNER));
    let first = corner.next();
    if corner.all(|v| Some(v) == first) {
        cut_circle(&mut plain, [nx, ny]);
    }
    let row = |j: usize, dj: isize| {
        let at = mirrored(j, dj, ny) * nx;
        plain.get(at..at + nx).unwrap_or_default()
    };
    // Two columns more at both ends.
    let mut wide = vec![0.0f32; nx + 4];
    let mut smooth = vec![0.0f32; nx];
    for j in 0..ny {
        let (a, b, c, d, e) = (row(j, -2), row(j, -1), row(j, 0), row(j, 1), row(j, 2));
        for (((((out, a), b), c), d), e) in wide[2..].iter_mut().zip(a).zip(b).zip(c).zip(d).zip(e) {
            *out = KERNEL[0] * c + KERNEL[1] * (b + d) + KERNEL[2] * (a + e);
        }
        for (beyond, step) in [(1, 1), (2, 2)] {
            wide[2 - beyond] = wide[2 + mirrored(0, -step, nx)];
            wide[nx + 1 + beyond] = wide[2 + mirrored(nx - 1, step, nx)];
        }
        for (out, w) in smooth.iter_mut().zip(wide.windows(5)) {
            *out = KERNEL[0] * w[2] + KERNEL[1] * (w[1] + w[3]) + KERNEL[2] * (w[0] + w[4]);
        }
        // A sum with what is no number is none, and not below anything.
        rows_of(rows, nx, |i| smooth[i] < AIR_HU);
    }
}

/// `n + step` in an axis that is mirrored at its ends, the last value given twice.
fn mirrored(n: usize, step: isize, length: usize) -> usize {
    let period = 2 * length as isize;
    let at = (n as isize + step).rem_euclid(period) as usize;
    if at < length { at } else { 2 * length - 1 - at }
}

/// No numbers outside of the circle around the middle.
fn cut_circle(slice: &mut [f32], [nx, ny]: [usize; 2]) {
    // Everything doubled, so that the middle is whole.
    let square = |n: usize, length: usize| (2 * n + 1).abs_diff(length).pow(2);
    let diameter = nx.min(ny);
    for (j, row) in slice.chunks_exact_mut(nx).enumerate() {
        let beyond = |i: usize| square(i, nx) + square(j, ny) >= diameter * diameter;
        let before = (0..nx).take_while(|i| beyond(*i)).count();
        let after = (0..nx).rev().take_while(|i| beyond(*i)).count();
        row.iter_mut().take(before).for_each(|v| *v = f32::NAN);
        row.iter_mut().rev().take(after).for_each(|v| *v = f32::NAN);
    }
}

/// Sums over the pixels of a piece, from its first pixel.
#[derive(Clone, Default)]
struct Moments {
    origin: Option<[f64; 2]>,
    pixels: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Moments {
    fn add(&mut self, row: usize, start: u32, end: u32) {
        let [x0, y0] = *self.origin.get_or_insert([f64::from(start), row as f64]);
        let (s, y, n) = (f64::from(start) - x0, row as f64 - y0, f64::from(end - start));
        let x = n * s + n * (n - 1.0) / 2.0;
        self.pixels += n;
        self.x += x;
        self.y += n * y;
        self.xx += n * s * s + s * n * (n - 1.0) + (n - 1.0) * n * (2.0 * n - 1.0) / 6.0;
        self.xy += x * y;
        self.yy += n * y * y;
    }

    /// Of the ellipse with the same second moments: 0 for a disc, 1 for a line.
    fn eccentricity(&self) -> f64 {
        let (x, y) = (self.x / self.pixels, self.y / self.pixels);
        let (xx, yy) = (self.xx / self.pixels - x * x, self.yy / self.pixels - y * y);
        let xy = self.xy / self.pixels - x * y;
        let spread = ((xx - yy).powi(2) / 4.0 + xy * xy).sqrt();
        let (long, short) = ((xx + yy) / 2.0 + spread, (xx + yy) / 2.0 - spread);
        if long > 0.0 { (1.0 - short.max(0.0) / long).max(0.0).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    /// One slice of real numbers, 1 mm a pixel.
    fn slice(size: [usize; 2], value: impl Fn(usize, usize) -> f32) -> Volume {
        let [nx, ny] = size;
        let grid = VoxelGrid::axis_aligned([nx, ny, 1], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let values = (0..nx * ny).map(|n| value(n % nx, n / nx)).collect();
        Volume::real(grid, Unit::Hu, vec![values]).expect("fits")
    }

    #[test]
    fn the_kernel_is_a_gaussian_of_one_pixel() {
        let weights = [0.0f64, 1.0, 2.0].map(|x| (-x * x / 2.0).exp());
        let sum = weights[0] + 2.0 * (weights[1] + weights[2]);
        for (found, expected) in KERNEL.iter().zip(weights) {
            // Six decimals are written: a hundredth of a HU.
            assert!((f64::from(*found) - expected / sum).abs() < 1e-6);
        }
    }

    #[test]
    fn smoothing_moves_the_edge_of_air_as_scipy_does() {
        // gaussian_filter(sigma 1, truncate 2) of a row of -1000 with a step to 0 between columns 11 and 12:
        // columns 10, 11 and 12 become -945.5, -701.3 and -298.7 HU (SciPy 1.17).
        let volume = slice([24, 24], |i, j| if i < 12 { -1000.0 - (i + j) as f32 * 1e-3 } else { 0.0 });
        let found = air(&volume);
        assert_eq!(found, Mask::of([24, 24, 1], |[i, ..]| i < 12));
        // With -850 in place of -1000 column 11 has -596.1, column 10 has -803.7.
        let volume = slice([24, 24], |i, j| if i < 12 { -850.0 - (i + j) as f32 * 1e-3 } else { 0.0 });
        assert_eq!(air(&volume), Mask::of([24, 24, 1], |[i, ..]| i < 11));
    }

    #[test]
    fn specks_and_lines_are_no_air() {
        // Smoothing makes no difference in the middle of things of five pixels and more.
        let boxed = |w: usize, h: usize| {
            move |i: usize, j: usize| {
                // The corner is of several values, so that no circle is cut.
                let body = (i + j) as f32;
                if (20..20 + w).contains(&i) && (20..20 + h).contains(&j) { -1000.0 } else { body }
            }
        };
        assert!(air(&slice([100, 60], boxed(5, 5))).is_empty(), "25 mm2");
        assert!(air(&slice([100, 60], boxed(7, 7))).count() > 30);
        // A bar of n x m pixels has the eccentricity sqrt(1 - (m^2 - 1) / (n^2 - 1)): 5 of 60 are 0.9967.
        assert!(air(&slice([100, 60], boxed(60, 5))).is_empty());
        assert!(air(&slice([100, 60], boxed(30, 10))).count() > 200);
    }

    #[test]
    fn a_corner_of_one_value_is_outside_the_scanners_circle() {
        let found = air(&slice([64, 64], |_, _| -1000.0));
        // From the middle (31.5, 31.5) pixel (8, 8) is 33.2 away, (9, 9) 31.8, and the radius is 32.
        // Within two pixels of the outside nothing is left.
        assert!(found.contains([11, 11, 0]) && found.contains([32, 32, 0]));
        assert!(!found.contains([10, 10, 0]) && !found.contains([0, 0, 0]) && !found.contains([63, 63, 0]));
        let uneven = air(&slice([64, 64], |i, _| -1000.0 - i as f32));
        assert_eq!(uneven.count(), 64 * 64);
    }

    #[test]
    fn values_that_are_no_numbers_are_no_air_and_no_fault() {
        let volume = slice([40, 40], |i, j| {
            let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][i % 3];
            if (i, j) == (20, 20) || (i, j) == (30, 31) { strange } else { -1000.0 - i as f32 }
        });
        let found = air(&volume);
        assert!(!found.contains([22, 18, 0]) && found.contains([23, 20, 0]));
        assert_eq!(found.count(), 40 * 40 - 2 * 25);
    }
}
