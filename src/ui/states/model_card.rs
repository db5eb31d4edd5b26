//! The model card over the window: what must be known of the weights before their answer is read.

use egui::{Frame, Id, Label, Margin, Modal, RichText, ScrollArea, TextStyle, Ui};
use egui_commonmark::CommonMarkViewer;

use crate::findings::Nodule;
use crate::inference::Answer;
use crate::networks::weights::{BUILT_IN, built_in_card};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{Press, press_ui};
use crate::ui::{Scene, UiState, icons};

/// Widest lines: longer ones are hard to follow; its tables need some width.
const WIDTH: f32 = 940.0;

/// Draws the card of the weights that gave the selected nodule's answer; Escape, the cross or a click
/// beside it closes it.
pub fn model_card_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState) {
    let Some(answer) = scene.session.selected().and_then(Nodule::answer) else {
        state.sheet = None;
        return;
    };
    let t = tokens(ui);
    let window = ui.content_rect();
    let width = (window.width() - 96.0).min(WIDTH);
    let modal = Modal::new(Id::unique("model card"))
        .frame(Frame::popup(ui.style()).inner_margin(Margin::same(20)))
        .backdrop_color(t.veil)
        .show(ui, |ui| {
            ui.set_width(width);
            ui.horizontal(|ui| {
                let title = format!("Model card of {}, {}", answer.model, answer.weights);
                ui.add(
                    Label::new(RichText::new(title).text_style(TextStyle::Heading).color(t.text))
                        .selectable(false),
                );
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if press_ui(ui, Press::new(icons::CLOSE, "Close").icon_only()).clicked() {
                        state.sheet = None;
                    }
                });
            });
            ui.add_space(size::STEP);
            let room = window.height() - 160.0;
            let area = ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink(false);
            area.show(ui, |ui| {
                // The bar of the scroll area lies over what it scrolls.
                ui.set_max_width(width - size::DOUBLE);
                let viewer = CommonMarkViewer::new();
                match built_in_card(&answer.model).filter(|_| answer.weights == BUILT_IN) {
                    Some(text) => viewer.show(ui, &mut state.marked_up, &for_the_sheet(text)),
                    None => viewer.show(ui, &mut state.marked_up, &of_answer(answer)),
                }
            });
        });
    if modal.should_close() {
        state.sheet = None;
    }
}

/// Without the title, which the sheet has itself, and with each line of a block of code as code by
/// itself: blocks have a button whose sign is in none of our fonts.
fn for_the_sheet(text: &str) -> String {
    let text = match text.split_once('\n') {
        Some((title, rest)) if title.starts_with("# ") => rest,
        _ => text,
    };
    let mut in_block = false;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            out += &format!("`{line}`\n\n");
        } else {
            out += line;
            out.push('\n');
        }
    }
    out
}

/// All that weights of a file tell of themselves, as Markdown.
fn of_answer(answer: &Answer) -> String {
    let or_nothing =
        |text: &str| if text.is_empty() { "not told by the file".to_owned() } else { plain(text) };
    let mut text = String::new();
    if let Some(caution) = &answer.caution {
        text += &format!("> {}.\n\n", plain(caution.trim_end_matches('.')));
    }
    let calibrated = match answer.temperature {
        Some(temperature) => format!("temperature {temperature:.2}"),
        None => "not told by the file".to_owned(),
    };
    text += "| | |\n|---|---|\n";
    for (name, value) in [
        ("Network", format!("{}, {} of them", plain(&answer.model), answer.ensemble)),
        ("File", plain(&answer.weights)),
        ("SHA-256", answer.weights_sha256.clone()),
        ("Trained on", or_nothing(&answer.trained_on)),
        ("Intended use", or_nothing(&answer.intended_use)),
        ("Calibration", calibrated),
    ] {
        text += &format!("| {name} | {value} |\n");
    }
    text + "\nMore is not known of this file. `triscope evaluate` measures weights on cases with labels and \
            writes a card with every figure.\n"
}

/// What a file says is text, and no markup.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let mark =
                c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ';' | ':' | '-' | '(' | ')' | '/');
            let c = if c.is_control() { ' ' } else { c };
            mark.then_some('\\').into_iter().chain([c])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_of_itself_is_shown_as_it_stands() {
        assert_eq!(plain("5 | *cases*\n<b>"), "5 \\| \\*cases\\* \\<b\\>");
    }

    #[test]
    fn a_card_has_one_title_and_its_code_no_buttons() {
        assert_eq!(for_the_sheet("# Card\n\ntext\n"), "\ntext\n");
        assert_eq!(for_the_sheet("text\n```sh\na b\nc\n```\nmore"), "text\n`a b`\n\n`c`\n\nmore\n");
    }
}
