//! Frame, crosshair, orientation letters and scale bar.

use egui::{Align2, Painter, Pos2, Rect, Stroke, StrokeKind, pos2, vec2};

use super::Place;
use super::halo::{Halo, halo_line, halo_text};
use crate::ui::theme::{PICTURE, plane_colour, size};
use crate::ui::viewport::Shown;
use crate::view;

/// The crosshair stays this far from the edges, points.
const END: f32 = 26.0;
/// The crosshair stays this far from the cursor, points: what is looked at is never covered.
const GAP: f32 = 14.0;

/// Where the other planes cut this one, in their colours.
pub(super) fn crosshair(painter: &Painter, place: &Place, shown: &Shown) {
    let cursor = place.pos(view::crosshair(&shown.view, shown.cursor));
    let width = 1.0_f32.max((place.pixels_per_point).round() / place.pixels_per_point);
    for (plane, other) in &shown.others {
        let Some(ends) = view::crosshair_line(&shown.view, other) else { continue };
        let stroke = Stroke::new(width, plane_colour(*plane).gamma_multiply(0.8));
        let [a, b] = ends.map(|p| place.pos(p));
        let along = (b - a).normalized();
        // The ends belong to the orientation letters.
        let [a, b] = [a + along * END, b - along * END];
        // How far along the line the cursor lies; off screen there is no gap to leave.
        let at = (cursor - a).dot(along);
        let length = (b - a).length();
        let near = ((cursor - a) - along * at).length() < GAP;
        let crisp = |p: Pos2| painter.ctx().pixels_per_point_snap(p);
        if near && (-GAP..=length + GAP).contains(&at) {
            if at - GAP > 0.0 {
                painter.line_segment([crisp(a), crisp(a + along * (at - GAP))], stroke);
            }
            if at + GAP < length {
                painter.line_segment([crisp(a + along * (at + GAP)), crisp(b)], stroke);
            }
        } else {
            painter.line_segment([crisp(a), crisp(b)], stroke);
        }
        if shown.turnable {
            for handle in view::turn_handles(&shown.view, other, shown.cursor) {
                let at = place.pos(handle);
                painter.circle_filled(at, 5.0, PICTURE.halo);
                painter.circle_filled(at, 4.0, plane_colour(*plane));
            }
        }
    }
}

trait Snap {
    fn pixels_per_point_snap(&self, p: Pos2) -> Pos2;
}

impl Snap for egui::Context {
    /// To the middle of a physical pixel, so that a line of one pixel is one pixel wide.
    fn pixels_per_point_snap(&self, p: Pos2) -> Pos2 {
        let scale = self.pixels_per_point();
        let middle = |v: f32| ((v * scale).floor() + 0.5) / scale;
        pos2(middle(p.x), middle(p.y))
    }
}

/// The plane's colour along the top; all around where keys act.
pub(super) fn frame(painter: &Painter, rect: Rect, shown: &Shown) {
    let colour = shown.home.map_or(PICTURE.muted, plane_colour);
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
    painter.rect_filled(bar, 0.0, colour);
    if shown.focused {
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, colour.gamma_multiply(0.75)), StrokeKind::Inside);
    }
}

/// The directions at the four edges.
pub(super) fn letters(painter: &Painter, rect: Rect, shown: &Shown) {
    let [left, right, top, bottom] = &shown.view.letters;
    let look = Halo::strong().sized(14.0);
    let c = rect.center();
    for (text, at, anchor) in [
        (left, pos2(rect.left() + size::STEP, c.y), Align2::LEFT_CENTER),
        (right, pos2(rect.right() - size::STEP, c.y), Align2::RIGHT_CENTER),
        (top, pos2(c.x, rect.top() + size::STEP), Align2::CENTER_TOP),
        (bottom, pos2(c.x, rect.bottom() - size::STEP), Align2::CENTER_BOTTOM),
    ] {
        halo_text(painter, at, anchor, text, &look, rect.width() / 4.0);
    }
}

/// A round length at the lower left.
pub(super) fn scale_bar(painter: &Painter, place: &Place, shown: &Shown) {
    let bar = view::scale_bar(&shown.view, 0.25);
    length_line(painter, place, &bar, &bar.label);
}

/// The same with its length in millimetres, as print has it.
pub(super) fn scale_bar_in_mm(painter: &Painter, place: &Place, shown: &Shown) {
    let bar = view::scale_bar(&shown.view, 0.25);
    length_line(painter, place, &bar, &format!("{} mm", bar.length_mm));
}

/// Where the scale and its length stand.
pub(super) fn scale_rect(place: &Place, shown: &Shown) -> Rect {
    let bar = view::scale_bar(&shown.view, 0.25);
    let length = (bar.length_px as f32 / place.pixels_per_point).max(44.0);
    let corner = place.rect.left_bottom();
    Rect::from_min_max(corner + vec2(6.0, -40.0), corner + vec2(14.0 + length, 0.0))
}

fn length_line(painter: &Painter, place: &Place, bar: &view::ScaleBar, label: &str) {
    let rect = place.rect;
    let length = bar.length_px as f32 / place.pixels_per_point;
    let at = pos2(rect.left() + 10.0, rect.bottom() - 30.0);
    let tick = |x: f32, high: f32| vec![pos2(at.x + x, at.y - high), pos2(at.x + x, at.y)];
    let stroke = Stroke::new(1.25, PICTURE.text);
    halo_line(painter, vec![at, at + vec2(length, 0.0)], stroke);
    halo_line(painter, tick(0.0, 6.0), stroke);
    halo_line(painter, tick(length / 2.0, 4.0), stroke);
    halo_line(painter, tick(length, 6.0), stroke);
    halo_text(
        painter,
        pos2(at.x, rect.bottom() - size::STEP),
        Align2::LEFT_BOTTOM,
        label,
        &Halo::plain(),
        rect.width() / 3.0,
    );
}
