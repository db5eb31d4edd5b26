//! The block of tissue that is left out of a question, and what that does to the answer: white, as no box of a network is.

use egui::{Align2, Painter, Rect, Shape, Stroke, vec2};

use super::Place;
use super::halo::{Halo, halo_text};
use crate::ui::theme::PICTURE;
use crate::ui::viewport::Shown;
use crate::view;

/// Draws it where the slice cuts it; its words stand below it in the view that the pointer is over.
pub(super) fn block(painter: &Painter, place: &Place, shown: &Shown) {
    let Some(block) = &shown.block else { return };
    let path = view::outline(&block.corners, &shown.view);
    let mut path: Vec<_> = path.into_iter().map(|p| place.crisp(p)).collect();
    let Some(first) = path.first().copied() else { return };
    let around = Rect::from_points(&path);
    path.push(first);
    let fill = PICTURE.text.gamma_multiply(0.14);
    painter.rect_filled(around, 0.0, fill);
    painter.add(Shape::line(path.clone(), Stroke::new(3.5, PICTURE.halo.gamma_multiply(0.8))));
    painter.add(Shape::line(path, Stroke::new(1.5, PICTURE.text)));
    let Some(label) = &block.label else { return };
    let look = Halo::strong().in_colour(if block.current { PICTURE.text } else { PICTURE.muted });
    let size = painter.layout_no_wrap(label.clone(), look.font.clone(), look.colour).size();
    // Below it, where there is room, else above.
    let below = Align2::CENTER_TOP.anchor_size(around.center_bottom() + vec2(0.0, 5.0), size);
    let above = Align2::CENTER_BOTTOM.anchor_size(around.center_top() - vec2(0.0, 5.0), size);
    let at = if place.rect.contains_rect(below) { below } else { above };
    halo_text(painter, at.min, Align2::LEFT_TOP, label, &look, 260.0);
}
