//! `triscope classify`: the main job without a window.

use std::path::PathBuf;

use clap::ArgMatches;

use super::args::{Classify, Device, Mode};
use super::exit::Failure;
use super::later;
use super::progress::Terminal;
use super::values::Explain;
use crate::geometry::{Patient, Point, Voxel, VoxelGrid};

/// A point as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// LPS millimetres.
    Patient(Point<Patient>),
    /// Column, row, slice.
    Index(Point<Voxel>),
}

impl Asked {
    /// Where it lies.
    /// - errors: outside the volume
    pub(super) fn place(self, grid: &VoxelGrid) -> Result<Point<Patient>, Failure> {
        let (voxel, text) = match self {
            Asked::Patient(p) => (grid.voxel_from_patient() * p, format!("{}, {}, {} mm", p.x, p.y, p.z)),
            Asked::Index(p) => (p, format!("index {}, {}, {}", p.x, p.y, p.z)),
        };
        if grid.voxel_at(voxel).is_none() {
            let [nx, ny, nz] = grid.size();
            return Err(Failure::work(format!(
                "the point {text} lies outside the volume of {nx} x {ny} x {nz} voxels; choose one inside it"
            )));
        }
        Ok(match self {
            Asked::Patient(p) => p,
            Asked::Index(p) => grid.patient_from_voxel() * p,
        })
    }
}

/// Which networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Models {
    /// One by its name.
    One(&'static str),
    /// Every one that has what it needs.
    All,
}

/// Networks of the contract that come later, without `-compact`.
const LATER: [&str; 4] = ["mmcaf-net", "maemc-net", "csf-net", "lungnodule-ssm"];

/// The name of a network, or `all`.
pub(super) fn models(name: &str) -> Result<Models, Failure> {
    if name == "all" {
        return Ok(Models::All);
    }
    if LATER.contains(&name.trim_end_matches("-compact")) {
        return Err(later::option(&format!("--model {name}")));
    }
    let known = ["m3net-compact", "m3net-r18x3", "m3net-cnb-r34-r18"];
    known.into_iter().find(|n| *n == name).map(Models::One).ok_or_else(|| {
        Failure::arguments(format!("there is no network {name}; there are {}", known.join(", ")))
    })
}

/// Checked options.
pub(super) struct Options {
    pub(super) path: PathBuf,
    pub(super) series: Option<String>,
    pub(super) force: bool,
    /// In the order of the command line.
    pub(super) points: Vec<Asked>,
    pub(super) models: Models,
    pub(super) weights: Option<PathBuf>,
    pub(super) device: Device,
    pub(super) explain: Vec<Explain>,
    pub(super) out: Option<PathBuf>,
    pub(super) json: bool,
}

impl Options {
    /// Refuses what this version does not have, before any work.
    /// - `matches`: of the command, for the order of points
    pub(super) fn new(raw: &Classify, matches: &ArgMatches) -> Result<Self, Failure> {
        if raw.mode == Mode::Clinical {
            return Err(later::option("--mode clinical"));
        }
        if raw.prior.is_some() || raw.prior_at.is_some() {
            return Err(later::option("--prior"));
        }
        if raw.fields.is_some() {
            return Err(later::option("--fields"));
        }
        let models = models(&raw.network.model)?;
        if models == Models::All && raw.network.weights.is_some() {
            return Err(Failure::arguments("--weights belongs to one network; name it with --model"));
        }
        let mut explain: Vec<Explain> = Vec::new();
        for asked in &raw.explain {
            if !explain.contains(asked) {
                explain.push(*asked);
            }
        }
        Ok(Self {
            path: raw.path.clone(),
            series: raw.series.series.clone(),
            force: raw.series.force,
            points: points(raw, matches),
            models,
            weights: raw.network.weights.clone(),
            device: raw.network.device,
            explain,
            out: raw.out.clone(),
            json: raw.json,
        })
    }
}

/// `--at` and `--index` in the order in which they were typed: files are numbered by it.
fn points(raw: &Classify, matches: &ArgMatches) -> Vec<Asked> {
    let places = |id: &str| matches.indices_of(id).into_iter().flatten();
    let at = raw.at.iter().map(|p| Asked::Patient(Point::from_array(*p)));
    let index = raw.index.iter().map(|p| Asked::Index(Point::from_array(*p)));
    let mut all: Vec<(usize, Asked)> = places("at").zip(at).chain(places("index").zip(index)).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, asked)| asked).collect()
}

/// Runs the command.
pub(super) fn run(raw: &Classify, matches: &ArgMatches, terminal: &Terminal) -> Result<(), Failure> {
    let options = Options::new(raw, matches)?;
    let _ = (options, terminal);
    Err(later::command("classify"))
}
