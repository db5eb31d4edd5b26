//! A report of training or evaluation: what was read from its folder, in plain words, tables and plots.
//!
//! `workflow::review` makes it; the window shows it in place of the viewports.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::case::Thumbnail;
use super::news::Severity;
use crate::dataset::CasePoint;
use crate::evaluation::plot::Plot;
use crate::ingest::Private;

/// What wrote the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// `triscope train`.
    Run,
    /// `triscope evaluate`.
    Evaluation,
}

/// Everything that is shown of one folder, from top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The folder.
    pub folder: Private<PathBuf>,
    /// What wrote it.
    pub kind: ReportKind,
    /// Its name for people.
    pub title: String,
    /// When its newest file was written.
    pub written: Option<SystemTime>,
    /// Name and value: model, data, device.
    pub facts: Vec<[String; 2]>,
    /// Sentences that must be read with the figures.
    pub notes: Vec<(Severity, String)>,
    /// Tables and plots, in order.
    pub parts: Vec<ReportPart>,
    /// Whether more may come: it is read again while it is open.
    pub growing: bool,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportPart {
    /// A heading, and a sentence below it (perhaps empty).
    Heading(String, String),
    /// Tables that stand beside each other where there is room.
    Tables(Vec<ReportTable>),
    /// Plots, some to a row.
    Plots(Vec<Plot>),
    /// The cases that were taken for the other class.
    Missed(MissedCases),
}

/// A table of words and figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportTable {
    /// Names of the columns; the first column is text, the others are figures.
    pub head: Vec<String>,
    /// Lines from above.
    pub rows: Vec<ReportRow>,
}

/// A line of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportRow {
    /// One for each column; missing ones are empty.
    pub cells: Vec<String>,
    /// More words about it; perhaps empty.
    pub tip: String,
    /// Whether the table is about this line.
    pub strong: bool,
}

/// Cases on the wrong side of a probability of 0.5, the most wrong ones first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissedCases {
    /// The manifest of the cases, or why it is not to be had.
    pub manifest: Option<Result<Private<PathBuf>, String>>,
    /// Benign ones with a probability of 0.5 and more.
    pub false_positives: Vec<Missed>,
    /// Malignant ones below.
    pub false_negatives: Vec<Missed>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// Its id in the manifest.
    pub case: String,
    /// Probability of malignancy as answered, 0 to 1.
    pub probability: f64,
    /// Readers' ratings of malignancy, 1 to 5.
    pub ratings: Vec<u8>,
    /// Mean diameter by the readers, mm.
    pub diameter_mm: Option<f64>,
    /// Where it is to be found; `None` where the manifest does not name it.
    pub place: Option<CasePlace>,
}

/// A nodule on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct CasePlace {
    /// A volume file, or a folder of DICOM files.
    pub image: Private<PathBuf>,
    /// Which series, where the folder holds several.
    pub series_uid: Option<String>,
    /// Where in it.
    pub point: CasePoint,
}

impl MissedCases {
    /// Both kinds, the false positives first.
    pub fn all(&self) -> impl Iterator<Item = &Missed> {
        self.false_positives.iter().chain(&self.false_negatives)
    }
}

impl Report {
    /// The cases that were taken for the other class, where the report has any.
    pub fn missed(&self) -> Option<&MissedCases> {
        self.parts.iter().find_map(|part| match part {
            ReportPart::Missed(missed) => Some(missed),
            _ => None,
        })
    }

    /// One of them, by its id.
    pub fn missed_case(&self, case: &str) -> Option<&Missed> {
        self.missed()?.all().find(|missed| missed.case == case)
    }
}

/// The report that is open, on the screen or behind a CT.
#[derive(Clone, Debug)]
pub struct OpenReport {
    /// As it was last read.
    pub report: Arc<Report>,
    /// Whether it is on the screen.
    pub shown: bool,
    /// Pictures of cases by their ids, or why there is none.
    pub pictures: BTreeMap<String, Result<Thumbnail, String>>,
    /// Why it could not be read again; what was read before is shown.
    pub trouble: Option<String>,
}

impl OpenReport {
    /// On the screen, without pictures.
    pub(super) fn new(report: Arc<Report>) -> Self {
        Self { report, shown: true, pictures: BTreeMap::new(), trouble: None }
    }

    /// The same folder, read again: pictures and place stay.
    pub(super) fn renew(&mut self, report: Arc<Report>) {
        (self.report, self.trouble) = (report, None);
    }
}
