//! How a command ends: exit code and the one sentence on stderr. Every command returns these;
//! `cli::main` alone turns them into words and a number.

use std::fmt::Display;
use std::process::ExitCode;

use crate::jobs::Cancelled;

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The arguments make no sense, or ask for what this version does not have: exit code 2.
    Arguments(String),
    /// The work failed: exit code 1.
    Work(String),
    /// Ctrl+C: exit code 130, as shells write "ended by the interrupt key".
    Interrupted,
}

impl Failure {
    /// The work failed with this sentence.
    pub(super) fn work(sentence: impl Display) -> Self {
        Self::Work(sentence.to_string())
    }

    /// Wrong arguments, with this sentence.
    pub(super) fn arguments(sentence: impl Display) -> Self {
        Self::Arguments(sentence.to_string())
    }

    /// 1, 2 or 130.
    pub(super) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Work(_) => 1,
            Self::Arguments(_) => 2,
            Self::Interrupted => 130,
        })
    }

    /// The one line for stderr: line breaks of foreign messages become spaces.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Arguments(s) | Self::Work(s) => s.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Interrupted => "stopped by Ctrl+C; nothing half-written was left behind".to_owned(),
        }
    }
}

impl From<Cancelled> for Failure {
    fn from(_: Cancelled) -> Self {
        Self::Interrupted
    }
}

impl From<crate::ingest::IngestError> for Failure {
    fn from(error: crate::ingest::IngestError) -> Self {
        match error {
            crate::ingest::IngestError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_several_lines_becomes_one() {
        assert_eq!(Failure::work("first\n  second").sentence(), "first second");
    }

    #[test]
    fn cancelling_is_not_a_failure_of_the_work() {
        assert_eq!(Failure::from(Cancelled), Failure::Interrupted);
    }
}
