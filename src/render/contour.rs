//! The levels of a contoured map: the same for the shader, its twin, the crops and the colour bar.

/// Lines from the threshold upwards, in equal steps; `LEVELS` in `shaders/heatmap.wgsl`.
pub const LEVELS: u32 = 3;

/// How many levels a share reaches: 0 under the threshold, else 1 to [`LEVELS`]; negative on the other
/// side of a map whose sign means something.
/// - `share`: of the map's largest magnitude, -1 to 1
/// - `threshold`: 0 to 1
pub fn band(share: f64, threshold: f64, signed: bool) -> i32 {
    // An unsigned map has nothing to say below zero.
    let strength = if signed { share.abs() } else { share };
    // A share that is no number has no place.
    if strength.is_nan() || strength <= 0.0 || strength < threshold {
        return 0;
    }
    let above = (strength - threshold) / (1.0 - threshold).max(1e-6);
    let reached = 1 + (above * f64::from(LEVELS)).floor().min(f64::from(LEVELS - 1)) as i32;
    if share < 0.0 { -reached } else { reached }
}

/// The share at which a band begins, without its sign.
/// - `band`: 1 to [`LEVELS`] or their negatives
pub fn begins(band: i32, threshold: f64) -> f64 {
    threshold + (1.0 - threshold) * (f64::from(band.abs()) - 1.0) / f64::from(LEVELS)
}

/// The share whose colour a band's line has: a little brightened, because a thin line over dark lung
/// needs more light than an area does.
pub fn level(band: i32, threshold: f64) -> f64 {
    f64::from(band.signum()) * (0.45 + 0.55 * begins(band, threshold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_at_the_threshold_and_end_at_the_largest_value() {
        let bands = |shares: &[f64], signed| -> Vec<i32> {
            shares.iter().map(|&share| band(share, 0.4, signed)).collect()
        };
        assert_eq!(bands(&[0.0, 0.39, 0.4, 0.59, 0.61, 0.81, 1.0], false), [0, 0, 1, 1, 2, 3, 3]);
        assert_eq!(bands(&[-1.0, -0.61, -0.4, -0.3, 0.4], true), [-3, -2, -1, 0, 1]);
        assert_eq!(bands(&[-1.0, f64::NAN], false), [0, 0]);
        // Without a threshold zero itself is no evidence.
        assert_eq!([band(0.0, 0.0, true), band(1e-9, 0.0, true), band(1.0, 1.0, true)], [0, 1, 1]);
        // Rounding of a sum of two numbers below 1.
        assert!((begins(2, 0.4) - 0.6).abs() < 1e-12);
    }

    #[test]
    fn a_line_is_brighter_than_where_its_band_begins() {
        for line in 1..=LEVELS as i32 {
            assert!(level(line, 0.1) > begins(line, 0.1) && level(line, 0.1) <= 1.0);
            assert_eq!(level(-line, 0.1), -level(line, 0.1));
        }
    }
}
