//! The interface: drawing only. Reads the session, pushes commands, says what the pointer did.
//!
//! Called by `app` once per frame. The slice renderer lies in egui's callback resources (put there
//! by `app`, which also uploads slices before each frame); viewports only prepare and paint.

use crate::command::{Commands, Keymap};
use crate::session::{Preferences, Session};
use crate::tools::Pointed;

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
    /// A viewport has the keyboard focus: arrows, Home, End and space are commands there.
    pub viewport_has_focus: bool,
    /// The field for typing a path is open, with what was typed: for systems without a dialog.
    pub path_field: Option<String>,
}

/// Fonts, theme and icons; once per egui context.
pub fn install(ctx: &egui::Context, prefs: &Preferences) {
    let _ = (ctx, prefs);
}

/// Draws the whole window. Returns what the pointer did over viewports, in order; everything else
/// that was asked for is pushed to `out`. Keys are not its business: `app` reads them.
pub fn window_ui(
    ui: &mut egui::Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
) -> Vec<Pointed> {
    let _ = (ui, scene, state, out);
    Vec::new()
}
