//! How alike two maps are: by the order of their places, and by their structure.

/// Spearman's correlation of the magnitudes of two maps, places of one value sharing their rank.
/// - returns: 0 for a map without any difference
pub fn rank_correlation(a: &[f32], b: &[f32]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let n = a.len().min(b.len());
    // Ranks have the same mean whatever they are of.
    let mean = (n as f64 - 1.0) / 2.0;
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        let (x, y) = (x - mean, y - mean);
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    if of_a > 0.0 && of_b > 0.0 { both / (of_a * of_b).sqrt() } else { 0.0 }
}

/// Places of the magnitudes in their order, from 0; equal ones share their rank.
pub(in crate::explain) fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    let magnitude = |n: u32| values.get(n as usize).map_or(0.0, |v| v.abs());
    order.sort_unstable_by(|a, b| magnitude(*a).total_cmp(&magnitude(*b)));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for same in order.chunk_by(|a, b| magnitude(*a) == magnitude(*b)) {
        let rank = from as f64 + (same.len() as f64 - 1.0) / 2.0;
        for place in same {
            if let Some(own) = ranks.get_mut(*place as usize) {
                *own = rank;
            }
        }
        from += same.len();
    }
    ranks
}

/// Side of a window, voxels, and how far one lies from the next.
const WINDOW: usize = 7;
const STRIDE: usize = 4;
/// Stabilisers for values from 0 to 1 (Wang et al. 2004, section III.B).
const C1: f64 = 1e-4;
const C2: f64 = 9e-4;

/// Mean structural similarity of the magnitudes of two maps, each divided by its largest, in three dimensions,
/// over the windows in which either has anything. Source: Wang et al. 2004, doi 10.1109/TIP.2003.819861.
/// - `size`: of both, fastest axis first
/// - returns: 0 where no window has anything
pub fn ssim(a: &[f32], b: &[f32], size: [usize; 3]) -> f64 {
    let [ni, nj, nk] = size;
    if a.len() != b.len() || a.len() != ni * nj * nk {
        return 0.0;
    }
    let scale = |values: &[f32]| {
        let largest = values.iter().map(|v| v.abs()).fold(0.0, f32::max);
        if largest > 0.0 { 1.0 / f64::from(largest) } else { 0.0 }
    };
    let (of_a, of_b) = (scale(a), scale(b));
    let starts = |n: usize| (0..=n.saturating_sub(WINDOW)).step_by(STRIDE);
    let (mut sum, mut windows) = (0.0, 0usize);
    for k in starts(nk) {
        for j in starts(nj) {
            for i in starts(ni) {
                let mut moments = [0.0f64; 5];
                let mut count = 0.0;
                for z in k..(k + WINDOW).min(nk) {
                    for y in j..(j + WINDOW).min(nj) {
                        let line = (z * nj + y) * ni;
                        let along = line + i..line + (i + WINDOW).min(ni);
                        let (Some(xs), Some(ys)) = (a.get(along.clone()), b.get(along)) else { continue };
                        for (x, y) in xs.iter().zip(ys) {
                            let (x, y) = (f64::from(x.abs()) * of_a, f64::from(y.abs()) * of_b);
                            count += 1.0;
                            for (moment, v) in moments.iter_mut().zip([x, y, x * x, y * y, x * y]) {
                                *moment += v;
                            }
                        }
                    }
                }
                let [x, y, xx, yy, xy] = moments.map(|sum| sum / f64::max(count, 1.0));
                if x == 0.0 && y == 0.0 {
                    continue;
                }
                let (vx, vy, cov) = (xx - x * x, yy - y * y, xy - x * y);
                sum += (2.0 * x * y + C1) * (2.0 * cov + C2) / ((x * x + y * y + C1) * (vx + vy + C2));
                windows += 1;
            }
        }
    }
    if windows > 0 { sum / windows as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_alone_counts_for_ranks_and_equal_values_share_theirs() {
        let a = [0.0f32, 1.0, -2.0, 5.0];
        assert!((rank_correlation(&a, &[0.0, 0.1, 0.2, 0.3]) - 1.0).abs() < 1e-12);
        assert!((rank_correlation(&a, &[3.0, 2.0, 1.0, 0.0]) + 1.0).abs() < 1e-12);
        assert_eq!(rank_correlation(&a, &[1.0; 4]), 0.0);
        assert_eq!(ranks(&[2.0, 0.0, 2.0, 1.0]), [2.5, 0.0, 2.5, 1.0]);
        // Known by hand: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 x 5).
        let tied = rank_correlation(&[0.0, 1.0, 1.0, 2.0], &[0.0, 1.0, 2.0, 3.0]);
        assert!((tied - 4.5 / (4.5f64 * 5.0).sqrt()).abs() < 1e-12, "{tied}");
    }

    #[test]
    fn a_map_is_like_itself_at_any_scale_and_unlike_one_elsewhere() {
        let size = [16, 16, 16];
        let ball = |centre: [f64; 3]| -> Vec<f32> {
            (0..4096)
                .map(|n| {
                    let at = [n % 16, n / 16 % 16, n / 256].map(f64::from);
                    let d2: f64 = at.iter().zip(centre).map(|(a, c)| (a - c).powi(2)).sum();
                    (-d2 / 8.0).exp() as f32
                })
                .collect()
        };
        let (here, there) = (ball([4.0; 3]), ball([12.0; 3]));
        let doubled: Vec<f32> = here.iter().map(|v| -2.0 * v).collect();
        assert!((ssim(&here, &doubled, size) - 1.0).abs() < 1e-6);
        assert!(ssim(&here, &there, size) < 0.6, "{}", ssim(&here, &there, size));
        assert_eq!(ssim(&[0.0; 8], &[0.0; 8], [2, 2, 2]), 0.0);
    }
}
