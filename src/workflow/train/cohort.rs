//! From a manifest to what a network other than M3Net reads of its cases.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{LeftOut, TrainError, one_question};
use crate::dataset::{Case, Fold, Image, Label, Manifest, load_image, load_prior};
use crate::inference::InferenceError;
use crate::jobs::JobContext;
use crate::networks::NetworkSpec;
use crate::training::{Cohort, CohortCase, Curriculum, InputCache, Seen, description};
use crate::volume::Volume;

/// Cases with their inputs.
#[derive(Debug, Default)]
pub struct GatheredCohort {
    /// What training and evaluation look at.
    pub cohort: Cohort,
    /// The row of each.
    pub rows: Vec<Case>,
    /// What is not used.
    pub left_out: Vec<LeftOut>,
}

/// Loads the cases of a manifest, each once: what the network reads of them is kept in a folder.
/// - `wanted`: which rows; the others are not even mentioned
/// - errors: an unreadable manifest or volume, labels of another question, no usable case, disk full, a
///   cancel
pub fn gather_cohort(
    manifest: &Path,
    network: &NetworkSpec,
    curriculum: &dyn Curriculum,
    folder: &Path,
    wanted: impl Fn(&Case) -> bool,
    ctx: &JobContext,
) -> Result<GatheredCohort, TrainError> {
    let (read, _) = Manifest::load(manifest)?;
    let place = manifest.parent().unwrap_or(Path::new("."));
    // What does not depend on the run's folder or its number of cases.
    let cache = InputCache::open(folder, place, curriculum.inputs_depend_on())?;
    let rows: Vec<(u64, Case)> = (0..).zip(read.cases).filter(|(_, case)| wanted(case)).collect();
    one_question(manifest, network, rows.iter().map(|(_, case)| case))?;
    let left_out = Mutex::new(Vec::new());
    let leave_out = |case: &Case, why: String| {
        let entry = LeftOut { case: case.id.clone(), why };
        left_out.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    };
    let done = AtomicUsize::new(0);
    let one = |(number, case): &(u64, Case)| -> Result<Option<Arc<[u8]>>, TrainError> {
        let share = done.fetch_add(1, Ordering::Relaxed) as f32 / rows.len() as f32;
        ctx.step("Cutting what the network reads", share)?;
        if case.label.is_none() {
            leave_out(case, "it has no label".to_owned());
            return Ok(None);
        }
        if curriculum.needs_prior() && case.prior.is_none() {
            leave_out(case, "it has no earlier CT".to_owned());
            return Ok(None);
        }
        if matches!(case.fold, Some(Fold::HeldOut)) {
            leave_out(case, "it is held out for showing to people".to_owned());
            return Ok(None);
        }
        if let Some(input) = cache.get(case, *number) {
            return Ok(Some(input.into()));
        }
        let image = |image: Image| image.volume;
        let volume: Arc<Volume> = image(load_image(place, case, ctx)?);
        let prior = match load_prior(place, case, ctx)? {
            Some(earlier) => case.prior.as_ref().map(|prior| (image(earlier), prior.point)),
            None => None,
        };
        let at = case.point.patient(volume.grid());
        let seen = Seen { case, volume, at, prior, number: *number };
        match curriculum.read(&seen, ctx) {
            Ok(input) => {
                cache.put(case, *number, &input)?;
                Ok(Some(input.into()))
            }
            Err(InferenceError::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(error) => {
                leave_out(case, error.to_string());
                Ok(None)
            }
        }
    };
    // Whole chests lie in memory meanwhile: no more of them than there are cores.
    let inputs: Vec<Option<Arc<[u8]>>> = rows.par_iter().map(one).collect::<Result<_, TrainError>>()?;
    let mut found = GatheredCohort::default();
    for ((_, row), input) in rows.into_iter().zip(inputs) {
        if let Some(input) = input {
            found.cohort.cases.push(known(&row));
            found.cohort.inputs.push(input);
            found.rows.push(row);
        }
    }
    found.left_out = left_out.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.left_out.sort_by(|a, b| a.case.cmp(&b.case));
    if found.rows.is_empty() {
        let why = "none has a label and all that the network reads";
        return Err(TrainError::NoCases { manifest: manifest.to_owned(), why });
    }
    Ok(found)
}

fn known(case: &Case) -> CohortCase {
    CohortCase {
        id: case.id.clone(),
        patient: case.patient.clone(),
        positive: case.label == Some(Label::Positive),
        fields: case.clinical.clone(),
        diameter_mm: case.diameter_mm,
        described: description(case),
        part: case.split,
        fold: match case.fold {
            Some(Fold::Number(fold)) => Some(u32::from(fold)),
            Some(Fold::HeldOut) | None => None,
        },
    }
}
