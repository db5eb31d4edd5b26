//! Voxel values on a grid, wherever they came from: what every view, crop and statistic reads.
//!
//! Slices are filled one by one while a series loads; whoever holds the volume sees them as they
//! arrive. A filled slice never changes.

mod histogram;
mod inside;
mod lungs;
mod painted;
mod colours;
mod projection;
mod reslice;
mod sample;
mod sampling;
mod slices;
mod transfer;
mod volume;
mod window;

pub use colours::Colours;
pub use histogram::VolumeHistogram;
pub use inside::{Inside, Part};
pub use lungs::{Lungs, LungsError, Mask, lungs};
pub use painted::{Fill, Painted, Stroke};
pub use projection::Projection;
pub use reslice::{Block, Reslice, reslice, reslice_grey};
pub use sample::{Sample, sample};
pub use sampling::{Interpolation, Sampling, Sharpening};
pub use slices::{SliceError, Slices};
pub use transfer::{Node, Shading, Transfer, VolumePreset};
pub use volume::{Padding, Polarity, Unit, Values, Volume};
pub use window::{Preset, Window};
