//! `triscope scan`: candidates in a whole volume, from what LungNodule-SSM says of its slices.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::args::Scan;
use super::exit::Failure;
use super::progress::Terminal;
use super::{output, series};
use crate::geometry::VoxelGrid;
use crate::inference::{Candidate, Engine, EngineOptions, WeightsChoice};
use crate::networks::spec;
use crate::networks::weights::UNTRAINED;
use crate::workflow::report::{DeviceReport, SeriesReport};
use crate::workflow::scan::{self, ScanRequest, Scanned};

#[derive(Serialize)]
struct Report {
    triscope: &'static str,
    series: SeriesReport,
    device: DeviceReport,
    model: &'static str,
    question: &'static str,
    weights: String,
    weights_sha256: String,
    trained_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caution: Option<String>,
    answered_by: &'static str,
    /// One slice in so many was asked about.
    every: usize,
    threshold: f64,
    slices: Vec<Slice>,
    candidates: Vec<Found>,
    timing_ms: Timing,
}

#[derive(Serialize)]
struct Slice {
    index: usize,
    probability: f64,
}

#[derive(Serialize)]
struct Found {
    /// Of its surest slice.
    score: f64,
    slices: [usize; 2],
    /// Middle of the box in its surest slice.
    point_lps_mm: [f64; 3],
    point_index: [f64; 3],
    /// Outer corners of the box around all its slices' boxes.
    corners_lps_mm: [[f64; 3]; 8],
}

#[derive(Serialize)]
struct Timing {
    load: f64,
    scan: f64,
}

/// Rounded to a billionth; never -0.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9 + 0.0
}

impl Found {
    fn new(candidate: &Candidate, grid: &VoxelGrid) -> Self {
        let at = grid.patient_from_voxel() * candidate.at;
        Self {
            score: tidy(candidate.probability),
            slices: candidate.slices,
            point_lps_mm: at.to_array().map(tidy),
            point_index: candidate.at.to_array().map(tidy),
            corners_lps_mm: candidate.bounds.corners(candidate.slices, grid).map(|c| c.to_array().map(tidy)),
        }
    }
}

/// Runs the command.
pub(super) fn run(raw: &Scan, terminal: &Terminal) -> Result<(), Failure> {
    let model = match &raw.model {
        Some(name) => spec(name).map_err(Failure::arguments)?.name,
        None => scan::default_model(),
    };
    let case = series::load(&raw.path, raw.series.series.as_deref(), &raw.series.read, terminal.ctx())?;
    let request = ScanRequest {
        volume: Arc::clone(&case.opened.volume),
        defects: case.opened.defects.clone(),
        model,
        weights: raw.weights.clone().map(WeightsChoice::File),
        every: raw.every,
        from: 0,
        threshold: raw.threshold,
        force: raw.series.force,
    };
    scan::check(&request)?;
    let engine = Engine::start(EngineOptions::alone(raw.device.into())).map_err(Failure::work)?;
    let scanned = scan::run(&engine, request, terminal.ctx())?;
    terminal.clear();
    for notice in engine.take_notices() {
        output::note(&notice);
    }
    let grid = case.opened.volume.grid();
    if !raw.json {
        return output::print(&words(&scanned, grid));
    }
    let Scanned { scanner, slices, candidates, scan_ms } = &scanned;
    output::json(&Report {
        triscope: env!("CARGO_PKG_VERSION"),
        series: SeriesReport::new(&case.opened),
        device: DeviceReport::from(&scanner.device),
        model: scanner.model,
        question: spec(scanner.model).map_err(Failure::arguments)?.question,
        weights: scanner.weights.clone(),
        weights_sha256: scanner.weights_sha256.clone(),
        trained_on: scanner.trained_on.clone(),
        note: (!scanner.trained).then_some(UNTRAINED),
        caution: scanner.caution.clone(),
        answered_by: if scanner.forest { "forest" } else { "detector" },
        every: raw.every,
        threshold: raw.threshold,
        slices: slices.iter().map(|s| Slice { index: s.slice, probability: tidy(s.probability) }).collect(),
        candidates: candidates.iter().map(|candidate| Found::new(candidate, grid)).collect(),
        timing_ms: Timing { load: case.load_ms, scan: *scan_ms },
    })
}

/// For a person.
fn words(scanned: &Scanned, grid: &VoxelGrid) -> String {
    let Scanned { scanner, slices, candidates, scan_ms } = scanned;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} with {} on {} ({}): {} slices in {:.1} s",
        scanner.model,
        scanner.weights,
        scanner.device.name,
        scanner.device.backend,
        slices.len(),
        scan_ms / 1e3
    );
    let _ = writeln!(text, "  weights: {}", if scanner.trained { &scanner.trained_on } else { UNTRAINED });
    if let Some(caution) = &scanner.caution {
        let _ = writeln!(text, "  caution: {caution}");
    }
    if candidates.is_empty() {
        let _ = writeln!(text, "no candidates");
    }
    for candidate in candidates {
        let [x, y, z] = (grid.patient_from_voxel() * candidate.at).to_array();
        let [first, last] = candidate.slices;
        let _ = writeln!(
            text,
            "{:.4}: slices {first} to {last}, around {x:.1}, {y:.1}, {z:.1} mm",
            candidate.probability
        );
    }
    text
}
