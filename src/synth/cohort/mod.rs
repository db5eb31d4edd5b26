//! Cohorts of phantom cases for the networks whose question no data at hand answers: two dates of a nodule,
//! kinds of cancer, granulomas, slices.
//!
//! A case is drawn first ([`Cohort::draw`]: numbers alone, in microseconds) and painted then
//! ([`Subject::picture`]). Every distribution is in the file of its cohort, with its source or the word that it
//! is invented; classes overlap in all of them, so that neither size nor clinical fields nor one pattern of
//! voxels tells them apart. What is learnt from these cases says nothing about disease: `docs/datasets.md`.

mod draw;
mod granuloma;
mod histology;
mod malignancy_pairs;
mod paint;
mod slices;

use super::noise::{Purpose, generator};
use super::phantom::SynthError;
use crate::clinical::ClinicalFields;
use crate::dataset::{Case, Question};
use crate::volume::Volume;

use rand::Rng;

/// Which question the cases answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cohort {
    /// Is the nodule malignant, seen on two dates? For CSF-Net.
    MalignancyPairs,
    /// Adenocarcinoma or squamous cell carcinoma? For MMCAF-Net.
    Histology,
    /// Adenocarcinoma or granuloma? For MAEMC-NET.
    Granuloma,
    /// Does a slice show a nodule, and where? For LungNodule-SSM.
    Slices,
}

/// A case before it is painted: everything that can be known without a picture.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Which cohort.
    pub cohort: Cohort,
    /// Of the cohort.
    pub seed: u64,
    /// Counted from 0.
    pub number: u64,
    /// The label.
    pub positive: bool,
    /// Largest diameter in the plane as readers would give it, on the later date where there are two, mm;
    /// `None` where there is no nodule.
    pub diameter_mm: Option<f64>,
    /// Volume on the later date over that on the earlier one, where there are two.
    pub volume_ratio: Option<f64>,
    /// What is known of the patient.
    pub clinical: ClinicalFields,
    /// Of everything that is drawn for this case.
    key: u64,
    plan: Plan,
}

/// What each cohort draws for itself.
#[derive(Clone, Debug)]
enum Plan {
    Pair(malignancy_pairs::Pair),
    Cancer(histology::Cancer),
    Lesion(granuloma::Lesion),
    Slice(slices::Slice),
}

/// A painted case.
#[derive(Debug)]
pub struct Sample {
    /// A row of the manifest; its paths are [`Sample::image_name`] and [`Sample::prior_name`], without fold
    /// and split.
    pub case: Case,
    /// HU, int16.
    pub image: Volume,
    /// The earlier date, of a cohort that has one.
    pub prior: Option<Volume>,
}

impl Sample {
    /// File of a case's image.
    pub fn image_name(id: &str) -> String {
        format!("{id}.nii.gz")
    }

    /// File of a case's earlier date.
    pub fn prior_name(id: &str) -> String {
        format!("{id}-prior.nii.gz")
    }
}

impl Cohort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::MalignancyPairs, Self::Histology, Self::Granuloma, Self::Slices];

    /// What the label answers.
    pub const fn question(self) -> Question {
        match self {
            Self::MalignancyPairs => Question::Malignancy,
            Self::Histology => Question::AdenocarcinomaVsSquamous,
            Self::Granuloma => Question::AdenocarcinomaVsGranuloma,
            Self::Slices => Question::SliceContainsNodule,
        }
    }

    /// Word in the names of cases.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalignancyPairs => "pair",
            Self::Histology => "histology",
            Self::Granuloma => "granuloma",
            Self::Slices => "slice",
        }
    }

    /// Draws a case. Odd numbers are positive, so that any cohort is half and half; the same seed and number
    /// give the same case, whatever else is drawn.
    pub fn draw(self, seed: u64, number: u64) -> Subject {
        // Cohorts of one seed share no chest.
        let of_cohort = seed.wrapping_mul(4).wrapping_add(self as u64);
        let key = generator(of_cohort, Purpose::Cohort, number).next_u64();
        let positive = number % 2 == 1;
        let mut rng = generator(key, Purpose::Cohort, 0);
        let mut clinical = ClinicalFields::default();
        let plan = match self {
            Self::MalignancyPairs => {
                let (pair, fields) = malignancy_pairs::draw(positive, &mut rng);
                clinical = fields;
                Plan::Pair(pair)
            }
            Self::Histology => {
                let (cancer, fields) = histology::draw(positive, &mut rng);
                clinical = fields;
                Plan::Cancer(cancer)
            }
            Self::Granuloma => Plan::Lesion(granuloma::draw(positive, &mut rng)),
            Self::Slices => Plan::Slice(slices::draw(&mut rng)),
        };
        let ratings = match &plan {
            Plan::Pair(pair) => Some(&pair.ratings),
            Plan::Cancer(cancer) => Some(&cancer.ratings),
            Plan::Lesion(lesion) => Some(&lesion.ratings),
            Plan::Slice(slice) => positive.then_some(&slice.ratings),
        };
        Subject {
            cohort: self,
            seed,
            number,
            positive,
            diameter_mm: ratings.map(|r| f64::from(r.diameter_mm)),
            volume_ratio: match &plan {
                Plan::Pair(pair) => Some(f64::from(pair.doublings.exp2())),
                _ => None,
            },
            clinical,
            key,
            plan,
        }
    }
}

impl Subject {
    /// Name of the case: cases of two seeds can be told apart.
    pub fn id(&self) -> String {
        format!("{}-{}-{:05}", self.cohort.name(), self.seed, self.number + 1)
    }

    /// Paints it, on this thread: some tenths of a second to some seconds.
    /// - errors: no place for the nodule in any of several chests
    pub fn picture(&self) -> Result<Sample, SynthError> {
        /// Chests that are tried before a case is given up; the first one nearly always serves.
        const CHESTS: u64 = 12;
        let sample = (0..CHESTS).find_map(|attempt| {
            let seed = generator(self.key, Purpose::Cohort, 1 + attempt).next_u64();
            match &self.plan {
                Plan::Pair(pair) => pair.picture(self, seed),
                Plan::Cancer(cancer) => cancer.picture(self, seed),
                Plan::Lesion(lesion) => lesion.picture(self, seed),
                Plan::Slice(slice) => slice.picture(self, seed),
            }
        });
        sample.ok_or(SynthError::Room { placed: 0, wanted: 1 })
    }
}

#[cfg(test)]
mod tests;
