//! The misclassified cases as a sheet of pictures; a click on one opens it.

use egui::{
    Align2, CornerRadius, Label, Rect, RichText, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::session::{Missed, MissedCases, OpenReport};
use crate::ui::icons;
use crate::ui::panels::thumbnail_ui;
use crate::ui::theme::{PICTURE, size, text, tokens};
use crate::ui::widgets::{note_ui, paragraph_ui};

const TILE: f32 = 160.0;
const GAP: f32 = 12.0;
const WORDS: f32 = 62.0;

/// Draws both kinds, apart.
pub(super) fn sheet_ui(ui: &mut Ui, missed: &MissedCases, open: &OpenReport, out: &mut Commands) {
    let t = tokens(ui);
    if let Some(Err(why)) = &missed.manifest {
        note_ui(ui, icons::WARNING, t.warning, &heard(why));
    }
    if missed.all().next().is_none() {
        return;
    }
    let kinds = [
        (say!("report-false-positives"), say!("report-false-positives-are"), &missed.false_positives),
        (say!("report-false-negatives"), say!("report-false-negatives-are"), &missed.false_negatives),
    ];
    let mut first = 0;
    for (name, meaning, cases) in kinds {
        let n = cases.len();
        ui.horizontal(|ui| {
            let name = RichText::new(format!("{name}: {n}")).text_style(text::strong()).color(t.text);
            ui.add(Label::new(name).selectable(false));
            paragraph_ui(ui, meaning, t.muted);
        });
        tiles_ui(ui, cases, first, open, out);
        first += n;
    }
}

/// - `first`: number of the first one in the whole sheet
fn tiles_ui(ui: &mut Ui, cases: &[Missed], first: usize, open: &OpenReport, out: &mut Commands) {
    let columns = (((ui.available_width() + GAP) / (TILE + GAP)).floor() as usize).max(1);
    for (line, cases) in cases.chunks(columns).enumerate() {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (n, case) in cases.iter().enumerate() {
                if tile_ui(ui, case, first + line * columns + n, open) {
                    out.push(Command::OpenReportCase(case.case.clone()));
                }
            }
        });
    }
}

/// Draws one case; true where it was clicked.
fn tile_ui(ui: &mut Ui, case: &Missed, number: usize, open: &OpenReport) -> bool {
    let t = tokens(ui);
    let known = case.place.is_some();
    let sense = if known { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(TILE, TILE + WORDS), sense);
    let facts = facts(case);
    response.widget_info(|| {
        let said = say!(
            "report-case",
            case = case.case,
            probability = format!("{:.2}", case.probability),
            facts = facts
        );
        WidgetInfo::labeled(Role::Button, known, said)
    });
    let picture = open.pictures.get(&case.case);
    if ui.is_rect_visible(rect) {
        let lit = known && (response.hovered() || response.has_focus());
        let (fill, edge) = if lit { (t.control, t.accent) } else { (t.card, t.line) };
        let radius = CornerRadius::same(size::CARD_RADIUS);
        ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let side = Rect::from_min_size(rect.min, vec2(TILE, TILE)).shrink(4.0);
        ui.painter().rect_filled(side, 3.0, PICTURE.ground);
        match picture {
            Some(Ok(picture)) => thumbnail_ui(ui, "report", side, number, picture),
            Some(Err(why)) => words_ui(ui, side, &heard(why)),
            None if !known => words_ui(ui, side, say!("report-not-in-manifest")),
            None => words_ui(ui, side, say!("report-waiting")),
        }
        let write = |y: f32, words: &str, style: TextStyle, colour| {
            let mut job =
                egui::text::LayoutJob::simple_singleline(words.to_owned(), style.resolve(ui.style()), colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(TILE - 16.0);
            let at = pos2(rect.left() + 8.0, rect.top() + TILE + y);
            ui.painter().galley(at, ui.painter().layout_job(job), colour);
        };
        write(0.0, &format!("{:.3}", case.probability), text::strong(), t.text);
        write(19.0, &case.case, TextStyle::Small, t.text);
        write(37.0, &facts, TextStyle::Small, t.muted);
    }
    let clicked = response.clicked();
    let mut tip = say!(
        "report-case-tip",
        case = case.case,
        probability = format!("{:.4}", case.probability),
        facts = facts
    );
    if let Some(Err(why)) = picture {
        tip = format!("{tip}\n{}", heard(why));
    }
    if known {
        tip += say!("report-click");
    }
    response.on_hover_text(tip);
    clicked
}

/// `9.1 mm, rated 2 3 3`.
fn facts(case: &Missed) -> String {
    let ratings: Vec<String> = case.ratings.iter().map(u8::to_string).collect();
    let ratings = if ratings.is_empty() {
        say!("report-no-ratings").to_owned()
    } else {
        say!("report-rated", ratings = ratings.join(" "))
    };
    match case.diameter_mm {
        Some(mm) => format!("{mm:.1} mm, {ratings}"),
        None => ratings,
    }
}

fn words_ui(ui: &Ui, rect: Rect, words: &str) {
    let font = TextStyle::Small.resolve(ui.style());
    let mut job = egui::text::LayoutJob::simple(words.to_owned(), font, PICTURE.muted, rect.width() - 16.0);
    job.halign = egui::Align::Center;
    job.wrap.max_rows = 6;
    let galley = ui.painter().layout_job(job);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(pos2(rect.center().x, at.top()), galley, PICTURE.muted);
}
