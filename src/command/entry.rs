//! One line of the list of commands, and the groups that lines stand in.

use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::language::{self, Language};
use crate::session::Session;

/// Where a command stands in menus, in the sheet and in the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Opening and saving.
    File,
    /// Slices and series.
    Navigate,
    /// What a left drag does.
    Tools,
    /// Measurements.
    Measure,
    /// Segments that the reader draws.
    Segment,
    /// Grey-scale windows.
    Window,
    /// What others drew or measured, over the series.
    Overlay,
    /// What is drawn, and how.
    Display,
    /// The volume in 3D.
    Volume,
    /// Nodules and answers.
    Network,
    /// Undo and redo.
    Change,
    /// Panels, full screen, help.
    Interface,
}

impl Group {
    /// In the order in which they are shown.
    pub const ALL: [Group; 12] = [
        Group::File,
        Group::Navigate,
        Group::Tools,
        Group::Measure,
        Group::Segment,
        Group::Window,
        Group::Overlay,
        Group::Display,
        Group::Volume,
        Group::Network,
        Group::Change,
        Group::Interface,
    ];

    /// English heading.
    pub const fn label(self) -> &'static str {
        match self {
            Group::File => "File",
            Group::Navigate => "Slices and series",
            Group::Tools => "Tools (left drag or click)",
            Group::Measure => "Measuring",
            Group::Segment => "Segments",
            Group::Window => "Window presets",
            Group::Overlay => "Of others, over the picture",
            Group::Display => "Display",
            Group::Volume => "3D view",
            Group::Network => "Nodules",
            Group::Change => "Changes",
            Group::Interface => "Interface",
        }
    }
}

/// One line of the list.
#[derive(Debug)]
pub struct Entry {
    /// What it does.
    pub command: Command,
    /// Name in the key file.
    pub id: &'static str,
    /// Where it is listed.
    pub group: Group,
    /// English words on its button or in its menu, and its accessible name.
    pub words: &'static str,
    /// One English sentence more.
    pub help: &'static str,
    /// Keys at the start.
    pub keys: &'static [Shortcut],
    /// Whether it can be done now.
    pub enabled: fn(&Session) -> bool,
}

impl Entry {
    /// Its words in the language of the window.
    pub fn said(&self) -> &'static str {
        self.own("", self.words)
    }

    /// Its sentence in the language of the window.
    pub fn said_help(&self) -> &'static str {
        self.own(".help", self.help)
    }

    fn own(&self, attribute: &str, english: &'static str) -> &'static str {
        if language::spoken() == Language::ENGLISH {
            return english;
        }
        language::own(&format!("command-{}{attribute}", self.id.replace('_', "-")), english)
    }
}

/// A line of the list.
pub(super) const fn line(
    command: Command,
    id: &'static str,
    group: Group,
    (words, help): (&'static str, &'static str),
    keys: &'static [Shortcut],
    enabled: fn(&Session) -> bool,
) -> Entry {
    Entry { command, id, group, words, help, keys, enabled }
}

/// A letter or a figure alone.
pub(super) const fn key(c: char) -> Shortcut {
    Shortcut::plain(Key::Char(c))
}
