//! The built program, run as a user would.

mod arguments;
mod bad_input;
mod bench;
mod classify;
mod endings;
mod generated;
mod info;
mod models;
mod render;
mod run;
