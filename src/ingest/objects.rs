//! Files that are no images but belong to some: segmentations, structure sets, reports.
//!
//! While scanning only their names and references are read. What others drew is read when a series is open
//! that it belongs to, by [`read_structures`] on a job's thread.

use std::path::{Path, PathBuf};

use super::dicom::{ObjectFacts, contours, segmentation};
use super::error::IngestError;
use super::private::Private;
use super::series::Series;
use super::source::Source;
use super::words::name;
use crate::jobs::JobContext;
use crate::structures::StructureSet;

/// What such a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A DICOM SEG: segments as voxels.
    Segmentation,
    /// An RTSTRUCT: regions as contours.
    Contours,
    /// A structured report.
    Report,
}

impl ObjectKind {
    /// Of this storage class, or without one of this modality. Source: DICOM PS3.4 B.5.
    pub(super) fn of(sop_class: &str, modality: &str) -> Option<Self> {
        let class = sop_class.strip_prefix("1.2.840.10008.5.1.4.1.1.");
        match (class, modality) {
            (Some("66.4" | "66.7"), _) | (None, "SEG") => Some(Self::Segmentation),
            (Some("481.3"), _) | (None, "RTSTRUCT") => Some(Self::Contours),
            (Some(class), _) if class.starts_with("88.") => Some(Self::Report),
            (None, "SR") => Some(Self::Report),
            _ => None,
        }
    }

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Segmentation => "Segmentation",
            Self::Contours => "Contours",
            Self::Report => "Report",
        }
    }

    /// Name in the files that this program writes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Segmentation => "segmentation",
            Self::Contours => "contours",
            Self::Report => "report",
        }
    }
}

/// How such a file belongs to a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// It names the series.
    Series,
    /// It names another series, or none, and lies in the same frame of reference: positions can be compared.
    /// Source: DICOM PS3.3 C.7.4.1.1.1.
    FrameOfReference,
}

/// A file that is no image but belongs to some.
#[derive(Clone, Debug)]
pub struct Object {
    /// Which.
    pub file: PathBuf,
    /// What it holds.
    pub kind: ObjectKind,
    /// Its label, or the title of a report; may be empty.
    pub title: Private<String>,
    /// When it was made, `YYYYMMDD`, or nothing.
    pub date: Private<String>,
    /// Its own Series Instance UID.
    pub series_uid: String,
    /// Series Instance UIDs that it names.
    pub refers_to: Vec<String>,
    /// Frames of reference that its positions lie in.
    pub frames_of_reference: Vec<String>,
    from: Source,
}

impl Object {
    /// A file that scanning found to be of this kind; what it says of itself may be damaged, then it belongs to
    /// nothing.
    pub(super) fn read(from: &Source, kind: ObjectKind) -> Self {
        let facts = ObjectFacts::read(from).unwrap_or_default();
        Self {
            file: from.path().to_owned(),
            kind,
            title: Private::new(facts.title),
            date: Private::new(facts.date),
            series_uid: facts.series_uid,
            refers_to: facts.refers_to,
            frames_of_reference: facts.frames_of_reference,
            from: from.clone(),
        }
    }

    /// How it belongs to a series; `None` where it does not.
    pub fn link(&self, series: &Series) -> Option<Link> {
        // A part that was split off has its number behind the UID.
        let uid = series.uid.split('#').next().unwrap_or_default();
        if self.refers_to.iter().any(|named| named == uid) {
            return Some(Link::Series);
        }
        let frame = series.frame_of_reference_uid.as_ref()?;
        self.frames_of_reference.contains(frame).then_some(Link::FrameOfReference)
    }

    /// Whether something of it can be drawn.
    pub fn is_drawn(&self) -> bool {
        self.kind != ObjectKind::Report
    }

    /// Its file's name.
    pub fn file_name(&self) -> &Path {
        self.file.file_name().map_or(&self.file, Path::new)
    }
}

/// Reads what others drew, to be drawn over a series that it belongs to.
/// - errors: one sentence with the file and the reason; [`IngestError::Cancelled`]
pub fn read_structures(
    object: &Object,
    series: &Series,
    ctx: &JobContext,
) -> Result<StructureSet, IngestError> {
    let link = object.link(series);
    let frame = series.frame_of_reference_uid.as_deref();
    let named: Vec<&str> = object.frames_of_reference.iter().map(String::as_str).collect();
    // A file that names the series is believed to mean it, also where it gives its frame of reference another UID.
    let doubtful =
        link == Some(Link::Series) && frame.is_some_and(|f| !named.is_empty() && !named.contains(&f));
    let frames = if doubtful { named } else { frame.into_iter().collect() };
    let read = match (object.kind, link) {
        (_, None) => Err("it belongs neither to this series nor to its frame of reference".to_owned()),
        (ObjectKind::Segmentation, _) => segmentation::read(&object.from, ctx)?,
        (ObjectKind::Contours, _) => contours::read(&object.from, &frames, ctx)?,
        (ObjectKind::Report, _) => Err("it is a report, in which nothing is drawn".to_owned()),
    };
    let mut set = read
        .map_err(|why| IngestError::Sentence(format!("Nothing of {} is drawn: {why}", name(&object.file))))?;
    if doubtful {
        set.remarks.push(
            "It names this series and another frame of reference: whether its positions are those of the \
             series is not certain"
                .to_owned(),
        );
    }
    Ok(set)
}
