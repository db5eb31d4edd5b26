//! What is asked for of maps besides showing one: to take them away, and to look at two of them.

use std::path::PathBuf;

use super::conditions::mapped;
use super::entry::{Entry, Group, line};
use super::words::Command;

/// Maps taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explaining {
    /// Choose a folder for the maps as DICOM; with patient and study of the series, or without.
    SaveMaps {
        /// With them.
        with_patient: bool,
    },
    /// Write the maps into this folder.
    SaveMapsIn {
        /// A folder; where there is something in it, one inside it.
        folder: PathBuf,
        /// With patient and study of the series.
        with_patient: bool,
    },
}

/// Those that need no value.
pub(super) static EXPLAINING: [Entry; 2] = [
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
