//! Curves as data, and their drawing on paper.
//!
//! `Plot` holds what is to be seen: axes, lines, bands, points, names. `draw` puts it on paper as SVG or
//! pixels; a window draws the same `Plot` with its own means, from a JSON file of it.

mod build;
mod draw;
mod pixels;

use serde::{Deserialize, Serialize};

pub use build::{JitterCurve, LossCurve};
pub use draw::Picture;

/// One axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Its name, with the unit.
    pub label: String,
    /// Lowest and highest value; the second is greater.
    pub range: [f64; 2],
}

/// Something to be seen, in the plot's own coordinates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Layer {
    /// A line of reference (chance, perfect calibration): thin, grey, dashed, without a name.
    Reference(Vec<[f64; 2]>),
    /// A line through points.
    Line {
        /// From the first to the last.
        points: Vec<[f64; 2]>,
        /// Which of the plot's series: its colour and dashes.
        series: usize,
    },
    /// The area between two heights: x, low, high.
    Band {
        /// From the left to the right.
        points: Vec<[f64; 3]>,
        /// Which of the plot's series.
        series: usize,
    },
    /// Dots with an interval: x, y, low, high. An interval without a height is not drawn.
    Dots {
        /// In any order.
        points: Vec<[f64; 4]>,
        /// Which of the plot's series.
        series: usize,
    },
}

/// A corner for the names of the series, where the curves leave room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Corner {
    /// Above, left.
    UpperLeft,
    /// Above, right.
    UpperRight,
    /// Below, left.
    LowerLeft,
    /// Below, right.
    LowerRight,
}

/// Everything that is to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Above the axes.
    pub title: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// Whether both axes have one length on paper.
    pub square: bool,
    /// From the back to the front.
    pub layers: Vec<Layer>,
    /// The name of each series, with its figures.
    pub series: Vec<String>,
    /// Where the names stand.
    pub names: Corner,
}
