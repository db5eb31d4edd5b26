//! The menu of the 3D view: colours, sides, cuts.

use egui::{PopupCloseBehavior, Ui};

use super::top_menus::row_ui;
use crate::command::{Command, Commands};
use crate::geometry::Plane;
use crate::language::named;
use crate::say;
use crate::session::{Edit, Side, VolumeView};
use crate::ui::theme::size;
use crate::ui::widgets::{Press, heading_ui, menu, press_ui, segments_ui, slider_row_ui};
use crate::ui::{Scene, icons, words};
use crate::volume::VolumePreset;

/// Farthest that colours are moved, HU.
const FARTHEST_HU: f32 = 400.0;
/// Smallest and largest side of the cube around the cursor, mm.
const CUBE_MM: [f64; 2] = [10.0, 250.0];

/// The button, with the colours' name, and everything that can be asked of the 3D view.
pub fn volume_menu_ui(ui: &mut Ui, scene: &Scene<'_>, look: &VolumeView, out: &mut Commands) {
    let label = format!("3D  {}", named("volume-preset", look.preset.label()));
    let button = press_ui(ui, Press::new("", &label).menu().filled());
    let button = button.on_hover_text(say!("volume-menu-tip"));
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(250.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        for preset in VolumePreset::ALL {
            let command = Command::VolumePreset(preset);
            row_ui(ui, scene, out, command, icons::VOLUME, look.preset == preset);
        }
        if look.preset.needs_hu() {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = size::HALF;
                shift_ui(ui, look, out);
            });
            row_ui(ui, scene, out, Command::ToggleShading, icons::DISPLAY, look.shaded);
        }
        row_ui(ui, scene, out, Command::ToggleTable, icons::DISPLAY, look.table);
        ui.separator();
        heading_ui(ui, say!("volume-menu-cut"));
        for (plane, cut) in Plane::ALL.into_iter().zip(look.cuts) {
            row_ui(ui, scene, out, Command::CutVolume(plane), icons::SLAB, cut.is_some());
        }
        row_ui(ui, scene, out, Command::CropVolume, icons::RECTANGLE, look.around_cursor_mm.is_some());
        // It keeps its place without a cube: rows that move under the pointer are clicked by mistake.
        ui.add_enabled_ui(look.around_cursor_mm.is_some(), |ui| {
            ui.spacing_mut().item_spacing.y = size::HALF;
            cube_ui(ui, look, look.around_cursor_mm.unwrap_or(VolumeView::AROUND_MM), out);
        });
        row_ui(ui, scene, out, Command::CropBox, icons::VOLUME, look.crop_box.is_some());
        row_ui(ui, scene, out, Command::ResetCropBox, icons::RESET, false);
        ui.separator();
        row_ui(ui, scene, out, Command::FitVolume, icons::RESET, false);
        heading_ui(ui, say!("volume-menu-from"));
        let words = Side::ALL.map(|side| named("side", side.label()));
        let chosen = Side::ALL.into_iter().position(|side| side.axes() == [look.right, look.down]);
        let asked = segments_ui(ui, say!("volume-menu-from"), &words, chosen.unwrap_or(words.len()));
        if let Some(side) = asked.and_then(|n| Side::ALL.get(n)) {
            out.push(Command::VolumeSide(*side));
        }
    });
}

/// Colours given to higher or lower values.
fn shift_ui(ui: &mut Ui, look: &VolumeView, out: &mut Commands) {
    let share = look.shift / (2.0 * FARTHEST_HU) + 0.5;
    let shown = format!("{} HU", words::signed(f64::from(look.shift), 0));
    let (new, _) = slider_row_ui(ui, say!("volume-menu-moved"), share.clamp(0.0, 1.0), &shown);
    if let Some(new) = new {
        let hu = (new - 0.5) * 2.0 * FARTHEST_HU;
        // Near the middle it is not moved at all.
        let shift = if hu.abs() < 12.0 { 0.0 } else { (hu / 10.0).round() * 10.0 };
        out.edit(Edit::VolumeView(VolumeView { shift, ..*look }));
    }
}

/// Side of the cube around the cursor, each step of the slider the same share larger.
/// - `half`: of its side, mm
fn cube_ui(ui: &mut Ui, look: &VolumeView, half: f64, out: &mut Commands) {
    let [least, most] = CUBE_MM;
    let share = (2.0 * half / least).ln() / (most / least).ln();
    let shown = format!("{:.0} mm", 2.0 * half);
    let (new, _) = slider_row_ui(ui, say!("volume-menu-cube"), share.clamp(0.0, 1.0) as f32, &shown);
    if let Some(new) = new {
        let side = least * (most / least).powf(f64::from(new));
        let around_cursor_mm = Some((side.round() / 2.0).max(least / 2.0));
        out.edit(Edit::VolumeView(VolumeView { around_cursor_mm, ..*look }));
    }
}
