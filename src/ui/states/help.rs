//! The sheet of all keys, made from the list of commands.

use egui::{Label, RichText, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{CATALOGUE, Entry, Group};
use crate::ui::theme::{size, text, tokens};
use crate::ui::{Scene, UiState};

use super::sheet::sheet_ui;

/// What hands do; gestures are no commands.
const MOUSE: [(&str, &str); 11] = [
    ("Wheel", "One slice; with Shift ten"),
    ("Ctrl+wheel", "Zoom at the pointer"),
    ("Alt+wheel", "Thickness of the slab"),
    ("Left drag", "The active tool"),
    ("Middle drag", "Pan"),
    ("Right drag", "Zoom"),
    ("Double-click", "Maximise"),
    ("Shift+move", "The crosshair follows"),
    ("Click, nodule tool", "Ask the network there"),
    ("Drag a marked point", "Move it and ask again"),
    ("Tab", "Next control or viewport"),
];

/// What the title of a group takes, in lines.
const TITLE: usize = 2;
/// Width of the column of keys.
const KEYS: f32 = 128.0;

/// Draws the sheet over the window; Escape, the cross or a click beside it closes it.
pub fn help_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState) {
    let width = ui.content_rect().width();
    let columns = if width >= 1240.0 {
        4
    } else if width >= 1000.0 {
        3
    } else {
        2
    };
    let closed = sheet_ui(ui, "help", "Keys", 296.0 * columns as f32, |ui, _, room| {
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
            ui.columns(columns, |columns| {
                // Close lines: all of them on a small window without scrolling.
                columns.iter_mut().for_each(|ui| ui.spacing_mut().item_spacing.y = 2.0);
                // The groups in order, the longest column as short as can be; the mouse is the last.
                let groups = Group::ALL.map(|group| listed(scene, group).count());
                let lines: Vec<usize> =
                    groups.into_iter().chain([MOUSE.len()]).map(|lines| lines + TITLE).collect();
                let places = columns_of(&lines, columns.len());
                for (group, place) in Group::ALL.into_iter().zip(places) {
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
    if closed {
        state.sheet = None;
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
    for (entry, keys) in listed(scene, group) {
        line_ui(ui, &keys, entry.words, entry.help);
    }
}

/// The commands of a group that have a key, with their keys.
fn listed(scene: &Scene<'_>, group: Group) -> impl Iterator<Item = (&'static Entry, String)> {
    CATALOGUE.iter().copied().filter(move |entry| entry.group == group).filter_map(move |entry| {
        let keys: Vec<String> = scene.keymap.keys_of(entry).iter().map(ToString::to_string).collect();
        (!keys.is_empty()).then(|| (entry, keys.join("  ")))
    })
}

/// Which column each group stands in: in order, so that the longest column is as short as can be.
/// - `lines`: of each group
fn columns_of(lines: &[usize], columns: usize) -> Vec<usize> {
    let filled = |most: usize| {
        let (mut place, mut used) = (0, 0);
        let place_of = |lines: &usize| {
            if used > 0 && used + lines > most {
                (place, used) = (place + 1, 0);
            }
            used += lines;
            place
        };
        lines.iter().map(place_of).collect::<Vec<usize>>()
    };
    let whole: usize = lines.iter().sum();
    let fits = |places: &Vec<usize>| places.last().is_none_or(|last| *last < columns);
    (1..whole).map(filled).find(fits).unwrap_or_else(|| filled(whole))
}

fn line_ui(ui: &mut Ui, key: &str, words: &str, help: &str) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 21.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{key}: {words}")));
    let write = |x: f32, width: f32, words: &str, style: TextStyle, colour: egui::Color32| {
        let font = style.resolve(ui.style());
        let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        ui.painter().galley(pos2(rect.left() + x, rect.top() + 2.0), ui.painter().layout_job(job), colour);
    };
    write(0.0, KEYS - 8.0, key, text::small_strong(), t.text);
    write(KEYS, rect.width() - KEYS - 8.0, words, TextStyle::Body, t.muted);
    if !help.is_empty() {
        response.on_hover_text(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_even_as_the_order_of_groups_allows() {
        assert_eq!(columns_of(&[9, 8, 6, 8, 7, 12, 6, 5, 8, 12], 3), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
        assert_eq!(columns_of(&[3, 3, 3], 5), [0, 1, 2]);
        assert_eq!(columns_of(&[], 3), Vec::<usize>::new());
    }
}
