//! Measurements: what of them lies in the slice, and what they say.

use std::borrow::Cow;

use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Vec2, vec2};

use super::halo::{Halo, halo_line, halo_text, wrapped};
use super::label_place::{self, Wanted};
use super::{Place, boxes, colour_bar, lines, marks};
use crate::geometry::{Point, Viewport};
use crate::language::heard;
use crate::measure::Kind;
use crate::session::CornerText;
use crate::ui::theme::{PICTURE, size};
use crate::ui::viewport::{MeasurementMark, Shown};
use crate::ui::words::given_name;
use crate::view::{self, SeenMeasurement};

/// Length of an arrow's head, and of half a probe's cross, points.
const HEAD: f32 = 11.0;
const CROSS: f32 = 6.0;
/// Half of what a note's point takes, points.
const HALF_PIN: f32 = 3.0;
/// A piece shorter than this is where a line goes through the slice: a dot, points.
const DOT: f32 = 4.0;
/// Widest line of text, points.
const WIDEST: f32 = 220.0;

/// Draws all of them, the one in the hand last.
/// - returns: where what they say stands
pub(super) fn measurements(painter: &Painter, place: &Place, shown: &Shown) -> Vec<Rect> {
    let (picked, others): (Vec<_>, Vec<_>) = shown.measurements.iter().partition(|mark| mark.picked);
    let all = others.into_iter().chain(picked);
    let seen: Vec<(&MeasurementMark, SeenMeasurement)> = all
        .map(|mark| (mark, view::seen(&shown.view, &mark.measurement)))
        .filter(|(_, seen)| !seen.is_empty())
        .collect();
    // Most slices have none, and what else is written there need not be measured for them.
    if seen.is_empty() {
        return Vec::new();
    }
    seen.iter().for_each(|(mark, seen)| draw(painter, place, mark, seen));
    // Over all lines; the one in the hand first, so that what it says stands where one looks for it.
    let inks: Vec<Vec<Pos2>> = seen.iter().map(|(_, seen)| inked(place, seen)).collect();
    let mut taken = written(painter, place, shown);
    let before = taken.len();
    for (n, (mark, seen)) in seen.iter().enumerate().rev() {
        words(painter, place, (n, mark, seen), &inks, &mut taken);
    }
    taken.split_off(before)
}

fn draw(painter: &Painter, place: &Place, mark: &MeasurementMark, seen: &SeenMeasurement) {
    let colour = if mark.picked { PICTURE.measure_picked } else { PICTURE.measure };
    let stroke = Stroke::new(if mark.picked { 1.75 } else { 1.25 }, colour);
    for ends in &seen.leads {
        let ends = ends.map(|p| place.pos(p));
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, colour.gamma_multiply(0.7)), 3.0, 4.0));
    }
    for line in joined(place, seen) {
        let length: f32 = line.windows(2).map(|ends| ends[0].distance(ends[1])).sum();
        match line.first() {
            Some(at) if length < DOT && !seen.whole => {
                painter.circle_filled(*at, 3.5, PICTURE.halo);
                painter.circle_filled(*at, 2.5, colour);
            }
            _ => halo_line(painter, line, stroke),
        }
    }
    match mark.measurement.kind {
        Kind::Probe => seen.handles.iter().for_each(|(_, p)| cross(painter, place.pos(*p), stroke)),
        Kind::Arrow => head(painter, place, seen, stroke),
        Kind::Note => seen.handles.iter().for_each(|(_, p)| pin(painter, place.pos(*p), stroke)),
        _ => {}
    }
    if mark.picked && !matches!(mark.measurement.kind, Kind::Probe | Kind::Note) {
        for (_, p) in &seen.handles {
            let at = place.pos(*p);
            painter.circle_filled(at, 4.5, PICTURE.halo);
            painter.circle_stroke(at, 4.0, stroke);
        }
    }
}

/// Pieces that end where the next begins as one line, so that the halo of one does not cover another.
fn joined(place: &Place, seen: &SeenMeasurement) -> Vec<Vec<Pos2>> {
    let mut lines: Vec<Vec<Pos2>> = Vec::new();
    let mut end: Option<Point<Viewport>> = None;
    for [a, b] in &seen.lines {
        match (end, lines.last_mut()) {
            (Some(before), Some(line)) if before == *a => line.push(place.pos(*b)),
            _ => lines.push(vec![place.pos(*a), place.pos(*b)]),
        }
        end = Some(*b);
    }
    lines
}

/// The point that a note is written at.
fn pin(painter: &Painter, at: Pos2, stroke: Stroke) {
    painter.circle_filled(at, 4.0, PICTURE.halo);
    painter.circle_filled(at, 2.0 + stroke.width * 0.5, stroke.color);
}

fn cross(painter: &Painter, at: Pos2, stroke: Stroke) {
    for arm in [vec2(CROSS, 0.0), vec2(0.0, CROSS)] {
        halo_line(painter, vec![at - arm, at - arm * 0.35], stroke);
        halo_line(painter, vec![at + arm * 0.35, at + arm], stroke);
    }
}

/// At the tip, where that lies in the slice.
fn head(painter: &Painter, place: &Place, seen: &SeenMeasurement, stroke: Stroke) {
    let tip = seen.handles.iter().find(|(n, _)| *n == 1).map(|(_, p)| place.pos(*p));
    let from = seen.lines.first().map(|[a, _]| place.pos(*a));
    let (Some(tip), Some(from)) = (tip, from) else { return };
    let along = (tip - from).normalized();
    if along == Vec2::ZERO {
        return;
    }
    let side = along.rot90() * (HEAD * 0.42);
    let back = tip - along * HEAD;
    halo_line(painter, vec![back + side, tip, back - side], stroke);
}

/// Points along what is drawn, no farther apart than the smallest letter.
fn inked(place: &Place, seen: &SeenMeasurement) -> Vec<Pos2> {
    const APART: f32 = 6.0;
    let along = |[a, b]: &[Point<Viewport>; 2]| {
        let [a, b] = [a, b].map(|p| place.pos(*p));
        let steps = (a.distance(b) / APART).ceil().clamp(1.0, 200.0);
        (0..=steps as usize).map(move |n| a.lerp(b, n as f32 / steps)).collect::<Vec<_>>()
    };
    let handles = seen.handles.iter().map(|(_, p)| place.pos(*p));
    seen.lines.iter().flat_map(along).chain(handles).collect()
}

/// What stands on the picture already: names of boxes, nodules, the scale, the colours of a map.
fn written(painter: &Painter, place: &Place, shown: &Shown) -> Vec<Rect> {
    let rect = place.rect;
    let bar = Some(colour_bar::taken(painter, rect, shown)).filter(|bar| bar.is_positive());
    let marks = marks::places(place, shown);
    // Both upper corners' text, two to three lines of it.
    let aside = vec2(rect.width() / 2.0 - 20.0, 0.0);
    let corners = [
        Rect::from_min_max(rect.min, rect.min + aside + vec2(0.0, 58.0)),
        Rect::from_min_max(rect.right_top() - aside * 0.6, rect.right_top() + vec2(0.0, 40.0)),
    ];
    let corners = corners.into_iter().filter(|_| shown.text != CornerText::None);
    let names = boxes::labelled(painter, place, shown).into_iter();
    names.chain(bar).chain(marks).chain(corners).chain([lines::scale_rect(place, shown)]).collect()
}

/// What it says beside it, with a thin line from there where it stands away. Where only a part lies in the slice the
/// name alone: what it says is of all of it.
/// - `n`: its place among `inks`, the lines of all measurements
/// - `taken`: where something is written already
fn words(
    painter: &Painter,
    place: &Place,
    (n, mark, own): (usize, &MeasurementMark, &SeenMeasurement),
    inks: &[Vec<Pos2>],
    taken: &mut Vec<Rect>,
) {
    let Some(own_ink) = inks.get(n) else { return };
    let others: Vec<Pos2> =
        inks.iter().enumerate().filter(|(other, _)| *other != n).flat_map(|(_, ink)| ink.clone()).collect();
    let around = Rect::from_points(own_ink);
    let around = match mark.measurement.kind {
        Kind::Probe => around.expand(CROSS),
        Kind::Note => around.expand(HALF_PIN),
        _ => around,
    };
    // Words without their measurement would hang at the edge.
    if !around.intersects(place.rect) {
        return;
    }
    let text = mark.measurement.kind.is_text();
    let colour = if mark.picked { PICTURE.measure_picked } else { PICTURE.measure };
    let look = Halo::strong().in_colour(colour);
    let lines: Vec<Cow<'_, str>> = if text {
        let name = given_name(&mark.measurement.name);
        wrapped(painter, &name, &look, WIDEST).into_iter().map(Cow::from).collect()
    } else if !own.whole || mark.lines.is_empty() {
        vec![given_name(&mark.measurement.name)]
    } else {
        mark.lines.iter().map(|line| heard(line)).collect()
    };
    let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
    let font = look.font.clone();
    let width = |line: &&str| painter.layout_no_wrap((*line).to_owned(), font.clone(), colour).size().x;
    let line_height = size::SMALL + 4.0;
    let block =
        vec2(lines.iter().map(width).fold(0.0, f32::max).min(WIDEST), line_height * lines.len() as f32);
    let at = label_place::beside(&Wanted {
        block,
        around,
        own: own_ink,
        others: &others,
        taken,
        letters: &lines::letter_places(place.rect),
        room: place.rect.shrink(size::HALF),
    });
    taken.push(at);
    if let Some(ends) = label_place::leader(at, own_ink, &others) {
        painter.line_segment(ends, Stroke::new(3.0, PICTURE.halo.gamma_multiply(0.7)));
        painter.line_segment(ends, Stroke::new(1.0, colour.gamma_multiply(0.8)));
    }
    for (n, line) in lines.into_iter().enumerate() {
        let corner = at.min + vec2(0.0, n as f32 * line_height);
        halo_text(painter, corner, Align2::LEFT_TOP, line, &look, WIDEST);
    }
}
