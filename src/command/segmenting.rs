//! Lines of the list that are about segments: the brush, and what becomes of what was drawn.

use std::path::PathBuf;

use super::conditions::{begun, segment_chosen, segmented, shown};
use super::entry::{Entry, Group, line};
use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::segments::SegmentId;
use crate::session::Tool;

/// What is asked for of the segments that the reader draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Segmenting {
    /// Begin another one.
    Begin,
    /// Take the one away that is drawn in.
    Remove,
    /// A larger brush.
    Larger,
    /// A smaller one.
    Smaller,
    /// A disc in the plane, or a ball.
    ToggleFlat,
    /// Paint only values in the range, or all.
    ToggleRange,
    /// The range is that of the tissue under the pointer, else at the cursor, and counts.
    RangeHere,
    /// All shown or hidden.
    ToggleShown,
    /// Choose a file for all of them in the system's dialog.
    Export {
        /// As DICOM, under patient and study of the series.
        with_patient: bool,
    },
    /// Write all of them here.
    ExportTo {
        /// The file; its ending says how.
        path: PathBuf,
        /// Under patient and study of the series.
        with_patient: bool,
    },
    /// Draw in this one, and show it: the cursor goes to its middle.
    GoTo(SegmentId),
    /// A brush, of segments or of what paints tissue away, was set down before all slices are there: say so.
    Early {
        /// In the prior, or in the series on the screen.
        in_prior: bool,
    },
}

/// Those that need no value.
pub(super) static SEGMENTING: [Entry; 12] = [
    line(
        Command::Tool(Tool::Segment),
        "segment_brush",
        Group::Segment,
        (
            Tool::Segment.label(),
            "Drag to draw a segment; with Ctrl to take away. The wheel with Alt changes its size.",
        ),
        &[Shortcut::shift(Key::Char('B'))],
        shown,
    ),
    line(
        Command::Tool(Tool::Erase),
        "segment_eraser",
        Group::Segment,
        (Tool::Erase.label(), "Drag to take voxels out of the segment that is drawn in."),
        &[Shortcut::shift(Key::Char('E'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::Larger),
        "segment_larger",
        Group::Segment,
        ("Larger brush", "A larger ball or disc; the wheel with Alt does the same."),
        &[Shortcut::plain(Key::Char(']')), Shortcut::plain(Key::Char('+'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::Smaller),
        "segment_smaller",
        Group::Segment,
        ("Smaller brush", "A smaller ball or disc."),
        &[Shortcut::plain(Key::Char('[')), Shortcut::plain(Key::Char('-'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::ToggleFlat),
        "segment_flat",
        Group::Segment,
        ("Ball or disc", "The brush reaches into neighbouring slices, or stays in the one on the screen."),
        &[Shortcut::shift(Key::Char('D'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::ToggleRange),
        "segment_range",
        Group::Segment,
        ("Range of the brush", "Paints only voxels with values in a range, or all."),
        &[],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::RangeHere),
        "segment_range_here",
        Group::Segment,
        (
            "Range of this tissue",
            "The brush paints only values like those of the tissue under the pointer: mean, two and a half standard deviations \
             either way.",
        ),
        &[Shortcut::shift(Key::Char('T'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::Begin),
        "segment_begin",
        Group::Segment,
        ("New segment", "What is drawn from now on belongs to another segment."),
        &[Shortcut::shift(Key::Char('N'))],
        shown,
    ),
    line(
        Command::Segmenting(Segmenting::ToggleShown),
        "segments",
        Group::Segment,
        ("Show segments", "Shows or hides all segments."),
        &[Shortcut::shift(Key::Char('O'))],
        begun,
    ),
    line(
        Command::Segmenting(Segmenting::Remove),
        "segment_remove",
        Group::Segment,
        ("Remove segment", "Takes the segment away that is drawn in; undo brings it back."),
        &[],
        segment_chosen,
    ),
    line(
        Command::Segmenting(Segmenting::Export { with_patient: false }),
        "segment_export",
        Group::Segment,
        (
            "Export segments",
            "Writes all segments as a NIfTI label map, or as a DICOM segmentation, without the patient.",
        ),
        &[],
        segmented,
    ),
    line(
        Command::Segmenting(Segmenting::Export { with_patient: true }),
        "segment_export_with_patient",
        Group::Segment,
        (
            "Export segments, with patient",
            "As a DICOM segmentation with patient, study and UIDs of the series, so that an archive files it with its study.",
        ),
        &[],
        segmented,
    ),
];
