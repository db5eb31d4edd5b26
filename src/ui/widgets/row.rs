//! The ground of a line in a list that can be chosen.

use egui::{Color32, CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use crate::ui::theme::{size, tokens};

/// Paints what lies behind a line: chosen, under the pointer, with the keyboard's focus.
/// - returns: the colours of its words, and of those of less weight
pub fn row_ground(ui: &Ui, rect: Rect, response: &Response, chosen: bool) -> [Color32; 2] {
    let t = tokens(ui);
    let fill = if chosen {
        t.accent_soft
    } else if response.hovered() {
        t.card
    } else {
        Color32::TRANSPARENT
    };
    let edge = if response.has_focus() { t.accent } else { Color32::TRANSPARENT };
    let radius = CornerRadius::same(size::CARD_RADIUS);
    ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if chosen { [t.on_accent_soft, t.on_accent_soft.gamma_multiply(0.8)] } else { [t.text, t.muted] }
}
