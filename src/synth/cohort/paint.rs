//! Placing a lesion, laying a grid around it, and the row of the manifest that says so.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::super::chest::Chest;
use super::super::lung;
use super::super::mediastinum::HILA;
use super::super::nodule::{Measured, Nodule};
use super::super::noise::between;
use super::super::places::{ANYWHERE, Attachment, Place};
use super::super::ratings::Ratings;
use super::{Sample, Subject};
use crate::dataset::{Case, CasePoint, Characteristic, Label, LabelRule, Ratings as Readers};
use crate::geometry::{Patient, Point, VoxelGrid};

/// Proposals for a place before another chest is tried.
const TRIES: usize = 8000;
/// Least share of a lesion's volume that must lie inside the lung: what is outside is not painted.
const LEAST_INSIDE: f64 = 0.6;

/// A place as nodules of phantoms find theirs: ever less free lung is asked for around it.
pub(super) fn place(
    chest: &Chest,
    wanted: Attachment,
    radius_mm: f32,
    rng: &mut ChaCha8Rng,
) -> Option<Place> {
    (0..TRIES).find_map(|attempt| {
        let patience = 1.0 - attempt as f32 / TRIES as f32;
        let attachment = if patience < 0.3 { Attachment::JuxtaVascular } else { wanted };
        chest.propose(ANYWHERE, attachment, radius_mm, patience, rng)
    })
}

/// A place beside a hilum, of either side alike: within a diameter of where the artery enters the lung, and inside the lung by a
/// quarter of the radius at least. Model mm before breathing.
pub(super) fn beside_hilum(chest: &Chest, radius_mm: f32, rng: &mut ChaCha8Rng) -> Option<Vec3> {
    let side = usize::from(between(rng, 0.0, 1.0) < 0.5);
    (0..TRIES).find_map(|_| {
        let hilum = HILA.artery.get(side).copied()? - Vec3::Z * between(rng, -14.0, 34.0);
        let reach = radius_mm + 16.0;
        let mut next = || between(rng, -reach, reach);
        let at = hilum + Vec3::new(next(), next(), next());
        let depth = -lung::distance(&chest.build, &chest.around, chest.build.breathe(at));
        let far = at.distance(hilum);
        (depth > 0.25 * radius_mm && depth > 2.0 && (0.5 * radius_mm..reach).contains(&far)).then_some(at)
    })
}

/// A lesion where it lies, if enough of it is inside the lung.
pub(super) fn measured(chest: &Chest, nodule: &Nodule) -> Option<Measured> {
    let found = nodule.measure(&chest.build, &chest.around);
    (found.volume_mm3 > LEAST_INSIDE * found.whole_mm3).then_some(found)
}

/// To a thousandth, which a manifest can hold.
pub(super) fn thousandths(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

/// A position to a thousandth of a millimetre.
pub(super) fn point(p: Vec3) -> Point<Patient> {
    Point::from_array(p.as_dvec3().to_array().map(thousandths))
}

/// Spacing of a CT: a third at 1 mm, else 0.6 to 0.8 mm in the plane and a distance of slices within the
/// bounds. Invented, after what chest CTs have.
pub(super) fn spacing(rng: &mut ChaCha8Rng, slices_mm: [f32; 2]) -> [f64; 3] {
    let fine = thousandths(f64::from(between(rng, 0.6, 0.8)));
    let [low, high] = slices_mm;
    let apart = thousandths(f64::from(between(rng, low, high)));
    if between(rng, 0.0, 1.0) < 1.0 / 3.0 { [1.0; 3] } else { [fine, fine, apart] }
}

/// A grid of an extent around a point, which lies up to `off_mm` from its middle along every axis.
pub(super) fn grid_around(
    at: Point<Patient>,
    extent_mm: [f64; 3],
    spacing_mm: [f64; 3],
    off_mm: f32,
    rng: &mut ChaCha8Rng,
) -> Option<VoxelGrid> {
    let size: [usize; 3] = std::array::from_fn(|a| (extent_mm[a] / spacing_mm[a]).ceil() as usize + 1);
    let at = at.to_array();
    let origin: [f64; 3] = std::array::from_fn(|a| {
        let half = (size[a] - 1) as f64 * 0.5 * spacing_mm[a];
        thousandths(at[a] - half + f64::from(between(rng, -off_mm, off_mm)))
    });
    VoxelGrid::axis_aligned(size, spacing_mm, Point::from_array(origin)).ok()
}

/// The row of a subject whose lesion was drawn from these ratings.
pub(super) fn row(
    subject: &Subject,
    grid: &VoxelGrid,
    at: Point<Patient>,
    ratings: Option<&Ratings>,
) -> Case {
    let id = subject.id();
    let rated = |which: Characteristic| {
        let r = ratings?;
        let value = match which {
            Characteristic::Sphericity => r.sphericity,
            Characteristic::Margin => r.margin,
            Characteristic::Lobulation => r.lobulation,
            Characteristic::Spiculation => r.spiculation,
            Characteristic::Texture => r.texture,
            // Kinds, and how hard it is to see: nothing of that is drawn.
            Characteristic::Subtlety | Characteristic::Calcification | Characteristic::InternalStructure => {
                return None;
            }
        };
        Some((f64::from(value) * 100.0).round() / 100.0)
    };
    Case {
        image: Sample::image_name(&id),
        patient: id.clone(),
        id,
        series_uid: None,
        mask: None,
        point: CasePoint::Patient(at),
        question: subject.cohort.question(),
        label: Some(if subject.positive { Label::Positive } else { Label::Negative }),
        label_rule: LabelRule::Given,
        ratings: Readers::default(),
        characteristics: Characteristic::ALL.map(rated),
        spacing_mm: grid.spacing_mm(),
        diameter_mm: subject.diameter_mm.map(|d| (d * 100.0).round() / 100.0),
        fold: None,
        split: None,
        prior: None,
        lesion_slices: None,
        slice_box: None,
        clinical: subject.clinical.clone(),
        source: "Triscope phantoms".to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        citation: "pictures of nobody; the label says nothing about disease".to_owned(),
    }
}
