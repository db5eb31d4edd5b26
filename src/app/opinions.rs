//! The networks that are asked beside the chosen one: one after the other, when it has answered.

use std::sync::Arc;

use super::asker::compares_dates;
use super::priors::{Earlier, earlier};
use super::waker::Waker;
use super::words::sentence;
use crate::explain::{Saliency, Wanted};
use crate::findings::{Nodule, NoduleId, Opinion, PriorPoint, Question, Said};
use crate::geometry::{Patient, Point};
use crate::inference::{self, Answer, Engine};
use crate::jobs::Outcome;
use crate::networks::spec;
use crate::session::{News, Session};
use crate::volume::Volume;
use crate::workflow::classify::{self, Part, Request};

/// The question in hand.
struct Asked {
    id: NoduleId,
    at: Point<Patient>,
    /// The nodule's point on the earlier date.
    prior: Option<PriorPoint>,
    model: &'static str,
    volume: Arc<Volume>,
    question: inference::Question<Part>,
    /// Its maps, once they came; its answer may be bettered after them.
    maps: Vec<Arc<Saliency>>,
    answer: Option<Arc<Answer>>,
}

/// Asks for opinions about the selected nodule.
#[derive(Default)]
pub(super) struct Opinions {
    asked: Option<Asked>,
}

impl Opinions {
    /// Whether nobody is asked.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// Everything that came back, and the next question where nothing else waits for the network.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let current = |asked: &Asked| {
            session.volume().is_some_and(|shown| Arc::ptr_eq(shown, &asked.volume))
                && session.findings().nodule(asked.id).is_some_and(|n| {
                    n.at == asked.at && (n.prior == asked.prior || !compares_dates(asked.model))
                })
                && session.look().beside.contains(&asked.model)
        };
        // Dropping a question stops it.
        self.asked = self.asked.take().filter(|asked| current(asked));
        let ended = match &mut self.asked {
            // The chosen network goes first; this one is asked again.
            Some(asked) if engine.is_none() => {
                forget(asked, session);
                true
            }
            Some(asked) => settle(asked, session),
            None => false,
        };
        self.asked = self.asked.take().filter(|_| !ended);
        if let (None, Some(engine)) = (&self.asked, engine) {
            self.asked = next(engine, session, waker);
        }
    }
}

/// Asks the first network of which nothing is known yet.
fn next(engine: &Engine, session: &mut Session, waker: &Waker) -> Option<Asked> {
    let (nodule, open) = (session.selected()?, session.open()?);
    if !open.loaded || !matches!(nodule.question, Question::Answered { .. }) {
        return None;
    }
    let (id, at, volume) = (nodule.id, nodule.at, Arc::clone(&open.volume));
    let look = session.look();
    let model = *look.beside.iter().find(|model| **model != look.network && waits(session, nodule, model))?;
    let link = nodule.prior.clone();
    let said = |said| News::Opinion { id, opinion: Opinion { model, at, said, maps: Vec::new() } };
    let prior = match compares_dates(model).then(|| earlier(session, link.as_ref())) {
        None => None,
        Some(Earlier::There(prior)) => Some(prior),
        Some(Earlier::Loading) => return None,
        Some(Earlier::Needed) => {
            session.receive(said(Said::NeedsPrior));
            return None;
        }
        Some(Earlier::Refused(text)) => {
            session.receive(said(Said::Nothing(text)));
            return None;
        }
    };
    let request = Request {
        model: model.to_owned(),
        mode: look.mode_of(model),
        fields: session.fields(),
        prior,
        weights: None,
        // Of all scales together: what there is to compare with another network's.
        explain: maps_of(model),
        ..Request::new(Arc::clone(&volume), open.defects.clone(), at)
    };
    match classify::ask(engine, waker.now(), request) {
        Ok(question) => {
            session.receive(said(Said::Asked));
            let (maps, answer) = (Vec::new(), None);
            Some(Asked { id, at, prior: link, model, volume, question, maps, answer })
        }
        Err(error) => {
            session.receive(said(Said::Nothing(sentence(error))));
            None
        }
    }
}

/// The maps that come with its answer, of all scales together.
fn maps_of(model: &str) -> Vec<Wanted> {
    let all = spec(model).map(|spec| Wanted::in_the_window(spec.family)).unwrap_or_default();
    all.into_iter().filter(|wanted| wanted.scale.is_none()).collect()
}

/// Whether a network is to be asked about a nodule: nothing is known of it yet, or it lacked a prior that is
/// there now. One whose prior is being loaded does not hold the others up.
fn waits(session: &Session, nodule: &Nodule, model: &str) -> bool {
    let lacks = match nodule.opinion(model).map(|opinion| &opinion.said) {
        None => false,
        Some(Said::NeedsPrior) => true,
        Some(_) => return false,
    };
    if !compares_dates(model) {
        return true;
    }
    match earlier(session, nodule.prior.as_ref()) {
        Earlier::Loading => false,
        Earlier::Needed => !lacks,
        Earlier::There(_) | Earlier::Refused(_) => true,
    }
}

/// Nothing is known of this network any more.
fn forget(asked: &Asked, session: &mut Session) {
    session.receive(News::NoOpinion { id: asked.id, model: asked.model });
}

/// Hands on what the question brought.
/// - returns: whether it has ended
fn settle(asked: &mut Asked, session: &mut Session) -> bool {
    let (id, at, model) = (asked.id, asked.at, asked.model);
    let mut know = |said, maps| {
        session.receive(News::Opinion { id, opinion: Opinion { model, at, said, maps } });
    };
    while let Some(event) = asked.question.poll() {
        match event {
            inference::Event::Part(Part::Answer(answer) | Part::Members(answer)) => {
                asked.answer = Some(Arc::clone(&answer));
                know(Said::Answer(answer), asked.maps.clone());
            }
            inference::Event::Part(Part::Explained { saliency, .. }) => {
                asked.maps = saliency;
                if let Some(answer) = &asked.answer {
                    know(Said::Answer(Arc::clone(answer)), asked.maps.clone());
                }
            }
            // Without its maps an answer is still one.
            inference::Event::Part(Part::Failed(text)) if asked.answer.is_none() => {
                know(Said::Nothing(sentence(text)), Vec::new());
            }
            inference::Event::Part(Part::Failed(_) | Part::Turned(_)) => {}
            inference::Event::Ended(Outcome::Failed(failure)) if asked.answer.is_none() => {
                know(Said::Nothing(sentence(failure)), Vec::new());
                return true;
            }
            inference::Event::Ended(Outcome::Failed(_)) => return true,
            inference::Event::Ended(Outcome::Done(()) | Outcome::Cancelled) => return true,
        }
    }
    false
}
