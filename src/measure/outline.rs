//! The lines of a measurement in the patient, to be drawn and to be taken hold of.

use super::kind::Kind;
use super::measurement::{Measurement, between};
use crate::geometry::{Patient, Point};

/// Corners of the polygon that stands for an ellipse: at 300 px across it is off by a third of a pixel.
const ELLIPSE_CORNERS: usize = 72;

/// Lines in the patient, LPS mm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// What is measured: each a line through its points.
    pub lines: Vec<Vec<Point<Patient>>>,
    /// What only leads from one to another: drawn with less weight.
    pub leads: Vec<[Point<Patient>; 2]>,
}

impl Measurement {
    /// Its lines. Where points are still missing, as far as they go.
    pub fn outline(&self) -> Outline {
        let mut outline = Outline::default();
        match (self.kind, self.points.as_slice()) {
            (Kind::Probe | Kind::Note, _) => {}
            (Kind::Cobb | Kind::Bidirectional, [a, b, rest @ ..]) => {
                outline.lines.push(vec![*a, *b]);
                if let [c, d] = rest {
                    outline.lines.push(vec![*c, *d]);
                    if self.kind == Kind::Cobb {
                        outline.leads.push([between(*a, *b, 0.5), between(*c, *d, 0.5)]);
                    }
                }
            }
            (Kind::Ellipse | Kind::Rectangle | Kind::Polygon, _) => {
                let mut line = self.boundary();
                line.extend(line.first().copied());
                outline.lines.push(line);
            }
            (_, points) => outline.lines.push(points.to_vec()),
        }
        outline
    }

    /// The corners of a region's boundary in order, LPS mm; of an ellipse a polygon in its place. Empty for
    /// what is no region.
    pub fn boundary(&self) -> Vec<Point<Patient>> {
        match (self.kind, self.corners()) {
            (Kind::Rectangle, Some(corners)) => corners.to_vec(),
            (Kind::Ellipse, Some([a, right, c, down])) => {
                let centre = between(a, c, 0.5);
                let (half_right, half_down) = ((right - a) * 0.5, (down - a) * 0.5);
                (0..ELLIPSE_CORNERS)
                    .map(|n| std::f64::consts::TAU * n as f64 / ELLIPSE_CORNERS as f64)
                    .map(|turn| centre + half_right * turn.cos() + half_down * turn.sin())
                    .collect()
            }
            (Kind::Polygon, _) => self.points.clone(),
            _ => Vec::new(),
        }
    }
}
