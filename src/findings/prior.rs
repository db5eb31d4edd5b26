//! The same nodule on an earlier date.

use crate::geometry::{Patient, Point};

/// A point in an earlier series, LPS mm of that series. Two series of one patient do not share positions, so
/// that it is only to be had by whoever names the series that it lies in.
#[derive(Clone, Debug, PartialEq)]
pub struct PriorPoint {
    series_uid: String,
    at: Point<Patient>,
}

impl PriorPoint {
    /// - `series_uid`: of the series whose patient space `at` is of
    pub fn new(series_uid: &str, at: Point<Patient>) -> Self {
        Self { series_uid: series_uid.to_owned(), at }
    }

    /// The series that it lies in.
    pub fn series_uid(&self) -> &str {
        &self.series_uid
    }

    /// Where it lies in a series, LPS mm; `None` for any series but its own.
    pub fn at_in(&self, series_uid: &str) -> Option<Point<Patient>> {
        (self.series_uid == series_uid).then_some(self.at)
    }
}
