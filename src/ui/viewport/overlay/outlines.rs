//! Outlines of what others drew.

use egui::{Painter, Pos2, Rect, Stroke};

use super::Place;
use super::halo::halo_line;
use crate::ui::theme::{PICTURE, from_unit};
use crate::ui::viewport::Shown;

/// Thin enough to leave the tissue free that it runs through.
const WIDTH: f32 = 1.5;

/// Draws them, the first of the list last: it is the one that nothing covers.
pub(super) fn outlines(painter: &Painter, place: &Place, shown: &Shown) {
    for mark in shown.outlines.iter().rev() {
        let stroke = Stroke::new(WIDTH, from_unit(mark.colour.map(|c| f64::from(c) / 255.0)));
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
