//! The first picture before everything else: decoding the other slices would take the processor from drawing it,
//! where a software adapter draws.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::waker::Waker;
use crate::workflow::open::OpenEvent;

/// A window that is hidden or busy draws nothing: reading goes on without it.
const LONGEST: Duration = Duration::from_millis(250);

/// Whether the first slice of a series has been on the screen. A clone is the same one.
#[derive(Clone, Default)]
pub(super) struct FirstLook(Arc<(Mutex<bool>, Condvar)>);

impl FirstLook {
    /// It has.
    pub(super) fn taken(&self) {
        let (taken, told) = &*self.0;
        *taken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        told.notify_all();
    }

    /// Sends the events of opening to the window, and waits at the first slice until it has been seen.
    ///
    /// What comes before wakes the window a little later: a frame that shows no picture would be in the way of the
    /// one that does.
    pub(super) fn hand_on(
        &self,
        send: Sender<OpenEvent>,
        waker: &Waker,
    ) -> impl FnMut(OpenEvent) + Send + 'static {
        let (look, now, soon) = (self.clone(), waker.now(), waker.patiently());
        move |event| {
            let first = matches!(event, OpenEvent::FirstSlice);
            // Nobody listens any more where another case was opened; the job stops at its next step.
            let _ = send.send(event);
            if first {
                now();
                look.wait(LONGEST);
            } else {
                soon();
            }
        }
    }

    fn wait(&self, longest: Duration) {
        let (taken, told) = &*self.0;
        let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = told.wait_timeout_while(taken, longest, |taken| !*taken);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Instant;

    use super::*;

    #[test]
    fn reading_waits_for_the_first_picture_and_not_for_ever() {
        let (send, events) = channel();
        let look = FirstLook::default();
        let mut hand_on = look.hand_on(send, &Waker::default());
        let begun = Instant::now();
        hand_on(OpenEvent::FirstSlice);
        assert!(begun.elapsed() >= LONGEST);
        assert!(matches!(events.try_recv(), Ok(OpenEvent::FirstSlice)));
        let other = look.clone();
        let seen = std::thread::spawn(move || other.taken());
        look.wait(Duration::from_secs(600));
        seen.join().expect("told");
    }
}
