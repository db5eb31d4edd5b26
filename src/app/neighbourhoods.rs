//! The places around the selected nodule's point: asked about when somebody wants to know, in the background.

use std::sync::Arc;

use super::again::{asked_again, is_still};
use super::core::Core;
use super::waker::Waker;
use super::words::sentence;
use crate::explain::Around;
use crate::findings::NoduleId;
use crate::inference::{self, Answer, Engine};
use crate::jobs::{Outcome, Progress};
use crate::session::{News, Session, Severity, Work, WorkId};
use crate::workflow::neighbourhood::{self, NeighbourhoodPart};

/// What is being asked.
struct Asked {
    id: NoduleId,
    /// The answer whose neighbourhood it is.
    answer: Arc<Answer>,
    how: Around,
    /// `None` while the network has more urgent work.
    question: Option<inference::Question<NeighbourhoodPart>>,
}

/// Asks about the places around one nodule's point.
#[derive(Default)]
pub(super) struct Neighbourhoods {
    asked: Option<Asked>,
}

impl Neighbourhoods {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Asks about the selected nodule; what is being asked is dropped.
    pub(super) fn ask(&mut self, how: Around, session: &mut Session) {
        self.stop(session);
        let Some((id, answer)) = session.selected().and_then(|n| Some((n.id, Arc::clone(n.answer()?))))
        else {
            return;
        };
        tell(session, Progress { what: "Waiting for the network".to_owned(), done: 0.0 });
        self.asked = Some(Asked { id, answer, how, question: None });
    }

    /// Stops; what is known stays.
    pub(super) fn stop(&mut self, session: &mut Session) {
        if self.asked.take().is_some() {
            session.receive(News::Stopped(WorkId::Neighbourhood));
        }
    }

    /// Everything that came back.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let Some(mut asked) = self.asked.take() else { return };
        if !is_still(session, asked.id, &asked.answer) {
            session.receive(News::Stopped(WorkId::Neighbourhood));
            return;
        }
        match engine {
            // Dropping a question stops it; it is asked again.
            None => asked.question = None,
            Some(engine) if asked.question.is_none() => match begin(&asked, engine, session, waker) {
                Ok(question) => asked.question = Some(question),
                Err(text) => {
                    session.receive(News::Notice(Severity::Error, text));
                    session.receive(News::Stopped(WorkId::Neighbourhood));
                    return;
                }
            },
            Some(_) => {}
        }
        if let Some(question) = &asked.question {
            tell(session, question.context().progress());
        }
        if settle(&asked, session) {
            session.receive(News::Stopped(WorkId::Neighbourhood));
        } else {
            self.asked = Some(asked);
        }
    }
}

fn begin(
    asked: &Asked,
    engine: &Engine,
    session: &Session,
    waker: &Waker,
) -> Result<inference::Question<NeighbourhoodPart>, String> {
    let request = asked_again(session, asked.id, &asked.answer)?;
    neighbourhood::ask(engine, waker.now(), request, asked.how).map_err(sentence)
}

/// Hands on what came.
/// - returns: whether it has ended
fn settle(asked: &Asked, session: &mut Session) -> bool {
    let Some(question) = &asked.question else { return false };
    while let Some(event) = question.poll() {
        match event {
            inference::Event::Part(NeighbourhoodPart::Known(found)) => {
                session.receive(News::Neighbourhood { id: asked.id, found });
            }
            inference::Event::Part(NeighbourhoodPart::Failed(text)) => {
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
    session.receive(News::Working(Work { id: WorkId::Neighbourhood, progress }));
}

impl Core {
    /// Asks about the places around the selected nodule, as many as the panel says.
    pub(super) fn ask_around(&mut self) {
        self.start_network();
        self.asker.ask_around(self.ui.around, &mut self.session);
    }
}
