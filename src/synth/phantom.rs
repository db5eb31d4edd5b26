//! The phantom as a whole: from a request to slices of HU and the truth about them.
//!
//! Slices are painted one by one, each from its own random numbers, so any thread may take any
//! slice. Called by `workflow::synth` and by tests.

use std::f64::consts::PI;

use glam::Vec3;

use super::abdomen::Abdomen;
use super::build::Build;
use super::mediastinum::{self, Piece};
use super::nodule::{self, Attachment, Margin, Nodule};
use super::noise::{Purpose, Texture, between, generator};
use super::tree::{self, Branch};
use super::truth::{NoduleTruth, Truth};
use crate::geometry::{Point, VoxelGrid};
use crate::jobs::{Cancelled, JobContext};
use crate::volume::{Unit, Volume};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhantomSpec {
    /// Same seed, same phantom.
    pub seed: u64,
    /// How many nodules.
    pub nodules: usize,
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Between voxel centres along i, j, k, in mm.
    pub spacing_mm: [f64; 3],
}

impl Default for PhantomSpec {
    fn default() -> Self {
        Self { seed: 1, nodules: 6, size: [512, 512, 256], spacing_mm: [0.7, 0.7, 1.25] }
    }
}

/// Why no phantom can be made, in the words that the user reads.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SynthError {
    /// Nothing to draw on.
    #[error("A phantom of {} x {} x {} voxels cannot be made. Give each side from 16 to 2048 voxels", size[0], size[1], size[2])]
    Size {
        /// As asked for.
        size: [usize; 3],
    },
    /// Zero, negative, not a number, or beyond any scanner.
    #[error("A spacing of {} x {} x {} mm cannot be used. Give each from 0.2 to 10 mm", spacing_mm[0], spacing_mm[1], spacing_mm[2])]
    Spacing {
        /// As asked for.
        spacing_mm: [f64; 3],
    },
    /// The lungs inside the picture are too small or too full.
    #[error(
        "Only {placed} of {wanted} nodules fit into the lungs of this picture. Ask for fewer, or for a larger field of view"
    )]
    Room {
        /// How many fit.
        placed: usize,
        /// How many were asked for.
        wanted: usize,
    },
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A chest that can be painted slice by slice.
pub struct Phantom {
    pub(super) grid: VoxelGrid,
    pub(super) seed: u64,
    pub(super) build: Build,
    pub(super) pieces: Vec<Piece>,
    pub(super) branches: Vec<Branch>,
    pub(super) nodules: Vec<Nodule>,
    pub(super) abdomen: Abdomen,
    pub(super) texture: Texture,
    /// Width over which edges are blurred, mm.
    pub(super) edge_mm: f32,
    /// Branches that touch each slice.
    pub(super) branches_of_slice: Vec<Vec<u32>>,
    truth: Truth,
}

/// Middle of the picture: the carina lies above it, the table below.
const PICTURE_CENTRE_LPS_MM: [f64; 3] = [0.0, 10.0, -36.0];

impl Phantom {
    /// Builds the anatomy; nothing is painted yet.
    pub fn new(spec: &PhantomSpec, ctx: &JobContext) -> Result<Self, SynthError> {
        let PhantomSpec { seed, nodules: wanted, size, spacing_mm } = *spec;
        if size.iter().any(|n| !(16..=2048).contains(n)) {
            return Err(SynthError::Size { size });
        }
        if spacing_mm.iter().any(|s| !(0.2..=10.0).contains(s)) {
            return Err(SynthError::Spacing { spacing_mm });
        }
        let half: [f64; 3] = std::array::from_fn(|a| (size[a] - 1) as f64 * 0.5 * spacing_mm[a]);
        // Whole tenths, as scanners write them.
        let origin = std::array::from_fn(|a| ((PICTURE_CENTRE_LPS_MM[a] - half[a]) * 10.0).round() / 10.0);
        let grid = VoxelGrid::axis_aligned(size, spacing_mm, Point::from_array(origin))
            .map_err(|_| SynthError::Size { size })?;

        ctx.step("Building the chest", 0.0)?;
        let build = Build::new(seed);
        let pieces = mediastinum::pieces(&build);
        ctx.step("Growing vessels and airways", 0.02)?;
        let branches = tree::grow(&build, &pieces, seed);
        ctx.step("Placing nodules", 0.05)?;
        let low = Vec3::from_array(origin.map(|v| v as f32));
        let high = low + Vec3::from_array(half.map(|h| 2.0 * h as f32));
        let nodules = nodule::place(&build, &pieces, &branches, (low, high), wanted, seed);
        if nodules.len() < wanted {
            return Err(SynthError::Room { placed: nodules.len(), wanted });
        }
        let mean_mm = spacing_mm.iter().sum::<f64>() / 3.0;
        let edge_mm = (1.75 * mean_mm) as f32;
        let branches_of_slice = sort_into_slices(&branches, &grid, edge_mm);
        let truth = Truth {
            seed,
            size,
            spacing_mm,
            nodules: nodules
                .iter()
                .enumerate()
                .map(|(n, nodule)| known(nodule, n, seed, &grid, &build, &pieces))
                .collect(),
        };
        Ok(Self {
            grid,
            seed,
            abdomen: Abdomen::new(&build),
            build,
            pieces,
            branches,
            nodules,
            texture: Texture::new(seed),
            edge_mm,
            branches_of_slice,
            truth,
        })
    }

    /// Size and place of the picture.
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// What is known of it.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Paints all slices, on all cores.
    pub fn volume(&self, ctx: &JobContext) -> Result<Volume, SynthError> {
        use rayon::prelude::*;
        use std::sync::atomic::{AtomicUsize, Ordering};
        let depth = self.grid.size()[2];
        let volume = Volume::loading(self.grid, Unit::Hu, None);
        let done = AtomicUsize::new(0);
        (0..depth).into_par_iter().try_for_each(|k| {
            ctx.check()?;
            let slice = self.slice(k);
            if let Some(store) = volume.int16() {
                // Each slice is painted once and has the grid's own size.
                let filled = store.fill(k, slice);
                assert!(filled.is_ok(), "slice {k} fits: {filled:?}");
            }
            let share = (done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / depth as f32;
            ctx.step("Painting slices", 0.1 + 0.9 * share)
        })?;
        Ok(volume)
    }
}

fn sort_into_slices(branches: &[Branch], grid: &VoxelGrid, edge_mm: f32) -> Vec<Vec<u32>> {
    let depth = grid.size()[2];
    let (z0, dz) = (grid.patient_from_voxel().origin().z as f32, grid.spacing_mm()[2] as f32);
    let mut lists = vec![Vec::new(); depth];
    for (n, branch) in branches.iter().enumerate() {
        let (low, high) = branch.tube.bounds(edge_mm);
        let first = ((low.z - z0) / dz).floor().max(0.0) as usize;
        let last = ((high.z - z0) / dz).ceil();
        if last < 0.0 {
            continue;
        }
        for list in lists.iter_mut().take((last as usize).saturating_add(1)).skip(first) {
            list.push(n as u32);
        }
    }
    lists
}

fn known(
    nodule: &Nodule,
    n: usize,
    seed: u64,
    grid: &VoxelGrid,
    build: &Build,
    pieces: &[Piece],
) -> NoduleTruth {
    let measured = nodule.measure(build, pieces);
    let centre = Point::from_array(measured.centroid.as_dvec3().to_array());
    let diameter_mm = (measured.volume_mm3 * 6.0 / PI).cbrt();
    let strands = f64::from(nodule.spiculation() - 1) / 4.0;
    let chance = 1.0 / (1.0 + (-(0.25 * (diameter_mm - 13.0) + 2.2 * strands)).exp());
    let mut rng = generator(seed, Purpose::Nodule, 1_000_000 + n as u64);
    let round = |v: f64| (v * 1000.0).round() / 1000.0;
    NoduleTruth {
        centre_lps_mm: centre.to_array().map(round),
        centre_index: (grid.voxel_from_patient() * centre).to_array().map(round),
        diameter_mm: round(diameter_mm),
        volume_mm3: round(measured.volume_mm3),
        malignant: f64::from(between(&mut rng, 0.0, 1.0)) < chance,
        texture: "solid".to_owned(),
        margin: match nodule.margin {
            Margin::Smooth => "smooth",
            Margin::Lobulated => "lobulated",
            Margin::Spiculated => "spiculated",
        }
        .to_owned(),
        spiculation: nodule.spiculation(),
        attachment: match nodule.attachment {
            Attachment::Isolated => "isolated",
            Attachment::JuxtaVascular => "juxta_vascular",
            Attachment::JuxtaPleural => "juxta_pleural",
        }
        .to_owned(),
        lobe: nodule.lobe.name().to_owned(),
    }
}
