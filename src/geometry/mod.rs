//! Points, vectors and transforms typed by their space, the voxel grid of a volume, and the
//! anatomical planes.
//!
//! Nothing here knows of voxel values, files or pixels. Every other room that places something
//! uses these types, so that a patient position can never be taken for a voxel index.

mod anatomy;
mod boxes;
mod grid;
mod space;
mod transform;

pub use anatomy::{Direction, Plane, PlaneBasis, direction_letters};
pub use boxes::VoxelBox;
pub use grid::{GridAxis, GridError, VoxelGrid};
pub use space::{Patient, Point, Vector, Viewport, Voxel};
pub use transform::Transform;
