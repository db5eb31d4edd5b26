//! What one movement of the brush touches.

use crate::geometry::{Patient, Point, Vector, VoxelGrid};

/// A ball, or a disc of one slice, that was drawn along a straight way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dab {
    /// Of the ball or disc, mm.
    pub radius_mm: f64,
    /// Its centre at the beginning and at the end, LPS mm; equal where it was set down once.
    pub way: [Point<Patient>; 2],
    /// Unit normal of the plane that a disc lies in: it is as thick as the voxels of that plane. `None`: a ball.
    pub flat: Option<Vector<Patient>>,
    /// Only voxels with values in it are painted, ends included, in the unit of the volume; `None`: all. What is
    /// taken away is taken away whatever its value.
    pub range: Option<[f32; 2]>,
    /// Voxels are taken away.
    pub erase: bool,
}

impl Dab {
    /// Largest radius, mm: what it touches must be done within a frame.
    pub const MOST_MM: f64 = 30.0;

    /// First and last voxel along each axis that it may touch; `None` where it lies outside of the grid or is
    /// none.
    pub(super) fn reach(&self, grid: &VoxelGrid) -> Option<[[usize; 3]; 2]> {
        let size = grid.size();
        let ends = self.way.map(|end| (grid.voxel_from_patient() * end).to_array());
        let sound = ends.iter().flatten().all(|v| v.is_finite())
            && self.radius_mm > 0.0
            && self.radius_mm <= Self::MOST_MM;
        if !sound {
            return None;
        }
        // How far an index changes within a millimetre, whatever the direction: the axes of a tilted gantry are
        // not perpendicular.
        let rows = grid.voxel_from_patient().rows();
        // A disc is as thick as it is in [`Dab::touch`].
        let wide = self.radius_mm + self.flat.map_or(0.0, |normal| half_thickness(grid, normal));
        let (mut first, mut last) = ([0; 3], [0; 3]);
        for axis in 0..3 {
            let [x, y, z, _] = rows[axis];
            let by = wide * (x * x + y * y + z * z).sqrt() + 0.5;
            let low = (ends[0][axis].min(ends[1][axis]) - by).ceil().max(0.0);
            let high = (ends[0][axis].max(ends[1][axis]) + by).floor().min(size[axis] as f64 - 1.0);
            if low > high {
                return None;
            }
            (first[axis], last[axis]) = (low as usize, high as usize);
        }
        Some([first, last])
    }

    /// What tells whether a voxel's centre is touched.
    pub(super) fn touch(&self, grid: &VoxelGrid) -> Touch {
        let flat = self.flat.map(|normal| (normal, half_thickness(grid, normal)));
        let [from, to] = self.way;
        let along = to - from;
        // The way of a disc lies in its plane, whatever rounding says.
        let along = flat.map_or(along, |(normal, _)| along - normal * along.dot(normal));
        Touch { from, along, length: along.dot(along), flat, radius: self.radius_mm }
    }
}

/// Half of what a voxel reaches along the normal, mm: of slices, half a slice.
fn half_thickness(grid: &VoxelGrid, normal: Vector<Patient>) -> f64 {
    grid.patient_from_voxel().axes().iter().map(|axis| axis.dot(normal).abs()).sum::<f64>() / 2.0
}

/// A dab, ready to be asked about many voxels.
pub(super) struct Touch {
    from: Point<Patient>,
    along: Vector<Patient>,
    length: f64,
    flat: Option<(Vector<Patient>, f64)>,
    radius: f64,
}

impl Touch {
    /// Whether it touches a position.
    pub(super) fn holds(&self, p: Point<Patient>) -> bool {
        let (far, depth) = self.away(p);
        // Between two slices it belongs to one of them.
        let in_plane = self.flat.is_none_or(|(_, half)| depth > -half && depth <= half);
        in_plane && far <= self.radius * self.radius
    }

    /// Whether it touches everything that lies so near to a position, or nothing; `None` where it may touch some.
    pub(super) fn holds_ball(&self, p: Point<Patient>, within_mm: f64) -> Option<bool> {
        let (far, depth) = self.away(p);
        let far = far.sqrt();
        if far > self.radius + within_mm || self.flat.is_some_and(|(_, half)| depth.abs() > half + within_mm)
        {
            return Some(false);
        }
        (self.flat.is_none() && far + within_mm <= self.radius).then_some(true)
    }

    /// From the way of its centre, squared, within its plane where it has one; and from that plane, mm.
    fn away(&self, p: Point<Patient>) -> (f64, f64) {
        let mut off = p - self.from;
        let mut depth = 0.0;
        if let Some((normal, _)) = self.flat {
            depth = off.dot(normal);
            off = off - normal * depth;
        }
        let share = if self.length > 0.0 { (off.dot(self.along) / self.length).clamp(0.0, 1.0) } else { 0.0 };
        let off = off - self.along * share;
        (off.dot(off), depth)
    }
}
