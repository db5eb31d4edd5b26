//! A network's way through every slice of a series, and what it has found so far.

use crate::inference::{Candidate, ScannedSlice, Scanner};

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanState {
    /// It runs, or waits for the network.
    Running,
    /// Every slice was asked about.
    Whole,
    /// The user stopped it: what is known is a part.
    Stopped,
    /// It could not go on, with the sentence: what is known is a part.
    Failed(String),
}

/// One scan of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceScan {
    /// Name of the network.
    pub model: &'static str,
    /// One slice in so many is asked about, from the first on.
    pub every: usize,
    /// Slices to ask about in all.
    pub total: usize,
    /// Slices from this probability on make candidates.
    pub threshold: f64,
    /// Who answers, once that is known.
    pub scanner: Option<Scanner>,
    /// What was said so far, in the order of slices.
    pub slices: Vec<ScannedSlice>,
    /// The surest first.
    pub candidates: Vec<Candidate>,
    /// How far it is.
    pub state: ScanState,
}

impl SliceScan {
    /// Whether every slice that was to be asked about is there.
    pub fn is_whole(&self) -> bool {
        self.slices.len() >= self.total
    }

    /// Whether its numbers may be read at all.
    pub fn is_trained(&self) -> bool {
        self.scanner.as_ref().is_none_or(|scanner| scanner.trained)
    }

    /// Whether it says where in a slice: boxes are those of the detection head.
    pub fn has_boxes(&self) -> bool {
        self.slices.iter().any(|slice| slice.bounds.is_some())
    }

    /// What is said of a slice, or of the nearest before it that was asked about.
    pub fn said_of(&self, slice: usize) -> Option<&ScannedSlice> {
        self.slices.get(slice / self.every.max(1))
    }
}
