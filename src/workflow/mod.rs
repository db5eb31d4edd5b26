//! How it is done, for window and terminal alike.

pub mod bench;
pub mod open;
pub mod files;
pub mod report;
