//! Clinical fields: what some networks are told besides the picture. Plain values with units and ranges.
//!
//! A field that nobody knows is `None`, and stays so: how a network takes the unknown is for its input
//! adapter to say.

mod entry;
mod fields;
mod stage;

pub use fields::{ClinicalFields, FieldName, FieldsError, Race, ScreeningResult, Sex, Smoking};
pub use stage::{MStage, NStage, TStage};
