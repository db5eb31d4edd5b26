//! Counts the values of the series on the screen once all of it is there, away from the window's thread.

use std::sync::Arc;

use super::waker::Waker;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{News, Session};
use crate::volume::{Volume, VolumeHistogram};

/// What is being counted.
#[derive(Default)]
pub(super) struct Counting {
    running: Option<(Arc<Volume>, Job<Option<VolumeHistogram>>)>,
    /// Counted last, so that a volume without values is not counted for ever.
    done: Option<std::sync::Weak<Volume>>,
}

impl Counting {
    /// Takes a finished count in, and begins the next.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        let open = session.open().filter(|open| open.loaded).map(|open| Arc::clone(&open.volume));
        // Another volume is open: what is counted of the old one is of no use.
        if self.running.as_ref().is_some_and(|(of, _)| !open.as_ref().is_some_and(|v| Arc::ptr_eq(v, of))) {
            self.running = None;
        }
        if let Some((volume, job)) = &self.running {
            let Some(outcome) = job.poll() else { return };
            if let Outcome::Done(Some(histogram)) = outcome {
                let (volume, histogram) = (Arc::clone(volume), Arc::new(histogram));
                session.receive(News::Counted { volume, histogram });
            }
            self.done = Some(Arc::downgrade(volume));
            self.running = None;
        }
        let Some(volume) = open else { return };
        let counted = self.done.as_ref().is_some_and(|done| done.as_ptr() == Arc::as_ptr(&volume));
        if !counted {
            let of = Arc::clone(&volume);
            let job = spawn("histogram", waker.now(), move |_| Ok(VolumeHistogram::of(&of)));
            self.running = Some((volume, job));
        }
    }
}
