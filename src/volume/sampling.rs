//! What a picture shows between the centres of voxels, and how sharply.

use serde::{Deserialize, Serialize};

/// How a value between voxels is made of theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The nearest voxel's value: each voxel is a block.
    Nearest,
    /// In proportion to the distance, of four voxels within a slice and eight between slices.
    #[default]
    Linear,
    /// Catmull-Rom splines through sixteen voxels within a slice and sixty-four between slices: values at
    /// the centres of voxels stay what they are, edges are steeper, and may overshoot a little.
    /// Source: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Transactions
    /// on Acoustics, Speech and Signal Processing 29, 1981, with a = -1/2.
    Cubic,
}

impl Interpolation {
    /// In the order in which a key steps through them.
    pub const ALL: [Interpolation; 3] = [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic];

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Interpolation::Nearest => "Nearest",
            Interpolation::Linear => "Linear",
            Interpolation::Cubic => "Cubic",
        }
    }

    /// The one after it; the first after the last.
    pub const fn next(self) -> Self {
        match self {
            Interpolation::Nearest => Interpolation::Linear,
            Interpolation::Linear => Interpolation::Cubic,
            Interpolation::Cubic => Interpolation::Nearest,
        }
    }
}

/// How much of what a value has beyond its neighbours is added to it: edges and small vessels stand out, and so
/// does noise. The picture's alone: what is measured is never sharpened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharpening {
    /// Nothing.
    #[default]
    Off,
    /// Half of it: white noise grows by a half.
    Light,
    /// All of it: white noise doubles.
    Strong,
}

impl Sharpening {
    /// In the order in which a key steps through them.
    pub const ALL: [Sharpening; 3] = [Sharpening::Off, Sharpening::Light, Sharpening::Strong];

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Sharpening::Off => "Off",
            Sharpening::Light => "Light",
            Sharpening::Strong => "Strong",
        }
    }

    /// The one after it; the first after the last.
    pub const fn next(self) -> Self {
        match self {
            Sharpening::Off => Sharpening::Light,
            Sharpening::Light => Sharpening::Strong,
            Sharpening::Strong => Sharpening::Off,
        }
    }

    /// Share of the difference to the mean of four neighbours that is added.
    pub const fn amount(self) -> f32 {
        match self {
            Sharpening::Off => 0.0,
            Sharpening::Light => 0.5,
            Sharpening::Strong => 1.0,
        }
    }
}

/// How voxels become a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sampling {
    /// What is shown between voxels.
    pub interpolation: Interpolation,
    /// How much its edges stand out.
    pub sharpening: Sharpening,
}
