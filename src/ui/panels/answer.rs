//! The answer: a sentence first where the number could mislead, then the number, then where both
//! come from.

use egui::{Label, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::inference::Answer;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{fact_ui, heading_ui, note_ui, paragraph_ui};
use crate::ui::{icons, words};

pub use crate::networks::weights::UNTRAINED;

/// The number and what to think of it.
pub fn answer_ui(ui: &mut Ui, answer: &Answer) {
    let t = tokens(ui);
    for reason in &answer.guard_reasons {
        note_ui(ui, icons::WARNING, t.warning, &words::sentence(reason));
    }
    if !answer.trained {
        note_ui(ui, icons::WARNING, t.warning, UNTRAINED);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::STEP;
        // A number that means nothing must not look like one that does.
        let (style, ink) =
            if answer.trained { (text::number(), t.text) } else { (egui::TextStyle::Heading, t.muted) };
        let number = format!("{:.2}", answer.probability);
        ui.add(Label::new(RichText::new(&number).text_style(style).color(ink)));
        ui.add(Label::new(RichText::new(question(answer)).color(t.muted)).wrap());
    });
    if answer.trained {
        scale_ui(ui, answer.probability as f32);
        paragraph_ui(ui, &plain_words(answer), t.text);
    }
}

/// `probability of malignancy`.
fn question(answer: &Answer) -> String {
    match answer.question.as_str() {
        "malignancy" => "probability of malignancy".to_owned(),
        other => format!("probability: {other}"),
    }
}

/// What a number near the middle does not say.
fn plain_words(answer: &Answer) -> String {
    let [no, yes] = [0, 1].map(|n| answer.classes.get(n).map_or("", String::as_str));
    let p = answer.probability;
    let lean = if (0.35..=0.65).contains(&p) {
        "The network does not decide here.".to_owned()
    } else if p > 0.5 {
        format!("The network leans towards {yes}.")
    } else {
        format!("The network leans towards {no}.")
    };
    format!("{lean} Trained on: {}.", answer.trained_on.trim_end_matches('.'))
}

fn scale_ui(ui: &mut Ui, share: f32) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, t.control);
    let x = rect.left() + rect.width() * share.clamp(0.0, 1.0);
    let filled = Rect::from_min_max(rect.min, pos2(x, rect.bottom()));
    ui.painter().rect_filled(filled, 4.0, t.accent.gamma_multiply(0.55));
    let tick = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0, 10.0));
    ui.painter().rect_filled(tick, 0.0, t.text);
    crate::ui::widgets::splits(
        ui,
        |ui| crate::ui::widgets::line_ui(ui, "0", egui::TextStyle::Small, t.muted),
        |ui| crate::ui::widgets::line_ui(ui, "1", egui::TextStyle::Small, t.muted),
    );
}

/// Where the answer comes from.
pub fn provenance_ui(ui: &mut Ui, answer: &Answer) {
    let t = tokens(ui);
    heading_ui(ui, "Where this comes from");
    let logits = answer
        .logits
        .iter()
        .zip(answer.classes.iter().map(String::as_str).chain(std::iter::repeat("")))
        .map(|(v, class)| format!("{class} {}", words::with_sign(*v)).trim().to_owned())
        .collect::<Vec<_>>()
        .join(", ");
    fact_ui(ui, "Logits", &logits);
    fact_ui(ui, "Network", &format!("{}, {} input", answer.model, answer.mode));
    let short: String = answer.weights_sha256.chars().take(8).collect();
    fact_ui(ui, "Weights", &format!("{} {short}", answer.weights));
    fact_ui(ui, "Trained on", if answer.trained { &answer.trained_on } else { "nothing: random values" });
    fact_ui(ui, "Ran on", &format!("{} ({})", answer.device.name, answer.device.backend));
    let (crop, forward) = (answer.crop_ms, answer.upload_ms + answer.forward_ms);
    fact_ui(ui, "Answered in", &words::duration(crop + forward));
    fact_ui(ui, "Crops, network", &format!("{}, {}", words::duration(crop), words::duration(forward)));
    if !answer.intended_use.is_empty() {
        ui.add_space(2.0);
        paragraph_ui(ui, &format!("Intended use: {}.", answer.intended_use.trim_end_matches('.')), t.muted);
    }
}
