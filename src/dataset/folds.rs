//! Folds for cross-validation, and splits: whole patients, with the labels spread evenly.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::case::{Case, Fold, Label, Split};

/// Fewest folds that make a cross-validation.
pub const FEWEST_FOLDS: u8 = 2;
/// Most folds.
pub const MOST_FOLDS: u8 = 20;

/// Folds of LIDC-IDRI's patients that stay as they are, so that figures can be compared.
const LIDC: &str = include_str!("../../assets/training/lidc-folds.csv");

/// The fixed fold of patients of LIDC-IDRI, by Patient ID (`LIDC-IDRI-0001`): five folds, and
/// [`Fold::HeldOut`] for patients whose CT is shown to people.
///
/// It covers the patients with a nodule that three readers rated; others have none.
/// - source: `assets/training/lidc-folds.csv`, which says how they were made
pub fn fixed_folds() -> BTreeMap<&'static str, Fold> {
    let rows = LIDC.lines().filter(|l| !l.starts_with('#')).skip(1);
    rows.filter_map(|line| {
        let (patient, fold) = line.split_once(',')?;
        let fold = if fold == "-1" { Fold::HeldOut } else { Fold::Number(fold.parse().ok()?) };
        Some((patient, fold))
    })
    .collect()
}

/// What a patient brings into a fold: positive, negative, undecided cases, and itself.
type Weights = [f64; 4];

/// Assigns every patient without a fold to one of `folds`, so that positive, negative and undecided
/// cases and patients are spread evenly. Patients that have a fold keep it, and count.
///
/// Patients with the most cases go first (ties in an order drawn from `seed`), each to the fold where
/// the shares become the least uneven. The same cases and seed give the same folds.
/// - `folds`: from [`FEWEST_FOLDS`] to [`MOST_FOLDS`]
pub fn assign_folds(cases: &mut [Case], folds: u8, seed: u64) {
    let mut patients: BTreeMap<String, (Option<Fold>, Weights)> = BTreeMap::new();
    for case in cases.iter() {
        let (fold, [positive, negative, undecided, _]) =
            patients.entry(case.patient.clone()).or_insert((case.fold, [0.0, 0.0, 0.0, 1.0]));
        *fold = fold.or(case.fold);
        match case.label {
            Some(Label::Positive) => *positive += 1.0,
            Some(Label::Negative) => *negative += 1.0,
            None => *undecided += 1.0,
        }
    }
    let mut totals = [0.0; 4];
    let mut filled = vec![[0.0; 4]; usize::from(folds)];
    let mut open: Vec<(String, Weights)> = Vec::new();
    for (patient, (fold, weights)) in &patients {
        if *fold == Some(Fold::HeldOut) {
            continue;
        }
        add(&mut totals, weights);
        match fold {
            Some(Fold::Number(n)) => {
                if let Some(place) = filled.get_mut(usize::from(*n)) {
                    add(place, weights);
                }
            }
            _ => open.push((patient.clone(), *weights)),
        }
    }
    open.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let cases_of = |w: &Weights| -w.iter().take(3).sum::<f64>();
    open.sort_by(|(_, a), (_, b)| cases_of(a).total_cmp(&cases_of(b)));
    for (patient, weights) in open {
        let cost = |place: &Weights| -> f64 {
            // Growth of the sum of squared shares: least where the fold has the least of what comes.
            place
                .iter()
                .zip(&weights)
                .zip(&totals)
                .filter(|(_, total)| **total > 0.0)
                .map(|((has, more), total)| (2.0 * has * more + more * more) / (total * total))
                .sum()
        };
        let best = filled.iter().enumerate().min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
        let Some(best) = best.map(|(n, _)| n) else { return };
        if let Some(place) = filled.get_mut(best) {
            add(place, &weights);
        }
        if let Some((fold, _)) = patients.get_mut(&patient) {
            // There are at most MOST_FOLDS.
            *fold = Some(Fold::Number(best as u8));
        }
    }
    // A patient in two folds stays so: it is an error of the source, for the manifest to refuse.
    for case in cases.iter_mut().filter(|c| c.fold.is_none()) {
        case.fold = patients.get(&case.patient).and_then(|(fold, _)| *fold);
    }
}

/// Shares of the patients that are validated and tested on; the rest is learned from.
const SPLIT: [(Split, f64); 2] = [(Split::Test, 0.15), (Split::Validation, 0.15)];

/// Assigns every patient without a split to one: 70 of a hundred are learned from, 15 validated and 15 tested
/// on, of the patients of each label alike (a patient's label is that of the first case by id). The same cases
/// and seed give the same splits.
pub fn assign_splits(cases: &mut [Case], seed: u64) {
    let mut order: Vec<&Case> = cases.iter().filter(|c| c.split.is_none()).collect();
    order.sort_by(|a, b| a.id.cmp(&b.id));
    let mut labels: BTreeMap<String, Option<Label>> = BTreeMap::new();
    for case in order {
        labels.entry(case.patient.clone()).or_insert(case.label);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut found: BTreeMap<String, Split> = BTreeMap::new();
    for label in [Some(Label::Positive), Some(Label::Negative), None] {
        let of_label = labels.iter().filter(|(_, l)| **l == label);
        let mut patients: Vec<String> = of_label.map(|(patient, _)| patient.clone()).collect();
        patients.shuffle(&mut random);
        let count = patients.len() as f64;
        let mut left = patients.into_iter();
        for (split, share) in SPLIT {
            // A few thousand patients at most: exact.
            let share = (share * count).round() as usize;
            found.extend(left.by_ref().take(share).map(|patient| (patient, split)));
        }
        found.extend(left.map(|patient| (patient, Split::Train)));
    }
    for case in cases.iter_mut().filter(|c| c.split.is_none()) {
        case.split = found.get(&case.patient).copied();
    }
}

fn add(sum: &mut Weights, more: &Weights) {
    for (a, b) in sum.iter_mut().zip(more) {
        *a += b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::manifest::tests::case;

    fn cases() -> Vec<Case> {
        (0..120)
            .flat_map(|p| (0..1 + p % 3).map(move |n| (p, n)))
            .map(|(p, n)| {
                let mut case = case(&format!("c{p:03}-{n}"));
                case.patient = format!("p{p:03}");
                case.label = [Some(Label::Positive), Some(Label::Negative), None][(p + n) % 3];
                case.fold = None;
                case
            })
            .collect()
    }

    #[test]
    fn patients_stay_whole_and_labels_are_spread_evenly() {
        let mut all = cases();
        assign_folds(&mut all, 5, 7);
        let mut of_patient: BTreeMap<&str, Fold> = BTreeMap::new();
        let mut counts = [[0usize; 3]; 5];
        for case in &all {
            let fold = case.fold.expect("assigned");
            assert_eq!(*of_patient.entry(&case.patient).or_insert(fold), fold);
            let Fold::Number(n) = fold else { panic!("nobody is held out") };
            let label = case.label.map_or(2, |l| usize::from(l == Label::Negative));
            counts[usize::from(n)][label] += 1;
        }
        for label in 0..3 {
            let of_label: Vec<usize> = counts.iter().map(|c| c[label]).collect();
            // 80 of each label in five folds is 16; a patient brings up to one of each.
            assert!(of_label.iter().all(|n| n.abs_diff(16) <= 2), "{counts:?}");
        }
    }

    #[test]
    fn splits_are_of_whole_patients_and_of_both_labels() {
        let mut all = cases();
        for case in &mut all {
            case.label = Some(if case.patient.as_str() < "p060" { Label::Positive } else { Label::Negative });
        }
        let mut again = all.clone();
        again.reverse();
        assign_splits(&mut all, 3);
        assign_splits(&mut again, 3);
        again.reverse();
        assert_eq!(all, again, "the order of the cases does not matter");
        let mut of_patient: BTreeMap<&str, Split> = BTreeMap::new();
        for case in &all {
            let split = case.split.expect("assigned");
            assert_eq!(*of_patient.entry(&case.patient).or_insert(split), split);
        }
        for half in [|p: &str| p < "p060", |p: &str| p >= "p060"] {
            let count = |split| of_patient.iter().filter(|(p, s)| half(p) && **s == split).count();
            assert_eq!(Split::ALL.map(count), [42, 9, 9]);
        }
    }

    #[test]
    fn the_seed_decides_and_nothing_else_does() {
        let (mut a, mut b, mut c) = (cases(), cases(), cases());
        b.reverse();
        assign_folds(&mut a, 4, 1);
        assign_folds(&mut b, 4, 1);
        assign_folds(&mut c, 4, 2);
        b.reverse();
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    #[test]
    fn a_fold_that_is_there_stays() {
        let mut all = cases();
        for case in &mut all {
            case.fold = match case.patient.as_str() {
                "p004" => Some(Fold::HeldOut),
                "p005" => Some(Fold::Number(1)),
                _ => None,
            };
        }
        assign_folds(&mut all, 2, 0);
        assert!(all.iter().filter(|c| c.patient == "p004").all(|c| c.fold == Some(Fold::HeldOut)));
        assert!(all.iter().filter(|c| c.patient == "p005").all(|c| c.fold == Some(Fold::Number(1))));
    }

    #[test]
    fn the_fixed_folds_are_five_of_equal_size_and_hold_out_what_is_shown() {
        let fixed = fixed_folds();
        assert_eq!(fixed.len(), 551);
        let count = |fold| fixed.values().filter(|f| **f == fold).count();
        for n in 0..5 {
            assert!((109..=110).contains(&count(Fold::Number(n))), "fold {n}: {}", count(Fold::Number(n)));
        }
        for shown in ["LIDC-IDRI-0001", "LIDC-IDRI-0002", "LIDC-IDRI-0003", "LIDC-IDRI-0314"] {
            assert_eq!(fixed.get(shown), Some(&Fold::HeldOut), "{shown}");
        }
        assert_eq!(count(Fold::HeldOut), 4);
    }
}
