//! Tables of words and figures: as wide as their content, beside each other where there is room.

use std::sync::Arc;

use egui::{
    Align, CornerRadius, FontId, Galley, Layout, Rect, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, vec2,
};

use crate::language::heard;
use crate::session::{ReportRow, ReportTable};
use crate::ui::theme::{Tokens, size, text, tokens};

const ROW: f32 = 22.0;
const HEAD: f32 = 26.0;
const PAD: f32 = 12.0;
/// Between columns.
const GAP: f32 = 18.0;
/// Names that are longer end in an ellipsis; the whole stands in the tip.
const WIDEST_NAME: f32 = 300.0;

struct Laid {
    head: Vec<Arc<Galley>>,
    rows: Vec<Vec<Arc<Galley>>>,
    columns: Vec<f32>,
}

impl Laid {
    fn new(ui: &Ui, table: &ReportTable) -> Self {
        let t = tokens(ui);
        let lay = |words: &str, font: FontId, colour, column: usize| {
            let mut job = egui::text::LayoutJob::simple_singleline(heard(words).into_owned(), font, colour);
            if column == 0 {
                job.wrap = egui::text::TextWrapping::truncate_at_width(WIDEST_NAME);
            }
            ui.painter().layout_job(job)
        };
        let style = |style: TextStyle| style.resolve(ui.style());
        let head: Vec<_> = table
            .head
            .iter()
            .enumerate()
            .map(|(n, words)| lay(words, style(text::small_strong()), t.muted, n))
            .collect();
        let row = |row: &ReportRow| {
            let cells = row.cells.iter().enumerate();
            let font = || if row.strong { style(text::strong()) } else { style(TextStyle::Body) };
            cells.map(|(n, words)| lay(words, font(), t.text, n)).collect::<Vec<_>>()
        };
        let rows: Vec<_> = table.rows.iter().map(row).collect();
        let widest = |n: usize| {
            let cells = rows.iter().filter_map(|row| row.get(n));
            head.get(n).into_iter().chain(cells).map(|g| g.size().x).fold(0.0, f32::max)
        };
        let columns = (0..table.head.len()).map(widest).collect();
        Self { head, rows, columns }
    }

    fn width(&self) -> f32 {
        let gaps = self.columns.len().saturating_sub(1) as f32 * GAP;
        self.columns.iter().sum::<f32>() + gaps + 2.0 * PAD
    }

    fn height(&self) -> f32 {
        HEAD + self.rows.len() as f32 * ROW + PAD
    }
}

/// Draws the tables, as many to a row as fit.
pub(super) fn tables_ui(ui: &mut Ui, tables: &[ReportTable]) {
    let laid: Vec<(Laid, &ReportTable)> = tables.iter().map(|table| (Laid::new(ui, table), table)).collect();
    let available = ui.available_width();
    let mut line: Vec<usize> = Vec::new();
    let mut used = 0.0;
    let mut lines = Vec::new();
    for (number, (laid, _)) in laid.iter().enumerate() {
        if !line.is_empty() && used + laid.width() > available {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        used += laid.width() + size::DOUBLE;
        line.push(number);
    }
    lines.push(line);
    for line in lines {
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = size::DOUBLE;
            for (laid, table) in line.into_iter().filter_map(|n| laid.get(n)) {
                table_ui(ui, laid, table);
            }
        });
    }
}

fn table_ui(ui: &mut Ui, laid: &Laid, table: &ReportTable) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(laid.width(), laid.height()), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(size::CARD_RADIUS), t.card);
    let line = |y: f32, height: f32| {
        Rect::from_min_size(egui::pos2(rect.left() + PAD, y), vec2(rect.width() - 2.0 * PAD, height))
    };
    let head = line(rect.top() + 2.0, HEAD - 2.0);
    cells_ui(ui, head, &laid.head, &laid.columns, t);
    ui.painter().hline(head.x_range(), head.bottom() + 1.0, Stroke::new(1.0, t.line));
    for (number, (row, cells)) in table.rows.iter().zip(&laid.rows).enumerate() {
        let place = line(rect.top() + HEAD + 4.0 + number as f32 * ROW, ROW);
        let response = ui.interact(
            place,
            ui.scope_id().with((rect.left() as i32, rect.top() as i32, number)),
            Sense::hover(),
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, spoken(table, row)));
        if ui.is_rect_visible(place) {
            cells_ui(ui, place, cells, &laid.columns, t);
        }
        let cut = cells.first().is_some_and(|g| g.elided);
        let name = row.cells.first().filter(|_| cut);
        let tip = [name.map(String::as_str), Some(row.tip.as_str()).filter(|tip| !tip.is_empty())];
        let tip: Vec<&str> = tip.into_iter().flatten().collect();
        if !tip.is_empty() {
            response.on_hover_text(tip.join("\n"));
        }
    }
}

fn cells_ui(ui: &Ui, place: Rect, cells: &[Arc<Galley>], columns: &[f32], t: &Tokens) {
    let mut x = place.left();
    for (cell, width) in cells.iter().zip(columns) {
        let at = egui::pos2(x, place.center().y - cell.size().y / 2.0);
        ui.painter().galley(at, Arc::clone(cell), t.text);
        x += width + GAP;
    }
}

/// `Accuracy, as answered: 0.87, after temperature: 0.87`.
fn spoken(table: &ReportTable, row: &ReportRow) -> String {
    let mut words = row.cells.first().map(|name| heard(name).into_owned()).unwrap_or_default();
    for (head, cell) in table.head.iter().zip(&row.cells).skip(1).filter(|(_, cell)| !cell.is_empty()) {
        words += &format!(", {}: {}", heard(head), heard(cell));
    }
    words
}
