//! How much an answer moves when the picture that is asked about changes a little.

use serde::Serialize;

use super::EvaluationError;
use super::interval::{Interval, quantile};
use super::scored::same_length;
use super::table::csv_bytes;

/// What one kind of change does to the probabilities of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stability {
    /// The change, with its amount.
    pub name: String,
    /// Number of cases.
    pub cases: usize,
    /// Changed pictures of each case.
    pub pictures: usize,
    /// Median over all pictures of the absolute change of probability.
    pub median_change: f64,
    /// The quartiles of that change.
    pub quartiles: Interval,
    /// Median over the cases of the highest less the lowest probability, the unchanged picture included.
    pub median_range: f64,
    /// The greatest such range of any case.
    pub greatest_range: f64,
    /// Pictures, of all, in which the answer goes from one side of one half to the other.
    pub crossed: usize,
}

impl Stability {
    /// - `plain`: probability of each case's unchanged picture
    /// - `changed`: for each case the probabilities of its changed pictures, as many for each
    /// - errors: no cases, no pictures, unequal lengths, no finite numbers
    pub fn new(name: &str, plain: &[f64], changed: &[Vec<f64>]) -> Result<Self, EvaluationError> {
        same_length("lists of changed pictures", plain.len(), changed.len())?;
        let pictures = changed.first().map_or(0, Vec::len);
        let mut changes = Vec::new();
        let mut ranges = Vec::new();
        let mut crossed = 0;
        for (number, (p, others)) in plain.iter().zip(changed).enumerate() {
            same_length("changed pictures", pictures, others.len())?;
            if !p.is_finite() || others.iter().any(|q| !q.is_finite()) {
                let problem = "a probability of it is no finite number";
                return Err(EvaluationError::Case { number: number + 1, problem });
            }
            changes.extend(others.iter().map(|q| (q - p).abs()));
            crossed += others.iter().filter(|q| (**q >= 0.5) != (*p >= 0.5)).count();
            let (low, high) = others.iter().fold((*p, *p), |(low, high), q| (low.min(*q), high.max(*q)));
            ranges.push(high - low);
        }
        changes.sort_by(f64::total_cmp);
        ranges.sort_by(f64::total_cmp);
        let of = |sorted: &[f64], part| quantile(sorted, part).ok_or(EvaluationError::NoCases);
        Ok(Self {
            name: name.to_owned(),
            cases: plain.len(),
            pictures,
            median_change: of(&changes, 0.5)?,
            quartiles: Interval { low: of(&changes, 0.25)?, high: of(&changes, 0.75)? },
            median_range: of(&ranges, 0.5)?,
            greatest_range: of(&ranges, 1.0)?,
            crossed,
        })
    }

    /// Several as a table of a page.
    pub fn to_markdown(list: &[Self]) -> String {
        let mut text = "| change | nodules | pictures of each | median change of probability (quartiles) | median of highest less lowest | greatest | crossed 0.5 |\n|---|---:|---:|---|---|---|---|\n".to_owned();
        for s in list {
            text += &format!(
                "| {} | {} | {} | {:.3} ({:.3} to {:.3}) | {:.3} | {:.3} | {} of {} |\n",
                s.name,
                s.cases,
                s.pictures,
                s.median_change,
                s.quartiles.low,
                s.quartiles.high,
                s.median_range,
                s.greatest_range,
                s.crossed,
                s.cases * s.pictures
            );
        }
        text
    }

    /// Several as CSV with all decimals.
    pub fn to_csv(list: &[Self]) -> Result<Vec<u8>, EvaluationError> {
        let head = [
            "change",
            "nodules",
            "pictures",
            "median_change",
            "change_quartile_low",
            "change_quartile_high",
            "median_range",
            "greatest_range",
            "crossed",
        ];
        let row = |s: &Self| {
            let mut cells = vec![s.name.clone(), s.cases.to_string(), s.pictures.to_string()];
            let figures =
                [s.median_change, s.quartiles.low, s.quartiles.high, s.median_range, s.greatest_range];
            cells.extend(figures.map(|v| v.to_string()));
            cells.push(s.crossed.to_string());
            cells
        };
        csv_bytes(&head, list.iter().map(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_and_ranges_are_those_of_a_table_by_hand() {
        let found = Stability::new("shift", &[0.4, 0.9], &[vec![0.5, 0.2], vec![0.9, 0.8]]).expect("cases");
        // Changes 0.1, 0.2, 0, 0.1; ranges 0.3 and 0.1.
        for (value, expected) in [
            (found.median_change, 0.1),
            (found.quartiles.low, 0.075),
            (found.quartiles.high, 0.125),
            (found.median_range, 0.2),
            (found.greatest_range, 0.3),
        ] {
            assert!((value - expected).abs() < 1e-12, "{found:?}");
        }
        assert_eq!((found.cases, found.pictures, found.crossed), (2, 2, 1));
        let page = Stability::to_markdown(std::slice::from_ref(&found));
        assert!(
            page.contains("| shift | 2 | 2 | 0.100 (0.075 to 0.125) | 0.200 | 0.300 | 1 of 4 |"),
            "{page}"
        );
        assert_eq!(Stability::to_csv(&[found]).expect("written").iter().filter(|b| **b == b'\n').count(), 2);
    }

    #[test]
    fn nothing_and_no_numbers_are_refused() {
        assert!(Stability::new("x", &[], &[]).is_err());
        assert!(Stability::new("x", &[0.5], &[vec![]]).is_err());
        assert!(Stability::new("x", &[0.5, 0.5], &[vec![0.1], vec![]]).is_err());
        assert!(Stability::new("x", &[f64::NAN], &[vec![0.1]]).is_err());
    }
}
