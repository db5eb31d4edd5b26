//! HU at any place of the patient, where it is known.

use crate::geometry::{Patient, Point, Voxel, VoxelGrid};
use crate::volume::{Padding, Values, Volume};

/// Lower values are no measurement of tissue: scanners write -1024, -2000 or -3024 outside of their
/// field of view. What lies there is unknown.
const LOWEST_HU: f32 = -1500.0;

/// A volume that is read at millimetres. Outside its voxels, in padding and in slices that have not
/// arrived the tissue is unknown, which is not the same as air.
pub struct Tissue<'a> {
    grid: &'a VoxelGrid,
    size: [usize; 3],
    values: Kind<'a>,
    padding: Option<Padding>,
}

enum Kind<'a> {
    Whole(Vec<&'a [i16]>),
    Real(Vec<&'a [f32]>),
}

impl<'a> Tissue<'a> {
    /// - `volume`: HU
    pub fn of(volume: &'a Volume) -> Self {
        let grid = volume.grid();
        let values = match volume.values() {
            Values::Int16(slices) => Kind::Whole(slices.all()),
            Values::Float32(slices) => Kind::Real(slices.all()),
        };
        let (size, padding) = (grid.size(), volume.padding());
        Self { grid, size, values, padding }
    }

    /// Its grid.
    pub fn grid(&self) -> &VoxelGrid {
        self.grid
    }

    /// HU at a place, trilinear between known voxels; `None` where it is not known.
    /// - `at`: LPS mm
    pub fn hu(&self, at: [f64; 3]) -> Option<f32> {
        let p: Point<Voxel> = self.grid.voxel_from_patient() * Point::<Patient>::from_array(at);
        let p = p.to_array();
        let (mut base, mut part) = ([0usize; 3], [0.0f32; 3]);
        for axis in 0..3 {
            let n = self.size[axis];
            if !(p[axis] >= -0.5 && p[axis] <= n as f64 - 0.5) {
                return None;
            }
            let x = p[axis].clamp(0.0, (n - 1) as f64);
            base[axis] = x as usize;
            part[axis] = (x - base[axis] as f64) as f32;
        }
        let mut sum = 0.0;
        for dk in 0..2usize {
            let wk = if dk == 0 { 1.0 - part[2] } else { part[2] };
            if wk == 0.0 {
                continue;
            }
            for dj in 0..2usize {
                let wj = wk * if dj == 0 { 1.0 - part[1] } else { part[1] };
                if wj == 0.0 {
                    continue;
                }
                let index = [base[0], base[1] + dj, base[2] + dk];
                let first = self.voxel(index)?;
                sum += wj * (1.0 - part[0]) * first;
                if part[0] > 0.0 {
                    sum += wj * part[0] * self.voxel([index[0] + 1, index[1], index[2]])?;
                }
            }
        }
        Some(sum)
    }

    fn voxel(&self, [i, j, k]: [usize; 3]) -> Option<f32> {
        let at = j * self.size[0] + i;
        let hu = match &self.values {
            Kind::Whole(slices) => {
                let value = *slices.get(k)?.get(at)?;
                if self.padding.is_some_and(|p| p.contains(value)) {
                    return None;
                }
                f32::from(value)
            }
            Kind::Real(slices) => *slices.get(k)?.get(at)?,
        };
        (hu > LOWEST_HU).then_some(hu)
    }
}

/// 0 up to `from`, 1 beyond `to`, straight between: a threshold that noise and partial volume do not
/// flip.
pub(super) fn ramp(hu: f32, from: f32, to: f32) -> f32 {
    ((hu - from) / (to - from)).clamp(0.0, 1.0)
}
