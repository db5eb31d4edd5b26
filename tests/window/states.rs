//! Pictures of the states of the window.
