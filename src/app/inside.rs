//! What the selected nodule's network computed on its way, asked for while a sheet shows it.

use std::sync::Arc;

use super::again::is_still;
use super::waker::Waker;
use super::words::sentence;
use crate::explain::InsideWanted;
use crate::findings::NoduleId;
use crate::inference::{self, Answer, Detail, Engine};
use crate::jobs::Outcome;
use crate::session::{News, Session, Severity};
use crate::workflow::inside::{self, About, InsidePart};

/// What is wanted of an answer.
struct Wanted {
    id: NoduleId,
    answer: Arc<Answer>,
    what: InsideWanted,
    /// `None` while the network has more urgent work.
    question: Option<inference::Question<InsidePart>>,
}

/// Asks for one thing at a time.
#[derive(Default)]
pub(super) struct Insides {
    wanted: Option<Wanted>,
}

impl Insides {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.wanted.is_none()
    }

    /// Asks about the selected nodule's answer; another one that is waited for is dropped.
    pub(super) fn ask(&mut self, what: InsideWanted, session: &Session) {
        self.wanted = session.selected().and_then(|nodule| {
            let answer = Arc::clone(nodule.answer()?);
            Some(Wanted { id: nodule.id, answer, what, question: None })
        });
    }

    /// Everything that came back.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let Some(mut wanted) = self.wanted.take() else { return };
        if !is_still(session, wanted.id, &wanted.answer) {
            return;
        }
        // One slice of the CT is read again; of the others the answer keeps what was read.
        let ct = session.open().filter(|open| open.loaded).map(|open| Arc::clone(&open.volume));
        let (reads, ct) = match wanted.answer.detail {
            Detail::Ssm(_) => (ct.is_some(), ct),
            _ => (true, None),
        };
        match engine.filter(|_| reads) {
            // Dropping a question stops it; it is asked again.
            None => wanted.question = None,
            Some(engine) if wanted.question.is_none() => {
                let about = About { answer: Arc::clone(&wanted.answer), ct, weights: None };
                wanted.question = Some(inside::ask(engine, waker.now(), about, wanted.what));
            }
            Some(_) => {}
        }
        if !settle(&wanted, session) {
            self.wanted = Some(wanted);
        }
    }
}

/// Hands on what came.
/// - returns: whether it has ended
fn settle(wanted: &Wanted, session: &mut Session) -> bool {
    let Some(question) = &wanted.question else { return false };
    while let Some(event) = question.poll() {
        match event {
            inference::Event::Part(InsidePart::Known(found)) => {
                session.receive(News::Inside { of: Arc::clone(&wanted.answer), found });
            }
            inference::Event::Part(InsidePart::Failed(text)) => {
                session.receive(News::NotInside { of: Arc::clone(&wanted.answer), wanted: wanted.what });
                session.receive(News::Notice(Severity::Error, sentence(text)));
            }
            inference::Event::Ended(Outcome::Failed(failure)) => {
                session.receive(News::NotInside { of: Arc::clone(&wanted.answer), wanted: wanted.what });
                session.receive(News::Notice(Severity::Error, sentence(failure)));
                return true;
            }
            inference::Event::Ended(_) => return true,
        }
    }
    false
}
