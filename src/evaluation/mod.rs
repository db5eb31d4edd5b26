//! How well a binary classifier does: plain numbers in, figures, tables and plots out.
//!
//! `predictions` is the table that everything starts from: one row per nodule, several of one patient
//! perhaps. Nothing here knows of CT, networks, files or windows; whoever has predictions calls it.

mod error;
mod predictions;
mod table;

pub use error::EvaluationError;
pub use predictions::{Case, Predictions};
pub use table::PredictionsTable;
