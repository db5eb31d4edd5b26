//! A marked point and what the network said of it.

use std::sync::Arc;

use super::comparison::Comparison;
use super::counterfactual::Counterfactual;
use super::opinion::Opinion;
use super::prior::PriorPoint;
use crate::explain::{Neighbourhood, Saliency, Uncertainty, Wanted};
use crate::geometry::{Patient, Point};
use crate::inference::Answer;
use crate::networks::spec;

/// Identity of a nodule within a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoduleId(pub u32);

/// How far the question about a nodule is.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Not asked: the point is being moved.
    Unasked,
    /// Asked; the network runs.
    Running,
    /// Answered; maps follow.
    Answered {
        /// The answer.
        answer: Arc<Answer>,
        /// The maps of every method and scale that the window shows; empty while they are computed.
        saliency: Vec<Arc<Saliency>>,
    },
    /// It failed, with the sentence.
    Failed(String),
    /// The user stopped it.
    Cancelled,
    /// The network compares two dates, and the nodule is marked on one.
    NeedsPrior,
}

/// A marked point and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodule {
    /// Identity.
    pub id: NoduleId,
    /// The point, LPS millimetres.
    pub at: Point<Patient>,
    /// The same nodule in an earlier series, once it was marked there.
    pub prior: Option<PriorPoint>,
    /// What the network says.
    pub question: Question,
    /// The last answer, since the point was moved or asked about again: it comes back where the new
    /// question comes to nothing.
    before: Option<Answered>,
    /// What other networks say, at this point or where it lay before.
    opinions: Vec<Opinion>,
    /// What the network says of the places around the point, at this point or where it lay before.
    neighbourhood: Option<Asked<Neighbourhood>>,
    /// How far its answer moves when nothing is changed.
    uncertainty: Option<Asked<Uncertainty>>,
    /// What it would say without the tissue that was painted away.
    counterfactual: Option<Asked<Counterfactual>>,
    /// Its maps beside each other.
    comparison: Option<Arc<Comparison>>,
}

/// What a network was asked besides, and what the first member had answered to the question itself: the mode, what is
/// known of the patient and the earlier date are in it, too.
#[derive(Clone, Debug, PartialEq)]
struct Asked<T> {
    logits: Option<[f64; 2]>,
    found: Arc<T>,
}

impl<T> Asked<T> {
    /// What was found, where it is about this answer.
    fn of(&self, answer: &Answer) -> Option<&Arc<T>> {
        (self.logits == answer.first_logits()).then_some(&self.found)
    }
}

/// An answer, with its maps and its own place.
#[derive(Clone, Debug, PartialEq)]
struct Answered {
    answer: Arc<Answer>,
    saliency: Vec<Arc<Saliency>>,
    /// The point on the earlier date that it was given for.
    prior: Option<PriorPoint>,
}

impl Answered {
    /// Whether it depends on the point on the earlier date.
    fn compares_dates(&self) -> bool {
        self.answer.detail.family().compares_dates()
    }
}

impl Nodule {
    /// A point that had no answer before.
    pub fn new(id: NoduleId, at: Point<Patient>, question: Question) -> Self {
        Self {
            id,
            at,
            prior: None,
            question,
            before: None,
            opinions: Vec::new(),
            neighbourhood: None,
            uncertainty: None,
            counterfactual: None,
            comparison: None,
        }
    }

    /// The same nodule at another point, not asked about yet.
    pub fn moved(&self, at: Point<Patient>) -> Self {
        let mut moved = self.clone();
        moved.learn(Question::Unasked);
        Self { at, ..moved }
    }

    /// The same nodule with another point on the earlier date, or without one. What networks that compare
    /// dates said of it holds no longer; what the others said does.
    #[must_use]
    pub fn linked(&self, prior: Option<PriorPoint>) -> Self {
        let mut linked = self.clone();
        let compares = |model: &str| spec(model).is_ok_and(|spec| spec.family.compares_dates());
        linked.opinions.retain(|opinion| !compares(opinion.model));
        if linked.answer().is_some_and(|answer| answer.detail.family().compares_dates()) {
            linked.learn(Question::Unasked);
            if prior.is_none() {
                (linked.question, linked.before) = (Question::NeedsPrior, None);
            }
        }
        Self { prior, ..linked }
    }

    /// The same nodule, asked about again.
    pub fn asked_again(&self) -> Self {
        let mut again = self.clone();
        again.learn(Question::Running);
        again
    }

    /// Takes in how far the question is. One that fails, is stopped or lacks the earlier date leaves the
    /// nodule as it was when it was last answered, the places included; an answer whose maps fail stays
    /// without them.
    /// - returns: whether an answer was kept in place of the failure
    pub fn learn(&mut self, question: Question) -> bool {
        let now = std::mem::replace(&mut self.question, question);
        match (&self.question, now) {
            (Question::Unasked | Question::Running, Question::Answered { answer, saliency }) => {
                self.before = Some(Answered { answer, saliency, prior: self.prior.clone() });
                false
            }
            (Question::Unasked | Question::Running, _) => false,
            (Question::Answered { .. }, _) => {
                self.before = None;
                false
            }
            (
                Question::Failed(_) | Question::Cancelled | Question::NeedsPrior,
                now @ Question::Answered { .. },
            ) => {
                self.question = now;
                true
            }
            (Question::Failed(_) | Question::Cancelled | Question::NeedsPrior, _) => {
                let Some(before) = self.before.take() else { return false };
                if before.compares_dates() {
                    self.prior.clone_from(&before.prior);
                }
                let Answered { answer, saliency, .. } = before;
                self.at = answer.at;
                self.question = Question::Answered { answer, saliency };
                true
            }
        }
    }

    /// The same nodule without what other networks say of it.
    #[must_use]
    pub fn unheard(self) -> Self {
        Self { opinions: Vec::new(), ..self }
    }

    /// Whether other networks said anything of it.
    pub fn is_heard(&self) -> bool {
        !self.opinions.is_empty()
    }

    /// Takes in what another network says; one that was known before is replaced.
    pub fn hear(&mut self, opinion: Opinion) {
        self.unhear(opinion.model);
        self.opinions.push(opinion);
    }

    /// Forgets what another network says.
    pub fn unhear(&mut self, model: &str) {
        self.opinions.retain(|known| known.model != model);
    }

    /// What another network says of the nodule where it lies now.
    pub fn opinion(&self, model: &str) -> Option<&Opinion> {
        self.opinions.iter().find(|known| known.model == model && known.at == self.at)
    }

    /// The maps of other networks of the nodule where it lies now, each with its network's name.
    pub fn maps_of_others(&self) -> impl Iterator<Item = (&'static str, &Arc<Saliency>)> {
        let here = self.opinions.iter().filter(|known| known.at == self.at);
        here.flat_map(|known| known.maps.iter().map(|map| (known.model, map)))
    }

    /// Takes in what the network says of the places around the point.
    pub fn surround(&mut self, found: Arc<Neighbourhood>) {
        let logits = self.answer().and_then(|answer| answer.first_logits());
        self.neighbourhood = Some(Asked { logits, found });
    }

    /// What the network that answered says of the places around the point; `None` where another one was asked
    /// about them, or about another point.
    pub fn neighbourhood(&self) -> Option<&Arc<Neighbourhood>> {
        let answer = self.answer()?;
        let same = |found: &&Arc<Neighbourhood>| {
            found.at == answer.at
                && found.model == answer.model
                && found.weights_sha256 == answer.weights_sha256
        };
        self.neighbourhood.as_ref()?.of(answer).filter(same)
    }

    /// Takes in how far the answer moves when nothing is changed.
    pub fn waver(&mut self, found: Arc<Uncertainty>) {
        let logits = self.answer().and_then(|answer| answer.first_logits());
        self.uncertainty = Some(Asked { logits, found });
    }

    /// How far the answer moves when nothing is changed; `None` where another answer was asked about.
    pub fn uncertainty(&self) -> Option<&Arc<Uncertainty>> {
        let answer = self.answer()?;
        self.uncertainty.as_ref()?.of(answer).filter(|found| found.belongs_to(answer))
    }

    /// Takes in what the network would say without the painted tissue.
    pub fn suppose(&mut self, found: Arc<Counterfactual>) {
        let logits = self.answer().and_then(|answer| answer.first_logits());
        self.counterfactual = Some(Asked { logits, found });
    }

    /// What the network that answered would say without the tissue that was painted away when it was asked
    /// last; `None` where it was not asked about this point.
    pub fn counterfactual(&self) -> Option<&Arc<Counterfactual>> {
        let answer = self.answer()?;
        let found = self.counterfactual.as_ref()?.of(answer)?;
        Some(found).filter(|found| answer.can_lack_tissue() && found.belongs_to(answer))
    }

    /// What the network said, once it did.
    pub fn answer(&self) -> Option<&Arc<Answer>> {
        match &self.question {
            Question::Answered { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// Every map of the network that answered.
    pub fn maps(&self) -> &[Arc<Saliency>] {
        match &self.question {
            Question::Answered { saliency, .. } => saliency,
            _ => &[],
        }
    }

    /// The maps of all scales together, each method's.
    pub fn combined_maps(&self) -> Vec<Arc<Saliency>> {
        self.maps().iter().filter(|map| map.scale.is_none()).cloned().collect()
    }

    /// Takes in how far its maps agree.
    pub fn compare(&mut self, found: Arc<Comparison>) {
        self.comparison = Some(found);
    }

    /// How far its maps agree; `None` where they are others now.
    pub fn comparison(&self) -> Option<&Arc<Comparison>> {
        self.comparison.as_ref().filter(|found| found.is_of(&self.combined_maps()))
    }

    /// The map that is shown where this one is wanted: it, or the first of those that the network has.
    pub fn shown_saliency(&self, wanted: Wanted) -> Option<&Arc<Saliency>> {
        self.saliency(wanted).or_else(|| match &self.question {
            Question::Answered { saliency, .. } => saliency.first(),
            _ => None,
        })
    }

    /// The map of a method for one scale, or for all combined, once it is there.
    pub fn saliency(&self, wanted: Wanted) -> Option<&Arc<Saliency>> {
        let is_it = |s: &&Arc<Saliency>| s.method == wanted.method.name() && s.scale == wanted.scale;
        match &self.question {
            Question::Answered { saliency, .. } => saliency.iter().find(is_it),
            _ => None,
        }
    }
}
