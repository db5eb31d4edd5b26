//! A plot on paper: SVG, and the same as pixels.
//!
//! Both come from one drawing in sixths of a CSS pixel: plotters places everything at whole coordinates,
//! which at its own scale would show as steps. Text is the program's own font, so that nothing depends on
//! the fonts of a machine; colours are those of Okabe and Ito, told apart by most readers, and dashes tell
//! the series apart in grey print.

use std::sync::Once;

use plotters::chart::{ChartBuilder, ChartContext, LabelAreaPosition};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::{
    Circle, Color, DrawingArea, DrawingBackend, FontStyle, IntoDrawingArea, PathElement, Polygon, RGBColor,
    Rectangle, SVGBackend, ShapeStyle, Text, TextStyle, WHITE,
};
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::pixels::Pixels;
use super::{Axis, Corner, Layer, Plot};
use crate::evaluation::EvaluationError;

/// Around the axes, in CSS pixels: left with numbers and label, right, above with the title, below.
const LEFT: i32 = 58;
const RIGHT: i32 = 18;
const ABOVE: i32 = 32;
const BELOW: i32 = 50;
/// Coordinates for each CSS pixel.
const FINE: i32 = 6;
/// Pixels of a picture for each CSS pixel: 288 to the inch, enough for print.
const SHARP: i32 = 3;
/// The name under which plotters finds our font, which is also the list that an SVG asks its viewer for.
const FONT: &str = "Inter, Helvetica, Arial, sans-serif";
const REGULAR: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-Regular-tabular.ttf"));
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const QUIET: RGBColor = RGBColor(0x88, 0x88, 0x88);
/// Colour, and lengths of dash and gap in CSS pixels; a gap of 0 is a line.
const SERIES: [(RGBColor, [i32; 2]); 6] = [
    (RGBColor(0x00, 0x72, 0xb2), [1, 0]),
    (RGBColor(0xd5, 0x5e, 0x00), [7, 3]),
    (RGBColor(0x00, 0x9e, 0x73), [3, 2]),
    (RGBColor(0xcc, 0x79, 0xa7), [11, 4]),
    (RGBColor(0xe6, 0x9f, 0x00), [5, 5]),
    (RGBColor(0x56, 0xb4, 0xe9), [2, 4]),
];

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Four bytes a pixel, row by row from the top.
    pub rgba: Vec<u8>,
    /// Width and height in pixels.
    pub size: [u32; 2],
}

type Chart<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
/// plotters' errors have a type for each backend; its words are enough.
type Drawn = Result<(), String>;

impl Plot {
    /// Width and height in CSS pixels, 96 to the inch: 12.7 cm wide.
    fn size(&self) -> [i32; 2] {
        let width = 480;
        let inner = width - LEFT - RIGHT;
        [width, ABOVE + BELOW + if self.square { inner } else { inner * 3 / 5 }]
    }

    /// The plot as an SVG document.
    /// - errors: plotters could not draw it
    pub fn to_svg(&self) -> Result<String, EvaluationError> {
        let mut text = String::new();
        let [width, height] = self.size();
        let fine = ((FINE * width) as u32, (FINE * height) as u32);
        {
            let area = SVGBackend::with_string(&mut text, fine).into_drawing_area();
            self.draw(&area).map_err(EvaluationError::NoPlot)?;
        }
        // The coordinates stay fine; only the size on paper is that of CSS pixels.
        let wide = format!("<svg width=\"{}\" height=\"{}\"", fine.0, fine.1);
        if !text.starts_with(&wide) {
            let words = "plotters begins an SVG in another way than expected";
            return Err(EvaluationError::NoPlot(words.to_owned()));
        }
        Ok(text.replacen(&wide, &format!("<svg width=\"{width}\" height=\"{height}\""), 1))
    }

    /// The plot as pixels, 288 to the inch.
    /// - errors: plotters could not draw it
    pub fn to_picture(&self) -> Result<Picture, EvaluationError> {
        let [width, height] = self.size().map(|s| (FINE * s) as usize);
        let mut fine = vec![0; width * height * 3];
        let area = Pixels::new(&mut fine, [width, height]).into_drawing_area();
        self.draw(&area).map_err(EvaluationError::NoPlot)?;
        drop(area);
        // The mean of each block: smooth edges, also where plotters has none.
        let block = (FINE / SHARP) as usize;
        let size = [width / block, height / block];
        let mut rgba = Vec::with_capacity(size[0] * size[1] * 4);
        for row in 0..size[1] {
            for column in 0..size[0] {
                for channel in 0..3 {
                    let within = |n: usize| {
                        let (x, y) = (column * block + n % block, row * block + n / block);
                        fine.get((y * width + x) * 3 + channel).map_or(0, |v| u32::from(*v))
                    };
                    let sum: u32 = (0..block * block).map(within).sum();
                    rgba.push((sum / (block * block) as u32) as u8);
                }
                rgba.push(255);
            }
        }
        Ok(Picture { rgba, size: size.map(|s| s as u32) })
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn {
        static FONTS: Once = Once::new();
        FONTS.call_once(|| {
            // A font that cannot be read makes every drawing below fail with a sentence.
            let _ = register_font(FONT, FontStyle::Normal, REGULAR);
        });
        let failed = |e: &dyn std::fmt::Display| e.to_string();
        area.fill(&WHITE).map_err(|e| failed(&e))?;
        let title = Text::new(self.title.as_str(), (LEFT * FINE, 9 * FINE), text(13));
        area.draw(&title).map_err(|e| failed(&e))?;
        let mut chart = ChartBuilder::on(area)
            .margin_top(ABOVE * FINE)
            .margin_right(RIGHT * FINE)
            .margin_left(8 * FINE)
            .margin_bottom(8 * FINE)
            .set_label_area_size(LabelAreaPosition::Left, (LEFT - 8) * FINE)
            .set_label_area_size(LabelAreaPosition::Bottom, (BELOW - 8) * FINE)
            .build_cartesian_2d(self.x.range[0]..self.x.range[1], self.y.range[0]..self.y.range[1])
            .map_err(|e| failed(&e))?;
        let decimals = |axis: &Axis| {
            let span = axis.range[1] - axis.range[0];
            if span >= 8.0 { 0 } else { (1.0 - span.log10()).ceil().clamp(1.0, 6.0) as usize }
        };
        let (x_decimals, y_decimals) = (decimals(&self.x), decimals(&self.y));
        chart
            .configure_mesh()
            .light_line_style(WHITE.mix(0.0))
            .bold_line_style(stroke(QUIET.mix(0.25), 1))
            .axis_style(stroke(INK.to_rgba(), 2))
            .set_all_tick_mark_size(4 * FINE)
            .x_labels(11)
            .y_labels(if self.square { 11 } else { 7 })
            .x_label_formatter(&|v| format!("{v:.x_decimals$}"))
            .y_label_formatter(&|v| format!("{v:.y_decimals$}"))
            .label_style(text(11))
            .axis_desc_style(text(12))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .draw()
            .map_err(|e| failed(&e))?;
        for layer in &self.layers {
            draw_layer(&mut chart, layer).map_err(|e| failed(&e))?;
        }
        self.draw_names(&chart).map_err(|e| failed(&e))
    }

    /// The names of the series in their corner, on white.
    fn draw_names<DB: DrawingBackend>(&self, chart: &Chart<'_, DB>) -> Drawn {
        if self.series.is_empty() {
            return Ok(());
        }
        let area = chart.plotting_area().strip_coord_spec();
        let (line, sample, pad) = (16 * FINE, 28 * FINE, 6 * FINE);
        let (area_width, area_height) = area.dim_in_pixel();
        let gap = 8 * FINE;
        // Long names get smaller letters before they run out of the axes.
        let room = area_width as i32 - sample - 3 * pad - 2 * gap;
        let mut size = 11;
        let (style, widest) = loop {
            let style = text(size);
            let mut widest = 0;
            for name in &self.series {
                let (width, _) = area.estimate_text_size(name, &style).map_err(|e| e.to_string())?;
                widest = widest.max(width as i32);
            }
            if widest <= room || size <= 7 {
                break (style, widest);
            }
            size -= 1;
        };
        let (width, height) = (sample + widest + 3 * pad, line * self.series.len() as i32 + pad);
        let (right, below) = (area_width as i32 - width - gap, area_height as i32 - height - gap);
        let (left, top) = match self.names {
            Corner::UpperLeft => (gap, gap),
            Corner::UpperRight => (right, gap),
            Corner::LowerLeft => (gap, below),
            Corner::LowerRight => (right, below),
        };
        let ground = Rectangle::new([(left, top), (left + width, top + height)], WHITE.mix(0.9).filled());
        area.draw(&ground).map_err(|e| e.to_string())?;
        for (number, name) in self.series.iter().enumerate() {
            let middle = top + pad / 2 + line * number as i32 + line / 2;
            let ends = vec![(left + pad, middle), (left + pad + sample, middle)];
            let (style_line, dashes) = series_style(number);
            match dashes {
                [_, 0] => area.draw(&PathElement::new(ends, style_line)),
                [dash, gap] => area.draw(&DashedPathElement::new(ends, dash, gap, style_line)),
            }
            .map_err(|e| e.to_string())?;
            let centred = style.pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(name.as_str(), (left + 2 * pad + sample, middle), centred))
                .map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}

fn draw_layer<DB: DrawingBackend>(chart: &mut Chart<'_, DB>, layer: &Layer) -> Drawn {
    let pair = |p: &[f64; 2]| (p[0], p[1]);
    match layer {
        Layer::Reference(points) => {
            let points: Vec<(f64, f64)> = points.iter().map(pair).collect();
            let line = DashedPathElement::new(points, 4 * FINE, 4 * FINE, stroke(QUIET.to_rgba(), 2));
            chart.draw_series([line]).map_err(|e| e.to_string())?;
        }
        Layer::Line { points, series } => {
            let points: Vec<(f64, f64)> = points.iter().map(pair).collect();
            let (style, dashes) = series_style(*series);
            match dashes {
                [_, 0] => chart.draw_series([PathElement::new(points, style)]),
                [dash, gap] => chart.draw_series([DashedPathElement::new(points, dash, gap, style)]),
            }
            .map_err(|e| e.to_string())?;
        }
        Layer::Band { points, series } => {
            let there = points.iter().map(|p| (p[0], p[1]));
            let back = points.iter().rev().map(|p| (p[0], p[2]));
            let area: Vec<(f64, f64)> = there.chain(back).collect();
            let (style, _) = series_style(*series);
            let ground = style.color.mix(0.15).filled();
            chart.draw_series([Polygon::new(area, ground)]).map_err(|e| e.to_string())?;
        }
        Layer::Dots { points, series } => {
            let (style, _) = series_style(*series);
            let thin = ShapeStyle { stroke_width: (FINE as u32).max(1), ..style };
            let bars = points.iter().filter(|p| p[3] > p[2]);
            let bars = bars.map(|p| PathElement::new(vec![(p[0], p[2]), (p[0], p[3])], thin));
            chart.draw_series(bars).map_err(|e| e.to_string())?;
            let dots = points.iter().map(|p| Circle::new((p[0], p[1]), 3 * FINE, style.color.filled()));
            chart.draw_series(dots).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

/// Stroke of a series, and its dash and gap in fine coordinates.
fn series_style(series: usize) -> (ShapeStyle, [i32; 2]) {
    let (colour, dashes) = SERIES.get(series % SERIES.len()).copied().unwrap_or((INK, [1, 0]));
    (ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: 10 }, dashes.map(|d| d * FINE))
}

/// - `halves`: width in halves of a CSS pixel
fn stroke(color: plotters::style::RGBAColor, halves: u32) -> ShapeStyle {
    ShapeStyle { color, filled: false, stroke_width: halves * FINE as u32 / 2 }
}

/// - `size`: of the em in CSS pixels
fn text(size: i32) -> TextStyle<'static> {
    // plotters sizes a line, 1.24 of the em.
    TextStyle::from((FONT, f64::from(size * FINE) * 1.24)).color(&INK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::plot::{JitterCurve, LossCurve};
    use crate::evaluation::tests::normal_cases;
    use crate::evaluation::{Bootstrap, Interval};

    const FEW: Bootstrap = Bootstrap { samples: 50, seed: 1 };

    fn roc(name: &str) -> Plot {
        let scored = normal_cases(1, 60, 1.5);
        let patients: Vec<usize> = (0..60).collect();
        Plot::roc("All nodules", &[(name, &scored, &patients)], &FEW).expect("both classes")
    }

    #[test]
    fn the_axes_of_a_roc_plot_have_one_length_on_paper() {
        let picture = roc("network").to_picture().expect("drawn");
        let [width, height] = picture.size.map(|s| s as usize);
        let dark = |x: usize, y: usize| picture.rgba[(y * width + x) * 4] < 80;
        let longest = |line: &mut dyn Iterator<Item = bool>| {
            line.fold(
                (0_usize, 0_usize),
                |(most, run), d| if d { (most.max(run + 1), run + 1) } else { (most, 0) },
            )
            .0
        };
        let across = (0..height).map(|y| longest(&mut (0..width).map(|x| dark(x, y)))).max();
        let up = (0..width).map(|x| longest(&mut (0..height).map(|y| dark(x, y)))).max();
        let (across, up) = (across.expect("rows"), up.expect("columns"));
        // A tick at an end, 4 of the 404 CSS pixels, may lengthen one of them.
        assert!(across.abs_diff(up) <= 4 * SHARP as usize && across > 1000, "{across} {up}");
    }

    #[test]
    fn an_svg_holds_title_labels_and_figures_and_keeps_names_harmless() {
        let svg = roc("<b> & co").to_svg().expect("drawn");
        for words in ["All nodules", "Sensitivity", "1 − specificity", "AUC 0.", "95 % CI", "n = 60"] {
            assert!(svg.contains(words), "{words}");
        }
        assert!(svg.contains("&lt;b&gt; &amp; co") && !svg.contains("<b>"));
        assert!(svg.starts_with("<svg width=\"480\" ") && svg.trim_end().ends_with("</svg>"));
        assert_eq!(svg, roc("<b> & co").to_svg().expect("drawn again"), "the same bytes each time");
    }

    #[test]
    fn every_kind_of_plot_is_drawn_in_its_colours() {
        let scored = normal_cases(2, 60, 1.5);
        let patients: Vec<usize> = (0..60).collect();
        let at = |x: f64, y: f64| (x, y, Interval { low: y - 0.1, high: y + 0.05 });
        let curve = |name: &str, y: f64| JitterCurve {
            name: name.to_owned(),
            points: vec![at(0.0, y), at(3.0, y - 0.2)],
        };
        let loss = |name: &str, values: &[f64]| LossCurve { name: name.to_owned(), values: values.to_vec() };
        let two = [("one", &scored, patients.as_slice()), ("two", &scored, patients.as_slice())];
        for plot in [
            Plot::precision_recall("", &two, &FEW).expect("both classes"),
            Plot::reliability("", &[("one", &scored), ("two", &scored)]),
            Plot::jitter("", "AUC", &[curve("one", 0.9), curve("two", 0.8)]).expect("points"),
            Plot::losses("", "Loss", &[loss("one", &[2.0, f64::NAN, 1.0]), loss("two", &[3.0, 1.5])])
                .expect("values"),
        ] {
            let picture = plot.to_picture().expect("drawn");
            assert_eq!(picture.rgba.len(), (picture.size[0] * picture.size[1] * 4) as usize);
            for (colour, _) in &SERIES[..2] {
                let ink = [colour.0, colour.1, colour.2, 255];
                let count = picture.rgba.chunks_exact(4).filter(|p| **p == ink).count();
                // The sample beside the name alone, 28 by 5/3 CSS pixels of nine each less gaps and edges.
                assert!(count > 150, "{:?}: {count} pixels of {colour:?}", plot.y.label);
            }
            let svg = plot.to_svg().expect("drawn");
            assert!(svg.contains("#0072B2") && svg.contains("#D55E00"));
        }
    }

    #[test]
    fn nothing_to_draw_is_an_error_and_one_value_has_an_axis() {
        assert_eq!(Plot::jitter("", "AUC", &[]), Err(EvaluationError::Undefined));
        let loss = |value: f64| [LossCurve { name: "training".to_owned(), values: vec![value] }];
        assert_eq!(Plot::losses("", "Loss", &loss(f64::INFINITY)), Err(EvaluationError::Undefined));
        Plot::losses("", "Loss", &loss(0.5)).expect("an axis").to_picture().expect("drawn");
    }
}
