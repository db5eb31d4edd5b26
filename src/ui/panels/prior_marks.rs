//! What was measured and drawn in the prior: a list of its own, for it belongs to another series.

use egui::{CornerRadius, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, vec2};

use super::measurements::{details_ui, row_ui};
use crate::command::{Command, Commands};
use crate::language::named;
use crate::say;
use crate::segments::Segment;
use crate::session::{Edit, Findings, SegmentEdit};
use crate::ui::theme::{from_unit, size, tokens};
use crate::ui::widgets::{Press, card_ui, fact_ui, heading_ui, line_ui, menu_row_ui, press_ui};
use crate::ui::{Scene, UiState, icons, words};
use crate::volume::Volume;

/// Draws the list; nothing where nothing was made in the prior.
pub fn prior_marks_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let Some((findings, prior)) = scene.session.prior_findings().zip(scene.session.prior()) else { return };
    if findings.measurements().is_empty() && findings.segments().is_empty() {
        return;
    }
    heading_ui(ui, say!("prior-marks-title"));
    let picked = findings.picked().map(|m| m.measurement.id);
    for measured in findings.measurements() {
        let id = measured.measurement.id;
        if row_ui(ui, measured, picked == Some(id)) {
            out.push(Command::GoToPriorMeasurement(id));
        }
        if picked == Some(id) {
            card_ui(ui, |ui| details_ui(ui, scene, state, (measured, Edit::in_prior, None), out));
        }
    }
    for segment in findings.segments() {
        segment_ui(ui, (findings, &prior.volume), segment, out);
    }
    ui.add_space(size::HALF);
}

/// A line with its volume; a click draws in it from now on.
fn segment_ui(ui: &mut Ui, (findings, volume): (&Findings, &Volume), segment: &Segment, out: &mut Commands) {
    let t = tokens(ui);
    let chosen = findings.chosen_segment().is_some_and(|chosen| chosen.id == segment.id);
    let quantities = segment.quantities(volume);
    let value =
        quantities.first().map_or_else(|| say!("prior-marks-empty").to_owned(), |volume| volume.text());
    ui.horizontal(|ui| {
        let (rect, swatch) = ui.allocate_exact_size(vec2(size::CONTROL, size::CONTROL), Sense::click());
        let shown = say!("prior-marks-show", name = words::given_name(&segment.name));
        swatch.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, segment.shown, &shown));
        let square = rect.shrink(8.0);
        let colour = from_unit(segment.colour.map(|c| f64::from(c) / 255.0));
        let (radius, stroke) = (CornerRadius::same(2), Stroke::new(1.5, colour));
        if segment.shown {
            ui.painter().rect_filled(square, radius, colour);
        }
        ui.painter().rect_stroke(square, radius, stroke, StrokeKind::Inside);
        if swatch.clicked() {
            let set = Segment { shown: !segment.shown, ..segment.clone() };
            out.edit(Edit::Segments(SegmentEdit::Set(set)).in_prior());
        }
        let name = words::given_name(&segment.name);
        let press = Press::new("", &name).key(&value).selected(chosen);
        if menu_row_ui(ui, press).on_hover_text(say!("prior-marks-draw")).clicked() {
            out.edit(Edit::Segments(SegmentEdit::Choose(Some(segment.id))).in_prior());
        }
    });
    if !chosen {
        return;
    }
    card_ui(ui, |ui| {
        line_ui(ui, &words::given_name(&segment.name), TextStyle::Body, t.text);
        for quantity in &quantities {
            let short = quantity.name.strip_suffix(" in a slice").unwrap_or(quantity.name);
            fact_ui(ui, named("quantity", short), &quantity.text().replace('-', "−"));
        }
        if press_ui(ui, Press::new(icons::REMOVE, say!("prior-marks-remove")).filled()).clicked() {
            out.edit(Edit::Segments(SegmentEdit::Remove(segment.id)).in_prior());
        }
    });
}
