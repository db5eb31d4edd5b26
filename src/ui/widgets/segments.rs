//! One of a few: a row of words, one of them chosen.

use egui::{Align2, CornerRadius, Rect, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::button::focus_ring;
use crate::ui::theme::{size, tokens};

/// Draws the row over the available width and returns the place of the one that was pressed.
pub fn segments_ui(ui: &mut Ui, name: &str, words: &[&str], chosen: usize) -> Option<usize> {
    let t = tokens(ui);
    let height = 26.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.control);
    let each = rect.width() / words.len().max(1) as f32;
    let font = TextStyle::Body.resolve(ui.style());
    let mut pressed = None;
    for (n, word) in words.iter().enumerate() {
        let part = Rect::from_min_size(pos2(rect.left() + each * n as f32, rect.top()), vec2(each, height));
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
        job.wrap = egui::text::TextWrapping::truncate_at_width(each - 6.0);
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
