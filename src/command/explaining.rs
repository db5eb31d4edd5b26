//! What is asked for of maps besides showing one: to take them away, and to look at two of them.

use std::path::PathBuf;

use super::conditions::{answered, mapped};
use super::entry::{Entry, Group, line};
use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::explain::InsideWanted;
use crate::findings::Nodule;
use crate::session::Session;

/// The selected nodule has an answer of weights that were taught something.
fn wavering(session: &Session) -> bool {
    answered(session) && session.selected().and_then(Nodule::answer).is_some_and(|a| a.trained)
}

/// The selected nodule has an answer of an M3Net, whatever its weights.
fn layered(session: &Session) -> bool {
    answered(session) && session.selected().and_then(Nodule::answer).is_some_and(|a| a.m3net().is_some())
}

/// The selected nodule has two maps, of two methods or of two networks.
fn two_mapped(session: &Session) -> bool {
    mapped(session) && session.other_maps().next().is_some()
}

/// The selected nodule and another one have answers of one network.
fn two_answered(session: &Session) -> bool {
    layered(session)
        && session
            .selected()
            .and_then(Nodule::answer)
            .is_some_and(|a| session.others_seen(a).next().is_some())
}

/// Maps beside each other, and maps taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explaining {
    /// Choose a folder for the maps as DICOM; with patient and study of the series, or without.
    SaveMaps {
        /// With them.
        with_patient: bool,
    },
    /// Ask the network the same with turned crops, and with its dropout on.
    AskAgain,
    /// Open the sheet of a layer's features, or close it.
    ShowFeatures,
    /// Open the sheet of who attends to whom, or close it.
    ShowAttention,
    /// Compute what the selected nodule's network had on its way to the answer.
    LookInside(InsideWanted),
    /// Open the sheet of cases that are alike, or close it.
    ShowCases,
    /// Open the sheet of two nodules beside each other, or close it.
    ShowTwo,
    /// Choose a file of own cases.
    AddCases,
    /// Read own cases from this file.
    AddCasesFrom(PathBuf),
    /// The focused viewport twice, with the map and with the one that it is compared with; or all viewports.
    SideBySide,
    /// The two maps in turn, in place of each other; or the one.
    Blink,
    /// Show the other one of the two maps for as long as the key is held.
    ShowOtherMap,
    /// The key of [`Explaining::ShowOtherMap`] was let go.
    ShowFirstMap,
    /// Choose a file for a figure of the map.
    SaveFigure,
    /// Write the figure to this file.
    SaveFigureTo(PathBuf),
    /// Write the maps into this folder.
    SaveMapsIn {
        /// A folder; where there is something in it, one inside it.
        folder: PathBuf,
        /// With patient and study of the series.
        with_patient: bool,
    },
}

/// Those that need no value.
pub(super) static EXPLAINING: [Entry; 11] = [
    line(
        Command::Explaining(Explaining::AskAgain),
        "ask_otherwise",
        Group::Network,
        (
            "Ask otherwise",
            "What was read turned and mirrored, and M3Net with its dropout on: how far the answer moves.",
        ),
        &[Shortcut::shift(Key::Char('A'))],
        wavering,
    ),
    line(
        Command::Explaining(Explaining::ShowFeatures),
        "feature_maps",
        Group::Network,
        (
            "Feature maps",
            "What any layer of the network computed of what it read: every channel as a picture, slice by slice.",
        ),
        &[Shortcut::shift(Key::Char('F'))],
        answered,
    ),
    line(
        Command::Explaining(Explaining::ShowAttention),
        "attention",
        Group::Network,
        (
            "Attention",
            "Which scale, slice or patch attends to which: every layer and head of the network that answered.",
        ),
        &[Shortcut::ctrl_shift(Key::Char('A'))],
        answered,
    ),
    line(
        Command::Explaining(Explaining::ShowCases),
        "cases_alike",
        Group::Network,
        (
            "Cases alike",
            "Which known cases the network sees as it sees this nodule, and where it lies among all of them.",
        ),
        &[Shortcut::shift(Key::Char('Q'))],
        layered,
    ),
    line(
        Command::Explaining(Explaining::ShowTwo),
        "two_nodules",
        Group::Network,
        (
            "Two nodules",
            "What the network saw at two points, with their maps on one scale, what it said, and where they differ.",
        ),
        &[Shortcut::shift(Key::Char('Z'))],
        two_answered,
    ),
    line(
        Command::Explaining(Explaining::SideBySide),
        "maps_side_by_side",
        Group::Display,
        (
            "Maps side by side",
            "The focused viewport twice with one cursor: with the map, and with another method's or the CT alone.",
        ),
        &[Shortcut::shift(Key::Char('M'))],
        mapped,
    ),
    line(
        Command::Explaining(Explaining::Blink),
        "blink_maps",
        Group::Display,
        ("Blink maps", "The maps of two methods in turn, twice a second, in place of each other."),
        &[Shortcut::shift(Key::Char('K'))],
        two_mapped,
    ),
    line(
        Command::Explaining(Explaining::ShowOtherMap),
        "other_map",
        Group::Display,
        (
            "Other map (hold)",
            "Shows the map that is compared with in place of the other for as long as the key is held.",
        ),
        &[Shortcut::shift(Key::Char('X'))],
        two_mapped,
    ),
    line(
        Command::Explaining(Explaining::SaveFigure),
        "save_figure",
        Group::File,
        (
            "Figure for print",
            "Draws three planes through the nodule's point with the map, its scale and a caption; nothing of the patient.",
        ),
        &[],
        mapped,
    ),
    line(
        Command::Explaining(Explaining::SaveMaps { with_patient: false }),
        "save_maps",
        Group::File,
        (
            "Maps as DICOM",
            "Writes the nodule's maps of all scales as DICOM Parametric Maps, without the patient and with UIDs replaced.",
        ),
        &[],
        mapped,
    ),
    line(
        Command::Explaining(Explaining::SaveMaps { with_patient: true }),
        "save_maps_with_patient",
        Group::File,
        (
            "Maps as DICOM, with patient",
            "The same with patient, study and UIDs of the series, so that an archive files the maps with its study.",
        ),
        &[],
        mapped,
    ),
];
