//! The document: what is open, what was found, how it is looked at.
//!
//! Everyone reads a [`Session`]; nobody writes into it. What the user changes is an [`Edit`] (a
//! value with an inverse, so undo comes for free), what the machine reports is [`News`]. `app`
//! alone hands both in.

mod alike;
mod case;
mod crop_box;
mod compared;
mod document;
mod edit;
mod first_window;
mod history;
mod locked;
mod look;
mod networks;
mod news;
mod overlays;
mod pages;
mod prefs;
mod prior;
mod probing;
mod report;
mod segments;
mod slice_scan;
mod viewport;
mod volume_view;
mod window_place;

pub use case::{Case, Findings, Measured, OpenSeries, Stage, Thumbnail};
pub use compared::Compared;
pub use crop_box::CropBox;
pub use document::Session;
pub use edit::Edit;
pub use first_window::first_window;
pub use locked::LockedPaths;
pub use look::{Against, Arrangement, Brush, CornerText, Heatmap, Layout, Look, Pane, Tool};
pub use networks::{Imported, NetworkFacts};
pub use news::{
    Adapter, Engine, GpuUse, GraphicsDevice, Hover, Memory, NetworkChoice, News, Notice, NoticeId, Playing,
    Severity, Stays, Work, WorkId,
};
pub use overlays::{DrawnFile, PetLook, PetSeries, StructureKey, StructuresLook};
pub use pages::Pages;
pub use prefs::{KeptWindow, Preferences};
pub use prior::{PriorLook, PriorSeries, SeriesLink, doubts, is_earlier, other_patient};
pub use report::{
    CasePlace, Missed, MissedCases, OpenReport, Report, ReportKind, ReportPart, ReportRow, ReportTable,
};
pub use segments::{SegmentBrush, SegmentEdit, SegmentsLook};
pub use slice_scan::{ScanState, SliceScan};
pub use viewport::{Orientation, Projection, Slab, Turn, ViewportState};
pub use volume_view::{Side, VolumeView};
pub use window_place::WindowPlace;
