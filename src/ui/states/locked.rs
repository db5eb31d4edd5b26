//! Asking for the password of an archive.

use std::fmt;

use egui::text_edit::TextEditState;
use egui::{Id, Key, Modifiers, TextStyle, Ui};

use super::sheet::sheet_ui;
use crate::command::{Command, Commands};
use crate::ingest::Private;
use crate::say;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{Press, line_ui, note_ui, paragraph_ui, press_ui, text_field};
use crate::ui::{Scene, UiState, icons};

/// Points.
const WIDTH: f32 = 440.0;
const FIELD: &str = "password of an archive";

/// A password while it is typed. It is printed by nothing and leaves the sheet with it.
#[derive(Default)]
pub struct TypedPassword(String);

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

/// Draws the sheet for as long as an archive waits for its password. Escape, the cross or Cancel leaves the
/// archive closed.
pub fn locked_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let Some(locked) = scene.session.locked() else {
        state.sheet = None;
        state.password = TypedPassword::default();
        ui.data_mut(|data| data.remove::<TextEditState>(Id::unique(FIELD)));
        return;
    };
    let t = tokens(ui);
    let (mut given, mut left) = (false, false);
    let closed = sheet_ui(ui, "locked", say!("locked-title"), WIDTH, |ui, _, _| {
        ui.spacing_mut().item_spacing.y = size::STEP;
        let enter = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
        // Names of files may be those of patients.
        let name = if scene.session.is_anonymous() {
            say!("locked-archive").to_owned()
        } else {
            locked.name().to_string()
        };
        paragraph_ui(ui, &say!("locked-locked", name = name), t.text);
        if locked.archive.wrong {
            note_ui(ui, icons::WARNING, t.warning, say!("locked-wrong"));
        }
        let field = ui.add(
            text_field(&mut state.password.0)
                .id(Id::unique(FIELD))
                .password(true)
                .desired_width(f32::INFINITY),
        );
        ui.accesskit_node_builder(field.id, |node| node.set_label(say!("locked-password")));
        field.request_focus();
        let typed = !state.password.0.is_empty();
        ui.horizontal(|ui| {
            given = press_ui(ui, Press::new("", say!("locked-open")).filled().enabled(typed)).clicked()
                || (enter && typed);
            left = press_ui(ui, Press::new("", say!("locked-cancel")).filled()).clicked();
        });
        line_ui(ui, say!("locked-used"), TextStyle::Small, t.muted);
    });
    if !(given || left || closed) {
        return;
    }
    let TypedPassword(password) = std::mem::take(&mut state.password);
    // The field remembers what was typed, to take it back.
    ui.data_mut(|data| data.remove::<TextEditState>(Id::unique(FIELD)));
    state.sheet = None;
    out.push(if given { Command::Unlock(Private::new(password)) } else { Command::LeaveLocked });
}
