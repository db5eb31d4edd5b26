//! The cases that are evaluated: rows of a manifest, with what is measured without a network.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::error::EvaluateError;
use super::features::{Measured, measure};
use crate::dataset::{Case, Fold, Label, Manifest, Question, load_image, load_mask};
use crate::evaluation::{self, Scored};
use crate::jobs::JobContext;

/// A case of a manifest that is held out in one of its folds.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its row.
    pub case: Case,
    /// The fold in which it is held out.
    pub fold: u32,
    /// From its mask; `None` where it has none.
    pub measured: Option<Measured>,
    /// Slices of its volume file.
    pub slices: usize,
}

impl Held {
    /// Whether it is malignant; `None` where the readers are undecided.
    pub fn malignant(&self) -> Option<bool> {
        self.case.label.map(|label| label == Label::Positive)
    }

    /// In the words of `evaluation`.
    pub fn predicted(&self, malignant: bool, margin: f64) -> evaluation::Case {
        evaluation::Case {
            case: self.case.id.clone(),
            patient: self.case.patient.clone(),
            fold: Some(self.fold),
            malignant,
            margin,
            diameter_mm: self.case.diameter_mm,
            texture: self.case.characteristic(crate::dataset::Characteristic::Texture),
            slice_spacing_mm: Some(self.case.spacing_mm[2]),
            ratings: self.case.ratings.values().to_vec(),
        }
    }
}

/// Reads the cases that have a fold, and measures them; rows held out of every fold are passed over.
/// - errors: an unreadable manifest or volume, another question than malignancy, no case with a fold, a
///   cancel
pub fn gather_held(manifest: &Path, ctx: &JobContext) -> Result<Vec<Held>, EvaluateError> {
    let (read, _) = Manifest::load(manifest)?;
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let numbered: Vec<(Case, u32)> = read
        .cases
        .into_iter()
        .filter_map(|case| match case.fold {
            Some(Fold::Number(fold)) => Some((case, u32::from(fold))),
            Some(Fold::HeldOut) | None => None,
        })
        .collect();
    if let Some((case, _)) = numbered.iter().find(|(case, _)| case.question != Question::Malignancy) {
        return Err(EvaluateError::OtherQuestion {
            manifest: manifest.to_owned(),
            question: case.question.name(),
        });
    }
    if numbered.is_empty() {
        return Err(EvaluateError::NoFolds(manifest.to_owned()));
    }
    let done = AtomicUsize::new(0);
    let total = numbered.len();
    let one = |(case, fold): (Case, u32)| -> Result<Held, EvaluateError> {
        let share = done.fetch_add(1, Ordering::Relaxed) as f32 / total as f32;
        ctx.step("Measuring the cases", share)?;
        let image = load_image(folder, &case, ctx)?.volume;
        let mask = load_mask(folder, &case, ctx)?;
        let measured = mask.and_then(|mask| measure(&image, &mask));
        Ok(Held { case, fold, measured, slices: image.grid().size()[2] })
    };
    numbered.into_par_iter().map(one).collect()
}

/// Scores and labels of the labelled cases among these.
/// - `margin`: of the case at a place
pub fn scored(
    held: &[Held],
    places: &[usize],
    margin: impl Fn(usize) -> f64,
) -> Result<Scored, EvaluateError> {
    let labelled = places.iter().filter_map(|&n| Some((margin(n), held.get(n)?.malignant()?)));
    let (scores, malignant): (Vec<f64>, Vec<bool>) = labelled.unzip();
    Ok(Scored::new(scores, malignant)?)
}

/// A number for the patient of each case.
pub fn patients(held: &[Held], places: &[usize]) -> Vec<usize> {
    let mut numbers = std::collections::BTreeMap::new();
    let mut number = |name: &str| {
        let next = numbers.len();
        *numbers.entry(name.to_owned()).or_insert(next)
    };
    places.iter().filter_map(|&n| held.get(n)).map(|h| number(&h.case.patient)).collect()
}
