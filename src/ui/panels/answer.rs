//! The answer: a sentence first where the number could mislead, then the number, then where both
//! come from.

use egui::{Align, Label, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::guard::{Guard, Verdict};
use crate::inference::Answer;
use crate::language::{heard, named};
use crate::say;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{ends_ui, fact_ui, heading_ui, line_ui, note_ui, paragraph_ui, small_paragraph_ui};
use crate::ui::{icons, words};

pub use crate::networks::weights::UNTRAINED;

/// The number and what to think of it.
/// - `running`: whether more is to come, such as the other networks of an ensemble
pub fn answer_ui(ui: &mut Ui, answer: &Answer, running: bool) {
    let t = tokens(ui);
    for note in guard_notes(&answer.guard) {
        note_ui(ui, icons::WARNING, t.warning, &note);
    }
    if !answer.trained {
        note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(UNTRAINED)));
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::STEP;
        // A number that means nothing must not look like one that does.
        let (style, ink) = match (answer.trained, answer.guard.verdict) {
            (true, Verdict::Ok) => (text::number(), t.text),
            _ => (egui::TextStyle::Heading, t.muted),
        };
        let number = format!("{:.2}", answer.probability);
        ui.add(Label::new(RichText::new(&number).text_style(style).color(ink)));
        ui.add(Label::new(RichText::new(question(answer)).color(t.muted)).wrap());
    });
    if !answer.trained {
        return;
    }
    scale_ui(ui, answer, running);
    // What the number leans to, and what readers would say, of something that is no nodule, or not all of
    // it, is nothing to read.
    if !matches!(answer.guard.verdict, Verdict::NotANodule | Verdict::LesionExceedsContext) {
        paragraph_ui(ui, &lean(answer), t.text);
        readers_ui(ui, answer);
    }
    if let Some(caution) = &answer.caution {
        let sentence = words::full_sentence(&heard(caution.trim_end_matches('.')));
        note_ui(ui, icons::INFO, t.text, &sentence);
    }
}

/// What the guard says, one sentence each; the verdict comes first and takes the first reason along.
pub fn guard_notes(guard: &Guard) -> Vec<String> {
    let mut reasons = guard.reasons.iter().map(|reason| words::full_sentence(&heard(reason)));
    match guard.verdict.headline() {
        Some(headline) => {
            let headline = heard(headline);
            let first = guard.reasons.first().map_or(String::new(), |reason| format!(": {}", heard(reason)));
            std::iter::once(words::full_sentence(&format!("{headline}{first}")))
                .chain(reasons.skip(1))
                .collect()
        }
        None => reasons.by_ref().collect(),
    }
}

/// `probability of malignancy`: never the same words for two questions.
fn question(answer: &Answer) -> String {
    match answer.question.as_str() {
        "malignancy" => say!("answer-of-malignancy").to_owned(),
        "adenocarcinoma_vs_squamous" => say!("answer-of-squamous").to_owned(),
        "adenocarcinoma_vs_granuloma" => say!("answer-of-granuloma").to_owned(),
        "slice_contains_nodule" => say!("answer-of-slice").to_owned(),
        other => say!("answer-of-other", other = other),
    }
}

/// What a number near the middle does not say.
fn lean(answer: &Answer) -> String {
    let [no, yes] = [0, 1].map(|n| answer.classes.get(n).map_or("".into(), |class| heard(class)));
    let (no, yes) = (no.as_ref(), yes.as_ref());
    const MIDDLE: std::ops::RangeInclusive<f64> = 0.35..=0.65;
    let p = answer.probability;
    match answer.interval() {
        Some([low, high]) if low < *MIDDLE.start() && high > *MIDDLE.end() => {
            say!("answer-disagree", yes = yes, no = no)
        }
        several => {
            let class = if p > 0.5 { yes } else { no };
            match (several.is_some(), MIDDLE.contains(&p)) {
                (true, true) => say!("answer-all-undecided").to_owned(),
                (false, true) => say!("answer-undecided").to_owned(),
                (true, false) => say!("answer-all-lean", class = class),
                (false, false) => say!("answer-leans", class = class),
            }
        }
    }
}

/// Whose number it is, between the ends of the scale; empty for one network alone.
fn members_words(answer: &Answer, running: bool) -> String {
    let count = words::count(answer.ensemble);
    match answer.interval() {
        Some([low, high]) => {
            say!("answer-mean-of", count = count, low = format!("{low:.2}"), high = format!("{high:.2}"))
        }
        None if answer.ensemble < 2 => String::new(),
        None if running => say!("answer-first-of-running", count = count),
        None => say!("answer-first-of", count = count),
    }
}

/// From 0 to 1: what the members span, and a mark at the number.
fn scale_ui(ui: &mut Ui, answer: &Answer, running: bool) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    let whose = members_words(answer, running);
    let said = say!("answer-scale", probability = format!("{:.2}", answer.probability), whose = whose);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, said.trim()));
    let x = |share: f64| rect.left() + rect.width() * share.clamp(0.0, 1.0) as f32;
    ui.painter().rect_filled(rect, 4.0, t.control);
    let span = match answer.interval() {
        Some(interval) => Some(interval),
        // Of an ensemble that has not answered yet nothing is spanned; one network fills from zero.
        None => (answer.ensemble < 2).then_some([0.0, answer.probability]),
    };
    if let Some([low, high]) = span {
        // Members that agree still leave something to see.
        let (low, high) = (x(low).min(x(high) - 4.0), x(high));
        let filled = Rect::from_min_max(pos2(low.max(rect.left()), rect.top()), pos2(high, rect.bottom()));
        ui.painter().rect_filled(filled, 4.0, t.accent.gamma_multiply(0.55));
    }
    let mark = Rect::from_center_size(pos2(x(answer.probability), rect.center().y), vec2(2.0, 12.0));
    ui.painter().rect_filled(mark, 0.0, t.text);
    let small = egui::TextStyle::Small;
    let wide = |words: &str| {
        ui.painter().layout_no_wrap(words.to_owned(), small.resolve(ui.style()), t.muted).size().x
    };
    // Between both ends, or under them.
    let between = wide(&whose) + wide("0") + wide("1") + 2.0 * size::STEP <= ui.available_width();
    ui.horizontal(|ui| {
        line_ui(ui, "0", small.clone(), t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            line_ui(ui, "1", small.clone(), t.muted);
            if between {
                ui.centered_and_justified(|ui| line_ui(ui, &whose, small.clone(), t.muted));
            }
        });
    });
    if !between {
        small_paragraph_ui(ui, &whose, t.muted);
    }
}

/// What radiologists are expected to say: another thing than how sure the networks are.
fn readers_ui(ui: &mut Ui, answer: &Answer) {
    let Some(readers) = answer.readers else { return };
    let t = tokens(ui);
    // Of the nodules of LIDC-IDRI that at least three radiologists rated, about a third lies in each.
    let agree = match readers.sd {
        sd if sd < 0.5 => say!("answer-readers-agree"),
        sd if sd < 0.85 => say!("answer-readers-may-differ"),
        _ => say!("answer-readers-disagree"),
    };
    let rating =
        say!("answer-rating", mean = format!("{:.1}", readers.mean), sd = format!("{:.1}", readers.sd));
    ui.add_space(2.0);
    let row = ui.scope(|ui| {
        ends_ui(ui, (agree, egui::TextStyle::Body, t.text), (&rating, egui::TextStyle::Small, t.muted));
    });
    row.response.on_hover_text(say!("answer-readers-tip"));
}

/// Where the answer comes from.
pub fn provenance_ui(ui: &mut Ui, answer: &Answer) {
    let t = tokens(ui);
    heading_ui(ui, say!("answer-whence"));
    // One alone is that of the class that the question names, which is the last; a forest has none.
    let without = answer.classes.len().saturating_sub(answer.logits.len());
    let logits = answer
        .logits
        .iter()
        .zip(answer.classes.iter().skip(without).map(String::as_str).chain(std::iter::repeat("")))
        .map(|(v, class)| format!("{} {}", heard(class), words::with_sign(*v)).trim().to_owned())
        .collect::<Vec<_>>()
        .join(", ");
    let several = answer.ensemble > 1;
    let of_all = several && answer.is_whole();
    if !logits.is_empty() {
        fact_ui(ui, if of_all { say!("answer-mean-logits") } else { say!("answer-logits") }, &logits);
    }
    if several {
        let members: Vec<String> = answer.members().iter().map(|p| format!("{p:.2}")).collect();
        fact_ui(ui, say!("answer-each-network"), &members.join("  "));
    }
    if let Some(temperature) = answer.temperature {
        fact_ui(
            ui,
            say!("answer-calibrated"),
            &say!("answer-temperature", temperature = format!("{temperature:.2}")),
        );
    }
    let count = if several { format!(" × {}", answer.ensemble) } else { String::new() };
    fact_ui(
        ui,
        say!("answer-network"),
        &say!("answer-model", model = answer.model, count = count, mode = named("mode", &answer.mode)),
    );
    if !answer.options.is_empty() {
        let options: Vec<String> =
            answer.options.iter().map(|(name, word)| format!("{name} {word}")).collect();
        fact_ui(ui, say!("answer-variant"), &options.join(", "));
    }
    let short: String = answer.weights_sha256.chars().take(8).collect();
    fact_ui(ui, say!("answer-weights"), &format!("{} {short}", answer.weights));
    fact_ui(
        ui,
        say!("answer-trained-on"),
        if answer.trained { &answer.trained_on } else { say!("answer-nothing") },
    );
    fact_ui(ui, say!("answer-ran-on"), &format!("{} ({})", answer.device.name, answer.device.backend));
    let (crop, forward) = (answer.crop_ms, answer.upload_ms + answer.forward_ms);
    fact_ui(ui, say!("answer-answered-in"), &words::duration(crop + forward));
    fact_ui(
        ui,
        say!("answer-crops-network"),
        &format!("{}, {}", words::duration(crop), words::duration(forward)),
    );
    if several && answer.is_whole() {
        fact_ui(ui, say!("answer-other-networks"), &words::duration(answer.others_ms()));
    }
    if !answer.intended_use.is_empty() {
        ui.add_space(2.0);
        paragraph_ui(
            ui,
            &say!("answer-intended-use", use = answer.intended_use.trim_end_matches('.')),
            t.muted,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(verdict: Verdict, reasons: &[&str]) -> Vec<String> {
        guard_notes(&Guard { verdict, reasons: reasons.iter().map(|r| (*r).to_owned()).collect() })
    }

    #[test]
    fn the_verdict_comes_first_and_takes_the_first_reason_along() {
        assert_eq!(
            notes(Verdict::NotANodule, &["it is bone", "few slices"]),
            ["This does not look like a nodule: it is bone.", "Few slices."]
        );
        assert_eq!(
            notes(Verdict::LesionExceedsContext, &[]),
            ["This is a mass larger than the network can judge."]
        );
        assert!(notes(Verdict::Ok, &[]).is_empty());
    }
}
