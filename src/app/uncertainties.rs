//! How far the selected nodule's answer moves when nothing of it is changed: asked when somebody wants to know, in
//! the background.

use std::sync::Arc;

use super::again::{asked_again, is_at_hand, is_still};
use super::waker::Waker;
use super::words::sentence;
use crate::findings::NoduleId;
use crate::inference::{self, Answer, Engine};
use crate::jobs::{Outcome, Progress};
use crate::session::{News, Session, Severity, Work, WorkId};
use crate::workflow::uncertainty::{self, UncertaintyPart};

/// What is being asked.
struct Asked {
    id: NoduleId,
    /// The answer that it is about.
    answer: Arc<Answer>,
    /// `None` while the network has more urgent work.
    question: Option<inference::Question<UncertaintyPart>>,
}

/// Asks about one nodule's answer.
#[derive(Default)]
pub(super) struct Uncertainties {
    asked: Option<Asked>,
}

impl Uncertainties {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Asks about the selected nodule; what is being asked is dropped.
    pub(super) fn ask(&mut self, session: &mut Session) {
        self.stop(session);
        let Some((id, answer)) = session.selected().and_then(|n| Some((n.id, Arc::clone(n.answer()?))))
        else {
            return;
        };
        tell(session, Progress { what: "Waiting for the network".to_owned(), done: 0.0 });
        self.asked = Some(Asked { id, answer, question: None });
    }

    /// Stops; what is known stays.
    pub(super) fn stop(&mut self, session: &mut Session) {
        if self.asked.take().is_some() {
            session.receive(News::Stopped(WorkId::Uncertainty));
        }
    }

    /// Everything that came back.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let Some(mut asked) = self.asked.take() else { return };
        if !is_still(session, asked.id, &asked.answer) {
            session.receive(News::Stopped(WorkId::Uncertainty));
            return;
        }
        // Other networks than M3Net read the CT, and the earlier date, again.
        let at_hand = is_at_hand(session, asked.id, &asked.answer);
        match engine.filter(|_| at_hand) {
            // Dropping a question stops it; it is asked again.
            None => asked.question = None,
            Some(engine) if asked.question.is_none() => match asked_again(session, asked.id, &asked.answer) {
                Ok(request) => {
                    let about = (request, Arc::clone(&asked.answer));
                    asked.question = Some(uncertainty::ask(engine, waker.now(), about));
                }
                Err(text) => {
                    session.receive(News::Notice(Severity::Error, sentence(text)));
                    session.receive(News::Stopped(WorkId::Uncertainty));
                    return;
                }
            },
            Some(_) => {}
        }
        if let Some(question) = &asked.question {
            tell(session, question.context().progress());
        }
        if settle(&asked, session) {
            session.receive(News::Stopped(WorkId::Uncertainty));
        } else {
            self.asked = Some(asked);
        }
    }
}

/// Hands on what came.
/// - returns: whether it has ended
fn settle(asked: &Asked, session: &mut Session) -> bool {
    let Some(question) = &asked.question else { return false };
    while let Some(event) = question.poll() {
        match event {
            inference::Event::Part(UncertaintyPart::Known(found)) => {
                session.receive(News::Uncertainty { id: asked.id, found });
            }
            inference::Event::Part(UncertaintyPart::Failed(text)) => {
                session.receive(News::Notice(Severity::Error, sentence(text)));
            }
            inference::Event::Ended(Outcome::Failed(failure)) => {
                session.receive(News::Notice(Severity::Error, sentence(failure)));
                return true;
            }
            inference::Event::Ended(_) => return true,
        }
    }
    false
}

fn tell(session: &mut Session, progress: Progress) {
    session.receive(News::Working(Work { id: WorkId::Uncertainty, progress }));
}
