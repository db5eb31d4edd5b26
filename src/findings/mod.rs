//! Nodules: where they are and what the network said of them.

mod comparison;
mod counterfactual;
mod nodule;
mod opinion;
mod prior;
mod probed;

pub use comparison::Comparison;
pub use counterfactual::Counterfactual;
pub use nodule::{Nodule, NoduleId, Question};
pub use opinion::{Opinion, Said};
pub use prior::PriorPoint;
pub use probed::Probed;
