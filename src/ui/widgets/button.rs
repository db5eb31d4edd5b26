//! Buttons: icon, words, key. Painted by hand, so that icon and words share one middle line and the
//! accessible name holds words alone.

use egui::{
    Align2, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::ui::theme::{size, text, tokens};

/// What a button shows.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// Icon, or nothing.
    pub icon: &'a str,
    /// Words; the accessible name in any case.
    pub words: &'a str,
    /// Whether the words are shown, or only the icon.
    pub show_words: bool,
    /// Key, in less weight.
    pub key: &'a str,
    /// An arrow that says: there is a menu.
    pub menu: bool,
    /// Chosen, switched on.
    pub selected: bool,
    /// Can be pressed.
    pub enabled: bool,
    /// Filled at rest, not only under the pointer.
    pub filled: bool,
}

impl<'a> Press<'a> {
    /// Icon and words.
    pub fn new(icon: &'a str, words: &'a str) -> Self {
        Self {
            icon,
            words,
            show_words: true,
            key: "",
            menu: false,
            selected: false,
            enabled: true,
            filled: false,
        }
    }

    /// Filled at rest.
    pub fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    /// Switched on or off.
    pub fn selected(self, selected: bool) -> Self {
        Self { selected, ..self }
    }

    /// Can be pressed or not.
    pub fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// Only the icon; the words stay its accessible name.
    pub fn icon_only(self) -> Self {
        Self { show_words: false, ..self }
    }

    /// With a key.
    pub fn key(self, key: &'a str) -> Self {
        Self { key, ..self }
    }

    /// Opens a menu.
    pub fn menu(self) -> Self {
        Self { menu: true, ..self }
    }
}

/// Draws a button and says whether it was pressed.
pub fn press_ui(ui: &mut Ui, press: Press<'_>) -> Response {
    let t = tokens(ui);
    let body = TextStyle::Body.resolve(ui.style());
    let icon_font = text::icon().resolve(ui.style());
    let layout = |s: &str, font: FontId| ui.painter().layout_no_wrap(s.to_owned(), font, t.text);
    let mut parts = Vec::new();
    if !press.icon.is_empty() {
        parts.push((layout(press.icon, icon_font.clone()), false));
    }
    if press.show_words && !press.words.is_empty() {
        parts.push((layout(press.words, body.clone()), false));
        if !press.key.is_empty() {
            parts.push((layout(press.key, body.clone()), true));
        }
    }
    if press.menu {
        parts.push((layout(crate::ui::icons::DOWN, FontId::new(size::SMALL, body.family.clone())), true));
    }
    let gap = 6.0;
    let inner: f32 =
        parts.iter().map(|(g, _)| g.size().x).sum::<f32>() + gap * (parts.len().max(1) - 1) as f32;
    let side = if press.show_words { 9.0 } else { 6.0 };
    let wanted = vec2((inner + 2.0 * side).max(size::CONTROL), size::CONTROL);
    let sense = if press.enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(wanted, sense);
    response.widget_info(|| {
        if press.selected {
            WidgetInfo::selected(Role::Button, press.enabled, true, press.words)
        } else {
            WidgetInfo::labeled(Role::Button, press.enabled, press.words)
        }
    });
    if ui.is_rect_visible(rect) {
        let (fill, ink) = if press.selected || response.is_pointer_button_down_on() {
            (Some(t.accent_soft), t.on_accent_soft)
        } else if response.hovered() && press.enabled {
            (Some(t.control_hover), t.text)
        } else if press.filled {
            (Some(t.control), t.text)
        } else {
            (None, t.text)
        };
        // In a disabled part of the window egui pales everything once already.
        let pale = if ui.is_enabled() { t.muted.gamma_multiply(0.6) } else { t.muted };
        let ink = if press.enabled { ink } else { pale };
        // The ground under the pointer is too light for less weight.
        let lit = response.hovered() && press.enabled;
        let weak = match (press.selected, lit) {
            (true, _) => t.accent,
            (false, true) => t.text,
            (false, false) => t.muted,
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), fill);
        }
        if press.filled && !press.selected {
            let edge = Stroke::new(1.0, t.edge);
            let radius = CornerRadius::same(size::RADIUS);
            ui.painter().rect_stroke(rect, radius, edge, StrokeKind::Inside);
        }
        let mut x = rect.center().x - inner / 2.0;
        for (galley, is_weak) in parts {
            let at = Align2::LEFT_CENTER.anchor_size(pos2(x, rect.center().y), galley.size());
            x += galley.size().x + gap;
            let colour = if is_weak && press.enabled { weak } else { ink };
            ui.painter().galley_with_override_text_color(at.min, galley, colour);
        }
        focus_ring(ui, &response, rect);
    }
    response
}

/// A ring around what the keyboard would press.
pub(super) fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, tokens(ui).accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(size::RADIUS), stroke, StrokeKind::Inside);
    }
}

/// What a line of a menu takes of the width.
fn row_width(words: f32, key: f32) -> f32 {
    34.0 + words + if key == 0.0 { 0.0 } else { 24.0 + key } + 10.0
}

/// The width of a menu in which all of these lines end at one place.
/// - `lines`: words and key of each
pub fn menu_width<'a>(ui: &Ui, lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> f32 {
    let body = TextStyle::Body.resolve(ui.style());
    let ink = tokens(ui).text;
    let wide = |words: &str| ui.painter().layout_no_wrap(words.to_owned(), body.clone(), ink).size().x;
    lines.into_iter().map(|(words, key)| row_width(wide(words), wide(key))).fold(0.0, f32::max)
}

/// One line of a menu: icon, words, key at the right; a tick where it is the chosen one.
pub fn menu_row_ui(ui: &mut Ui, press: Press<'_>) -> Response {
    let t = tokens(ui);
    let body = TextStyle::Body.resolve(ui.style());
    let icon_font = text::icon().resolve(ui.style());
    let words = ui.painter().layout_no_wrap(press.words.to_owned(), body.clone(), t.text);
    let key = ui.painter().layout_no_wrap(press.key.to_owned(), body, t.muted);
    let needed = row_width(words.size().x, key.size().x);
    let width = ui.available_width().max(needed);
    let sense = if press.enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), sense);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, press.enabled, press.selected, press.words));
    if ui.is_rect_visible(rect) {
        let lit = press.enabled && (response.hovered() || response.has_focus());
        if lit {
            ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.control_hover);
        }
        let ink = if press.enabled { t.text } else { t.muted.gamma_multiply(0.6) };
        let icon = if press.selected { crate::ui::icons::CHECK } else { press.icon };
        let icon_ink = if press.selected { t.accent } else { t.muted };
        let middle = rect.center().y;
        ui.painter().text(pos2(rect.left() + 17.0, middle), Align2::CENTER_CENTER, icon, icon_font, icon_ink);
        let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 34.0, middle), words.size());
        ui.painter().galley_with_override_text_color(at.min, words, ink);
        let at = Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 10.0, middle), key.size());
        let weak = if lit { t.text } else { t.muted };
        ui.painter().galley_with_override_text_color(at.min, key, weak);
    }
    response
}

/// The menu of a button; its lines begin at the left and are not stretched.
pub fn menu(button: &Response) -> egui::Popup<'_> {
    egui::Popup::menu(button).layout(egui::Layout::top_down(egui::Align::Min))
}
