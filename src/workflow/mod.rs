//! How it is done, for window and terminal alike.
