//! Measurements in patient space: lengths, angles, regions, what is read off at a point.
//!
//! A measurement is points of the patient and the plane that it was drawn in. What it says follows from
//! the points alone, and for regions and points from the voxels: nothing depends on how it is looked at.

mod kind;
mod measurement;
mod outline;
mod plane;
mod quantities;
mod region;
mod statistics;

pub use kind::Kind;
pub use measurement::{MeasureId, Measurement};
pub use outline::Outline;
pub use quantities::{Quantity, Reading, decimals, read};
pub use statistics::{Histogram, Statistics, own_value};
