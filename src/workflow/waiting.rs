//! Waiting for a question to the inference thread, where nobody draws meanwhile.

use super::classify::ClassifyError;
use crate::inference::{Event, Question};
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome};

/// Waits until the question has ended.
/// - `what`: is asked, in the message of a fault
/// - `known`: what a part tells, or the sentence why there is nothing
/// - `ctx`: reports progress and can cancel
/// - returns: what was told last
/// - errors: as the question; that nothing was told
pub(super) fn last_known<P, T>(
    question: &Question<P>,
    what: &str,
    known: impl Fn(P) -> Result<T, String>,
    ctx: &JobContext,
) -> Result<T, ClassifyError> {
    let fault = |detail: String| JobFailure { what: what.to_owned(), detail };
    let mut found = None;
    loop {
        if ctx.is_cancelled() {
            question.context().cancel();
        }
        let progress = question.context().progress();
        // Asked to stop: the question is told in the next turn, and ends.
        let _ = ctx.step(&progress.what, progress.done);
        match question.wait_a_moment() {
            None => {}
            Some(Event::Part(part)) => found = Some(known(part).map_err(fault)?),
            Some(Event::Ended(Outcome::Cancelled)) => return Err(Cancelled.into()),
            Some(Event::Ended(Outcome::Failed(failure))) => return Err(failure.into()),
            Some(Event::Ended(Outcome::Done(()))) => break,
        }
    }
    found.ok_or_else(|| fault("no answer came".to_owned()).into())
}
