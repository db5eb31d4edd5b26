//! The model card over the window: what must be known of the weights before their answer is read.

use egui::{ScrollArea, Ui};
use egui_commonmark::CommonMarkViewer;

use crate::findings::Nodule;
use crate::inference::Answer;
use crate::language::heard;
use crate::networks::weights::{BUILT_IN, built_in_card};
use crate::say;
use crate::ui::theme::size;
use crate::ui::{Scene, UiState};

use super::sheet::sheet_ui;

/// Widest lines: longer ones are hard to follow; its tables need some width.
const WIDTH: f32 = 940.0;

/// Draws a card; Escape, the cross or a click beside it closes it.
/// - `of`: a network, whose built-in weights are meant; `None`: the weights that gave the selected nodule's
///   answer
pub fn model_card_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, of: Option<&str>) {
    let answer = scene.session.selected().and_then(Nodule::answer);
    let (model, weights) = match (of, answer) {
        (Some(model), _) => (model, BUILT_IN),
        (None, Some(answer)) => (answer.model.as_str(), answer.weights.as_str()),
        (None, None) => {
            state.sheet = None;
            return;
        }
    };
    let title = say!("card-title", model = model, weights = weights);
    let closed = sheet_ui(ui, "model card", &title, WIDTH, |ui, width, room| {
        let area = ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink(false);
        area.show(ui, |ui| {
            // The bar of the scroll area lies over what it scrolls.
            ui.set_max_width(width - size::DOUBLE);
            let viewer = CommonMarkViewer::new();
            let text = match built_in_card(model).filter(|_| weights == BUILT_IN) {
                Some(text) => for_the_sheet(text),
                None => answer.map(|answer| of_answer(answer)).unwrap_or_default(),
            };
            viewer.show(ui, &mut state.marked_up, &text);
        });
    });
    if closed {
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
        |text: &str| if text.is_empty() { say!("card-not-told").to_owned() } else { plain(text) };
    let mut text = String::new();
    if let Some(caution) = &answer.caution {
        text += &format!("> {}.\n\n", plain(&heard(caution.trim_end_matches('.'))));
    }
    let calibrated = match answer.temperature {
        Some(temperature) => say!("card-temperature", temperature = format!("{temperature:.2}")),
        None => say!("card-not-told").to_owned(),
    };
    text += "| | |\n|---|---|\n";
    for (name, value) in [
        (say!("card-network"), say!("card-several", model = plain(&answer.model), count = answer.ensemble)),
        (say!("card-file"), plain(&answer.weights)),
        ("SHA-256", answer.weights_sha256.clone()),
        (say!("card-trained-on"), or_nothing(&answer.trained_on)),
        (say!("card-intended-use"), or_nothing(&answer.intended_use)),
        (say!("card-calibration"), calibrated),
    ] {
        text += &format!("| {name} | {value} |\n");
    }
    format!("{text}\n{}\n", say!("card-no-more"))
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
