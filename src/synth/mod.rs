//! Phantom chests with known truth.
