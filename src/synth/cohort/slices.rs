//! Three axial slices of the whole field, for LungNodule-SSM: does the middle one show a nodule, and where?
//!
//! Slices without a nodule are made as those with one: a nodule is drawn and placed, and left out, so that
//! neither height nor chest tells them apart.

use rand_chacha::ChaCha8Rng;

use super::super::chest::Chest;
use super::super::followup::another_day;
use super::super::nodule::Nodule;
use super::super::noise::{Purpose, between, generator};
use super::super::places::Attachment;
use super::super::ratings::Ratings;
use super::super::scanner::Scan;
use super::draw::seen;
use super::paint::{measured, place, row, thousandths};
use super::{Sample, Subject};
use crate::dataset::SliceBox;
use crate::geometry::{Point, VoxelGrid};

/// Columns and rows. Published slices have 512, and the network reads 504.
const FIELD: usize = 512;
/// A field of 358 mm.
const PIXEL_MM: f64 = 0.7;
/// Stored slices: the one that is asked about and its neighbours.
const DEPTH: usize = 3;
/// Thickness and distance of slices. LUNA16 has up to 2.5 mm; the spread is invented.
const SLICES_MM: [f32; 2] = [1.0, 2.5];
/// Sizes by the readers' statistics: shares of their nodules that are smaller, some 4.5 to 30 mm.
const SHARES: [f32; 2] = [0.05, 0.96];
/// How far from the nodule's middle it is cut, as a share of its height.
const OFF_MIDDLE: f32 = 0.3;
/// Middle of the field, LPS mm.
const MIDDLE_MM: [f64; 2] = [0.0, 10.0];

/// The nodule of a slice, or the one that is left out of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub ratings: Ratings,
}

pub(super) fn draw(rng: &mut ChaCha8Rng) -> Slice {
    Slice { ratings: seen(rng, SHARES) }
}

impl Slice {
    pub(super) fn picture(&self, subject: &Subject, seed: u64) -> Option<Sample> {
        let ratings = self.ratings;
        let mut rng = generator(seed, Purpose::Cohort, 0);
        let chest = Chest::new(seed, &another_day(seed));
        let wanted = Attachment::draw(&mut rng);
        let found = place(&chest, wanted, 0.5 * ratings.diameter_mm, &mut rng)?;
        let nodule = Nodule::new(found.at, ratings, found.attachment, found.in_lobe, &mut rng).without_fat();
        let found = measured(&chest, &nodule)?;
        let [low, high] = found.heights;
        let cut = found.centroid.z + between(&mut rng, -OFF_MIDDLE, OFF_MIDDLE) * (high - low);
        let apart = thousandths(f64::from(between(&mut rng, SLICES_MM[0], SLICES_MM[1])));
        let half = (FIELD - 1) as f64 * 0.5 * PIXEL_MM;
        let middle = (DEPTH / 2) as f64 * apart;
        let origin = [MIDDLE_MM[0] - half, MIDDLE_MM[1] - half, f64::from(cut) - middle].map(thousandths);
        let grid = VoxelGrid::axis_aligned(
            [FIELD, FIELD, DEPTH],
            [PIXEL_MM, PIXEL_MM, apart],
            Point::from_array(origin),
        )
        .ok()?;
        let z = thousandths(origin[2] + middle);
        let scan = Scan::of_seed(seed ^ 1);
        if !subject.positive {
            let at = Point::new(MIDDLE_MM[0], MIDDLE_MM[1], z);
            let region = chest.picture(&[], &grid, &scan, 1);
            return Some(Sample { case: row(subject, &grid, at, None), image: region.volume, prior: None });
        }
        let [from, to] = nodule.outline(&chest.build, &chest.around, z as f32)?;
        let (from, to) = (from.map(thousandths), to.map(thousandths));
        let at = Point::new(thousandths(0.5 * (from[0] + to[0])), thousandths(0.5 * (from[1] + to[1])), z);
        let region = chest.picture(&[nodule], &grid, &scan, 1);
        let mut case = row(subject, &grid, at, Some(&ratings));
        case.slice_box = Some(SliceBox { low: from, high: to });
        Some(Sample { case, image: region.volume, prior: None })
    }
}
