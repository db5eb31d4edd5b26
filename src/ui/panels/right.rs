//! The right panel: everything about the selected nodule.

use egui::{Align, Frame, Layout, Panel, RichText, TextStyle, Ui};

use super::width::{SCROLLED, scrolled_ui};
use super::{
    answer, beside, contribution, counterfactual, crops, explanation, fields, neighbourhood, network,
    occluding, prior, seen, uncertainty,
};
use crate::command::{Command, Commands};
use crate::findings::{Nodule, Question};
use crate::language::heard;
use crate::say;
use crate::session::{Engine, WorkId};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{
    Press, card_ui, line_ui, meter_ui, note_ui, paragraph_ui, press_ui, small_paragraph_ui,
};
use crate::ui::{Scene, UiState, icons, words};

/// Draws the panel.
pub fn right_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let frame = Frame::new().inner_margin(SCROLLED);
    Panel::right("right")
        .frame(frame)
        .default_size(size::RIGHT_PANEL)
        .size_range(264.0..=480.0)
        .resizable(true)
        .show(ui, |ui| {
            scrolled_ui(ui, |ui| {
                ui.spacing_mut().item_spacing.y = size::HALF;
                match scene.session.selected() {
                    Some(nodule) => nodule_ui(ui, scene, state, nodule, out),
                    None => empty_ui(ui, scene, state, out),
                }
            });
        });
}

fn empty_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    if scene.session.open().is_none() {
        paragraph_ui(ui, say!("right-empty"), t.muted);
        return;
    }
    network::network_ui(ui, scene, out);
    dates_ui(ui, scene, state, None, out);
    let key = scene.key(&Command::ClassifyHere);
    paragraph_ui(ui, say!("right-none-selected"), t.text);
    if scene.session.is_classifiable() {
        paragraph_ui(ui, &say!("right-press", key = key), t.muted);
    }
    match scene.session.engine() {
        Engine::Failed(sentence) => {
            note_ui(ui, icons::ERROR, t.error, &words::full_sentence(&heard(sentence)));
        }
        Engine::Starting => paragraph_ui(ui, say!("right-preparing"), t.muted),
        _ => {}
    }
    let obstacles = scene.session.defects().iter().filter(|d| !d.classifiable());
    for defect in obstacles {
        note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(&defect.text)));
    }
}

fn nodule_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, nodule: &Nodule, out: &mut Commands) {
    title_ui(ui, scene, nodule, out);
    network::network_ui(ui, scene, out);
    dates_ui(ui, scene, state, Some(nodule), out);
    let t = tokens(ui);
    match &nodule.question {
        Question::Unasked => {
            card_ui(ui, |ui| paragraph_ui(ui, say!("right-let-go"), t.muted));
        }
        Question::Running => running_ui(ui, scene, nodule, out),
        Question::Failed(sentence) => {
            card_ui(ui, |ui| {
                note_ui(ui, icons::ERROR, t.error, &words::full_sentence(&heard(sentence)));
                again_ui(ui, nodule, out);
            });
        }
        Question::Cancelled => {
            card_ui(ui, |ui| {
                paragraph_ui(ui, say!("right-stopped"), t.muted);
                again_ui(ui, nodule, out);
            });
        }
        // The card of the prior says what is missing.
        Question::NeedsPrior => {}
        Question::Answered { answer, .. } => {
            let running = scene.session.working(WorkId::Classify(nodule.id)).is_some();
            card_ui(ui, |ui| {
                answer::answer_ui(ui, answer, running);
                // Beside the number that it is compared with, and in sight while the hand moves.
                occluding::left_out_ui(ui, scene, nodule, answer);
                neighbourhood::neighbourhood_ui(ui, scene, state, nodule, answer, out);
                uncertainty::uncertainty_ui(ui, scene, nodule, answer, out);
                let card = Command::ToggleModelCard;
                let press = Press::new(icons::INFO, say!("right-model-card"));
                if press_ui(ui, press).on_hover_text(scene.tip(&card)).clicked() {
                    out.push(card);
                }
            });
            ui.add_space(size::HALF);
            let look = scene.session.look();
            if look.beside.iter().any(|model| *model != look.network) {
                card_ui(ui, |ui| beside::beside_ui(ui, scene, state, nodule, out));
                ui.add_space(size::HALF);
            }
            told_ui(ui, scene, out);
            if answer.can_lack_tissue() && answer.trained {
                card_ui(ui, |ui| counterfactual::counterfactual_ui(ui, scene, nodule, answer, out));
                ui.add_space(size::HALF);
                card_ui(ui, |ui| occluding::occluding_ui(ui, scene, out));
                ui.add_space(size::HALF);
            }
            card_ui(ui, |ui| match answer.m3net() {
                Some(_) => {
                    crops::crops_ui(ui, scene, state, (nodule, answer), out);
                    ui.add_space(size::STEP);
                    contribution::contribution_ui(ui, answer);
                }
                None => seen::seen_ui(ui, scene, answer, out),
            });
            ui.add_space(size::HALF);
            card_ui(ui, |ui| explanation::explanation_ui(ui, scene, nodule, out));
            ui.add_space(size::HALF);
            card_ui(ui, |ui| answer::provenance_ui(ui, answer));
            return;
        }
    }
    told_ui(ui, scene, out);
}

/// The earlier date, for a network that compares two.
fn dates_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    nodule: Option<&Nodule>,
    out: &mut Commands,
) {
    if prior::has_prior(scene) {
        card_ui(ui, |ui| prior::prior_card_ui(ui, scene, state, nodule, out));
        ui.add_space(size::HALF);
    }
}

/// What the chosen network can be told besides the picture.
fn told_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    if fields::has_fields(scene) {
        card_ui(ui, |ui| fields::fields_ui(ui, scene, out));
        ui.add_space(size::HALF);
    }
}

fn title_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    let number =
        scene.session.findings().nodules().iter().position(|n| n.id == nodule.id).map_or(1, |n| n + 1);
    let named = say!("right-nodule", number = number);
    // Three digits in each direction still stand beside the title in a panel of usual width.
    let place = words::patient_position(nodule.at).replace("   ", "  ");
    let wide = |words: &str, style: TextStyle| {
        ui.painter().layout_no_wrap(words.to_owned(), style.resolve(ui.style()), t.text).size().x
    };
    let wanted = wide(&named, text::strong()) + wide(&place, TextStyle::Small) + 2.0 * size::CONTROL;
    let beside = wanted + ui.spacing().item_spacing.x <= ui.available_width();
    ui.horizontal(|ui| {
        let title = RichText::new(&named).text_style(text::strong()).color(t.text);
        ui.add(egui::Label::new(title).selectable(false));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let remove = Command::RemoveNodule;
            let press = Press::new(icons::REMOVE, say!("right-remove")).icon_only();
            if press_ui(ui, press).on_hover_text(scene.tip(&remove)).clicked() {
                out.push(remove);
            }
            let running = matches!(nodule.question, Question::Running);
            let press = Press::new(icons::RERUN, say!("right-again")).icon_only().enabled(!running);
            if press_ui(ui, press).on_hover_text(say!("right-again-tip")).clicked() {
                out.push(Command::Rerun(nodule.id));
            }
            if beside {
                line_ui(ui, &place, TextStyle::Small, t.muted);
            }
        });
    });
    if !beside {
        small_paragraph_ui(ui, &place, t.muted);
    }
}

fn running_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    let id = WorkId::Classify(nodule.id);
    let progress = scene.session.working(id).map(|w| w.progress.clone()).unwrap_or_default();
    card_ui(ui, |ui| {
        let what = if progress.what.is_empty() { say!("right-asking").into() } else { heard(&progress.what) };
        paragraph_ui(ui, &what, t.text);
        ui.add_space(2.0);
        meter_ui(ui, &what, progress.done, ui.available_width());
        ui.add_space(size::HALF);
        if press_ui(ui, Press::new(icons::STOP, say!("right-cancel")).filled()).clicked() {
            out.push(Command::Cancel(id));
        }
    });
}

fn again_ui(ui: &mut Ui, nodule: &Nodule, out: &mut Commands) {
    ui.add_space(size::HALF);
    if press_ui(ui, Press::new(icons::RERUN, say!("right-again")).filled()).clicked() {
        out.push(Command::Rerun(nodule.id));
    }
}
