//! The command palette: type a few letters of what you want, and press Enter.

use egui::{Id, Key, Modifiers, RichText, ScrollArea, Ui};

use super::sheet::sheet_ui;
use crate::command::{CATALOGUE, Command, Commands, Entry, Explaining};
use crate::say;
use crate::ui::theme::tokens;
use crate::ui::widgets::{Press, menu_row_ui, paragraph_ui, text_field};
use crate::ui::{Scene, UiState, icons};

/// Points.
const WIDTH: f32 = 520.0;

/// Draws the palette over the window.
pub fn palette_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    let mut chosen = None;
    let closed = sheet_ui(ui, "palette", say!("palette-title"), WIDTH, |ui, _, room| {
        let (up, down, enter) = ui.input_mut(|i| {
            let mut pressed = |key| i.consume_key(Modifiers::NONE, key);
            (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
        });
        let field = ui.add(
            text_field(&mut state.palette.typed)
                .id(Id::unique("palette field"))
                .hint_text(RichText::new(say!("palette-what")).color(t.muted))
                .desired_width(f32::INFINITY),
        );
        ui.accesskit_node_builder(field.id, |node| node.set_label(say!("palette-command")));
        field.request_focus();
        if field.changed() {
            state.palette.row = 0;
        }
        let found = found(scene, &state.palette.typed);
        let last = found.len().saturating_sub(1);
        let row =
            state.palette.row.saturating_add(usize::from(down)).saturating_sub(usize::from(up)).min(last);
        state.palette.row = row;
        ui.add_space(4.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        // As high whatever is found: the field stays where one types.
        let height = (room - 60.0).clamp(60.0, 420.0);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink(false).show(
            ui,
            |ui| {
                if found.is_empty() {
                    paragraph_ui(ui, say!("palette-none"), t.muted);
                }
                for (n, entry) in found.iter().enumerate() {
                    let key = scene.key(&entry.command);
                    let line = menu_row_ui(
                        ui,
                        Press::new(if n == row { icons::RIGHT } else { "" }, entry.said()).key(&key),
                    );
                    if n == row && (up || down) {
                        line.scroll_to_me(None);
                    }
                    if line.on_hover_text(entry.said_help()).clicked() || (enter && n == row) {
                        chosen = Some(entry.command.clone());
                    }
                }
            },
        );
    });
    if chosen.is_some() || closed {
        state.sheet = None;
        state.palette = Palette::default();
    }
    out.extend(chosen);
}

/// What the palette remembers while it is open.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub typed: String,
    /// The line that Enter takes.
    pub row: usize,
}

/// The commands that can be carried out and hold what was typed: at the beginning first, then anywhere in the
/// words, then in the help.
fn found(scene: &Scene<'_>, typed: &str) -> Vec<&'static Entry> {
    let typed = typed.trim().to_lowercase();
    let rank = |entry: &Entry| {
        let (words, help) = (entry.said().to_lowercase(), entry.said_help().to_lowercase());
        if words.starts_with(&typed) {
            Some(0)
        } else if words.contains(&typed) {
            Some(1)
        } else {
            help.contains(&typed).then_some(2)
        }
    };
    // What lasts as long as a key is held cannot be chosen from a list.
    let held = [Command::HideHeatmap, Command::Explaining(Explaining::ShowOtherMap)];
    let open = CATALOGUE
        .iter()
        .copied()
        .filter(|entry| (entry.enabled)(scene.session) && !held.contains(&entry.command));
    let mut found: Vec<(i32, &Entry)> = open.filter_map(|e| rank(e).map(|rank| (rank, e))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}
