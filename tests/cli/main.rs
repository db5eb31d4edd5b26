//! The built program, run as a user would.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails by panicking, too")]

mod arguments;
mod bad_input;
mod bench;
mod classify;
mod dataset;
mod dicom_maps;
mod endings;
mod families;
mod generated;
mod info;
mod models;
mod render;
mod run;
mod synth;
