//! What others drew: segments of segmentations and regions of radiotherapy structure sets, in patient space,
//! and where a plane cuts them.
//!
//! A segment is a [`Mask`] on a small grid of its own, a region is a set of [`Contours`]. Neither is ever
//! brought onto the grid of a series: a viewport asks with its own plane ([`Structure::cut`]), so that nothing
//! is moved, mirrored or rounded to voxels that it was not drawn on.

mod colour;
mod contours;
mod cut;
mod fill;
mod mask;

pub use colour::{cielab_from_srgb, readable, srgb_from_cielab, unasked};
pub use contours::{Contours, Path};
pub use cut::{CutPlane, Line};
pub use mask::{Mask, cut_voxels};

use crate::geometry::{Patient, Point};

/// What a structure consists of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Voxels of a segmentation.
    Mask(Mask),
    /// Lines in planes.
    Contours(Contours),
}

/// One segment of a segmentation, or one region of a structure set.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Segment Number or ROI Number.
    pub number: i64,
    /// Segment Label or ROI Name; never empty.
    pub name: String,
    /// Red, green and blue, as the file recommends, made light enough to be seen on a CT.
    pub colour: [u8; 3],
    /// What it consists of; `None` where nothing of it could be read, or nothing is there.
    pub shape: Option<Shape>,
    /// What must be known of it, one sentence each: what could not be read, what is drawn otherwise.
    pub remarks: Vec<String>,
}

/// All structures of one file.
#[derive(Clone, Debug, Default)]
pub struct StructureSet {
    /// In the order of the file.
    pub structures: Vec<Structure>,
    /// What must be known of all of them.
    pub remarks: Vec<String>,
}

impl Structure {
    /// Where the plane cuts it: lines in patient space that lie in the plane, or, of contours, within what the
    /// plane stands for. Empty where it misses.
    pub fn cut(&self, plane: &CutPlane) -> Vec<Line> {
        match &self.shape {
            Some(Shape::Mask(mask)) => mask.cut(plane),
            Some(Shape::Contours(contours)) => contours.cut(plane),
            None => Vec::new(),
        }
    }

    /// Positions between which all of it lies, LPS mm; none where nothing is there.
    pub fn corners(&self) -> Vec<Point<Patient>> {
        match &self.shape {
            Some(Shape::Mask(mask)) => {
                let grid = mask.grid();
                grid.bounds().corners().map(|corner| grid.patient_from_voxel() * corner).to_vec()
            }
            Some(Shape::Contours(contours)) => {
                contours.paths().iter().flat_map(|path| path.points.iter().copied()).collect()
            }
            None => Vec::new(),
        }
    }

    /// A point in its middle, to go there, LPS mm; `None` where nothing is there.
    pub fn middle(&self) -> Option<Point<Patient>> {
        match self.shape.as_ref()? {
            Shape::Mask(mask) => mask.middle(),
            Shape::Contours(contours) => contours.middle(),
        }
    }
}
