//! How radiologists rate lung nodules, and what they make of them: the statistics from which phantom
//! nodules and their labels are drawn.
//!
//! Fitted to the mean ratings of the 1,375 LIDC-IDRI nodules with three or more readers and a known
//! size by `tests/phantom/fit_ratings.py`. Source: Armato et al., Med Phys 38 (2011) 915-931;
//! doi 10.7937/K9/TCIA.2015.LO9QL9SX, CC BY 3.0. The label is the readers' suspicion, not pathology.

use rand_chacha::ChaCha8Rng;

use super::noise::between;

/// Mean ratings of one nodule as readers give them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratings {
    /// Largest diameter in the plane, mm.
    pub diameter_mm: f32,
    /// 1 (none) to 5 (marked).
    pub spiculation: f32,
    /// 1 (none) to 5 (marked).
    pub lobulation: f32,
    /// 1 (poorly defined) to 5 (sharp).
    pub margin: f32,
    /// 1 (linear) to 5 (round).
    pub sphericity: f32,
    /// 1 (non-solid) to 5 (solid).
    pub texture: f32,
    /// Whether calcium is seen.
    pub calcified: bool,
}

/// Quantiles of each rating at 0, 5, ... 100 %.
const QUANTILES: [[f32; 21]; 6] = [
    [
        3.32, 4.45, 4.88, 5.21, 5.59, 5.87, 6.25, 6.63, 7.05, 7.45, 7.97, 8.47, 9.19, 10.03, 11.25, 12.68,
        14.73, 17.26, 20.82, 27.45, 45.64,
    ],
    [
        1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.25, 1.25, 1.25, 1.33, 1.4, 1.5, 1.67, 1.75, 1.75, 2.0, 2.33,
        2.75, 3.5, 5.0,
    ],
    [
        1.0, 1.0, 1.0, 1.0, 1.0, 1.25, 1.25, 1.25, 1.33, 1.5, 1.5, 1.67, 1.75, 1.75, 2.0, 2.25, 2.33, 2.67,
        3.0, 3.33, 4.75,
    ],
    [
        1.0, 2.33, 2.75, 3.0, 3.33, 3.5, 3.67, 3.75, 4.0, 4.0, 4.25, 4.33, 4.33, 4.5, 4.5, 4.67, 4.75, 4.75,
        5.0, 5.0, 5.0,
    ],
    [
        2.0, 2.67, 3.0, 3.0, 3.25, 3.33, 3.5, 3.5, 3.67, 3.75, 3.75, 4.0, 4.0, 4.0, 4.25, 4.25, 4.33, 4.5,
        4.67, 4.75, 5.0,
    ],
    [
        1.0, 2.0, 3.4, 4.0, 4.33, 4.5, 4.67, 4.67, 4.75, 4.75, 4.75, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0,
        5.0, 5.0,
    ],
];

/// Correlation of the ratings' normal scores, in the order of [`QUANTILES`].
const CORRELATION: [[f32; 6]; 6] = [
    [1.0, 0.495, 0.515, -0.226, -0.216, 0.0],
    [0.495, 1.0, 0.688, -0.375, -0.277, -0.079],
    [0.515, 0.688, 1.0, -0.375, -0.309, -0.084],
    [-0.226, -0.375, -0.375, 1.0, 0.384, 0.695],
    [-0.216, -0.277, -0.309, 0.384, 1.0, 0.189],
    [0.0, -0.079, -0.084, 0.695, 0.189, 1.0],
];

/// Logit of being called calcified: constant, ln(diameter), spiculation, lobulation, margin,
/// sphericity, texture.
const CALCIFIED: [f32; 7] = [-13.233, -1.284, -0.613, 0.327, 3.409, -0.359, 0.034];

/// Logit of a mean malignancy above 3 of 5 (1,178 nodules, those of exactly 3 left out;
/// cross-validated over patients: AUC 0.938): the same terms, then calcified.
const SUSPICIOUS: [f32; 8] = [-11.645, 4.528, 0.434, 0.421, -0.108, 0.65, -0.367, -5.435];

impl Ratings {
    /// Draws the ratings of one nodule.
    /// - `size`: share of the nodules that are smaller, 0 to 1: fixes the diameter
    pub(super) fn draw(size: f32, rng: &mut ChaCha8Rng) -> Self {
        let factor = cholesky(&CORRELATION);
        let mut normal = [0.0f32; 6];
        normal[0] = normal_quantile(size.clamp(0.001, 0.999));
        for value in &mut normal[1..] {
            *value = normal_quantile(between(rng, 0.0005, 0.9995));
        }
        let correlated: [f32; 6] =
            std::array::from_fn(|row| factor[row].iter().zip(normal).map(|(f, n)| f * n).sum());
        let value: [f32; 6] = std::array::from_fn(|n| quantile(&QUANTILES[n], normal_share(correlated[n])));
        let [diameter_mm, spiculation, lobulation, margin, sphericity, texture] = value;
        let mut ratings =
            Self { diameter_mm, spiculation, lobulation, margin, sphericity, texture, calcified: false };
        ratings.calcified = between(rng, 0.0, 1.0) < logistic(ratings.sum(&CALCIFIED));
        ratings
    }

    /// How likely readers are to find it more suspicious than not (mean malignancy above 3).
    pub fn suspicion(&self) -> f32 {
        let calcified = if self.calcified { SUSPICIOUS[7] } else { 0.0 };
        logistic(self.sum(&SUSPICIOUS) + calcified)
    }

    fn sum(&self, weights: &[f32]) -> f32 {
        let terms = [
            1.0,
            self.diameter_mm.ln(),
            self.spiculation,
            self.lobulation,
            self.margin,
            self.sphericity,
            self.texture,
        ];
        weights.iter().zip(terms).map(|(w, t)| w * t).sum()
    }
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The value below which a share of a rating lies.
fn quantile(table: &[f32; 21], share: f32) -> f32 {
    let at = share.clamp(0.0, 1.0) * 20.0;
    let n = (at as usize).min(19);
    table[n] + (table[n + 1] - table[n]) * (at - n as f32)
}

/// Lower triangular root of a positive definite matrix.
fn cholesky(matrix: &[[f32; 6]; 6]) -> [[f32; 6]; 6] {
    let mut root = [[0.0f32; 6]; 6];
    for row in 0..6 {
        for column in 0..=row {
            let known: f32 = (0..column).map(|n| root[row][n] * root[column][n]).sum();
            let rest = matrix[row][column] - known;
            root[row][column] = if row == column { rest.sqrt() } else { rest / root[column][column] };
        }
    }
    root
}

/// Share of a normal distribution below `z`, to about 1e-3, by the logistic form of Bowling et al.,
/// J Ind Eng Manag 2 (2009) 114-127.
fn normal_share(z: f32) -> f32 {
    logistic(1.5976 * z + 0.07056 * z * z * z)
}

/// The inverse of [`normal_share`], by halving.
fn normal_quantile(share: f32) -> f32 {
    let (mut low, mut high) = (-6.0f32, 6.0f32);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if normal_share(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::noise::{Purpose, generator};

    fn many() -> Vec<Ratings> {
        let mut rng = generator(1, Purpose::Nodule, 0);
        (0..4000).map(|_| Ratings::draw(between(&mut rng, 0.0, 1.0), &mut rng)).collect()
    }

    #[test]
    fn drawn_ratings_have_the_marginals_and_correlations_of_the_readers() {
        let all = many();
        let share = |f: &dyn Fn(&Ratings) -> bool| all.iter().filter(|r| f(r)).count() as f32 / 4000.0;
        // 4,000 draws fix a share to about 0.016 (two standard errors).
        assert!((share(&|r| r.diameter_mm > 7.97) - 0.5).abs() < 0.025);
        assert!((share(&|r| r.spiculation > 2.0) - 0.2).abs() < 0.025);
        assert!((share(&|r| r.texture < 4.0) - 0.15).abs() < 0.025);
        assert!((share(&|r| r.calcified) - 0.109).abs() < 0.04, "{}", share(&|r| r.calcified));
        // Ratings above their medians occur together as often as a normal copula says: 1/4 +
        // asin(rho) / (2 pi).
        let both = share(&|r| r.diameter_mm > 7.97 && r.spiculation > 1.33);
        assert!((both - (0.25 + 0.495f32.asin() / std::f32::consts::TAU)).abs() < 0.03, "{both}");
    }

    #[test]
    fn suspicion_is_as_frequent_and_as_ordered_as_the_readers() {
        let all = many();
        let mean = all.iter().map(Ratings::suspicion).sum::<f32>() / 4000.0;
        // 520 of 1,178; the 197 of exactly 3 are neither and lie between.
        assert!((0.36..0.52).contains(&mean), "{mean}");
        let round = Ratings {
            diameter_mm: 6.0,
            spiculation: 1.0,
            lobulation: 1.0,
            margin: 5.0,
            sphericity: 4.5,
            texture: 5.0,
            calcified: false,
        };
        assert!(round.suspicion() < 0.2);
        assert!(Ratings { diameter_mm: 22.0, spiculation: 4.0, lobulation: 3.0, ..round }.suspicion() > 0.9);
        assert!(Ratings { diameter_mm: 12.0, calcified: true, ..round }.suspicion() < 0.1);
    }
}
