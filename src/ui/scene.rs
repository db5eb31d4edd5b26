//! What drawing may read, and what the interface itself remembers.

use crate::command::Keymap;
use crate::session::{Preferences, Session};

/// What drawing may read.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The document.
    pub session: &'a Session,
    /// Keys, for labels, tips and the sheet.
    pub keymap: &'a Keymap,
    /// Panels, theme, recent paths.
    pub prefs: &'a Preferences,
}

/// What the interface itself remembers from frame to frame; never saved, never undone.
#[derive(Debug, Default)]
pub struct UiState {
    /// The sheet of keys is open.
    pub help: bool,
    /// The field for typing a path is open, with what was typed: for systems without a dialog.
    pub path_field: Option<String>,
    /// A viewport has the keyboard's focus; arrows and the space bar are its, not a widget's.
    pub viewport_has_focus: bool,
    /// Slice of the crops that is shown; `None` follows the nodule.
    pub crop_slice: Option<usize>,
}
