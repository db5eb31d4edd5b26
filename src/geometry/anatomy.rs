//! The three anatomical planes, how each is looked at, and the letters of patient directions.

use super::grid::{GridAxis, VoxelGrid};
use super::space::{Patient, Vector};

/// An anatomical viewing plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Seen from the feet: patient's right on the left, anterior up.
    Axial,
    /// Seen from the front: patient's right on the left, head up.
    Coronal,
    /// Seen from the patient's left: anterior on the left, head up.
    Sagittal,
}

/// Screen axes of a view in patient space, unit length and right-handed (right x down = into).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneBasis {
    /// Towards the right edge of the screen.
    pub right: Vector<Patient>,
    /// Towards the lower edge of the screen.
    pub down: Vector<Patient>,
    /// Away from the viewer.
    pub into: Vector<Patient>,
}

impl Plane {
    /// The three planes in the order in which they are shown.
    pub const ALL: [Plane; 3] = [Plane::Axial, Plane::Coronal, Plane::Sagittal];

    /// The ideal screen axes, exactly along the patient's axes.
    pub const fn basis(self) -> PlaneBasis {
        let (left, posterior, head) =
            (Vector::new(1.0, 0.0, 0.0), Vector::new(0.0, 1.0, 0.0), Vector::new(0.0, 0.0, 1.0));
        let (right_side, foot) = (Vector::new(-1.0, 0.0, 0.0), Vector::new(0.0, 0.0, -1.0));
        match self {
            Plane::Axial => PlaneBasis { right: left, down: posterior, into: head },
            Plane::Coronal => PlaneBasis { right: left, down: foot, into: posterior },
            Plane::Sagittal => PlaneBasis { right: posterior, down: foot, into: right_side },
        }
    }

    /// Lower-case English word, as in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Plane::Axial => "axial",
            Plane::Coronal => "coronal",
            Plane::Sagittal => "sagittal",
        }
    }
}

/// A patient direction along an index axis: the axis, and whether it runs with rising index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// The index axis.
    pub axis: GridAxis,
    /// True where the direction is that of rising index.
    pub rising: bool,
}

impl VoxelGrid {
    /// The index axes nearest to a plane's right, down and into directions.
    ///
    /// Each index axis is used once: of the six ways to match three axes with three directions the
    /// one with the largest sum of cosines is taken, so a 45 degree acquisition has a defined answer.
    pub fn nearest_axes(&self, plane: Plane) -> [Direction; 3] {
        const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let directions = self.directions();
        // The patient axes are matched once, whatever the plane, so that the planes agree.
        let score = |order: &[usize; 3]| -> f64 {
            (0..3).map(|patient| directions[order[patient]].to_array()[patient].abs()).sum()
        };
        let mut best = ORDERS[0];
        for order in ORDERS {
            // A clear win only: on a tie the earlier order stands.
            if score(&order) > score(&best) + 1e-9 {
                best = order;
            }
        }
        let basis = plane.basis();
        [basis.right, basis.down, basis.into].map(|wanted| {
            let patient = wanted.to_array().iter().position(|c| c.abs() > 0.5).unwrap_or(0);
            let axis = GridAxis::ALL[best[patient]];
            Direction { axis, rising: directions[axis.index()].dot(wanted) >= 0.0 }
        })
    }

    /// Screen axes that follow the volume: native slices are not resampled in them.
    ///
    /// For a grid whose axes are not perpendicular the `down` axis is taken perpendicular to
    /// `right` in the plane of the two index axes, so that a millimetre is a millimetre on screen.
    pub fn plane_basis(&self, plane: Plane) -> PlaneBasis {
        let directions = self.directions();
        let [right, down, into] = self.nearest_axes(plane).map(|d| {
            let v = directions[d.axis.index()];
            if d.rising { v } else { -v }
        });
        let ideal = plane.basis();
        let normal = right.cross(down).unit().unwrap_or(ideal.into);
        let normal = if normal.dot(into) >= 0.0 { normal } else { -normal };
        // A left-handed match cannot be shown without mirroring: keep right and the normal.
        let down = normal.cross(right).unit().unwrap_or(ideal.down);
        PlaneBasis { right, down, into: normal }
    }

    /// Largest angle, in degrees, between an index axis and the patient axis that it is shown as.
    pub fn obliquity_deg(&self) -> f64 {
        let directions = self.directions();
        let basis = Plane::Axial.basis();
        self.nearest_axes(Plane::Axial)
            .iter()
            .zip([basis.right, basis.down, basis.into])
            .map(|(d, wanted)| directions[d.axis.index()].dot(wanted).abs().min(1.0).acos().to_degrees())
            .fold(0.0, f64::max)
    }
}

/// Letters of a patient direction, most dominant first: `L`, `LP`, `HLA` ...
///
/// A component is named where it is at least a tenth of the whole (about 6 degrees).
/// Source: DICOM PS3.3 C.7.6.1.1.1 (A, P, R, L, H, F).
pub fn direction_letters(v: Vector<Patient>) -> String {
    let [x, y, z] = v.to_array();
    let length = v.length();
    let mut parts = [
        (x.abs(), if x > 0.0 { 'L' } else { 'R' }),
        (y.abs(), if y > 0.0 { 'P' } else { 'A' }),
        (z.abs(), if z > 0.0 { 'H' } else { 'F' }),
    ];
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.iter().filter(|(size, _)| *size >= 0.1 * length && *size > 0.0).map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, Transform};

    fn grid(axes: [[f64; 3]; 3]) -> VoxelGrid {
        let [x, y, z] = axes.map(Vector::from_array);
        VoxelGrid::new([4, 5, 6], Transform::from_axes(x, y, z, Point::new(0.0, 0.0, 0.0)))
            .expect("axes span space")
    }

    #[test]
    fn planes_are_right_handed_and_patient_right_is_on_screen_left() {
        for plane in Plane::ALL {
            let b = plane.basis();
            assert_eq!(b.right.cross(b.down), b.into, "{plane:?}");
        }
        assert_eq!(direction_letters(-Plane::Axial.basis().right), "R");
        assert_eq!(direction_letters(-Plane::Coronal.basis().right), "R");
        assert_eq!(direction_letters(-Plane::Sagittal.basis().right), "A");
    }

    #[test]
    fn a_prone_acquisition_keeps_its_sides() {
        let prone = grid([[-0.7, 0.0, 0.0], [0.0, -0.7, 0.0], [0.0, 0.0, 2.5]]);
        let [right, down, into] = prone.nearest_axes(Plane::Axial);
        assert_eq!((right.axis, right.rising), (GridAxis::I, false));
        assert_eq!((down.axis, down.rising), (GridAxis::J, false));
        assert_eq!((into.axis, into.rising), (GridAxis::K, true));
        assert_eq!(direction_letters(prone.plane_basis(Plane::Axial).right), "L");
    }

    #[test]
    fn a_sagittal_stack_is_still_shown_in_axial() {
        let stack = grid([[0.0, 0.7, 0.0], [0.0, 0.0, -2.5], [0.7, 0.0, 0.0]]);
        let axes = stack.nearest_axes(Plane::Axial).map(|d| d.axis);
        assert_eq!(axes, [GridAxis::K, GridAxis::I, GridAxis::J]);
        assert_eq!(direction_letters(stack.plane_basis(Plane::Axial).right), "L");
        assert_eq!(stack.obliquity_deg(), 0.0);
    }

    #[test]
    fn letters_name_the_dominant_direction_first() {
        assert_eq!(direction_letters(Vector::new(0.9, -0.4, 0.05)), "LA");
        assert_eq!(direction_letters(Vector::new(0.0, 0.0, -1.0)), "F");
        assert_eq!(direction_letters(Vector::new(0.3, 0.3, 0.9)), "HLP");
    }
}
