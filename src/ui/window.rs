//! The whole window: bars, panels, viewports, notices, sheets.

use super::{Scene, UiState, theme, viewport};
use crate::command::Commands;
use crate::session::{Pane, Preferences};
use crate::tools::Pointed;

/// Fonts, theme and icons; once per egui context.
pub fn install(ctx: &egui::Context, prefs: &Preferences) {
    theme::install(ctx, prefs.dark);
}

/// Draws the whole window. Returns what the pointer did over viewports, in order; everything else
/// that was asked for is pushed to `out`. Keys are not its business: `app` reads them.
pub fn window_ui(
    ui: &mut egui::Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
) -> Vec<Pointed> {
    state.viewport_has_focus = false;
    let mut pointed = Vec::new();
    let rect = ui.max_rect();
    let (left, right) = rect.split_left_right_at_fraction(0.5);
    viewport::canvas_ui(ui, left, Pane::Axial, scene, state, out, &mut pointed);
    viewport::canvas_ui(ui, right, Pane::Coronal, scene, state, out, &mut pointed);
    pointed
}
