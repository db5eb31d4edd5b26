//! The plane that a measurement was drawn in, with coordinates in millimetres.

use crate::geometry::{Patient, PlaneBasis, Point};

/// A position in the plane, mm: along its right, and along its down, from its origin.
pub(super) type Flat = [f64; 2];

/// A plane of the patient with an origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct DrawnPlane {
    pub origin: Point<Patient>,
    pub basis: PlaneBasis,
}

impl DrawnPlane {
    /// Where a point lies, looked at along the normal.
    pub fn flat(&self, p: Point<Patient>) -> Flat {
        let away = p - self.origin;
        [away.dot(self.basis.right), away.dot(self.basis.down)]
    }

    /// The point of the patient at a position.
    pub fn point(&self, [u, v]: Flat) -> Point<Patient> {
        self.origin + self.basis.right * u + self.basis.down * v
    }

    /// The point of the plane nearest to `p`.
    pub fn onto(&self, p: Point<Patient>) -> Point<Patient> {
        self.point(self.flat(p))
    }
}
