//! Cards, headings, facts and notes of the side panels.

use egui::{
    Align, Color32, CornerRadius, Frame, InnerResponse, Layout, Margin, RichText, Sense, TextStyle, Ui, vec2,
};

use crate::ui::theme::{size, text, tokens};

/// A raised part of a panel.
pub fn card_ui<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let t = tokens(ui);
    Frame::new()
        .fill(t.card)
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
}

/// Heading of a part of a panel.
pub fn heading_ui(ui: &mut Ui, words: &str) {
    let t = tokens(ui);
    ui.add_space(size::HALF);
    let text = RichText::new(words).text_style(text::small_strong()).color(t.muted);
    ui.add(egui::Label::new(text).selectable(false));
    ui.add_space(2.0);
}

/// Name at the left, value at the right, both whole: see [`ends_ui`].
pub fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    let t = tokens(ui);
    ends_ui(ui, (name, TextStyle::Body, t.muted), (value, TextStyle::Body, t.text));
}

/// Words at the left and at the right of one line. Where a line has no room for both, those at the right stand under
/// the others, over as many lines as they take: a value that is cut may be read as another one.
pub fn ends_ui(ui: &mut Ui, left: (&str, TextStyle, Color32), right: (&str, TextStyle, Color32)) {
    let width = |(words, style, ink): &(&str, TextStyle, Color32)| {
        let font = style.resolve(ui.style());
        ui.painter().layout_no_wrap((*words).to_owned(), font, *ink).size().x
    };
    let fits = width(&left) + width(&right) + ui.spacing().item_spacing.x <= ui.available_width();
    let label = |(words, style, ink): (&str, TextStyle, Color32)| {
        egui::Label::new(RichText::new(words).text_style(style).color(ink))
    };
    if fits {
        let (left, right) = (label(left).selectable(false), label(right).selectable(false));
        let add = |label| move |ui: &mut Ui| _ = ui.add(label);
        return splits(ui, add(left), add(right));
    }
    ui.add(label(left).selectable(false).wrap());
    ui.with_layout(Layout::top_down(Align::Max), |ui| ui.add(label(right).wrap()));
}

/// Left part, and right part in what remains, aligned right.
pub fn splits(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    splits_of(ui, 18.0, left, right);
}

/// The same where a field or a button stands at the right: the words stand at its middle.
/// - `high`: points
pub fn splits_of(ui: &mut Ui, high: f32, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = high;
        ui.horizontal(|ui| {
            left(ui);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
        });
    });
}

/// A sentence with an icon, in a colour that says how loud it is.
pub fn note_ui(ui: &mut Ui, icon: &str, colour: egui::Color32, sentence: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        // The icon is higher than a line of words: its middle stands at the middle of the first.
        let line = ui.text_style_height(&TextStyle::Body);
        let glyph = ui.painter().layout_no_wrap(icon.to_owned(), text::icon().resolve(ui.style()), colour);
        let (place, _) = ui.allocate_exact_size(vec2(glyph.size().x, line), Sense::hover());
        ui.painter().galley(place.center() - glyph.size() / 2.0, glyph, colour);
        ui.add(egui::Label::new(RichText::new(sentence).color(colour)).wrap());
    });
}
