//! The status bar: where the pointer is, what runs, how much memory is in use.

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use crate::command::{Command, Commands};
use crate::geometry::{Patient, Point};
use crate::language::heard;
use crate::measure::own_value;
use crate::say;
use crate::session::{Stage, WorkId};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::meter_ui;
use crate::ui::{Scene, UiState, words};
use crate::volume::Volume;

/// Draws the bar.
pub fn status_ui(ui: &mut Ui, scene: &Scene<'_>, state: &UiState, out: &mut Commands) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::bottom("status").exact_size(size::STATUS_BAR).frame(frame).resizable(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = size::DOUBLE;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            memory_ui(ui, scene);
            work_ui(ui, scene, out);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| pointer_ui(ui, scene, state));
        });
    });
}

fn small_ui(ui: &mut Ui, words: &str, colour: egui::Color32) {
    let text = RichText::new(words).text_style(egui::TextStyle::Small).color(colour);
    ui.add(Label::new(text).selectable(false).truncate());
}

/// The same of the prior, in its own patient space.
fn prior_pointer_ui(ui: &mut Ui, name: &str, volume: &Volume, at: Point<Patient>) {
    let t = tokens(ui);
    small_ui(ui, name, t.muted);
    small_ui(ui, &words::patient_position(at), t.text);
    let voxel = volume.grid().voxel_at(volume.grid().voxel_from_patient() * at);
    match voxel {
        Some([i, j, k]) => small_ui(ui, &say!("status-voxel", i = i, j = j, k = k), t.muted),
        None => small_ui(ui, say!("status-outside"), t.muted),
    }
    if let Some(value) = voxel.and_then(|voxel| own_value(volume, voxel)) {
        let value = words::signed(value, if value.fract() == 0.0 { 0 } else { 2 });
        small_ui(ui, &format!("{value} {}", volume.unit().name()), t.text);
    }
}

fn pointer_ui(ui: &mut Ui, scene: &Scene<'_>, state: &UiState) {
    let t = tokens(ui);
    if let (Some(at), Some(prior)) = (state.prior_hover, scene.session.prior()) {
        prior_pointer_ui(ui, &words::second_series(scene.session), &prior.volume, at);
        return;
    }
    let hover = scene.session.hover().filter(|_| state.not_now.is_none());
    let Some(hover) = hover else {
        match state.not_now {
            Some(entry) => small_ui(ui, &say!("status-not-now", name = entry.said()), t.text),
            None if scene.session.stage() == Stage::Open => small_ui(ui, say!("status-point"), t.muted),
            None => {}
        }
        return;
    };
    small_ui(ui, &words::patient_position(hover.at), t.text);
    match hover.voxel {
        Some([i, j, k]) => small_ui(ui, &say!("status-voxel", i = i, j = j, k = k), t.muted),
        None => small_ui(ui, say!("status-outside"), t.muted),
    }
    if let (Some(value), Some(volume)) = (hover.value, scene.session.volume()) {
        let value = words::signed(f64::from(value), if value.fract() == 0.0 { 0 } else { 2 });
        small_ui(ui, &format!("{value} {}", volume.unit().name()), t.text);
    }
    if let (Some(value), Some(pet)) = (hover.pet, scene.session.pet()) {
        let unit = pet.volume.unit().name();
        small_ui(ui, &format!("PET {} {unit}", words::signed(f64::from(value), 2)), t.text);
    }
}

fn work_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let all = scene.session.work();
    let Some(work) = all.last() else { return };
    ui.spacing_mut().item_spacing.x = size::STEP;
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        let press = egui::Button::new(
            RichText::new(say!("status-cancel")).text_style(egui::TextStyle::Small).color(t.text),
        )
        .frame(false);
        let name = say!("status-cancel-what", what = what(work.id));
        let button = ui.add(press).on_hover_text(scene.tip(&Command::CancelAll));
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if button.clicked() {
            out.push(Command::Cancel(work.id));
        }
    });
    meter_ui(ui, what(work.id), work.progress.done, 90.0);
    let step = if work.progress.what.is_empty() { what(work.id).into() } else { heard(&work.progress.what) };
    let more = if all.len() > 1 { say!("status-more", more = all.len() - 1) } else { String::new() };
    small_ui(ui, &format!("{step} {:.0} %{more}", work.progress.done * 100.0), t.text);
    ui.add_space(size::STEP);
}

fn what(id: WorkId) -> &'static str {
    match id {
        WorkId::Scan => say!("status-looking"),
        WorkId::Example => say!("status-example"),
        WorkId::Load => say!("status-slices"),
        WorkId::Classify(_) => say!("status-asking"),
        WorkId::Save => say!("status-writing"),
        WorkId::ReportPictures => say!("status-cutting"),
        WorkId::Prior => say!("status-prior-loading"),
        WorkId::Check => say!("status-checking"),
        WorkId::Explain => say!("status-maps"),
        WorkId::Uncertainty => say!("status-same-again"),
        WorkId::Neighbourhood => say!("status-around"),
        WorkId::SliceScan => say!("status-scanning"),
        WorkId::Structures => say!("status-structures"),
        WorkId::Pet => say!("status-pet"),
        WorkId::Weights => say!("status-weights"),
        WorkId::Import => say!("status-importing"),
    }
}

fn memory_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let t = tokens(ui);
    let memory = scene.session.memory();
    if memory.process_bytes == 0 {
        return;
    }
    let software = scene.session.graphics().current.as_ref().is_some_and(|a| a.software);
    let mut shown = say!("status-memory", bytes = words::bytes(memory.process_bytes));
    if memory.gpu_bytes > 0 {
        // A software adapter's textures lie in the main memory.
        let name = if software { say!("status-textures") } else { "GPU" };
        shown = format!("{shown}, {name} {}", words::bytes(memory.gpu_bytes));
    }
    small_ui(ui, &shown, t.muted);
}
