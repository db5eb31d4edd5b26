//! A volume file whose axes are at no right angles: a scan of a tilted gantry that was saved with its shear in the
//! affine. It stands upright by the same rules as a tilted stack of slices.

use super::defect::{Defect, DefectCode};
use super::order::{Orientation, TILT_MIN_DEGREES};
use super::straight::Straight;
use super::words::defect;
use crate::geometry::{Patient, Point, Vector, VoxelGrid};

/// A shift of less, pixels over the whole volume, is one of rounded numbers.
const NO_SHIFT_PX: f64 = 0.5;
/// Where a voxel of the straight grid lies beside every slice: air.
pub(super) const BLANK_HU: i16 = -1000;

/// How far the axes of a volume are from right angles.
pub(super) struct Shear {
    /// Between the way from slice to slice and the normal of the slices.
    degrees: f64,
    /// Rows and columns are at no right angle either.
    within_slices: bool,
}

impl Shear {
    /// `None` where rounded numbers explain what there is.
    pub(super) fn of(grid: &VoxelGrid) -> Option<Self> {
        let [columns, rows, depth] = grid.size().map(|n| n.saturating_sub(1) as f64);
        let [i, j, k] = grid.directions();
        let [si, sj, sk] = grid.spacing_mm();
        let normal = i.cross(j).unit()?;
        let pixel_mm = si.min(sj);
        let least = TILT_MIN_DEGREES.to_radians().sin();
        let aside = (k - normal * k.dot(normal)).length();
        let slices = aside > least && aside * sk * depth > NO_SHIFT_PX * pixel_mm;
        let skew = i.dot(j).abs();
        let within_slices = skew > least && skew * (si * columns).max(sj * rows) > NO_SHIFT_PX * pixel_mm;
        let degrees = k.dot(normal).abs().min(1.0).acos().to_degrees();
        (slices || within_slices).then_some(Self { degrees, within_slices })
    }

    /// The straight grid, and what is said of it.
    /// - `whole`: whether values are whole numbers of 16 bits; no others are resampled
    pub(super) fn mended(&self, grid: &VoxelGrid, whole: bool) -> (Option<Straight>, Defect) {
        const AS_STORED: &str =
            ": shown as stored, where positions are exact and angles on the screen are not";
        let straight = if whole && !self.within_slices { upright(grid) } else { None };
        let told = if self.within_slices {
            "Rows and columns of this file are at no right angle".to_owned()
        } else {
            format!(
                "Slices of this file are shifted against each other, as by a gantry that was tilted by {:.1} degrees",
                self.degrees
            )
        };
        let mut told = [defect(DefectCode::GantryTilt, told + AS_STORED)];
        if let Some(straight) = &straight {
            straight.tell(&mut told, false);
        }
        let [told] = told;
        (straight, told)
    }
}

/// Where each slice lies on a straight grid; slices are counted along the normal.
fn upright(grid: &VoxelGrid) -> Option<Straight> {
    let [i, j, _] = grid.directions().map(Vector::to_array);
    let orientation = Orientation::new([i[0], i[1], i[2], j[0], j[1], j[2]])?;
    let depth = grid.size()[2];
    let positions: Vec<Point<Patient>> = counted(grid)
        .into_iter()
        .map(|k| grid.patient_from_voxel() * Point::new(0.0, 0.0, k as f64))
        .collect();
    let slots: Vec<usize> = (0..depth).collect();
    let [si, sj, _] = grid.spacing_mm();
    Straight::new(*grid, &positions, &slots, &orientation, [si, sj])
}

/// Numbers of the slices along the normal of their rows and columns.
pub(super) fn counted(grid: &VoxelGrid) -> Vec<usize> {
    let depth = grid.size()[2];
    let [i, j, k] = grid.directions();
    if k.dot(i.cross(j)) < 0.0 { (0..depth).rev().collect() } else { (0..depth).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Transform;
    use crate::volume::{Unit, Volume};

    /// The volume on its straight grid.
    fn straightened(volume: &Volume, straight: &Straight) -> Volume {
        let stored = volume.int16().expect("whole numbers");
        let order = counted(volume.grid());
        let upright = Volume::loading(straight.grid, volume.unit().clone(), None);
        for k in 0..straight.depth() {
            let values = straight.slice(k, |slot| stored.slice(*order.get(slot)?), BLANK_HU, None);
            upright.int16().expect("whole numbers").fill(k, values).expect("fits");
        }
        upright
    }

    /// 8 x 6 x 5 voxels of 1 x 1 x 2 mm, each slice `aside` mm further along the rows, slices growing `down` or up.
    fn grid(aside: f64, down: bool) -> VoxelGrid {
        let k = Vector::new(0.0, aside, if down { -2.0 } else { 2.0 });
        let axes = Transform::from_axes(
            Vector::new(1.0, 0.0, 0.0),
            Vector::new(0.0, 1.0, 0.0),
            k,
            Point::new(3.0, -4.0, 50.0),
        );
        VoxelGrid::new([8, 6, 5], axes).expect("a grid")
    }

    fn ramp([x, y, z]: [f64; 3]) -> f64 {
        10.0 * x - 7.0 * y + 5.0 * z
    }

    #[test]
    fn a_sheared_volume_stands_upright_with_every_value_at_its_place() {
        for down in [false, true] {
            let grid = grid(0.7, down);
            let shear = Shear::of(&grid).expect("sheared");
            assert!((shear.degrees - 19.29).abs() < 0.01, "{}", shear.degrees);
            let stored = Volume::loading(grid, Unit::Hu, None);
            let place = |grid: &VoxelGrid, i: usize, j: usize, k: usize| {
                (grid.patient_from_voxel() * Point::new(i as f64, j as f64, k as f64)).to_array()
            };
            for k in 0..5 {
                let values = (0..48).map(|n| ramp(place(&grid, n % 8, n / 8, k)).round() as i16).collect();
                stored.int16().expect("whole").fill(k, values).expect("filled");
            }
            let (straight, told) = shear.mended(&grid, true);
            let straight = straight.expect("straight");
            assert!(told.mended && told.code == DefectCode::GantryTilt, "{told:?}");
            let upright = straightened(&stored, &straight);
            assert!(Shear::of(upright.grid()).is_none() && upright.is_complete());
            let [columns, rows, depth] = upright.grid().size();
            let mut measured = 0;
            for (k, j, i) in
                (0..depth).flat_map(|k| (0..rows).flat_map(move |j| (0..columns).map(move |i| (k, j, i))))
            {
                let value = upright.value([i, j, k]).expect("there");
                if value > -1000.0 {
                    measured += 1;
                    let truth = ramp(place(upright.grid(), i, j, k)) as f32;
                    assert!((value - truth).abs() <= 1.0, "{i} {j} {k}: {value}, {truth}");
                }
            }
            assert!(measured >= 8 * 5 * 5, "{measured}");
        }
    }

    #[test]
    fn rounded_axes_are_none_and_what_cannot_be_straightened_is_told_apart() {
        assert!(Shear::of(&grid(0.0, true)).is_none());
        // A tenth of a pixel from end to end.
        assert!(Shear::of(&grid(0.025, false)).is_none());
        let tilted = grid(0.7, false);
        let (straight, told) = Shear::of(&tilted).expect("sheared").mended(&tilted, false);
        assert!(straight.is_none() && !told.classifiable() && told.code.viewable());
        let [_, j, k] = tilted.patient_from_voxel().axes();
        let axes =
            Transform::from_axes(Vector::new(1.0, 0.3, 0.0), j, k, tilted.patient_from_voxel().origin());
        let skewed = VoxelGrid::new([8, 6, 5], axes).expect("a grid");
        let (straight, told) = Shear::of(&skewed).expect("skewed").mended(&skewed, true);
        assert!(straight.is_none() && told.text.contains("right angle") && !told.classifiable());
    }
}
