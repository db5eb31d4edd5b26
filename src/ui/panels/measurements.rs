//! The measurements of the series on the screen: what each says, its name, and what can be done with all.

use egui::{Align2, Color32, Rect, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::top::measure_icon;
use crate::command::{Command, Commands};
use crate::language::{heard, named};
use crate::measure::{Histogram, Kind, MeasureId, Measurement, Statistics};
use crate::say;
use crate::session::{Edit, Measured, Pane, Session, Tool};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, card_ui, fact_ui, paragraph_ui, press_ui, row_ground, text_field};
use crate::ui::{Scene, UiState, icons, words};

/// Height of a line, and of the histogram, points.
const ROW: f32 = 28.0;
const BARS: f32 = 44.0;

/// Draws the list.
pub fn measurements_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    let findings = scene.session.findings();
    // Another may get the number of one that is gone.
    let there = |id: &MeasureId| {
        findings.measurement(*id).is_some()
            || scene.session.prior_findings().is_some_and(|prior| prior.measurement(*id).is_some())
    };
    state.note_asked = state.note_asked.filter(there);
    if findings.measurements().is_empty() {
        let key = scene.key(&Command::Tool(Tool::Measure(Kind::Length)));
        paragraph_ui(ui, &say!("measurements-press", key = key), t.muted);
        return;
    }
    let picked = findings.picked().map(|m| m.measurement.id);
    for measured in findings.measurements() {
        let id = measured.measurement.id;
        if row_ui(ui, measured, picked == Some(id)) {
            out.push(Command::GoToMeasurement(id));
        }
        if picked == Some(id) {
            let doubt = beside_slab(scene.session, &measured.measurement);
            card_ui(ui, |ui| details_ui(ui, scene, state, (measured, |edit| edit, doubt), out));
        }
    }
    ui.add_space(size::HALF);
    ui.horizontal_wrapped(|ui| {
        for (command, icon, words) in [
            (Command::CopyMeasurements, icons::COPY, say!("measurements-copy")),
            (Command::ExportMeasurements, icons::EXPORT, say!("measurements-export")),
        ] {
            let press = Press::new(icon, words).filled().enabled(scene.enabled(&command));
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        }
    });
}

/// What it says in a word or two.
fn said(measured: &Measured) -> String {
    heard(&measured.reading.brief()).replace('-', "−")
}

/// What must be known of values while a slab is on the screen: what it shows is not what was measured.
fn beside_slab(session: &Session, measurement: &Measurement) -> Option<&'static str> {
    let look = session.look();
    let slab = |pane: &Pane| look.shows(*pane) && look.viewport(*pane).slab.is_some();
    let values = measurement.kind.is_region() || measurement.kind == Kind::Probe;
    (values && Pane::ALL.iter().any(slab)).then(|| say!("measurements-one-slice"))
}

pub(super) fn row_ui(ui: &mut Ui, measured: &Measured, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let (name, value) = (words::given_name(&measured.measurement.name), said(measured));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, format!("{name}, {value}")));
    if ui.is_rect_visible(rect) {
        let [ink, weak] = row_ground(ui, rect, &response, chosen);
        let middle = rect.center().y;
        let icon = measure_icon(measured.measurement.kind);
        let font = text::icon().resolve(ui.style());
        ui.painter().text(pos2(rect.left() + 14.0, middle), Align2::CENTER_CENTER, icon, font, weak);
        let line = |words: String, style: TextStyle, colour: Color32, room: f32| {
            let mut job = egui::text::LayoutJob::simple_singleline(words, style.resolve(ui.style()), colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
            ui.painter().layout_job(job)
        };
        let whole = rect.width() - 38.0;
        let value = line(value.clone(), TextStyle::Small, weak, whole * 0.62);
        let galley = line(name.to_string(), TextStyle::Body, ink, whole - value.size().x - 8.0);
        let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 28.0, middle), galley.size());
        ui.painter().galley(at.min, galley, ink);
        let at = Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 8.0, middle), value.size());
        ui.painter().galley(at.min, value, weak);
    }
    let clicked = response.clicked();
    response.on_hover_text(say!("measurements-show", name = name));
    clicked
}

/// - `of`: the edit as it concerns the series of the measurement
/// - `doubt`: what else must be known of its values
pub(super) fn details_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    (measured, of, doubt): (&Measured, fn(Edit) -> Edit, Option<&str>),
    out: &mut Commands,
) {
    let t = tokens(ui);
    name_ui(ui, state, (measured, of), out);
    for quantity in &measured.reading.quantities {
        fact_ui(ui, named("quantity", quantity.name), &quantity.text().replace('-', "−"));
    }
    if let Some(figures) = &measured.reading.statistics {
        fact_ui(
            ui,
            if figures.native { say!("measurements-voxels") } else { say!("measurements-positions") },
            &figures.count.to_string(),
        );
        histogram_ui(ui, figures);
    }
    if let Some(remark) = &measured.reading.remark {
        paragraph_ui(ui, &heard(remark), t.muted);
    }
    if let Some(doubt) = doubt {
        paragraph_ui(ui, doubt, t.muted);
    }
    let remove = Command::Remove;
    let press = Press::new(icons::REMOVE, say!("measurements-remove")).filled();
    if press_ui(ui, press).on_hover_text(scene.tip(&remove)).clicked() {
        out.push(remove);
    }
}

/// Whether it is a note in which nothing was written yet.
fn is_blank(measurement: &Measurement) -> bool {
    let number = measurement.name.strip_prefix(Kind::Note.label()).map(str::trim);
    measurement.kind == Kind::Note && number.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// What it is called; of an arrow and a note the text beside it, which is asked for as soon as a note is there.
fn name_ui(
    ui: &mut Ui,
    state: &mut UiState,
    (measured, of): (&Measured, fn(Edit) -> Edit),
    out: &mut Commands,
) {
    let measurement = &measured.measurement;
    let typed = state.measurement_name.take().filter(|(id, _)| *id == measurement.id);
    let asks = is_blank(measurement) && state.note_asked != Some(measurement.id);
    let mut name = match typed {
        Some((_, name)) => name,
        None if asks => String::new(),
        None => words::given_name(&measurement.name).into_owned(),
    };
    let most = measurement.kind.longest_name();
    let edit = text_field(&mut name).char_limit(most).desired_width(f32::INFINITY);
    let response = ui.add(edit.hint_text(say!("measurements-text")));
    // The end of the click on the picture would take the field's focus away again.
    if asks && !ui.input(|i| i.pointer.any_down() || i.pointer.any_released()) {
        state.note_asked = Some(measurement.id);
        state.measurement_name = Some((measurement.id, String::new()));
        response.request_focus();
        response.scroll_to_me(None);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, say!("measurements-name")));
    if response.has_focus() {
        state.measurement_name = Some((measurement.id, name.clone()));
    }
    let name = name.trim();
    if response.lost_focus() && !name.is_empty() && name != words::given_name(&measurement.name) {
        out.edit(of(Edit::SetMeasurement(measurement.renamed(name))));
    }
}

/// How the values are spread, with the lowest and the highest under it.
fn histogram_ui(ui: &mut Ui, figures: &Statistics) {
    let t = tokens(ui);
    let Histogram { counts, .. } = &figures.histogram;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BARS + 16.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("measurements-histogram")));
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let wide = rect.width() / counts.len().max(1) as f32;
    let ground = rect.top() + BARS;
    for (n, count) in counts.iter().enumerate() {
        // A bar that holds one value can still be seen.
        let high = (*count as f32 / most as f32 * BARS).max(if *count > 0 { 1.0 } else { 0.0 });
        let left = rect.left() + n as f32 * wide;
        let bar = Rect::from_min_max(pos2(left, ground - high), pos2(left + (wide - 1.0).max(1.0), ground));
        ui.painter().rect_filled(bar, 0.0, t.accent.gamma_multiply(0.8));
    }
    ui.painter().hline(rect.x_range(), ground, Stroke::new(1.0, t.line));
    let font = TextStyle::Small.resolve(ui.style());
    let low = words::signed(figures.min, 0);
    let high = words::signed(figures.max, 0);
    ui.painter().text(rect.left_bottom(), Align2::LEFT_BOTTOM, low, font.clone(), t.muted);
    ui.painter().text(rect.right_bottom(), Align2::RIGHT_BOTTOM, high, font, t.muted);
}
