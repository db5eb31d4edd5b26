//! Lines of the list that are about films and pictures of everything on the screen.

use std::path::PathBuf;

use super::conditions::shown;
use super::entry::{Entry, Group, line};
use super::keys::{Key, Shortcut};
use super::words::Command;

/// What a film shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmOf {
    /// All slices of the focused viewport.
    #[default]
    AllSlices,
    /// Those within some millimetres of the selected nodule, or of the cursor.
    NearSlices,
    /// A whole turn of the volume in 3D.
    Turn,
}

impl FilmOf {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::AllSlices, Self::NearSlices, Self::Turn];

    /// Words in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AllSlices => "All slices",
            Self::NearSlices => "Around the nodule",
            Self::Turn => "A turn in 3D",
        }
    }
}

/// A film as it was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmChoice {
    /// What it shows.
    pub of: FilmOf,
    /// With what lies over the picture on the screen; never with the patient's name.
    pub overlays: bool,
    /// Both sides, pixels.
    pub side_px: u32,
}

impl FilmChoice {
    /// Sides that are offered, pixels.
    pub const SIDES: [u32; 3] = [384, 512, 768];
}

impl Default for FilmChoice {
    fn default() -> Self {
        Self { of: FilmOf::default(), overlays: true, side_px: 512 }
    }
}

/// What is asked for of films.
#[derive(Clone, Debug, PartialEq)]
pub enum Filming {
    /// The sheet on which a film is chosen.
    ToggleSheet,
    /// Choose a file for it in the system's dialog.
    Save(FilmChoice),
    /// Write it here.
    SaveTo(FilmChoice, PathBuf),
    /// Choose a file for a picture of all viewports in the system's dialog.
    SaveLayout,
    /// Write that picture here.
    SaveLayoutTo(PathBuf),
    /// A picture of all viewports to the clipboard.
    CopyLayout,
}

/// Those that need no value.
pub(super) static FILMING: [Entry; 3] = [
    line(
        Command::Filming(Filming::SaveLayout),
        "save_layout",
        Group::File,
        (
            "Save layout",
            "Saves all viewports as they lie beside each other as one PNG, without patient data.",
        ),
        &[],
        shown,
    ),
    line(
        Command::Filming(Filming::CopyLayout),
        "copy_layout",
        Group::File,
        ("Copy layout", "Puts a picture of all viewports on the clipboard, without patient data."),
        &[],
        shown,
    ),
    line(
        Command::Filming(Filming::ToggleSheet),
        "save_film",
        Group::File,
        (
            "Save film",
            "A scroll through the slices, or a turn in 3D, as an animated GIF or numbered pictures, without patient data.",
        ),
        &[Shortcut::ctrl_shift(Key::Char('F'))],
        shown,
    ),
];
