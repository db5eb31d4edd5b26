//! Text and lines that stay legible over bright bone and dark lung alike.

use egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke, Vec2, vec2};

use crate::ui::theme::{PICTURE, size, strong_family};

/// How text on a picture looks.
#[derive(Clone, Debug)]
pub struct Halo {
    /// Typeface and size.
    pub font: FontId,
    /// Of the text itself.
    pub colour: Color32,
}

impl Halo {
    /// Running text.
    pub fn plain() -> Self {
        Self { font: FontId::new(size::SMALL, FontFamily::Proportional), colour: PICTURE.text }
    }

    /// Names and letters.
    pub fn strong() -> Self {
        Self { font: FontId::new(size::SMALL, strong_family()), colour: PICTURE.text }
    }

    /// The same in another colour.
    pub fn in_colour(self, colour: Color32) -> Self {
        Self { colour, ..self }
    }

    /// The same in another size.
    pub fn sized(mut self, points: f32) -> Self {
        self.font.size = points;
        self
    }
}

/// Where the text is drawn darkly around itself: close by, and once more at the corners, softer.
const AROUND: [(Vec2, f32); 12] = [
    (vec2(-1.0, 0.0), 1.0),
    (vec2(1.0, 0.0), 1.0),
    (vec2(0.0, -1.0), 1.0),
    (vec2(0.0, 1.0), 1.0),
    (vec2(-0.8, -0.8), 1.0),
    (vec2(0.8, -0.8), 1.0),
    (vec2(-0.8, 0.8), 1.0),
    (vec2(0.8, 0.8), 1.0),
    (vec2(-1.5, -1.5), 0.4),
    (vec2(1.5, -1.5), 0.4),
    (vec2(-1.5, 1.5), 0.4),
    (vec2(1.5, 1.5), 0.4),
];

/// Draws text with a dark halo and returns where it lies; longer than `width`, it ends in `…`.
pub fn halo_text(painter: &Painter, at: Pos2, anchor: Align2, text: &str, look: &Halo, width: f32) -> Rect {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), look.font.clone(), look.colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    let galley = painter.layout_job(job);
    let rect = anchor.anchor_size(at, galley.size());
    for (by, strength) in AROUND {
        painter.galley_with_override_text_color(
            rect.min + by * 1.25,
            std::sync::Arc::clone(&galley),
            PICTURE.halo.gamma_multiply(strength),
        );
    }
    painter.galley(rect.min, galley, look.colour);
    rect
}

/// Breaks text between words into lines of at most `width` points; a single longer word stays whole.
pub(super) fn wrapped(painter: &Painter, text: &str, look: &Halo, width: f32) -> Vec<String> {
    let fits = |line: &str| {
        painter.layout_no_wrap(line.to_owned(), look.font.clone(), look.colour).size().x <= width
    };
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let longer = lines.last().map(|line| format!("{line} {word}")).filter(|line| fits(line));
        match (lines.last_mut(), longer) {
            (Some(last), Some(longer)) => *last = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A line with a dark one under it.
pub(super) fn halo_line(painter: &Painter, points: Vec<Pos2>, stroke: Stroke) {
    painter.add(Shape::line(points.clone(), Stroke::new(stroke.width + 2.5, PICTURE.halo)));
    painter.add(Shape::line(points, stroke));
}

#[cfg(test)]
mod tests {
    use egui::{Context, RawInput};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn no_line_of_a_sentence_is_longer_than_its_room() {
        let ctx = Context::default();
        theme::install(&ctx, true);
        // Fonts count from the second pass on.
        let _ = ctx.run_ui(RawInput::default(), |_| {});
        let _ = ctx.run_ui(RawInput::default(), |ui| {
            let (text, look) = ("! Oblique acquisition, 17°", Halo::strong());
            // A picture of 300 pixels leaves a corner 124.
            let lines = wrapped(ui.painter(), text, &look, 124.0);
            assert_eq!(lines.join(" "), text);
            assert!(lines.len() > 1);
            for line in lines {
                let width = ui.painter().layout_no_wrap(line, look.font.clone(), look.colour).size().x;
                assert!(width <= 124.0, "{width}");
            }
            assert_eq!(wrapped(ui.painter(), text, &look, 1000.0), [text]);
        });
    }
}
