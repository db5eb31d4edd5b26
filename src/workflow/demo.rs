//! The main job on the built-in case without a window: the same question that the window's example
//! invites, with pictures and a report.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::batch::{self, Batch, BatchError, Results};
use super::builtin_case::{BuiltinCaseError, builtin_case};
use super::open::{OpenError, open};
use crate::clinical::ClinicalFields;
use crate::explain::{Parameters, Wanted};
use crate::geometry::Point;
use crate::inference::{Engine, EngineOptions, InferenceError, Mode, WeightsChoice};
use crate::jobs::{Cancelled, JobContext};
use crate::networks::DEFAULT_MODEL;

/// What was done, and where it lies.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The folder with pictures, maps and the report.
    pub folder: PathBuf,
    /// The built-in case.
    pub case: PathBuf,
    /// The answer.
    pub results: Results,
}

/// Why it was not done, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No case.
    #[error(transparent)]
    Case(BuiltinCaseError),
    /// The case cannot be opened.
    #[error(transparent)]
    Open(OpenError),
    /// No device for the network.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// No answer, or no place to write it.
    #[error(transparent)]
    Batch(BatchError),
    /// The case has no nodule: it was made by another version.
    #[error("the built-in case holds no nodule; remove {0} and run this again")]
    NoNodule(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<BuiltinCaseError> for DemoError {
    fn from(error: BuiltinCaseError) -> Self {
        match error {
            BuiltinCaseError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Case(other),
        }
    }
}

impl From<OpenError> for DemoError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Open(other),
        }
    }
}

impl From<BatchError> for DemoError {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Batch(other),
        }
    }
}

/// Opens the built-in case and asks the default network about its largest nodule.
/// - `out`: where files go; `None` takes a folder beside the case in the cache
pub fn demo(out: Option<&Path>, options: EngineOptions, ctx: &JobContext) -> Result<Demo, DemoError> {
    let case = builtin_case(ctx)?;
    let started = Instant::now();
    let opened = open(std::slice::from_ref(&case.folder), None, ctx, |_| {})?;
    let load_ms = started.elapsed().as_secs_f64() * 1e3;
    let nodule =
        case.truth.nodules.first().ok_or_else(|| DemoError::NoNodule(case.folder.display().to_string()))?;
    let folder = out.map_or_else(|| case.folder.with_file_name("demo"), Path::to_path_buf);
    let batch = Batch {
        points: vec![Point::from_array(nodule.centre_lps_mm)],
        models: vec![DEFAULT_MODEL],
        skip_lacking: false,
        mode: Mode::Paper,
        fields: ClinicalFields::default(),
        lesion_slices: None,
        prior: None,
        weights: Some(WeightsChoice::BuiltIn),
        explain: Wanted::ALL_GRAD_CAM.to_vec(),
        parameters: Parameters::default(),
        around: None,
        without: Vec::new(),
        force: false,
        out: Some(folder.clone()),
        dicom: None,
        uncertainty: false,
        inside: false,
        figure: None,
    };
    let engine = Engine::start(options)?;
    let results = batch::run(&engine, &opened, load_ms, &batch, ctx)?;
    Ok(Demo { folder, case: case.folder, results })
}
