//! A worker thread for work that follows the mouse: a newer request replaces a waiting one.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::job::Wake;

struct Slot<Req> {
    waiting: Option<Req>,
    closed: bool,
}

/// A named thread that always works on the newest request; results are picked up with
/// [`Latest::poll`]. Dropping it ends the thread after the work in hand.
pub struct Latest<Req, Res> {
    slot: Arc<(Mutex<Slot<Req>>, Condvar)>,
    result: Arc<Mutex<Option<Res>>>,
}

impl<Req: Send + 'static, Res: Send + 'static> Latest<Req, Res> {
    /// Starts the worker.
    /// - errors: the system has no more threads
    pub fn start(
        name: &'static str,
        wake: Wake,
        mut work: impl FnMut(Req) -> Res + Send + 'static,
    ) -> std::io::Result<Self> {
        let slot = Arc::new((Mutex::new(Slot { waiting: None, closed: false }), Condvar::new()));
        let result = Arc::new(Mutex::new(None));
        let (thread_slot, thread_result) = (Arc::clone(&slot), Arc::clone(&result));
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(request) = next(&thread_slot) {
                let value = work(request);
                *thread_result.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                wake();
            }
        })?;
        Ok(Self { slot, result })
    }

    /// Asks for this; a request still waiting is forgotten.
    pub fn request(&self, request: Req) {
        self.slot.0.lock().unwrap_or_else(PoisonError::into_inner).waiting = Some(request);
        self.slot.1.notify_one();
    }

    /// The newest result not yet picked up.
    pub fn poll(&self) -> Option<Res> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<Req, Res> Drop for Latest<Req, Res> {
    fn drop(&mut self) {
        self.slot.0.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.slot.1.notify_one();
    }
}

fn next<Req>((slot, signal): &(Mutex<Slot<Req>>, Condvar)) -> Option<Req> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if slot.closed {
            return None;
        }
        if let Some(request) = slot.waiting.take() {
            return Some(request);
        }
        slot = signal.wait(slot).unwrap_or_else(PoisonError::into_inner);
    }
}
