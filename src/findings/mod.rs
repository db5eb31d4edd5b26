//! Nodules: where they are and what the network said of them.

mod nodule;

pub use nodule::{Nodule, NoduleId, Question};
