//! Which cases teach, measure progress, and are held out. Patients are never divided.

use std::collections::{BTreeMap, BTreeSet};

use rand::seq::SliceRandom;

use super::config::TrainConfig;
use super::draw::generator;
use super::error::TrainingError;
use super::pictures::Pictures;

/// Case numbers of one fold's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Teach.
    pub train: Vec<usize>,
    /// Measure progress.
    pub validation: Vec<usize>,
    /// Held out: seen by nothing before evaluation.
    pub test: Vec<usize>,
}

/// The split of one fold; `None` holds nothing out, for weights that ship.
/// - errors: too few cases left to train on
pub fn split(pictures: &Pictures, fold: Option<u32>, config: &TrainConfig) -> Result<Split, TrainingError> {
    let held_out = |case: usize| Some(pictures.nodules[case].fold) == fold;
    let all = 0..pictures.nodules.len();
    let test: Vec<usize> = all.clone().filter(|&case| held_out(case)).collect();
    let mut by_patient = BTreeMap::<&str, Vec<usize>>::new();
    for case in all.filter(|&case| !held_out(case) && pictures.teaches(case, config)) {
        by_patient.entry(&pictures.nodules[case].patient).or_default().push(case);
    }
    let mut patients: Vec<&str> = by_patient.keys().copied().collect();
    patients.shuffle(&mut generator(config.seed, "validation", &[u64::from(fold.unwrap_or(u32::MAX))]));
    let kept = (patients.len() as f64 * config.validation).round() as usize;
    let validating: BTreeSet<&str> = patients.into_iter().take(kept).collect();
    let of = |wanted: bool| {
        let cases = by_patient.iter().filter(|(patient, _)| validating.contains(*patient) == wanted);
        cases.flat_map(|(_, cases)| cases.iter().copied()).collect::<Vec<_>>()
    };
    let (train, validation) = (of(false), of(true));
    let needed = config.encoders.iter().map(|s| s.batch).max().unwrap_or(2);
    if train.len() < needed {
        return Err(TrainingError::TooFew { fold: fold.unwrap_or_default(), count: train.len(), needed });
    }
    Ok(Split { train, validation, test })
}
