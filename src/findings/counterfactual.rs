//! What a network would say if some tissue were not there.

use std::sync::Arc;

use crate::geometry::{Patient, Point};
use crate::inference::{Answer, Said, Together};
use crate::volume::Painted;

/// Its answer about the painted CT, at the point of its answer about the CT.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// What was painted.
    pub painted: Arc<Painted>,
    /// The point, LPS mm.
    pub at: Point<Patient>,
    /// Name of the network.
    pub model: String,
    /// SHA-256 of its weights, hex.
    pub weights_sha256: String,
    /// What its members say of the painted CT, as far as they were asked; the first at least.
    pub said: Vec<Said>,
}

impl Counterfactual {
    /// Whether it is about the same question: the same point and the same weights.
    pub fn belongs_to(&self, answer: &Answer) -> bool {
        self.at == answer.at
            && self.model == answer.model
            && self.weights_sha256 == answer.weights_sha256
            && self.said.len() <= answer.said.len()
    }

    /// The probability of the CT and that of the painted one, by the same members.
    pub fn before_and_after(&self, answer: &Answer) -> [f64; 2] {
        compared(&answer.said, &self.said, answer.temperature.unwrap_or(1.0))
    }
}

/// Probabilities of the members that said both.
fn compared(before: &[Said], after: &[Said], temperature: f64) -> [f64; 2] {
    let same = before.get(..after.len()).unwrap_or(before);
    [same, after].map(|said| Together::of(said, temperature).probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_network_says_is_compared_with_what_it_said_itself() {
        // Margins of three members; together a mean of one.
        let said = |margins: &[f64]| -> Vec<Said> {
            margins.iter().map(|m| Said { logits: [0.0, *m], readers: None, forward_ms: 1.0 }).collect()
        };
        let sigmoid = |m: f64| 1.0 / (1.0 + (-m).exp());
        let [before, after] = [said(&[3.0, -1.0, 1.0]), said(&[-2.0])];
        let [a, b] = compared(&before, &after, 2.0);
        assert!((a - sigmoid(1.5)).abs() < 1e-12 && (b - sigmoid(-1.0)).abs() < 1e-12, "{a} {b}");
        let [a, _] = compared(&before, &said(&[0.0; 3]), 1.0);
        assert!((a - sigmoid(1.0)).abs() < 1e-12, "{a}");
    }
}
