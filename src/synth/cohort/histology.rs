//! A lung cancer in a window of the whole field, for MMCAF-Net: adenocarcinoma or squamous cell carcinoma?
//!
//! What differs, and which way, is from Rosado-de-Christenson et al., RadioGraphics 14 (1994) 429-446: squamous
//! cell carcinomas are mostly central, larger, and sometimes hollow; adenocarcinomas mostly peripheral, more
//! often spiculated, and some are part-solid or ground glass. Every number here is rounded or invented, and
//! softer than that, so that the kinds overlap in each of them; both have the same sizes, as in a study that is
//! matched by size.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::super::chest::Chest;
use super::super::lung;
use super::super::nodule::Nodule;
use super::super::noise::{Purpose, between, generator};
use super::super::places::Attachment;
use super::super::ratings::Ratings;
use super::super::scanner::Scan;
use super::draw::{happens, known, log_normal, normal, pick, ratings};
use super::paint::{beside_hilum, measured, place, point, row, thousandths};
use super::{Sample, Subject};
use crate::clinical::{ClinicalFields, MStage, NStage, Sex, Smoking, TStage};
use crate::geometry::{Point, VoxelGrid};

/// Columns and rows: what MMCAF-Net reads, so that nothing is resized.
const FIELD: usize = 192;
/// A field of 365 mm, which holds every chest of `synth`.
const PIXEL_MM: f64 = 1.9;
/// The scanner's pixels along one of these: 576 in the field.
const FINER: usize = 3;
/// Distance of slices; diagnostic chest CTs before surgery. Invented.
const SLICES_MM: [f32; 2] = [2.0, 5.0];
/// More than the 12 that are read, so that a window can be moved.
const FEWEST_SLICES: usize = 14;
/// Middle of the field, LPS mm.
const MIDDLE_MM: [f64; 2] = [0.0, 10.0];
/// Lesions that are drawn, mm.
const DIAMETER_MM: [f32; 2] = [15.0, 60.0];

/// The cancer.
#[derive(Clone, Debug)]
pub(super) struct Cancer {
    pub ratings: Ratings,
    central: bool,
    /// Where it is not central.
    attachment: Attachment,
    /// Thickness of the wall around a cavity, as a share of the radius.
    wall: Option<f32>,
}

/// | | adenocarcinoma | squamous |
/// |---|---|---|
/// | diameter, median mm (log deviation) | 29 (0.39) | 29 (0.39) |
/// | central | 0.22 | 0.68 |
/// | ground glass: none, part, whole | 0.58, 0.28, 0.14 | 0.93, 0.06, 0.01 |
/// | spiculation, lobulation | 3.0 +- 0.9, 2.9 +- 0.8 | 2.2 +- 0.9, 2.5 +- 0.8 |
/// | cavity, of solid ones | 0.04 | 0.25 |
pub(super) fn draw(adenocarcinoma: bool, rng: &mut ChaCha8Rng) -> (Cancer, ClinicalFields) {
    let of = |a: f32, s: f32| if adenocarcinoma { a } else { s };
    let diameter_mm = log_normal(rng, 29.0, 0.39, DIAMETER_MM);
    // Solid, part-solid, ground glass alone, as a range of the rating: a core is larger or smaller.
    let textures = [([5.0, 5.0], of(0.58, 0.93)), ([2.4, 3.9], of(0.28, 0.06)), ([1.5, 1.5], of(0.14, 0.01))];
    let [low, high] = pick(rng, &textures).unwrap_or([5.0, 5.0]);
    let texture = between(rng, low, high);
    let rated = ratings(
        rng,
        diameter_mm,
        [(of(3.0, 2.2), 0.9), (of(2.9, 2.5), 0.8), (of(3.9, 4.0), 0.6), (3.7, 0.5)],
        texture,
    );
    let hollow = texture >= 4.0 && happens(rng, of(0.04, 0.25));
    let wall = hollow.then(|| between(rng, 0.35, 0.7));
    let central = happens(rng, of(0.22, 0.68));
    let pleural = happens(rng, 0.6);
    let attachment = if pleural { Attachment::JuxtaPleural } else { Attachment::Isolated };
    let clinical = patient(adenocarcinoma, diameter_mm, rng);
    (Cancer { ratings: rated, central, attachment, wall }, clinical)
}

/// Directions of sex and smoking: adenocarcinoma is the kind of most women and of nearly all who never
/// smoked, squamous cell carcinoma that of men who do (Travis et al., WHO Classification of Tumours of the
/// Lung, 2015). T follows the drawn diameter by the eighth edition (Goldstraw et al., J Thorac Oncol 11
/// (2016) 39-51), for one of six a number higher, as for one that grows into something. All shares are
/// invented:
///
/// | | adenocarcinoma | squamous |
/// |---|---|---|
/// | women | 0.46 | 0.32 |
/// | never, former, current smokers | 0.20, 0.41, 0.39 | 0.09, 0.43, 0.48 |
/// | age, years | 64 +- 9 | 66 +- 8 |
/// | N0, N1, N2, N3 | 0.50, 0.14, 0.26, 0.10 | 0.42, 0.24, 0.26, 0.08 |
/// | M1 | 0.30 | 0.22 |
///
/// Weight: women 62, men 74, +- 12 kg, for both kinds.
fn patient(adenocarcinoma: bool, diameter_mm: f32, rng: &mut ChaCha8Rng) -> ClinicalFields {
    let of = |a: f32, s: f32| if adenocarcinoma { a } else { s };
    let female = of(0.46, 0.32);
    let sex = pick(rng, &[(Sex::Female, female), (Sex::Male, 1.0 - female)]);
    let smoking = pick(
        rng,
        &[
            (Smoking::Never, of(0.20, 0.09)),
            (Smoking::Former, of(0.41, 0.43)),
            (Smoking::Current, of(0.39, 0.48)),
        ],
    );
    let whole = |value: f32, [low, high]: [f32; 2]| f64::from(value.clamp(low, high).round());
    let age = whole(of(64.0, 66.0) + of(9.0, 8.0) * normal(rng), [30.0, 90.0]);
    let usual = if sex == Some(Sex::Female) { 62.0 } else { 74.0 };
    let weight = whole(usual + 12.0 * normal(rng), [38.0, 130.0]);
    let size = match diameter_mm {
        d if d <= 20.0 => TStage::T1b,
        d if d <= 30.0 => TStage::T1c,
        d if d <= 40.0 => TStage::T2a,
        d if d <= 50.0 => TStage::T2b,
        _ => TStage::T3,
    };
    let invades = happens(rng, 1.0 / 6.0);
    let t = match size {
        _ if !invades => size,
        TStage::T1b | TStage::T1c => TStage::T2,
        TStage::T2a | TStage::T2b => TStage::T3,
        _ => TStage::T4,
    };
    let n = pick(
        rng,
        &[
            (NStage::N0, of(0.50, 0.42)),
            (NStage::N1, of(0.14, 0.24)),
            (NStage::N2, 0.26),
            (NStage::N3, of(0.10, 0.08)),
        ],
    );
    let m1 = of(0.30, 0.22);
    let m = pick(
        rng,
        &[(MStage::M0, 1.0 - m1), (MStage::M1a, 0.3 * m1), (MStage::M1b, 0.3 * m1), (MStage::M1c, 0.4 * m1)],
    );
    ClinicalFields {
        sex: known(rng, sex),
        age_years: known(rng, Some(age)),
        weight_kg: known(rng, Some(weight)),
        t_stage: known(rng, Some(t)),
        n_stage: known(rng, n),
        m_stage: known(rng, m),
        smoking: known(rng, smoking),
        ..ClinicalFields::default()
    }
}

impl Cancer {
    pub(super) fn nodule(&self, chest: &Chest, rng: &mut ChaCha8Rng) -> Option<Nodule> {
        let radius = 0.5 * self.ratings.diameter_mm;
        let (at, attachment) = if self.central {
            (beside_hilum(chest, radius, rng)?, Attachment::JuxtaVascular)
        } else {
            let found = place(chest, self.attachment, radius, rng)?;
            (found.at, found.attachment)
        };
        let nodule = Nodule::new(at, self.ratings, attachment, lung::lobe(at), rng).without_fat();
        Some(match self.wall {
            Some(wall) => nodule.with_cavity(wall),
            None => nodule,
        })
    }

    pub(super) fn picture(&self, subject: &Subject, seed: u64) -> Option<Sample> {
        let mut rng = generator(seed, Purpose::Cohort, 0);
        let chest = Chest::new(seed, &super::super::followup::another_day(seed));
        let nodule = self.nodule(&chest, &mut rng)?;
        let found = measured(&chest, &nodule)?;
        let at = point(found.centroid);
        let [low, high] = found.heights.map(f64::from);
        let apart = thousandths(f64::from(between(&mut rng, SLICES_MM[0], SLICES_MM[1])));
        let lesion = ((high - low) / apart).ceil() as usize;
        let count = FEWEST_SLICES.max(lesion + 4) + between(&mut rng, 0.0, 4.0) as usize;
        let off = f64::from(between(&mut rng, -1.5, 1.5)) * apart;
        let middle = Vec3::new(MIDDLE_MM[0] as f32, MIDDLE_MM[1] as f32, found.centroid.z).as_dvec3();
        let half = |n: usize, mm: f64| (n - 1) as f64 * 0.5 * mm;
        let origin = [
            middle.x - half(FIELD, PIXEL_MM),
            middle.y - half(FIELD, PIXEL_MM),
            middle.z - half(count, apart) + off,
        ]
        .map(thousandths);
        let spacing = [PIXEL_MM, PIXEL_MM, apart];
        let grid = VoxelGrid::axis_aligned([FIELD, FIELD, count], spacing, Point::from_array(origin)).ok()?;
        let region = chest.picture(&[nodule], &grid, &Scan::of_seed(seed ^ 1), FINER);
        let mut case = row(subject, &grid, at, Some(&self.ratings));
        let slice = |z: f64| (z - origin[2]) / apart;
        // Slices whose middle lies in it; a lesion is never thinner than three.
        let [first, last] = [slice(low).ceil(), slice(high).floor()].map(|k| k.max(0.0) as usize);
        case.lesion_slices = Some([first.min(last), last.min(count - 1)]);
        Some(Sample { case, image: region.volume, prior: None })
    }
}
