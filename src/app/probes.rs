//! The block of tissue under the pointer, asked about as it moves: one question at a time, then the newest place.

use std::sync::Arc;

use super::again::asked_again;
use super::waker::Waker;
use super::words::sentence;
use crate::explain::Still;
use crate::findings::{NoduleId, Probed};
use crate::geometry::VoxelBox;
use crate::inference::{self, Answer, Engine};
use crate::jobs::Outcome;
use crate::session::{News, Session, Severity};
use crate::workflow::probe::{self, ProbePart};

/// What is being asked.
struct Asked {
    id: NoduleId,
    answer: Arc<Answer>,
    block: VoxelBox,
    question: inference::Question<ProbePart>,
}

/// Asks about the selected nodule's answer while the tool is in the hand.
#[derive(Default)]
pub(super) struct Probes {
    asked: Option<Asked>,
    /// What every block of an answer begins with.
    still: Option<(Arc<Answer>, Still)>,
    /// What could not be asked: not again with the same block of the same answer.
    failed: Option<(Arc<Answer>, VoxelBox)>,
}

impl Probes {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Everything that came back, and the next question.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let wanted = session.probing().map(|(nodule, answer, block)| (nodule.id, Arc::clone(answer), block));
        if let Some(asked) = self.asked.take() {
            let ended = self.settle(&asked, session);
            // Each place is waited for, or none would ever come while the hand moves.
            let same = wanted.as_ref().is_some_and(|(_, answer, _)| Arc::ptr_eq(answer, &asked.answer));
            if !ended && same && engine.is_some() {
                self.asked = Some(asked);
            }
        }
        let Some((id, answer, block)) = wanted else {
            self.failed = None;
            return;
        };
        let known = session.probed().is_some_and(|known| known.nodule == id && known.block == block);
        let (None, Some(engine), false) = (&self.asked, engine, known || self.has_failed(&answer, block))
        else {
            return;
        };
        let still = self.still.as_ref().filter(|(of, _)| Arc::ptr_eq(of, &answer)).map(|(_, still)| *still);
        let request = asked_again(session, id, &answer);
        let ask = |request| {
            probe::ask(engine, waker.now(), (request, Arc::clone(&answer)), still, block).map_err(sentence)
        };
        match request.and_then(ask) {
            Ok(question) => self.asked = Some(Asked { id, answer, block, question }),
            Err(text) => self.fail((&answer, block), text, session),
        }
    }

    fn has_failed(&self, answer: &Arc<Answer>, block: VoxelBox) -> bool {
        self.failed.as_ref().is_some_and(|(of, failed)| Arc::ptr_eq(of, answer) && *failed == block)
    }

    fn fail(&mut self, (answer, block): (&Arc<Answer>, VoxelBox), text: String, session: &mut Session) {
        self.failed = Some((Arc::clone(answer), block));
        session.receive(News::Notice(Severity::Error, text));
    }

    /// Hands on what came.
    /// - returns: whether it has ended
    fn settle(&mut self, asked: &Asked, session: &mut Session) -> bool {
        while let Some(event) = asked.question.poll() {
            match event {
                inference::Event::Part(ProbePart::Known { margin, still }) => {
                    self.still = still.map(|still| (Arc::clone(&asked.answer), still));
                    let found = Probed::new(asked.id, &asked.answer, asked.block, margin);
                    session.receive(News::Probed(found));
                }
                inference::Event::Part(ProbePart::Failed(text)) => {
                    self.fail((&asked.answer, asked.block), sentence(text), session);
                }
                inference::Event::Ended(Outcome::Failed(failure)) => {
                    self.fail((&asked.answer, asked.block), sentence(failure), session);
                    return true;
                }
                inference::Event::Ended(_) => return true,
            }
        }
        false
    }
}
