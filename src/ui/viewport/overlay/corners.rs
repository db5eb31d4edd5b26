//! The text in the corners, and how far loading is.

use egui::{Align2, Color32, Painter, Rect, pos2, vec2};

use super::halo::{Halo, halo_text, wrapped};
use crate::language::named;
use crate::say;
use crate::session::CornerText;
use crate::ui::theme::{PICTURE, size};
use crate::ui::viewport::{Second, Shown};
use crate::ui::{icons, words};
use crate::view::{self, NamedScale, named_scale};
use crate::volume::{Colours, Interpolation, Sharpening, Unit};

const LINE_HEIGHT: f32 = 16.0;
/// Narrower viewports keep only what cannot be read off the picture.
const NARROW: f32 = 300.0;
/// In lower ones a third line would meet the letter at the edge.
const LOW: f32 = 130.0;

struct Corner<'a> {
    painter: &'a Painter,
    rect: Rect,
    anchor: Align2,
    lines: usize,
    /// What its lines cover.
    covered: Rect,
}

impl Corner<'_> {
    /// Points that a line may take: the middle of the outermost belongs to the orientation letters.
    fn room(&self) -> f32 {
        self.rect.width() / 2.0 - if self.lines == 0 { 26.0 } else { 6.0 }
    }

    /// Numbers, which are never cut off: beside each other where there is room for that, else one below the other.
    fn numbers(&mut self, parts: &[String], between: &str, look: &Halo) {
        let mut parts = parts.iter().filter(|part| !part.is_empty());
        let Some(mut line) = parts.next().cloned() else { return };
        for part in parts {
            let longer = format!("{line}{between}{part}");
            let galley = self.painter.layout_no_wrap(longer.clone(), look.font.clone(), look.colour);
            if galley.size().x <= self.room() {
                line = longer;
            } else {
                self.put(&line, look, self.rect.width());
                line = part.clone();
            }
        }
        self.put(&line, look, self.rect.width());
    }

    /// A sentence that must not be cut off: several lines where one is too short.
    fn sentence(&mut self, text: &str, look: &Halo) {
        let mut lines = wrapped(self.painter, text, look, self.room());
        if self.anchor.y() == egui::Align::Max {
            lines.reverse();
        }
        for line in lines {
            self.line(&line, look);
        }
    }

    fn line(&mut self, text: &str, look: &Halo) {
        self.put(text, look, self.room());
    }

    /// - `width`: what is longer ends in dots
    fn put(&mut self, text: &str, look: &Halo, width: f32) {
        if text.is_empty() {
            return;
        }
        let r = self.rect;
        let offset = LINE_HEIGHT * self.lines as f32;
        let x = if self.anchor.x() == egui::Align::Min { r.left() + 10.0 } else { r.right() - 10.0 };
        let y = if self.anchor.y() == egui::Align::Min {
            r.top() + size::STEP + offset
        } else {
            r.bottom() - size::STEP - offset
        };
        let covered = halo_text(self.painter, pos2(x, y), self.anchor, text, look, width);
        self.covered = self.covered.union(covered);
        self.lines += 1;
    }
}

fn corner(painter: &Painter, rect: Rect, anchor: Align2) -> Corner<'_> {
    Corner { painter, rect, anchor, lines: 0, covered: Rect::NOTHING }
}

/// Upper left: plane, slice, patient. Upper right: window, zoom, slab. Lower right: warnings.
/// - `lift`: points at the lower right that are taken
/// - returns: what is covered at the upper left and right, and where the warnings stand; nothing where there are none
pub(super) fn corners(painter: &Painter, rect: Rect, shown: &Shown, lift: f32) -> [Rect; 3] {
    let wide = rect.width() >= NARROW && rect.height() >= 220.0;
    let (plain, strong) = (Halo::plain(), Halo::strong());

    let mut at = corner(painter, rect, Align2::LEFT_TOP);
    let plane = match shown.view.plane {
        Some(plane) => words::plane_label(plane).to_owned(),
        None => words::oblique(&shown.view, shown.home),
    };
    let plane = match shown.facts.second {
        Some(Second::Prior) => say!("corner-prior", plane = plane.to_lowercase()),
        Some(Second::Beside) => format!("{}, {}", words::beside(&shown.facts.modality), plane.to_lowercase()),
        None => plane,
    };
    at.sentence(&plane, &strong);
    match words::slice_numbers(&shown.view) {
        Some(numbers) => at.numbers(&numbers, "   ", &plain),
        None => at.sentence(&words::from_middle(&shown.view, shown.volume.grid()), &plain),
    }
    at.sentence(&shown.facts.link, &plain);
    doubts_of_plane(&mut at, shown);
    if wide {
        let muted = Halo::plain().in_colour(PICTURE.muted);
        if shown.text == CornerText::Full {
            for line in &shown.facts.patient {
                at.line(line, &muted);
            }
        }
        at.line(&shown.facts.description, &muted);
    }
    let (left, left_lines) = (at.covered, at.lines);

    let mut at = corner(painter, rect, Align2::RIGHT_TOP);
    let unit = match shown.volume.unit() {
        Unit::Hu => "",
        other => other.name(),
    };
    let [w, c] = words::window_figures(shown.window);
    let window = [format!("W {w}"), format!("C {c}"), unit.to_owned()];
    at.numbers(&window, "  ", &plain);
    // Two lines stand above the letter in the middle of the edge.
    if rect.height() >= LOW {
        let zoom = words::zoom(view::zoom_of(shown.volume.grid(), &shown.view));
        let zoom = say!("corner-zoom", zoom = zoom);
        let width = painter.layout_no_wrap(zoom.clone(), plain.font.clone(), plain.colour).size().x;
        if left.right() + 6.0 > rect.right() - 10.0 - width {
            // Under what stands at the left.
            at.lines = at.lines.max(left_lines);
        }
        at.numbers(&[zoom], "", &plain);
    }
    if wide {
        match named_scale(shown.volume.grid(), &shown.view, shown.screen).zip(Some(shown.screen)) {
            Some((NamedScale::TrueSize, Some(screen))) => at.line(&words::true_size(screen), &plain),
            Some((NamedScale::OneToOne, _)) => at.line(say!("corner-one-to-one"), &plain),
            _ => {}
        }
        if let Some(lies) = words::turn(shown.view.turn) {
            at.line(&lies, &plain);
        }
    }
    if let Some(slab) = shown.slab {
        at.line(&words::slab(slab), &plain);
    }
    match shown.sampling.interpolation {
        Interpolation::Linear => {}
        Interpolation::Nearest => at.line(say!("corner-nearest"), &plain),
        Interpolation::Cubic => at.line(say!("corner-cubic"), &plain),
    }
    match shown.sampling.sharpening {
        Sharpening::Off => {}
        Sharpening::Light => at.line(say!("corner-sharpened-light"), &plain),
        Sharpening::Strong => at.line(say!("corner-sharpened-strong"), &plain),
    }
    if shown.colours != Colours::Grey {
        at.line(&named("colours", shown.colours.label()).to_lowercase(), &plain);
    }
    if shown.invert {
        at.line(say!("corner-inverted"), &plain);
    }

    [left, at.covered, warnings(painter, rect, shown, lift)]
}

/// Without text in the corners: what must be known of a picture all the same. A slab is no slice, black is no longer
/// air, and what is doubted stays doubted.
/// - returns: as [`corners`]
pub(super) fn bare(painter: &Painter, rect: Rect, shown: &Shown, lift: f32) -> [Rect; 3] {
    let mut left = corner(painter, rect, Align2::LEFT_TOP);
    doubts_of_plane(&mut left, shown);
    let mut right = corner(painter, rect, Align2::RIGHT_TOP);
    if let Some(slab) = shown.slab {
        right.line(&words::slab(slab), &Halo::plain());
    }
    if shown.invert {
        right.line(say!("corner-inverted"), &Halo::plain());
    }
    [left.covered, right.covered, warnings(painter, rect, shown, lift)]
}

/// Of a plane that cuts through few slices, or lies where the other series has none.
fn doubts_of_plane(at: &mut Corner<'_>, shown: &Shown) {
    if let Some(slices) = strip(shown) {
        let warn = Halo::plain().in_colour(PICTURE.warning);
        at.sentence(&say!("corner-strip", slices = slices), &warn);
    }
    if let Some(beyond) = shown.facts.beyond {
        let warn = Halo::strong().in_colour(PICTURE.warning);
        at.sentence(&format!("{} {beyond}", icons::WARNING), &warn);
    }
}

/// What is reduced, sheared, guessed or lossy, at the lower right.
/// - returns: where it stands
fn warnings(painter: &Painter, rect: Rect, shown: &Shown, lift: f32) -> Rect {
    let mut at = corner(painter, rect, Align2::RIGHT_BOTTOM);
    at.rect.max.y -= lift;
    let warn = Halo::strong().in_colour(PICTURE.warning);
    if shown.reduced > 1 {
        at.sentence(&say!("corner-reduced", icon = icons::WARNING, share = shown.reduced), &warn);
    }
    // Under one degree no letter and no measurement is different.
    if shown.view.obliquity_deg >= 1.0 {
        at.sentence(
            &say!(
                "corner-oblique-acquisition",
                icon = icons::WARNING,
                degrees = format!("{:.0}", shown.view.obliquity_deg)
            ),
            &warn,
        );
    }
    for text in &shown.facts.warnings {
        at.sentence(&format!("{} {text}", icons::WARNING), &warn);
    }
    if shown.facts.lossy {
        at.line(say!("corner-lossy"), &Halo::plain());
    }
    at.covered
}

/// How many slices the series has, where this plane cuts through so few of them that it is a strip.
fn strip(shown: &Shown) -> Option<usize> {
    /// Height for width under which nobody can read a picture.
    const FLAT: f64 = 0.05;
    let grid = shown.volume.grid();
    let size = grid.size();
    let thin = (0..3).min_by_key(|a| size[*a])?;
    let along = shown.view.slice.is_none_or(|slice| slice.axis.index() != thin);
    let mm: [f64; 3] = std::array::from_fn(|a| size[a] as f64 * grid.spacing_mm()[a]);
    let widest = mm.into_iter().fold(0.0, f64::max);
    (along && mm[thin] < FLAT * widest).then_some(size[thin])
}

/// Says what is missing while slices arrive.
pub(super) fn loading(painter: &Painter, rect: Rect, shown: &Shown) {
    let (filled, total) = (shown.volume.slices_filled(), shown.volume.grid().size()[2]);
    if filled >= total {
        return;
    }
    let share = filled as f32 / total.max(1) as f32;
    let rail = Rect::from_min_size(pos2(rect.left(), rect.bottom() - 2.0), vec2(rect.width(), 2.0));
    painter.rect_filled(rail, 0.0, Color32::TRANSPARENT);
    let done = Rect::from_min_size(rail.min, vec2(rail.width() * share, 2.0));
    painter.rect_filled(done, 0.0, PICTURE.focus);
    if filled == 0 {
        halo_text(
            painter,
            rect.center(),
            Align2::CENTER_CENTER,
            say!("corner-loading"),
            &Halo::plain(),
            rect.width(),
        );
    }
}
