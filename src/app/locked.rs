//! Archives that ask for a password: opened with one, or left closed.

use super::core::Core;
use crate::ingest::Private;
use crate::session::News;

impl Core {
    /// Opens what waits for a password with this one. A wrong one asks again.
    pub(super) fn unlock(&mut self, password: Private<String>) {
        if let Some(locked) = self.session.locked().cloned() {
            self.session.receive(News::Locked(None));
            let paths = locked.paths.reveal().clone();
            if locked.as_prior {
                self.priors.open_paths(paths, Some(password), &self.session, &self.waker);
            } else {
                self.inbox.open_locked(paths, password, &self.waker);
            }
        }
    }

    /// Leaves it closed, and says so.
    pub(super) fn leave_locked(&mut self) {
        if let Some(sentence) = self.session.locked().map(|locked| locked.left()) {
            self.session.receive(News::Locked(None));
            self.session.receive(News::OpenFailed(sentence));
        }
    }
}
