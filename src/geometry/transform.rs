//! Affine maps between two spaces, named target-from-source.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Mul;

use glam::{DAffine3, DMat3, DVec3};

use super::space::{Point, Vector};

/// Affine map that takes positions of `From` to positions of `To`.
///
/// Products read right to left and neighbours match: `&patient_from_voxel * point_voxel`.
pub struct Transform<To, From> {
    affine: DAffine3,
    spaces: PhantomData<fn() -> (To, From)>,
}

impl<To, From> Transform<To, From> {
    /// From the images of the three unit steps of `From` and of its origin.
    pub fn from_axes(x: Vector<To>, y: Vector<To>, z: Vector<To>, origin: Point<To>) -> Self {
        Self::from_affine(DAffine3 {
            matrix3: DMat3::from_cols(x.to_glam(), y.to_glam(), z.to_glam()),
            translation: origin.to_glam(),
        })
    }

    fn from_affine(affine: DAffine3) -> Self {
        Self { affine, spaces: PhantomData }
    }

    /// The map back, or `None` where the map flattens space (or holds a value that is no number).
    pub fn inverse(&self) -> Option<Transform<From, To>> {
        let determinant = self.affine.matrix3.determinant();
        if !determinant.is_normal() {
            return None;
        }
        let inverse = self.affine.inverse();
        inverse.is_finite().then(|| Transform::from_affine(inverse))
    }

    /// The image of a displacement (no translation).
    pub fn vector(&self, v: Vector<From>) -> Vector<To> {
        Vector::from_glam(self.affine.transform_vector3(v.to_glam()))
    }

    /// The images of the three unit steps of `From`: the columns of the linear part.
    pub fn axes(&self) -> [Vector<To>; 3] {
        let m = self.affine.matrix3;
        [m.x_axis, m.y_axis, m.z_axis].map(Vector::from_glam)
    }

    /// The image of the origin of `From`.
    pub fn origin(&self) -> Point<To> {
        Point::from_glam(self.affine.translation)
    }

    /// The 3 x 4 matrix by rows, translation last: as shaders and file headers want it.
    pub fn rows(&self) -> [[f64; 4]; 3] {
        let m = self.affine.matrix3.transpose();
        let t = self.affine.translation;
        let row = |r: DVec3, t: f64| [r.x, r.y, r.z, t];
        [row(m.x_axis, t.x), row(m.y_axis, t.y), row(m.z_axis, t.z)]
    }
}

impl<To, From> Clone for Transform<To, From> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<To, From> Copy for Transform<To, From> {}
impl<To, From> PartialEq for Transform<To, From> {
    fn eq(&self, other: &Self) -> bool {
        self.affine == other.affine
    }
}
impl<To, From> fmt::Debug for Transform<To, From> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transform({:?})", self.rows())
    }
}

impl<To, From> Mul<Point<From>> for &Transform<To, From> {
    type Output = Point<To>;
    fn mul(self, p: Point<From>) -> Point<To> {
        Point::from_glam(self.affine.transform_point3(p.to_glam()))
    }
}

impl<To, Middle, From> Mul<&Transform<Middle, From>> for &Transform<To, Middle> {
    type Output = Transform<To, From>;
    fn mul(self, first: &Transform<Middle, From>) -> Transform<To, From> {
        Transform::from_affine(self.affine * first.affine)
    }
}
