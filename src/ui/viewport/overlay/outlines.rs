//! Outlines of segments and of what others drew.

use egui::{Color32, Mesh, Painter, Pos2, Rect, Stroke, pos2};

use super::Place;
use super::halo::halo_line;
use crate::ui::theme::{PICTURE, from_unit};
use crate::ui::viewport::Shown;

/// Thin enough to leave the tissue free that it runs through.
const WIDTH: f32 = 1.5;
/// Opacity of what is filled: the tissue under it can still be read.
const FILL: f32 = 0.22;

/// Draws them, the first of the list last: it is the one that nothing covers.
pub(super) fn outlines(painter: &Painter, place: &Place, shown: &Shown) {
    for mark in shown.outlines.iter().rev() {
        let colour = from_unit(mark.colour.map(|c| f64::from(c) / 255.0));
        let stroke = Stroke::new(WIDTH, colour);
        let mut rings = Vec::new();
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
            rings.push(points);
        }
        if mark.filled {
            painter.add(filled(&rings, place, colour.gamma_multiply(FILL)));
        }
        for points in rings {
            halo_line(painter, points, stroke);
        }
    }
}

/// What closed lines enclose, a ring within a ring being a hole: a strip for each row of physical pixels.
fn filled(rings: &[Vec<Pos2>], place: &Place, colour: Color32) -> Mesh {
    let row = 1.0 / place.pixels_per_point;
    let (top, rows) = (place.rect.top(), (place.rect.height() / row).ceil().max(0.0) as usize);
    // Where each row's middle is crossed.
    let mut crossed: Vec<Vec<f32>> = vec![Vec::new(); rows];
    for [a, b] in rings.iter().flat_map(|ring| ring.windows(2)).filter_map(|side| side.first_chunk()) {
        let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
        let at = |y: f32| ((y - top) / row - 0.5).ceil().max(0.0) as usize;
        for (n, row_of) in crossed.iter_mut().enumerate().take(at(high.y)).skip(at(low.y)) {
            let y = top + (n as f32 + 0.5) * row;
            row_of.push(low.x + (high.x - low.x) * (y - low.y) / (high.y - low.y));
        }
    }
    let mut mesh = Mesh::default();
    for (n, xs) in crossed.iter_mut().enumerate() {
        xs.sort_by(f32::total_cmp);
        let y = top + n as f32 * row;
        for pair in xs.chunks_exact(2) {
            if let [from, to] = pair {
                mesh.add_colored_rect(Rect::from_min_max(pos2(*from, y), pos2(*to, y + row)), colour);
            }
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_in_a_ring_is_a_hole_and_what_lies_outside_of_the_picture_is_left_out() {
        let place =
            Place { rect: Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 100.0)), pixels_per_point: 1.0 };
        let square = |low: f32, high: f32| {
            [(low, low), (high, low), (high, high), (low, high), (low, low)].map(Pos2::from).to_vec()
        };
        let mesh = filled(&[square(10.0, 60.0), square(20.0, 30.0)], &place, Color32::WHITE);
        let area: f32 = mesh
            .vertices
            .chunks_exact(4)
            .map(|corners| {
                let rect = Rect::from_points(&corners.iter().map(|v| v.pos).collect::<Vec<_>>());
                rect.area()
            })
            .sum();
        // Rows of a pixel fit both squares.
        assert!((area - (2500.0 - 100.0)).abs() < 0.1, "{area}");
        let beyond = filled(&[square(-50.0, 150.0)], &place, Color32::WHITE);
        assert_eq!(beyond.vertices.len(), 4 * 100);
        assert!(filled(&[square(200.0, 300.0)], &place, Color32::WHITE).is_empty());
    }
}
