//! Resizing by area: every pixel of the result is the mean of what it covers.

/// Which pixels of a line one pixel of the resized line covers, and how much of each.
struct Cover {
    first: usize,
    /// In shares of a source pixel, times the number of pixels of the resized line: whole numbers.
    shares: Vec<f64>,
}

/// Both ends are laid on each other; shares are whole numbers, so that no rounding enters.
fn covers(from: usize, to: usize) -> Vec<Cover> {
    let cover = |n: usize| {
        let (start, end) = (n * from, (n + 1) * from);
        let first = start / to;
        let shares = (first..end.div_ceil(to)).map(|i| {
            let shared = end.min((i + 1) * to) - start.max(i * to);
            shared as f64
        });
        Cover { first, shares: shares.collect() }
    };
    (0..to).map(cover).collect()
}

/// From slices of one size to pictures of another.
///
/// The mean of the covered pixels, each weighted by its covered share, exactly. That is what OpenCV's
/// `INTER_AREA` gives (to its single precision) where both axes shrink, and where both grow, where OpenCV
/// calls it a bilinear interpolation: a pixel of the result then lies in one source pixel or across the
/// border of two. Only where one axis shrinks and the other grows OpenCV does something else. It leaves out
/// shares below a thousandth of a pixel; here they count.
pub(super) struct Area {
    size: [usize; 2],
    columns: Vec<Cover>,
    rows: Vec<Cover>,
}

impl Area {
    /// - `from`, `to`: columns and rows, none of them 0
    pub(super) fn new(from: [usize; 2], to: [usize; 2]) -> Self {
        Self { size: from, columns: covers(from[0], to[0]), rows: covers(from[1], to[1]) }
    }

    /// - `lines`: the rows of the source; what is missing counts as 0
    /// - `out`: row by row, as many as the result has
    /// - `finish`: the exact mean (its only rounding is the last division) to what is stored
    pub(super) fn resize<'a, T>(
        &self,
        lines: impl Iterator<Item = &'a [T]>,
        out: &mut [f32],
        finish: impl Fn(f64) -> f32,
    ) where
        T: Copy + 'a,
        f32: From<T>,
    {
        let [width, height] = [self.columns.len(), self.rows.len()];
        let mut squeezed = vec![0.0f64; width * self.size[1]];
        for (line, out) in lines.zip(squeezed.chunks_exact_mut(width)) {
            for (value, cover) in out.iter_mut().zip(&self.columns) {
                let covered = line.iter().skip(cover.first).zip(&cover.shares);
                *value = covered.map(|(v, share)| f64::from(f32::from(*v)) * share).sum();
            }
        }
        // All shares of a pixel of the result together.
        let whole = (self.size[0] * self.size[1]) as f64;
        debug_assert_eq!(out.len(), width * height);
        let mut sums = vec![0.0f64; width];
        for (out, cover) in out.chunks_exact_mut(width).zip(&self.rows) {
            sums.fill(0.0);
            let lines = squeezed.chunks_exact(width).skip(cover.first);
            for (line, share) in lines.zip(&cover.shares) {
                sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += value * share);
            }
            out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = finish(sum / whole));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(37 i + 91 j) mod 257 * 9 - 1000`.
    fn pattern([width, height]: [usize; 2]) -> Vec<i16> {
        let value = |n: usize| ((n % width * 37 + n / width * 91) % 257 * 9) as i16 - 1000;
        (0..width * height).map(value).collect()
    }

    fn resized(from: [usize; 2], to: [usize; 2], finish: impl Fn(f64) -> f32) -> Vec<f32> {
        let mut out = vec![0.0; to[0] * to[1]];
        Area::new(from, to).resize(pattern(from).chunks_exact(from[0]), &mut out, finish);
        out
    }

    /// Expected: cv2 5.0.0, `cv2.resize(x, (width, height), interpolation=cv2.INTER_AREA)`, x float32.
    #[test]
    fn shrinking_and_growing_is_what_opencv_does_with_real_numbers() {
        let cases: [([usize; 2], [usize; 2], &[f32]); 3] = [
            ([7, 5], [3, 2], &[-106.942_86, 323.771_45, 159.714_3, 8.257_13, 438.971_44, 274.914_3]),
            (
                [7, 5],
                [6, 4],
                &[
                    -788.628_66,
                    -408.057_16,
                    -27.485_71,
                    353.085_72,
                    403.228_6,
                    651.628_6,
                    194.171_48,
                    574.742_9,
                    558.800_05,
                    410.685_8,
                    -200.028_6,
                    -215.971_4,
                    -210.828_57,
                    169.742_87,
                    153.8,
                    5.685_72,
                    386.257_17,
                    766.828_6,
                    -153.228_58,
                    227.342_86,
                    607.914_3,
                    988.485_8,
                    47.342_88,
                    -100.771_44,
                ],
            ),
            (
                [3, 2],
                [5, 3],
                &[
                    -1000.0, -889.0, -667.0, -445.0, -334.0, -590.5, -479.5, -257.5, -35.5, 75.5, -181.0,
                    -70.0, 152.0, 374.0, 485.0,
                ],
            ),
        ];
        for (from, to, expected) in cases {
            for (found, expected) in resized(from, to, |v| v as f32).iter().zip(expected) {
                // OpenCV's weights have 24 bits, the values 10, and it sums a few of them.
                assert!((found - expected).abs() < 1e-3, "{from:?} to {to:?}: {found}, {expected}");
            }
        }
    }

    /// Expected: the same with x int16, from the 512 rows and columns that the published code takes.
    #[test]
    fn whole_numbers_are_rounded_as_opencv_does() {
        let found = resized([512, 512], [192, 192], |v| v.round_ties_even() as f32);
        let at = |row: usize, column: usize| found[row * 192 + column];
        assert_eq!(
            [at(0, 0), at(0, 191), at(100, 7), at(191, 0), at(191, 191)],
            [8.0, 306.0, 215.0, 202.0, -43.0]
        );
        // Every pixel adds to it: one that were rounded the other way would show.
        assert_eq!(found.iter().map(|v| f64::from(*v)).sum::<f64>(), 5_603_019.0);
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let found = resized([7, 5], [7, 5], |v| v as f32);
        assert!(found.iter().zip(pattern([7, 5])).all(|(a, b)| *a == f32::from(b)));
    }
}
