//! The series of the case: a picture, a name, the facts, what is odd.

use egui::{
    Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2,
    vec2,
};

use super::structures::object_name;
use super::thumbnails::thumbnail_ui;
use crate::command::{Command, Commands, Viewing};
use crate::ingest::{ObjectKind, Series};
use crate::language::heard;
use crate::say;
use crate::session::{CornerText, Stage};
use crate::ui::theme::{PICTURE, size, text, tokens};
use crate::ui::widgets::{line_ui, paragraph_ui};
use crate::ui::{Scene, icons, words};

const PICTURE_SIDE: f32 = 52.0;
const LINE: f32 = 16.0;
/// Side of the button that lays a series beside another.
const BUTTON: f32 = 24.0;

/// Draws the list.
pub fn series_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let scan = scene.session.scan();
    if scan.series.is_empty() {
        paragraph_ui(ui, say!("series-empty"), t.muted);
        return;
    }
    let several = scan.series.windows(2).any(|pair| matches!(pair, [a, b] if study(a) != study(b)));
    for (index, series) in scan.series.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| scan.series.get(before));
        if several && before.is_none_or(|before| study(before) != study(series)) {
            study_ui(ui, scene, index);
        }
        let chosen = scene.session.case().chosen() == Some(index);
        if row_ui(ui, scene, index, series, chosen, out) && !chosen {
            out.push(Command::ShowSeries(index));
        }
    }
    objects_ui(ui, scene);
    let skipped: Vec<_> =
        scan.skipped.iter().filter(|s| scan.objects.iter().all(|object| object.file != s.file)).collect();
    if !skipped.is_empty() {
        ui.add_space(size::HALF);
        let n = skipped.len();
        let what = if n == 1 { say!("series-one-passed") } else { &say!("series-passed", n = n) };
        let label = egui::Label::new(egui::RichText::new(what).color(t.muted)).selectable(false);
        let label = ui.add(label);
        // Names of files may be those of patients.
        if scene.session.is_anonymous() {
            return;
        }
        label.on_hover_ui(|ui| {
            for skipped in skipped.iter().take(12) {
                let name = skipped.file.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
                ui.label(format!("{name}: {}", heard(&skipped.reason)));
            }
            if n > 12 {
                ui.label(say!("series-more", more = n - 12));
            }
        });
    }
}

/// What series of one study of one patient have in common.
fn study(series: &Series) -> [&str; 3] {
    [series.patient_name.reveal(), series.patient_id.reveal(), series.study_date.reveal()]
}

/// Whose series follow, and of which day; where that is not to be seen, which patient and study by number.
fn study_ui(ui: &mut Ui, scene: &Scene<'_>, index: usize) {
    let t = tokens(ui);
    let all = &scene.session.scan().series;
    let Some(series) = all.get(index) else { return };
    let shown = scene.session.look().corner_text == CornerText::Full && !scene.session.is_anonymous();
    let words = if shown {
        let name = words::person_name(series.patient_name.reveal());
        let who = if name.is_empty() { series.patient_id.reveal().trim().to_owned() } else { name };
        let who = if who.is_empty() { say!("series-no-patient").to_owned() } else { who };
        let date = words::date(series.study_date.reveal());
        [who].into_iter().chain(date).collect::<Vec<_>>().join(", ")
    } else {
        let mut seen: Vec<[&str; 3]> = Vec::new();
        for other in all.iter().take(index + 1) {
            if !seen.contains(&study(other)) {
                seen.push(study(other));
            }
        }
        let number = seen.iter().position(|one| *one == study(series)).unwrap_or(0) + 1;
        say!("series-study", number = number)
    };
    ui.add_space(size::HALF);
    line_ui(ui, &words, TextStyle::Small, t.muted);
}

/// Reports, and what others drew in series other than the one on the screen: no images, and said to be none.
fn objects_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let t = tokens(ui);
    let drawn: Vec<usize> = scene.session.drawn_files().map(|file| file.place).collect();
    let objects = scene.session.scan().objects.iter().enumerate();
    for (_, object) in objects.filter(|(place, _)| !drawn.contains(place)) {
        let anonymous = scene.session.is_anonymous();
        let name = object_name(object, anonymous);
        let label = egui::Label::new(egui::RichText::new(&name).color(t.muted)).selectable(false).truncate();
        let why = match (object.kind, scene.session.series()) {
            (ObjectKind::Report, _) => say!("series-report"),
            (_, Some(_)) => {
                say!("series-of-another")
            }
            (_, None) => say!("series-over"),
        };
        let label = ui.add(label);
        if anonymous {
            label.on_hover_text(why);
        } else {
            let file = object.file_name().display();
            label.on_hover_text(format!("{name}\n{file}\n{why}"));
        }
    }
}

/// What a series is called. What is typed at the scanner may tell of the patient: not before people.
pub fn series_name(series: &Series, anonymous: bool) -> String {
    let description = if anonymous { "" } else { series.description.reveal().trim() }.to_owned();
    match (description.is_empty(), series.number) {
        (false, _) => description,
        (true, Some(number)) => say!("series-number", number = number),
        (true, None) => say!("series-no-name").to_owned(),
    }
}

fn warning_lines(series: &Series) -> Vec<String> {
    let slices = series.size[2];
    let shown = series.defects.iter().filter(|d| words::defect_on_picture(d.code) || !d.code.viewable());
    let mut lines: Vec<String> = shown.map(|d| words::defect_badge(d, slices).to_owned()).collect();
    lines.extend(series.unread().map(|d| words::obstacle_badge(d, slices).to_owned()));
    lines.dedup();
    lines
}

fn row_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    index: usize,
    series: &Series,
    chosen: bool,
    out: &mut Commands,
) -> bool {
    let t = tokens(ui);
    let name = series_name(series, scene.session.is_anonymous());
    let [_, _, slices] = series.size;
    let count = match series.is_coloured() {
        true => say!("series-pictures", n = slices),
        false => say!("series-slices", n = slices),
    };
    let mut facts = vec![format!("{}, {count}", series.modality)];
    if let Some(grid) = &series.grid {
        facts.push(words::spacing(grid));
    }
    let warnings = warning_lines(series);
    // Beside the name stands the button. A name too long for a line takes a second one: the ends of names are
    // what tells series apart.
    let free = if can_lie_beside(scene, series) { BUTTON + 8.0 } else { 6.0 };
    let name_width = ui.available_width() - size::STEP - PICTURE_SIDE - 10.0 - free;
    let title = wrapped(ui, &name, (text::strong(), t.text), name_width, 2);
    // What is cut of a figure may be its unit.
    let facts_width = ui.available_width() - size::STEP - PICTURE_SIDE - 10.0 - 6.0;
    let said: Vec<_> =
        facts.iter().map(|line| wrapped(ui, line, (TextStyle::Small, t.muted), facts_width, 3)).collect();
    let fact_lines: usize = said.iter().map(|galley| galley.rows.len().max(1)).sum();
    let lines = title.rows.len().max(1) + fact_lines + warnings.len();
    let height = (LINE * lines as f32).max(PICTURE_SIDE) + 2.0 * size::STEP;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| {
        let said = format!(
            "{name}, {}{}",
            facts.join(", "),
            warnings.iter().map(|w| format!(", {w}")).collect::<String>()
        );
        WidgetInfo::selected(Role::ListItem, true, chosen, said)
    });
    if ui.is_rect_visible(rect) {
        let radius = CornerRadius::same(size::CARD_RADIUS);
        let fill = if chosen {
            t.card
        } else if response.hovered() {
            t.card.gamma_multiply(0.7)
        } else {
            Color32::TRANSPARENT
        };
        let edge = match (response.has_focus(), chosen) {
            (true, _) => t.accent,
            (_, true) => t.line,
            _ => Color32::TRANSPARENT,
        };
        ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        if chosen {
            // A mark that needs no colour to be seen.
            let bar = Rect::from_min_size(rect.min + vec2(0.0, 10.0), vec2(2.0, rect.height() - 20.0));
            ui.painter().rect_filled(bar, 0.0, t.accent);
        }
        let side =
            Rect::from_min_size(rect.min + vec2(size::STEP, size::STEP), vec2(PICTURE_SIDE, PICTURE_SIDE));
        thumbnail(ui, scene, side, index);
        let mut y = rect.top() + size::STEP;
        let x = side.right() + 10.0;
        ui.painter().galley(pos2(x, y), std::sync::Arc::clone(&title), t.text);
        y += LINE * title.rows.len().max(1) as f32;
        for galley in said {
            let rows = galley.rows.len().max(1);
            ui.painter().galley(pos2(x, y), galley, t.muted);
            y += LINE * rows as f32;
        }
        let mut write = |words: &str, style: TextStyle, colour: Color32, free: f32| {
            let font = style.resolve(ui.style());
            let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - free - x);
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(pos2(x, y), galley, colour);
            y += LINE;
        };
        warnings
            .iter()
            .for_each(|line| write(&format!("{} {line}", icons::WARNING), TextStyle::Small, t.warning, 6.0));
    }
    let beside = beside_ui(ui, scene, (index, series, &name), rect, out);
    let clicked = response.clicked() && !beside;
    if !series.defects.is_empty() || series.unread().is_some() {
        response.on_hover_ui(|ui| {
            ui.label(egui::RichText::new(&name).text_style(text::strong()));
            series.defects.iter().chain(series.unread()).for_each(|d| {
                ui.label(heard(&d.text));
            });
        });
    } else {
        response.on_hover_text(&name);
    }
    clicked
}

/// Words over so many lines at most.
fn wrapped(
    ui: &Ui,
    words: &str,
    (style, color): (TextStyle, Color32),
    width: f32,
    max_rows: usize,
) -> std::sync::Arc<egui::Galley> {
    let format = egui::text::TextFormat {
        font_id: style.resolve(ui.style()),
        color,
        line_height: Some(LINE),
        ..Default::default()
    };
    let mut job = egui::text::LayoutJob::single_section(words.to_owned(), format);
    job.wrap =
        egui::text::TextWrapping { max_width: width, max_rows, break_anywhere: false, ..Default::default() };
    ui.painter().layout_job(job)
}

/// Whether a series is a volume, and not the one on the screen.
fn can_lie_beside(scene: &Scene<'_>, series: &Series) -> bool {
    let volume = series.usable();
    let other = scene.session.series().is_some_and(|now| now.uid != series.uid);
    volume && other && scene.session.stage() == Stage::Open
}

/// A button that lays the series beside the one on the screen, or takes it away from there; true where it was pressed.
fn beside_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    (index, series, name): (usize, &Series, &str),
    row: Rect,
    out: &mut Commands,
) -> bool {
    if !can_lie_beside(scene, series) {
        return false;
    }
    let t = tokens(ui);
    let there = scene.session.prior().is_some_and(|prior| prior.uid() == series.uid);
    let rect = Rect::from_min_size(pos2(row.right() - BUTTON - 4.0, row.top() + 4.0), vec2(BUTTON, BUTTON));
    let response = ui.interact(rect, ui.scope_id().with(("beside", index)), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, true, there, say!("series-beside", name = name)));
    let ink = if there { t.accent } else { t.muted };
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.control_hover);
    }
    if response.has_focus() {
        let ring = Stroke::new(1.5, t.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(size::RADIUS), ring, StrokeKind::Inside);
    }
    let font = text::icon().resolve(ui.style());
    let ink = if response.hovered() { t.text } else { ink };
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::BESIDE, font, ink);
    let clicked = response.clicked();
    if clicked {
        out.push(if there { Command::ClosePrior } else { Command::Viewing(Viewing::Beside(index)) });
    }
    let tip = if there { say!("series-leave-beside") } else { say!("series-lay-beside") };
    response.on_hover_text(tip);
    clicked
}

fn thumbnail(ui: &Ui, scene: &Scene<'_>, rect: Rect, index: usize) {
    ui.painter().rect_filled(rect, 2.0, PICTURE.ground);
    let Some(picture) = scene.session.case().thumbnail(index) else {
        let font = text::icon().resolve(ui.style());
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::SLAB, font, tokens(ui).muted);
        return;
    };
    thumbnail_ui(ui, "list", rect, index, picture);
}
