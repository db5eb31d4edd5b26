//! Rings around marked points that lie in or near the slice.

use egui::{Align2, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::Place;
use super::halo::{Halo, halo_text, wrapped};
use crate::ui::theme::PICTURE;
use crate::ui::viewport::{Mark, Shown};
use crate::view;

const RADIUS: f32 = 7.0;

/// Those that lie in or near the slice, and where.
fn near<'a>(place: &Place, shown: &'a Shown) -> impl Iterator<Item = (&'a Mark, Pos2)> {
    let depth_mm = shown.view.mark_depth_mm();
    let place = *place;
    shown.marks.iter().filter_map(move |mark| {
        let at = view::crosshair(&shown.view, mark.at);
        (at.z.abs() <= depth_mm).then(|| (mark, place.pos(at)))
    })
}

/// What the rings take of the picture, with the tissue that they are about.
pub(super) fn places(place: &Place, shown: &Shown) -> Vec<Rect> {
    near(place, shown).map(|(_, at)| Rect::from_center_size(at, vec2(1.0, 1.0) * (3.0 * RADIUS))).collect()
}

/// Draws the rings.
pub(super) fn marks(painter: &Painter, place: &Place, shown: &Shown) {
    for (mark, centre) in near(place, shown) {
        let colour = if mark.selected { PICTURE.mark_selected } else { PICTURE.mark };
        // Where boxes stand around the point the ring is only a handle, and the tissue matters more.
        if mark.selected && !shown.boxes.is_empty() {
            painter.circle_stroke(centre, RADIUS, Stroke::new(1.0, colour.gamma_multiply(0.7)));
        } else {
            painter.circle_stroke(centre, RADIUS, Stroke::new(3.5, PICTURE.halo.gamma_multiply(0.7)));
            painter.circle_stroke(centre, RADIUS, Stroke::new(1.5, colour));
        }
        if !mark.label.is_empty() {
            let look = Halo::strong().in_colour(colour);
            halo_text(painter, centre + vec2(RADIUS, -RADIUS), Align2::LEFT_BOTTOM, &mark.label, &look, 40.0);
        }
    }
}

/// The name of the map, under the letter of the upper edge; in a narrow viewport under the corners' text, too.
/// - returns: what it covers
pub(super) fn map_name(painter: &Painter, rect: Rect, shown: &Shown) -> Rect {
    let Some(name) = &shown.map_name else { return Rect::NOTHING };
    let under = if rect.width() < 520.0 { 62.0 } else { 30.0 };
    let mut at = pos2(rect.center().x, rect.top() + under);
    let look = Halo::strong().sized(14.0);
    let mut covered = Rect::NOTHING;
    for line in wrapped(painter, name, &look, rect.width() * 0.6) {
        covered = covered.union(halo_text(painter, at, Align2::CENTER_TOP, &line, &look, rect.width()));
        at.y += 18.0;
    }
    covered
}
