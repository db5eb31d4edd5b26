//! One piece of work on a thread of its own.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::context::{Cancelled, JobContext};

/// Called when a job has something to pick up: a window asks for a repaint.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A job that ended without a result of its own making.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} stopped by a fault in the program ({detail}). Nothing of yours was changed")]
pub struct JobFailure {
    /// The job's name.
    pub what: String,
    /// What the fault said of itself.
    pub detail: String,
}

/// How a job ended.
#[derive(Debug, PartialEq)]
pub enum Outcome<T> {
    /// It ran to its end.
    Done(T),
    /// It was asked to stop, and did.
    Cancelled,
    /// It panicked, or its thread could not be started.
    Failed(JobFailure),
}

/// A running job. Dropping it asks it to stop.
pub struct Job<T> {
    name: &'static str,
    context: JobContext,
    outcome: Receiver<Outcome<T>>,
    /// `None` where it could not be started, and once it has been waited for.
    thread: Option<JoinHandle<()>>,
}

impl<T> Job<T> {
    /// The job's name, as given to [`spawn`].
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Progress and cancel.
    pub fn context(&self) -> &JobContext {
        &self.context
    }

    /// The outcome, once, when the job has ended.
    pub fn poll(&self) -> Option<Outcome<T>> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Outcome::Failed(JobFailure {
                what: self.name.to_owned(),
                detail: "its thread is gone".to_owned(),
            })),
        }
    }
}

impl<T> Job<T> {
    /// Asks it to stop and waits for its end: for work that must not go on while the program ends, because
    /// it uses a library of C that tears itself down then.
    /// - `longest`: work that takes longer is left to itself
    /// - returns: the outcome, if it came in time and was not picked up before
    pub fn end(mut self, longest: Duration) -> Option<Outcome<T>> {
        self.context.cancel();
        let outcome = match self.outcome.recv_timeout(longest) {
            Ok(outcome) => Some(outcome),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                tracing::warn!(job = self.name, "it does not end; it is left to itself");
                return None;
            }
        };
        if let Some(thread) = self.thread.take() {
            // Its outcome has been sent: it only wakes the window any more, and its panics were caught.
            let _ = thread.join();
        }
        outcome
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.context.cancel();
    }
}

/// Starts `work` on a thread of this name; `wake` is called at each step and at the end.
///
/// A panic inside becomes [`Outcome::Failed`].
pub fn spawn<T: Send + 'static>(
    name: &'static str,
    wake: Wake,
    work: impl FnOnce(&JobContext) -> Result<T, Cancelled> + Send + 'static,
) -> Job<T> {
    let (send, outcome) = sync_channel(1);
    let at_step = Arc::clone(&wake);
    let context = JobContext::new(move |_| at_step());
    let inner = context.clone();
    let at_failure = send.clone();
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(&inner))) {
            Ok(Ok(value)) => Outcome::Done(value),
            Ok(Err(Cancelled)) => Outcome::Cancelled,
            Err(panic) => Outcome::Failed(JobFailure { what: name.to_owned(), detail: panic_text(&*panic) }),
        };
        // Nobody listens any more where the job was dropped.
        let _ = send.send(outcome);
        wake();
    });
    let started = started
        .map_err(|error| {
            let failure = JobFailure { what: name.to_owned(), detail: error.to_string() };
            let _ = at_failure.send(Outcome::Failed(failure));
        })
        .ok();
    Job { name, context, outcome, thread: started }
}

/// What a panic said, for a message.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no detail".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_job_that_is_ended_is_over_when_that_returns() {
        let over = Arc::new(AtomicBool::new(false));
        let inner = Arc::clone(&over);
        let job = spawn("test", Arc::new(|| {}), move |ctx| {
            while ctx.check().is_ok() {
                std::thread::yield_now();
            }
            inner.store(true, Ordering::SeqCst);
            Ok(5)
        });
        assert_eq!(job.end(Duration::from_secs(30)), Some(Outcome::Done(5)));
        assert!(over.load(Ordering::SeqCst));
        let stubborn = spawn("test", Arc::new(|| {}), |_| {
            std::thread::sleep(Duration::from_millis(300));
            Ok(())
        });
        assert_eq!(stubborn.end(Duration::from_millis(1)), None);
    }

    fn wait<T>(job: &Job<T>) -> Outcome<T> {
        loop {
            if let Some(outcome) = job.poll() {
                return outcome;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_job_returns_its_value_and_reports_its_steps() {
        let job = spawn("count", Arc::new(|| {}), |ctx| {
            ctx.step("Counting", 0.5)?;
            Ok(7)
        });
        assert_eq!(wait(&job), Outcome::Done(7));
        assert_eq!(job.context().progress().what, "Counting");
    }

    #[test]
    fn a_cancelled_job_stops_at_its_next_step() {
        let (go, gate) = sync_channel::<()>(0);
        let job = spawn("wait", Arc::new(|| {}), move |ctx| {
            gate.recv().ok();
            ctx.step("never", 0.0)?;
            Ok(())
        });
        job.context().cancel();
        go.send(()).expect("the job waits");
        assert_eq!(wait(&job), Outcome::Cancelled);
    }

    #[test]
    fn a_panic_becomes_a_failure_message() {
        let job = spawn::<()>("fail", Arc::new(|| {}), |_| panic!("on purpose"));
        let Outcome::Failed(failure) = wait(&job) else { panic!("must fail") };
        assert_eq!(failure.detail, "on purpose");
    }
}
