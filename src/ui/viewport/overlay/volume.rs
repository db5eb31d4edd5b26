//! What lies over the 3D view: context boxes, the cursor and marks as wires, letters, words.

use egui::{Align2, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::boxes::region_edge;
use super::halo::{Halo, halo_text, wrapped};
use super::label_place::{self, Wanted};
use super::{Place, colour_bar, corners, lines};
use crate::geometry::{Patient, Point, Vector};
use crate::inference::RegionName;
use crate::language::{heard, named};
use crate::say;
use crate::session::{CornerText, VolumeView};
use crate::ui::theme::{PICTURE, from_unit, region_colour, size};
use crate::ui::viewport::{Behind, MeasurementMark, Shown, cut_words};
use crate::ui::words;
use crate::view::CropHandle;
use crate::volume::{Part, VolumePreset};

/// Corner pairs of the edges of a box, as of [`crate::inference::Region::corners`].
const EDGES: [[usize; 2]; 12] =
    [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]];

/// Opacity of wires, and of what lies behind tissue.
const WIRE: f32 = 0.6;
const FAINT: f32 = 0.45;
/// How near the pointer must be to a handle, points.
const HANDLE_NEAR: f32 = 9.0;

/// Lines below its place at which a box's name may stand.
const MOST_BELOW: usize = 12;

/// Half the length of the cursor's three lines, mm.
const ARM_MM: f64 = 14.0;
/// And at most this share of the picture.
const ARM_SHARE: f64 = 0.08;

/// Draws everything that lies over the 3D view into `rect` (points).
///
/// Marks and measurements that lie behind tissue are drawn faintly, as a whole: each is asked about at one place.
/// Outlines of segments and structures are wires over the picture, whatever lies before them.
pub fn paint_volume(painter: &Painter, rect: Rect, shown: &Shown, behind: &Behind, look: &VolumeView) {
    let painter = &painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let place = Place { rect, pixels_per_point: painter.pixels_per_point() };
    wires(painter, &place, shown);
    let mut quiet = painter.clone();
    quiet.set_invisible();
    // Its wires do not run through words, whose place is known before they are written.
    let words = if shown.text == CornerText::None { Rect::NOTHING } else { said(&quiet, rect, shown, look) };
    crop_box(painter, &place, shown, &[words]);
    cursor(painter, &place, shown);
    boxes(painter, &place, shown, words);
    measurements(painter, &place, shown, behind, words);
    marks(painter, &place, shown, behind);
    lines::frame(painter, rect, shown);
    lines::letters(painter, rect, shown);
    colour_bar::colour_bar(painter, rect, shown);
    lines::scale_bar(painter, &place, shown);
    if shown.text != CornerText::None {
        said(painter, rect, shown, look);
    }
    corners::loading(painter, rect, shown);
    if !shown.volume.is_complete() && shown.volume.slices_filled() > 0 {
        let muted = Halo::plain().in_colour(PICTURE.muted).sized(size::BODY);
        let at = rect.center() + vec2(0.0, 24.0);
        halo_text(painter, at, Align2::CENTER_TOP, say!("volume-waiting"), &muted, rect.width() - 24.0);
    }
}

/// Where a place is seen, and how far behind the middle it lies, mm.
fn seen(place: &Place, shown: &Shown, at: Point<Patient>) -> (Pos2, f64) {
    let p = &shown.view.viewport_from_patient * at;
    (place.pos(p), p.z)
}

/// Three short lines along the patient's axes.
fn cursor(painter: &Painter, place: &Place, shown: &Shown) {
    // Close by it would cover what lies there.
    let seen_mm = shown.view.mm_per_px * f64::from(shown.view.size_px[0].min(shown.view.size_px[1]));
    let arm = ARM_MM.min(seen_mm * ARM_SHARE);
    for axis in [Vector::new(arm, 0.0, 0.0), Vector::new(0.0, arm, 0.0), Vector::new(0.0, 0.0, arm)] {
        let ends = [shown.cursor - axis, shown.cursor + axis].map(|at| seen(place, shown, at).0);
        painter.line_segment(ends, Stroke::new(3.0, PICTURE.halo.gamma_multiply(0.6)));
        painter.line_segment(ends, Stroke::new(1.25, PICTURE.text));
    }
}

/// Wires, those that meet in the farthest corner faint, with their names: below each other at the uppermost corner, the
/// largest box's first; or, where that lies outside the picture, each at the uppermost of its own wires that is seen.
/// - `written`: words that stay free of names
fn boxes(painter: &Painter, place: &Place, shown: &Shown, written: Rect) {
    let mut top: Option<Pos2> = None;
    let height = size::SMALL + 4.0;
    // Under the menu.
    let room = place.rect.with_min_y(place.rect.top() + 36.0).shrink2(vec2(1.0, 4.0));
    let mut seen_at: Vec<(RegionName, Option<Pos2>)> = Vec::new();
    for region in shown.boxes.iter().rev() {
        let corners = region.corners.map(|corner| seen(place, shown, corner));
        let farthest = (0..8).max_by(|a, b| corners[*a].1.total_cmp(&corners[*b].1)).unwrap_or(0);
        let colour = region_colour(region.name);
        for [a, b] in EDGES {
            let behind = a == farthest || b == farthest;
            let ends = [corners[a].0, corners[b].0];
            if behind {
                painter.line_segment(ends, Stroke::new(1.0, colour.gamma_multiply(0.45)));
            } else {
                region_edge(painter, &ends, region.name, 1.5);
            }
        }
        let wires = EDGES.iter().flat_map(|[a, b]| along(corners[*a].0, corners[*b].0));
        let in_sight = wires.filter(|at| room.contains(*at - vec2(0.0, height)) && room.contains(*at));
        seen_at.push((region.name, in_sight.min_by(|a, b| a.y.total_cmp(&b.y))));
        let own = corners.iter().map(|c| c.0).min_by(|a, b| a.y.total_cmp(&b.y));
        top = own.into_iter().chain(top).min_by(|a, b| a.y.total_cmp(&b.y));
    }
    let Some(top) = top else { return };
    if !room.contains(top - vec2(0.0, 3.0 + height * shown.boxes.len() as f32)) || !room.contains(top) {
        let mut taken = vec![written];
        for (name, at) in seen_at {
            let Some(at) = at else { continue };
            let look = Halo::strong().in_colour(region_colour(name));
            let words = named("region", name.name());
            let size = painter.layout_no_wrap(words.to_owned(), look.font.clone(), look.colour).size();
            let half = size.x / 2.0 + 4.0;
            let x = at.x.clamp(room.left() + half, (room.right() - half).max(room.left() + half));
            // Names of boxes that end at one place stand below each other.
            let places = (0..MOST_BELOW).map(|n| pos2(x, at.y - 3.0 + height * n as f32));
            let covers = |at: &Pos2| Align2::CENTER_BOTTOM.anchor_size(*at, size);
            let free = |at: &Pos2| taken.iter().all(|other| !other.intersects(covers(at)));
            let at = places.clone().find(free).unwrap_or(pos2(x, at.y - 3.0));
            taken.push(halo_text(painter, at, Align2::CENTER_BOTTOM, words, &look, 160.0));
        }
        return;
    }
    for (n, region) in shown.boxes.iter().enumerate() {
        let look = Halo::strong().in_colour(region_colour(region.name));
        let at = top - vec2(0.0, 3.0 + height * n as f32);
        halo_text(painter, at, Align2::CENTER_BOTTOM, named("region", region.name.name()), &look, 160.0);
    }
}

/// Places on a wire, from end to end.
fn along(from: Pos2, to: Pos2) -> impl Iterator<Item = Pos2> {
    const PARTS: usize = 24;
    (0..=PARTS).map(move |n| from.lerp(to, n as f32 / PARTS as f32))
}

/// Outlines in some slices, one above the other.
fn wires(painter: &Painter, place: &Place, shown: &Shown) {
    for mark in &shown.outlines {
        let colour = from_unit(mark.colour.map(|c| f64::from(c) / 255.0)).gamma_multiply(WIRE);
        for line in mark.lines.iter() {
            let mut points: Vec<Pos2> = line.points.iter().map(|p| seen(place, shown, *p).0).collect();
            points.extend(points.first().copied().filter(|_| line.closed));
            painter.line(points, Stroke::new(1.0, colour));
        }
    }
}

/// The crop box: thin wires.
/// - `written`: text that they stop before
fn crop_box(painter: &Painter, place: &Place, shown: &Shown, written: &[Rect]) {
    let Some(corners) = &shown.crop_box else { return };
    let corners = corners.map(|corner| seen(place, shown, corner).0);
    for [a, b] in EDGES {
        for ends in lines::apart(corners[a], corners[b], written) {
            painter.line_segment(ends, Stroke::new(3.0, PICTURE.halo.gamma_multiply(0.5)));
            painter.line_segment(ends, Stroke::new(1.0, PICTURE.muted));
        }
    }
}

/// What the faces of the crop box are taken hold of by.
/// - `pointer`: the one under it is larger
pub fn crop_handles(painter: &Painter, rect: Rect, handles: &[CropHandle], pointer: Option<Pos2>) {
    let painter = &painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let place = Place { rect, pixels_per_point: painter.pixels_per_point() };
    for handle in handles {
        let at = place.pos(handle.at);
        let near = pointer.is_some_and(|p| p.distance(at) <= HANDLE_NEAR);
        let side = if near { 12.0 } else { 9.0 };
        let square = Rect::from_center_size(at, vec2(side, side));
        painter.rect_filled(square.expand(1.5), 1.0, PICTURE.halo);
        painter.rect_filled(square, 1.0, if near { PICTURE.mark_selected } else { PICTURE.text });
    }
}

/// Their lines, with the first line of what each says beside its middle.
/// - `written`: words that stay free of them
fn measurements(painter: &Painter, place: &Place, shown: &Shown, behind: &Behind, written: Rect) {
    let middle = |mark: &MeasurementMark| Some(seen(place, shown, mark.measurement.middle()?).0);
    let middles: Vec<Option<Pos2>> = shown.measurements.iter().map(middle).collect();
    let mut taken = vec![written];
    for (n, mark) in shown.measurements.iter().enumerate() {
        let faint = behind.measurements.get(n).copied().unwrap_or(false);
        let ink = if mark.picked { PICTURE.measure_picked } else { PICTURE.measure };
        let colour = if faint { ink.gamma_multiply(FAINT) } else { ink };
        let outline = mark.measurement.outline();
        let leads = outline.leads.iter().map(|lead| lead.to_vec());
        for line in outline.lines.iter().cloned().chain(leads) {
            let points: Vec<Pos2> = line.iter().map(|p| seen(place, shown, *p).0).collect();
            if !faint {
                painter.line(points.clone(), Stroke::new(3.5, PICTURE.halo.gamma_multiply(0.7)));
            }
            painter.line(points, Stroke::new(1.5, colour));
        }
        let Some(at) = middles.get(n).copied().flatten() else { continue };
        painter.circle_filled(at, 2.0, colour);
        let first = mark.lines.first();
        let said = first.map_or_else(|| words::given_name(&mark.measurement.name), |line| heard(line));
        // Words are read, wherever they lie.
        let look = Halo::plain().in_colour(ink);
        let others: Vec<Pos2> =
            middles.iter().enumerate().filter(|(other, _)| *other != n).filter_map(|(_, at)| *at).collect();
        let size = painter.layout_no_wrap(said.to_string(), look.font.clone(), ink).size();
        let words = label_place::beside(&Wanted {
            block: vec2(size.x.min(220.0), size.y),
            around: Rect::from_center_size(at, vec2(4.0, 4.0)),
            own: &[at],
            others: &others,
            taken: &taken,
            letters: &[],
            room: place.rect.shrink(size::HALF),
        });
        taken.push(words);
        if let Some(ends) = label_place::leader(words, &[at], &others) {
            painter.line_segment(ends, Stroke::new(1.0, colour.gamma_multiply(0.8)));
        }
        halo_text(painter, words.min, Align2::LEFT_TOP, &said, &look, 220.0);
    }
}

fn marks(painter: &Painter, place: &Place, shown: &Shown, behind: &Behind) {
    for (n, mark) in shown.marks.iter().enumerate() {
        let (at, _) = seen(place, shown, mark.at);
        let colour = if mark.selected { PICTURE.mark_selected } else { PICTURE.mark };
        let faint = behind.marks.get(n).copied().unwrap_or(false);
        let colour = if faint { colour.gamma_multiply(FAINT) } else { colour };
        painter.circle_stroke(at, 6.0, Stroke::new(3.5, PICTURE.halo.gamma_multiply(0.7)));
        painter.circle_stroke(at, 6.0, Stroke::new(1.5, colour));
        if !mark.label.is_empty() {
            let look = Halo::strong().in_colour(colour);
            halo_text(painter, at + vec2(6.0, -6.0), Align2::LEFT_BOTTOM, &mark.label, &look, 40.0);
        }
    }
}

/// At the upper right: how much it is enlarged, colours that were moved, cuts, a volume that was reduced.
/// - returns: what they cover
fn said(painter: &Painter, rect: Rect, shown: &Shown, look: &VolumeView) -> Rect {
    let mut told = vec![(say!("volume-zoom", zoom = format!("{:.1}", look.zoom)), PICTURE.text)];
    if look.preset == VolumePreset::Maximum {
        let [width, centre] = words::window_figures(shown.window);
        told.push((format!("W {width} C {centre}"), PICTURE.text));
    }
    if look.shift != 0.0 {
        let by = words::signed(f64::from(look.shift), 0);
        told.push((say!("volume-moved", by = by), PICTURE.text));
    }
    match look.part() {
        Part::ByAir if shown.volume.inside().is_some() => {
            told.push((say!("volume-no-skin").to_owned(), PICTURE.text));
        }
        part if shown.volume.part(part).is_some() => {
            told.push((say!("volume-no-table").to_owned(), PICTURE.text));
        }
        _ => {}
    }
    let cuts = cut_words(look);
    if !cuts.is_empty() {
        told.push((say!("volume-cut", cuts = cuts.join(", ")), PICTURE.text));
    }
    if let Some(mm) = look.around_cursor_mm {
        told.push((say!("volume-around", mm = words::trimmed(2.0 * mm, 0)), PICTURE.text));
    }
    if look.crop_box.is_some() {
        told.push((say!("volume-crop-box").to_owned(), PICTURE.text));
    }
    if shown.reduced > 1 {
        told.push((say!("volume-averaged", voxels = shown.reduced), PICTURE.warning));
    }
    for warning in &shown.facts.warnings {
        told.push((format!("! {warning}"), PICTURE.warning));
    }
    let mut at = pos2(rect.right() - size::STEP, rect.top() + size::STEP);
    let mut covered = Rect::NOTHING;
    for (line, colour) in told {
        let look = Halo::plain().in_colour(colour);
        let width = rect.width() / 2.0 - 24.0;
        for line in wrapped(painter, &line, &look, width) {
            covered = covered.union(halo_text(painter, at, Align2::RIGHT_TOP, &line, &look, width));
            at.y += 15.0;
        }
    }
    covered
}
