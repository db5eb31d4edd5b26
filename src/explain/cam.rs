//! Class activation maps: what the features of one layer and a score's derivative by them say of places.
//!
//! Plain arithmetic on numbers that the device gave back, so that every rule can be held against a sum made
//! by hand. All maps hold positive evidence alone and are in units of the score.

/// Features of one layer with the score's derivative by each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Depth, height, width of the layer.
    pub shape: [usize; 3],
    /// Channel by channel, each of `shape`, width fastest.
    pub features: Vec<f32>,
    /// The score's derivative, in the same order.
    pub gradient: Vec<f32>,
}

/// How channels become one map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CamRule {
    /// `ReLU(sum over k of mean(g_k) A_k)`. Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2.
    GradCam,
    /// `ReLU(sum over k of w_k A_k)`, `w_k` the sum over places of `alpha ReLU(g)` with
    /// `alpha = g^2 / (2 g^2 + sum(A_k) g^3)`: several places of one kind count as much as one. Chattopadhay
    /// et al. 2018, arXiv 1710.11063, equations 5, 6 and 19, for the exponential of the score.
    GradCamPlusPlus,
    /// `ReLU(sum over k of g_k A_k)`, place by place: what a layer's cells really gave to a score that is
    /// linear in them. Draelos and Carin 2020, arXiv 2011.08891, equation 4; their sign is left out here.
    HiResCam,
    /// `ReLU(sum over k of ReLU(g_k) A_k)`, place by place. Jiang et al. 2021, "LayerCAM", equations 7 and 8.
    LayerCam,
}

impl Evidence {
    /// Number of places of a channel.
    fn places(&self) -> usize {
        self.shape.iter().product()
    }

    /// The map of the layer, zero or more, width fastest, of [`Evidence::shape`].
    pub fn map(&self, rule: CamRule) -> Vec<f32> {
        self.sums(rule).into_iter().map(|sum| sum.max(0.0) as f32).collect()
    }

    /// The same with what speaks against the score, too: what a rule has inside its outer ReLU.
    pub fn sums(&self, rule: CamRule) -> Vec<f64> {
        let places = self.places();
        let mut sums = vec![0.0f64; places];
        if places == 0 {
            return Vec::new();
        }
        for (features, gradient) in self.features.chunks_exact(places).zip(self.gradient.chunks_exact(places))
        {
            let mean = || gradient.iter().map(|g| f64::from(*g)).sum::<f64>() / places as f64;
            match rule {
                CamRule::GradCam => add(&mut sums, features, std::iter::repeat(mean())),
                CamRule::GradCamPlusPlus => {
                    add(&mut sums, features, std::iter::repeat(plus_plus(features, gradient)));
                }
                CamRule::HiResCam => add(&mut sums, features, gradient.iter().map(|g| f64::from(*g))),
                CamRule::LayerCam => {
                    add(&mut sums, features, gradient.iter().map(|g| f64::from(g.max(0.0))));
                }
            }
        }
        sums
    }
}

/// Adds the features, each with its weight.
fn add(sums: &mut [f64], features: &[f32], weights: impl Iterator<Item = f64>) {
    for ((sum, feature), weight) in sums.iter_mut().zip(features).zip(weights) {
        *sum += weight * f64::from(*feature);
    }
}

/// A channel's weight by Grad-CAM++.
fn plus_plus(features: &[f32], gradient: &[f32]) -> f64 {
    let all: f64 = features.iter().map(|a| f64::from(*a)).sum();
    let of = |g: f64| {
        let below = 2.0 * g * g + all * g * g * g;
        // Where nothing changes the score no place has a share.
        if below == 0.0 { 0.0 } else { g * g / below * g.max(0.0) }
    };
    gradient.iter().map(|g| of(f64::from(*g))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two channels of two places.
    fn evidence() -> Evidence {
        Evidence {
            shape: [1, 1, 2],
            features: vec![1.0, 2.0, 3.0, 0.5],
            gradient: vec![0.5, -0.1, -0.2, 0.4],
        }
    }

    #[test]
    fn every_rule_gives_the_sum_that_its_formula_gives_by_hand() {
        let close = |found: Vec<f32>, expected: [f64; 2]| {
            for (found, expected) in found.iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
            }
        };
        // Means 0.2 and 0.1.
        close(evidence().map(CamRule::GradCam), [0.2 + 0.3, 0.4 + 0.05]);
        // Place by place; the first is 0.5 - 0.6, below zero.
        close(evidence().map(CamRule::HiResCam), [0.0, -0.2f64 + 0.2]);
        assert!((evidence().sums(CamRule::HiResCam)[0] + 0.1).abs() < 1e-6, "against it, where no ReLU is");
        close(evidence().map(CamRule::LayerCam), [0.5, 0.2]);
        // Sums of the features 3 and 3.5; only rising places count: 0.5 of the first, 0.4 of the second.
        let [a, b] =
            [(0.5, 3.0), (0.4, 3.5)].map(|(g, sum): (f64, f64)| g * g / (2.0 * g * g + sum * g * g * g) * g);
        close(evidence().map(CamRule::GradCamPlusPlus), [a + 3.0 * b, 2.0 * a + 0.5 * b]);
    }

    #[test]
    fn a_layer_that_the_score_does_not_depend_on_has_an_empty_map() {
        let flat = Evidence { gradient: vec![0.0; 4], ..evidence() };
        let rules = [CamRule::GradCam, CamRule::GradCamPlusPlus, CamRule::HiResCam, CamRule::LayerCam];
        assert!(rules.iter().all(|rule| flat.map(*rule) == [0.0, 0.0]));
    }
}
