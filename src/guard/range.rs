//! What the pictures of training were like, as a file of weights carries it.

use serde::{Deserialize, Serialize};

use super::embedding::EmbeddingRange;

/// Spacings this much beyond those of training are still like them: a share.
const SLACK: f64 = 0.02;

/// Range of the pictures that a network was taught on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingRange {
    /// Smallest and largest distance between voxels in the plane, mm.
    pub in_plane_mm: [f64; 2],
    /// Smallest and largest distance between slices, mm.
    pub between_slices_mm: [f64; 2],
    /// Of the first member's features; absent where nobody fitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingRange>,
}

impl TrainingRange {
    /// Under which a weights file carries it, as JSON text.
    pub const METADATA_KEY: &str = "triscope.guard";

    /// Reads what [`TrainingRange::to_json`] wrote.
    /// - errors: another text
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// As it travels in a weights file; `None` for values that are no numbers.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// - `spacings_mm`: of each case, along columns, rows, slices
    /// - `features`: pooled features of pictures of these cases, as `inference::Forward` has them; a
    ///   picture a row, see [`EmbeddingRange::fit`]
    /// - returns: `None` without any case
    pub fn fit(spacings_mm: &[[f64; 3]], features: &[Vec<f32>]) -> Option<Self> {
        let over = |axes: &[usize]| {
            let all = || spacings_mm.iter().flat_map(|s| axes.iter().filter_map(|a| s.get(*a)).copied());
            [all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max)]
        };
        let (in_plane_mm, between_slices_mm) = (over(&[0, 1]), over(&[2]));
        let embedding = EmbeddingRange::fit(features);
        (!spacings_mm.is_empty()).then_some(Self { in_plane_mm, between_slices_mm, embedding })
    }

    /// Reasons why a picture is unlike those of training; none where it is like them.
    /// - `spacing_mm`: along columns, rows, slices
    /// - `pooled`: the first member's features
    pub fn judge(&self, [columns, rows, slices]: [f64; 3], pooled: &[f64]) -> Vec<String> {
        let outside = |[low, high]: [f64; 2], mm: f64| mm < low * (1.0 - SLACK) || mm > high * (1.0 + SLACK);
        let mut reasons = Vec::new();
        if outside(self.in_plane_mm, columns) || outside(self.in_plane_mm, rows) {
            let [low, high] = self.in_plane_mm;
            reasons.push(format!(
                "pixels of {columns:.2} x {rows:.2} mm; training had {low:.2} to {high:.2} mm"
            ));
        }
        if outside(self.between_slices_mm, slices) {
            let [low, high] = self.between_slices_mm;
            reasons.push(format!("slices {slices:.2} mm apart; training had {low:.2} to {high:.2} mm"));
        }
        let features: Vec<f32> = pooled.iter().map(|v| *v as f32).collect();
        reasons.extend(self.embedding.as_ref().and_then(|range| range.judge(&features)));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacings_beyond_training_are_told_and_those_at_its_border_are_not() {
        let range = TrainingRange::fit(&[[0.6, 0.6, 1.0], [0.8, 0.8, 2.5]], &[]).expect("two cases");
        assert!(range.judge([0.6, 0.8, 2.5], &[]).is_empty());
        assert!(range.judge([0.595, 0.8, 2.54], &[]).is_empty(), "within two hundredths");
        let reasons = range.judge([0.5, 0.7, 5.0], &[]);
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert_eq!(reasons[1], "slices 5.00 mm apart; training had 1.00 to 2.50 mm");
        assert!(TrainingRange::fit(&[], &[]).is_none());
    }
}
