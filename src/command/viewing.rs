//! What is asked for of the viewports besides slices and tools: slab, scale, grey scale, pace of playing.

use super::conditions::{always, compared, counted, several_shown, shown, window_recommended};
use super::entry::{Entry, Group, line};
use super::keys::{Key, Shortcut};
use super::rebinding::Rebinding;
use super::words::Command;
use crate::session::{CornerText, SeriesLink};
use crate::volume::{Interpolation, Sharpening};

/// How the viewports show what they show, and what the program remembers of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Viewing {
    /// A slab a millimetre thicker; without one, the last.
    SlabThicker,
    /// A slab a millimetre thinner.
    SlabThinner,
    /// One voxel of the focused viewport as wide as a pixel.
    OneToOne,
    /// The focused viewport as large as in life.
    TrueSize,
    /// The window from the first hundredth of the values to the last.
    AutoWindow,
    /// The prior follows the series on the screen, or each is looked at by itself.
    ToggleLink,
    /// The prior is linked so.
    Link(SeriesLink),
    /// The window that the files of the series recommend; the next one where they recommend several.
    FileWindow,
    /// Keep the window that is shown under this name.
    KeepWindow(String),
    /// Forget the kept window of this name.
    ForgetWindow(String),
    /// More slices in a second while they are played.
    PlayFaster,
    /// Fewer.
    PlaySlower,
    /// So many slices in a second.
    PlayAt(f64),
    /// The sheet of preferences.
    TogglePreferences,
    /// Another value of a preference that has no command of its own.
    Prefer(Preference),
    /// Read the key file again.
    ReadKeys,
    /// This series of the list beside the one on the screen.
    Beside(usize),
    /// The next series of the list beside it.
    NextBeside,
    /// Something on the sheet on which keys are changed.
    Keys(Rebinding),
    /// The next kind of interpolation.
    CycleInterpolation,
    /// This kind of interpolation.
    Interpolate(Interpolation),
    /// The next strength of sharpening.
    CycleSharpening,
    /// This strength of sharpening.
    Sharpen(Sharpening),
}

/// A preference that has no command of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preference {
    /// Size of text, per cent.
    TextSize(f64),
    /// What the corners say, now and at the start.
    PatientText(CornerText),
    /// Pixels of the screen in an inch; 0: as the screen tells.
    ScreenDpi(f64),
    /// Maps are checked when there is nothing else to do.
    CheckMaps(bool),
    /// Nothing moves by itself.
    ReducedMotion(bool),
    /// What the window speaks: the code of a language, or [`Preferences::AS_THE_SYSTEM`](crate::session::Preferences).
    Language(&'static str),
    /// Where the network runs: `auto`, `gpu` or `cpu`.
    NetworkDevice(&'static str),
}

/// Those that need no value.
pub(super) static VIEWING: [Entry; 15] = [
    line(
        Command::Viewing(Viewing::SlabThicker),
        "slab_thicker",
        Group::Display,
        ("Thicker slab", "A millimetre more; the wheel with Alt does the same, or with Ctrl and Shift."),
        &[Shortcut::alt(Key::Up)],
        shown,
    ),
    line(
        Command::Viewing(Viewing::SlabThinner),
        "slab_thinner",
        Group::Display,
        ("Thinner slab", "A millimetre less."),
        &[Shortcut::alt(Key::Down)],
        shown,
    ),
    line(
        Command::Viewing(Viewing::AutoWindow),
        "auto_window",
        Group::Window,
        (
            "Auto window",
            "From the value that one voxel in a hundred lies below to the one that one lies above.",
        ),
        &[Shortcut::plain(Key::Char('6'))],
        counted,
    ),
    line(
        Command::Viewing(Viewing::FileWindow),
        "file_window",
        Group::Window,
        (
            "Window of the file",
            "The window that the files of the series recommend; once more for the next one, where they have several.",
        ),
        &[Shortcut::plain(Key::Char('7'))],
        window_recommended,
    ),
    line(
        Command::Viewing(Viewing::ToggleLink),
        "link_series",
        Group::Display,
        (
            "Link both dates",
            "Slices, zoom and pan of the prior follow the series: by their frame of reference, else as both lie now; or not any \
             more.",
        ),
        &[Shortcut::shift(Key::Char('L'))],
        compared,
    ),
    line(
        Command::Viewing(Viewing::PlayFaster),
        "play_faster",
        Group::Navigate,
        ("Play faster", "More slices in a second while they are played; the pace is remembered."),
        &[Shortcut::alt(Key::Right)],
        shown,
    ),
    line(
        Command::Viewing(Viewing::PlaySlower),
        "play_slower",
        Group::Navigate,
        ("Play slower", "Fewer slices in a second."),
        &[Shortcut::alt(Key::Left)],
        shown,
    ),
    line(
        Command::Viewing(Viewing::OneToOne),
        "one_to_one",
        Group::Display,
        ("One to one", "The smallest voxel of the focused viewport as wide as one pixel of the screen."),
        &[Shortcut::plain(Key::Char('Y'))],
        shown,
    ),
    line(
        Command::Viewing(Viewing::TrueSize),
        "true_size",
        Group::Display,
        (
            "True size",
            "The focused viewport as large as in life, by the screen's dots per inch; the corner says who told them.",
        ),
        &[Shortcut::shift(Key::Char('Y'))],
        shown,
    ),
    line(
        Command::Viewing(Viewing::CycleInterpolation),
        "interpolation",
        Group::Display,
        (
            "Interpolation",
            "Between voxels: in proportion, along splines (Catmull-Rom), or the nearest voxel.",
        ),
        &[Shortcut::shift(Key::Char('I'))],
        shown,
    ),
    line(
        Command::Viewing(Viewing::CycleSharpening),
        "sharpening",
        Group::Display,
        (
            "Sharpening",
            "Edges and small vessels stand out, and so does noise: off, light or strong. What is measured stays as it is.",
        ),
        &[Shortcut::shift(Key::Char('S'))],
        shown,
    ),
    line(
        Command::Viewing(Viewing::TogglePreferences),
        "preferences",
        Group::Interface,
        ("Preferences", "Theme, text, patient data, display, devices and keys; changes hold at once."),
        &[Shortcut::ctrl(Key::Char(','))],
        always,
    ),
    line(
        Command::Viewing(Viewing::ReadKeys),
        "read_keys",
        Group::Interface,
        ("Read keys again", "Takes over what was changed in keymap.toml since the start."),
        &[],
        always,
    ),
    line(
        Command::Viewing(Viewing::NextBeside),
        "series_beside",
        Group::Navigate,
        (
            "Next series beside",
            "Another series of the list beside the one on the screen, its slices linked where both lie in one frame of reference.",
        ),
        &[Shortcut::shift(Key::PageDown)],
        several_shown,
    ),
    line(
        Command::Viewing(Viewing::Keys(Rebinding::ToggleSheet)),
        "change_keys",
        Group::Interface,
        (
            "Change keys",
            "Lists every command with its keys; press another one for it, or take the usual ones again.",
        ),
        &[],
        always,
    ),
];
