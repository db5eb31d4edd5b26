//! What the network says of the places around a point: a dot for each that lies in or near the slice.

use egui::{Align2, Painter, Stroke, vec2};

use super::Place;
use super::halo::{Halo, halo_text};
use crate::ui::theme::PICTURE;
use crate::ui::viewport::{Shown, heat_colour};
use crate::view;

/// Radius of a dot as a share of the way to the next, and its limits, points.
const SHARE: f32 = 0.22;
const SMALLEST: f32 = 2.0;
const LARGEST: f32 = 7.0;
/// From here on there is room for numbers between the dots, points.
const ROOM: f32 = 44.0;

/// Draws the dots: blue below one half, orange above.
pub(super) fn dots(painter: &Painter, place: &Place, shown: &Shown) {
    for dot in &shown.probabilities {
        let at = view::crosshair(&shown.view, dot.at);
        if at.z.abs() > dot.step_mm / 2.0 {
            continue;
        }
        let apart = (dot.step_mm / shown.view.mm_per_px) as f32 / place.pixels_per_point;
        let radius = (apart * SHARE).clamp(SMALLEST, LARGEST);
        let centre = place.pos(at);
        let colour = heat_colour((dot.probability * 2.0 - 1.0) as f32, true);
        painter.circle_filled(centre, radius + 1.0, PICTURE.halo);
        painter.circle_filled(centre, radius, colour);
        // The middle of the colours is dark: an edge keeps it apart from dark tissue.
        painter.circle_stroke(centre, radius, Stroke::new(0.75, PICTURE.muted));
        if apart >= ROOM {
            let at = centre + vec2(0.0, radius + 2.0);
            halo_text(
                painter,
                at,
                Align2::CENTER_TOP,
                &format!("{:.2}", dot.probability),
                &Halo::plain(),
                40.0,
            );
        }
    }
}
