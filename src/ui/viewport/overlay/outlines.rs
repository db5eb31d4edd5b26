//! Outlines of what others drew.

use egui::{Color32, Painter, Pos2, Rect, Stroke};

use super::Place;
use super::halo::halo_line;
use crate::ui::theme::PICTURE;
use crate::ui::viewport::Shown;

/// Thin enough to leave the tissue free that it runs through.
const WIDTH: f32 = 1.5;

/// Draws them, the first of the list last: it is the one that nothing covers.
pub(super) fn outlines(painter: &Painter, place: &Place, shown: &Shown) {
    for mark in shown.outlines.iter().rev() {
        let [r, g, b] = mark.colour;
        let stroke = Stroke::new(WIDTH, Color32::from_rgb(r, g, b));
        for line in mark.lines.iter() {
            let mut points: Vec<Pos2> =
                line.points.iter().map(|p| place.pos(&shown.view.viewport_from_patient * *p)).collect();
            if !Rect::from_points(&points).expand(4.0).intersects(place.rect) {
                continue;
            }
            if let [point] = points.as_slice() {
                painter.circle_filled(*point, 4.0, PICTURE.halo);
                painter.circle_filled(*point, 2.5, stroke.color);
                continue;
            }
            if line.closed {
                points.extend(points.first().copied());
            }
            halo_line(painter, points, stroke);
        }
    }
}
