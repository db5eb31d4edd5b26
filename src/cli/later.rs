//! Options of the contract whose capability this version does not have. They answer with one sentence and are
//! not listed in the help.

use super::exit::Failure;

/// The honest answer for an option that comes later: wrong arguments for this version.
pub(super) fn option(name: &str) -> Failure {
    Failure::arguments(format!("this version of Triscope does not have `{name}` yet"))
}
