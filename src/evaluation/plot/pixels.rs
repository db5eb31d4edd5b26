//! plotters' drawing onto pixels in memory.
//!
//! Its own bitmap backend strokes a path as one polygon, which leaves holes where a curve turns within the
//! width of the line, and places text higher than its SVG backend does. Here a stroke is the union of its
//! segments, and text stands where the SVG has it.

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

/// Height of a small x in ems, in the font of the plots.
const X_HEIGHT: f64 = 0.546;

/// Three bytes a pixel, row by row from the top; white at first.
pub(super) struct Pixels<'a> {
    rgb: &'a mut [u8],
    width: usize,
    height: usize,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Pixels<'a> {
    /// - `rgb`: `3 * width * height` bytes; what lies beyond is not drawn
    pub(super) fn new(rgb: &'a mut [u8], [width, height]: [usize; 2]) -> Self {
        rgb.fill(255);
        Self { rgb, width, height }
    }

    fn blend(&mut self, x: i64, y: i64, color: BackendColor, coverage: f64) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x >= self.width {
            return;
        }
        let at = (y * self.width + x) * 3;
        let alpha = color.alpha * coverage.clamp(0.0, 1.0);
        let inks = [color.rgb.0, color.rgb.1, color.rgb.2];
        if alpha >= 1.0 {
            // Most pixels, the white ground among them.
            if let Some(pixel) = self.rgb.get_mut(at..at + 3) {
                pixel.copy_from_slice(&inks);
            }
            return;
        }
        for (old, new) in self.rgb.get_mut(at..at + 3).into_iter().flatten().zip(inks) {
            *old = (f64::from(*old) * (1.0 - alpha) + f64::from(new) * alpha).round() as u8;
        }
    }

    /// One segment of a line, with round ends where others join it and straight ones elsewhere.
    fn segment(&mut self, [from, to]: [BackendCoord; 2], width: u32, color: BackendColor, joined: [bool; 2]) {
        let [a, b] = [from, to].map(|p| [f64::from(p.0), f64::from(p.1)]);
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0].hypot(along[1]);
        let radius = f64::from(width) / 2.0;
        let reach = radius + 1.0;
        let ends = |axis: usize| {
            let (low, high) = (a[axis].min(b[axis]) - reach, a[axis].max(b[axis]) + reach);
            let last = [self.width, self.height].get(axis).map_or(0, |s| *s as i64 - 1);
            (low.floor() as i64).max(0)..=(high.ceil() as i64).min(last)
        };
        let (columns, rows) = (ends(0), ends(1));
        for y in rows {
            for x in columns.clone() {
                let from_a = [x as f64 - a[0], y as f64 - a[1]];
                let place = if length > 0.0 {
                    (from_a[0] * along[0] + from_a[1] * along[1]) / (length * length)
                } else {
                    0.0
                };
                if (place < 0.0 && !joined[0]) || (place > 1.0 && !joined[1]) {
                    continue;
                }
                let place = place.clamp(0.0, 1.0);
                let distance = (from_a[0] - place * along[0]).hypot(from_a[1] - place * along[1]);
                if distance < radius + 0.5 {
                    self.blend(x, y, color, radius + 0.5 - distance);
                }
            }
        }
    }
}

impl DrawingBackend for Pixels<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.blend(i64::from(point.0), i64::from(point.1), color, 1.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.segment([from, to], style.stroke_width(), style.color(), [false; 2]);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        let last = points.len().saturating_sub(2);
        for (number, ends) in points.windows(2).enumerate() {
            if let [from, to] = ends {
                let joined = [number > 0, number < last];
                self.segment([*from, *to], style.stroke_width(), style.color(), joined);
            }
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let font = |error: S::FontError| DrawingErrorKind::FontError(Box::new(error));
        let ((left, _), (right, _)) = style.layout_box(text).map_err(font)?;
        let em = style.size() / 1.24;
        let across = match style.anchor().h_pos {
            HPos::Left => 0,
            HPos::Center => -(right - left) / 2,
            HPos::Right => left - right,
        };
        // From the anchor down to the line that letters stand on, as plotters writes it into an SVG.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => 0.5 * X_HEIGHT * em,
            VPos::Bottom => -0.5 * X_HEIGHT * em,
        };
        // plotters gives pixels with that line at half the size.
        let down = (down - style.size() / 2.0).round() as i32;
        let turned = style.transform();
        let drawn = style.draw(text, (0, 0), |x, y, color| {
            let (x, y) = turned.transform(x + across, y + down);
            self.draw_pixel((at.0 + x, at.1 + y), color)
        });
        drawn.map_err(font)?
    }
}
