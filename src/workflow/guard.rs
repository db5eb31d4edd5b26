//! `triscope train --guard`: from a manifest to the fitted guard.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::train::{TrainError, gather};
use crate::dataset::{Case, Fold, Label, Manifest, Question, load_image};
use crate::export::write_whole;
use crate::guard::{GuardModel, Tissue};
use crate::jobs::JobContext;
use crate::synth::{Phantom, PhantomSpec};
use crate::training::{
    Click, Known, Limits, NODULE_VOLUMES, PHANTOMS, SIMULATED, TrainConfig, elsewhere, fit_guard, generator,
    in_block, in_chest, masses, on_nodule,
};
use crate::volume::Volume;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct GuardRequest {
    /// M3NetNetwork whose contexts tell which volumes are whole.
    pub model: String,
    /// Cases: nodules with masks, and places in whole scans.
    pub manifest: PathBuf,
    /// Seed and how pictures are varied.
    pub config: TrainConfig,
    /// `OUT/guard.json` and the simulated surroundings go there.
    pub out: PathBuf,
}

/// Columns, rows, slices of a nodule's picture in a simulated chest: the macro crop.
const PICTURE: [usize; 3] = [96, 96, 56];
/// Phantoms that are made.
const PHANTOM_COUNT: u64 = 8;
/// Radius of a nodule whose size the manifest does not tell, mm.
const RADIUS_MM: f64 = 10.0;
/// Lowest height of a scan in which masses can be told from organs, mm.
const WHOLE_CHEST_MM: f64 = 150.0;

/// Fits the guard and writes it; the same request gives the same bytes.
/// - errors: an unreadable manifest or volume, no usable case, disk full, a cancel
pub fn fit(request: &GuardRequest, ctx: &JobContext) -> Result<GuardModel, TrainError> {
    let config = &request.config;
    let mut clicks = scans(request, ctx)?;
    let gathered = gather(&request.manifest, &request.model, config, &request.out.join("surroundings"), ctx)?;
    let pictures = &gathered.pictures;
    let done = AtomicUsize::new(0);
    let total = pictures.nodules.len();
    let measured: Vec<Vec<Click>> = (0..total)
        .into_par_iter()
        .map(|case| {
            let share = done.fetch_add(1, Ordering::Relaxed) as f32 / total as f32;
            ctx.step("Measuring nodules", share)?;
            let mut clicks = in_block(&pictures.nodules[case], config.seed);
            clicks.extend(in_chest(pictures, case, config, PICTURE, config.seed));
            Ok(clicks)
        })
        .collect::<Result<_, TrainError>>()?;
    clicks.extend(measured.into_iter().flatten());
    clicks.extend(phantoms(config.seed, ctx)?);
    ctx.step("Fitting the guard", 0.0)?;
    let model = fit_guard(&clicks, &[NODULE_VOLUMES, SIMULATED], config.seed);
    let mut text = model.to_json();
    text.push('\n');
    write_whole(&request.out.join("guard.json"), text.as_bytes())?;
    Ok(model)
}

/// Nodules and everything else in the scans of the manifest that show a chest.
fn scans(request: &GuardRequest, ctx: &JobContext) -> Result<Vec<Click>, TrainError> {
    let (manifest, _) = Manifest::load(&request.manifest)?;
    let folder = request.manifest.parent().unwrap_or(Path::new("."));
    let mut images: BTreeMap<(&str, Option<&str>), Vec<&Case>> = BTreeMap::new();
    for case in &manifest.cases {
        images.entry((&case.image, case.series_uid.as_deref())).or_default().push(case);
    }
    let total = images.len().max(1) as f32;
    let mut clicks = Vec::new();
    for (number, cases) in images.into_values().enumerate() {
        ctx.step("Measuring scans", number as f32 / total)?;
        let Some(first) = cases.first() else { continue };
        let volume = load_image(folder, first, ctx)?.volume;
        // A nodule cut out of its scan is measured with its mask.
        if volume.grid().size().iter().zip(PICTURE).take(2).any(|(n, picture)| *n < picture) {
            continue;
        }
        clicks.extend(scan(&volume, &cases, request.config.seed)?);
    }
    Ok(clicks)
}

/// What one scan teaches: its nodules, except those that are held out of training, and all else.
fn scan(volume: &Arc<Volume>, cases: &[&Case], seed: u64) -> Result<Vec<Click>, TrainError> {
    let Some(first) = cases.first() else { return Ok(Vec::new()) };
    let (grid, patient) = (volume.grid(), first.patient.as_str());
    let source = format!("scan {patient}");
    let nodule =
        |case: &&&Case| case.question != Question::PointIsNodule || case.label == Some(Label::Positive);
    let known = |case: &&Case| -> Known {
        let at = grid.patient_from_voxel() * case.point.voxel(grid);
        (at.to_array(), case.diameter_mm.map_or(RADIUS_MM, |mm| mm / 2.0))
    };
    let nodules: Vec<Known> = cases.iter().filter(nodule).map(known).collect();
    let tissue = Tissue::of(volume);
    let mut clicks = Vec::new();
    for (n, case) in cases.iter().filter(nodule).enumerate() {
        if matches!(case.fold, Some(Fold::Number(_))) {
            let mut random = generator(seed, &format!("guard scan {patient}"), &[n as u64]);
            for _ in 0..2 {
                clicks.push(on_nodule(&tissue, &source, patient, known(case), &mut random));
            }
        }
    }
    let tall = grid.size()[2] as f64 * grid.spacing_mm()[2] >= WHOLE_CHEST_MM;
    // The same points whatever the number of cores: each part has a generator of its own.
    let parts: Vec<Vec<Click>> = (0..4u64)
        .into_par_iter()
        .map(|part| {
            let mut random = generator(seed, &format!("guard places {patient}"), &[part]);
            let limits = Limits { each: 60, tries: 16_000, deep: if tall { 60 } else { 0 } };
            let mut clicks = elsewhere(volume, &source, patient, &nodules, limits, &mut random);
            if tall {
                clicks.extend(masses(volume, &source, patient, 4, &mut random));
            }
            clicks
        })
        .collect();
    clicks.extend(parts.into_iter().flatten());
    Ok(clicks)
}

/// Phantom chests with nodules, and with masses in turn.
fn phantoms(seed: u64, ctx: &JobContext) -> Result<Vec<Click>, TrainError> {
    let done = AtomicUsize::new(0);
    let one = |number: u64| -> Result<Vec<Click>, TrainError> {
        let share = done.fetch_add(1, Ordering::Relaxed) as f32 / PHANTOM_COUNT as f32;
        ctx.step("Measuring phantoms", share)?;
        let slice_mm = [1.25, 2.0, 2.5, 3.0][(number % 4) as usize];
        let spec = PhantomSpec {
            seed: seed.wrapping_add(7000 + number),
            nodules: 14,
            size: [420, 360, (270.0 / slice_mm) as usize],
            spacing_mm: [0.85, 0.85, slice_mm],
            kernel: None,
            dose: None,
        };
        let phantom = Phantom::new(&spec, ctx)?;
        let volume = phantom.volume(ctx)?;
        let tissue = Tissue::of(&volume);
        let patient = format!("phantom {number}");
        let nodules: Vec<Known> =
            phantom.truth().nodules.iter().map(|n| (n.centre_lps_mm, n.diameter_mm / 2.0)).collect();
        let mut random = generator(seed, "guard phantom", &[number]);
        let mut clicks = Vec::new();
        for nodule in nodules.iter().flat_map(|n| [*n; 2]) {
            clicks.push(on_nodule(&tissue, PHANTOMS, &patient, nodule, &mut random));
        }
        let limits = Limits { each: 40, tries: 4000, deep: 100 };
        clicks.extend(elsewhere(&volume, PHANTOMS, &patient, &nodules, limits, &mut random));
        clicks.extend(masses(&volume, PHANTOMS, &patient, 8, &mut random));
        Ok(clicks)
    };
    let all: Vec<Vec<Click>> = (0..PHANTOM_COUNT).into_par_iter().map(one).collect::<Result<_, _>>()?;
    Ok(all.into_iter().flatten().collect())
}
