//! The box outside of which nothing is shown in 3D.

use crate::geometry::{Patient, Point, Voxel, VoxelGrid};

/// Thinner than this no box becomes, mm: its faces could not be taken hold of any more.
const THINNEST_MM: f64 = 5.0;

/// A box along the axes of the volume, by two opposite corners, LPS mm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CropBox {
    corners: [Point<Patient>; 2],
}

impl CropBox {
    /// All of a volume, to the outer faces of its voxels.
    pub fn whole(grid: &VoxelGrid) -> Self {
        let bounds = grid.bounds();
        Self { corners: [bounds.lower(), bounds.upper()].map(|corner| grid.patient_from_voxel() * corner) }
    }

    /// Of two corners, within a volume; `None` where they are no places in it, or the box would be too thin.
    pub fn between(grid: &VoxelGrid, corners: [Point<Patient>; 2]) -> Option<Self> {
        if corners.iter().any(|corner| !corner.is_finite()) {
            return None;
        }
        let [low, high] = Self { corners }.voxels(grid).map(|corner| corner.to_array());
        let last = grid.size().map(|n| n as f64 - 0.5);
        let inside =
            |corner: [f64; 3]| Point::from_array(std::array::from_fn(|a| corner[a].clamp(-0.5, last[a])));
        let kept = [inside(low), inside(high)].map(|corner| grid.patient_from_voxel() * corner);
        let kept = Self { corners: kept };
        let spacing = grid.spacing_mm();
        let [low, high] = kept.voxels(grid).map(|corner| corner.to_array());
        (0..3).all(|a| (high[a] - low[a]) * spacing[a] >= thinnest(grid, a) - 1e-6).then_some(kept)
    }

    /// Its two corners, LPS mm.
    pub fn corners(&self) -> [Point<Patient>; 2] {
        self.corners
    }

    /// Its lowest and highest corner as continuous voxel indices.
    pub fn voxels(&self, grid: &VoxelGrid) -> [Point<Voxel>; 2] {
        let [a, b] = self.corners.map(|corner| (grid.voxel_from_patient() * corner).to_array());
        let by = |pick: fn(f64, f64) -> f64| Point::from_array(std::array::from_fn(|n| pick(a[n], b[n])));
        [by(f64::min), by(f64::max)]
    }

    /// All eight corners, LPS mm; corner n takes the upper side of axis a where bit a of n is set.
    pub fn all_corners(&self, grid: &VoxelGrid) -> [Point<Patient>; 8] {
        let [low, high] = self.voxels(grid).map(|corner| corner.to_array());
        std::array::from_fn(|n| {
            let at = std::array::from_fn(|a| if n >> a & 1 == 1 { high[a] } else { low[a] });
            grid.patient_from_voxel() * Point::from_array(at)
        })
    }

    /// The middle of a face, LPS mm.
    /// - `face`: 2 times the axis, and 1 more for its upper side
    pub fn face(&self, grid: &VoxelGrid, face: usize) -> Point<Patient> {
        let [low, high] = self.voxels(grid).map(|corner| corner.to_array());
        let mut at: [f64; 3] = std::array::from_fn(|a| f64::midpoint(low[a], high[a]));
        if let Some(slot) = at.get_mut(face / 2) {
            *slot = if face % 2 == 1 { high[face / 2] } else { low[face / 2] };
        }
        grid.patient_from_voxel() * Point::from_array(at)
    }

    /// The same with a face moved outwards along its axis, or inwards where `mm` is negative; it stays within the
    /// volume and off the face across.
    #[must_use]
    pub fn with_face_moved(&self, grid: &VoxelGrid, face: usize, mm: f64) -> Self {
        let axis = face / 2;
        if axis > 2 || !mm.is_finite() {
            return *self;
        }
        let [mut low, mut high] = self.voxels(grid).map(|corner| corner.to_array());
        let (by, thin) = (mm / grid.spacing_mm()[axis], thinnest(grid, axis) / grid.spacing_mm()[axis]);
        let last = grid.size()[axis] as f64 - 0.5;
        if face % 2 == 1 {
            high[axis] = (high[axis] + by).min(last).max(low[axis] + thin);
        } else {
            low[axis] = (low[axis] - by).max(-0.5).min(high[axis] - thin);
        }
        Self { corners: [low, high].map(|corner| grid.patient_from_voxel() * Point::from_array(corner)) }
    }
}

/// Of a volume that is thinner itself, as thin as that.
fn thinnest(grid: &VoxelGrid, axis: usize) -> f64 {
    THINNEST_MM.min(grid.size()[axis] as f64 * grid.spacing_mm()[axis])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> VoxelGrid {
        VoxelGrid::axis_aligned([100, 80, 4], [0.7, 0.8, 1.0], Point::new(-35.0, -30.0, 5.0)).expect("a grid")
    }

    #[test]
    fn a_face_moves_alone_and_stays_in_the_volume() {
        let (grid, whole) = (grid(), CropBox::whole(&grid()));
        // Indices go to the patient and back: rounding of products of numbers up to 100.
        let same =
            |a: CropBox, b: CropBox| a.corners().iter().zip(b.corners()).all(|(a, b)| a.distance(b) < 1e-9);
        assert!(same(whole.with_face_moved(&grid, 1, 10.0), whole), "it cannot leave the volume");
        let less = whole.with_face_moved(&grid, 1, -20.0);
        assert!((whole.face(&grid, 1).x - less.face(&grid, 1).x - 20.0).abs() < 1e-9);
        for other in [0, 3, 5] {
            let moved = whole.face(&grid, other).distance(less.face(&grid, other));
            assert!(other == 0 || (moved - 10.0).abs() < 1e-9, "only its middle follows");
        }
        let thin = less.with_face_moved(&grid, 0, -1000.0);
        let [low, high] = thin.corners();
        assert!((high.x - low.x - THINNEST_MM).abs() < 1e-9);
        // The volume is only 4 mm thick: so is the box.
        assert!(same(whole.with_face_moved(&grid, 4, -3.0), whole));
        assert_eq!(whole.with_face_moved(&grid, 9, -3.0), whole);
    }

    #[test]
    fn a_box_of_a_file_is_kept_within_the_volume_or_refused() {
        let (grid, whole) = (grid(), CropBox::whole(&grid()));
        let far = [Point::new(-900.0, -900.0, -900.0), Point::new(900.0, 900.0, 900.0)];
        let kept = CropBox::between(&grid, far).expect("all of it");
        assert!(kept.corners().iter().zip(whole.corners()).all(|(a, b)| a.distance(b) < 1e-9));
        let point = [Point::new(0.0, 0.0, 6.0); 2];
        assert!(CropBox::between(&grid, point).is_none());
        assert!(CropBox::between(&grid, [Point::new(f64::NAN, 0.0, 0.0), far[1]]).is_none());
    }
}
