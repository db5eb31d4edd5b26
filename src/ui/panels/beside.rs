//! Several networks side by side: each by its name, its own question and number. Never a vote or a mean.

use egui::{Align, CursorIcon, Label, Layout, RichText, Sense, TextStyle, Ui};

use super::prior::choose_ui;
use crate::command::{Command, Commands};
use crate::findings::{Nodule, Opinion, Said};
use crate::guard::Verdict;
use crate::inference::Answer;
use crate::language::{heard, named};
use crate::networks::spec;
use crate::say;
use crate::session::WorkId;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{line_ui, paragraph_ui, small_paragraph_ui};
use crate::ui::{Scene, UiState, words};

/// The networks that were asked beside the chosen one, with their answers.
pub fn beside_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    line_ui(ui, say!("beside-title"), text::strong(), t.text);
    if let Some(answer) = nodule.answer() {
        row_ui(ui, &answer.model, &Said::Answer(answer.clone()), None);
    }
    let look = scene.session.look();
    for model in look.beside.iter().filter(|model| **model != look.network) {
        match nodule.opinion(model) {
            Some(opinion) => {
                row_ui(ui, model, &opinion.said, Some((*model, out)));
                if opinion.said == Said::NeedsPrior {
                    needs_prior_ui(ui, scene, state, out);
                }
            }
            None => row_ui(ui, model, &Said::Asked, None),
        }
    }
    ui.add_space(size::HALF);
    for sentence in agreement(&answers(nodule, &look.beside)) {
        paragraph_ui(ui, &sentence, t.text);
    }
    paragraph_ui(ui, say!("beside-different-questions"), t.muted);
}

/// What a network that compares dates lacks, and the way to it.
fn needs_prior_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    if scene.session.prior().is_some() {
        paragraph_ui(ui, say!("beside-mark-in-prior"), t.warning);
    } else if scene.session.working(WorkId::Prior).is_none() {
        paragraph_ui(ui, say!("beside-one-date"), t.warning);
        choose_ui(ui, scene, state, out);
    }
}

/// One network: name and number, then its question, then mode, weights and time.
/// - `choose`: what a press on its name does; `None` for the one that is shown already
fn row_ui(ui: &mut Ui, model: &str, said: &Said, choose: Option<(&'static str, &mut Commands)>) {
    let t = tokens(ui);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        match choose {
            Some((name, out)) => {
                let words = RichText::new(model).color(t.accent);
                let link = ui.add(Label::new(words).selectable(false).sense(Sense::click()));
                let link = link.on_hover_text(say!("beside-show"));
                if link.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                    out.push(Command::ChooseNetwork(name));
                }
            }
            None => line_ui(ui, model, TextStyle::Body, t.text),
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| match said {
            Said::Answer(answer) => {
                // A number that means nothing must not look like one that does.
                let ink = if is_read(answer) { t.text } else { t.muted };
                let number = RichText::new(format!("{:.2}", answer.probability)).text_style(text::strong());
                ui.add(Label::new(number.color(ink)));
            }
            Said::Asked => line_ui(ui, say!("beside-asking"), TextStyle::Small, t.muted),
            Said::NeedsPrior => line_ui(ui, say!("beside-needs-prior"), TextStyle::Small, t.muted),
            Said::Nothing(_) => line_ui(ui, say!("beside-no-answer"), TextStyle::Small, t.muted),
        });
    });
    let asked = spec(model).map(|spec| words::question(spec.question)).unwrap_or_default();
    small_paragraph_ui(ui, asked, t.muted);
    match said {
        Said::Answer(answer) => {
            let took = words::duration(answer.crop_ms + answer.upload_ms + answer.forward_ms);
            // Weights that bear the network's name say nothing new.
            let weights = if answer.weights.starts_with(&answer.model) { "" } else { &answer.weights };
            let trained = if answer.trained { "" } else { say!("beside-untrained") };
            let mode = say!("beside-input", mode = named("mode", &answer.mode));
            let facts = [mode.as_str(), weights, trained, &took].into_iter().filter(|fact| !fact.is_empty());
            small_paragraph_ui(ui, &facts.collect::<Vec<_>>().join(", "), t.muted);
            if let Some(reason) = answer.guard.reasons.first() {
                paragraph_ui(ui, &words::sentence(&heard(reason)), t.warning);
            }
        }
        Said::Nothing(sentence) => {
            paragraph_ui(ui, &format!("{}.", heard(sentence.trim_end_matches('.'))), t.warning)
        }
        Said::Asked | Said::NeedsPrior => {}
    }
}

/// Whether a number may be read for what it says.
fn is_read(answer: &Answer) -> bool {
    answer.trained && answer.guard.verdict == Verdict::Ok
}

/// The answers that there are, the shown one first.
fn answers<'a>(nodule: &'a Nodule, beside: &[&'static str]) -> Vec<&'a Answer> {
    let said = |opinion: &'a Opinion| opinion.answer().map(AsRef::as_ref);
    let shown = nodule.answer().map(AsRef::as_ref);
    let others = beside.iter().filter_map(|model| nodule.opinion(model)).filter_map(said);
    let model = shown.map(|answer: &Answer| answer.model.clone());
    shown.into_iter().chain(others.filter(|answer| Some(&answer.model) != model.as_ref())).collect()
}

/// What networks with the same question say together, one sentence for each question that two or more
/// answered with a number that can be read.
fn agreement(answers: &[&Answer]) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut questions: Vec<&str> = answers.iter().map(|answer| answer.question.as_str()).collect();
    questions.dedup();
    questions.sort_unstable();
    questions.dedup();
    for question in questions {
        let same: Vec<&&Answer> =
            answers.iter().filter(|answer| answer.question == question && is_read(answer)).collect();
        let Some((first, rest)) = same.split_first().filter(|(_, rest)| !rest.is_empty()) else { continue };
        let names: Vec<&str> = same.iter().map(|answer| answer.model.as_str()).collect();
        let names = names.join(say!("beside-and"));
        let towards = |answer: &Answer| usize::from(answer.probability > 0.5);
        let class =
            first.classes.get(towards(first)).map_or(say!("beside-one-class").into(), |class| heard(class));
        sentences.push(if rest.iter().all(|answer| towards(answer) == towards(first)) {
            say!("beside-same-way", names = names, class = class)
        } else {
            let asked = words::question(question).to_lowercase();
            say!("beside-different-ways", names = names, asked = asked)
        });
    }
    sentences
}
