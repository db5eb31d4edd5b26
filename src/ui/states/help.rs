//! The sheet of all keys, made from the list of commands.

use egui::{Align2, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{CATALOGUE, Entry, Group};
use crate::language::named;
use crate::say;
use crate::ui::theme::{size, text, tokens};
use crate::ui::{Scene, UiState, words};

use super::sheet::sheet_ui;

/// What hands do; gestures are no commands.
fn mouse() -> [(&'static str, &'static str); 11] {
    [
        (say!("help-wheel"), say!("help-wheel-does")),
        (say!("help-ctrl-wheel"), say!("help-ctrl-wheel-does")),
        (say!("help-alt-wheel"), say!("help-alt-wheel-does")),
        (say!("help-left"), say!("help-left-does")),
        (say!("help-middle"), say!("help-middle-does")),
        (say!("help-right"), say!("help-right-does")),
        (say!("help-double"), say!("help-double-does")),
        (say!("help-shift"), say!("help-shift-does")),
        (say!("help-click"), say!("help-click-does")),
        (say!("help-drag"), say!("help-drag-does")),
        (say!("help-tab"), say!("help-tab-does")),
    ]
}

/// What the title of a group takes, in lines.
const TITLE: f32 = 1.5;
/// Width of the column of keys.
const KEYS: f32 = 128.0;
/// Lowest and usual height of a line, points.
const ROWS: [f32; 2] = [16.0, 21.0];

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
    let lines = lines(scene);
    let closed = sheet_ui(ui, "help", say!("help-title"), 296.0 * columns as f32, |ui, _, room| {
        let heights: Vec<f32> = lines.iter().map(Line::height).collect();
        let (places, longest) = flow(&heights, columns);
        // All of them at once where they can be read so, on a small window in closer lines.
        let row = ((room - size::STEP) / longest.max(1.0)).clamp(ROWS[0], ROWS[1]);
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
            ui.columns(columns, |columns| {
                columns.iter_mut().for_each(|ui| ui.spacing_mut().item_spacing.y = 0.0);
                let mut group = "";
                let mut column = 0;
                for (line, place) in lines.iter().zip(places) {
                    let Some(ui) = columns.get_mut(place) else { continue };
                    match line {
                        Line::Title(words) => {
                            title_ui(ui, words, row);
                            group = words;
                        }
                        Line::Key(key, words, help) => {
                            if place != column {
                                title_ui(ui, &say!("help-continued", group = group), row);
                            }
                            line_ui(ui, (key, words, help), row);
                        }
                    }
                    column = place;
                }
            });
        });
    });
    if closed {
        state.sheet = None;
    }
}

/// A line of the sheet.
enum Line {
    Title(&'static str),
    /// Keys, words, and a sentence more.
    Key(String, &'static str, &'static str),
}

impl Line {
    /// In lines of keys.
    fn height(&self) -> f32 {
        match self {
            Line::Title(_) => TITLE,
            Line::Key(..) => 1.0,
        }
    }
}

/// Everything on the sheet, in order: the groups that have keys, and the mouse as the last.
fn lines(scene: &Scene<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let keys: Vec<_> =
            listed(scene, group).map(|(e, keys)| Line::Key(keys, e.said(), e.said_help())).collect();
        if !keys.is_empty() {
            lines.push(Line::Title(named("group", group.label())));
            lines.extend(keys);
        }
    }
    lines.push(Line::Title(say!("help-mouse")));
    lines.extend(mouse().map(|(hand, what)| Line::Key(hand.to_owned(), what, "")));
    lines
}

fn title_ui(ui: &mut Ui, words: &str, row: f32) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), TITLE * row), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let font = text::small_strong().resolve(ui.style());
    let at = rect.left_bottom() - vec2(0.0, 2.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, words, font, t.accent);
}

/// The commands of a group that have a key, with their keys.
fn listed(scene: &Scene<'_>, group: Group) -> impl Iterator<Item = (&'static Entry, String)> {
    CATALOGUE.iter().copied().filter(move |entry| entry.group == group).filter_map(move |entry| {
        let keys: Vec<String> = scene.keymap.keys_of(entry).iter().map(words::key).collect();
        (!keys.is_empty()).then(|| (entry, keys.join("  ")))
    })
}

/// Which column each line stands in: in order, so that the longest column is as short as can be. A column never
/// ends with a title, and one that goes on with a group begins with its title again.
/// - `heights`: of each line, in lines of keys; those of titles are not 1
/// - returns: the columns, and the height of the longest
fn flow(heights: &[f32], columns: usize) -> (Vec<usize>, f32) {
    let whole: f32 = heights.iter().sum();
    let within = |most: f32| {
        let (mut place, mut used, mut longest) = (0usize, 0.0f32, 0.0f32);
        let mut places = Vec::with_capacity(heights.len());
        for (n, height) in heights.iter().enumerate() {
            let is_title = *height != 1.0;
            let next = if is_title { heights.get(n + 1).copied().unwrap_or(0.0) } else { 0.0 };
            if used > 0.0 && used + height + next > most {
                place += 1;
                used = if is_title { 0.0 } else { TITLE };
            }
            used += height;
            longest = longest.max(used);
            places.push(place);
        }
        (places, longest)
    };
    let least = (whole / columns.max(1) as f32).floor() as usize;
    let tries = (least..=whole.ceil() as usize).map(|most| within(most as f32));
    let fits = |(places, _): &(Vec<usize>, f32)| places.last().is_none_or(|last| *last < columns);
    tries.into_iter().find(fits).unwrap_or_else(|| within(whole))
}

fn line_ui(ui: &mut Ui, (key, words, help): (&str, &str, &str), row: f32) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{key}: {words}")));
    let write = |x: f32, width: f32, words: &str, style: TextStyle, colour: egui::Color32| {
        let font = style.resolve(ui.style());
        let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        let galley = ui.painter().layout_job(job);
        let at = pos2(rect.left() + x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, colour);
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
    fn columns_are_as_even_as_can_be_and_none_ends_with_a_title() {
        let group = |keys: usize| [vec![TITLE], vec![1.0; keys]].concat();
        let heights: Vec<f32> = [9, 5, 23, 2, 6].into_iter().flat_map(group).collect();
        let (places, longest) = flow(&heights, 4);
        assert_eq!(places.last(), Some(&3));
        assert!(longest <= heights.iter().sum::<f32>() / 4.0 + 3.0, "{longest}");
        for (n, pair) in places.windows(2).enumerate() {
            assert!(pair[0] == pair[1] || heights[n] == 1.0, "a title stands alone at the end");
        }
        assert_eq!(flow(&[], 3), (Vec::new(), 0.0));
    }
}
