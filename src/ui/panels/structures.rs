//! What others drew in the series on the screen: each file with its structures, shown or hidden one by one.

use egui::{CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Command, Commands};
use crate::ingest::{Link, Object};
use crate::language::{heard, named};
use crate::say;
use crate::session::{DrawnFile, Edit, StructuresLook};
use crate::structures::Structure;
use crate::ui::theme::{from_unit, size, text, tokens};
use crate::ui::widgets::{Press, heading_ui, line_ui, paragraph_ui, press_ui, row_ground};
use crate::ui::{Scene, icons, words};

const ROW: f32 = 26.0;
/// Side of the square that shows a colour, points; its button is larger.
const SWATCH: f32 = 12.0;

/// Draws the list, with its heading; nothing where there is nothing to draw.
pub fn structures_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let files: Vec<DrawnFile<'_>> = scene.session.drawn_files().collect();
    if files.is_empty() {
        return;
    }
    heading_ui(ui, say!("structures-title"));
    let look = &scene.session.look().structures;
    let command = Command::ToggleStructures;
    let press =
        Press::new(icons::POLYGON, if look.on { say!("structures-on") } else { say!("structures-off") });
    let press = press.filled().selected(look.on).enabled(scene.enabled(&command));
    if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
        out.push(command);
    }
    for file in &files {
        file_ui(ui, file, (look, scene.session.is_anonymous()), out);
    }
}

/// What a file that is no image is called: its label and date; before people its kind alone.
pub fn object_name(object: &Object, anonymous: bool) -> String {
    if anonymous {
        return named("object", object.kind.label()).to_owned();
    }
    let date = words::date(object.date.reveal()).map(|date| format!(", {date}")).unwrap_or_default();
    format!("{}{date}", object_title(object, false))
}

fn object_title(object: &Object, anonymous: bool) -> String {
    if anonymous {
        return named("object", object.kind.label()).to_owned();
    }
    let title = object.title.reveal().trim();
    format!(
        "{}: {}",
        named("object", object.kind.label()),
        if title.is_empty() { say!("structures-no-name") } else { title }
    )
}

/// - `anonymous`: what was typed may tell of the patient, and is not shown
fn file_ui(
    ui: &mut Ui,
    file: &DrawnFile<'_>,
    (look, anonymous): (&StructuresLook, bool),
    out: &mut Commands,
) {
    let t = tokens(ui);
    ui.add_space(size::HALF);
    line_ui(ui, &object_title(file.object, anonymous), text::strong(), t.text);
    if let Some(date) = words::date(file.object.date.reveal()).filter(|_| !anonymous) {
        line_ui(ui, &date, TextStyle::Small, t.muted);
    }
    if file.link == Link::FrameOfReference {
        paragraph_ui(ui, say!("structures-another-series"), t.muted);
    }
    match file.set {
        None => paragraph_ui(ui, say!("structures-being-read"), t.muted),
        Some(Err(_)) if anonymous => paragraph_ui(ui, say!("structures-not-read"), t.warning),
        Some(Err(why)) => paragraph_ui(ui, &format!("{} {}", icons::WARNING, heard(why)), t.warning),
        Some(Ok(set)) => {
            for remark in set.remarks.iter().filter(|_| !anonymous) {
                paragraph_ui(ui, &heard(remark), t.muted);
            }
            for (n, structure) in set.structures.iter().enumerate() {
                row_ui(ui, structure, (file.place, n), (look, anonymous), out);
            }
        }
    }
}

fn row_ui(
    ui: &mut Ui,
    structure: &Structure,
    key: crate::session::StructureKey,
    (look, anonymous): (&StructuresLook, bool),
    out: &mut Commands,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let there = structure.shape.is_some();
    let shown = there && look.shows(key);
    let name =
        if anonymous { say!("structures-structure", number = key.1 + 1) } else { structure.name.clone() };
    let name = name.as_str();
    let button = Rect::from_min_size(rect.min, vec2(ROW, ROW));
    let line = Rect::from_min_max(pos2(button.right(), rect.top()), rect.max);
    let id = ui.scope_id().with(("structure", key));
    let sense = if there { Sense::click() } else { Sense::hover() };
    let swatch = ui.interact(button, id.with("shown"), sense);
    swatch.widget_info(|| {
        WidgetInfo::selected(Role::CheckBox, there, shown, say!("structures-show", name = name))
    });
    let response = ui.interact(line, id.with("go"), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, there, say!("structures-go", name = name)));
    if ui.is_rect_visible(rect) {
        let t = tokens(ui);
        let [ink, weak] = row_ground(ui, line, &response, false);
        let ink = if there { ink } else { weak };
        let colour = from_unit(structure.colour.map(|c| f64::from(c) / 255.0));
        let square = Rect::from_center_size(button.center(), vec2(SWATCH, SWATCH));
        let radius = CornerRadius::same(2);
        if shown {
            ui.painter().rect_filled(square, radius, colour);
        }
        if there {
            ui.painter().rect_stroke(square, radius, Stroke::new(1.5, colour), StrokeKind::Inside);
        }
        if swatch.has_focus() {
            ui.painter().rect_stroke(
                button.shrink(2.0),
                radius,
                Stroke::new(1.0, t.accent),
                StrokeKind::Inside,
            );
        }
        let font = TextStyle::Body.resolve(ui.style());
        let mut job = egui::text::LayoutJob::simple_singleline(name.to_owned(), font, ink);
        let warn = if structure.remarks.is_empty() { 0.0 } else { 20.0 };
        job.wrap = egui::text::TextWrapping::truncate_at_width((line.width() - 8.0 - warn).max(8.0));
        let galley = ui.painter().layout_job(job);
        let at = pos2(line.left() + 4.0, line.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
        if warn > 0.0 {
            let icon = text::icon().resolve(ui.style());
            let at = pos2(line.right() - 6.0, line.center().y);
            ui.painter().text(at, egui::Align2::RIGHT_CENTER, icons::INFO, icon, weak);
        }
    }
    if swatch.clicked() {
        out.edit(Edit::Structures(look.with([key], !shown)));
    }
    swatch.on_hover_text(if shown { say!("structures-hide") } else { say!("structures-show-it") });
    if response.clicked()
        && let Some(at) = structure.middle()
    {
        out.edit(Edit::Cursor(at));
    }
    let mut tip = vec![name.to_owned()];
    tip.extend(structure.remarks.iter().filter(|_| !anonymous).map(|remark| heard(remark).into_owned()));
    if there {
        tip.push(say!("structures-click").to_owned());
    }
    response.on_hover_text(tip.join("\n"));
}
