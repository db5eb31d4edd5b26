//! Resizing pictures of 8 bits as Pillow's bilinear filter with antialiasing does, to the last bit.
//!
//! The filter is a triangle, as wide as two pixels of the coarser picture; columns are mixed first, their
//! results are rounded to 8 bits, then rows. Weights are whole numbers with 22 bits behind the point.
//!
//! That is Pillow 11, of the time of LungNodule-SSM's code (May 2025). Pillow 13 mixes rows first where
//! that is less work (fewer rows, more columns): then up to a quarter of the pixels are one level off.
//! Square slices are the same in both.

/// Bits behind the point: of 32, less the 8 of a pixel and 2 to spare.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// What one pixel of the result mixes.
pub(super) struct Kernel {
    first: usize,
    weights: Vec<i32>,
}

/// The pixels of a line resized.
/// - `from`, `to`: number of pixels, not 0
pub(super) fn kernels(from: usize, to: usize) -> Vec<Kernel> {
    let scale = from as f64 / to as f64;
    let support = scale.max(1.0);
    let kernel = |n: usize| {
        let centre = (n as f64 + 0.5) * scale;
        // Casts cut off towards 0, as in C, and make 0 of what is negative.
        let first = (centre - support + 0.5) as usize;
        let end = ((centre + support + 0.5) as usize).min(from);
        let weight = |at: usize| (1.0 - ((at as f64 - centre + 0.5) * (1.0 / support)).abs()).max(0.0);
        let sum: f64 = (first..end).map(weight).sum();
        let fixed = |at: usize| {
            let share = if sum == 0.0 { 0.0 } else { weight(at) / sum };
            (0.5 + share * f64::from(1 << PRECISION_BITS)) as i32
        };
        Kernel { first, weights: (first..end).map(fixed).collect() }
    };
    (0..to).map(kernel).collect()
}

/// Half of the last bit that stays: what a sum begins with.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// A sum of weighted pixels as a pixel.
fn level(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// A row resized.
pub(super) fn row(source: &[u8], kernels: &[Kernel], out: &mut [u8]) {
    for (out, kernel) in out.iter_mut().zip(kernels) {
        let mixed = source.iter().skip(kernel.first).zip(&kernel.weights);
        *out = level(mixed.fold(HALF, |sum, (v, weight)| sum + i32::from(*v) * weight));
    }
}

/// One row of the result, from the rows of the picture whose columns have been resized.
/// - `source`: row by row, each as long as `out`
/// - `sums`: room to work in, as long as `out`
pub(super) fn rows_to_row(source: &[u8], kernel: &Kernel, sums: &mut [i32], out: &mut [u8]) {
    sums.fill(HALF);
    let lines = source.chunks_exact(out.len().max(1)).skip(kernel.first);
    for (line, weight) in lines.zip(&kernel.weights) {
        sums.iter_mut().zip(line).for_each(|(sum, v)| *sum += i32::from(*v) * weight);
    }
    out.iter_mut().zip(sums).for_each(|(out, sum)| *out = level(*sum));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(37 i + 91 j) mod 256`, resized; sizes are columns and rows.
    fn resized(from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
        let picture: Vec<u8> =
            (0..from[0] * from[1]).map(|n| (n % from[0] * 37 + n / from[0] * 91) as u8).collect();
        let mut narrow = vec![0; to[0] * from[1]];
        let columns = kernels(from[0], to[0]);
        for (source, out) in picture.chunks_exact(from[0]).zip(narrow.chunks_exact_mut(to[0])) {
            row(source, &columns, out);
        }
        let mut sums = vec![0; to[0]];
        let mut out = vec![0; to[0] * to[1]];
        for (out, kernel) in out.chunks_exact_mut(to[0]).zip(kernels(from[1], to[1])) {
            rows_to_row(&narrow, &kernel, &mut sums, out);
        }
        out
    }

    /// Expected: Pillow 11.2.1, `Image.fromarray(x).resize((columns, rows), Image.BILINEAR)`.
    #[test]
    fn small_pictures_are_pillows_to_the_last_bit() {
        assert_eq!(resized([7, 5], [4, 3]), [58, 116, 162, 137, 137, 88, 117, 132, 88, 146, 109, 126]);
        assert_eq!(
            resized([3, 2], [5, 4]),
            [0, 15, 37, 59, 74, 23, 38, 60, 82, 97, 68, 83, 105, 127, 142, 91, 106, 128, 150, 165]
        );
        assert_eq!(
            resized([7, 5], [9, 4]),
            [
                23, 48, 76, 105, 134, 163, 156, 156, 181, 129, 154, 135, 104, 133, 162, 108, 70, 95, 86, 111,
                92, 61, 90, 119, 148, 176, 201, 85, 110, 138, 167, 196, 76, 62, 90, 115,
            ]
        );
    }

    /// Expected: the same. The sum weights every pixel by its place: a single one that differs shows.
    #[test]
    fn slices_of_common_sizes_are_pillows_to_the_last_bit() {
        for (from, corners, sum) in [
            ([512, 512], [3, 214, 199, 164, 125], 81_462_456_270_u64),
            ([700, 400], [12, 79, 160, 225, 208], 81_458_282_881),
            ([400, 700], [30, 117, 113, 91, 90], 81_461_015_553),
        ] {
            let found = resized(from, [504, 504]);
            let at = |row: usize, column: usize| found[row * 504 + column];
            assert_eq!([at(0, 0), at(0, 503), at(250, 17), at(503, 0), at(503, 503)], corners);
            let weighted =
                found.iter().enumerate().map(|(n, v)| (n / 504 * 7 + n % 504 * 3) as u64 * u64::from(*v));
            assert_eq!(weighted.sum::<u64>(), sum, "{from:?}");
        }
    }

    #[test]
    fn the_same_size_changes_nothing_and_one_pixel_fills_a_line() {
        let same: Vec<u8> = (0..12).map(|n| (n % 4 * 37 + n / 4 * 91) as u8).collect();
        assert_eq!(resized([4, 3], [4, 3]), same);
        let mut out = [0; 6];
        row(&[201], &kernels(1, 6), &mut out);
        assert_eq!(out, [201; 6]);
    }
}
