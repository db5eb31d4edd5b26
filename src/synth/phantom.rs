//! The phantom as a whole: from a request to slices of HU and the truth about them.
//!
//! Called by `workflow::synth` and by tests.

use std::f64::consts::PI;

use glam::Vec3;

use super::build::Pose;
use super::chest::{Chest, check};
use super::nodule::Nodule;
use super::noise::{Purpose, between, generator};
use super::places::{Attachment, Room};
use super::ratings::Ratings;
use super::region::Painter;
use super::scanner::{Dose, Kernel, Scan};
use super::truth::{GrowthTruth, NoduleTruth, RatingsTruth, Truth};
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
    /// Reconstruction kernel; drawn by the seed where `None`.
    pub kernel: Option<Kernel>,
    /// Tube current; drawn by the seed where `None`.
    pub dose: Option<Dose>,
}

impl PhantomSpec {
    /// A whole chest of seed 1 with six nodules, kernel and dose drawn.
    pub const DEFAULT: Self = Self {
        seed: 1,
        nodules: 6,
        size: [512, 512, 256],
        spacing_mm: [0.7, 0.7, 1.25],
        kernel: None,
        dose: None,
    };
}

impl Default for PhantomSpec {
    fn default() -> Self {
        Self::DEFAULT
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

/// Middle of the picture: the carina lies above it, the table below.
const PICTURE_CENTRE_LPS_MM: [f64; 3] = [0.0, 10.0, -36.0];

/// A chest with nodules that can be painted slice by slice.
pub struct Phantom {
    grid: VoxelGrid,
    chest: Chest,
    nodules: Vec<Nodule>,
    scan: Scan,
    spec: PhantomSpec,
    truth: Truth,
}

/// A nodule and how it changes between two studies.
pub(super) type Growing = (Nodule, Option<GrowthTruth>);

impl Phantom {
    /// Builds the anatomy; nothing is painted yet.
    pub fn new(spec: &PhantomSpec, ctx: &JobContext) -> Result<Self, SynthError> {
        let grid = grid(spec)?;
        ctx.step("Building the chest", 0.0)?;
        let chest = Chest::new(spec.seed, &Pose::default());
        ctx.step("Placing nodules", 0.03)?;
        let low = Vec3::from_array(grid.patient_from_voxel().origin().to_array().map(|v| v as f32));
        let extent: [f32; 3] =
            std::array::from_fn(|a| ((spec.size[a] - 1) as f64 * spec.spacing_mm[a]) as f32);
        let nodules = scatter(&chest, (low, low + Vec3::from_array(extent)), spec.nodules);
        if nodules.len() < spec.nodules {
            return Err(SynthError::Room { placed: nodules.len(), wanted: spec.nodules });
        }
        let scan = scan(spec, spec.seed);
        Ok(Self::of(chest, nodules.into_iter().map(|n| (n, None)).collect(), scan, grid, spec))
    }

    /// The chest of a specification in another pose, with nodules that are known already.
    pub(super) fn posed(
        spec: &PhantomSpec,
        pose: &Pose,
        nodules: Vec<Growing>,
        noise_seed: u64,
    ) -> Result<Self, SynthError> {
        let chest = Chest::new(spec.seed, pose);
        Ok(Self::of(chest, nodules, scan(spec, noise_seed), grid(spec)?, spec))
    }

    /// The same chest and picture with other nodules.
    pub(super) fn with_nodules(self, nodules: Vec<Growing>) -> Self {
        Self::of(self.chest, nodules, self.scan, self.grid, &self.spec)
    }

    /// Says which of two studies it is.
    pub(super) fn named(mut self, study: &str, days: u32) -> Self {
        self.truth.study = Some(study.to_owned());
        self.truth.days_between_studies = Some(days);
        self
    }

    pub(super) fn nodules(&self) -> &[Nodule] {
        &self.nodules
    }

    fn of(chest: Chest, nodules: Vec<Growing>, scan: Scan, grid: VoxelGrid, spec: &PhantomSpec) -> Self {
        let known = |(nodule, growth): &Growing| known(nodule, growth.as_ref(), &grid, &chest);
        let truth = Truth {
            seed: spec.seed,
            size: spec.size,
            spacing_mm: spec.spacing_mm,
            kernel: scan.kernel,
            dose: scan.dose,
            noise_hu: thousandths(f64::from(scan.noise_hu(spec.spacing_mm[2]))),
            study: None,
            days_between_studies: None,
            nodules: nodules.iter().map(known).collect(),
        };
        let nodules = nodules.into_iter().map(|(nodule, _)| nodule).collect();
        Self { grid, chest, nodules, scan, spec: *spec, truth }
    }

    /// Size and place of the picture.
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// What is known of it.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Ready to paint any of its slices, in any order, on any thread.
    pub fn slices(&self) -> PhantomSlices<'_> {
        PhantomSlices(Painter::new(&self.chest, &self.nodules, &self.grid, &self.scan))
    }

    /// Paints all slices, on all cores.
    pub fn volume(&self, ctx: &JobContext) -> Result<Volume, SynthError> {
        use rayon::prelude::*;
        use std::sync::atomic::{AtomicUsize, Ordering};
        let depth = self.grid.size()[2];
        let volume = Volume::loading(self.grid, Unit::Hu, None);
        let slices = self.slices();
        let done = AtomicUsize::new(0);
        (0..depth).into_par_iter().try_for_each(|k| {
            ctx.check()?;
            let slice = slices.paint(k);
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

/// The slices of a phantom.
pub struct PhantomSlices<'a>(Painter<'a>);

impl PhantomSlices<'_> {
    /// HU of slice `k`, row by row.
    pub fn paint(&self, k: usize) -> Box<[i16]> {
        self.0.slice(k).0
    }
}

fn grid(spec: &PhantomSpec) -> Result<VoxelGrid, SynthError> {
    let PhantomSpec { size, spacing_mm, .. } = *spec;
    check(size, spacing_mm)?;
    let half: [f64; 3] = std::array::from_fn(|a| (size[a] - 1) as f64 * 0.5 * spacing_mm[a]);
    // Whole tenths, as scanners write them.
    let origin = std::array::from_fn(|a| ((PICTURE_CENTRE_LPS_MM[a] - half[a]) * 10.0).round() / 10.0);
    VoxelGrid::axis_aligned(size, spacing_mm, Point::from_array(origin))
        .map_err(|_| SynthError::Size { size })
}

fn scan(spec: &PhantomSpec, noise_seed: u64) -> Scan {
    let drawn = Scan::of_seed(spec.seed);
    Scan {
        kernel: spec.kernel.unwrap_or(drawn.kernel),
        dose: spec.dose.unwrap_or(drawn.dose),
        seed: noise_seed,
        ..drawn
    }
}

/// Finds places for `count` nodules, the largest first; fewer where there is no place for more.
fn scatter(chest: &Chest, room: Room, count: usize) -> Vec<Nodule> {
    const TRIES: usize = 6000;
    let mut placed: Vec<Nodule> = Vec::new();
    for n in 0..count {
        let mut rng = generator(chest.seed, Purpose::Nodule, n as u64);
        // Evenly spread over the readers' sizes, the largest first, with something to look at.
        let share = 1.0 - (n as f32 + 0.5 + between(&mut rng, -0.4, 0.4)) / count as f32;
        let ratings = Ratings::draw((0.1 + 0.88 * share).min(0.97), &mut rng);
        let wanted = Attachment::draw(&mut rng);
        let radius = 0.5 * ratings.diameter_mm;
        let place = (0..TRIES).find_map(|attempt| {
            // Ever less demanding about the distance to vessels, to other nodules, to what it touches.
            let patience = 1.0 - attempt as f32 / TRIES as f32;
            let attachment = if patience < 0.3 { Attachment::JuxtaVascular } else { wanted };
            let place = chest.propose(room, attachment, radius, patience, &mut rng)?;
            let apart = |o: &Nodule| o.at.distance(place.at) > o.radius_mm() + radius + 6.0 + 34.0 * patience;
            placed.iter().all(apart).then_some(place)
        });
        let Some(place) = place else { continue };
        placed.push(Nodule::new(place.at, ratings, place.attachment, place.in_lobe, &mut rng));
    }
    placed
}

fn thousandths(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

fn known(nodule: &Nodule, growth: Option<&GrowthTruth>, grid: &VoxelGrid, chest: &Chest) -> NoduleTruth {
    let measured = nodule.measure(&chest.build, &chest.around);
    let centre = Point::from_array(measured.centroid.as_dvec3().to_array());
    let rating = |v: f32| (f64::from(v) * 100.0).round() / 100.0;
    let Ratings { spiculation, lobulation, margin, sphericity, texture, .. } = nodule.ratings;
    let suspicion = nodule.ratings.suspicion();
    NoduleTruth {
        centre_lps_mm: centre.to_array().map(thousandths),
        centre_index: (grid.voxel_from_patient() * centre).to_array().map(thousandths),
        diameter_mm: thousandths((measured.volume_mm3 * 6.0 / PI).cbrt()),
        volume_mm3: thousandths(measured.volume_mm3),
        malignant: nodule.malignant,
        malignancy_probability: thousandths(f64::from(suspicion)),
        texture: nodule.texture_name().to_owned(),
        margin: nodule.margin_name().to_owned(),
        spiculation: spiculation.round().clamp(1.0, 5.0) as u8,
        ratings: RatingsTruth {
            diameter_mm: rating(nodule.ratings.diameter_mm),
            spiculation: rating(spiculation),
            lobulation: rating(lobulation),
            margin: rating(margin),
            sphericity: rating(sphericity),
            texture: rating(texture),
            calcified: nodule.ratings.calcified,
        },
        attachment: nodule.attachment.name().to_owned(),
        lobe: nodule.lobe.name().to_owned(),
        growth: growth.cloned(),
    }
}
