//! Lines that end in an ellipsis, and paragraphs that wrap.

use egui::{Color32, Label, RichText, TextStyle, TextWrapMode, Ui};

/// One line; too long it ends in `…` and the whole stands in the tip.
pub fn line_ui(ui: &mut Ui, words: &str, style: TextStyle, colour: Color32) {
    let text = RichText::new(words).text_style(style).color(colour);
    ui.add(Label::new(text).wrap_mode(TextWrapMode::Truncate).selectable(false));
}

/// Running text over as many lines as it needs.
pub fn paragraph_ui(ui: &mut Ui, words: &str, colour: Color32) {
    ui.add(Label::new(RichText::new(words).color(colour)).wrap());
}
