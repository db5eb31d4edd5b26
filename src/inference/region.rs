//! A box that a network really read, in the patient: what window, pictures and JSON show of any network.

use super::m3net::{ContextBox, Sampling};
use super::mode::Mode;
use super::{csf, maemc, mmcaf, ssm};
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::networks::{Architecture, Scale};

/// Which part of a network's input a box is; by these names in files and on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RegionName {
    /// M3Net: the nodule itself.
    Micro,
    /// M3Net: its neighbourhood.
    Meso,
    /// M3Net: its place in the lung.
    Macro,
    /// MMCAF-Net: the slices that were answered about.
    Window,
    /// MAEMC-NET: the axial slices of the montage.
    Axial,
    /// MAEMC-NET: the coronal slices of the montage.
    Coronal,
    /// CSF-Net: on the later date.
    Current,
    /// CSF-Net: on the earlier date, in the series of that date.
    Prior,
    /// LungNodule-SSM: the one slice.
    Slice,
}

impl RegionName {
    /// Lower-case word, as in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Micro => "micro",
            Self::Meso => "meso",
            Self::Macro => "macro",
            Self::Window => "window",
            Self::Axial => "axial",
            Self::Coronal => "coronal",
            Self::Current => "current",
            Self::Prior => "prior",
            Self::Slice => "slice",
        }
    }
}

/// One box of what was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Which.
    pub name: RegionName,
    /// The smallest box of whole voxels that holds it; reaches outside the grid where it was padded.
    pub bounds: VoxelBox,
    /// Outer corners, LPS mm; corner n takes the upper side of axis a where bit a of n is set. Between
    /// voxels where the input was resampled.
    pub corners: [Point<Patient>; 8],
    /// Voxels by which it was moved to stay inside, per axis (i, j, k), signed.
    pub shifted: [i64; 3],
    /// Voxels outside the volume, per axis (i, j, k), both sides together.
    pub padded: [usize; 3],
}

impl Region {
    /// A box of whole voxels, read as they are.
    /// - `grid`: of the volume that was read
    pub fn of_voxels(name: RegionName, bounds: VoxelBox, grid: &VoxelGrid) -> Self {
        let corners = bounds.corners().map(|corner| grid.patient_from_voxel() * corner);
        Self { name, bounds, corners, shifted: [0; 3], padded: [0; 3] }
    }

    /// Lengths of its edges, mm: along the axes of the volume, or of the patient where it was resampled.
    pub fn size_mm(&self) -> [f64; 3] {
        [1, 2, 4].map(|n| self.corners[0].distance(self.corners[n]))
    }
}

impl ContextBox {
    /// The box as every network's is shown.
    /// - `grid`: of the volume that it lies in
    pub fn region(&self, grid: &VoxelGrid) -> Region {
        let (shifted, padded) = (self.shifted, self.padded);
        Region { shifted, padded, ..Region::of_voxels(self.scale.into(), self.bounds, grid) }
    }
}

/// What a network reads around a point.
/// - `architecture`: its layers, as its weights decide them
/// - `mode`: how its input is prepared; of the five M3Net alone reads other places in another mode
/// - `at`: in the patient, LPS mm; one outside the grid gives what is read at the nearest place inside
/// - returns: nothing where the grid cannot be sampled as the mode wants it
pub fn regions(architecture: &Architecture, mode: Mode, grid: &VoxelGrid, at: Point<Patient>) -> Vec<Region> {
    match architecture {
        Architecture::M3Net(_) => Sampling::of(mode, grid).map_or_else(
            |_| Vec::new(),
            |sampling| sampling.boxes(at).iter().map(|context| sampling.region(context, grid)).collect(),
        ),
        Architecture::Mmcaf(config) => mmcaf::regions(grid, at, None, config.field),
        Architecture::Maemc(_) => maemc::regions(grid, at).into(),
        // The earlier date's lies in another series.
        Architecture::Csf(_) => vec![csf::region(grid, at, csf::Date::Current)],
        Architecture::Ssm(_) => vec![ssm::region(grid, ssm::nearest_slice(grid, at))],
    }
}

impl From<Scale> for RegionName {
    fn from(scale: Scale) -> Self {
        match scale {
            Scale::Micro => Self::Micro,
            Scale::Meso => Self::Meso,
            Scale::Macro => Self::Macro,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_whole_voxels_has_their_outer_corners_and_lengths() {
        let grid = VoxelGrid::axis_aligned([64, 64, 40], [0.7, 0.8, 2.5], Point::new(-10.0, 5.0, 100.0))
            .expect("a grid");
        let bounds = VoxelBox { min: [2, 3, 4], size: [10, 20, 30] };
        let region = Region::of_voxels(RegionName::Window, bounds, &grid);
        // Half a voxel before the centre of voxel (2, 3, 4).
        let first = region.corners[0].to_array();
        for (found, expected) in
            first.into_iter().zip([-10.0 + 1.5 * 0.7, 5.0 + 2.5 * 0.8, 100.0 + 3.5 * 2.5])
        {
            assert!((found - expected).abs() < 1e-9, "{first:?}");
        }
        for (found, expected) in region.size_mm().into_iter().zip([7.0, 16.0, 75.0]) {
            assert!((found - expected).abs() < 1e-9);
        }
    }
}
