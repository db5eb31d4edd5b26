//! The sheet of networks: for each its question, paper and licences, what its authors reported, the weights that
//! are here, and importing others.

use std::time::Duration;

use egui::{
    Align, Color32, CornerRadius, Id, Layout, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::command::{Command, Commands};
use crate::language::{heard, named};
use crate::networks::weights::{BUILT_IN, Card, Import, UNTRAINED, has_built_in};
use crate::networks::{NetworkSpec, Paper, Size, paper, spec, thousands};
use crate::say;
use crate::session::{Imported, NetworkChoice, NetworkFacts, WorkId};
use crate::ui::panels::typed_path_ui;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, fact_ui, heading_ui, line_ui, meter_ui, note_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, UiState, icons, words};

use super::sheet::sheet_ui;

/// Of the list of names.
const LIST: f32 = 236.0;
/// Of the whole sheet, at most.
const WIDTH: f32 = 1560.0;
/// And how high what it holds is at most: beyond that it would be empty.
const HEIGHT: f32 = 640.0;
/// From this width on what is here and what was published stand beside each other.
const TWO_FROM: f32 = 960.0;
/// Share of what is here: a SHA-256 stands on one line.
const HERE: f32 = 0.58;
/// For so many seconds a button says that it copied.
const CONFIRMED_S: f64 = 2.0;
/// Keys of one kind that are listed; the rest is counted.
const KEYS: usize = 12;

/// Draws the sheet over the window; Escape, the cross or a click beside it closes it.
pub fn networks_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, shown: &'static str, out: &mut Commands) {
    let closed = sheet_ui(ui, "networks", say!("networks-title"), WIDTH, |ui, width, room| {
        let room = room.min(HEIGHT);
        let down = Layout::top_down(Align::Min);
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(LIST, room), down, |ui| {
                let area = ScrollArea::vertical().id_salt("names").max_height(room).min_scrolled_height(room);
                area.show(ui, |ui| list_ui(ui, scene, shown, out));
            });
            ui.add_space(size::DOUBLE);
            let rest = vec2(width - LIST - 2.0 * size::DOUBLE, room);
            ui.allocate_ui_with_layout(rest, down, |ui| {
                let area = ScrollArea::vertical().id_salt(shown).max_height(room).min_scrolled_height(room);
                area.auto_shrink(false).show(ui, |ui| {
                    // The bar of the scroll area lies over what it scrolls.
                    ui.set_max_width(ui.available_width() - size::DOUBLE);
                    ui.spacing_mut().item_spacing.y = size::HALF;
                    if let Ok(spec) = spec(shown) {
                        network_ui(ui, scene, state, spec, out);
                    }
                });
            });
        });
    });
    if closed {
        out.push(Command::ToggleNetworks);
    }
}

fn list_ui(ui: &mut Ui, scene: &Scene<'_>, shown: &str, out: &mut Commands) {
    ui.set_width(LIST);
    ui.spacing_mut().item_spacing.y = 2.0;
    for network in scene.session.networks() {
        if row_ui(ui, network, network.name == shown) {
            out.push(Command::ShowNetwork(network.name));
        }
    }
}

fn row_ui(ui: &mut Ui, network: &NetworkChoice, chosen: bool) -> bool {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(LIST, 42.0), Sense::click());
    let weights = if network.weights.is_ok() { say!("networks-installed") } else { say!("networks-none") };
    let said = format!("{}, {weights}", network.name);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, &said));
    if ui.is_rect_visible(rect) {
        let fill = match (chosen, response.hovered()) {
            (true, _) => t.accent_soft,
            (_, true) => t.control,
            _ => Color32::TRANSPARENT,
        };
        let edge = if response.has_focus() { t.accent } else { Color32::TRANSPARENT };
        let radius = CornerRadius::same(size::CARD_RADIUS);
        ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let ink = if chosen { t.on_accent_soft } else { t.text };
        let weak = if chosen { t.on_accent_soft.gamma_multiply(0.8) } else { t.muted };
        let write = |y: f32, words: &str, style: TextStyle, colour: Color32| {
            let at = pos2(rect.left() + 10.0, rect.top() + y);
            ui.painter().text(at, egui::Align2::LEFT_TOP, words, style.resolve(ui.style()), colour);
        };
        write(5.0, network.name, text::strong(), ink);
        write(22.0, weights, TextStyle::Small, weak);
    }
    response.clicked()
}

fn network_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    spec: &'static NetworkSpec,
    out: &mut Commands,
) {
    let t = tokens(ui);
    line_ui(ui, spec.name, TextStyle::Heading, t.text);
    let asked = words::question(spec.question);
    paragraph_ui(ui, &format!("{}: {}.", spec.family.name(), asked.to_lowercase()), t.text);
    if spec.size == Size::Compact {
        let narrow = say!("networks-compact");
        paragraph_ui(ui, narrow, t.muted);
    }
    let all = ui.available_width();
    if all < TWO_FROM {
        here_ui(ui, scene, state, spec, out);
        paper_ui(ui, paper(spec.family));
        return;
    }
    let here = (all - 2.0 * size::DOUBLE) * HERE;
    ui.horizontal_top(|ui| {
        let column = |ui: &mut Ui, width: f32, inner: &mut dyn FnMut(&mut Ui)| {
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                inner(ui);
            });
        };
        column(ui, here, &mut |ui| here_ui(ui, scene, state, spec, out));
        ui.add_space(2.0 * size::DOUBLE);
        column(ui, all - here - 2.0 * size::DOUBLE, &mut |ui| paper_ui(ui, paper(spec.family)));
    });
}

/// The weights that are here, and importing others.
fn here_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    spec: &'static NetworkSpec,
    out: &mut Commands,
) {
    let t = tokens(ui);
    heading_ui(ui, say!("networks-here"));
    match scene.session.network_facts(spec.name) {
        Some(facts) => weights_ui(ui, facts, out),
        None => paragraph_ui(ui, say!("networks-reading"), t.muted),
    }
    import_ui(ui, scene, state, spec.name, out);
}

fn weights_ui(ui: &mut Ui, facts: &NetworkFacts, out: &mut Commands) {
    let t = tokens(ui);
    if let Some(fault) = &facts.fault {
        note_ui(ui, icons::ERROR, t.error, &say!("networks-not-used", fault = heard(fault)));
    }
    fact_ui(ui, say!("networks-parameters"), &thousands(facts.parameters));
    match &facts.weights {
        Some(weights) => {
            let several = if facts.members > 1 {
                say!("networks-several", count = facts.members)
            } else {
                String::new()
            };
            fact_ui(ui, say!("networks-file"), &format!("{weights}{several}"));
        }
        None => paragraph_ui(ui, say!("networks-not-installed"), t.warning),
    }
    if let Some(sha256) = &facts.weights_sha256 {
        fact_ui(ui, "SHA-256", sha256);
    }
    if !facts.options.is_empty() {
        let options: Vec<String> =
            facts.options.iter().map(|(name, word)| format!("{name} {word}")).collect();
        fact_ui(ui, say!("networks-variant"), &options.join(", "));
    }
    if let Some(card) = &facts.card {
        card_ui(ui, card);
    }
    let built_in = facts.weights.as_deref() == Some(BUILT_IN) && has_built_in(facts.name);
    if built_in && press_ui(ui, Press::new(icons::INFO, say!("networks-card")).filled()).clicked() {
        out.push(Command::ShowModelCard(facts.name));
    }
    paragraph_ui(ui, &say!("networks-reads", what = heard(facts.reads)), t.muted);
    if let Some(folder) = &facts.folder {
        let place = folder.reveal().display().to_string();
        paragraph_ui(ui, &say!("networks-looked-for", place = place), t.muted);
    }
}

/// What the file tells of itself; nothing is added.
fn card_ui(ui: &mut Ui, card: &Card) {
    let t = tokens(ui);
    if !card.trained {
        note_ui(ui, icons::WARNING, t.warning, &words::sentence(&heard(UNTRAINED)));
    }
    for (name, value) in [
        (say!("networks-origin"), &card.origin),
        (say!("networks-licence"), &card.licence),
        (say!("networks-intended-use"), &card.intended_use),
    ] {
        fact_ui(ui, name, &heard(value));
    }
    if card.trained {
        paragraph_ui(
            ui,
            &say!("networks-trained-on", data = heard(card.trained_on.trim_end_matches('.')).as_ref()),
            t.text,
        );
    }
    let measured = match card.calibration {
        Some(calibration) => {
            say!("networks-calibrated", temperature = format!("{:.2}", calibration.temperature))
        }
        None => say!("networks-not-calibrated").to_owned(),
    };
    let how = say!("networks-measured");
    let taught = say!("networks-taught", mode = named("mode", card.taught_in()));
    paragraph_ui(ui, &format!("{taught} {measured} {how}"), t.muted);
    if let Some(caution) = &card.caution {
        note_ui(
            ui,
            icons::INFO,
            t.text,
            &format!("{}.", words::sentence(&heard(caution.trim_end_matches('.')))),
        );
    }
    if let Some(source) = &card.source_sha256 {
        fact_ui(ui, say!("networks-imported-from"), source);
    }
}

/// The button, the field for a path, how far it is, and what became of the last one.
fn import_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, name: &'static str, out: &mut Commands) {
    let t = tokens(ui);
    ui.add_space(size::HALF);
    if let Some(work) = scene.session.working(WorkId::Import) {
        line_ui(ui, &heard(&work.progress.what), TextStyle::Body, t.text);
        meter_ui(ui, say!("networks-importing"), work.progress.done, ui.available_width());
        if press_ui(ui, Press::new(icons::STOP, say!("networks-stop")).filled()).clicked() {
            out.push(Command::Cancel(WorkId::Import));
        }
        return;
    }
    let has = scene.session.network_facts(name).is_some_and(|facts| facts.weights.is_some());
    let words = if has { say!("networks-replace") } else { say!("networks-import") };
    let tip = say!("networks-import-tip");
    if press_ui(ui, Press::new(icons::OPEN, words).filled()).on_hover_text(tip).clicked() {
        out.push(Command::ImportWeights(name));
    }
    if let Some(path) =
        typed_path_ui(ui, &mut state.weights_path, say!("networks-path"), say!("networks-import-path"))
    {
        out.push(Command::ImportWeightsFrom(name, path));
    }
    if let Some(imported) = scene.session.imported().filter(|imported| imported.model == name) {
        imported_ui(ui, imported);
    }
}

fn imported_ui(ui: &mut Ui, imported: &Imported) {
    let t = tokens(ui);
    let Imported { source, refused, keys, .. } = imported;
    match refused {
        Some(sentence) => {
            note_ui(ui, icons::ERROR, t.error, &format!("{}.", heard(sentence.trim_end_matches('.'))))
        }
        None => note_ui(ui, icons::CHECK, t.good, &say!("networks-source-installed", source = source)),
    }
    if let Some(keys) = keys {
        for line in key_lines(keys) {
            paragraph_ui(ui, &line, t.muted);
        }
    }
}

/// Every key that was not simply loaded, as far as there is room; then how many.
fn key_lines(keys: &Import) -> Vec<String> {
    let wrong: Vec<String> = keys
        .wrong_shape
        .iter()
        .map(|wrong| {
            say!(
                "networks-shape",
                name = wrong.key,
                is = format!("{:?}", wrong.found),
                needed = format!("{:?}", wrong.expected)
            )
        })
        .collect();
    let mut lines = vec![say!("networks-loaded", count = keys.loaded.len())];
    for (word, list) in [
        (say!("networks-missing"), &keys.missing),
        (say!("networks-unexpected"), &keys.unexpected),
        (say!("networks-another-shape"), &wrong),
        (say!("networks-no-effect"), &keys.ignored),
    ] {
        if list.is_empty() {
            continue;
        }
        let shown = list.iter().take(KEYS).cloned().collect::<Vec<_>>().join(", ");
        let more = list.len().saturating_sub(KEYS);
        let more = if more > 0 { say!("networks-more", more = more) } else { String::new() };
        lines.push(format!("{} {word}: {shown}{more}", list.len()));
    }
    lines
}

/// A button that says for a moment that it did what it was pressed for.
fn copy_ui(ui: &mut Ui, bibtex: &'static str) {
    // When it was pressed last, for as long as the window lives.
    let id = Id::unique(("copied", bibtex));
    let now = ui.input(|i| i.time);
    let copied = ui.data(|d| d.get_temp::<f64>(id)).is_some_and(|at| now - at < CONFIRMED_S);
    let (icon, words) = match copied {
        true => (icons::CHECK, say!("networks-copied")),
        false => (icons::FILES, say!("networks-copy")),
    };
    if press_ui(ui, Press::new(icon, words).filled()).clicked() {
        ui.copy_text(bibtex.to_owned());
        ui.data_mut(|d| d.insert_temp(id, now));
        ui.ctx().request_repaint_after(Duration::from_secs_f64(CONFIRMED_S));
    }
}

fn paper_ui(ui: &mut Ui, paper: &'static Paper) {
    let t = tokens(ui);
    heading_ui(ui, say!("networks-publication"));
    paragraph_ui(ui, paper.title, t.text);
    paragraph_ui(ui, paper.source, t.muted);
    copy_ui(ui, paper.bibtex);
    if let Some(code) = paper.code {
        fact_ui(ui, say!("networks-code"), code);
    }
    paragraph_ui(ui, &say!("networks-code-licence", licence = paper.code_licence), t.text);
    paragraph_ui(ui, &say!("networks-published", weights = paper.weights_licence), t.text);
    heading_ui(ui, say!("networks-reported"));
    for reported in paper.reported {
        let figures: Vec<String> =
            reported.figures.iter().map(|(measure, figure)| format!("{measure} {figure}")).collect();
        paragraph_ui(ui, &figures.join(", "), t.text);
        paragraph_ui(ui, &say!("networks-on", data = reported.data), t.muted);
    }
    let differ = say!("networks-not-theirs");
    note_ui(ui, icons::INFO, t.text, &format!("{} {differ}", paper.caution));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_listed_by_kind_and_long_lists_are_counted() {
        let names = |n: usize| (0..n).map(|k| format!("k{k}")).collect::<Vec<_>>();
        let keys = Import { loaded: names(3), missing: names(14), ..Import::default() };
        let lines = key_lines(&keys);
        assert_eq!(lines[0], "3 tensors loaded");
        assert!(
            lines[1].starts_with("14 missing: k0, k1") && lines[1].ends_with("k11, and 2 more"),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2);
    }
}
