//! What another network says of a nodule, beside the one that the right panel is about.

use std::sync::Arc;

use crate::explain::Saliency;
use crate::geometry::{Patient, Point};
use crate::inference::Answer;

/// One network's.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Its name.
    pub model: &'static str,
    /// Where it was asked, LPS mm: of a nodule that was moved since, it says nothing.
    pub at: Point<Patient>,
    /// How far it is.
    pub said: Said,
    /// What it looked at, each of its own methods that come with an answer; empty before.
    pub maps: Vec<Arc<Saliency>>,
}

/// How far a network is that is asked beside another.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It runs.
    Asked,
    /// It answered.
    Answer(Arc<Answer>),
    /// It compares two dates, and there is one.
    NeedsPrior,
    /// It did not, with the sentence: what it needs, or what went wrong.
    Nothing(String),
}

impl Opinion {
    /// What the network said, once it did.
    pub fn answer(&self) -> Option<&Arc<Answer>> {
        match &self.said {
            Said::Answer(answer) => Some(answer),
            _ => None,
        }
    }
}
