//! Files to volumes: finds series among files, sorts them, says what is wrong with them, decodes.
//!
//! `workflow::open` calls [`scan`], [`begin`] and [`load`] in this order. dicom types stop here.

mod defect;
mod dicom;
mod error;
mod load;
mod private;
mod scan;
mod series;

pub use defect::{Defect, DefectCode};
pub use error::IngestError;
pub use load::{begin, load, value_range};
pub use private::Private;
pub use scan::scan;
pub use series::{FileWindow, Loaded, Scan, Series, Skipped};
