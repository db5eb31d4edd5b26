//! LIDC-IDRI as it comes from The Cancer Imaging Archive: DICOM series, and an XML file of readings for
//! each.
//!
//! Source: Armato et al., Medical Physics 38(2):915-931, 2011.

mod build;
mod cluster;
mod readings;

pub use build::build_lidc;
pub use cluster::cluster;
pub use readings::{Contour, Reading, ReadingFile, read_readings};

/// Name of the data set in manifests.
pub(super) const SOURCE: &str = "LIDC-IDRI";
/// Licence of its images and readings.
pub(super) const LICENCE: &str = "CC BY 3.0";
/// What to cite.
pub(super) const CITATION: &str = "doi:10.7937/K9/TCIA.2015.LO9QL9SX; doi:10.1118/1.3528204";
