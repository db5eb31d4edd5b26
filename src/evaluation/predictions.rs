//! The table that every figure starts from: what a classifier said of each nodule, what is true, and
//! which patient it is of.

use std::collections::BTreeMap;

use super::EvaluationError;

/// What a classifier said of one nodule, and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its identity, unique in the table.
    pub case: String,
    /// The patient's identity: nodules of one patient are not independent.
    pub patient: String,
    /// The fold whose model, trained on the other folds, made this prediction; `None` for a test set.
    pub fold: Option<u32>,
    /// The label: malignant or not.
    pub malignant: bool,
    /// Logit margin, `ln(p / (1 - p))` of the probability of malignancy. Kept in place of the
    /// probability, which is rounded to 0 or 1 where margins still differ.
    pub margin: f64,
    /// Mean of the readers' diameters, mm.
    pub diameter_mm: Option<f64>,
    /// Mean of the readers' texture, 1 non-solid to 5 solid.
    pub texture: Option<f64>,
    /// Distance of neighbouring slices, mm.
    pub slice_spacing_mm: Option<f64>,
    /// Malignancy as each reader rated it, 1 to 5; empty where there were no readers.
    pub ratings: Vec<u8>,
}

impl Case {
    /// Probability of malignancy, 0 to 1.
    pub fn probability(&self) -> f64 {
        probability(self.margin)
    }
}

/// The probability of a logit margin.
pub fn probability(margin: f64) -> f64 {
    // Both branches keep the exponent below zero: no overflow.
    if margin >= 0.0 { 1.0 / (1.0 + (-margin).exp()) } else { margin.exp() / (1.0 + margin.exp()) }
}

/// The logit margin of a probability; infinite for 0 and 1.
pub fn margin(probability: f64) -> f64 {
    probability.ln() - (-probability).ln_1p()
}

/// Cases that were checked against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    cases: Vec<Case>,
}

impl Predictions {
    /// - errors: no cases, an identity that is empty or there twice, values out of range, a patient in
    ///   two folds (a model would have been tested on a patient that it was trained on)
    pub fn new(cases: Vec<Case>) -> Result<Self, EvaluationError> {
        if cases.is_empty() {
            return Err(EvaluationError::NoCases);
        }
        let mut seen = BTreeMap::new();
        let mut folds: BTreeMap<&str, Option<u32>> = BTreeMap::new();
        for (index, case) in cases.iter().enumerate() {
            let wrong = |problem| Err(EvaluationError::Case { number: index + 1, problem });
            if case.case.is_empty() || case.patient.is_empty() {
                return wrong("its identity or its patient is empty; name both");
            }
            if seen.insert(case.case.as_str(), index).is_some() {
                return wrong("its identity is there twice; keep one prediction for each case");
            }
            if *folds.entry(&case.patient).or_insert(case.fold) != case.fold {
                return wrong("its patient is in another fold, too; split by patient");
            }
            if !case.margin.is_finite() {
                return wrong("its logit margin is no finite number");
            }
            if [case.diameter_mm, case.slice_spacing_mm]
                .iter()
                .flatten()
                .any(|mm| !(*mm > 0.0 && mm.is_finite()))
            {
                return wrong("a size in mm must be greater than 0");
            }
            if case.texture.is_some_and(|t| !(1.0..=5.0).contains(&t)) {
                return wrong("texture goes from 1 (non-solid) to 5 (solid)");
            }
            if case.ratings.iter().any(|r| !(1..=5).contains(r)) {
                return wrong("ratings go from 1 to 5");
            }
        }
        Ok(Self { cases })
    }

    /// In the order of the table.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// For each case a number for its patient: 0 for the patient who comes first in the table, then
    /// upwards.
    pub fn patients(&self) -> Vec<usize> {
        clusters(self.cases.iter().map(|c| c.patient.as_str()))
    }

    /// The fold of each case.
    /// - errors: a case without one
    pub fn folds(&self) -> Result<Vec<u32>, EvaluationError> {
        let fold = |(index, case): (usize, &Case)| {
            case.fold.ok_or(EvaluationError::Case {
                number: index + 1,
                problem: "it has no fold; what is fitted out of fold needs one for each case",
            })
        };
        self.cases.iter().enumerate().map(fold).collect()
    }
}

/// Names to numbers, in the order in which they first come.
fn clusters<'a>(names: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    names
        .map(|name| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(case: &str, patient: &str, fold: u32) -> Case {
        Case {
            case: case.to_owned(),
            patient: patient.to_owned(),
            fold: Some(fold),
            malignant: false,
            margin: 0.0,
            diameter_mm: None,
            texture: None,
            slice_spacing_mm: None,
            ratings: Vec::new(),
        }
    }

    #[test]
    fn a_margin_and_its_probability_are_the_same_thing_twice() {
        for m in [-30.0_f64, -2.5, 0.0, 1e-9, 0.7, 30.0] {
            // 1 - p keeps only 2^-53 of absolute precision: e^30 of it in the margin.
            let tolerance = 2.0_f64.powi(-52) * (1.0 + m.abs().exp());
            assert!((margin(probability(m)) - m).abs() <= tolerance, "{m}");
        }
        assert_eq!((probability(-1e4), probability(1e4)), (0.0, 1.0));
    }

    #[test]
    fn patients_are_numbered_as_they_come() {
        let cases = vec![case("1", "B", 0), case("2", "A", 1), case("3", "B", 0)];
        assert_eq!(Predictions::new(cases).expect("sound").patients(), [0, 1, 0]);
    }

    #[test]
    fn a_patient_in_two_folds_is_refused() {
        let error = Predictions::new(vec![case("1", "A", 0), case("2", "A", 1)]).expect_err("leaks");
        assert!(
            error.to_string().contains("case 2") && error.to_string().contains("split by patient"),
            "{error}"
        );
    }

    #[test]
    fn a_case_that_makes_no_sense_is_refused_by_its_number() {
        let changes: [fn(&mut Case); 7] = [
            |c| c.case.clear(),
            |c| c.case = "1".to_owned(),
            |c| c.margin = f64::INFINITY,
            |c| c.diameter_mm = Some(0.0),
            |c| c.slice_spacing_mm = Some(f64::NAN),
            |c| c.texture = Some(0.9),
            |c| c.ratings = vec![3, 6],
        ];
        for change in changes {
            let mut second = case("2", "B", 0);
            change(&mut second);
            let error = Predictions::new(vec![case("1", "A", 0), second.clone()]).expect_err("refused");
            assert!(error.to_string().starts_with("case 2 "), "{error}: {second:?}");
        }
        assert_eq!(Predictions::new(Vec::new()), Err(EvaluationError::NoCases));
    }
}
