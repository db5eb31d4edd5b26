//! A plot drawn with the window's own means: its theme, its scale, the names of the series below it,
//! where they cover no curve.

use std::sync::Arc;

use egui::epaint::{Mesh, PathShape, PathStroke};
use egui::text::LayoutJob;
use egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::evaluation::plot::{Axis, Layer, Plot};
use crate::language::heard;
use crate::ui::theme::{Tokens, size, text, tokens};
use crate::ui::words;

/// Narrower no plot is drawn; so many stand in a row as are at least this wide.
const NARROWEST: f32 = 286.0;
const MOST_IN_A_ROW: usize = 4;
/// Around the axes.
const LEFT: f32 = 46.0;
const RIGHT: f32 = 16.0;
const ABOVE: f32 = 54.0;
const BELOW: f32 = 44.0;
/// Between the names of two series.
const NAME_GAP: f32 = 3.0;
/// What the sample of its line takes before a name.
const SAMPLE: f32 = 30.0;
/// Length of dash and gap of each series, points, so that no colour is needed to tell them apart.
const DASHES: [Option<[f32; 2]>; 6] =
    [None, Some([7.0, 3.0]), Some([3.0, 2.0]), Some([11.0, 4.0]), Some([5.0, 5.0]), Some([2.0, 4.0])];

/// Draws plots side by side, all of one size.
pub(super) fn plots_ui(ui: &mut Ui, plots: &[Plot]) {
    let gap = size::DOUBLE;
    let available = ui.available_width();
    let columns = (((available + gap) / (NARROWEST + gap)).floor() as usize).clamp(1, MOST_IN_A_ROW);
    let width = ((available + gap) / columns as f32 - gap).min(460.0);
    for line in plots.chunks(columns) {
        let names: Vec<Names> = line.iter().map(|plot| Names::new(ui, plot, width)).collect();
        let tallest = names.iter().map(|names| names.height).fold(0.0, f32::max);
        let square = line.iter().any(|p| p.square);
        let axes = if square { width - LEFT - RIGHT } else { (width - LEFT - RIGHT) * 0.62 };
        let height = ABOVE + axes + BELOW + tallest + size::STEP;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (plot, names) in line.iter().zip(&names) {
                plot_ui(ui, plot, names, vec2(width, height), axes);
            }
        });
    }
}

/// The names of the series as they stand below a plot, on two lines where one is too short.
struct Names {
    galleys: Vec<Arc<Galley>>,
    height: f32,
}

impl Names {
    /// - `width`: of the plot
    fn new(ui: &Ui, plot: &Plot, width: f32) -> Self {
        let (font, colour) = (TextStyle::Small.resolve(ui.style()), tokens(ui).text);
        let lay = |name: &String| {
            let mut job = LayoutJob::simple(name.clone(), font.clone(), colour, width - 24.0 - SAMPLE);
            job.wrap.max_rows = 2;
            ui.painter().layout_job(job)
        };
        let galleys: Vec<_> = plot.series.iter().map(lay).collect();
        let height = galleys.iter().map(|g| g.size().y + NAME_GAP).sum();
        Self { galleys, height }
    }
}

fn plot_ui(ui: &mut Ui, plot: &Plot, names: &Names, size_pt: egui::Vec2, axes: f32) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(size_pt, Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Image, true, format!("{}. {}", heard(&plot.title), plot.series.join("; ")))
    });
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().rect_filled(rect, CornerRadius::same(size::CARD_RADIUS), t.card);
    let inner = Rect::from_min_size(rect.min + vec2(LEFT, ABOVE), vec2(rect.width() - LEFT - RIGHT, axes));
    let line = |words: &str, style: TextStyle, colour: Color32, width: f32| {
        let mut job = LayoutJob::simple_singleline(words.to_owned(), style.resolve(ui.style()), colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        ui.painter().layout_job(job)
    };
    let title = line(&words::sentence(&heard(&plot.title)), text::strong(), t.text, rect.width() - 24.0);
    ui.painter().galley(rect.min + vec2(12.0, 10.0), title, t.text);
    // Upright above its axis: a turned word is read with a turned head.
    let label = line(&heard(&plot.y.label), TextStyle::Small, t.muted, rect.width() - 24.0);
    ui.painter().galley(rect.min + vec2(12.0, 32.0), label, t.muted);
    axes_ui(ui, plot, inner, t);
    let painter = ui.painter().with_clip_rect(inner.expand(3.0).intersect(ui.clip_rect()));
    for layer in &plot.layers {
        painter.extend(layer_shapes(layer, plot, inner, t));
    }
    let (x, mut y) = (rect.left() + 12.0, inner.bottom() + BELOW);
    for (n, name) in names.galleys.iter().enumerate() {
        let middle = y + name.rows.first().map_or(0.0, |row| row.height()) / 2.0;
        ui.painter().extend(stroke(&[pos2(x, middle), pos2(x + SAMPLE - 8.0, middle)], n, t));
        ui.painter().galley(pos2(x + SAMPLE, y), Arc::clone(name), t.text);
        y += name.size().y + NAME_GAP;
    }
    let names = plot.series.join("\n");
    response.on_hover_text(format!("{}\n{names}", heard(&plot.title)));
}

fn axes_ui(ui: &Ui, plot: &Plot, inner: Rect, t: &Tokens) {
    let font: FontId = TextStyle::Small.resolve(ui.style());
    let hair = Stroke::new(1.0, t.line.gamma_multiply(0.7));
    let painter = ui.painter();
    let write = |at: Pos2, anchor: Align2, words: String| {
        painter.text(at, anchor, words, font.clone(), t.muted);
    };
    let (marks, decimals) = ticks(plot.x.range, inner.width() / 52.0);
    for value in marks {
        let x = across(&plot.x, inner, value);
        painter.vline(x, inner.y_range(), hair);
        write(pos2(x, inner.bottom() + 4.0), Align2::CENTER_TOP, words::signed(value, decimals));
    }
    let (marks, decimals) = ticks(plot.y.range, inner.height() / 34.0);
    for value in marks {
        let y = upwards(&plot.y, inner, value);
        painter.hline(inner.x_range(), y, hair);
        write(pos2(inner.left() - 6.0, y), Align2::RIGHT_CENTER, words::signed(value, decimals));
    }
    let edge = Stroke::new(1.0, t.muted);
    painter.hline(inner.x_range(), inner.bottom(), edge);
    painter.vline(inner.left(), inner.y_range(), edge);
    write(
        pos2(inner.center().x, inner.bottom() + 22.0),
        Align2::CENTER_TOP,
        heard(&plot.x.label).into_owned(),
    );
}

fn layer_shapes(layer: &Layer, plot: &Plot, inner: Rect, t: &Tokens) -> Vec<Shape> {
    let at = |x: f64, y: f64| pos2(across(&plot.x, inner, x), upwards(&plot.y, inner, y));
    match layer {
        Layer::Reference(points) => {
            let points: Vec<Pos2> = points.iter().map(|p| at(p[0], p[1])).collect();
            Shape::dashed_line(&points, Stroke::new(1.0, t.muted), 4.0, 4.0)
        }
        Layer::Line { points, series } => {
            let points: Vec<Pos2> = points.iter().map(|p| at(p[0], p[1])).collect();
            match points.as_slice() {
                // One epoch is no line yet.
                [only] => vec![Shape::circle_filled(*only, 3.0, colour(*series, t))],
                _ => stroke(&points, *series, t),
            }
        }
        Layer::Band { points, series } => {
            let mut mesh = Mesh::default();
            for (n, [x, low, high]) in points.iter().enumerate() {
                mesh.colored_vertex(at(*x, *low), colour(*series, t).gamma_multiply(0.2));
                mesh.colored_vertex(at(*x, *high), colour(*series, t).gamma_multiply(0.2));
                if let Some(first) = u32::try_from(n).ok().and_then(|n| n.checked_sub(1)).map(|n| 2 * n) {
                    mesh.add_triangle(first, first + 1, first + 2);
                    mesh.add_triangle(first + 1, first + 2, first + 3);
                }
            }
            vec![Shape::mesh(mesh)]
        }
        Layer::Dots { points, series } => {
            let colour = colour(*series, t);
            let dot = |p: &[f64; 4]| {
                let bar = (p[3] > p[2])
                    .then(|| Shape::line_segment([at(p[0], p[2]), at(p[0], p[3])], Stroke::new(1.0, colour)));
                bar.into_iter().chain([Shape::circle_filled(at(p[0], p[1]), 3.0, colour)])
            };
            points.iter().flat_map(dot).collect()
        }
    }
}

fn stroke(points: &[Pos2], series: usize, t: &Tokens) -> Vec<Shape> {
    let line = Stroke::new(1.75, colour(series, t));
    match DASHES.get(series % DASHES.len()).copied().flatten() {
        Some([dash, gap]) => Shape::dashed_line(points, line, dash, gap),
        None => vec![Shape::Path(PathShape::line(points.to_vec(), PathStroke::from(line)))],
    }
}

fn colour(series: usize, t: &Tokens) -> Color32 {
    t.series.get(series % t.series.len()).copied().unwrap_or(t.accent)
}

fn across(axis: &Axis, inner: Rect, value: f64) -> f32 {
    inner.left() + share(axis, value) * inner.width()
}

fn upwards(axis: &Axis, inner: Rect, value: f64) -> f32 {
    inner.bottom() - share(axis, value) * inner.height()
}

/// Where on the axis; what lies far outside of it, or is no number, stays near it.
fn share(axis: &Axis, value: f64) -> f32 {
    let [low, high] = axis.range;
    let share = (value - low) / (high - low);
    if share.is_finite() { share.clamp(-10.0, 11.0) as f32 } else { 0.0 }
}

/// Round values within a range, and the decimals that they need.
/// - `most`: about so many
fn ticks([low, high]: [f64; 2], most: f32) -> (Vec<f64>, usize) {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return (Vec::new(), 0);
    }
    // Epochs are counted from 1, and nothing lies between two of them.
    let least = if low == 1.0 && high.fract() == 0.0 { 1.0 } else { 0.0 };
    let rough = (span / f64::from(most.clamp(2.0, 12.0))).max(least);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough).unwrap_or(rough);
    let first = (low / step - 1e-9).ceil();
    let values = (0..32).map(|n| (first + f64::from(n)) * step);
    let decimals = (-(step * 1.000_001).log10().floor()).max(0.0) as usize;
    (values.take_while(|v| *v <= high + step * 1e-9).collect(), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_lie_within_the_axis() {
        let (values, decimals) = ticks([0.0, 1.0], 5.0);
        assert_eq!((values.len(), decimals), (6, 1));
        let (values, decimals) = ticks([1.0, 40.0], 5.0);
        assert_eq!((values, decimals), (vec![10.0, 20.0, 30.0, 40.0], 0));
        assert_eq!(ticks([1.0, 2.0], 5.0), (vec![1.0, 2.0], 0));
        let (values, decimals) = ticks([0.5903, 0.7241], 5.0);
        assert_eq!((values.first().map(|v| (v * 100.0).round()), decimals), (Some(60.0), 2));
        assert!(ticks([1.0, 1.0], 5.0).0.is_empty() && ticks([f64::NAN, 1.0], 5.0).0.is_empty());
    }
}
