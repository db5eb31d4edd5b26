//! The menu behind "Open": folder, files, example, a path typed by hand, what was open lately.

use egui::{PopupCloseBehavior, RichText, Ui};

use crate::command::{Command, Commands};
use crate::ingest::Private;
use crate::say;
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, menu, menu_row_ui, press_ui, text_field};
use crate::ui::{Scene, UiState, icons};

/// Recent paths in the menu.
const RECENT: usize = 6;

/// The button and its menu.
pub fn open_menu_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    with_words: bool,
) {
    let press = Press::new(icons::FOLDER, say!("open-open")).menu();
    let button = press_ui(ui, if with_words { press } else { press.icon_only() });
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(320.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        for (command, icon) in [
            (Command::OpenFolder, icons::FOLDER),
            (Command::OpenFiles, icons::FILES),
            (Command::OpenExample, icons::EXAMPLE),
            (Command::OpenSession, icons::RECENT),
            (Command::RestoreSession, icons::RERUN),
            (Command::SaveSession, icons::SAVE),
        ] {
            row_ui(ui, scene, out, command, icon);
        }
        ui.separator();
        path_ui(ui, state, out);
        recent_ui(ui, scene, out);
        if scene.enabled(&Command::CloseCase) {
            ui.separator();
            row_ui(ui, scene, out, Command::CloseCase, icons::CLOSE);
        }
    });
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, command: Command, icon: &str) {
    let Some(entry) = crate::command::entry(&command) else { return };
    let key = scene.key(&command);
    let press = Press::new(icon, entry.said()).key(&key).enabled(scene.enabled(&command));
    if menu_row_ui(ui, press).on_hover_text(entry.said_help()).clicked() {
        out.push(command);
        ui.close();
    }
}

/// For systems without a dialog, and for whoever has the path in the clipboard.
pub fn path_ui(ui: &mut Ui, state: &mut UiState, out: &mut Commands) {
    if let Some(path) = typed_path_ui(ui, &mut state.path_field, say!("open-path-of"), say!("open-open-path"))
    {
        out.push(Command::OpenPaths(vec![path]));
        // The menu that it stands in.
        ui.close();
    }
}

/// A field for a path, and its button.
/// - `typed`: what was typed so far
/// - `name`: accessible name of the field; `words`: on the button
/// - returns: the path, once it is asked for
pub fn typed_path_ui(
    ui: &mut Ui,
    typed: &mut Option<String>,
    name: &str,
    words: &str,
) -> Option<std::path::PathBuf> {
    let t = tokens(ui);
    let mut text = typed.take().unwrap_or_default();
    let mut path = None;
    ui.horizontal(|ui| {
        let field = ui.add(
            text_field(&mut text)
                .hint_text(RichText::new(say!("open-type-path")).color(t.muted))
                .desired_width(ui.available_width() - 92.0),
        );
        // What is typed is its value; a name it has none of its own.
        ui.accesskit_node_builder(field.id, |node| node.set_label(name));
        let go = press_ui(ui, Press::new("", words).enabled(!text.trim().is_empty()).filled());
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if (go.clicked() || entered) && !text.trim().is_empty() {
            path = Some(text.trim().into());
            text.clear();
        }
    });
    *typed = (!text.is_empty()).then_some(text);
    path
}

fn recent_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    if scene.prefs.recent.is_empty() {
        return;
    }
    let t = tokens(ui);
    ui.separator();
    ui.label(RichText::new(say!("open-recent")).text_style(text::small_strong()).color(t.muted));
    for path in scene.prefs.recent.iter().take(RECENT).map(Private::reveal) {
        let whole = path.display().to_string();
        let name = path.file_name().map_or_else(|| whole.clone(), |n| n.to_string_lossy().into_owned());
        if menu_row_ui(ui, Press::new(icons::RECENT, &name)).on_hover_text(whole).clicked() {
            out.push(Command::OpenPaths(vec![path.clone()]));
            ui.close();
        }
    }
    row_ui(ui, scene, out, Command::ClearRecent, icons::REMOVE);
}
