//! M3Net's input and answer: context boxes, crops, one network or the members of an ensemble.

mod context;
mod members;
mod network;
mod prepare;
mod sampling;

pub(super) use context::snapped;
pub use context::{ContextBox, context_boxes};
pub(crate) use members::ReadersHead;
pub use members::{Readers, Said, Together};
pub use network::{Forward, M3NetNetwork};
pub use prepare::{Crop, normalise, prepare};
pub use sampling::Sampling;
