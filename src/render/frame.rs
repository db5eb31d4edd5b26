//! One frame of one viewport as a value: what the renderer is asked for.

use std::sync::Arc;

use crate::explain::Saliency;
use crate::view::ResolvedView;
use crate::volume::{Colours, Sampling, Volume, Window};

/// How a saliency map lies over the slice.
#[derive(Clone, Debug)]
pub struct HeatmapLook {
    /// The map.
    pub saliency: Arc<Saliency>,
    /// 0..=1.
    pub opacity: f32,
    /// Below this part of the map's maximum (0..=1) nothing is drawn.
    pub threshold: f32,
    /// Lines at levels of the map (see [`mod@super::contour`]) instead of an area.
    pub contour: bool,
    /// What its colours have in common with those of another map; `None`: they are its own.
    pub shared: Option<SharedScale>,
}

/// A scale of colours for two maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedScale {
    /// Where it ends; `None`: at each map's own largest magnitude, as for maps of different units.
    pub largest: Option<f32>,
    /// Diverging around zero, also for a map without a sign.
    pub signed: bool,
}

impl HeatmapLook {
    /// Where the colours end.
    /// - `own`: the map's own largest magnitude
    pub fn largest_of(&self, own: f32) -> f32 {
        self.shared.and_then(|shared| shared.largest).unwrap_or(own)
    }

    /// What stands at the end of the colours, in [`Self::unit`]: of two maps in unlike units, the whole of each
    /// one's own largest magnitude.
    pub fn end_of_scale(&self) -> f32 {
        match self.shared {
            Some(SharedScale { largest, .. }) => largest.unwrap_or(1.0),
            None => self.saliency.largest_magnitude(),
        }
    }

    /// Whether the colours diverge around zero.
    pub fn signed(&self) -> bool {
        self.shared.map_or(self.saliency.signed, |shared| shared.signed)
    }

    /// Unit of the number at the end of the colours.
    pub fn unit(&self) -> &'static str {
        match self.shared {
            Some(SharedScale { largest: None, .. }) => "of each one's largest",
            _ => self.saliency.unit,
        }
    }
}

/// How another volume of the same patient space lies over the slice as a layer of colour.
#[derive(Clone, Debug)]
pub struct LayerLook {
    /// The other volume, of real numbers, on a grid of its own; complete.
    pub volume: Arc<Volume>,
    /// Nothing is drawn under the first value, and the brightest colour begins at the second; in its unit.
    pub range: [f32; 2],
    /// 0..=1.
    pub opacity: f32,
}

/// One frame of one viewport.
#[derive(Clone, Debug)]
pub struct SliceFrame {
    /// What.
    pub volume: Arc<Volume>,
    /// From where.
    pub view: ResolvedView,
    /// In which window.
    pub window: Window,
    /// Black on white.
    pub invert: bool,
    /// Another volume over it, under the map.
    pub layer: Option<LayerLook>,
    /// How voxels become the picture.
    pub sampling: Sampling,
    /// Which colours stand for values.
    pub colours: Colours,
    /// The map over it, if asked for.
    pub heatmap: Option<HeatmapLook>,
}

/// Why a picture could not be made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RenderError {
    /// Larger than the adapter's textures.
    #[error(
        "a picture of {width} x {height} pixels is larger than this graphics adapter takes ({limit} at most)"
    )]
    TooLarge {
        /// Asked for.
        width: u32,
        /// Asked for.
        height: u32,
        /// The adapter's limit along each side.
        limit: u32,
    },
    /// Not even a reduced volume fits.
    #[error("the volume does not fit into the graphics memory, not even reduced")]
    NoMemory,
    /// A shader does not compile.
    #[error("a shader does not compile: {detail}")]
    Shader {
        /// What the compiler said.
        detail: String,
    },
    /// The device failed while drawing.
    #[error("the graphics device failed while drawing: {detail}")]
    Device {
        /// What the driver said.
        detail: String,
    },
}

/// How much of a volume is on the GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// Slices of the volume that are there.
    pub slices: usize,
    /// Slices of the volume.
    pub total: usize,
    /// The volume was reduced by this factor per axis to fit the adapter (1: not reduced, 0: it
    /// does not fit at all).
    pub reduced: usize,
    /// Bytes in use on the GPU for it.
    pub bytes: u64,
}

impl Upload {
    /// Whether every slice is there.
    pub fn is_complete(&self) -> bool {
        self.slices == self.total
    }
}
