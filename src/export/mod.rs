//! Writing: DICOM, NIfTI, PNG, CSV, JSON, NumPy arrays, each whole or not at all.

mod atomic;
mod dicom_ct;
mod dicom_values;
mod filing;
mod dicom_seg;
mod film;
mod json;
mod measurements;
mod nifti;
mod npy;
mod parametric_map;
mod png;
mod secondary_capture;

pub use atomic::{OutputFolder, PendingFolder, WriteError, write_whole, write_whole_with};
pub use dicom_ct::CtSeries;
pub use filing::Filing;
mod segments;

pub use film::{FILM_PACES, Film};
pub use json::write_json;
pub use measurements::{SegmentValues, SeriesMeasurements, hashed_uid, measurement_text, write_measurements};
pub use nifti::{write_ct, write_saliency};
pub use npy::write_npy;
pub use parametric_map::{Explained, ParametricMap, write_parametric_map};
pub use png::{write_png, write_png_for_print};
pub use secondary_capture::write_secondary_capture;
pub use segments::{SegmentsError, SegmentsFile, write_segments};
