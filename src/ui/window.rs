//! The whole window: bars, panels, viewports, notices, sheets.

use super::centre::centre_ui;
use super::{Scene, Sheet, UiState, panels, states, theme};
use crate::command::Commands;
use crate::session::{Preferences, Stage};
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
    if ui.visuals().dark_mode != scene.prefs.dark {
        theme::apply(ui, scene.prefs.dark);
    }
    (state.viewport_has_focus, state.prior_has_focus) = (false, false);
    state.volume_has_focus = false;
    panels::top_ui(ui, scene, state, out);
    panels::status_ui(ui, scene, state, out);
    // Both speak of the CT, which a report covers.
    let reading = scene.session.stage() != Stage::Report;
    if scene.prefs.left_panel && reading {
        panels::left_ui(ui, scene, state, out);
    }
    if scene.prefs.right_panel && reading {
        panels::right_ui(ui, scene, state, out);
    }
    if scene.session.prior().is_none() {
        state.prior_hover = None;
    }
    if scene.session.stage() != Stage::Open {
        state.volume_pointer = None;
    }
    let pointed = egui::CentralPanel::no_frame().show(ui, |ui| centre_ui(ui, scene, state, out)).inner;
    if scene.session.locked().is_some() {
        state.sheet = Some(Sheet::Locked);
    }
    if !matches!(state.sheet, Some(Sheet::Features | Sheet::Attention)) {
        // Asked for anew when such a sheet is opened again, if it is not there by then.
        state.inside_asked = None;
    }
    match state.sheet {
        Some(Sheet::Locked) => states::locked_ui(ui, scene, state, out),
        Some(Sheet::Keys) => states::help_ui(ui, scene, state),
        Some(Sheet::Preferences) => states::preferences_ui(ui, scene, state, out),
        Some(Sheet::KeyBinding) => states::key_binding_ui(ui, scene, state, out),
        Some(Sheet::Film) => states::film_ui(ui, scene, state, out),
        Some(Sheet::Palette) => states::palette_ui(ui, scene, state, out),
        Some(Sheet::ModelCard(of)) => states::model_card_ui(ui, scene, state, of),
        Some(Sheet::Features) => states::features_ui(ui, scene, state, out),
        Some(Sheet::Attention) => states::attention_ui(ui, scene, state, out),
        Some(Sheet::Cases) => states::alike_ui(ui, scene, state, out),
        Some(Sheet::TwoNodules) => states::two_nodules_ui(ui, scene, state, out),
        Some(Sheet::Networks(shown)) => states::networks_ui(ui, scene, state, shown, out),
        None => {}
    }
    pointed
}
