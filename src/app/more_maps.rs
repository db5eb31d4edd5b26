//! Maps that are computed when somebody asks for them: they take seconds where Grad-CAM takes none.

use std::sync::Arc;

use super::again::{asked_again, is_still};
use super::waker::Waker;
use super::words::sentence;
use crate::explain::{Parameters, Saliency, Wanted};
use crate::findings::{NoduleId, Question};
use crate::inference::{self, Answer, Engine};
use crate::jobs::{Outcome, Progress};
use crate::session::{News, Session, Severity, Work, WorkId};
use crate::workflow::classify::{self, Part, Request};

/// What is being computed.
struct Asked {
    id: NoduleId,
    /// The answer that it explains: another one would need maps of its own.
    answer: Arc<Answer>,
    maps: Vec<Wanted>,
    /// Whether they are checked, too.
    trust: bool,
    /// `None` while the network has more urgent work.
    question: Option<inference::Question<Part>>,
}

/// Computes maps of the selected nodule's answer, one method at a time.
pub(super) struct MoreMaps {
    /// As which work it is told of.
    work: WorkId,
    asked: Option<Asked>,
}

impl Default for MoreMaps {
    fn default() -> Self {
        Self::new(WorkId::Explain)
    }
}

impl MoreMaps {
    /// - `work`: as which it is told of
    pub(super) fn new(work: WorkId) -> Self {
        Self { work, asked: None }
    }

    /// Whether nothing is computed.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Computes maps; those that are being computed are dropped.
    pub(super) fn ask(&mut self, maps: Vec<Wanted>, trust: bool, session: &mut Session) {
        self.stop(session);
        let Some((id, answer)) = session.selected().and_then(|n| Some((n.id, Arc::clone(n.answer()?))))
        else {
            return;
        };
        self.tell(session, Progress { what: "Waiting for the network".to_owned(), done: 0.0 });
        self.asked = Some(Asked { id, answer, maps, trust, question: None });
    }

    /// Stops; maps that are there stay.
    pub(super) fn stop(&mut self, session: &mut Session) {
        if self.asked.take().is_some() {
            session.receive(News::Stopped(self.work));
        }
    }

    /// Everything that came back.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let Some(mut asked) = self.asked.take() else { return };
        if !is_still(session, asked.id, &asked.answer) {
            session.receive(News::Stopped(self.work));
            return;
        }
        match engine {
            // Dropping a question stops it; it is asked again.
            None => asked.question = None,
            Some(engine) if asked.question.is_none() => match begin(&asked, engine, session, waker) {
                Ok(question) => asked.question = Some(question),
                Err(text) => {
                    self.warn(session, text);
                    session.receive(News::Stopped(self.work));
                    return;
                }
            },
            Some(_) => {}
        }
        if let Some(question) = &asked.question {
            self.tell(session, question.context().progress());
        }
        if self.settle(&asked, session) {
            session.receive(News::Stopped(self.work));
        } else {
            self.asked = Some(asked);
        }
    }

    /// Hands on what came.
    /// - returns: whether it has ended
    fn settle(&self, asked: &Asked, session: &mut Session) -> bool {
        let Some(question) = &asked.question else { return false };
        while let Some(event) = question.poll() {
            match event {
                inference::Event::Part(Part::Explained { saliency, .. }) => know(asked.id, saliency, session),
                inference::Event::Part(Part::Failed(text)) => self.warn(session, sentence(text)),
                inference::Event::Part(Part::Answer(_) | Part::Members(_) | Part::Turned(_)) => {}
                inference::Event::Ended(Outcome::Failed(failure)) => {
                    self.warn(session, sentence(failure));
                    return true;
                }
                inference::Event::Ended(_) => return true,
            }
        }
        false
    }

    /// Says what went wrong to whoever asked; nobody asked for a check in the background.
    fn warn(&self, session: &mut Session, text: String) {
        if self.work != WorkId::Check {
            session.receive(News::Notice(Severity::Error, text));
        }
    }

    fn tell(&self, session: &mut Session, progress: Progress) {
        session.receive(News::Working(Work { id: self.work, progress }));
    }
}

fn begin(
    asked: &Asked,
    engine: &Engine,
    session: &Session,
    waker: &Waker,
) -> Result<inference::Question<Part>, String> {
    let request = Request {
        explain: asked.maps.clone(),
        parameters: Parameters { trust: asked.trust, ..Parameters::default() },
        ..asked_again(session, asked.id, &asked.answer)?
    };
    classify::ask_maps(engine, waker.now(), request, asked.answer.weights_sha256.clone()).map_err(sentence)
}

/// The nodule's maps are those that it had, and these.
pub(super) fn know(id: NoduleId, new: Vec<Arc<Saliency>>, session: &mut Session) {
    let Some(nodule) = session.findings().nodule(id) else { return };
    let Question::Answered { answer, saliency } = &nodule.question else { return };
    let (at, answer) = (nodule.at, Arc::clone(answer));
    let replaced = |old: &&Arc<Saliency>| new.iter().all(|n| (n.method, n.scale) != (old.method, old.scale));
    let mut saliency: Vec<Arc<Saliency>> = saliency.iter().filter(replaced).cloned().collect();
    saliency.extend(new.iter().cloned());
    session.receive(News::Question { id, at, question: Question::Answered { answer, saliency } });
}
