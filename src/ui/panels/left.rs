//! The left panel: series, what was found in the one that is open, and the scan of its slices.

use egui::{Frame, Panel, Ui};

use super::width::{SCROLLED, scrolled_ui};
use super::{findings, measurements, pet, prior_marks, segments, series, slice_scan, structures};
use crate::command::Commands;
use crate::say;
use crate::ui::theme::size;
use crate::ui::widgets::heading_ui;
use crate::ui::{Scene, UiState};

/// Draws the panel.
pub fn left_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let frame = Frame::new().inner_margin(SCROLLED);
    Panel::left("left")
        .frame(frame)
        .default_size(size::LEFT_PANEL)
        .size_range(184.0..=400.0)
        .resizable(true)
        .show(ui, |ui| {
            scrolled_ui(ui, |ui| {
                heading_ui(ui, say!("left-series"));
                series::series_ui(ui, scene, out);
                ui.add_space(size::STEP);
                heading_ui(ui, say!("left-findings"));
                findings::findings_ui(ui, scene, out);
                if scene.session.open().is_some() {
                    heading_ui(ui, say!("left-measurements"));
                    measurements::measurements_ui(ui, scene, state, out);
                }
                segments::segments_ui(ui, scene, state, out);
                prior_marks::prior_marks_ui(ui, scene, state, out);
                structures::structures_ui(ui, scene, out);
                pet::pet_ui(ui, scene, out);
                slice_scan::slice_scan_ui(ui, scene, state, out);
            });
        });
}
