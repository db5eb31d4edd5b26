//! The sheet of all keys, made from the list of commands.

use egui::{Id, Label, Modal, RichText, ScrollArea, TextStyle, Ui};

use crate::command::{CATALOGUE, Group};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, press_ui};
use crate::ui::{Scene, UiState, icons};

/// What hands do; gestures are no commands.
const MOUSE: [(&str, &str); 10] = [
    ("Wheel", "One slice; with Shift ten"),
    ("Ctrl+wheel", "Zoom at the pointer"),
    ("Left drag", "The active tool"),
    ("Middle drag", "Pan"),
    ("Right drag", "Zoom"),
    ("Double-click", "Maximise"),
    ("Shift+move", "The crosshair follows"),
    ("Click, nodule tool", "Ask the network there"),
    ("Drag a marked point", "Move it and ask again"),
    ("Tab", "Next control or viewport"),
];

/// Draws the sheet over the window; Escape, the cross or a click beside it closes it.
pub fn help_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState) {
    let t = tokens(ui);
    let window = ui.content_rect();
    let columns = if window.width() >= 1100.0 { 3 } else { 2 };
    let width = (window.width() - 96.0).min(340.0 * columns as f32);
    let modal = Modal::new(Id::unique("help")).backdrop_color(t.veil).show(ui, |ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            ui.add(
                Label::new(RichText::new("Keys").text_style(TextStyle::Heading).color(t.text))
                    .selectable(false),
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if press_ui(ui, Press::new(icons::CLOSE, "Close").icon_only()).clicked() {
                    state.help = false;
                }
            });
        });
        ui.add_space(size::STEP);
        ScrollArea::vertical().max_height(window.height() - 180.0).show(ui, |ui| {
            ui.columns(columns, |columns| {
                for (n, group) in Group::ALL.into_iter().enumerate() {
                    // The groups in order, each column about as long as the next.
                    let place = n * columns.len() / (Group::ALL.len() + 1);
                    if let Some(ui) = columns.get_mut(place) {
                        group_ui(ui, scene, group);
                    }
                }
                if let Some(ui) = columns.last_mut() {
                    title_ui(ui, "Mouse");
                    MOUSE.iter().for_each(|(hand, what)| line_ui(ui, hand, what, ""));
                }
            });
        });
    });
    if modal.should_close() {
        state.help = false;
    }
}

fn title_ui(ui: &mut Ui, words: &str) {
    let t = tokens(ui);
    ui.add_space(size::STEP);
    ui.add(
        Label::new(RichText::new(words).text_style(text::small_strong()).color(t.accent)).selectable(false),
    );
}

fn group_ui(ui: &mut Ui, scene: &Scene<'_>, group: Group) {
    title_ui(ui, group.label());
    for entry in CATALOGUE.iter().filter(|e| e.group == group) {
        let keys: Vec<String> = scene.keymap.keys_of(entry).iter().map(ToString::to_string).collect();
        if !keys.is_empty() {
            line_ui(ui, &keys.join("  "), entry.words, entry.help);
        }
    }
}

fn line_ui(ui: &mut Ui, key: &str, words: &str, help: &str) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        let key = RichText::new(key).text_style(text::small_strong()).color(t.text);
        ui.add_sized([128.0, 18.0], Label::new(key).selectable(false).truncate().halign(egui::Align::Min));
        let label = ui.add(Label::new(RichText::new(words).color(t.muted)).selectable(false).truncate());
        if !help.is_empty() {
            label.on_hover_text(help);
        }
    });
}
