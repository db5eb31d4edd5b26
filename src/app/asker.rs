//! Questions to the network: which are running, and what comes back.

use std::collections::BTreeMap;

use super::waker::Waker;
use crate::findings::{Nodule, NoduleId, Question};
use crate::geometry::{Patient, Point};
use crate::session::{Edit, News, Session};

/// Nearer than this two points are one nodule.
const SAME_MM: f64 = 1.0;

/// The network's side of the window.
#[derive(Default)]
pub(super) struct Asker {
    running: BTreeMap<NoduleId, ()>,
}

impl Asker {
    /// Asks about a nodule; an earlier question about it is dropped.
    pub(super) fn ask(&mut self, id: NoduleId, session: &mut Session, waker: &Waker) {
        let _ = waker;
        let Some(at) = session.findings().nodule(id).map(|n| n.at) else { return };
        session.receive(News::Question {
            id,
            at,
            question: Question::Failed("networks are not part of this build".to_owned()),
        });
    }

    /// Whether the question is running or waits for slices.
    pub(super) fn asks(&self, id: NoduleId) -> bool {
        self.running.contains_key(&id)
    }

    /// Stops a question.
    pub(super) fn cancel(&mut self, id: NoduleId, session: &mut Session) {
        self.running.remove(&id);
        let Some(at) = session.findings().nodule(id).map(|n| n.at) else { return };
        session.receive(News::Question { id, at, question: Question::Cancelled });
    }

    /// A question whose nodule is taken away.
    pub(super) fn forget(&mut self, id: NoduleId) {
        self.running.remove(&id);
    }

    /// The nodule at a point: a known one a millimetre away, or else a new one.
    pub(super) fn mark(&self, at: Point<Patient>, session: &mut Session) -> NoduleId {
        let near = session.findings().nodules().iter().find(|n| n.at.distance(at) < SAME_MM);
        if let Some(id) = near.map(|n| n.id) {
            session.apply(Edit::Select(Some(id)));
            return id;
        }
        let id = session.findings().next_id();
        let place = session.findings().nodules().len();
        let nodule = Nodule { id, at, question: Question::Running };
        session.apply(Edit::Many(vec![Edit::AddNodule(place, nodule), Edit::Cursor(at)]));
        id
    }

    /// Asks what undo and redo brought back without an answer.
    pub(super) fn reconcile(&mut self, session: &mut Session, waker: &Waker) {
        let open = |n: &&Nodule| matches!(n.question, Question::Unasked | Question::Running);
        let unanswered: Vec<NoduleId> =
            session.findings().nodules().iter().filter(open).map(|n| n.id).collect();
        for id in unanswered {
            if !self.asks(id) {
                self.ask(id, session, waker);
            }
        }
    }

    /// Stops everything: another series is open.
    pub(super) fn stop(&mut self) {
        self.running.clear();
    }

    /// Everything that came back since the last frame.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        let _ = (session, waker);
    }
}

/// Why the network is not asked about this point: one sentence, or `None` where it can be.
pub(super) fn refusal(session: &Session, at: Point<Patient>) -> Option<String> {
    let (open, series) = (session.open()?, session.series()?);
    let grid = open.volume.grid();
    let inside = at.is_finite() && grid.voxel_at(grid.voxel_from_patient() * at).is_some();
    if !inside {
        return Some("This point lies outside the volume. Choose one inside the picture".to_owned());
    }
    let obstacle = series.defects.iter().chain(&open.defects).find(|d| !d.code.classifiable());
    obstacle.map(|d| format!("The network is not asked about this series: {}", d.text))
}
