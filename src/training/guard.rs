//! From measured clicks to the fitted guard, with figures from patients that it had not seen.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::guard_clicks::Click;
use crate::guard::{Cut, EDITION, Figure, GuardModel, Recipe, Trees};

/// Parts that patients are divided into; each is judged by what was fitted on the others.
const PARTS: u64 = 5;
/// Share of nodules, from patients that were left out, that may be called something else.
const MISSED_NODULES: f32 = 0.05;
/// Share of organs, likewise, that may be called a mass.
const ORGANS_CALLED_MASS: f32 = 0.03;

/// One example: features, what it is, the patient, and the group that shares a weight.
struct Example<'a> {
    features: &'a [f32],
    positive: bool,
    part: u64,
    group: String,
}

fn part(patient: &str, seed: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(patient.as_bytes());
    hash.finalize().iter().take(8).fold(0u64, |n, byte| n << 8 | u64::from(*byte)) % PARTS
}

/// Every kind of picture counts the same, however many clicks it has, and so do both answers.
fn fit(examples: &[&Example<'_>]) -> Trees {
    let mut groups: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for example in examples {
        *groups.entry((&example.group, example.positive)).or_default() += 1;
    }
    let fair = examples.len() as f32 / groups.len().max(1) as f32;
    let weight = |e: &&Example<'_>| fair / groups[&(e.group.as_str(), e.positive)] as f32;
    let rows: Vec<&[f32]> = examples.iter().map(|e| e.features).collect();
    let positive: Vec<bool> = examples.iter().map(|e| e.positive).collect();
    let weights: Vec<f32> = examples.iter().map(weight).collect();
    Trees::fit(&rows, &positive, &weights, &Recipe::default())
}

/// One classifier for each part, fitted on all others.
fn apart(examples: &[Example<'_>]) -> Vec<Trees> {
    let of = |held: u64| fit(&examples.iter().filter(|e| e.part != held).collect::<Vec<_>>());
    (0..PARTS).into_par_iter().map(of).collect()
}

/// The value below which a share of the others lies.
fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    values.sort_by(f32::total_cmp);
    let at = (values.len() as f32 * share) as usize;
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

fn highest(margins: impl Iterator<Item = f32>) -> f32 {
    margins.fold(f32::NEG_INFINITY, f32::max)
}

/// Fits the guard.
///
/// The cut between nodules and all else lies where nineteen of twenty nodules of real scans are kept,
/// measured on patients that were left out; that of masses where few organs are called one.
/// - `real`: sources of real nodules, which decide the cut
/// - `seed`: divides the patients
pub fn fit_guard(clicks: &[Click], real: &[&str], seed: u64) -> GuardModel {
    let near: Vec<Example<'_>> = clicks
        .iter()
        .flat_map(|click| {
            let part = part(&click.patient, seed);
            click.candidates.iter().filter_map(move |(teaches, features)| {
                teaches.map(|positive| Example { features, positive, part, group: click.source.clone() })
            })
        })
        .collect();
    let far: Vec<Example<'_>> = clicks
        .iter()
        .filter_map(|click| {
            let (positive, features) = click.far.as_ref()?;
            let part = part(&click.patient, seed);
            Some(Example { features, positive: *positive, part, group: click.source.clone() })
        })
        .collect();
    let (near_parts, far_parts) = rayon::join(|| apart(&near), || apart(&far));
    let of_click = |click: &Click| {
        let part = part(&click.patient, seed) as usize;
        let nodule = highest(click.candidates.iter().map(|(_, f)| near_parts[part].margin(f)));
        (nodule, click.far.as_ref().map(|(_, f)| far_parts[part].margin(f)))
    };
    let margins: Vec<(f32, Option<f32>)> = clicks.par_iter().map(of_click).collect();
    let both = || clicks.iter().zip(&margins);

    let is_real = |click: &Click| click.class == "nodule" && real.contains(&click.source.as_str());
    let nodules = both().filter(|(click, _)| is_real(click)).map(|(_, m)| m.0).collect();
    let least_nodule = quantile(nodules, MISSED_NODULES);
    let organs =
        both().filter_map(|(click, m)| m.1.filter(|_| matches!(click.far, Some((false, _))))).collect();
    let least_mass = quantile(organs, 1.0 - ORGANS_CALLED_MASS).max(0.0);

    let mut figures: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let mut count = |click: &Click, class: String, called: bool| {
        let entry = figures.entry((click.source.clone(), class)).or_default();
        entry.0 += 1;
        entry.1 += usize::from(called);
    };
    for (click, (nodule, mass)) in both() {
        // What the clicks on masses look like from near teaches nothing and is not counted.
        if click.class != "mass" && !click.candidates.is_empty() {
            count(click, click.class.clone(), *nodule >= least_nodule);
        }
        if let (Some(mass), Some((positive, _))) = (mass, &click.far) {
            let class = if *positive { "mass, called a mass" } else { "organ, called a mass" };
            count(click, class.to_owned(), *mass >= least_mass);
        }
    }
    let figures = figures
        .into_iter()
        .map(|((source, class), (clicks, called))| Figure { source, class, clicks, called })
        .collect();
    let patients: BTreeSet<&str> = clicks.iter().map(|c| c.patient.as_str()).collect();
    let taught = clicks.iter().filter(|c| c.class == "nodule").count();
    GuardModel {
        edition: EDITION,
        fitted_on: format!(
            "{taught} clicks on nodules and {} on other places, of {} patients and phantoms",
            clicks.len() - taught,
            patients.len()
        ),
        nodule: Cut { trees: fit(&near.iter().collect::<Vec<_>>()), least: least_nodule },
        mass: Cut { trees: fit(&far.iter().collect::<Vec<_>>()), least: least_mass },
        figures,
    }
}
