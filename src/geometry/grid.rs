//! The regular grid on which a volume's voxels lie.

use super::boxes::VoxelBox;
use super::space::{Patient, Point, Vector, Voxel};
use super::transform::Transform;

/// Why a grid cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// An axis has no voxels.
    #[error("the volume has no voxels along one axis")]
    Empty,
    /// The three axes do not span space, or hold a value that is no number.
    #[error("the volume's axes do not span space (spacing or direction is missing or zero)")]
    Singular,
    /// More voxels than can be counted.
    #[error("the volume has too many voxels")]
    TooLarge,
}

/// One of the three index axes of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GridAxis {
    /// Columns, i.
    I,
    /// Rows, j.
    J,
    /// Slices, k.
    K,
}

impl GridAxis {
    /// The three axes in index order.
    pub const ALL: [GridAxis; 3] = [GridAxis::I, GridAxis::J, GridAxis::K];

    /// 0, 1 or 2.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Size of a voxel grid and its place in the patient.
///
/// Voxel (0, 0, 0) is the *centre* of the first voxel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoxelGrid {
    size: [usize; 3],
    patient_from_voxel: Transform<Patient, Voxel>,
    voxel_from_patient: Transform<Voxel, Patient>,
}

impl VoxelGrid {
    /// - `size`: columns, rows, slices
    /// - `patient_from_voxel`: LPS millimetres of a continuous voxel index
    /// - errors: an empty axis, too many voxels, or axes that do not span space
    pub fn new(size: [usize; 3], patient_from_voxel: Transform<Patient, Voxel>) -> Result<Self, GridError> {
        if size.contains(&0) {
            return Err(GridError::Empty);
        }
        if size.iter().try_fold(1usize, |n, &s| n.checked_mul(s)).is_none_or(|n| n > isize::MAX as usize / 8)
        {
            return Err(GridError::TooLarge);
        }
        let voxel_from_patient = patient_from_voxel.inverse().ok_or(GridError::Singular)?;
        Ok(Self { size, patient_from_voxel, voxel_from_patient })
    }

    /// A grid along the patient axes: for phantoms and tests.
    pub fn axis_aligned(
        size: [usize; 3],
        spacing_mm: [f64; 3],
        origin: Point<Patient>,
    ) -> Result<Self, GridError> {
        let [x, y, z] = spacing_mm;
        let (x, y, z) = (Vector::new(x, 0.0, 0.0), Vector::new(0.0, y, 0.0), Vector::new(0.0, 0.0, z));
        Self::new(size, Transform::from_axes(x, y, z, origin))
    }

    /// Columns, rows, slices.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Number of voxels.
    pub fn voxel_count(&self) -> usize {
        self.size.iter().product()
    }

    /// LPS millimetres of a voxel index.
    pub fn patient_from_voxel(&self) -> &Transform<Patient, Voxel> {
        &self.patient_from_voxel
    }

    /// Continuous voxel index of a patient position.
    pub fn voxel_from_patient(&self) -> &Transform<Voxel, Patient> {
        &self.voxel_from_patient
    }

    /// Distance between neighbouring voxel centres along i, j, k, in millimetres.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.patient_from_voxel.axes().map(Vector::length)
    }

    /// Unit vectors of the index axes in patient space.
    pub fn directions(&self) -> [Vector<Patient>; 3] {
        // The constructor refuses axes without a direction.
        self.patient_from_voxel.axes().map(|axis| axis * (1.0 / axis.length()))
    }

    /// Continuous index of the middle of the grid.
    pub fn centre_voxel(&self) -> Point<Voxel> {
        Point::from_array(self.size.map(|n| (n as f64 - 1.0) / 2.0))
    }

    /// Patient position of the middle of the grid.
    pub fn centre(&self) -> Point<Patient> {
        &self.patient_from_voxel * self.centre_voxel()
    }

    /// All voxels as a box.
    pub fn bounds(&self) -> VoxelBox {
        VoxelBox { min: [0; 3], size: self.size }
    }

    /// The voxel whose cell holds the position, or `None` outside the grid.
    pub fn voxel_at(&self, p: Point<Voxel>) -> Option<[usize; 3]> {
        let p = p.to_array();
        let mut index = [0; 3];
        for axis in 0..3 {
            let nearest = (p[axis] + 0.5).floor();
            if !(nearest >= 0.0 && nearest < self.size[axis] as f64) {
                return None;
            }
            index[axis] = nearest as usize;
        }
        Some(index)
    }

    /// The position moved, along the index axes, to the nearest place between voxel centres.
    pub fn clamp(&self, p: Point<Voxel>) -> Point<Voxel> {
        let p = p.to_array();
        Point::from_array(std::array::from_fn(|a| p[a].clamp(0.0, (self.size[a] - 1) as f64)))
    }
}
