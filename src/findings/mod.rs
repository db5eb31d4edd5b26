//! Nodules: where they are and what the network said of them.

mod nodule;
mod opinion;
mod prior;

pub use nodule::{Nodule, NoduleId, Question};
pub use opinion::{Opinion, Said};
pub use prior::PriorPoint;
