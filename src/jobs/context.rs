//! What a job sees of the outside: where to say how far it is, and whether it should stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The job was asked to stop. An outcome, not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being done, in words a person would use.
    pub what: String,
    /// From 0 to 1.
    pub done: f32,
}

/// Shared between a job and whoever watches it. Cloning gives another handle on the same job.
#[derive(Clone)]
pub struct JobContext {
    cancel: Arc<AtomicBool>,
    progress: Arc<Mutex<Progress>>,
    observer: Arc<dyn Fn(&Progress) + Send + Sync>,
}

impl JobContext {
    /// `observer` is called on the job's thread each time that a step is reported.
    pub fn new(observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self { cancel: Arc::default(), progress: Arc::default(), observer: Arc::new(observer) }
    }

    /// For tests and for work that nobody watches.
    pub fn unobserved() -> Self {
        Self::new(|_| {})
    }

    /// Another context that is cancelled with this one, and whose steps nobody sees: for parts of a job that count
    /// as one step of it.
    #[must_use]
    pub fn quiet(&self) -> Self {
        Self { cancel: Arc::clone(&self.cancel), ..Self::unobserved() }
    }

    /// Says what is being done and how far it is (0 to 1).
    /// - errors: [`Cancelled`] if the job should stop here
    pub fn step(&self, what: &str, done: f32) -> Result<(), Cancelled> {
        self.check()?;
        let progress = Progress { what: what.to_owned(), done: done.clamp(0.0, 1.0) };
        (self.observer)(&progress);
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        Ok(())
    }

    /// [`Cancelled`] if the job should stop here.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Whether somebody asked the job to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Asks the job to stop at its next step.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// The newest report.
    pub fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
