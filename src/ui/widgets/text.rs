//! Lines that end in an ellipsis, and paragraphs that wrap.

use egui::{Align2, Color32, Label, Margin, RichText, TextEdit, TextStyle, TextWrapMode, Ui, vec2};

use crate::ui::theme::size;

/// One line; too long it ends in `…` and the whole stands in the tip.
pub fn line_ui(ui: &mut Ui, words: &str, style: TextStyle, colour: Color32) {
    let text = RichText::new(words).text_style(style).color(colour);
    ui.add(Label::new(text).wrap_mode(TextWrapMode::Truncate).selectable(false));
}

/// Running text over as many lines as it needs.
pub fn paragraph_ui(ui: &mut Ui, words: &str, colour: Color32) {
    ui.add(Label::new(RichText::new(words).color(colour)).wrap());
}

/// The same in small letters.
pub fn small_paragraph_ui(ui: &mut Ui, words: &str, colour: Color32) {
    let text = RichText::new(words).text_style(TextStyle::Small).color(colour);
    ui.add(Label::new(text).selectable(false).wrap());
}

/// A field of one line, as high as a button, what is typed in its middle: in panels and menus alike.
pub fn text_field(text: &mut dyn egui::TextBuffer) -> TextEdit<'_> {
    let edit = TextEdit::singleline(text).margin(Margin::symmetric(8, 4));
    edit.min_size(vec2(0.0, size::CONTROL)).align(Align2::LEFT_CENTER)
}
