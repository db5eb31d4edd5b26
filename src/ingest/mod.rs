//! Files to volumes: finds series among files, sorts them, says what is wrong with them, decodes.
//!
//! `workflow::open` calls [`scan`], [`begin`] and [`load`] in this order, `workflow::thumbnails`
//! [`preview`]; `workflow::structures` [`read_structures`] for what others drew; `dataset` calls the first three too, and [`read_volume`] for files that are whole volumes.
//! Such a file is a series of its own where it is named by itself.
//! dicom types stop here.

#![deny(clippy::indexing_slicing)]

mod assemble;
mod defect;
mod dicom;
mod dicomdir;
mod duplicates;
mod error;
mod foreign;
mod identity;
mod image;
mod load;
mod memory;
mod objects;
mod order;
mod origin;
mod other_size;
mod outward;
mod overlapping;
mod preview;
mod private;
mod reals;
mod scan;
mod series;
mod sheared;
mod source;
mod stack;
mod straight;
mod suv;
mod unpack;
mod upright;
mod values;
mod volume_file;
mod volume_load;
mod volume_series;
mod words;

pub use defect::{Defect, DefectCode};
pub use error::IngestError;
pub use image::Image;
pub use load::{READING_SLICES, begin, begin_reading, load, load_showing};
pub use objects::{Link, Object, ObjectKind, read_structures};
pub use origin::{Belonging, Instance, Origin, origin};
pub use preview::{Picture, coloured_picture, coloured_picture_of, preview, preview_of};
pub use private::Private;
pub use scan::{scan, scan_unlocked};
pub use series::{FEWEST_SLICES, FileWindow, Loaded, Locked, Scan, Series, Skipped};
pub use suv::Suv;
pub use volume_file::{files_beside, read_grid, read_volume, read_volume_bytes};
pub use words::count;
