//! Believable places for a nodule: free in the lung, on a vessel, on the pleura, on a fissure.
//!
//! Used by `phantom` and, through [`Chest::places`], by those who put a nodule of their own into a
//! chest. Where a nodule may lie depends on how large it is and on what it touches, on nothing else:
//! no label can be read off a place.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::chest::Chest;
use super::lung::{self, Lobe};
use super::noise::{Purpose, between, generator};
use super::tree::Kind;
use crate::geometry::{Patient, Point};

/// What the nodule touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachment {
    /// Lung all around.
    Isolated,
    /// A vessel runs into it or along it.
    JuxtaVascular,
    /// It sits on the pleura of the chest wall.
    JuxtaPleural,
    /// It touches the sheet between two lobes.
    Fissural,
}

impl Attachment {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Isolated, Self::JuxtaVascular, Self::JuxtaPleural, Self::Fissural];

    /// As in the truth file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::JuxtaVascular => "juxta_vascular",
            Self::JuxtaPleural => "juxta_pleural",
            Self::Fissural => "fissural",
        }
    }

    /// Draws one as they are found: isolated 40, on the pleura 30, on a vessel 22, on a fissure 8 of
    /// a hundred. Source: of the nodules of the NELSON screening trial about half are attached, most
    /// of those to the pleura (Xu et al., Radiology 250 (2009) 264-272); rounded by us.
    pub(super) fn draw(rng: &mut ChaCha8Rng) -> Self {
        match between(rng, 0.0, 100.0) {
            v if v < 40.0 => Self::Isolated,
            v if v < 70.0 => Self::JuxtaPleural,
            v if v < 92.0 => Self::JuxtaVascular,
            _ => Self::Fissural,
        }
    }
}

/// A place where a nodule of the given radius fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where its centre would be, patient LPS mm.
    pub centre: Point<Patient>,
    /// What it touches there.
    pub attachment: Attachment,
    /// Which lobe, in words.
    pub lobe: &'static str,
    /// Model mm before breathing.
    pub(super) at: Vec3,
    pub(super) in_lobe: Lobe,
}

/// Space in which nodules may lie: box in patient mm.
pub(super) type Room = (Vec3, Vec3);

/// Box that holds both lungs of everyone, patient mm.
pub(super) const ANYWHERE: Room = (Vec3::new(-150.0, -110.0, -200.0), Vec3::new(150.0, 120.0, 110.0));

impl Chest {
    /// Places for nodules, no two of them overlapping.
    /// - `radius_mm`: of the nodule
    /// - `count`: how many at most; fewer where the lungs have no more, or no such place at all
    /// - `seed`: another seed, other places
    pub fn places(&self, attachment: Attachment, radius_mm: f32, count: usize, seed: u64) -> Vec<Place> {
        let mut rng = generator(self.seed ^ seed.rotate_left(32), Purpose::Place, seed & 0xffff);
        let mut found: Vec<Place> = Vec::new();
        for _ in 0..count * 3000 {
            if found.len() == count {
                break;
            }
            let Some(place) = self.propose(ANYWHERE, attachment, radius_mm, 0.3, &mut rng) else { continue };
            if found.iter().all(|o| o.at.distance(place.at) > 2.0 * radius_mm + 6.0) {
                found.push(place);
            }
        }
        found
    }

    /// One random place that suits the attachment, or `None`.
    /// - `patience`: 1 to 0, how much free lung is asked for around it
    pub(super) fn propose(
        &self,
        (low, high): Room,
        attachment: Attachment,
        radius: f32,
        patience: f32,
        rng: &mut ChaCha8Rng,
    ) -> Option<Place> {
        let (low, high) = (low.max(ANYWHERE.0), high.min(ANYWHERE.1));
        let mut next = |axis: usize| between(rng, low[axis], high[axis]);
        let mut p = Vec3::new(next(0), next(1), next(2));
        if attachment == Attachment::JuxtaVascular {
            let list = &self.trees.branches;
            let n = (between(rng, 0.0, 1.0) * list.len() as f32) as usize;
            let branch = list.get(n)?;
            if branch.kind != Kind::Vessel || !(0.8..3.2).contains(&branch.tube.rb) {
                return None;
            }
            let end = self.build.patient(self.build.breathe(branch.tube.b));
            let along = branch.tube.b - branch.tube.a;
            let out = (p - end).cross(along).normalize_or(Vec3::X);
            p = end + out * (radius * between(rng, 0.5, 0.9));
        }
        let inside = Vec3::splat(radius + 4.0);
        if p.cmplt(low + inside).any() || p.cmpgt(high - inside).any() {
            return None;
        }
        let q = self.build.model(p);
        // Cheap first: most proposals are not near any lung.
        let level = self.build.level(q.z);
        let out = level.out(q);
        if out > 0.0 {
            return None;
        }
        let depth = -lung::distance(&self.build, &self.around, q);
        let at = self.build.unbreathe(q);
        let (oblique, horizontal) = lung::fissures(at);
        let fissure = oblique.abs().min(if oblique > 0.0 { horizontal.abs() } else { f32::MAX });
        let fits = match attachment {
            Attachment::Isolated => {
                depth > radius * 1.15 + 3.0 + 8.0 * patience && fissure > radius * 1.1 + 2.0
            }
            Attachment::JuxtaVascular => depth > radius + 3.0,
            Attachment::Fissural => depth > radius + 4.0 && (0.5 * radius..0.95 * radius).contains(&fissure),
            // On the chest wall, not on heart or diaphragm, and not in a narrow corner.
            Attachment::JuxtaPleural => {
                let inward = q + Vec3::new(-q.x.signum() * radius * 1.8, 0.0, 0.0);
                (0.4 * radius..0.75 * radius).contains(&depth)
                    && -out < depth + 3.0
                    && lung::distance(&self.build, &self.around, inward) < -radius * 0.8
            }
        };
        if !fits {
            return None;
        }
        if attachment == Attachment::Isolated {
            let free = radius + 2.5 * patience;
            let near = |b: &super::tree::Branch| b.tube.rb > 1.0 && b.tube.distance(at) < free;
            if self.trees.branches.iter().any(near) {
                return None;
            }
        }
        let lobe = lung::lobe(at);
        Some(Place {
            centre: Point::from_array(p.as_dvec3().to_array()),
            attachment,
            lobe: lobe.name(),
            at,
            in_lobe: lobe,
        })
    }
}
