//! What the network would say if the painted tissue were not there: asked anew whenever something is painted.

use std::sync::Arc;

use super::again::{asked_again, is_still};
use super::waker::Waker;
use super::words::sentence;
use crate::findings::{Nodule, NoduleId};
use crate::inference::{self, Answer, Engine};
use crate::jobs::Outcome;
use crate::session::{News, Session, Severity};
use crate::volume::Painted;
use crate::workflow::classify::ClassifyError;
use crate::workflow::counterfactual::{self, CounterfactualPart};

/// What is being asked.
struct Asked {
    id: NoduleId,
    answer: Arc<Answer>,
    painted: Arc<Painted>,
    question: inference::Question<CounterfactualPart>,
    /// The first network has answered.
    known: bool,
}

/// Asks about the selected nodule.
#[derive(Default)]
pub(super) struct Counterfactuals {
    asked: Option<Asked>,
    /// What could not be asked: not again before something else is painted.
    failed: Option<Arc<Painted>>,
}

impl Counterfactuals {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Everything that came back, and the next question.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        if let Some(mut asked) = self.asked.take() {
            let ended = self.settle(&mut asked, session);
            // While somebody paints, what the first network says of every step is worth more than what all
            // say of an old one; but each is waited for, or none would ever come.
            let stale = asked.known && !is_wanted(&asked, session);
            if !ended && !stale && engine.is_some() {
                self.asked = Some(asked);
            }
        }
        if let (None, Some(engine)) = (&self.asked, engine) {
            self.next(engine, session, waker);
        }
    }

    fn next(&mut self, engine: &Engine, session: &mut Session, waker: &Waker) {
        let painted = Arc::clone(session.findings().painted());
        if painted.is_empty() || self.failed.as_ref().is_some_and(|failed| Arc::ptr_eq(failed, &painted)) {
            return;
        }
        let Some(nodule) = session.selected() else { return };
        let asked = |answer: &&Arc<Answer>| answer.can_lack_tissue() && answer.is_whole();
        let Some(answer) = nodule.answer().filter(asked) else { return };
        let whole = |found: &crate::findings::Counterfactual| {
            Arc::ptr_eq(&found.painted, &painted) && found.said.len() == answer.said.len()
        };
        if nodule.counterfactual().is_some_and(|found| whole(found)) {
            return;
        }
        let (id, answer) = (nodule.id, Arc::clone(answer));
        let request = match asked_again(session, id, &answer) {
            Ok(request) => request,
            Err(text) => return self.fail(painted, text, session),
        };
        match counterfactual::ask(engine, waker.now(), request, Arc::clone(&painted)) {
            Ok(question) => self.asked = Some(Asked { id, answer, painted, question, known: false }),
            Err(error) => self.fail(painted, sentence(error), session),
        }
    }

    fn fail(&mut self, painted: Arc<Painted>, text: String, session: &mut Session) {
        self.failed = Some(painted);
        session.receive(News::Notice(Severity::Error, text));
    }

    /// Hands on what came.
    /// - returns: whether it has ended
    fn settle(&mut self, asked: &mut Asked, session: &mut Session) -> bool {
        while let Some(event) = asked.question.poll() {
            match event {
                inference::Event::Part(CounterfactualPart::Known(found)) => {
                    asked.known = true;
                    if found.weights_sha256 != asked.answer.weights_sha256 {
                        let text = ClassifyError::Replaced(found.model.clone()).to_string();
                        self.fail(Arc::clone(&asked.painted), sentence(text), session);
                    } else if is_still(session, asked.id, &asked.answer) {
                        session.receive(News::Counterfactual { id: asked.id, found });
                    }
                }
                inference::Event::Part(CounterfactualPart::Failed(text)) => {
                    self.fail(Arc::clone(&asked.painted), sentence(text), session);
                }
                inference::Event::Ended(Outcome::Failed(failure)) => {
                    self.fail(Arc::clone(&asked.painted), sentence(failure), session);
                    return true;
                }
                inference::Event::Ended(_) => return true,
            }
        }
        false
    }
}

/// Whether it is still what is painted, and what is looked at.
fn is_wanted(asked: &Asked, session: &Session) -> bool {
    let answer = session.selected().filter(|n| n.id == asked.id).and_then(Nodule::answer);
    Arc::ptr_eq(session.findings().painted(), &asked.painted)
        && answer.is_some_and(|answer| Arc::ptr_eq(answer, &asked.answer))
}
