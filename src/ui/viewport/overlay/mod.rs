//! What lies over a slice: lines, letters, boxes, text. Plain painting, no input, no session.

mod block;
mod boxes;
mod colour_bar;
mod corners;
mod halo;
mod label_place;
mod layer_bar;
mod lines;
mod marks;
mod measurements;
mod outlines;
mod neighbourhood;
mod painted;
mod volume;

pub use boxes::region_line;
pub use colour_bar::number as bar_number;
pub use halo::{Halo, halo_text};
pub use painted::brush;
pub use volume::{crop_handles, paint_volume};

use egui::{Painter, Pos2, Rect};

use super::shown::Shown;
use crate::geometry::{Point, Viewport};
use crate::session::CornerText;

/// Physical pixels of a viewport to points of the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub rect: Rect,
    pub pixels_per_point: f32,
}

impl Place {
    pub fn pos(&self, p: Point<Viewport>) -> Pos2 {
        self.rect.min + egui::vec2(p.x as f32, p.y as f32) / self.pixels_per_point
    }

    /// The same on the middle of a physical pixel: thin straight lines stay thin.
    pub fn crisp(&self, p: Point<Viewport>) -> Pos2 {
        let middle = |v: f64| v.floor() + 0.5;
        self.pos(Point::new(middle(p.x), middle(p.y), p.z))
    }
}

/// Draws what of it belongs into a figure for print: boxes, the point, letters, the scale; their names stand in its
/// legend.
pub fn paint_figure(painter: &Painter, rect: Rect, shown: &Shown) {
    let painter = &painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let place = Place { rect, pixels_per_point: painter.pixels_per_point() };
    boxes::outlines(painter, &place, shown);
    marks::marks(painter, &place, shown);
    lines::letters(painter, rect, shown);
    lines::scale_bar_in_mm(painter, &place, shown);
}

/// Where words will stand, before they are written: lines do not run through them.
fn written(painter: &Painter, place: &Place, shown: &Shown) -> Vec<Rect> {
    let mut quiet = painter.clone();
    quiet.set_invisible();
    let rect = place.rect;
    let mut written = measurements::measurements(&quiet, place, shown);
    written.extend(boxes::labelled(&quiet, place, shown));
    written.push(colour_bar::taken(&quiet, rect, shown));
    written.push(marks::map_name(&quiet, rect, shown));
    written.push(lines::scale_rect(place, shown));
    let bar = colour_bar::colour_bar(&quiet, rect, shown);
    let lift = shown.layer.as_ref().map_or(bar, |layer| layer_bar::layer_bar(&quiet, rect, layer, bar));
    if lift > bar {
        written.push(layer_bar::taken(rect, [bar, lift]));
    }
    written.extend(match shown.text {
        CornerText::None => corners::bare(&quiet, rect, shown, lift),
        _ => corners::corners(&quiet, rect, shown, lift),
    });
    written
}

/// Draws everything that lies over the slice of `shown` into `rect` (points).
/// - returns: where warnings stand
pub fn paint(painter: &Painter, rect: Rect, shown: &Shown) -> Rect {
    let painter = &painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let place = Place { rect, pixels_per_point: painter.pixels_per_point() };
    outlines::outlines(painter, &place, shown);
    painted::painted(painter, &place, shown);
    let written = written(painter, &place, shown);
    lines::crosshair(painter, &place, shown, &written);
    boxes::crop_box(painter, &place, shown, &written);
    boxes::candidates(painter, &place, shown);
    boxes::outlines(painter, &place, shown);
    neighbourhood::dots(painter, &place, shown);
    marks::marks(painter, &place, shown);
    block::block(painter, &place, shown);
    measurements::measurements(painter, &place, shown);
    lines::frame(painter, rect, shown);
    lines::letters(painter, rect, shown);
    boxes::labels(painter, &place, shown);
    marks::map_name(painter, rect, shown);
    let lift = colour_bar::colour_bar(painter, rect, shown);
    let lift = match &shown.layer {
        Some(layer) => layer_bar::layer_bar(painter, rect, layer, lift),
        None => lift,
    };
    let [.., warnings] = match shown.text {
        CornerText::None => corners::bare(painter, rect, shown, lift),
        _ => corners::corners(painter, rect, shown, lift),
    };
    lines::scale_bar(painter, &place, shown);
    corners::loading(painter, rect, shown);
    warnings
}
