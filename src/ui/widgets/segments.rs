//! One of a few: a row of words, one of them chosen.

use egui::{Align2, CornerRadius, FontId, Rect, Role, Sense, TextStyle, Ui, WidgetInfo, vec2};

use super::button::focus_ring;
use crate::ui::theme::{size, tokens};

/// Of a line of words, points.
const HEIGHT: f32 = 26.0;
/// Free at both sides of a word, points.
const BESIDE: f32 = 4.0;

/// Where a word stands in the row, points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    line: usize,
    left: f32,
    width: f32,
}

/// All of one width.
fn equal(count: usize, width: f32) -> Vec<Place> {
    let each = width / count.max(1) as f32;
    (0..count).map(|n| Place { line: 0, left: each * n as f32, width: each }).collect()
}

/// So many words a line: of one width where all fit so, else each as wide as it asks for and as much more; `None` where a
/// line has no room for its words.
/// - `wide`: what each word takes at least
fn places(wide: &[f32], per_line: usize, width: f32) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    for (line, wide) in wide.chunks(per_line.max(1)).enumerate() {
        let (all, most) = (wide.iter().sum::<f32>(), wide.iter().copied().fold(0.0, f32::max));
        if all > width {
            return None;
        }
        let count = wide.len() as f32;
        let mut left = 0.0;
        for one in wide {
            let width = if most * count <= width { width / count } else { one + (width - all) / count };
            places.push(Place { line, left, width });
            left += width;
        }
    }
    Some(places)
}

/// Draws the row over the available width and returns the place of the one that was pressed.
pub fn segments_ui(ui: &mut Ui, name: &str, words: &[&str], chosen: usize) -> Option<usize> {
    let t = tokens(ui);
    let width = ui.available_width();
    let wide = |font: &FontId| -> Vec<f32> {
        let wide =
            |word: &&str| ui.painter().layout_no_wrap((*word).to_owned(), font.clone(), t.text).size().x;
        words.iter().map(|word| wide(word) + 2.0 * BESIDE).collect()
    };
    // Smaller letters before words that are cut, and two lines before those.
    let fonts = [TextStyle::Body, TextStyle::Small].map(|style| style.resolve(ui.style()));
    let one_line = fonts.iter().find_map(|font| Some((font, places(&wide(font), words.len(), width)?)));
    let [font, small] = &fonts;
    let (font, places) = one_line
        .or_else(|| Some((font, places(&wide(font), words.len().div_ceil(2), width)?)))
        .unwrap_or_else(|| (small, equal(words.len(), width)));
    let lines = places.iter().map(|place| place.line + 1).max().unwrap_or(1);
    let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT * lines as f32), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.control);
    let mut pressed = None;
    for ((n, word), place) in words.iter().enumerate().zip(&places) {
        let corner = rect.min + vec2(place.left, HEIGHT * place.line as f32);
        let part = Rect::from_min_size(corner, vec2(place.width, HEIGHT));
        let response = ui.interact(part, ui.scope_id().with((name, n)), Sense::click());
        let selected = n == chosen;
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), selected, format!("{name}: {word}"))
        });
        let ink = if selected {
            ui.painter().rect_filled(part.shrink(1.0), CornerRadius::same(size::RADIUS), t.accent_soft);
            t.on_accent_soft
        } else if response.hovered() {
            t.text
        } else {
            t.muted
        };
        let mut job = egui::text::LayoutJob::simple_singleline((*word).to_owned(), font.clone(), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(place.width - 6.0);
        let galley = ui.painter().layout_job(job);
        let at = Align2::CENTER_CENTER.anchor_size(part.center(), galley.size());
        ui.painter().galley(at.min, galley, ink);
        focus_ring(ui, &response, part);
        if response.clicked() {
            pressed = Some(n);
        }
    }
    pressed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_share_a_line_equally_else_as_they_ask_and_else_take_two() {
        let widths = |wide: &[f32], per_line| {
            let places = places(wide, per_line, 100.0)?;
            Some(places.iter().map(|place| (place.line, place.width)).collect::<Vec<_>>())
        };
        assert_eq!(widths(&[20.0, 30.0], 2), Some(vec![(0, 50.0), (0, 50.0)]));
        assert_eq!(widths(&[70.0, 20.0], 2), Some(vec![(0, 75.0), (0, 25.0)]));
        assert_eq!(widths(&[70.0, 40.0, 30.0], 3), None);
        assert_eq!(widths(&[50.0, 40.0, 30.0], 2), Some(vec![(0, 50.0), (0, 50.0), (1, 100.0)]));
        assert_eq!(equal(4, 100.0).last(), Some(&Place { line: 0, left: 75.0, width: 25.0 }));
    }
}
