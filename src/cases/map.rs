//! Cases on a plane: their first two principal components.

use super::known::KnownCases;
use crate::evaluation::Principal;

/// A case, and how far away it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its number.
    pub case: usize,
    /// Euclidean distance of the features; no unit.
    pub distance: f64,
}

/// Where cases lie on the plane of their first two principal components, and how far apart they usually are.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseMap {
    principal: Principal,
    places: Vec<[f64; 2]>,
    usual: f64,
}

impl CaseMap {
    fn of(known: &KnownCases) -> Self {
        let rows: Vec<&[f32]> = (0..known.len()).map(|case| known.features(case)).collect();
        let mut principal = Principal::of(&rows, 2);
        // Which way round an axis runs is nobody's choice: its largest part is positive, always.
        for (direction, _) in &mut principal.components {
            let largest = direction.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            if largest.is_some_and(|v| v < 0.0) {
                direction.iter_mut().for_each(|v| *v = -*v);
            }
        }
        let places = rows.iter().map(|row| plane(&principal, row)).collect();
        let next = |row: &&[f32]| known.nearest(row, 2).last().map_or(0.0, |near| near.distance);
        // Of thousands a few hundred tell as much.
        let every = rows.len().div_ceil(500).max(1);
        let mut next: Vec<f64> = rows.iter().step_by(every).map(next).collect();
        next.sort_by(f64::total_cmp);
        let usual = next.get(next.len() / 2).copied().unwrap_or(0.0);
        Self { principal, places, usual }
    }

    /// Where each case lies, in the order of the cases.
    pub fn places(&self) -> &[[f64; 2]] {
        &self.places
    }

    /// Where features of the same weights lie.
    /// - returns: `None` for features of another length
    pub fn place(&self, features: &[f32]) -> Option<[f64; 2]> {
        (features.len() == self.principal.mean.len()).then(|| plane(&self.principal, features))
    }

    /// Shares of the variance that lie along each axis: what the plane does not show is the rest.
    pub fn shares(&self) -> [f64; 2] {
        let total = self.principal.total;
        let share = |n: usize| self.principal.components.get(n).map_or(0.0, |(_, variance)| variance / total);
        if total > 0.0 { [share(0), share(1)] } else { [0.0; 2] }
    }

    /// How far away the case that is nearest to a case usually is: the median.
    pub fn usual(&self) -> f64 {
        self.usual
    }
}

fn plane(principal: &Principal, features: &[f32]) -> [f64; 2] {
    let along = principal.along(features);
    [0, 1].map(|n| along.get(n).copied().unwrap_or(0.0))
}

/// Cases with their map.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseSet {
    /// The cases.
    pub known: KnownCases,
    /// Where they lie.
    pub map: CaseMap,
}

impl CaseSet {
    /// Works the map out: milliseconds for hundreds of cases, a second or so for thousands.
    pub fn new(known: KnownCases) -> Self {
        let map = CaseMap::of(&known);
        Self { known, map }
    }
}

#[cfg(test)]
mod tests {
    use super::super::known::tests::three;
    use super::*;

    #[test]
    fn distances_on_the_plane_are_those_of_two_features() {
        let set = CaseSet::new(three());
        let [a, b, c] = [0, 1, 2].map(|n| set.map.places()[n]);
        let apart = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!((apart(a, b) - 5.0).abs() < 1e-6 && (apart(a, c) - 6.0).abs() < 1e-6);
        // The first axis runs along the first feature, where they differ most, and upwards.
        assert!(c[0] > a[0] && (c[1] - a[1]).abs() < 1e-6);
        let shares = set.map.shares();
        assert!((shares[0] + shares[1] - 1.0).abs() < 1e-9 && shares[0] > shares[1]);
        assert_eq!(set.map.usual(), 5.0);
        assert_eq!(set.map.place(&[3.0, 4.0]), Some(b));
        assert_eq!(set.map.place(&[3.0]), None);
    }

    #[test]
    fn cases_that_are_all_alike_lie_on_one_point() {
        let known = three();
        let alike = KnownCases::new(
            (known.model, known.weights_sha256),
            (known.sources, known.simulated),
            known.cases,
            (vec![1.0; 6], vec![0; 3 * 2304]),
        );
        let set = CaseSet::new(alike.expect("they fit"));
        assert_eq!((set.map.shares(), set.map.usual()), ([0.0; 2], 0.0));
        assert!(set.map.places().iter().all(|place| *place == [0.0; 2]));
    }
}
