//! The built program, run as a user would.

mod arguments;
mod bad_input;
mod generated;
mod info;
mod run;
