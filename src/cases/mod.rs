//! Cases that a network was asked about before: what it saw of each as numbers, and which of them are like
//! another one.
//!
//! `workflow::embed` writes them, the window reads those that come with the program and the user's own. Nearness
//! here is the network's own view of its crops; nothing in this room knows of CT, networks or windows.

mod built_in;
mod known;
mod map;

pub use built_in::built_in;
pub use known::{KnownCase, KnownCases, KnownCasesError, PICTURE_MM, PICTURE_SIDE, distance};
pub use map::{CaseMap, CaseSet, Near};
