//! The built program, run as a user would.
