//! Lines of the list that are about measuring: kinds, and what becomes of what was measured.

use super::conditions::{always, measured_or_drawn};
use super::entry::{Entry, Group, key, line};
use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::measure::Kind;
use crate::session::Tool;

/// Every command about measuring.
pub(super) static MEASURING: [Entry; 12] = [
    line(
        Command::Tool(Tool::Measure(Kind::Length)),
        "measure_length",
        Group::Measure,
        (Kind::Length.label(), "Drag from end to end, or click both: they may lie on different slices."),
        &[key('L')],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Bidirectional)),
        "measure_bidirectional",
        Group::Measure,
        (
            Kind::Bidirectional.label(),
            "Drag the longest diameter; the one across it is pulled out by its ends.",
        ),
        &[key('B')],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Angle)),
        "measure_angle",
        Group::Measure,
        (Kind::Angle.label(), "Three points, the vertex second."),
        &[key('A')],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Cobb)),
        "measure_cobb",
        Group::Measure,
        (Kind::Cobb.label(), "Two lines, one after the other."),
        &[],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Ellipse)),
        "measure_ellipse",
        Group::Measure,
        (Kind::Ellipse.label(), "Drag from corner to corner: mean, spread and range of the values inside."),
        &[key('E')],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Rectangle)),
        "measure_rectangle",
        Group::Measure,
        (Kind::Rectangle.label(), "Drag from corner to corner: mean, spread and range of the values inside."),
        &[],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Polygon)),
        "measure_polygon",
        Group::Measure,
        (Kind::Polygon.label(), "Click its corners; the first one or a double-click closes it."),
        &[],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Probe)),
        "measure_probe",
        Group::Measure,
        (Kind::Probe.label(), "Click to keep the value of a voxel."),
        &[key('H')],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Arrow)),
        "measure_arrow",
        Group::Measure,
        (Kind::Arrow.label(), "Drag from its end to its tip; its name is the text beside it."),
        &[],
        always,
    ),
    line(
        Command::Tool(Tool::Measure(Kind::Note)),
        "measure_note",
        Group::Measure,
        (Kind::Note.label(), "Click, and write: a text that stays at this point of the patient."),
        &[Shortcut::shift(Key::Char('W'))],
        always,
    ),
    line(
        Command::CopyMeasurements,
        "copy_measurements",
        Group::Measure,
        ("Copy measurements", "Puts all measurements and segments of the series on the clipboard as text."),
        &[Shortcut::ctrl(Key::Char('C'))],
        measured_or_drawn,
    ),
    line(
        Command::ExportMeasurements,
        "export_measurements",
        Group::Measure,
        (
            "Export measurements",
            "Writes all measurements and values of segments as CSV or JSON, without patient data.",
        ),
        &[],
        measured_or_drawn,
    ),
];
