//! Maps of the selected nodule beside each other, on a thread of their own.

use std::sync::Arc;

use super::waker::Waker;
use crate::explain::Saliency;
use crate::findings::{Comparison, NoduleId};
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{News, Session};

/// What is compared.
struct Wanted {
    id: NoduleId,
    maps: Vec<Arc<Saliency>>,
    two: Option<[Arc<Saliency>; 2]>,
}

impl Wanted {
    fn now(session: &Session) -> Option<Self> {
        let nodule = session.selected()?;
        let maps = nodule.combined_maps();
        let two = session.compared_maps().map(|two| two.map(Arc::clone));
        (maps.len() > 1 || two.is_some()).then_some(Self { id: nodule.id, maps, two })
    }

    fn is_known(&self, session: &Session) -> bool {
        let known = session.findings().nodule(self.id).and_then(|nodule| nodule.comparison());
        known.is_some_and(|known| {
            let two = self.two.as_ref().is_none_or(|[a, b]| known.difference([a, b]).is_some());
            known.is_of(&self.maps) && two
        })
    }

    fn is(&self, other: &Self) -> bool {
        let same = |a: &[Arc<Saliency>], b: &[Arc<Saliency>]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        let two = |w: &Self| w.two.clone().map_or_else(Vec::new, Vec::from);
        self.id == other.id && same(&self.maps, &other.maps) && same(&two(self), &two(other))
    }
}

/// The job, if one runs, and what was compared last.
#[derive(Default)]
pub(super) struct Comparisons {
    running: Option<Job<Comparison>>,
    last: Option<Wanted>,
}

impl Comparisons {
    /// What has come since the last frame, and the next comparison.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        if let Some(outcome) = self.running.as_ref().and_then(Job::poll) {
            self.running = None;
            if let (Outcome::Done(found), Some(last)) = (outcome, &self.last) {
                session.receive(News::Comparison { id: last.id, found: Arc::new(found) });
            }
        }
        let Some(wanted) = Wanted::now(session) else { return };
        // What could not be compared once cannot be compared again.
        if wanted.is_known(session) || self.last.as_ref().is_some_and(|last| last.is(&wanted)) {
            return;
        }
        let (maps, two) = (wanted.maps.clone(), wanted.two.clone());
        self.running = Some(spawn("comparison", waker.now(), move |_| Ok(Comparison::between(maps, two))));
        self.last = Some(wanted);
    }
}
