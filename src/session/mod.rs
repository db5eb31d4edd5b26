//! The document: what is open, what was found, how it is looked at; every change is a value.

mod viewport;

pub use viewport::{Orientation, Projection, Slab, ViewportState};
