//! A marked point and what the network said of it.

use std::sync::Arc;

use crate::explain::Saliency;
use crate::geometry::{Patient, Point};
use crate::inference::Answer;
use crate::networks::Scale;

/// Identity of a nodule within a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoduleId(pub u32);

/// How far the question about a nodule is.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Not asked: the point is being moved.
    Unasked,
    /// Asked; the network runs.
    Running,
    /// Answered; maps follow.
    Answered {
        /// The answer.
        answer: Arc<Answer>,
        /// Combined first, then micro, meso, macro; empty while they are computed.
        saliency: Vec<Arc<Saliency>>,
    },
    /// It failed, with the sentence.
    Failed(String),
    /// The user stopped it.
    Cancelled,
}

/// A marked point and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodule {
    /// Identity.
    pub id: NoduleId,
    /// The point, LPS millimetres.
    pub at: Point<Patient>,
    /// What the network says.
    pub question: Question,
}

impl Nodule {
    /// What the network said, once it did.
    pub fn answer(&self) -> Option<&Arc<Answer>> {
        match &self.question {
            Question::Answered { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// The map of one scale, or of all combined (`None`), once it is there.
    pub fn saliency(&self, scale: Option<Scale>) -> Option<&Arc<Saliency>> {
        match &self.question {
            Question::Answered { saliency, .. } => saliency.iter().find(|s| s.scale == scale),
            _ => None,
        }
    }
}
