//! A solid nodule, for MAEMC-NET: adenocarcinoma or granuloma?
//!
//! Solid, 7 to 30 mm, without calcium or fat, as the paper includes them (Front. Med. 12:1507258). Directions:
//! granulomas are rounder, smoother and sharper and often have satellites; adenocarcinomas are lobulated,
//! spiculated and drawn to the pleura (Erasmus et al., RadioGraphics 20 (2000) 43-58). All numbers are
//! invented, so that the kinds overlap in each of them; both have the same sizes, as in a study that is matched
//! by size.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::super::chest::Chest;
use super::super::followup::another_day;
use super::super::lung;
use super::super::nodule::Nodule;
use super::super::noise::{Purpose, between, generator};
use super::super::places::Attachment;
use super::super::ratings::Ratings;
use super::super::scanner::Scan;
use super::draw::{happens, log_normal, normal, ratings};
use super::paint::{grid_around, measured, place, point, row, spacing};
use super::{Sample, Subject};

/// What is stored around the nodule: 50 x 50 x 50 mm are read.
const EXTENT_MM: [f64; 3] = [62.0; 3];

/// The nodule.
#[derive(Clone, Debug)]
pub(super) struct Lesion {
    pub ratings: Ratings,
    attachment: Attachment,
    /// Smaller ones around it: diameters, mm.
    satellites: Vec<f32>,
    tag: bool,
}

/// | | adenocarcinoma | granuloma |
/// |---|---|---|
/// | diameter, median mm (log deviation) | 16 (0.36) | 16 (0.36) |
/// | spiculation, lobulation | 2.8 +- 0.9, 2.8 +- 0.8 | 1.7 +- 0.7, 1.7 +- 0.7 |
/// | margin, sphericity | 3.8 +- 0.5, 3.6 +- 0.5 | 4.4 +- 0.5, 4.2 +- 0.5 |
/// | satellites (1 to 4 of 2 to 4.5 mm) | 0.08 | 0.35 |
/// | tag to the pleura, where it is near | 0.45 | 0.15 |
pub(super) fn draw(adenocarcinoma: bool, rng: &mut ChaCha8Rng) -> Lesion {
    let of = |a: f32, g: f32| if adenocarcinoma { a } else { g };
    let diameter_mm = log_normal(rng, 16.0, 0.36, [7.0, 30.0]);
    let rated = ratings(
        rng,
        diameter_mm,
        [
            (of(2.8, 1.7), of(0.9, 0.7)),
            (of(2.8, 1.7), of(0.8, 0.7)),
            (of(3.8, 4.4), 0.5),
            (of(3.6, 4.2), 0.5),
        ],
        5.0,
    );
    let count = if happens(rng, of(0.08, 0.35)) { 1 + between(rng, 0.0, 4.0) as usize } else { 0 };
    let satellites = (0..count).map(|_| between(rng, 2.0, 4.5)).collect();
    Lesion {
        ratings: rated,
        attachment: Attachment::draw(rng),
        satellites,
        tag: happens(rng, of(0.45, 0.15)),
    }
}

impl Lesion {
    /// Nodule and satellites.
    fn nodules(&self, chest: &Chest, rng: &mut ChaCha8Rng) -> Option<Vec<Nodule>> {
        let radius = 0.5 * self.ratings.diameter_mm;
        let found = place(chest, self.attachment, radius, rng)?;
        let mut nodule =
            Nodule::new(found.at, self.ratings, found.attachment, found.in_lobe, rng).without_fat();
        if self.tag {
            let (toward, depth) = to_the_wall(chest, found.at);
            nodule = nodule.with_strand(toward, depth + 1.0);
        }
        let mut all = vec![nodule];
        for diameter_mm in &self.satellites {
            let round = Ratings {
                diameter_mm: *diameter_mm,
                spiculation: 1.0,
                lobulation: 1.0,
                margin: 4.5,
                sphericity: 4.5,
                texture: 5.0,
                calcified: false,
            };
            // Beside it, inside the lung; one for which there is no room is left out.
            let at = (0..60).find_map(|_| {
                let far = radius + 0.5 * diameter_mm + between(rng, 2.0, 9.0);
                let toward = Vec3::new(normal(rng), normal(rng), normal(rng)).normalize_or(Vec3::X);
                let at = found.at + toward * far;
                let depth = -lung::distance(&chest.build, &chest.around, chest.build.breathe(at));
                (depth > *diameter_mm).then_some(at)
            });
            if let Some(at) = at {
                all.push(Nodule::new(at, round, Attachment::Isolated, found.in_lobe, rng).without_fat());
            }
        }
        Some(all)
    }

    pub(super) fn picture(&self, subject: &Subject, seed: u64) -> Option<Sample> {
        let mut rng = generator(seed, Purpose::Cohort, 0);
        let chest = Chest::new(seed, &another_day(seed));
        let nodules = self.nodules(&chest, &mut rng)?;
        let at = point(measured(&chest, nodules.first()?)?.centroid);
        let grid = grid_around(at, EXTENT_MM, spacing(&mut rng, [1.0, 2.0]), 2.0, &mut rng)?;
        let region = chest.picture(&nodules, &grid, &Scan::of_seed(seed ^ 1), 1);
        Some(Sample { case: row(subject, &grid, at, Some(&self.ratings)), image: region.volume, prior: None })
    }
}

/// Direction to the chest wall, and how far it is, mm.
/// - `at`: model mm before breathing
fn to_the_wall(chest: &Chest, at: Vec3) -> (Vec3, f32) {
    const STEP_MM: f32 = 1.0;
    let p = chest.build.breathe(at);
    let out = |p: Vec3| chest.build.level(p.z).out(p);
    let slope = Vec3::new(
        out(p + Vec3::X * STEP_MM) - out(p - Vec3::X * STEP_MM),
        out(p + Vec3::Y * STEP_MM) - out(p - Vec3::Y * STEP_MM),
        out(p + Vec3::Z * STEP_MM) - out(p - Vec3::Z * STEP_MM),
    );
    (slope.normalize_or(Vec3::X), -out(p))
}
