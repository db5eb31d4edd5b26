//! The status bar: where the pointer is, what runs, how much memory is in use.

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use crate::command::{Command, Commands};
use crate::geometry::{Patient, Point};
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
fn prior_pointer_ui(ui: &mut Ui, volume: &Volume, at: Point<Patient>) {
    let t = tokens(ui);
    small_ui(ui, "Prior", t.muted);
    small_ui(ui, &words::patient_position(at), t.text);
    let voxel = volume.grid().voxel_at(volume.grid().voxel_from_patient() * at);
    match voxel {
        Some([i, j, k]) => small_ui(ui, &format!("voxel {i}, {j}, {k}"), t.muted),
        None => small_ui(ui, "outside the volume", t.muted),
    }
    if let Some(value) = voxel.and_then(|voxel| volume.value(voxel)) {
        let value = words::signed(f64::from(value), if value.fract() == 0.0 { 0 } else { 2 });
        small_ui(ui, &format!("{value} {}", volume.unit().name()), t.text);
    }
}

fn pointer_ui(ui: &mut Ui, scene: &Scene<'_>, state: &UiState) {
    let t = tokens(ui);
    if let (Some(at), Some(prior)) = (state.prior_hover, scene.session.prior()) {
        prior_pointer_ui(ui, &prior.volume, at);
        return;
    }
    let Some(hover) = scene.session.hover() else {
        if scene.session.stage() == Stage::Open {
            small_ui(ui, "Point at a picture for position and value", t.muted);
        }
        return;
    };
    small_ui(ui, &words::patient_position(hover.at), t.text);
    match hover.voxel {
        Some([i, j, k]) => small_ui(ui, &format!("voxel {i}, {j}, {k}"), t.muted),
        None => small_ui(ui, "outside the volume", t.muted),
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
        let press =
            egui::Button::new(RichText::new("Cancel").text_style(egui::TextStyle::Small).color(t.text))
                .frame(false);
        let name = format!("Cancel: {}", what(work.id));
        let button = ui.add(press).on_hover_text(scene.tip(&Command::CancelAll));
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if button.clicked() {
            out.push(Command::Cancel(work.id));
        }
    });
    meter_ui(ui, what(work.id), work.progress.done, 90.0);
    let step = if work.progress.what.is_empty() { what(work.id) } else { &work.progress.what };
    let more = if all.len() > 1 { format!(" (and {} more)", all.len() - 1) } else { String::new() };
    small_ui(ui, &format!("{step} {:.0} %{more}", work.progress.done * 100.0), t.text);
    ui.add_space(size::STEP);
}

fn what(id: WorkId) -> &'static str {
    match id {
        WorkId::Scan => "Looking for series",
        WorkId::Example => "Making the example",
        WorkId::Load => "Loading slices",
        WorkId::Classify(_) => "Asking the network",
        WorkId::Save => "Writing the file",
        WorkId::ReportPictures => "Cutting pictures",
        WorkId::Prior => "Loading the prior",
        WorkId::Explain => "Computing maps",
        WorkId::Uncertainty => "Asking the same again",
        WorkId::Neighbourhood => "Asking around the point",
        WorkId::SliceScan => "Scanning slices",
        WorkId::Structures => "Reading what others drew",
        WorkId::Pet => "Loading the PET",
        WorkId::Weights => "Reading weights",
        WorkId::Import => "Importing weights",
    }
}

fn memory_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let t = tokens(ui);
    let memory = scene.session.memory();
    if memory.process_bytes == 0 {
        return;
    }
    let software = scene.session.graphics().current.as_ref().is_some_and(|a| a.software);
    let mut shown = format!("Memory {}", words::bytes(memory.process_bytes));
    if memory.gpu_bytes > 0 {
        // A software adapter's textures lie in the main memory.
        let name = if software { "textures" } else { "GPU" };
        shown = format!("{shown}, {name} {}", words::bytes(memory.gpu_bytes));
    }
    small_ui(ui, &shown, t.muted);
}
