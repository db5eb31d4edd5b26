//! Outlines of what the network read where the slice cuts them, and their labels.
//!
//! Each box of a network has its own colour and its own line: solid, dashed, dotted.

use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::halo::{Halo, halo_text};
use super::{Place, colour_bar, lines};
use crate::inference::{Region, RegionName};
use crate::language::named;
use crate::ui::theme::{PICTURE, region_colour, size};
use crate::ui::viewport::Shown;
use crate::ui::words;
use crate::view;

const LINE: f32 = 1.75;
const LABEL_HEIGHT: f32 = 15.0;
/// In narrower pictures names may be left out.
const SMALL: f32 = 220.0;
/// What a letter at the edge takes.
const LETTER: f32 = 18.0;

/// Draws a closed path in the line of a region, each stroke with a dark edge.
pub fn region_line(painter: &Painter, mut path: Vec<Pos2>, name: RegionName, width: f32) {
    let Some(first) = path.first().copied() else { return };
    path.push(first);
    region_edge(painter, &path, name, width);
}

/// The same of a path that is not closed.
pub(super) fn region_edge(painter: &Painter, path: &[Pos2], name: RegionName, width: f32) {
    let stroke = Stroke::new(width, region_colour(name));
    let edge = Stroke::new(width + 2.0, PICTURE.halo.gamma_multiply(0.8));
    let (dash, gap) = match name {
        RegionName::Micro
        | RegionName::Window
        | RegionName::Axial
        | RegionName::Current
        | RegionName::Slice => {
            painter.add(Shape::line(path.to_vec(), edge));
            painter.add(Shape::line(path.to_vec(), stroke));
            return;
        }
        RegionName::Meso | RegionName::Coronal | RegionName::Prior => (7.0, 5.0),
        RegionName::Macro => (2.0, 3.5),
    };
    painter.extend(Shape::dashed_line(path, edge, dash, gap));
    painter.extend(Shape::dashed_line(path, stroke, dash, gap));
}

fn polygon(place: &Place, shown: &Shown, region: &Region) -> Vec<Pos2> {
    view::outline(&region.corners, &shown.view).into_iter().map(|p| place.crisp(p)).collect()
}

/// Draws the outlines, large to small.
pub(super) fn outlines(painter: &Painter, place: &Place, shown: &Shown) {
    for region in shown.boxes.iter().rev() {
        let path = polygon(place, shown, region);
        if path.is_empty() {
            continue;
        }
        region_line(painter, path, region.name, LINE);
    }
}

/// Where the slice cuts the crop box of the 3D view: a thin line.
/// - `written`: text that it stops before
pub(super) fn crop_box(painter: &Painter, place: &Place, shown: &Shown, written: &[Rect]) {
    let Some(corners) = &shown.crop_box else { return };
    let mut path: Vec<Pos2> =
        view::outline(corners, &shown.view).into_iter().map(|p| place.crisp(p)).collect();
    path.extend(path.first().copied());
    for ends in path.windows(2).flat_map(|ends| lines::apart(ends[0], ends[1], written)) {
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, PICTURE.muted), 4.0, 4.0));
    }
}

/// Thin boxes around the candidates of a slice scan, each with its number.
pub(super) fn candidates(painter: &Painter, place: &Place, shown: &Shown) {
    let colour = PICTURE.candidate;
    for candidate in &shown.candidates {
        let path = view::outline(&candidate.corners, &shown.view);
        let mut path: Vec<Pos2> = path.into_iter().map(|p| place.crisp(p)).collect();
        let Some(first) = path.first().copied() else { continue };
        let corner = Rect::from_points(&path).left_bottom();
        path.push(first);
        painter.add(Shape::line(path.clone(), Stroke::new(3.0, PICTURE.halo.gamma_multiply(0.8))));
        painter.add(Shape::line(path, Stroke::new(1.0, colour)));
        let look = Halo::strong().in_colour(colour);
        halo_text(painter, corner + vec2(1.0, 1.0), Align2::LEFT_TOP, &candidate.label, &look, 60.0);
    }
}

/// Names beside the boxes.
struct Labels {
    lines: Vec<(RegionName, String)>,
    /// Corner of the first line.
    at: Pos2,
    anchor: Align2,
    room: f32,
}

/// Names beside the boxes: with sizes where there is room for them, else with what was moved or padded, else the
/// names alone. The answer and the crops tell all of it in any case.
pub(super) fn labels(painter: &Painter, place: &Place, shown: &Shown) {
    let Some(Labels { lines, mut at, anchor, room }) = arranged(painter, place, shown) else { return };
    for (name, text) in &lines {
        let look = Halo::strong().in_colour(region_colour(*name));
        halo_text(painter, at, anchor, text, &look, room);
        at.y += LABEL_HEIGHT;
    }
}

/// Where [`labels`] writes.
pub(super) fn labelled(painter: &Painter, place: &Place, shown: &Shown) -> Option<Rect> {
    let Labels { lines, at, anchor, .. } = arranged(painter, place, shown)?;
    let width = lines.iter().map(|(_, text)| text_width(painter, text)).fold(0.0, f32::max);
    Some(anchor.anchor_size(at, vec2(width, LABEL_HEIGHT * lines.len() as f32)))
}

fn arranged(painter: &Painter, place: &Place, shown: &Shown) -> Option<Labels> {
    let right_edge = place.rect.right();
    let mut around = Rect::NOTHING;
    let mut lines: Vec<(RegionName, [String; 3])> = Vec::new();
    for region in &shown.boxes {
        let path = polygon(place, shown, region);
        if path.is_empty() {
            continue;
        }
        around = around.union(Rect::from_points(&path));
        let moved = words::box_moved(region);
        let moved = if moved.is_empty() { moved } else { format!(", {moved}") };
        let name = named("region", region.name.name());
        let facts = format!("{}, {}", words::box_voxels(region), words::box_mm(region));
        lines.push((
            region.name,
            [format!("{name} {facts}{moved}"), format!("{name}{moved}"), name.to_owned()],
        ));
    }
    if lines.is_empty() || !place.rect.intersects(around) {
        return None;
    }
    let widest = |n: usize| {
        let widths = lines.iter().filter_map(|(_, texts)| Some(text_width(painter, texts.get(n)?)));
        widths.fold(0.0, f32::max)
    };
    let [long, short, bare] = [0, 1, 2].map(widest);
    let room_right = right_edge - around.right() - 2.0 * size::STEP;
    let room_left = around.left() - place.rect.left() - 2.0 * size::STEP;
    // Beside them stand the letters at the edges: in a small picture the lines themselves tell which is which, as they
    // do in the large one that names them.
    if place.rect.width() < SMALL && room_right.max(room_left) < bare + LETTER {
        return None;
    }
    // Long labels only where they leave most of the picture free; what they leave out stands at the crops.
    let roomy = place.rect.width() >= 2.4 * long;
    let (form, right) = if roomy && room_right >= long {
        (0, true)
    } else if roomy && room_left >= long {
        (0, false)
    } else if room_right.max(room_left) >= short {
        (1, room_right >= short)
    } else {
        (2, room_right >= bare || room_right >= room_left)
    };
    let short = if form == 2 { bare } else { short };
    let (x, anchor, room) = if right {
        (
            (around.right() + size::HALF).min(right_edge - size::STEP - short.min(room_right.max(short))),
            Align2::LEFT_TOP,
            room_right,
        )
    } else {
        (
            (around.left() - size::HALF).max(place.rect.left() + size::STEP + short),
            Align2::RIGHT_TOP,
            room_left,
        )
    };
    let width = if form == 0 { long } else { short };
    let across = if right { x..=x + width } else { x - width..=x };
    let bar = colour_bar::taken(painter, place.rect, shown);
    let over_bar = if *across.end() > bar.left() { bar.top() - 2.0 } else { f32::INFINITY };
    let height = LABEL_HEIGHT * lines.len() as f32;
    let bottom = (place.rect.bottom() - 48.0).min(over_bar) - height;
    // Three lines of corner text stand above.
    let under_corners = place.rect.top() + 60.0;
    let wanted = (around.top() - 2.0).clamp(under_corners, bottom.max(under_corners));
    // Off the letter at the edge, where a box reaches it.
    let covers =
        |y: f32, letter: &Rect| letter.intersects(Rect::from_x_y_ranges(across.clone(), y..=y + height));
    // Their places have room around them.
    let letters = lines::letter_places(place.rect).map(|letter| letter.shrink2(vec2(6.0, 3.0)));
    let y = letters.iter().find(|letter| covers(wanted, letter)).map_or(wanted, |letter| {
        let [above, below] = [letter.top() - height, letter.bottom()];
        if above >= under_corners {
            above
        } else if below <= bottom {
            below
        } else {
            wanted
        }
    });
    let lines = lines
        .into_iter()
        .map(|(name, mut texts)| (name, texts.get_mut(form).map(std::mem::take).unwrap_or_default()));
    let room = room.max(if form == 0 { long } else { short });
    Some(Labels { lines: lines.collect(), at: pos2(x, y), anchor, room })
}

fn text_width(painter: &Painter, text: &str) -> f32 {
    painter.layout_no_wrap(text.to_owned(), Halo::strong().font, PICTURE.text).size().x
}
