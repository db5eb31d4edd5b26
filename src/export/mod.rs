//! Writing: DICOM, NIfTI, PNG, CSV, JSON, NumPy arrays, each whole or not at all.

mod atomic;
mod dicom_ct;
mod json;
mod measurements;
mod nifti;
mod npy;
mod png;

pub use atomic::{OutputFolder, PendingFolder, WriteError, write_whole, write_whole_with};
pub use dicom_ct::CtSeries;
pub use json::write_json;
pub use measurements::{hashed_uid, measurement_text, write_measurements};
pub use nifti::{write_ct, write_saliency};
pub use npy::write_npy;
pub use png::write_png;
