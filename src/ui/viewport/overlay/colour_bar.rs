//! The colours of the heatmap with their numbers, at the lower right.

use egui::{Align2, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::halo::{Halo, halo_line, halo_text, wrapped};
use crate::explain::DIFFERENCE;
use crate::language::heard;
use crate::networks::weights::UNTRAINED;
use crate::render::{HeatmapLook, contour};
use crate::say;
use crate::ui::theme::{PICTURE, size};
use crate::ui::viewport::{Shown, caution, heat_colour};
use crate::ui::words;

const THICK: f32 = 8.0;
/// Of the bar; narrower, colours could not be told apart.
const LEAST_WIDE: f32 = 42.0;
/// In narrower viewports what it stands for is said beside them alone.
const NAMED_FROM: f32 = 210.0;
const LINE_HEIGHT: f32 = 16.0;
const STEPS: usize = 64;
/// Of a contour on the bar.
const LINE_WIDTH: f32 = 4.0;

/// Draws the bar of the map, and over it what the map is worth where that is little; returns how high they stand from
/// the lower edge. One bar serves two views; what a map is worth is said in its own.
pub(super) fn colour_bar(painter: &Painter, rect: Rect, shown: &Shown) -> f32 {
    let Some(look) = &shown.heatmap else { return 0.0 };
    let lift = if shown.colour_bar { bar_with_numbers(painter, rect, shown, look) } else { 0.0 };
    let cautioned = shown.cautioned || caution(&look.saliency).is_some();
    match (shown.untrained, cautioned) {
        // Of weights that learned nothing no method tells anything: the more telling of two warnings.
        (true, _) => {
            warned(painter, rect, lift, [&heard(UNTRAINED), say!("bar-untrained-map"), say!("bar-untrained")])
        }
        (false, true) => {
            let [long, short, word] =
                [say!("bar-caution-long"), say!("bar-caution"), say!("bar-caution-short")];
            warned(painter, rect, lift, [long, short, word])
        }
        (false, false) => lift,
    }
}

/// A sentence that must not be overlooked, or as much of it as the picture has room for; returns the height of it and
/// what lies under it.
/// - `said`: long to short
fn warned(painter: &Painter, rect: Rect, lift: f32, said: [&str; 3]) -> f32 {
    let warn = Halo::strong().in_colour(PICTURE.warning);
    // The left half belongs to the scale bar, the middle to a letter, but only at the very edge.
    let room = if lift > 0.0 { rect.width() / 2.0 - 10.0 } else { rect.width() / 2.0 - 24.0 };
    let lines = said.map(|text| wrapped(painter, text, &warn, room));
    // A small viewport keeps its picture free.
    let most = if rect.height() < 400.0 { 2 } else { 3 };
    let [.., shortest] = &lines;
    let lines = lines.iter().find(|lines| lines.len() <= most).unwrap_or(shortest);
    let mut bottom = rect.bottom() - lift.max(size::STEP);
    for line in lines.iter().rev() {
        let at = pos2(rect.right() - 10.0, bottom);
        halo_text(painter, at, Align2::RIGHT_BOTTOM, line, &warn, rect.width() - 20.0);
        bottom -= LINE_HEIGHT;
    }
    rect.bottom() - bottom
}

/// Where the colours lie; `None` where there is no room for them.
fn bar(rect: Rect) -> Option<Rect> {
    // The lower middle belongs to a letter, the lower left to the scale bar.
    let width = (rect.width() * 0.34).clamp(LEAST_WIDE, 160.0);
    let corner = pos2(rect.right() - 10.0 - width, rect.bottom() - 34.0);
    (rect.width() >= 2.6 * LEAST_WIDE && rect.height() >= 120.0)
        .then(|| Rect::from_min_size(corner, vec2(width, THICK)))
}

/// What stands over the colours, in as many lines as it takes: what they are of, and their unit where that has no room
/// beside the numbers.
fn named_lines(painter: &Painter, rect: Rect, shown: &Shown, look: &HeatmapLook) -> Vec<String> {
    let name = match (look.shared, &shown.map_name) {
        _ if rect.width() < NAMED_FROM => String::new(),
        // One bar for two maps, which are named above.
        (Some(_), _) => say!("bar-both").to_owned(),
        (None, Some(name)) if look.saliency.method == DIFFERENCE => name.clone(),
        (None, _) => words::method_and_scale(&look.saliency),
    };
    let unit = match bar(rect) {
        Some(bar) if !unit_fits(painter, rect, bar, look) => heard(look.unit()).into_owned(),
        _ => String::new(),
    };
    let parts = [(name, rect.width() / 2.0 - 24.0), (unit, rect.width() - 20.0)];
    let parts = parts.into_iter().filter(|(words, _)| !words.is_empty());
    parts.flat_map(|(words, room)| wrapped(painter, &words, &Halo::plain(), room)).collect()
}

/// The number at the upper end of the scale with its unit.
fn upper_end(look: &HeatmapLook) -> String {
    let number = number(1.0, f64::from(look.end_of_scale()), look.signed());
    format!("{number} {}", heard(look.unit()))
}

/// Whether the upper end's number has room for its unit: the letter in the middle of the edge stays free.
fn unit_fits(painter: &Painter, rect: Rect, bar: Rect, look: &HeatmapLook) -> bool {
    // Of a signed bar one number may stand for both ends.
    let wide =
        text_width(painter, &upper_end(look)).max(text_width(painter, &format!("±{}", upper_end(look))));
    wide <= rect.width() / 2.0 - 22.0 && bar.right() - wide > rect.center().x
}

fn text_width(painter: &Painter, text: &str) -> f32 {
    painter.layout_no_wrap(text.to_owned(), Halo::plain().font, PICTURE.text).size().x
}

/// What the colours, their numbers and their name take of the picture; nothing where there is no room.
pub(super) fn taken(painter: &Painter, rect: Rect, shown: &Shown) -> Rect {
    let look = shown.heatmap.as_ref().filter(|_| shown.colour_bar);
    let Some((look, bar)) = look.zip(bar(rect)) else { return Rect::NOTHING };
    let name = named_lines(painter, rect, shown, look);
    let wide = name.iter().map(|line| text_width(painter, line));
    let left = bar.left().min(bar.right() - wide.fold(0.0, f32::max));
    let top = bar.top() - 4.0 - LINE_HEIGHT * name.len() as f32;
    Rect::from_min_max(pos2(left, top), rect.max)
}

/// Returns how high it stands from the lower edge; 0 where there is no room.
fn bar_with_numbers(painter: &Painter, rect: Rect, shown: &Shown, look: &HeatmapLook) -> f32 {
    let Some(bar) = bar(rect) else { return 0.0 };
    let right = bar.right();
    let signed = look.signed();
    let low = if signed { -1.0 } else { 0.0 };
    let x_of = |share: f32| bar.left() + (share - low) / (1.0 - low) * bar.width();
    painter.rect_filled(bar.expand(2.0), 0.0, PICTURE.halo);
    if look.contour {
        painter.rect_filled(bar, 0.0, PICTURE.ground);
        for (share, colour) in lines(signed, look.threshold) {
            let line = Rect::from_center_size(pos2(x_of(share), bar.center().y), vec2(LINE_WIDTH, THICK));
            painter.rect_filled(line.intersect(bar), 0.0, colour);
        }
    } else {
        painter.add(Shape::mesh(colours(bar, low, signed, look.threshold)));
    }
    let edge = PICTURE.muted.gamma_multiply(0.8);
    painter.rect_stroke(bar.expand(0.5), 0.0, Stroke::new(1.0, edge), StrokeKind::Outside);

    let largest = f64::from(look.end_of_scale());
    let number = |share: f32| number(share, largest, signed);
    let write = |x: f32, anchor: Align2, text: &str| {
        halo_text(painter, pos2(x, bar.bottom() + 4.0), anchor, text, &Halo::plain(), f32::INFINITY)
    };
    // Where the unit has no room it stands over the bar.
    let high = if unit_fits(painter, rect, bar, look) { upper_end(look) } else { number(1.0) };
    let ends = [number(low), high.clone()];
    let wide = |text: &String| text_width(painter, text);
    // Both ends of a signed bar are as far from zero, and the other begins there: one number says them where there is
    // no room for two.
    let narrow = ends.iter().map(wide).sum::<f32>() + 6.0 > bar.width();
    let [low_end, high_end] = match (narrow, signed) {
        (true, true) => [String::new(), format!("±{}", high.trim_start_matches('+'))],
        (true, false) => [String::new(), high],
        (false, _) => ends,
    };
    let least = write(bar.left(), Align2::LEFT_TOP, &low_end);
    let most = write(bar.right(), Align2::RIGHT_TOP, &high_end);
    if signed {
        // Where for and against meet.
        let tick = vec![pos2(x_of(0.0), bar.top() - 2.0), pos2(x_of(0.0), bar.bottom() + 3.0)];
        halo_line(painter, tick, Stroke::new(1.0, PICTURE.muted));
    }
    let free = |x: f32, side: f32| x > least.right() + side && x < most.left() - side;
    if signed && free(x_of(0.0), 10.0) {
        write(x_of(0.0), Align2::CENTER_TOP, "0");
    }
    if look.threshold > 0.0 {
        for sign in if signed { &[-1.0, 1.0][..] } else { &[1.0][..] } {
            let share = look.threshold * sign;
            let x = x_of(share);
            let tick = vec![pos2(x, bar.top() - 2.0), pos2(x, bar.bottom() + 3.0)];
            halo_line(painter, tick, Stroke::new(1.0, PICTURE.text));
            // On both sides of a signed bar's zero there is no room for numbers.
            if !signed && free(x, 18.0) {
                write(x, Align2::CENTER_TOP, &number(share));
            }
        }
    }
    let mut bottom = bar.top() - 4.0;
    for line in named_lines(painter, rect, shown, look).iter().rev() {
        halo_text(
            painter,
            pos2(right, bottom),
            Align2::RIGHT_BOTTOM,
            line,
            &Halo::plain(),
            rect.width() - 20.0,
        );
        bottom -= LINE_HEIGHT;
    }
    rect.bottom() - bottom
}

/// A number of the bar: as many figures as tell its ends apart, and in a signed map its sign.
/// - `share`: of the largest magnitude; `largest`: that magnitude
pub fn number(share: f32, largest: f64, signed: bool) -> String {
    // Three figures of the largest value; a map of zeros has none.
    let decimals = if largest > 0.0 { (2.0 - largest.log10().floor()).clamp(0.0, 4.0) as usize } else { 0 };
    let value = f64::from(share) * largest;
    let text = words::signed(value, decimals);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if signed && value > 0.0 && text != "0" { format!("+{text}") } else { text.to_owned() }
}

/// Where the levels of a contoured map begin, and the colours of their lines.
fn lines(signed: bool, threshold: f32) -> Vec<(f32, egui::Color32)> {
    let threshold = f64::from(threshold);
    let up = 1..=contour::LEVELS as i32;
    up.flat_map(|band| if signed { vec![band, -band] } else { vec![band] })
        .map(|band| {
            let share = contour::begins(band, threshold) * f64::from(band.signum());
            (share as f32, heat_colour(contour::level(band, threshold) as f32, signed))
        })
        .collect()
}

/// The bar itself; what lies under the threshold is as empty as it is on the picture.
fn colours(bar: Rect, low: f32, signed: bool, threshold: f32) -> Mesh {
    let mut mesh = Mesh::default();
    for n in 0..STEPS {
        let at = |n: usize| n as f32 / STEPS as f32;
        let share = low + (at(n) + 0.5 / STEPS as f32) * (1.0 - low);
        let colour = if share.abs() < threshold { PICTURE.ground } else { heat_colour(share, signed) };
        let part = Rect::from_min_max(
            pos2(bar.left() + at(n) * bar.width(), bar.top()),
            pos2(bar.left() + at(n + 1) * bar.width(), bar.bottom()),
        );
        mesh.add_colored_rect(part, colour);
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_bar_runs_from_the_largest_magnitude_against_to_the_same_for() {
        let ends = |largest: f64| [-1.0, 0.0, 1.0].map(|share| number(share, largest, true));
        assert_eq!(ends(1.5), ["−1.5", "0", "+1.5"]);
        assert_eq!(ends(0.0421), ["−0.0421", "0", "+0.0421"]);
        assert_eq!([0.0, 1.0].map(|share| number(share, 123.4, false)), ["0", "123"]);
        assert_eq!(number(1.0, 0.0, false), "0");
    }

    #[test]
    fn the_bar_is_empty_between_the_thresholds_on_both_sides_of_zero() {
        let bar = Rect::from_min_size(pos2(0.0, 0.0), vec2(64.0, 8.0));
        let mesh = colours(bar, -1.0, true, 0.5);
        let at = |n: usize| mesh.vertices[n * 4].color;
        assert_eq!([at(32), at(20), at(44)], [PICTURE.ground; 3]);
        let against = heat_colour(-1.0 + 1.0 / STEPS as f32, true);
        assert_eq!(at(0), against);
        assert!(at(63).r() > at(63).b() && at(0).b() > at(0).r(), "blue against, orange for");
    }
}
