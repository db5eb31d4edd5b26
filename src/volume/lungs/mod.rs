//! Where the lungs of a chest CT are: a fact about the volume, found by thresholds and shapes alone.
//!
//! The steps are those of the winning preparation of the Data Science Bowl 2017 (Liao et al. 2019, IEEE
//! Trans. Neural Netw. Learn. Syst. 30:3484; lfz/DSB2017, preprocessing), because networks were taught
//! on volumes that were masked by it: numbers of theirs that look arbitrary are kept. `threshold` finds
//! what is air in each slice, `find` which of it is lung and which lung it is, `hull` and `shape` what
//! surrounds it. A mask is held as runs of voxels (`Mask`): a chest has a few runs a row, so that labelling,
//! eroding and growing a whole volume costs milliseconds.

mod components;
mod find;
mod hull;
mod mask;
mod nearest;
mod shape;
mod threshold;

pub use find::{Lungs, LungsError, lungs};
pub use mask::Mask;
