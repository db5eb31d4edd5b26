//! Two dates of a nodule, for CSF-Net: is it malignant?
//!
//! The nodule is drawn by the readers' statistics ([`seen`]). Its growth is drawn from one of two
//! tendencies, and the label from a logistic model of both, so that no single sign settles it:
//!
//! - `shape` = 0.5 ln(d / 9 mm) + 0.45 (spiculation - 1.6) + 0.3 (lobulation - 1.7) - 0.2 (margin - 4)
//!   + 0.4 with ground glass - 1.5 with calcium
//! - growing fast with probability logistic(1.2 shape - 0.1)
//! - malignant with probability logistic(1.3 shape + 1.5 doublings - 1.3), doublings of the volume between
//!   the dates cut off at -0.6 and 2.5
//!
//! The two labels have the same sizes on the later date, as cases and controls of a study that is matched by
//! size: size alone tells nothing.
//!
//! Directions as in McWilliams et al., NEJM 369 (2013) 910-919 (size, spiculation, part-solid) and Swensen et
//! al., Arch Intern Med 157 (1997) 849-855; all weights are invented, softer than theirs, so that growth
//! alone does not tell.

use rand_chacha::ChaCha8Rng;

use super::super::chest::Chest;
use super::super::followup::another_day;
use super::super::nodule::Nodule;
use super::super::noise::{Purpose, between, generator};
use super::super::places::Attachment;
use super::super::ratings::Ratings;
use super::super::scanner::Scan;
use super::draw::{happens, known, log_normal, logistic, pick, seen};
use super::paint::{grid_around, measured, place, point, row, spacing};
use super::{Sample, Subject};
use crate::clinical::{ClinicalFields, Race, ScreeningResult, Sex, Smoking};
use crate::dataset::Prior;

/// Days between the dates: yearly screening. Source of a year: National Lung Screening Trial, NEJM 365 (2011)
/// 395-409; the spread is invented.
const DAYS: [f32; 2] = [300.0, 420.0];
/// No smaller on the earlier date: what CSF-Net is asked about is seen on both.
const LEAST_PRIOR_MM: f32 = 3.0;
/// Sizes on the later date by the readers' statistics: shares of their nodules that are smaller, some 5 to
/// 28 mm.
const SHARES: [f32; 2] = [0.1, 0.95];
/// What is stored around the nodule: 64 x 64 x 16 mm are read.
const EXTENT_MM: [f64; 3] = [80.0, 80.0, 32.0];

/// The nodule as it is on the later date, and how it came to be so.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub ratings: Ratings,
    attachment: Attachment,
    /// Of the volume between the dates; below 0 where it shrinks.
    pub doublings: f32,
}

/// Diameter on the earlier date, mm.
fn earlier_mm(pair: &Pair) -> f32 {
    pair.ratings.diameter_mm * pair.grown()
}

fn shape(r: &Ratings) -> f32 {
    let glass = if r.texture < 4.0 { 0.4 } else { 0.0 };
    let calcium = if r.calcified { 1.5 } else { 0.0 };
    0.5 * (r.diameter_mm / 9.0).ln() + 0.45 * (r.spiculation - 1.6) + 0.3 * (r.lobulation - 1.7)
        - 0.2 * (r.margin - 4.0)
        + glass
        - calcium
}

/// Doublings of the volume between the dates.
///
/// Fast: doubling times log-normal around 120 days, around 200 with ground glass, cut off at 30 and 400.
/// Slow: half stable within a tenth of their volume, three of ten doubling in 500 to 3000 days, the others
/// shrinking to 0.4 to 0.9 of their volume. Sources: Detterbeck, Gibson, J Thorac Oncol 3 (2008) 781-792
/// (20 to 400 days), Hasegawa et al., Br J Radiol 73 (2000) 1252-1259 (slower with ground glass), Revel et
/// al., Radiology 241 (2006) 890-898 (beyond 500 days nearly all are benign); the shares are invented.
fn doublings(ratings: &Ratings, rng: &mut ChaCha8Rng) -> f32 {
    let days = between(rng, DAYS[0], DAYS[1]);
    if happens(rng, logistic(1.2 * shape(ratings) - 0.1)) {
        let median = if ratings.texture < 4.0 { 200.0 } else { 120.0 };
        return days / log_normal(rng, median, 0.6, [30.0, 400.0]);
    }
    match between(rng, 0.0, 1.0) {
        v if v < 0.5 => between(rng, -0.14, 0.14),
        v if v < 0.8 => days / between(rng, 500f32.ln(), 3000f32.ln()).exp(),
        _ => -between(rng, 0.15, 1.3),
    }
}

/// - `size`: share of the readers' nodules that are smaller
fn drawn(size: f32, rng: &mut ChaCha8Rng) -> (Pair, bool) {
    let ratings = seen(rng, [size; 2]);
    let prior_mm = |doublings: f32| ratings.diameter_mm * (-doublings / 3.0).exp2();
    let doublings = (0..40)
        .map(|_| doublings(&ratings, rng))
        .find(|d| prior_mm(*d) >= LEAST_PRIOR_MM)
        .unwrap_or_else(|| 3.0 * (ratings.diameter_mm / LEAST_PRIOR_MM).log2().max(0.0));
    let margin = 1.3 * shape(&ratings) + 1.5 * doublings.clamp(-0.6, 2.5) - 1.3;
    let malignant = happens(rng, logistic(margin));
    (Pair { ratings, attachment: Attachment::draw(rng), doublings }, malignant)
}

/// A nodule of this label and its patient: the size first, the same for both labels, and everything else
/// again until the label is the one that is wanted.
pub(super) fn draw(malignant: bool, rng: &mut ChaCha8Rng) -> (Pair, ClinicalFields) {
    let size = between(rng, SHARES[0], SHARES[1]);
    let mut found = drawn(size, rng);
    // Neither label is rare at any size: this ends soon.
    for _ in 0..1000 {
        if found.1 == malignant {
            break;
        }
        found = drawn(size, rng);
    }
    let clinical = patient(malignant, earlier_mm(&found.0), rng);
    (found.0, clinical)
}

/// The fields of a participant of the National Lung Screening Trial.
///
/// Benign cases have the trial's own shares of ages, sexes, smoking and races (NEJM 365 (2011) 395-409, table
/// 1, rounded). Malignant ones have odds of 1, 1.4, 1.9, 2.6 by rising age, 1.4 for women (direction:
/// McWilliams 2013), 1.7 for those who still smoke (direction: Swensen 1997), and the same races: sizes of the
/// odds are invented. The first screen is positive for most nodules of 4 mm and more, as the trial's rule was;
/// for some more of the malignant ones (invented).
fn patient(malignant: bool, prior_mm: f32, rng: &mut ChaCha8Rng) -> ClinicalFields {
    let odds = |benign: f32, times: f32| if malignant { benign * times } else { benign };
    let ages = [(55.0, 43.0, 1.0), (60.0, 31.0, 1.4), (65.0, 18.0, 1.9), (70.0, 9.0, 2.6)];
    let from = pick(rng, &ages.map(|(age, share, times)| (age, odds(share, times))));
    let age = from.map(|from: f64| from + f64::from(between(rng, 0.0, 4.999).floor()));
    let sex = pick(rng, &[(Sex::Male, 59.0), (Sex::Female, odds(41.0, 1.4))]);
    let smoking = pick(rng, &[(Smoking::Former, 52.0), (Smoking::Current, odds(48.0, 1.7))]);
    let races = [
        (Race::White, 91.0),
        (Race::Black, 4.5),
        (Race::Asian, 2.0),
        (Race::AmericanIndian, 0.5),
        (Race::PacificIslander, 0.5),
        (Race::SeveralRaces, 1.5),
    ];
    let race = pick(rng, &races);
    let seen = if prior_mm >= 4.0 { 3.0 } else { 0.6 };
    let results = [
        (ScreeningResult::Positive, odds(seen, 1.6)),
        (ScreeningResult::Negative, 0.5),
        (ScreeningResult::MinorAbnormality, 0.6),
        (ScreeningResult::SignificantAbnormality, 0.2),
    ];
    let alone = pick(rng, &results);
    // Earlier films change what one of ten screens comes to.
    let beside = if happens(rng, 0.1) { pick(rng, &results) } else { alone };
    ClinicalFields {
        sex: known(rng, sex),
        age_years: known(rng, age),
        smoking: known(rng, smoking),
        race: known(rng, race),
        screening_result: known(rng, beside),
        screening_result_alone: known(rng, alone),
        ..ClinicalFields::default()
    }
}

impl Pair {
    /// By which lengths were other on the earlier date.
    pub(super) fn grown(&self) -> f32 {
        (-self.doublings / 3.0).exp2()
    }

    /// The nodule on the later and on the earlier date.
    pub(super) fn nodules(&self, chest: &Chest, seed: u64) -> Option<[Nodule; 2]> {
        let mut rng = generator(seed, Purpose::Cohort, 1);
        // Room for the larger of the two.
        let radius = 0.5 * self.ratings.diameter_mm * self.grown().max(1.0);
        let place = place(chest, self.attachment, radius, &mut rng)?;
        let later =
            Nodule::new(place.at, self.ratings, place.attachment, place.in_lobe, &mut rng).without_fat();
        let mut earlier = later.clone();
        earlier.growth = self.grown();
        Some([later, earlier])
    }

    pub(super) fn picture(&self, subject: &Subject, seed: u64) -> Option<Sample> {
        let mut rng = generator(seed, Purpose::Cohort, 0);
        // Found in one chest for both dates: the place is the person's, not the picture's.
        let days = [seed ^ 1, seed].map(another_day);
        let [before, now] = days.map(|pose| Chest::new(seed, &pose));
        let [later, earlier] = self.nodules(&now, seed)?;
        let mut taken = |chest: &Chest, nodule: &Nodule, noise: u64| {
            let at = point(measured(chest, nodule)?.centroid);
            let grid = grid_around(at, EXTENT_MM, spacing(&mut rng, [1.0, 2.5]), 3.0, &mut rng)?;
            let region = chest.picture(std::slice::from_ref(nodule), &grid, &Scan::of_seed(noise), 1);
            Some((at, region.volume))
        };
        let (prior_at, prior) = taken(&before, &earlier, seed ^ 2)?;
        let (at, image) = taken(&now, &later, seed ^ 3)?;
        let mut case = row(subject, image.grid(), at, Some(&self.ratings));
        let (image_then, then) = (Sample::prior_name(&case.id), f64::from(earlier_mm(self)));
        let diameter_mm = Some((then * 100.0).round() / 100.0);
        case.prior = Some(Prior { image: image_then, series_uid: None, point: prior_at, diameter_mm });
        Some(Sample { case, image, prior: Some(prior) })
    }
}
