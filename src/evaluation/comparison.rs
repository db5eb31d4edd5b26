//! Several classifiers on the same cases, side by side.

use serde::Serialize;

use super::scored::same_length;
use super::subgroups::{fields, words};
use super::table::csv_bytes;
use super::{
    Bootstrap, Difference, Estimate, EvaluationError, Interval, Scored, auc, average_precision, delong,
};

/// A classifier that is compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub what: String,
    /// Scores out of fold and labels: the same labels in the same order for all.
    pub scored: Scored,
}

/// One classifier's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// Its name.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Area under the ROC curve, with its interval by patient.
    pub auc: Estimate,
    /// DeLong's interval, as if nodules were independent; `None` for an area of 0 or 1, and where there
    /// are fewer than two cases of a class.
    pub delong: Option<Interval>,
    /// Area under the precision-recall curve, as average precision.
    pub average_precision: Estimate,
    /// Its area less that of the reference on the same drawn patients; `None` for the reference itself,
    /// and where there is none.
    pub above_reference: Option<Difference>,
}

/// Figures of classifiers on the same cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Number of cases.
    pub cases: usize,
    /// Number of malignant cases.
    pub malignant: usize,
    /// Name of the classifier that the others are held against.
    pub reference: Option<String>,
    /// In the order in which they were given.
    pub rows: Vec<ComparisonRow>,
}

impl Comparison {
    /// - `patients`: a number for the patient of each case
    /// - `reference`: the name of one of the contenders
    /// - errors: other labels, one class alone, unequal lengths
    pub fn new(
        contenders: &[Contender],
        patients: &[usize],
        reference: Option<&str>,
        bootstrap: &Bootstrap,
    ) -> Result<Self, EvaluationError> {
        let first = contenders.first().ok_or(EvaluationError::NoCases)?;
        same_length("patients", first.scored.count(), patients.len())?;
        if contenders.iter().any(|c| c.scored.malignant() != first.scored.malignant()) {
            return Err(EvaluationError::OtherLabels);
        }
        let held_against = contenders.iter().find(|c| Some(c.name.as_str()) == reference);
        let area = |s: &Scored| auc(s).ok();
        let mut rows = Vec::with_capacity(contenders.len());
        for contender in contenders {
            let scored = &contender.scored;
            let above_reference = match held_against {
                Some(other) if other.name != contender.name => {
                    Some(bootstrap.difference(scored, &other.scored, patients, area)?)
                }
                _ => None,
            };
            rows.push(ComparisonRow {
                name: contender.name.clone(),
                what: contender.what.clone(),
                auc: bootstrap.estimate(scored, patients, area)?,
                delong: delong(scored).ok().and_then(|estimate| estimate.interval()),
                average_precision: bootstrap.estimate(scored, patients, |s| average_precision(s).ok())?,
                above_reference,
            });
        }
        let [malignant, benign] = first.scored.classes();
        Ok(Self {
            cases: malignant + benign,
            malignant,
            reference: held_against.map(|c| c.name.clone()),
            rows,
        })
    }

    /// As a table of a page, with figures to three decimals and 95 % intervals.
    pub fn to_markdown(&self) -> String {
        let reference = self.reference.as_deref().unwrap_or("-");
        let mut text = format!(
            "| {} nodules, {} malignant | AUC (95 % CI by patient) | DeLong 95 % CI | PR-AUC (95 % CI) | AUC less that of {reference} (95 % CI) | one-sided p |\n|---|---|---|---|---|---|\n",
            self.cases, self.malignant
        );
        for row in &self.rows {
            let delong = row.delong.map_or("-".to_owned(), |i| format!("{:.3} to {:.3}", i.low, i.high));
            let [difference, p] = row.above_reference.map_or(["-".to_owned(), "-".to_owned()], |d| {
                let Interval { low, high } = d.estimate.interval;
                [format!("{:+.3} ({low:+.3} to {high:+.3})", d.estimate.value), format!("{:.4}", d.p)]
            });
            text += &format!(
                "| {} | {} | {delong} | {} | {difference} | {p} |\n",
                row.name,
                words(row.auc),
                words(row.average_precision)
            );
        }
        text
    }

    /// As CSV with all decimals; a figure that is not given is empty.
    pub fn to_csv(&self) -> Result<Vec<u8>, EvaluationError> {
        let head = [
            "classifier",
            "nodules",
            "malignant",
            "auc",
            "auc_low",
            "auc_high",
            "delong_low",
            "delong_high",
            "pr_auc",
            "pr_auc_low",
            "pr_auc_high",
            "above_reference",
            "above_reference_low",
            "above_reference_high",
            "one_sided_p",
            "what",
        ];
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![row.name.clone(), self.cases.to_string(), self.malignant.to_string()];
            cells.extend(fields(Some(row.auc)));
            cells
                .extend(row.delong.map_or_else(Default::default, |i| [i.low, i.high].map(|v| v.to_string())));
            cells.extend(fields(Some(row.average_precision)));
            cells.extend(fields(row.above_reference.map(|d| d.estimate)));
            cells.push(row.above_reference.map_or_else(String::new, |d| d.p.to_string()));
            cells.push(row.what.clone());
            cells
        });
        csv_bytes(&head, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::{normal_cases, scored};

    #[test]
    fn a_better_classifier_stands_above_the_reference_and_chance_below_it() {
        let good = normal_cases(5, 120, 2.0);
        let weak = scored(
            good.scores().iter().enumerate().map(|(n, s)| s + 40.0 * (n % 3) as f64),
            good.malignant(),
        );
        let flat = scored([0.0; 120], good.malignant());
        let of = |name: &str, scored: &Scored| Contender {
            name: name.to_owned(),
            what: "made up".to_owned(),
            scored: scored.clone(),
        };
        let all = [of("good", &good), of("weak", &weak), of("flat", &flat)];
        let patients: Vec<usize> = (0..120).map(|n| n / 2).collect();
        let few = Bootstrap { samples: 200, seed: 1 };
        let table = Comparison::new(&all, &patients, Some("weak"), &few).expect("both classes");
        assert_eq!((table.cases, table.malignant, table.reference.as_deref()), (120, 60, Some("weak")));
        let above = |n: usize| table.rows[n].above_reference;
        assert!(above(0).expect("held against").p < 0.05 && above(1).is_none());
        assert!(above(2).expect("held against").estimate.value < 0.0);
        assert_eq!(table.rows[2].auc.value, 0.5);
        let page = table.to_markdown();
        assert!(
            page.lines().all(|l| l.matches('|').count() == 7) && page.contains("less that of weak"),
            "{page}"
        );
        let csv = String::from_utf8(table.to_csv().expect("written")).expect("text");
        assert!(csv.lines().count() == 4 && csv.starts_with("classifier,nodules,"), "{csv}");
        let alone = Comparison::new(&all, &patients, None, &few).expect("both classes");
        assert!(alone.rows.iter().all(|r| r.above_reference.is_none()));
        let other = [of("good", &good), of("turned", &scored([0.0; 120], &[true; 120]))];
        assert_eq!(Comparison::new(&other, &patients, None, &few), Err(EvaluationError::OtherLabels));
    }
}
