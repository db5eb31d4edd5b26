//! Background work: a job with progress and cancel.
//!
//! A job is a plain function that returns a value and never holds the document. It does not know
//! of windows: it gets a `wake` closure that is called when something can be picked up.

mod context;
mod job;

pub use context::{Cancelled, JobContext, Progress};
pub(crate) use job::panic_text;
pub use job::{Job, JobFailure, Outcome, Wake, spawn};
