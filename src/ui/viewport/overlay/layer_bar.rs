//! The colours of the layer over the slice with their numbers, at the lower right.

use egui::{Align2, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::halo::{Halo, halo_line, halo_text, wrapped};
use crate::language::heard;
use crate::render::ColorMap;
use crate::ui::theme::{PICTURE, from_unit};
use crate::ui::viewport::ShownLayer;
use crate::ui::{icons, words};

const THICK: f32 = 8.0;
const STEPS: usize = 64;
const LINE_HEIGHT: f32 = 16.0;

/// What the bar and its words take at most.
/// - `lifts`: how high its lower and its upper end stand from the lower edge
pub(super) fn taken(rect: Rect, [low, high]: [f32; 2]) -> Rect {
    let corner = rect.right_bottom();
    Rect::from_min_max(corner - vec2(rect.width() / 2.0 - 24.0, high), corner - vec2(0.0, low))
}

/// Draws the bar over what is `lift` points high; returns how high both stand from the lower edge.
pub(super) fn layer_bar(painter: &Painter, rect: Rect, layer: &ShownLayer, lift: f32) -> f32 {
    let width = (rect.width() * 0.34).min(160.0);
    if width < 72.0 || rect.height() < 160.0 {
        return lift;
    }
    let [low, high] = layer.look.range;
    let right = rect.right() - 10.0;
    let bottom = rect.bottom() - lift;
    let bar = Rect::from_min_size(pos2(right - width, bottom - 34.0), vec2(width, THICK));
    painter.rect_filled(bar.expand(2.0), 0.0, PICTURE.halo);
    let mut mesh = Mesh::default();
    let threshold = if high > 0.0 { low / high } else { 0.0 };
    for n in 0..STEPS {
        let [from, to] = [n, n + 1].map(|n| bar.left() + n as f32 / STEPS as f32 * bar.width());
        let share = (n as f32 + 0.5) / STEPS as f32;
        let colour = if share < threshold {
            PICTURE.ground
        } else {
            from_unit(ColorMap::HotIron.colour(f64::from(share)))
        };
        mesh.add_colored_rect(Rect::from_min_max(pos2(from, bar.top()), pos2(to, bar.bottom())), colour);
    }
    painter.add(Shape::mesh(mesh));
    let edge = PICTURE.muted.gamma_multiply(0.8);
    painter.rect_stroke(bar.expand(0.5), 0.0, Stroke::new(1.0, edge), StrokeKind::Outside);
    let write = |x: f32, anchor: Align2, text: &str| {
        halo_text(painter, pos2(x, bar.bottom() + 4.0), anchor, text, &Halo::plain(), f32::INFINITY)
    };
    let number = |v: f32| words::trimmed(f64::from(v), if high < 100.0 { 1 } else { 0 });
    let least = write(bar.left(), Align2::LEFT_TOP, "0");
    // It is the window's end and not the largest value: what is brighter has the same colour.
    let most = write(bar.right(), Align2::RIGHT_TOP, &format!("\u{2265} {}", number(high)));
    if low > 0.0 {
        let x = bar.left() + threshold.min(1.0) * bar.width();
        let tick = vec![pos2(x, bar.top() - 2.0), pos2(x, bar.bottom() + 3.0)];
        halo_line(painter, tick, Stroke::new(1.0, PICTURE.text));
        if x > least.right() + 14.0 && x < most.left() - 14.0 {
            write(x, Align2::CENTER_TOP, &number(low));
        }
    }
    // Beside the numbers the unit would not stand whole in a narrow view.
    let title = (format!("{}, {}", layer.title, heard(&layer.unit)), Halo::plain());
    let doubt = layer.doubt.iter();
    let doubt =
        doubt.map(|doubt| (format!("{} {doubt}", icons::WARNING), Halo::strong().in_colour(PICTURE.warning)));
    let mut bottom = bar.top() - 4.0;
    for (words, look) in std::iter::once(title).chain(doubt) {
        for line in wrapped(painter, &words, &look, rect.width() / 2.0 - 24.0).iter().rev() {
            halo_text(painter, pos2(right, bottom), Align2::RIGHT_BOTTOM, line, &look, rect.width() - 20.0);
            bottom -= LINE_HEIGHT;
        }
    }
    rect.bottom() - bottom
}
