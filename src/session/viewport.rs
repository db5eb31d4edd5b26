//! How one viewport looks at the volume. The slice is not here: it follows the shared cursor.

use crate::geometry::{Patient, Plane, Vector};
pub use crate::volume::Projection;

/// Which way a viewport looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Orientation {
    /// An anatomical plane, following the nearest axes of the volume.
    Anatomical(Plane),
    /// Any plane, by its screen axes (unit, perpendicular).
    Oblique {
        /// Towards the right edge of the screen.
        right: Vector<Patient>,
        /// Towards the lower edge.
        down: Vector<Patient>,
    },
}

/// A slab of a thickness, centred on the slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slab {
    /// Full thickness along the normal, millimetres.
    pub thickness_mm: f64,
    /// What becomes of its slices.
    pub projection: Projection,
}

/// How one viewport looks at the volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewportState {
    /// Which way.
    pub orientation: Orientation,
    /// 1 fits the whole plane; 2 is twice as large.
    pub zoom: f64,
    /// Where the middle of the viewport lies from the middle of the volume: mm to the right and
    /// down on the screen.
    pub pan_mm: [f64; 2],
    /// `None` shows one slice.
    pub slab: Option<Slab>,
}

impl ViewportState {
    /// The whole plane, fitted.
    pub fn fitted(plane: Plane) -> Self {
        Self { orientation: Orientation::Anatomical(plane), zoom: 1.0, pan_mm: [0.0; 2], slab: None }
    }
}
