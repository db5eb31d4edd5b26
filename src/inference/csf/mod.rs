//! CSF-Net: what it reads around a point on each of two dates, the codes of six clinical fields, and the
//! network on a device.
//!
//! A [`MaskedCt`] is made once for each CT (its lungs are looked for), then asked for the [`Input`] at any
//! point of it; [`region`] follows the mouse. [`Categories`] travel with the weights and turn clinical fields
//! into the codes that the weights were trained with.

mod categories;
mod input;
mod masked;
mod network;

pub use categories::{Categories, CodesError, FIELDS, FieldCodes};
pub(crate) use input::standardise;
pub use input::{Date, Input, SIZE, region};
pub use masked::{MaskedCt, SHADES};
pub use network::{CsfForward, CsfNetwork};
