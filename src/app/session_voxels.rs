//! Segments of a session that comes back: from text to voxels on a thread of their own.

use std::sync::{Arc, Weak};

use super::core::Core;
use crate::jobs::{Job, Outcome, spawn};
use crate::volume::Volume;
use crate::workflow::session_file::{SavedSeries, SavedSession, filled, wants_filling};

/// A series whose segments become voxels, or have become.
pub(super) struct Filling {
    /// On whose grid; another one is another try.
    volume: Weak<Volume>,
    /// `None` once it has ended.
    job: Option<Job<SavedSeries>>,
}

impl Core {
    /// The session with voxels in a series; `None` while they are on their way, when it waits again.
    /// - `hash`, `volume`: of the series
    pub(super) fn fill(
        &mut self,
        mut saved: SavedSession,
        hash: &str,
        volume: &Arc<Volume>,
    ) -> Option<SavedSession> {
        self.sessions.filling.retain(|filling| filling.volume.strong_count() > 0);
        let of_this = |filling: &&mut Filling| std::ptr::eq(filling.volume.as_ptr(), Arc::as_ptr(volume));
        let Some(filling) = self.sessions.filling.iter_mut().find(of_this) else {
            if let Some(series) = saved.series.iter().find(|series| series.series == hash)
                && wants_filling(&saved, hash)
            {
                let (series, to) = (series.clone(), Arc::clone(volume));
                let job = spawn("segments", self.waker.now(), move |ctx| filled(series, &to, ctx));
                self.sessions.filling.push(Filling { volume: Arc::downgrade(volume), job: Some(job) });
                self.sessions.waiting = Some(saved);
                return None;
            }
            return Some(saved);
        };
        let Some(outcome) = filling.job.as_ref().map(Job::poll) else { return Some(saved) };
        let Some(outcome) = outcome else {
            self.sessions.waiting = Some(saved);
            return None;
        };
        filling.job = None;
        match outcome {
            Outcome::Done(series) => {
                if let Some(slot) = saved.series.iter_mut().find(|s| s.series == series.series) {
                    *slot = series;
                }
            }
            Outcome::Failed(failure) => self.fail(failure.to_string()),
            Outcome::Cancelled => {}
        }
        Some(saved)
    }
}
