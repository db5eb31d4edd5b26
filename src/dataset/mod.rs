//! Cases for training: one manifest format, what builds it from published data sets and from a
//! user's own folder, and what checks it.
//!
//! `workflow::dataset` writes and checks manifests through here; training reads them with
//! [`Manifest::load`] and their volumes with [`load_image`], [`load_prior`] and [`load_mask`]. Nothing here knows of a
//! network or a screen, and nothing writes.

#![deny(clippy::indexing_slicing)]

mod case;
mod check;
mod error;
mod folds;
mod images;
mod lidc;
mod luna16;
mod manifest;
mod nodules;
mod places;
mod points;
mod problem;
mod stats;
mod table;

pub use case::{
    Case, CasePoint, Characteristic, Fold, Label, LabelRule, Prior, Question, RATING_SCALE, Ratings,
    SliceBox, Split,
};
pub use check::check;
pub use error::DatasetError;
pub use folds::{FEWEST_FOLDS, MOST_FOLDS, assign_folds, assign_splits, fixed_folds};
pub use images::{Image, load_image, load_mask, load_prior, trace};
pub use lidc::{Contour, Reading, ReadingFile, build_lidc, cluster, read_readings};
pub use luna16::build_luna16;
pub use manifest::{COLUMNS, Column, Manifest, VERSION};
pub use nodules::build_nodules;
pub use places::{from_manifest, relative};
pub use points::build_points;
pub use problem::{Problem, Severity};
pub use stats::{Counts, Group, Spread, Stats, stats};

/// What a builder made of a data set.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// Cases, whose paths are relative to the folder that the builder was given, by case id.
    pub cases: Vec<Case>,
    /// What was left out, guessed or odd.
    pub problems: Vec<Problem>,
}
