//! Vessels and airways that fill the lungs: trees that branch towards the tissue they serve.
//!
//! Method: each lobe is strewn with points; a branch grows part of the way to the middle of its
//! points, divides them into two halves by a plane that holds its own direction, and each half is
//! served by a daughter branch. Source: Tawhai, Pullan, Hunter, Ann Biomed Eng 28 (2000) 793-802.
//! Radii follow Murray's law with exponent 3.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::build::Build;
use super::field::Tube;
use super::lung::{self, Lobe};
use super::mediastinum::{HILA, Piece};
use super::noise::{Purpose, between, generator};

/// What a branch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vessel,
    AirwayWall,
    AirwayLumen,
}

/// One straight piece of a tree, in patient mm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    pub tube: Tube,
    pub kind: Kind,
}

/// Radius of the last twigs, mm.
const TWIG_MM: f32 = 0.45;
/// Twigs per lobe and tree.
const TWIGS: [usize; 5] = [1600, 800, 1900, 1900, 1700];
/// Arteries thinner than this have no visible airway beside them.
const LAST_AIRWAY_MM: f32 = 1.0;

/// Arteries with their airways, and veins, of both lungs.
pub(super) fn grow(build: &Build, pieces: &[Piece], seed: u64) -> Vec<Branch> {
    use rayon::prelude::*;
    let jobs: Vec<(usize, bool)> = (0..Lobe::ALL.len()).flat_map(|n| [(n, true), (n, false)]).collect();
    // Collected in order, so the list does not depend on the threads.
    let parts: Vec<Vec<Branch>> = jobs
        .into_par_iter()
        .map(|(n, artery)| {
            let lobe = Lobe::ALL[n];
            let mut rng = generator(seed, Purpose::Seeds, (2 * n + usize::from(artery)) as u64);
            let mut points = strew(build, pieces, lobe, TWIGS[n], &mut rng);
            let side = lobe.side();
            let root = match (artery, lobe) {
                (true, Lobe::RightLower | Lobe::LeftLower | Lobe::RightMiddle) => {
                    HILA.artery[side] + Vec3::new(0.0, 5.0, -18.0)
                }
                (true, _) => HILA.artery[side],
                (false, Lobe::RightLower | Lobe::LeftLower) => HILA.lower_vein[side],
                (false, _) => HILA.upper_vein[side],
            };
            let mut grower = Grower { branches: Vec::new(), rng, airways: artery };
            let root = build.patient(root);
            if !points.is_empty() {
                grower.branch(&mut points, root, Vec3::new(0.0, 0.0, -1.0), Vec3::ZERO);
            }
            grower.branches
        })
        .collect();
    parts.concat()
}

/// Random places of a lobe, off its surface, patient mm.
fn strew(build: &Build, pieces: &[Piece], lobe: Lobe, count: usize, rng: &mut ChaCha8Rng) -> Vec<Vec3> {
    let (low, high) = if lobe.side() == 0 { (-145.0, 5.0) } else { (0.0, 145.0) };
    let mut points = Vec::with_capacity(count);
    // A lobe fills some tenth of this box; the bound only ends an impossible search.
    for _ in 0..count * 60 {
        if points.len() == count {
            break;
        }
        let p = Vec3::new(between(rng, low, high), between(rng, -100.0, 110.0), between(rng, -185.0, 105.0));
        let q = build.model(p);
        let (oblique, horizontal) = lung::fissures(q);
        let fissure = oblique.abs().min(if oblique > 0.0 { horizontal.abs() } else { f32::MAX });
        if lung::lobe(q) == lobe && fissure > 3.0 && lung::distance(build, pieces, q) < -3.2 {
            points.push(p);
        }
    }
    points
}

struct Grower {
    branches: Vec<Branch>,
    rng: ChaCha8Rng,
    airways: bool,
}

fn radius(twigs: usize) -> f32 {
    TWIG_MM * (twigs as f32).powf(1.0 / 3.0)
}

impl Grower {
    /// Grows the tree that serves `points` from `start`; `heading` and `beside` are the direction
    /// of the mother branch and where her airway runs.
    fn branch(&mut self, points: &mut [Vec3], start: Vec3, heading: Vec3, beside: Vec3) {
        let count = points.len();
        let middle = points.iter().copied().sum::<Vec3>() / count as f32;
        let whole = middle - start;
        let length = whole.length();
        let reach = if count == 1 { 1.0 } else { between(&mut self.rng, 0.34, 0.44) };
        // A branch does not turn back sharply: part of the mother's direction stays.
        let direction = (whole.normalize_or(heading) + 0.25 * heading).normalize_or(heading);
        let end = if count == 1 { middle } else { start + direction * (length * reach) };
        let (ra, next) = (radius(count), radius(count.div_ceil(2)));
        let rb = if count == 1 { 0.7 * ra } else { 0.5 * (ra + next) };
        let end_beside = self.airway_offset(direction, beside, rb);
        self.curve([start, end], [ra, rb], [beside, end_beside]);
        if count == 1 {
            return;
        }
        let normal = widest(points, middle, direction);
        points.sort_unstable_by(|a, b| a.dot(normal).total_cmp(&b.dot(normal)));
        let share = between(&mut self.rng, 0.36, 0.64);
        let cut = ((count as f32 * share).round() as usize).clamp(1, count - 1);
        let (first, second) = points.split_at_mut(cut);
        self.branch(first, end, direction, end_beside);
        self.branch(second, end, direction, end_beside);
    }

    /// From an artery's middle line to that of the airway beside it.
    fn airway_offset(&self, direction: Vec3, before: Vec3, artery_mm: f32) -> Vec3 {
        let wish = if before == Vec3::ZERO { Vec3::new(0.2, 0.6, 0.7) } else { before };
        (wish - direction * wish.dot(direction)).normalize_or(Vec3::X) * (artery_mm * 1.9 + 0.3)
    }

    /// A branch as one or two straight pieces, bent a little, with its airway.
    fn curve(&mut self, ends: [Vec3; 2], radii: [f32; 2], beside: [Vec3; 2]) {
        let along = ends[1] - ends[0];
        let length = along.length();
        let side = along.cross(Vec3::new(
            between(&mut self.rng, -1.0, 1.0),
            between(&mut self.rng, -1.0, 1.0),
            between(&mut self.rng, -1.0, 1.0),
        ));
        let bend = side.normalize_or_zero() * (0.06 * length);
        let knots = if length > 6.0 {
            vec![
                (ends[0], radii[0], beside[0]),
                (ends[0] + along * 0.5 + bend, 0.5 * (radii[0] + radii[1]), 0.5 * (beside[0] + beside[1])),
                (ends[1], radii[1], beside[1]),
            ]
        } else {
            vec![(ends[0], radii[0], beside[0]), (ends[1], radii[1], beside[1])]
        };
        for pair in knots.windows(2) {
            let [(a, ra, ba), (b, rb, bb)] = [pair[0], pair[1]];
            self.branches.push(Branch { tube: Tube::new(a, ra, b, rb), kind: Kind::Vessel });
            if self.airways && rb > LAST_AIRWAY_MM {
                let outer = |r: f32| r * 0.86 + 0.2;
                let wall = |r: f32| 0.5 + 0.08 * r;
                let (a, b) = (a + ba, b + bb);
                self.branches
                    .push(Branch { tube: Tube::new(a, outer(ra), b, outer(rb)), kind: Kind::AirwayWall });
                let inner = |r: f32| (outer(r) - wall(r)).max(0.3);
                self.branches
                    .push(Branch { tube: Tube::new(a, inner(ra), b, inner(rb)), kind: Kind::AirwayLumen });
            }
        }
    }
}

/// The direction across `along` in which the points spread most.
fn widest(points: &[Vec3], middle: Vec3, along: Vec3) -> Vec3 {
    let u = along.any_orthonormal_vector();
    let v = along.cross(u);
    let (mut uu, mut uv, mut vv) = (0.0f32, 0.0f32, 0.0f32);
    for p in points {
        let d = *p - middle;
        let (a, b) = (d.dot(u), d.dot(v));
        uu += a * a;
        uv += a * b;
        vv += b * b;
    }
    // Main axis of the 2 x 2 scatter matrix.
    let angle = 0.5 * (2.0 * uv).atan2(uu - vv);
    u * angle.cos() + v * angle.sin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::mediastinum;

    #[test]
    fn trees_fill_every_lobe_and_thin_out() {
        let build = Build::new(1);
        let pieces = mediastinum::pieces(&build);
        let branches = grow(&build, &pieces, 1);
        for lobe in Lobe::ALL {
            let twigs = branches
                .iter()
                .filter(|b| {
                    b.kind == Kind::Vessel && b.tube.rb < 0.35 && lung::lobe(build.model(b.tube.b)) == lobe
                })
                .count();
            assert!(twigs > 900, "{lobe:?}: {twigs}");
        }
        assert!(branches.iter().all(|b| b.tube.rb <= b.tube.ra && b.tube.ra < 9.0));
        assert!(branches.iter().any(|b| b.kind == Kind::AirwayLumen));
    }
}
