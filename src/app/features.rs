//! Layers of the selected nodule's network, asked for while their sheet is open.

use std::sync::Arc;

use super::again::is_still;
use super::waker::Waker;
use super::words::sentence;
use crate::explain::LayerWanted;
use crate::findings::NoduleId;
use crate::inference::{self, Answer, Detail, Engine};
use crate::jobs::Outcome;
use crate::session::{News, Session, Severity};
use crate::workflow::features::{self, FeaturesPart};

/// What is wanted of an answer.
struct Wanted {
    id: NoduleId,
    answer: Arc<Answer>,
    layer: LayerWanted,
    /// `None` while the network has more urgent work.
    question: Option<inference::Question<FeaturesPart>>,
}

/// Asks for one layer at a time.
#[derive(Default)]
pub(super) struct Features {
    wanted: Option<Wanted>,
}

impl Features {
    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.wanted.is_none()
    }

    /// Asks for a layer of the selected nodule's answer; another one that is waited for is dropped.
    pub(super) fn ask(&mut self, layer: LayerWanted, session: &Session) {
        self.wanted = session.selected().and_then(|nodule| {
            let answer = Arc::clone(nodule.answer()?);
            Some(Wanted { id: nodule.id, answer, layer, question: None })
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
                let about = (Arc::clone(&wanted.answer), ct);
                wanted.question = Some(features::ask(engine, waker.now(), about, wanted.layer));
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
            inference::Event::Part(FeaturesPart::Known(maps)) => {
                session.receive(News::Features { of: Arc::clone(&wanted.answer), maps });
            }
            inference::Event::Part(FeaturesPart::Failed(text)) => {
                session.receive(News::NoFeatures { of: Arc::clone(&wanted.answer), wanted: wanted.layer });
                session.receive(News::Notice(Severity::Error, sentence(text)));
            }
            inference::Event::Ended(Outcome::Failed(failure)) => {
                session.receive(News::NoFeatures { of: Arc::clone(&wanted.answer), wanted: wanted.layer });
                session.receive(News::Notice(Severity::Error, sentence(failure)));
                return true;
            }
            inference::Event::Ended(_) => return true,
        }
    }
    false
}
