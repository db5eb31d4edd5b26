//! Cases that an answer is laid among: those that come with the program, or the user's own.

use std::sync::Arc;

use super::document::Session;
use crate::cases::{CaseSet, built_in};
use crate::findings::Nodule;
use crate::inference::{Answer, Mode};

impl Session {
    /// The user's own cases, of whatever weights.
    pub fn own_cases(&self) -> Option<&Arc<CaseSet>> {
        self.own_case_set()
    }

    /// Sets of cases that the weights of an answer were asked about: those of the program, the user's own. Cases are asked
    /// about with the published input: an answer to another one has none.
    pub fn cases_of(&self, answer: &Answer) -> [Option<Arc<CaseSet>>; 2] {
        let paper = answer.mode == Mode::Paper.name();
        [built_in(&answer.model), self.own_cases().map(Arc::clone)]
            .map(|set| set.filter(|set| paper && set.known.weights_sha256 == answer.weights_sha256))
    }

    /// The other nodules of the series that the same weights have answered, with their numbers in the list from 1.
    pub fn others_seen<'a>(&'a self, answer: &'a Answer) -> impl Iterator<Item = (usize, &'a Nodule)> {
        let selected = self.selected().map(|nodule| nodule.id);
        let numbered = (1..).zip(self.findings().nodules());
        numbered.filter(move |(_, nodule)| Some(nodule.id) != selected).filter_map(|(number, nodule)| {
            let other = Nodule::answer(nodule)?;
            let same = other.weights_sha256 == answer.weights_sha256 && other.mode == answer.mode;
            (same && other.m3net().is_some()).then_some((number, nodule))
        })
    }
}
