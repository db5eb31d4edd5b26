//! Nodules: where they are and what the network said of them.

use std::sync::Arc;

use crate::explain::Saliency;
use crate::geometry::{Patient, Point};
use crate::inference::Answer;

/// Identity of a nodule within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoduleId(pub u32);

/// How far the question about a nodule is.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
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
