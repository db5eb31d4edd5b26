//! What a network says of the slices of a volume, one after the other, and the candidates that follow.

use super::answer::DeviceInfo;
use super::candidates::{Candidate, SliceBox, SliceFinding, grouped};

/// Who answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Scanner {
    /// Name of the network.
    pub model: &'static str,
    /// File name of its weights.
    pub weights: String,
    /// SHA-256 of that file.
    pub weights_sha256: String,
    /// What they were trained on, in words.
    pub trained_on: String,
    /// False for random weights: the numbers mean nothing.
    pub trained: bool,
    /// A sentence of the weights that belongs to every answer.
    pub caution: Option<String>,
    /// Whether the forest answers; else the detection head.
    pub forest: bool,
    /// Where it runs.
    pub device: DeviceInfo,
}

/// What is said of a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScannedSlice {
    /// Which.
    pub slice: usize,
    /// That it shows a nodule.
    pub probability: f64,
    /// The head's one box, whatever the probability; `None` where there is no head.
    pub bounds: Option<SliceBox>,
}

/// Slices from a probability on, joined where their boxes lie over each other; the most probable first.
///
/// Between slices that were left out a box is taken to go on: neighbours are those that were asked about.
/// - `size`: columns and rows of a slice, which is the box where there is no head
pub fn candidates(slices: &[ScannedSlice], every: usize, threshold: f64, size: [usize; 2]) -> Vec<Candidate> {
    let every = every.max(1);
    let whole = SliceBox::of_shares([0.0, 0.0, 1.0, 1.0], size);
    let findings: Vec<SliceFinding> = slices
        .iter()
        .filter(|slice| slice.probability >= threshold)
        .map(|slice| SliceFinding {
            slice: slice.slice / every,
            bounds: slice.bounds.unwrap_or(whole),
            probability: slice.probability,
        })
        .collect();
    let mut found = grouped(&findings);
    for candidate in &mut found {
        candidate.slices = candidate.slices.map(|n| n * every);
        candidate.at.z *= every as f64;
    }
    found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_that_were_left_out_do_not_part_a_candidate_and_the_surest_comes_first() {
        let at = |slice, probability, left: f64| ScannedSlice {
            slice,
            probability,
            bounds: Some(SliceBox { min: [left, 10.0], max: [left + 20.0, 30.0] }),
        };
        let slices = [
            at(0, 0.2, 0.0),
            at(5, 0.6, 100.0),
            at(10, 0.7, 102.0),
            at(15, 0.4, 102.0),
            at(20, 0.65, 101.0),
            at(40, 0.9, 10.0),
        ];
        let found = candidates(&slices, 5, 0.5, [200, 200]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].slices, found[0].probability), ([40, 40], 0.9));
        // One slice below the threshold lies between; the middle is that of the surest slice.
        assert_eq!((found[1].slices, found[1].at.z), ([5, 20], 10.0));
        assert!(candidates(&slices, 5, 0.95, [200, 200]).is_empty());
    }
}
