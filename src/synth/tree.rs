//! Vessels and airways that fill the lungs: trees that branch towards the tissue they serve.
//!
//! Method: a lobe is divided into cells; a branch grows part of the way to the middle of its cells,
//! divides them into two halves by a plane that holds its own direction, and each half is served by
//! a daughter branch. Source: Tawhai, Pullan, Hunter, Ann Biomed Eng 28 (2000) 793-802. Radii follow
//! Murray's law with exponent 3. The twigs inside a cell grow in the same way from the end of its
//! branch, from the cell's own random numbers: a small region needs the twigs of its cells alone.
//!
//! Everything here is in model mm of the chest at rest.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::build::Build;
use super::field::Tube;
use super::lung::{self, Lobe, Surroundings};
use super::mediastinum::HILA;
use super::noise::{Purpose, between, generator};

/// What a branch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vessel,
    AirwayWall,
    AirwayLumen,
}

/// One straight piece of a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    pub tube: Tube,
    pub kind: Kind,
}

/// Radius of the last twigs, mm: far thinner than a voxel.
const TWIG_MM: f32 = 0.22;
/// Twigs along one side of a cell.
const PER_SIDE: usize = 3;
/// Side of a cell, mm.
const CELL_MM: f32 = 16.0;
/// Arteries thinner than this have no visible airway beside them.
const LAST_AIRWAY_MM: f32 = 0.85;

/// Part of a lobe that one branch serves.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// Lower corner.
    corner: Vec3,
    /// Where its branch ends.
    end: Vec3,
    /// Direction of that branch.
    heading: Vec3,
    lobe: Lobe,
    /// Tells its random numbers from all others.
    number: u64,
}

/// Arteries with their airways, and veins, of both lungs.
#[derive(Debug, Default)]
pub(super) struct Trees {
    /// From the roots to the cells.
    pub branches: Vec<Branch>,
    cells: Vec<Cell>,
}

/// Corners that hold both lungs.
const LUNGS: (Vec3, Vec3) = (Vec3::new(-145.0, -105.0, -200.0), Vec3::new(145.0, 120.0, 106.0));

impl Trees {
    pub(super) fn grow(build: &Build, around: &Surroundings, seed: u64) -> Self {
        let mut trees = Self::default();
        for artery in [true, false] {
            let cells = divide(build, around, artery, seed);
            let lobes: Vec<Self> = Lobe::ALL
                .into_par_iter()
                .map(|lobe| {
                    let mut own: Vec<Cell> = cells.iter().copied().filter(|c| c.lobe == lobe).collect();
                    let number = 2 * lobe as u64 + u64::from(artery);
                    let mut grower = Grower {
                        branches: Vec::new(),
                        ends: Vec::new(),
                        rng: generator(seed, Purpose::Seeds, number),
                        airways: artery,
                        leaf_twigs: (PER_SIDE * PER_SIDE * PER_SIDE) as f32,
                    };
                    if !own.is_empty() {
                        let mut points: Vec<(Vec3, usize)> =
                            own.iter().enumerate().map(|(n, c)| (c.end, n)).collect();
                        grower.branch(&mut points, root(lobe, artery), Vec3::NEG_Z * 0.2, Vec3::ZERO);
                    }
                    for &(n, heading) in &grower.ends {
                        own[n].heading = heading;
                    }
                    Self { branches: grower.branches, cells: own }
                })
                .collect();
            // In order, so that the list does not depend on the threads.
            for lobe in lobes {
                trees.branches.extend(lobe.branches);
                trees.cells.extend(lobe.cells);
            }
        }
        trees
    }

    /// Twigs of the cells that touch a box.
    pub(super) fn twigs(
        &self,
        build: &Build,
        around: &Surroundings,
        (low, high): (Vec3, Vec3),
        seed: u64,
    ) -> Vec<Branch> {
        let touches = |c: &&Cell| {
            // A twig's bend leaves the cell by a little.
            let (a, b) = (c.corner.min(c.end) - 2.0, c.corner.max(c.end) + CELL_MM + 2.0);
            a.cmple(high).all() && b.cmpge(low).all()
        };
        let cells: Vec<&Cell> = self.cells.iter().filter(touches).collect();
        let parts: Vec<Vec<Branch>> = cells.par_iter().map(|c| c.twigs(build, around, seed)).collect();
        parts.concat()
    }
}

fn root(lobe: Lobe, artery: bool) -> Vec3 {
    let side = lobe.side();
    match (artery, lobe) {
        (true, Lobe::RightLower | Lobe::LeftLower | Lobe::RightMiddle) => {
            HILA.artery[side] + Vec3::new(0.0, 5.0, -18.0)
        }
        (true, _) => HILA.artery[side],
        (false, Lobe::RightLower | Lobe::LeftLower) => HILA.lower_vein[side],
        (false, _) => HILA.upper_vein[side],
    }
}

/// Cells of both lungs: a lattice (arteries and veins half a cell apart), and in each a random
/// place inside the lung.
fn divide(build: &Build, around: &Surroundings, artery: bool, seed: u64) -> Vec<Cell> {
    let low = LUNGS.0 + Vec3::splat(if artery { 0.0 } else { 0.5 * CELL_MM });
    let [nx, ny, nz] = ((LUNGS.1 - low) / CELL_MM).to_array().map(|n| n.ceil() as u32);
    let number = |n: u32| u64::from(n) * 2 + u64::from(artery);
    (0..nx * ny * nz)
        .into_par_iter()
        .filter_map(|n| {
            let at = [n % nx, n / nx % ny, n / nx / ny].map(|v| v as f32);
            let corner = low + Vec3::from_array(at) * CELL_MM;
            let mut rng = generator(seed, Purpose::Seeds, 1000 + number(n));
            let middle = corner + 0.5 * CELL_MM;
            // Its branch comes from the hilum and ends on that side; the twigs fan out from there.
            let side = usize::from(middle.x > 0.0);
            let near = middle + (HILA.artery[side] - middle).normalize_or_zero() * (0.4 * CELL_MM);
            (0..6).find_map(|_| {
                let end = near + CELL_MM * within(&mut rng, -0.25, 0.25);
                let lobe = place(build, around, end, 3.5)?;
                Some(Cell { corner, end, heading: Vec3::ZERO, lobe, number: number(n) })
            })
        })
        .collect()
}

fn within(rng: &mut ChaCha8Rng, low: f32, high: f32) -> Vec3 {
    let mut next = || between(rng, low, high);
    Vec3::new(next(), next(), next())
}

/// The lobe of a place that lies `clear_mm` inside the lung and off the fissures.
fn place(build: &Build, around: &Surroundings, u: Vec3, clear_mm: f32) -> Option<Lobe> {
    let (oblique, horizontal) = lung::fissures(u);
    let fissure = oblique.abs().min(if oblique > 0.0 { horizontal.abs() } else { f32::MAX });
    let free = fissure > 0.6 * clear_mm && lung::distance(build, around, u) < -clear_mm;
    free.then(|| lung::lobe(u))
}

impl Cell {
    fn twigs(&self, build: &Build, around: &Surroundings, seed: u64) -> Vec<Branch> {
        let mut rng = generator(seed, Purpose::Twigs, self.number);
        let step = CELL_MM / PER_SIDE as f32;
        let mut points = Vec::with_capacity(PER_SIDE.pow(3));
        for n in 0..PER_SIDE.pow(3) {
            let at = [n % PER_SIDE, n / PER_SIDE % PER_SIDE, n / PER_SIDE / PER_SIDE];
            let at = Vec3::from_array(at.map(|v| v as f32)) + within(&mut rng, 0.05, 0.95);
            let u = self.corner + at * step;
            if place(build, around, u, 1.6) == Some(self.lobe) {
                points.push((u, 0));
            }
        }
        let mut grower =
            Grower { branches: Vec::new(), ends: Vec::new(), rng, airways: false, leaf_twigs: 1.0 };
        if !points.is_empty() {
            grower.branch(&mut points, self.end, self.heading, Vec3::ZERO);
        }
        grower.branches
    }
}

struct Grower {
    branches: Vec<Branch>,
    /// Numbers of the points that were reached, and from which direction.
    ends: Vec<(usize, Vec3)>,
    rng: ChaCha8Rng,
    airways: bool,
    /// Twigs that hang on one point.
    leaf_twigs: f32,
}

impl Grower {
    fn radius(&self, points: usize) -> f32 {
        TWIG_MM * (points as f32 * self.leaf_twigs).powf(1.0 / 3.0)
    }

    /// Grows the tree that serves `points` (with their numbers) from `start`; `heading` and
    /// `beside` are the direction of the mother branch and where her airway runs.
    fn branch(&mut self, points: &mut [(Vec3, usize)], start: Vec3, heading: Vec3, beside: Vec3) {
        let count = points.len();
        let middle = points.iter().map(|p| p.0).sum::<Vec3>() / count as f32;
        let whole = middle - start;
        let length = whole.length();
        let reach = if count == 1 { 1.0 } else { between(&mut self.rng, 0.36, 0.5) };
        // A branch does not turn back sharply: part of the mother's direction stays.
        let direction = (whole.normalize_or(heading) + 0.25 * heading).normalize_or(heading);
        let end = if count == 1 { middle } else { start + direction * (length * reach) };
        let (ra, next) = (self.radius(count), self.radius(count.div_ceil(2)));
        let rb = if count == 1 { 0.8 * ra } else { 0.5 * (ra + next) };
        let end_beside = self.airway_offset(direction, beside, rb);
        self.curve([start, end], [ra, rb], [beside, end_beside]);
        if let [(_, number)] = points {
            self.ends.push((*number, direction));
            return;
        }
        let normal = widest(points, middle, direction);
        points.sort_unstable_by(|a, b| a.0.dot(normal).total_cmp(&b.0.dot(normal)));
        let share = between(&mut self.rng, 0.34, 0.66);
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
        let side = along.cross(within(&mut self.rng, -1.0, 1.0));
        let bend = side.normalize_or_zero() * (0.07 * length);
        let knots = if length > 5.0 {
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
                let outer = |r: f32| r * 0.9 + 0.25;
                let wall = |r: f32| 0.45 + 0.1 * r;
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
fn widest(points: &[(Vec3, usize)], middle: Vec3, along: Vec3) -> Vec3 {
    let u = along.any_orthonormal_vector();
    let v = along.cross(u);
    let (mut uu, mut uv, mut vv) = (0.0f32, 0.0f32, 0.0f32);
    for (p, _) in points {
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
    use crate::synth::{Pose, mediastinum};

    #[test]
    fn trees_fill_every_lobe_and_thin_out() {
        let build = Build::new(1, &Pose::default());
        let around = Surroundings::new(&mediastinum::pieces(&build));
        let trees = Trees::grow(&build, &around, 1);
        let twigs = trees.twigs(&build, &around, LUNGS, 1);
        for lobe in Lobe::ALL {
            let count = twigs.iter().filter(|b| b.tube.rb < 0.3 && lung::lobe(b.tube.b) == lobe).count();
            assert!(count > 3000, "{lobe:?}: {count}");
        }
        let all = || trees.branches.iter().chain(&twigs);
        assert!(all().all(|b| b.tube.rb <= b.tube.ra && b.tube.ra < 9.0));
        assert!(all().any(|b| b.kind == Kind::AirwayLumen));
    }

    #[test]
    fn a_region_has_the_twigs_that_the_whole_has_there() {
        let build = Build::new(2, &Pose::default());
        let around = Surroundings::new(&mediastinum::pieces(&build));
        let trees = Trees::grow(&build, &around, 2);
        let room = (Vec3::new(-110.0, -20.0, -40.0), Vec3::new(-70.0, 20.0, 0.0));
        let inside = |b: &&Branch| b.tube.a.cmpge(room.0).all() && b.tube.a.cmple(room.1).all();
        let keys = |list: &[Branch]| -> Vec<[f32; 3]> {
            list.iter().filter(inside).map(|b| b.tube.b.to_array()).collect()
        };
        let part = keys(&trees.twigs(&build, &around, room, 2));
        assert!(part.len() > 50);
        assert_eq!(part, keys(&trees.twigs(&build, &around, LUNGS, 2)));
    }
}
