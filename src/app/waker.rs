//! How jobs ask for a frame, whichever window is open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::jobs::Wake;

/// Progress is drawn at most this often: a frame on a software adapter takes as long, and would
/// take its time from the work that it shows.
const PROGRESS_EVERY: Duration = Duration::from_millis(80);

/// Before that nobody wonders what goes on.
const FIRST_PROGRESS: Duration = Duration::from_millis(250);

/// Points at the context of the window that is open.
#[derive(Clone, Default)]
pub(super) struct Waker(Arc<Mutex<Option<egui::Context>>>);

impl Waker {
    /// From now on this window is woken.
    pub(super) fn attach(&self, ctx: &egui::Context) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.clone());
    }

    /// For what should be seen at once.
    pub(super) fn now(&self) -> Wake {
        let waker = self.clone();
        Arc::new(move || waker.with(egui::Context::request_repaint))
    }

    /// For progress.
    pub(super) fn soon(&self) -> Wake {
        let waker = self.clone();
        Arc::new(move || waker.with(|ctx| ctx.request_repaint_after(PROGRESS_EVERY)))
    }

    /// For the progress of something that may be over at once: nothing is drawn before a person would miss it.
    pub(super) fn patiently(&self) -> Wake {
        let (waker, begun) = (self.clone(), Instant::now());
        Arc::new(move || {
            let wait = FIRST_PROGRESS.saturating_sub(begun.elapsed()).max(PROGRESS_EVERY);
            waker.with(|ctx| ctx.request_repaint_after(wait));
        })
    }

    fn with(&self, ask: impl Fn(&egui::Context)) {
        let ctx = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ctx) = ctx {
            ask(&ctx);
        }
    }
}
