//! One chest: everything that a seed fixes, before any picture is taken of it.
//!
//! Building it takes some hundredths of a second; `region` paints any part of it at any spacing.
//! This is what training uses to see many different chests:
//!
//! `Chest::new(seed, &pose)`, then `places(attachment, radius_mm, count, seed)`, for each of them
//! `Chest::grid_around(place.centre, size, spacing_mm)` and `region(&grid, &Scan::of_seed(seed))`.

use glam::Vec3;

use super::abdomen::Abdomen;
use super::build::{Build, Pose};
use super::field::Tube;
use super::lung::Surroundings;
use super::mediastinum::{self, Piece};
use super::noise::Texture;
use super::phantom::SynthError;
use super::tree::{Branch, Trees};
use crate::geometry::{Patient, Point, VoxelGrid};

/// A chest of nobody.
#[derive(Debug)]
pub struct Chest {
    pub(super) seed: u64,
    pub(super) build: Build,
    pub(super) pieces: Vec<Piece>,
    pub(super) around: Surroundings,
    /// The same person at rest, in whose model the trees grow.
    rest: (Build, Surroundings),
    pub(super) trees: Trees,
    pub(super) abdomen: Abdomen,
    pub(super) texture: Texture,
}

impl Chest {
    /// The chest of a seed, lying and breathing as `pose` says.
    pub fn new(seed: u64, pose: &Pose) -> Self {
        let build = Build::new(seed, pose);
        let pieces = mediastinum::pieces(&build);
        let around = Surroundings::new(&pieces);
        // The trees are the same in every pose, or a vessel would not be found again.
        let rest = Build::new(seed, &Pose::default());
        let still = Surroundings::new(&mediastinum::pieces(&rest));
        let trees = Trees::grow(&rest, &still, seed);
        let abdomen = Abdomen::new(&build);
        let rest = (rest, still);
        Self { seed, build, pieces, around, rest, trees, abdomen, texture: Texture::new(seed) }
    }

    /// All branches that may touch a box in patient mm, as patient mm.
    pub(super) fn branches(&self, (low, high): (Vec3, Vec3)) -> Vec<Branch> {
        let (a, b) = (self.build.model(low), self.build.model(high));
        let slack = self.build.slack(high - low);
        let room = (a.min(b) - slack, a.max(b) + slack);
        let twigs = self.trees.twigs(&self.rest.0, &self.rest.1, room, self.seed);
        let there = |u: Vec3| self.build.patient(self.build.breathe(u));
        let mut found: Vec<Branch> = Vec::new();
        for branch in self.trees.branches.iter().chain(&twigs) {
            let t = &branch.tube;
            let reach = t.ra.max(t.rb);
            if t.a.max(t.b).cmplt(room.0 - reach).any() || t.a.min(t.b).cmpgt(room.1 + reach).any() {
                continue;
            }
            found.push(Branch { tube: Tube { a: there(t.a), b: there(t.b), ..*t }, ..*branch });
        }
        found
    }

    /// An axis-aligned grid with a place in its middle voxel.
    /// - `size`: columns, rows, slices; `spacing_mm`: between voxel centres along i, j, k
    /// - errors: a size or a spacing that no picture has
    pub fn grid_around(
        place: Point<Patient>,
        size: [usize; 3],
        spacing_mm: [f64; 3],
    ) -> Result<VoxelGrid, SynthError> {
        check(size, spacing_mm)?;
        let at = place.to_array();
        let origin = std::array::from_fn(|a| at[a] - (size[a] / 2) as f64 * spacing_mm[a]);
        VoxelGrid::axis_aligned(size, spacing_mm, Point::from_array(origin))
            .map_err(|_| SynthError::Size { size })
    }
}

/// Refuses pictures that cannot be painted.
pub(super) fn check(size: [usize; 3], spacing_mm: [f64; 3]) -> Result<(), SynthError> {
    let [columns, rows, slices] = size;
    if ![columns, rows].iter().all(|n| (16..=2048).contains(n)) || !(1..=2048).contains(&slices) {
        return Err(SynthError::Size { size });
    }
    if spacing_mm.iter().any(|s| !(0.2..=10.0).contains(s)) {
        return Err(SynthError::Spacing { spacing_mm });
    }
    Ok(())
}
