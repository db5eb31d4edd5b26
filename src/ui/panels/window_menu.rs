//! The menu of grey-scale windows: presets, those that the user keeps, the histogram, colours.

use egui::{Align, Layout, PopupCloseBehavior, Ui, vec2};

use super::histogram::histogram_ui;
use super::top_menus::closing_row_ui;
use crate::command::{Command, Commands, Viewing};
use crate::ingest::FileWindow;
use crate::language::named;
use crate::say;
use crate::session::{Edit, KeptWindow};
use crate::ui::theme::size;
use crate::ui::widgets::{Press, heading_ui, menu, menu_row_ui, press_ui, segments_ui, text_field};
use crate::ui::{Scene, UiState, icons, words};
use crate::volume::{Colours, Preset};

/// Wide enough for the histogram of a CT to be taken hold of.
const WIDTH: f32 = 340.0;

/// The button says which window is shown; behind it is all that changes it.
pub fn window_menu_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let look = scene.session.look();
    let [w, c] = words::window_figures(look.window);
    let kept = scene.prefs.name_of_window(look.window);
    let files = scene.session.series().map_or(&[][..], |series| &series.windows);
    let of_file = files.iter().any(|file| file.window == look.window).then_some(say!("window-menu-of-file"));
    let name = look
        .preset
        .map(|preset| named("preset", preset.label()))
        .or(kept)
        .or(of_file)
        .unwrap_or(say!("window-menu-window"));
    // These names are the numbers.
    let label = match look.preset.filter(|preset| preset.is_of_uptake()) {
        Some(_) => name.to_owned(),
        None => format!("{} {w} / {c}", short(name)),
    };
    let button = press_ui(ui, Press::new("", &label).menu().enabled(ui.is_enabled()));
    let button = button.on_hover_text(say!("window-menu-tip"));
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        let fits = |preset: &Preset| scene.session.volume().is_none_or(|v| preset.fits(v.unit()));
        for preset in Preset::ALL.into_iter().filter(fits) {
            closing_row_ui(
                ui,
                scene,
                out,
                Command::Preset(preset),
                icons::WINDOW,
                look.preset == Some(preset),
            );
        }
        for (n, file) in files.iter().enumerate() {
            file_ui(ui, scene, (n, file), look.preset.is_none() && file.window == look.window, out);
        }
        for window in &scene.prefs.windows {
            kept_ui(ui, window, look.preset.is_none() && kept == Some(window.name.as_str()), out);
        }
        keep_ui(ui, state, out);
        ui.separator();
        histogram_ui(ui, scene, out);
        closing_row_ui(ui, scene, out, Command::Viewing(Viewing::AutoWindow), icons::CHART, false);
        closing_row_ui(ui, scene, out, Command::WindowOfRegion, icons::RECTANGLE, false);
        ui.separator();
        closing_row_ui(ui, scene, out, Command::ToggleInvert, icons::INVERT, look.invert);
        heading_ui(ui, say!("window-menu-colours-tip"));
        let chosen = Colours::ALL.iter().position(|colours| *colours == look.colours).unwrap_or(0);
        let pressed = segments_ui(
            ui,
            say!("window-menu-colours"),
            &Colours::ALL.map(|colours| named("colours", colours.label())),
            chosen,
        );
        if let Some(colours) = pressed.and_then(|place| Colours::ALL.get(place)) {
            out.edit(Edit::Colours(*colours));
        }
    });
}

/// The button has no room for a long name.
fn short(name: &str) -> String {
    const LONGEST: usize = 16;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// One that the files of the series recommend; the key brings the first of them, then the next.
fn file_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (n, file): (usize, &FileWindow),
    chosen: bool,
    out: &mut Commands,
) {
    let [w, c] = words::window_figures(file.window);
    let numbers = format!("{w} / {c}");
    // What was typed there may tell of the patient.
    let name = if scene.session.is_anonymous() {
        say!("window-menu-kept", number = n + 1)
    } else {
        short(&file.name)
    };
    let key = if n == 0 { scene.key(&Command::Viewing(Viewing::FileWindow)) } else { String::new() };
    let label = say!("window-menu-file-window", name = name, numbers = numbers);
    let press = Press::new(icons::FILES, &label).key(&key).selected(chosen);
    if menu_row_ui(ui, press).on_hover_text(say!("window-menu-file-tip")).clicked() {
        out.edit(Edit::Window(file.window, None));
        ui.close();
    }
}

/// One of the user's own, and the button that takes it off the list.
fn kept_ui(ui: &mut Ui, kept: &KeptWindow, chosen: bool, out: &mut Commands) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let forget = say!("window-menu-forget", name = kept.name);
            let press = Press::new(icons::REMOVE, &forget).icon_only();
            if press_ui(ui, press).on_hover_text(&forget).clicked() {
                out.push(Command::Viewing(Viewing::ForgetWindow(kept.name.clone())));
            }
            let window = kept.window();
            let [w, c] = words::window_figures(window);
            let numbers = format!("{w} / {c}");
            let press = Press::new(icons::WINDOW, &kept.name).key(&numbers).selected(chosen);
            let room = vec2(ui.available_width(), size::CONTROL);
            let row =
                ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| menu_row_ui(ui, press));
            if row.inner.clicked() {
                out.edit(Edit::Window(window, None));
                ui.close();
            }
        });
    });
}

/// A name for the window that is shown, and the button that keeps it.
fn keep_ui(ui: &mut Ui, state: &mut UiState, out: &mut Commands) {
    ui.add_space(size::HALF);
    ui.horizontal(|ui| {
        ui.add_space(size::HALF);
        let typed = &mut state.window_name;
        let edit =
            text_field(typed).hint_text(say!("window-menu-name")).desired_width(WIDTH - 110.0).char_limit(40);
        let field = ui.add(edit);
        ui.accesskit_node_builder(field.id, |node| node.set_label(say!("window-menu-name")));
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let can = !typed.trim().is_empty();
        let pressed = press_ui(ui, Press::new("", say!("window-menu-keep")).filled().enabled(can)).clicked();
        if can && (pressed || entered) {
            out.push(Command::Viewing(Viewing::KeepWindow(std::mem::take(typed))));
        }
    });
    ui.add_space(size::HALF);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_for_the_button() {
        assert_eq!(short("Liver"), "Liver");
        assert_eq!(short("Pulmonary arteries, late"), "Pulmonary arter…");
    }
}
