//! The sheet of preferences: what the program remembers, to be changed at once.

use egui::{Align, Layout, ScrollArea, Sense, Stroke, TextStyle, Ui, vec2};

use super::sheet::sheet_ui;
use crate::command::{Command, Commands, Preference, Viewing};
use crate::language::{Language, heard, named};
use crate::say;
use crate::session::{CornerText, Preferences};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    NumberField, Press, heading_ui, line_ui, menu_row_ui, note_ui, number_ui, paragraph_ui, press_ui,
    segments_ui,
};
use crate::ui::{Scene, UiState, icons, words};
use crate::view::Screen;
use crate::volume::{Interpolation, Sharpening};

const WIDTH: f32 = 640.0;
/// Width of the column of names.
const NAMES: f32 = 190.0;
/// Length of the bar that a ruler is laid on, mm.
const BAR_MM: f64 = 100.0;
/// Where the network runs, as the file says it.
const DEVICES: [&str; 3] = ["auto", "gpu", "cpu"];

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn preferences_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let closed = sheet_ui(ui, "preferences", say!("preferences-title"), WIDTH, |ui, width, room| {
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
            ui.set_max_width(width - size::DOUBLE);
            ui.spacing_mut().item_spacing.y = size::HALF;
            heading_ui(ui, say!("preferences-appearance"));
            appearance_ui(ui, scene, out);
            ui.add_space(size::STEP);
            heading_ui(ui, say!("preferences-pictures"));
            pictures_ui(ui, scene, state, out);
            ui.add_space(size::STEP);
            heading_ui(ui, say!("preferences-devices"));
            devices_ui(ui, scene, out);
            ui.add_space(size::STEP);
            heading_ui(ui, say!("preferences-keys"));
            keys_ui(ui, scene, state, out);
        });
    });
    if closed {
        state.sheet = None;
    }
}

/// A name at the left, and what is changed in what remains of the line.
fn named_ui(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        let room = vec2(NAMES, size::CONTROL);
        ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAMES);
            line_ui(ui, name, TextStyle::Body, t.muted);
        });
        add(ui);
    });
}

fn prefer(preference: Preference) -> Command {
    Command::Viewing(Viewing::Prefer(preference))
}

fn appearance_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    named_ui(ui, say!("preferences-theme"), |ui| {
        let chosen = usize::from(!scene.prefs.dark);
        if segments_ui(
            ui,
            say!("preferences-theme"),
            &[say!("preferences-dark"), say!("preferences-light")],
            chosen,
        )
        .is_some_and(|place| place != chosen)
        {
            out.push(Command::ToggleTheme);
        }
    });
    language_ui(ui, scene, out);
    named_ui(ui, say!("preferences-text-size"), |ui| {
        let [least, most] = Preferences::TEXT_SIZES;
        let field = NumberField {
            name: say!("preferences-text-size"),
            unit: " %",
            range: least..=most,
            pace: 1.0,
            decimals: 0,
            nought: "",
        };
        // A field that grows while it is dragged runs away from the pointer: let go, it counts.
        let (new, response) = number_ui(ui, &field, f64::from(scene.prefs.zoom_factor()) * 100.0);
        let id = response.id.with("dragged");
        if let Some(new) = new {
            ui.data_mut(|d| d.insert_temp(id, new));
        }
        if !response.dragged()
            && let Some(size) = ui.data_mut(|d| d.remove_temp::<f64>(id))
        {
            out.push(prefer(Preference::TextSize(size)));
        }
    });
    named_ui(ui, say!("preferences-motion"), |ui| {
        let chosen = usize::from(scene.prefs.reduced_motion);
        let pressed = segments_ui(
            ui,
            say!("preferences-motion"),
            &[say!("preferences-as-it-is"), say!("preferences-reduced")],
            chosen,
        );
        if let Some(place) = pressed.filter(|place| *place != chosen) {
            out.push(prefer(Preference::ReducedMotion(place == 1)));
        }
    });
    named_ui(ui, say!("preferences-patient-on-pictures"), |ui| {
        let chosen = CornerText::ALL.iter().position(|text| *text == scene.prefs.patient_text).unwrap_or(0);
        let pressed = segments_ui(
            ui,
            say!("preferences-patient-data"),
            &CornerText::ALL.map(|text| named("corner", text.label())),
            chosen,
        );
        if let Some(text) = pressed.and_then(|place| CornerText::ALL.get(place)) {
            out.push(prefer(Preference::PatientText(*text)));
        }
    });
}

/// The language of the window; each by its name in itself, so that whoever reads no other finds it.
fn language_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let codes: Vec<_> =
        std::iter::once(Preferences::AS_THE_SYSTEM).chain(Language::all().map(Language::code)).collect();
    let names: Vec<_> = std::iter::once(say!("preferences-as-the-system"))
        .chain(Language::all().map(Language::name))
        .collect();
    named_ui(ui, say!("preferences-language"), |ui| {
        let chosen = codes.iter().position(|code| *code == scene.prefs.language).unwrap_or(0);
        let pressed = segments_ui(ui, say!("preferences-language"), &names, chosen);
        if let Some(code) = pressed.filter(|place| *place != chosen).and_then(|place| codes.get(place)) {
            out.push(prefer(Preference::Language(code)));
        }
    });
}

fn pictures_ui(ui: &mut Ui, scene: &Scene<'_>, state: &UiState, out: &mut Commands) {
    let t = tokens(ui);
    named_ui(ui, say!("preferences-between-voxels"), |ui| {
        let kinds = Interpolation::ALL;
        let chosen = kinds.iter().position(|kind| *kind == scene.prefs.interpolation).unwrap_or(1);
        let pressed = segments_ui(
            ui,
            say!("preferences-between-voxels"),
            &kinds.map(|kind| named("interpolation", kind.label())),
            chosen,
        );
        if let Some(kind) = pressed.and_then(|place| kinds.get(place)) {
            out.push(Command::Viewing(Viewing::Interpolate(*kind)));
        }
    });
    named_ui(ui, say!("preferences-sharpening"), |ui| {
        let kinds = Sharpening::ALL;
        let chosen = kinds.iter().position(|kind| *kind == scene.prefs.sharpening).unwrap_or(0);
        let words = kinds.map(|kind| named("sharpening", kind.label()));
        let pressed = segments_ui(ui, say!("preferences-sharpening"), &words, chosen);
        if let Some(kind) = pressed.and_then(|place| kinds.get(place)) {
            out.push(Command::Viewing(Viewing::Sharpen(*kind)));
        }
    });
    named_ui(ui, say!("preferences-slices-in-a-second"), |ui| {
        let [least, most] = Preferences::PLAY_SPEEDS;
        let name = say!("preferences-pace-of-playing");
        let field = NumberField { name, unit: "", range: least..=most, pace: 0.2, decimals: 0, nought: "" };
        let (new, _) = number_ui(ui, &field, scene.prefs.slices_per_second());
        out.extend(new.map(|pace| Command::Viewing(Viewing::PlayAt(pace))));
    });
    named_ui(ui, say!("preferences-screen-dpi"), |ui| {
        let [_, most] = Screen::RANGE_DPI;
        let name = say!("preferences-dots-per-inch");
        let field = NumberField {
            name,
            unit: "",
            range: 0.0..=most,
            pace: 0.2,
            decimals: 1,
            nought: say!("preferences-dpi-by-screen"),
        };
        let (new, response) = number_ui(ui, &field, scene.prefs.screen_dpi);
        response.on_hover_text(say!("preferences-zero-dpi"));
        out.extend(new.map(|dpi| prefer(Preference::ScreenDpi(dpi))));
        if let Some(screen) = state.screen {
            line_ui(ui, &say!("preferences-in-use", dpi = words::dpi(screen)), TextStyle::Small, t.muted);
        }
    });
    if let Some(screen) = state.screen {
        ruler_ui(ui, screen);
    }
}

/// A bar of a known length, to lay a ruler on.
fn ruler_ui(ui: &mut Ui, screen: Screen) {
    let t = tokens(ui);
    let points = (BAR_MM / screen.mm_per_px() / f64::from(ui.pixels_per_point())) as f32;
    let shown = points.min(ui.available_width());
    let (rect, _) = ui.allocate_exact_size(vec2(shown, 14.0), Sense::hover());
    let stroke = Stroke::new(1.5, t.text);
    ui.painter().hline(rect.x_range(), rect.center().y, stroke);
    ui.painter().vline(rect.left(), rect.y_range(), stroke);
    if points <= shown {
        ui.painter().vline(rect.right(), rect.y_range(), stroke);
        let sentence = say!("preferences-bar");
        paragraph_ui(ui, sentence, t.muted);
    } else {
        paragraph_ui(ui, say!("preferences-bar-wide"), t.muted);
    }
}

fn devices_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let graphics = scene.session.graphics();
    line_ui(ui, say!("preferences-drawn-by"), TextStyle::Body, t.muted);
    let automatic = scene.prefs.adapter.is_empty();
    if menu_row_ui(ui, Press::new(icons::DEVICE, say!("preferences-best")).selected(automatic)).clicked() {
        out.push(Command::ChooseAdapter(String::new()));
    }
    for adapter in &graphics.adapters {
        let icon = if adapter.software { icons::PROCESSOR } else { icons::DEVICE };
        let in_use = if graphics.current.as_ref() == Some(adapter) { say!("preferences-used") } else { "" };
        let label = format!("{} ({}){in_use}", adapter.name, adapter.backend);
        let chosen = !automatic && adapter.name.contains(&scene.prefs.adapter);
        if menu_row_ui(ui, Press::new(icon, &label).selected(chosen)).clicked() {
            out.push(Command::ChooseAdapter(adapter.name.clone()));
        }
    }
    named_ui(ui, say!("preferences-runs-on"), |ui| {
        let chosen = DEVICES.iter().position(|name| *name == scene.prefs.network_device).unwrap_or_default();
        let words =
            [say!("preferences-automatic"), say!("preferences-graphics"), say!("preferences-processor")];
        let pressed = segments_ui(ui, say!("preferences-runs-on"), &words, chosen);
        if let Some(name) = pressed.filter(|place| *place != chosen).and_then(|place| DEVICES.get(place)) {
            out.push(prefer(Preference::NetworkDevice(name)));
        }
    });
    named_ui(ui, say!("preferences-checks"), |ui| {
        let chosen = usize::from(!scene.prefs.check_maps);
        let words = [say!("preferences-checks-idle"), say!("preferences-checks-asked")];
        let pressed = segments_ui(ui, say!("preferences-checks"), &words, chosen);
        if let Some(place) = pressed.filter(|place| *place != chosen) {
            out.push(prefer(Preference::CheckMaps(place == 0)));
        }
    });
}

fn keys_ui(ui: &mut Ui, scene: &Scene<'_>, state: &UiState, out: &mut Commands) {
    let t = tokens(ui);
    match &state.key_file {
        Some(file) => {
            paragraph_ui(ui, say!("preferences-key-file"), t.muted);
            ui.add(egui::Label::new(egui::RichText::new(file.display().to_string()).color(t.text)).wrap());
        }
        None => paragraph_ui(ui, say!("preferences-nothing-kept"), t.muted),
    }
    let taken: Vec<String> = scene
        .keymap
        .taken()
        .map(|(key, was, is)| {
            say!("preferences-key-is-now", key = words::key(&key), is = is.said(), was = was.said())
        })
        .collect();
    if state.key_faults.is_empty() && taken.is_empty() {
        paragraph_ui(ui, say!("preferences-no-key-twice"), t.muted);
    }
    for fault in &state.key_faults {
        note_ui(ui, icons::WARNING, t.warning, &heard(fault));
    }
    for sentence in &taken {
        note_ui(ui, icons::INFO, t.muted, sentence);
    }
    ui.horizontal(|ui| {
        super::key_binding::change_keys_ui(ui, scene, out);
        let read = Command::Viewing(Viewing::ReadKeys);
        let can = state.key_file.is_some();
        if press_ui(ui, Press::new("", say!("preferences-read-again")).filled().enabled(can))
            .on_hover_text(scene.tip(&read))
            .clicked()
        {
            out.push(read);
        }
        if press_ui(ui, Press::new("", say!("preferences-all-keys")).filled()).clicked() {
            out.push(Command::ToggleHelp);
        }
    });
}
