//! Timed stages, for `triscope bench`.

pub mod load;
