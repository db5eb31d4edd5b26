//! The three spaces a position can be in, and the points and vectors that carry them.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Mul, Neg, Sub};

use glam::DVec3;

/// Index space of a voxel grid: `x` = column i, `y` = row j, `z` = slice k, zero-based and
/// continuous. Integers are voxel centres.
pub enum Voxel {}

/// DICOM patient space: LPS (x to the patient's left, y to posterior, z to the head), millimetres.
/// Source: DICOM PS3.3 C.7.6.2.1.1.
pub enum Patient {}

/// Physical pixels of one viewport: origin at its top left corner, `x` to the right, `y` down,
/// pixel centres at half integers; `z` is the depth along the viewing direction in millimetres.
pub enum Viewport {}

macro_rules! triple {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<S> {
            /// First coordinate (column, left or right of screen, by space).
            pub x: f64,
            /// Second coordinate (row, posterior or down, by space).
            pub y: f64,
            /// Third coordinate (slice, head or depth, by space).
            pub z: f64,
            space: PhantomData<fn() -> S>,
        }

        impl<S> $name<S> {
            /// From its three coordinates, in the units of the space.
            pub const fn new(x: f64, y: f64, z: f64) -> Self {
                Self { x, y, z, space: PhantomData }
            }

            /// From an array of its three coordinates.
            pub const fn from_array([x, y, z]: [f64; 3]) -> Self {
                Self::new(x, y, z)
            }

            /// The three coordinates as an array.
            pub const fn to_array(self) -> [f64; 3] {
                [self.x, self.y, self.z]
            }

            pub(super) fn to_glam(self) -> DVec3 {
                DVec3::new(self.x, self.y, self.z)
            }

            pub(super) fn from_glam(v: DVec3) -> Self {
                Self::new(v.x, v.y, v.z)
            }

            /// Whether all three coordinates are finite numbers.
            pub fn is_finite(self) -> bool {
                self.to_glam().is_finite()
            }
        }

        impl<S> Clone for $name<S> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<S> Copy for $name<S> {}
        impl<S> PartialEq for $name<S> {
            fn eq(&self, other: &Self) -> bool {
                self.to_array() == other.to_array()
            }
        }
        impl<S> fmt::Debug for $name<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}, {}, {})", stringify!($name), self.x, self.y, self.z)
            }
        }
    };
}

triple! {
    /// A position in the space `S`.
    Point
}
triple! {
    /// A displacement in the space `S`.
    Vector
}

impl<S> Point<S> {
    /// Straight-line distance to `other`, in the units of the space.
    pub fn distance(self, other: Self) -> f64 {
        (self - other).length()
    }
}

impl<S> Vector<S> {
    /// Euclidean length, in the units of the space.
    pub fn length(self) -> f64 {
        self.to_glam().length()
    }

    /// Scalar product.
    pub fn dot(self, other: Self) -> f64 {
        self.to_glam().dot(other.to_glam())
    }

    /// Vector product (right-handed).
    pub fn cross(self, other: Self) -> Self {
        Self::from_glam(self.to_glam().cross(other.to_glam()))
    }

    /// The vector of length 1 in the same direction, or `None` for a vector without one.
    pub fn unit(self) -> Option<Self> {
        self.to_glam().try_normalize().map(Self::from_glam)
    }
}

impl<S> Sub for Point<S> {
    type Output = Vector<S>;
    fn sub(self, other: Self) -> Vector<S> {
        Vector::from_glam(self.to_glam() - other.to_glam())
    }
}
impl<S> Add<Vector<S>> for Point<S> {
    type Output = Self;
    fn add(self, v: Vector<S>) -> Self {
        Self::from_glam(self.to_glam() + v.to_glam())
    }
}
impl<S> Sub<Vector<S>> for Point<S> {
    type Output = Self;
    fn sub(self, v: Vector<S>) -> Self {
        Self::from_glam(self.to_glam() - v.to_glam())
    }
}
impl<S> Add for Vector<S> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_glam(self.to_glam() + other.to_glam())
    }
}
impl<S> Sub for Vector<S> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_glam(self.to_glam() - other.to_glam())
    }
}
impl<S> Mul<f64> for Vector<S> {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self::from_glam(self.to_glam() * factor)
    }
}
impl<S> Neg for Vector<S> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::from_glam(-self.to_glam())
    }
}
