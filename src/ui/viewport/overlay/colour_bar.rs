//! The colours of the heatmap with their numbers.

use egui::{Align2, Color32, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::halo::{Halo, halo_line, halo_text};
use crate::render::HeatmapLook;
use crate::ui::theme::PICTURE;
use crate::ui::words;

const WIDTH: f32 = 8.0;

/// The name of a method as people know it.
fn method_label(method: &str) -> &str {
    match method {
        "grad_cam" => "Grad-CAM",
        other => other,
    }
}

/// Draws the bar at the right edge and returns where it begins.
pub(super) fn colour_bar(painter: &Painter, rect: Rect, look: &HeatmapLook) -> f32 {
    let height = (rect.height() * 0.34).clamp(60.0, 180.0);
    let top = rect.top() + 68.0;
    if top + height + 40.0 > rect.bottom() {
        return rect.right();
    }
    let bar = Rect::from_min_size(pos2(rect.right() - 10.0 - WIDTH, top), vec2(WIDTH, height));
    let map = &look.saliency;
    let low = if map.signed { -1.0 } else { 0.0 };
    let share_at = |t: f32| 1.0 - t * (1.0 - low);
    const STEPS: usize = 48;
    let mut mesh = Mesh::default();
    for n in 0..=STEPS {
        let t = n as f32 / STEPS as f32;
        let share = share_at(t);
        // Under the threshold nothing is drawn on the picture either.
        let colour = if share.abs() < look.threshold {
            PICTURE.ground
        } else {
            super::super::heat::heat_colour(share, map.signed)
        };
        let y = bar.top() + t * bar.height();
        mesh.colored_vertex(pos2(bar.left(), y), colour);
        mesh.colored_vertex(pos2(bar.right(), y), colour);
        if n > 0 {
            let at = 2 * n as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.rect_filled(bar.expand(1.0), 0.0, PICTURE.halo);
    painter.add(Shape::mesh(mesh));
    let edge: Color32 = PICTURE.muted.gamma_multiply(0.8);
    painter.rect_stroke(bar.expand(0.5), 0.0, Stroke::new(1.0, edge), StrokeKind::Outside);

    let max = f64::from(map.max());
    let number = |share: f32| words::trimmed(f64::from(share) * max, if max >= 10.0 { 0 } else { 2 });
    let write = |y: f32, text: &str| {
        halo_text(painter, pos2(bar.left() - 5.0, y), Align2::RIGHT_CENTER, text, &Halo::plain(), 80.0);
    };
    write(bar.top() + 2.0, &number(1.0));
    if map.signed {
        write(bar.bottom() - 2.0, &number(-1.0));
    }
    let y = bar.top() + (1.0 - look.threshold) / (1.0 - low) * bar.height();
    if look.threshold > 0.0 && y > bar.top() + 16.0 {
        halo_line(
            painter,
            vec![pos2(bar.left() - 3.0, y), pos2(bar.right() + 1.0, y)],
            Stroke::new(1.0, PICTURE.text),
        );
        write(y.min(bar.bottom() - 2.0), &number(look.threshold));
    }
    let scale = map.scale.map_or("combined", |s| s.name());
    let muted = Halo::plain();
    let below = |n: f32, text: &str| {
        halo_text(
            painter,
            pos2(rect.right() - 10.0, bar.bottom() + 6.0 + n * 15.0),
            Align2::RIGHT_TOP,
            text,
            &muted,
            140.0,
        );
    };
    below(0.0, &format!("{}, {scale}", method_label(map.method)));
    below(1.0, map.unit);
    bar.left() - 44.0
}
