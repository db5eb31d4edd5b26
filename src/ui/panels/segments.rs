//! Segments that the reader draws: the brush, and the list with what each says.

use egui::{
    Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::command::{Command, Commands, Segmenting};
use crate::language::named;
use crate::say;
use crate::segments::Segment;
use crate::session::{Edit, SegmentBrush, SegmentEdit, SegmentsLook, Tool};
use crate::ui::theme::{from_unit, size, tokens};
use crate::ui::widgets::{
    NumberField, Press, card_ui, fact_ui, heading_ui, line_ui, number_ui, paragraph_ui, press_ui, row_ground,
    segments_ui as choice_ui, slider_row_ui, splits, text_field,
};
use crate::ui::{Scene, UiState, icons, words};

const ROW: f32 = 28.0;
/// Side of the square that shows a colour, points; its button is larger.
const SWATCH: f32 = 12.0;

/// Draws brush and list, with their heading; nothing where nothing was drawn and no brush is in the hand.
pub fn segments_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let (look, findings) = (scene.session.look(), scene.session.findings());
    if scene.session.open().is_none() || (findings.segments().is_empty() && !look.tool.segments()) {
        return;
    }
    heading_ui(ui, say!("segments-title"));
    tools_ui(ui, scene, out);
    if look.tool.segments() {
        card_ui(ui, |ui| brush_ui(ui, scene, out));
        ui.add_space(size::HALF);
    }
    let chosen = findings.chosen_segment().map(|s| s.id);
    for segment in findings.segments() {
        row_ui(ui, scene, segment, chosen == Some(segment.id), out);
        if chosen == Some(segment.id) {
            card_ui(ui, |ui| details_ui(ui, scene, state, segment, out));
        }
    }
    if !findings.segments().is_empty() {
        ui.add_space(size::HALF);
        ui.horizontal_wrapped(|ui| {
            let SegmentsLook { on, filled } = look.segments;
            let shown = Command::Segmenting(Segmenting::ToggleShown);
            let words = if on { say!("segments-shown") } else { say!("segments-hidden") };
            let press = Press::new(icons::SINGLE, words).filled().selected(on);
            if press_ui(ui, press).on_hover_text(scene.tip(&shown)).clicked() {
                out.push(shown);
            }
            let press = Press::new("", say!("segments-filled")).filled().selected(filled).enabled(on);
            if press_ui(ui, press).on_hover_text(say!("segments-filled-tip")).clicked() {
                out.edit(Edit::Segments(SegmentEdit::Look(SegmentsLook { on, filled: !filled })));
            }
            let export = Command::Segmenting(Segmenting::Export { with_patient: false });
            let press =
                Press::new(icons::EXPORT, say!("segments-export")).filled().enabled(scene.enabled(&export));
            if press_ui(ui, press).on_hover_text(scene.tip(&export)).clicked() {
                out.push(export);
            }
        });
    }
}

fn tools_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let tool = scene.session.look().tool;
    ui.horizontal_wrapped(|ui| {
        // All three side by side in a panel of the usual width.
        ui.spacing_mut().item_spacing.x = size::HALF;
        for (command, icon, words, on) in [
            (Command::Tool(Tool::Segment), icons::BRUSH, say!("segments-brush"), tool == Tool::Segment),
            (Command::Tool(Tool::Erase), icons::ERASER, say!("segments-eraser"), tool == Tool::Erase),
            (Command::Segmenting(Segmenting::Begin), "", say!("segments-new"), false),
        ] {
            let press = Press::new(icon, words).filled().selected(on).enabled(scene.enabled(&command));
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        }
    });
    ui.add_space(size::HALF);
}

fn brush_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let brush = scene.session.look().segment_brush;
    let mut set = |brush: SegmentBrush| out.edit(Edit::Segments(SegmentEdit::Brush(brush)));
    // By roots: small sizes are told apart more finely.
    let [least, most] = SegmentBrush::RADII_MM;
    let share = ((brush.radius_mm - least) / (most - least)).max(0.0).sqrt() as f32;
    let shown = say!("segments-across", size = format!("{:.1}", 2.0 * brush.radius_mm));
    let (new, response) = slider_row_ui(ui, say!("segments-size"), share, &shown);
    if let Some(share) = new {
        let radius_mm = least + f64::from(share).powi(2) * (most - least);
        set(SegmentBrush { radius_mm: ((radius_mm * 2.0).round() / 2.0).clamp(least, most), ..brush });
    }
    response.on_hover_text(say!("segments-wheel"));
    if let Some(place) = choice_ui(
        ui,
        say!("segments-shape"),
        &[say!("segments-ball"), say!("segments-in-plane")],
        usize::from(brush.flat),
    ) {
        set(SegmentBrush { flat: place == 1, ..brush });
    }
    ui.add_space(size::HALF);
    let unit = scene.session.volume().map_or("", |volume| volume.unit().name());
    if let Some(place) = choice_ui(
        ui,
        say!("segments-values"),
        &[say!("segments-all-values"), say!("segments-in-range")],
        usize::from(brush.limited),
    ) {
        set(SegmentBrush { limited: place == 1, ..brush });
    }
    if !brush.limited {
        return;
    }
    let field = |ui: &mut Ui, name: &str, value: f32| {
        let field =
            NumberField { name, unit: "", range: -32768.0..=65535.0, pace: 2.0, decimals: 0, nought: "" };
        number_ui(ui, &field, f64::from(value)).0.map(|value| value as f32)
    };
    let [low, high] = brush.range;
    let mut new = None;
    splits(
        ui,
        |ui| line_ui(ui, say!("segments-from"), TextStyle::Body, t.muted),
        |ui| {
            line_ui(ui, unit, TextStyle::Body, t.muted);
            new = field(ui, say!("segments-highest"), high).map(|high| [low.min(high), high]).or(new);
            line_ui(ui, say!("segments-to"), TextStyle::Body, t.muted);
            new = field(ui, say!("segments-lowest"), low).map(|low| [low, high.max(low)]).or(new);
        },
    );
    if let Some(range) = new {
        set(SegmentBrush { range, ..brush });
    }
    let here = scene.key(&Command::Segmenting(Segmenting::RangeHere));
    paragraph_ui(ui, &say!("segments-takes", here = here), t.muted);
}

/// Shown or hidden, name, volume; a click draws in it and goes there.
fn row_ui(ui: &mut Ui, scene: &Scene<'_>, segment: &Segment, chosen: bool, out: &mut Commands) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let name = words::given_name(&segment.name);
    let name = name.as_ref();
    let quantities = scene.session.volume().map(|volume| segment.quantities(volume)).unwrap_or_default();
    let value = quantities.first().map_or_else(|| say!("segments-empty").to_owned(), |volume| volume.text());
    let button = Rect::from_min_size(rect.min, vec2(ROW, ROW));
    let line = Rect::from_min_max(pos2(button.right(), rect.top()), rect.max);
    let id = ui.scope_id().with(("segment", segment.id));
    let swatch = ui.interact(button, id.with("shown"), Sense::click());
    swatch.widget_info(|| {
        WidgetInfo::selected(Role::CheckBox, true, segment.shown, say!("segments-show", name = name))
    });
    let response = ui.interact(line, id.with("go"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, format!("{name}, {value}")));
    if ui.is_rect_visible(rect) {
        let [ink, weak] = row_ground(ui, line, &response, chosen);
        let colour = from_unit(segment.colour.map(|c| f64::from(c) / 255.0));
        let square = Rect::from_center_size(button.center(), vec2(SWATCH, SWATCH));
        let radius = CornerRadius::same(2);
        if segment.shown {
            ui.painter().rect_filled(square, radius, colour);
        }
        ui.painter().rect_stroke(square, radius, Stroke::new(1.5, colour), StrokeKind::Inside);
        if swatch.has_focus() {
            let ring = Stroke::new(1.0, tokens(ui).accent);
            ui.painter().rect_stroke(button.shrink(2.0), radius, ring, StrokeKind::Inside);
        }
        let laid = |words: &str, style: TextStyle, colour: Color32, room: f32| {
            let font = style.resolve(ui.style());
            let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
            ui.painter().layout_job(job)
        };
        let value = laid(&value, TextStyle::Small, weak, line.width() * 0.6);
        let galley = laid(name, TextStyle::Body, ink, line.width() - value.size().x - 20.0);
        let middle = line.center().y;
        let at = Align2::LEFT_CENTER.anchor_size(pos2(line.left() + 4.0, middle), galley.size());
        ui.painter().galley(at.min, galley, ink);
        let at = Align2::RIGHT_CENTER.anchor_size(pos2(line.right() - 8.0, middle), value.size());
        ui.painter().galley(at.min, value, weak);
    }
    if swatch.clicked() {
        let shown = !segment.shown;
        out.edit(Edit::Segments(SegmentEdit::Set(Segment { shown, ..segment.clone() })));
    }
    swatch.on_hover_text(if segment.shown { say!("segments-hide") } else { say!("segments-show-it") });
    if response.clicked() {
        out.push(Command::Segmenting(Segmenting::GoTo(segment.id)));
    }
    response.on_hover_text(say!("segments-draw-in", name = name));
}

fn details_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, segment: &Segment, out: &mut Commands) {
    let t = tokens(ui);
    let typed = state.segment_name.take().filter(|(id, _)| *id == segment.id);
    let mut name = typed.map_or_else(|| words::given_name(&segment.name).into_owned(), |(_, name)| name);
    let response = ui.add(text_field(&mut name).char_limit(60).desired_width(f32::INFINITY));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, say!("segments-name")));
    if response.has_focus() {
        state.segment_name = Some((segment.id, name.clone()));
    }
    let name = name.trim();
    if response.lost_focus() && !name.is_empty() && name != words::given_name(&segment.name) {
        out.edit(Edit::Segments(SegmentEdit::Set(segment.renamed(name))));
    }
    let figures = segment.voxels.figures();
    if figures.voxels == 0 {
        let key = scene.key(&Command::Tool(Tool::Segment));
        paragraph_ui(ui, &say!("segments-drag", key = key), t.muted);
    }
    if let Some(volume) = scene.session.volume() {
        for quantity in segment.quantities(volume) {
            let short = quantity.name.strip_suffix(" in a slice").unwrap_or(quantity.name);
            fact_ui(ui, named("quantity", short), &quantity.text().replace('-', "−"));
        }
    }
    if figures.voxels > 0 {
        fact_ui(ui, say!("segments-voxels"), &figures.voxels.to_string());
    }
    if figures.known < figures.voxels && figures.known > 0 {
        let unknown = figures.voxels - figures.known;
        paragraph_ui(ui, &say!("segments-unknown", unknown = unknown), t.muted);
    }
    let remove = Command::Segmenting(Segmenting::Remove);
    if press_ui(ui, Press::new(icons::REMOVE, say!("segments-remove")).filled())
        .on_hover_text(scene.tip(&remove))
        .clicked()
    {
        out.push(remove);
    }
}
