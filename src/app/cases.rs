//! Own cases, read away from the window's thread.

use std::path::PathBuf;
use std::sync::Arc;

use super::core::Core;
use super::words::sentence;
use crate::cases::CaseSet;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{News, Severity};
use crate::workflow::cases::read;

/// The cases of a file, or the sentence that says why not.
pub(super) type CasesJob = Job<Result<CaseSet, String>>;

impl Core {
    /// Reads a file of cases; an earlier wish is dropped.
    pub(super) fn read_cases(&mut self, file: PathBuf) {
        self.ui.cases_path = None;
        self.reading_cases = Some(spawn("cases", self.waker.now(), move |ctx| {
            ctx.step("Reading cases", 0.0)?;
            Ok(read(&file).map_err(sentence))
        }));
    }

    pub(super) fn poll_cases(&mut self) {
        let Some(outcome) = self.reading_cases.as_ref().and_then(Job::poll) else { return };
        self.reading_cases = None;
        match outcome {
            Outcome::Done(Ok(cases)) => {
                self.ui.own_cases = true;
                self.session.receive(News::OwnCases(Arc::new(cases)));
            }
            Outcome::Done(Err(text)) => self.session.receive(News::Notice(Severity::Error, text)),
            Outcome::Failed(failure) => {
                self.session.receive(News::Notice(Severity::Error, failure.to_string()));
            }
            Outcome::Cancelled => {}
        }
    }
}
