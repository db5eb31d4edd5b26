//! The published networks: tensors in, logits out. Knows nothing of CT, millimetres or threads.

mod spec;

pub use spec::{NetworkSpec, Scale, ScaleSpec};
