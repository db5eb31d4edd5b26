//! Frame, crosshair, orientation letters and scale bar.

use egui::{Align2, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::Place;
use super::halo::{Halo, halo_line, halo_text};
use crate::ui::theme::{PICTURE, plane_colour, size};
use crate::ui::viewport::Shown;
use crate::view;

/// The crosshair stays this far from the edges, points.
const END: f32 = 26.0;
/// The crosshair stays this far from the cursor, points: what is looked at is never covered.
const GAP: f32 = 14.0;
/// And this far from text, points.
const CLEAR: f32 = 4.0;

/// Where the other planes cut this one, in their colours.
/// - `written`: text that they stop before
pub(super) fn crosshair(painter: &Painter, place: &Place, shown: &Shown, written: &[Rect]) {
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
        let pieces = if near && (-GAP..=length + GAP).contains(&at) {
            vec![[0.0, at - GAP], [at + GAP, length]]
        } else {
            vec![[0.0, length]]
        };
        let hidden = written.iter().filter_map(|text| within(text.expand(CLEAR), a, along));
        for [from, to] in hidden.fold(pieces, without) {
            painter.line_segment([crisp(a + along * from), crisp(a + along * to)], stroke);
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

/// From where to where a line lies in a rectangle, as distances along it; `None` where it passes it by.
fn within(rect: Rect, start: Pos2, along: Vec2) -> Option<[f32; 2]> {
    if !rect.is_positive() {
        return None;
    }
    let mut ends = [f32::NEG_INFINITY, f32::INFINITY];
    for (start, along, low, high) in
        [(start.x, along.x, rect.left(), rect.right()), (start.y, along.y, rect.top(), rect.bottom())]
    {
        if along.abs() < 1e-6 {
            if start < low || start > high {
                return None;
            }
            continue;
        }
        let (a, b) = ((low - start) / along, (high - start) / along);
        ends = [ends[0].max(a.min(b)), ends[1].min(a.max(b))];
    }
    (ends[0] < ends[1]).then_some(ends)
}

/// Pieces of a line without what lies between two places.
fn without(pieces: Vec<[f32; 2]>, [from, to]: [f32; 2]) -> Vec<[f32; 2]> {
    let parts = pieces.into_iter().flat_map(|[a, b]| [[a, b.min(from)], [a.max(to), b]]);
    parts.filter(|[a, b]| b - a > 0.5).collect()
}

/// A line as far as it does not run through text.
pub(super) fn apart(from: Pos2, to: Pos2, written: &[Rect]) -> Vec<[Pos2; 2]> {
    let along = (to - from).normalized();
    let hidden = written.iter().filter_map(|text| within(text.expand(CLEAR), from, along));
    let pieces = hidden.fold(vec![[0.0, from.distance(to)]], without);
    pieces.into_iter().map(|ends| ends.map(|at| from + along * at)).collect()
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

/// Where [`letters`] writes: left, right, top, bottom.
pub(super) fn letter_places(rect: Rect) -> [Rect; 4] {
    let box_at = |at: Pos2| Rect::from_center_size(at, vec2(26.0, 26.0));
    let (c, away) = (rect.center(), size::STEP + 8.0);
    [
        box_at(pos2(rect.left() + away, c.y)),
        box_at(pos2(rect.right() - away, c.y)),
        box_at(pos2(c.x, rect.top() + away)),
        box_at(pos2(c.x, rect.bottom() - away)),
    ]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stops_before_text_and_goes_on_behind_it() {
        let text = Rect::from_min_max(pos2(20.0, 10.0), pos2(60.0, 40.0));
        let (start, along) = (pos2(0.0, 30.0), vec2(1.0, 0.0));
        let hidden = within(text, start, along).expect("it runs through");
        assert_eq!(without(vec![[0.0, 100.0]], hidden), [[0.0, 20.0], [60.0, 100.0]]);
        // The gap around the cursor and the text may overlap.
        assert_eq!(without(vec![[0.0, 30.0], [58.0, 100.0]], hidden), [[0.0, 20.0], [60.0, 100.0]]);
        assert_eq!(within(text, pos2(0.0, 41.0), along), None);
        // A slanted line lies in it from the lower edge on.
        let slanted = vec2(0.6, -0.8);
        let [from, to] = within(text, pos2(20.0, 56.0), slanted).expect("it runs through");
        assert!((from - 20.0).abs() < 1e-3 && (to - 57.5).abs() < 1e-3, "{from} {to}");
        assert_eq!(within(Rect::NOTHING, start, along), None);
    }
}
