//! The built program, run as a user would.

mod arguments;
mod bad_input;
mod classify;
mod endings;
mod generated;
mod info;
mod render;
mod run;
