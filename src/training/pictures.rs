//! Batches of pictures: which nodule in which chest, varied how. Depends on seed and numbers alone.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::compose::crop;
use super::config::{Target, TrainConfig};
use super::draw::{Draw, Symmetry, generator};
use super::encoder::Crops;
use super::learner::Goal;
use super::marks::Marks;
use super::patch::{Block, Nodule};
use crate::inference::normalise;

/// How a case is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Centred and native, in the surroundings that belong to it.
    Plain,
    /// Varied; another picture for each number.
    Varied(u64),
}

/// Nodules, chests, and which chest suits which nodule.
pub struct Pictures {
    /// The cases.
    pub nodules: Vec<Nodule>,
    /// Surroundings: one made for each case, at its spacing and noise, and by its number.
    pub chests: Vec<Block>,
    /// For each case the chests that suit it, its own first. A case that is seen in its own volume
    /// has its own alone, and no other case has that one.
    suitable: Vec<Vec<usize>>,
    /// SHA-256 of what each case teaches.
    sums: Vec<[u8; 32]>,
    seed: u64,
}

impl Pictures {
    /// - `chests`: as many as `nodules`, in their order
    /// - `candidates`: how many chests each nodule may be put into
    pub fn new(nodules: Vec<Nodule>, chests: Vec<Block>, candidates: usize, seed: u64) -> Self {
        assert_eq!(nodules.len(), chests.len(), "one chest for each nodule");
        let distance = |a: &Block, b: &Block| {
            let of = |axis: usize| f64::from(a.spacing_mm[axis] / b.spacing_mm[axis]).ln().abs();
            of(0) + of(2)
        };
        let suitable = (0..nodules.len())
            .map(|n| {
                if nodules[n].opacity.is_empty() {
                    return vec![n];
                }
                let mut order: Vec<usize> =
                    (0..chests.len()).filter(|&c| !nodules[c].opacity.is_empty()).collect();
                order.sort_by(|&a, &b| {
                    let of = |c: usize| if c == n { -1.0 } else { distance(&chests[n], &chests[c]) };
                    of(a).total_cmp(&of(b)).then(a.cmp(&b))
                });
                order.truncate(candidates);
                order
            })
            .collect();
        let sums = nodules.par_iter().zip(chests.par_iter()).map(|(n, chest)| sum(n, chest)).collect();
        Self { nodules, chests, suitable, sums, seed }
    }

    /// SHA-256 of what a case teaches: what is known of it, its voxels, and in its own volume what surrounds
    /// it.
    pub(super) fn sum(&self, case: usize) -> &[u8; 32] {
        &self.sums[case]
    }

    /// One picture in HU, [slice][column][row].
    pub fn hu(&self, case: usize, look: Look, config: &TrainConfig, size: [usize; 3]) -> Vec<f32> {
        self.picture(case, look, config, size).0
    }

    /// One picture in HU, and which part of each voxel is the nodule's, as [`crop`] gives them.
    fn picture(
        &self,
        case: usize,
        look: Look,
        config: &TrainConfig,
        size: [usize; 3],
    ) -> (Vec<f32>, Vec<f32>) {
        let draw = match look {
            Look::Plain => Draw::plain(0.0),
            Look::Varied(number) => {
                let mut random = generator(self.seed, "picture", &[case as u64, number]);
                Draw::random(&config.augmentation, &mut random)
            }
        };
        self.drawn(case, &draw, size)
    }

    /// One picture in HU, centred and native, in simulated surroundings that are drawn for each number; a
    /// case that is seen in its own volume has no others.
    pub fn elsewhere(&self, case: usize, number: u64, config: &TrainConfig, size: [usize; 3]) -> Vec<f32> {
        let mut random = generator(self.seed, "elsewhere", &[case as u64, number]);
        let Draw { surroundings, chest, .. } = Draw::random(&config.augmentation, &mut random);
        let chest = if self.nodules[case].opacity.is_empty() { Symmetry::default() } else { chest };
        self.drawn(case, &Draw { chest, ..Draw::plain(surroundings) }, size).0
    }

    fn drawn(&self, case: usize, draw: &Draw, size: [usize; 3]) -> (Vec<f32>, Vec<f32>) {
        let candidates = &self.suitable[case];
        let chosen = (draw.surroundings * candidates.len() as f32) as usize;
        let chest = &self.chests[candidates[chosen.min(candidates.len() - 1)]];
        crop(&self.nodules[case], chest, draw, size)
    }

    /// Pictures of one step, normalised as published.
    /// - `size`: columns, rows, slices of the crop
    pub fn crops(&self, cases: &[usize], look: Look, config: &TrainConfig, size: [usize; 3]) -> Crops {
        let (crops, marks): (Vec<_>, Vec<_>) = cases
            .par_iter()
            .map(|&case| {
                let (mut hu, marks) = self.picture(case, look, config, size);
                normalise(&mut hu);
                (hu, marks)
            })
            .unzip();
        let known = |&case: &usize| f32::from(u8::from(!self.nodules[case].opacity.is_empty()));
        let marks = Marks { shares: marks.concat(), known: cases.iter().map(known).collect() };
        Crops { values: crops.concat(), size, goals: self.goals(cases, config), marks }
    }

    /// What these cases should be answered with.
    pub fn goals(&self, cases: &[usize], config: &TrainConfig) -> Vec<Goal> {
        cases.iter().map(|&case| goal(&self.nodules[case], config)).collect()
    }

    /// Whether a case can teach under this configuration.
    pub fn teaches(&self, case: usize, config: &TrainConfig) -> bool {
        let nodule = &self.nodules[case];
        nodule.label.is_some() || (config.target == Target::Ratings && nodule.rating_mean.is_some())
    }
}

/// See [`Pictures::sum`]. Simulated surroundings follow from the seed.
fn sum(nodule: &Nodule, chest: &Block) -> [u8; 32] {
    let Nodule { id, patient, fold: _, label, rating_mean, rating_spread, traits, block, opacity } = nodule;
    let known = (id, patient, label, rating_mean, rating_spread, traits);
    let mut hash = Sha256::new_with_prefix(serde_json::to_vec(&known).unwrap_or_default());
    for block in [Some(block), opacity.is_empty().then_some(chest)].into_iter().flatten() {
        let shape = (block.size, block.spacing_mm, block.centre);
        hash.update(serde_json::to_vec(&shape).unwrap_or_default());
        let values: Vec<u8> = block.values.iter().flat_map(|hu| hu.to_le_bytes()).collect();
        hash.update(values);
    }
    hash.update(opacity);
    hash.finalize().into()
}

fn goal(nodule: &Nodule, config: &TrainConfig) -> Goal {
    let malignant = match (config.target, nodule.rating_mean, nodule.label) {
        (Target::Ratings, Some(mean), _) => 1.0 / (1.0 + (-config.steepness * (mean - 3.0)).exp()),
        (_, _, label) => label.map_or(0.5, |label| f32::from(u8::from(label))),
    };
    let ratings = nodule.rating_mean.zip(nodule.rating_spread);
    let ratings = ratings.map(|(mean, spread)| [(mean - 1.0) / 4.0, spread / 4.0]);
    Goal { malignant, ratings, traits: nodule.traits }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn whatever_a_case_teaches_is_in_its_sum() {
        let block = |hu: i16| Block {
            size: [2; 3],
            spacing_mm: [0.7, 0.7, 1.25],
            values: vec![hu; 8].into(),
            centre: [1; 3],
        };
        let nodule = Nodule {
            id: "a".to_owned(),
            patient: "p".to_owned(),
            fold: 0,
            label: Some(true),
            rating_mean: Some(4.0),
            rating_spread: Some(0.5),
            traits: [None; 12],
            block: block(40),
            opacity: vec![255; 8].into(),
        };
        let first = sum(&nodule, &block(-900));
        assert_eq!(
            sum(&Nodule { fold: 3, ..nodule.clone() }, &block(-900)),
            first,
            "who teaches is the split's"
        );
        assert_eq!(sum(&nodule, &block(-700)), first, "simulated surroundings follow from the seed");
        let mut traits = nodule.traits;
        traits[3] = Some(0.5);
        let others = [
            Nodule { label: Some(false), ..nodule.clone() },
            Nodule { label: None, ..nodule.clone() },
            Nodule { rating_mean: Some(3.5), ..nodule.clone() },
            Nodule { rating_spread: None, ..nodule.clone() },
            Nodule { traits, ..nodule.clone() },
            Nodule { block: block(41), ..nodule.clone() },
            Nodule { block: Block { centre: [1, 1, 0], ..block(40) }, ..nodule.clone() },
            Nodule { opacity: vec![254; 8].into(), ..nodule.clone() },
        ];
        assert!(others.iter().all(|other| sum(other, &block(-900)) != first));
        // In its own volume its place there is part of it.
        let whole = Nodule { opacity: Arc::new([]), ..nodule };
        assert_ne!(sum(&whole, &block(-900)), sum(&whole, &block(-700)));
    }

    #[test]
    fn elsewhere_the_nodule_is_the_same_and_what_surrounds_it_another() {
        let spacing_mm = [0.7, 0.7, 1.0];
        let block = |size: usize, hu: i16| Block {
            size: [size; 3],
            spacing_mm,
            values: vec![hu; size.pow(3)].into(),
            centre: [size as i32 / 2; 3],
        };
        let nodule = |id: &str| Nodule {
            id: id.to_owned(),
            patient: id.to_owned(),
            fold: 0,
            label: Some(true),
            rating_mean: None,
            rating_spread: None,
            traits: [None; 12],
            block: block(3, 40),
            opacity: vec![255; 27].into(),
        };
        let chests = vec![block(9, -900), block(9, -700)];
        let pictures = Pictures::new(vec![nodule("a"), nodule("b")], chests, 2, 1);
        let config = TrainConfig::default();
        let corners: Vec<f32> = (0..20)
            .map(|number| {
                let hu = pictures.elsewhere(0, number, &config, [9; 3]);
                assert_eq!(hu, pictures.elsewhere(0, number, &config, [9; 3]), "by its number alone");
                assert_eq!(hu[4 * 81 + 4 * 9 + 4], 40.0, "the nodule");
                hu[0]
            })
            .collect();
        assert!(corners.contains(&-900.0) && corners.contains(&-700.0), "{corners:?}");
    }
}
