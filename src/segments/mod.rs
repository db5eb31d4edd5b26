//! What the reader draws himself: segments, each some voxels of the volume's own grid, with a name, a colour
//! and values.
//!
//! A brush leaves dabs ([`Dab`]); a segment holds the voxels that they touched ([`Voxels`]), in blocks that
//! copies share, so that a step of undo costs no more than what the step changed. The word is DICOM's
//! (PS3.3 C.8.20.4).

mod dab;
mod extent;
mod figures;
mod runs;
mod tissue;
#[cfg(test)]
mod tests;
mod voxels;

use std::sync::Arc;

pub use dab::Dab;
pub use figures::Figures;
pub use runs::{RunsError, from_runs, to_runs};
pub use tissue::range_of_tissue;
pub use voxels::Voxels;

use crate::geometry::VoxelGrid;
use crate::measure::Quantity;
use crate::structures::{CutPlane, Line, cut_voxels};
use crate::volume::Volume;

/// Tells the segments of a series apart; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub u32);

/// Some voxels of a volume, drawn by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Which.
    pub id: SegmentId,
    /// What the user calls it.
    pub name: String,
    /// Red, green and blue, light enough to be seen on a CT.
    pub colour: [u8; 3],
    /// Whether it is drawn.
    pub shown: bool,
    /// What belongs to it.
    pub voxels: Arc<Voxels>,
}

impl Segment {
    /// One without any voxel.
    /// - `grid`: the volume's
    pub fn new(id: SegmentId, name: String, colour: [u8; 3], grid: &VoxelGrid) -> Self {
        Self { id, name, colour, shown: true, voxels: Arc::new(Voxels::none(grid)) }
    }

    /// The same under another name.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Where a plane cuts it, LPS mm.
    /// - `grid`: the volume's
    pub fn cut(&self, grid: &VoxelGrid, plane: &CutPlane) -> Vec<Line> {
        let Some(bounds) = self.voxels.bounds() else { return Vec::new() };
        cut_voxels(grid, &bounds, plane, |at| if self.voxels.holds(at) { 1.0 } else { 0.0 })
    }

    /// What it says: volume in ml, diameter in mm, values in the unit of the volume. Nothing of an empty one.
    pub fn quantities(&self, volume: &Volume) -> Vec<Quantity> {
        let figures = self.voxels.figures();
        if figures.voxels == 0 {
            return Vec::new();
        }
        let [i, j, k] = volume.grid().patient_from_voxel().axes();
        let ml = figures.voxels as f64 * i.cross(j).dot(k).abs() / 1000.0;
        let mut all = vec![
            Quantity::new("Volume", ml, "ml", if ml < 10.0 { 2 } else { 1 }),
            Quantity::new("Longest diameter in a slice", self.voxels.longest_mm(), "mm", 1),
        ];
        let unit = volume.unit().name();
        let places = crate::measure::decimals(volume);
        if let Some([mean, sd]) = figures.mean_and_sd() {
            all.push(Quantity::new("Mean", mean, unit, places + 1));
            all.push(Quantity::new("SD", sd, unit, places + 1));
            all.push(Quantity::new("Minimum", f64::from(figures.min), unit, places));
            all.push(Quantity::new("Maximum", f64::from(figures.max), unit, places));
        }
        all
    }
}
