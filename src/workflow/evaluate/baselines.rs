//! What answers without a network: logistic regressions, each fold by the others.

use super::cases::{Held, scored};
use super::error::EvaluateError;
use super::features::FEATURES;
use crate::dataset::Characteristic;
use crate::evaluation::{Contender, cross_validated};

/// Strength of the ridge on standardised features: 1 / C of scikit-learn's default.
const RIDGE: f64 = 1.0;

/// A baseline by its name, with the sentence that says what it is.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Its name in the tables.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub what: String,
    /// Whether it knows size alone: the best of these is what others are held against.
    pub of_size: bool,
    /// Features of each case; `None` where a case lacks one.
    features: Vec<Option<Vec<f64>>>,
}

/// Name of the baseline of ten features.
pub const TEN_FEATURES: &str = "ten hand-made features";
/// Name of the baseline of the readers' ratings.
pub const RATINGS: &str = "readers' eight other ratings";

/// Every baseline of these cases.
pub fn baselines(held: &[Held]) -> Vec<Baseline> {
    let of = |name, what: &str, of_size, features: &dyn Fn(&Held) -> Option<Vec<f64>>| Baseline {
        name,
        what: what.to_owned(),
        of_size,
        features: held.iter().map(features).collect(),
    };
    let names: Vec<&str> = FEATURES.iter().map(|(name, _)| *name).collect();
    vec![
        of(
            "size: mean diameter",
            "logistic regression on the logarithm of the readers' mean diameter",
            true,
            &|h| Some(vec![h.case.diameter_mm?.ln()]),
        ),
        of("size: mask volume", "logistic regression on the logarithm of the mask's volume", true, &|h| {
            Some(vec![h.measured?.volume_mm3.ln()])
        }),
        of(
            TEN_FEATURES,
            &format!(
                "logistic regression on size, HU and shape in the readers' mask, which nobody has at a click: {}",
                names.join(", ")
            ),
            false,
            &|h| Some(h.measured?.features.to_vec()),
        ),
        of(
            RATINGS,
            "logistic regression on what the readers who gave the label said besides malignancy; not to be had without them",
            false,
            &|h| Characteristic::ALL.iter().map(|c| h.case.characteristic(*c)).collect(),
        ),
        of(
            "readers' ratings and size",
            "the same and the logarithm of their mean diameter: about the most that can be told from what readers said",
            false,
            &|h| {
                let ratings = Characteristic::ALL.iter().map(|c| h.case.characteristic(*c));
                ratings.chain([h.case.diameter_mm.map(f64::ln)]).collect()
            },
        ),
        of(
            "spacing",
            "logistic regression on the logarithms of pixel and slice spacing: what the scanner alone gives away",
            false,
            &|h| Some(vec![h.case.spacing_mm[0].ln(), h.case.spacing_mm[2].ln()]),
        ),
        of(
            "slices of the source volume",
            "logistic regression on the logarithm of the number of slices of the volume file, which a cut-out's height follows; the network's crop does not show it",
            false,
            &|h| Some(vec![(h.slices as f64).ln()]),
        ),
    ]
}

impl Baseline {
    /// How many of these cases lack what it needs.
    pub fn lacking(&self, places: &[usize]) -> usize {
        places.iter().filter(|&&n| !matches!(self.features.get(n), Some(Some(_)))).count()
    }

    /// The margin of each of `places`, from a model of the other folds.
    /// - `malignant`, `folds`: of each place
    /// - errors: a case that lacks a feature, one fold alone, one class alone
    pub fn margins(
        &self,
        places: &[usize],
        malignant: &[bool],
        folds: &[u32],
    ) -> Result<Vec<f64>, EvaluateError> {
        let rows: Vec<Vec<f64>> = places.iter().filter_map(|&n| self.features.get(n)?.clone()).collect();
        Ok(cross_validated(&rows, malignant, folds, RIDGE)?.scores().to_vec())
    }
}

/// Baselines on the cases that are evaluated.
#[derive(Clone, Debug)]
pub struct Answered {
    /// In the order of [`baselines`], then the number of slices of the crop.
    pub contenders: Vec<Contender>,
    /// Name of the best that knows size alone, by its area on these cases.
    pub best_of_size: Option<&'static str>,
    /// Those that cannot be had, with the reason.
    pub left_out: Vec<String>,
}

/// Fits each baseline on all labelled cases and gives its answers to those of `evaluated`.
/// - `evaluated`: places of labelled cases
/// - `crop_slices`: slices of the network's crop, the same for every case
pub fn answer(
    held: &[Held],
    all: &[Baseline],
    evaluated: &[usize],
    crop_slices: usize,
) -> Result<Answered, EvaluateError> {
    let labelled: Vec<usize> = (0..held.len()).filter(|&n| held[n].malignant().is_some()).collect();
    let malignant: Vec<bool> = labelled.iter().filter_map(|&n| held[n].malignant()).collect();
    let folds: Vec<u32> = labelled.iter().map(|&n| held[n].fold).collect();
    let mut answered = Answered { contenders: Vec::new(), best_of_size: None, left_out: Vec::new() };
    let mut best = f64::NEG_INFINITY;
    for baseline in all {
        let lacking = baseline.lacking(&labelled);
        if lacking > 0 {
            answered.left_out.push(format!(
                "{}, as {lacking} of {} cases lack what it needs",
                baseline.name,
                labelled.len()
            ));
            continue;
        }
        let margins = baseline.margins(&labelled, &malignant, &folds)?;
        let mut of_case = vec![f64::NAN; held.len()];
        for (&place, margin) in labelled.iter().zip(margins) {
            of_case[place] = margin;
        }
        let scored = scored(held, evaluated, |n| of_case[n])?;
        if baseline.of_size {
            let area = crate::evaluation::auc(&scored)?;
            if area > best {
                (best, answered.best_of_size) = (area, Some(baseline.name));
            }
        }
        answered.contenders.push(Contender {
            name: baseline.name.to_owned(),
            what: baseline.what.clone(),
            scored,
        });
    }
    answered.contenders.push(Contender {
        name: "slices of the crop".to_owned(),
        what: format!(
            "{crop_slices} for every case by construction: it tells nothing, and no model is fitted"
        ),
        scored: scored(held, evaluated, |_| 0.0)?,
    });
    Ok(answered)
}
