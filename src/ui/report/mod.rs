//! A report of training or evaluation in place of the viewports: facts, tables, plots, and the
//! misclassified cases as a sheet of pictures.

mod plot;
mod sheet;
mod table;

use egui::{Align, Label, Layout, Rect, RichText, ScrollArea, TextStyle, Ui, UiBuilder, vec2};

use super::theme::{size, text, tokens};
use super::widgets::{Press, note_ui, paragraph_ui, press_ui};
use super::{Scene, icons, words};
use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::session::{OpenReport, ReportKind, ReportPart, Severity};

/// Around everything.
const MARGIN: f32 = 24.0;
/// Height of the bar with the title.
const BAR: f32 = 52.0;
/// Widest running text: longer lines are hard to follow.
const LINE: f32 = 820.0;

/// Draws the open report.
pub fn report_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Commands) {
    let Some(open) = scene.session.report() else { return };
    let (bar, body) = rect.split_top_bottom_at_y(rect.top() + BAR);
    let row = UiBuilder::new()
        .max_rect(bar.shrink2(vec2(MARGIN, size::STEP)))
        .layout(Layout::left_to_right(Align::Center));
    ui.painter().rect_filled(bar, 0.0, tokens(ui).panel);
    ui.scope_builder(row, |ui| bar_ui(ui, open, scene, out));
    ui.painter().hline(rect.x_range(), bar.bottom(), egui::Stroke::new(1.0, tokens(ui).line));
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        // A folder has a place in its own report, not where another one was scrolled to.
        let id = egui::Id::unique(("report", open.report.folder.reveal()));
        ScrollArea::vertical().id_salt(id).auto_shrink(false).show(ui, |ui| {
            let width = (ui.available_width() - 2.0 * MARGIN).max(200.0);
            ui.horizontal_top(|ui| {
                ui.add_space(MARGIN);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    body_ui(ui, open, out);
                });
            });
        });
    });
}

fn bar_ui(ui: &mut Ui, open: &OpenReport, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let key = scene.key(&Command::CancelAll);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let behind = if scene.session.open().is_some() { say!("report-back") } else { say!("report-leave") };
        let press = Press::new(icons::LEFT, behind).key(&key).filled();
        if press_ui(ui, press).on_hover_text(scene.tip(&Command::ToggleReport)).clicked() {
            out.push(Command::ToggleReport);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let icon = RichText::new(icons::CHART).text_style(text::icon()).color(t.accent);
            ui.add(Label::new(icon).selectable(false));
            let kind = match open.report.kind {
                ReportKind::Run => say!("report-training"),
                ReportKind::Evaluation => say!("report-evaluation"),
            };
            let title = RichText::new(heard(&open.report.title))
                .text_style(TextStyle::Heading)
                .size(18.0)
                .color(t.text);
            ui.add(Label::new(title).selectable(false).truncate()).on_hover_text(kind);
        });
    });
}

fn body_ui(ui: &mut Ui, open: &OpenReport, out: &mut Commands) {
    let t = tokens(ui);
    ui.spacing_mut().item_spacing.y = size::STEP;
    ui.add_space(size::STEP);
    facts_ui(ui, open);
    ui.scope(|ui| {
        ui.set_max_width(LINE);
        let trouble = open.trouble.iter().map(|sentence| (Severity::Error, sentence));
        for (severity, sentence) in trouble.chain(open.report.notes.iter().map(|(s, n)| (*s, n))) {
            let (icon, colour) = match severity {
                Severity::Info => (icons::INFO, t.muted),
                Severity::Warning => (icons::WARNING, t.warning),
                Severity::Error => (icons::ERROR, t.error),
            };
            note_ui(ui, icon, colour, &heard(sentence));
        }
    });
    for (number, part) in open.report.parts.iter().enumerate() {
        ui.push_id(number, |ui| match part {
            ReportPart::Heading(words, about) => heading_ui(ui, &heard(words), &heard(about)),
            ReportPart::Tables(tables) => table::tables_ui(ui, tables),
            ReportPart::Plots(plots) => plot::plots_ui(ui, plots),
            ReportPart::Missed(missed) => sheet::sheet_ui(ui, missed, open, out),
        });
    }
    ui.add_space(MARGIN);
}

fn heading_ui(ui: &mut Ui, words: &str, about: &str) {
    let t = tokens(ui);
    ui.add_space(size::STEP);
    ui.add(Label::new(RichText::new(words).text_style(TextStyle::Heading).color(t.text)).selectable(false));
    if !about.is_empty() {
        ui.scope(|ui| {
            ui.set_max_width(LINE);
            paragraph_ui(ui, about, t.muted);
        });
    }
}

/// Name and value, as many to a line as fit.
fn facts_ui(ui: &mut Ui, open: &OpenReport) {
    let t = tokens(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(size::HALF, 2.0);
        let written = open.report.written.and_then(|at| at.elapsed().ok()).map(|age| {
            let name = if open.report.kind == ReportKind::Run {
                say!("report-last-epoch")
            } else {
                say!("report-written")
            };
            [name.to_owned(), words::ago(age)]
        });
        for [name, value] in open.report.facts.iter().chain(&written) {
            // One piece: a name does not stand at the end of a line without its value.
            let mut job = egui::text::LayoutJob::default();
            let small = TextStyle::Body.resolve(ui.style());
            let format = |colour| egui::TextFormat::simple(small.clone(), colour);
            job.append(&heard(name), 0.0, format(t.muted));
            job.append(&heard(value), size::HALF + 2.0, format(t.text));
            ui.add(Label::new(job).selectable(false).extend());
            ui.add_space(size::DOUBLE);
        }
    });
    if open.report.growing {
        let words = say!("report-unfinished");
        paragraph_ui(ui, words, t.muted);
    }
}
