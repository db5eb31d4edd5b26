//! What the members of an ensemble said, and what they say together: plain numbers.

use crate::networks::weights::StateDict;

/// What a network expects of the radiologists who would rate the nodule for malignancy, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readers {
    /// Mean of their ratings, 1 (highly unlikely) to 5 (highly suspicious).
    pub mean: f64,
    /// Standard deviation between them, 0 (they agree) to 2.
    pub sd: f64,
}

/// The head that predicts it from the pooled features of all scales; small enough for plain numbers.
#[derive(Clone, Debug)]
pub(crate) struct ReadersHead {
    /// Mean and spread, each with as many factors as there are features.
    weight: [Vec<f64>; 2],
    bias: [f64; 2],
}

impl ReadersHead {
    /// Takes the head out of a network's tensors (`readers.weight`, `readers.bias`), if it has one.
    pub(crate) fn taken_from(state: &mut StateDict) -> Option<Self> {
        let weight = state.tensors.remove("readers.weight")?.values;
        let bias = state.tensors.remove("readers.bias")?.values;
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
        let (mean, spread) = weight.split_at(weight.len() / 2);
        Some(Self { weight: [wide(mean), wide(spread)], bias: wide(&bias).try_into().ok()? })
    }

    /// - `pooled`: features, micro to macro
    /// - returns: kept within what ratings from 1 to 5 can have
    pub(crate) fn read(&self, pooled: &[f64]) -> Readers {
        let [mean, spread] = [0, 1].map(|n| {
            let product: f64 = self.weight[n].iter().zip(pooled).map(|(w, x)| w * x).sum();
            self.bias[n] + product
        });
        // The head was taught (mean - 1) / 4 and spread / 4.
        Readers { mean: 1.0 + 4.0 * mean.clamp(0.0, 1.0), sd: 4.0 * spread.clamp(0.0, 0.5) }
    }
}

/// What one member said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// Benign, malignant; not calibrated.
    pub logits: [f64; 2],
    /// Where it predicts them.
    pub readers: Option<Readers>,
    /// Crops to logits, read back.
    pub forward_ms: f64,
}

impl Said {
    /// `sigmoid(margin / temperature)`.
    pub fn probability(&self, temperature: f64) -> f64 {
        sigmoid(self.margin() / temperature)
    }

    /// Malignant minus benign logit.
    fn margin(&self) -> f64 {
        self.logits[1] - self.logits[0]
    }
}

/// What several members say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// `sigmoid(mean margin / temperature)`.
    pub probability: f64,
    /// Mean over the members; not calibrated.
    pub logits: [f64; 2],
    /// Mean over the members, where all of them predict it.
    pub readers: Option<Readers>,
}

impl Together {
    /// - `said`: of at least one member
    /// - `temperature`: positive; 1 leaves the margins as they are
    pub fn of(said: &[Said], temperature: f64) -> Self {
        let mean = |value: &dyn Fn(&Said) -> f64| said.iter().map(value).sum::<f64>() / said.len() as f64;
        let readers: Option<Vec<Readers>> = said.iter().map(|s| s.readers).collect();
        let readers = readers.map(|readers| {
            let mean =
                |value: fn(&Readers) -> f64| readers.iter().map(value).sum::<f64>() / readers.len() as f64;
            Readers { mean: mean(|r| r.mean), sd: mean(|r| r.sd) }
        });
        Self {
            probability: sigmoid(mean(&Said::margin) / temperature),
            logits: [mean(&|s| s.logits[0]), mean(&|s| s.logits[1])],
            readers,
        }
    }
}

/// Without overflow for any margin; of two logits the same as softmax.
fn sigmoid(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::weights::Array;

    fn said(margin: f64, readers: Option<Readers>) -> Said {
        Said { logits: [0.5, 0.5 + margin], readers, forward_ms: 1.0 }
    }

    #[test]
    fn members_answer_by_their_mean_margin_and_each_keeps_its_own() {
        let all = [said(-1.0, None), said(4.0, None), said(0.0, None)];
        let together = Together::of(&all, 1.0);
        // A mean margin of one: 1 / (1 + 1/e).
        let expected = 1.0 / (1.0 + (-1.0f64).exp());
        // Rounding of a few sums in double precision.
        assert!((together.probability - expected).abs() < 1e-12);
        assert!((together.logits[1] - together.logits[0] - 1.0).abs() < 1e-12);
        assert_eq!(all[2].probability(1.0), 0.5);
        assert!(all[0].probability(1.0) < 0.5 && all[1].probability(1.0) > 0.98);
        assert_eq!(together.readers, None);
    }

    #[test]
    fn the_temperature_divides_margins_and_leaves_logits() {
        let all = [said(2.0, None), said(6.0, None)];
        let (cold, warm) = (Together::of(&all, 1.0), Together::of(&all, 2.0));
        assert_eq!(cold.logits, warm.logits);
        assert!((warm.probability - sigmoid(2.0)).abs() < 1e-12);
        assert!((all[0].probability(2.0) - sigmoid(1.0)).abs() < 1e-12);
        assert!(warm.probability < cold.probability);
        for extreme in [-1e6, 1e6] {
            assert!(Together::of(&[said(extreme, None)], 0.01).probability.is_finite());
        }
    }

    #[test]
    fn readers_are_the_mean_over_members_and_absent_where_one_does_not_say() {
        let [a, b] = [Readers { mean: 2.0, sd: 0.5 }, Readers { mean: 4.0, sd: 1.5 }];
        let both = Together::of(&[said(0.0, Some(a)), said(0.0, Some(b))], 1.0);
        assert_eq!(both.readers, Some(Readers { mean: 3.0, sd: 1.0 }));
        assert_eq!(Together::of(&[said(0.0, Some(a)), said(0.0, None)], 1.0).readers, None);
    }

    #[test]
    fn the_readers_head_is_a_linear_layer_kept_within_the_scale_of_ratings() {
        let array = |shape: Vec<usize>, values: &[f32]| Array { shape, values: values.to_vec() };
        let mut state = StateDict {
            tensors: [
                ("readers.weight".to_owned(), array(vec![2, 3], &[0.25, 0.0, 0.5, 0.0, 0.125, 0.0])),
                ("readers.bias".to_owned(), array(vec![2], &[0.125, 0.0])),
            ]
            .into(),
        };
        let head = ReadersHead::taken_from(&mut state).expect("there");
        assert!(state.tensors.is_empty(), "a network does not know it");
        // 1 + 4 (0.125 + 0.25 + 0.25) and 4 x 0.25, exact in binary.
        assert_eq!(head.read(&[1.0, 2.0, 0.5]), Readers { mean: 3.5, sd: 1.0 });
        assert_eq!(head.read(&[100.0, 100.0, 0.0]), Readers { mean: 5.0, sd: 2.0 });
        assert_eq!(head.read(&[-100.0, -100.0, 0.0]), Readers { mean: 1.0, sd: 0.0 });
        assert!(ReadersHead::taken_from(&mut state).is_none());
    }
}
