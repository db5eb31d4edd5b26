//! Rules about the source itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails by panicking, too")]

mod graph;
mod languages;
mod platform;
mod rooms;
mod runs;
mod shaders;
mod sizes;
mod source;
mod words;
