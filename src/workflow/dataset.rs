//! Manifests for training: built, checked and counted. `triscope dataset` calls these.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::dataset::{self, Built, DatasetError, Manifest};
use crate::export::{WriteError, write_whole};
use crate::jobs::{Cancelled, JobContext};
use crate::synth::SynthError;

use super::cohort::NoCohort;

pub use crate::dataset::{FEWEST_FOLDS, LabelRule, MOST_FOLDS, Problem, Question, Severity, Stats};

/// Number of folds of LIDC-IDRI's fixed list.
const FIXED_FOLDS: u8 = 5;

/// Where cases come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder of nodule volumes with `nodules.csv`.
    Nodules,
    /// LIDC-IDRI as downloaded: DICOM series and XML readings.
    Lidc,
    /// LUNA16.
    Luna16,
    /// A list of points in own data.
    Points,
}

/// What to build.
#[derive(Clone, Debug)]
pub struct BuildSpec {
    /// What `path` is.
    pub source: Source,
    /// A folder; for [`Source::Points`] the list.
    pub path: PathBuf,
    /// The manifest to write; its folder is there.
    pub out: PathBuf,
    /// Number of folds for patients that have none.
    pub folds: u8,
    /// Of the folds.
    pub seed: u64,
    /// How readers' ratings become a label.
    pub rule: LabelRule,
    /// What the labels of a list of points answer.
    pub question: Question,
}

/// What was built.
#[derive(Clone, Debug)]
pub struct BuildReport {
    /// Numbers of the manifest.
    pub stats: Stats,
    /// What was left out, guessed or odd.
    pub warnings: Vec<Problem>,
}

/// Everything that is wrong with a manifest.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    /// Cases that could be read.
    pub cases: usize,
    /// Number of errors.
    pub errors: usize,
    /// Number of warnings.
    pub warnings: usize,
    /// All of them: those of the table first, then those of the volumes.
    pub problems: Vec<Problem>,
}

/// Why nothing was built, checked or counted, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum DatasetWorkError {
    /// From reading.
    #[error("{0}")]
    Read(DatasetError),
    /// The source has wrong rows, all of them listed.
    #[error("{} in {}, listed above, and nothing was written; the first is {}", crate::ingest::count(.problems.len(), "error"), .path.display(), .problems[0])]
    Source {
        /// The source.
        path: PathBuf,
        /// At least one.
        problems: Vec<Problem>,
    },
    /// Something else is there.
    #[error("{} is there already and is no manifest; choose another name", .0.display())]
    Taken(PathBuf),
    /// No cohort is for this network.
    #[error(transparent)]
    Cohort(#[from] NoCohort),
    /// A case cannot be painted.
    #[error(transparent)]
    Phantom(SynthError),
    /// Real nodules for a question that they do not answer.
    #[error(
        "--nodules is for lungnodule-ssm alone: of the other networks' questions real nodules at hand answer none"
    )]
    NoRealNodules,
    /// Manifest or volumes cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop; nothing was left behind.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<SynthError> for DatasetWorkError {
    fn from(error: SynthError) -> Self {
        match error {
            SynthError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Phantom(other),
        }
    }
}

impl From<DatasetError> for DatasetWorkError {
    fn from(error: DatasetError) -> Self {
        match error {
            DatasetError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Read(other),
        }
    }
}

/// Builds a manifest and writes it whole. The same source, folds and seed give the same bytes.
///
/// Folds of the source stay; patients without one are spread over `folds` by `seed`.
/// - errors: the source is not what it should be, or has wrong rows; `out` is something else than a
///   manifest, or cannot be written; a cancel
pub fn build(spec: &BuildSpec, ctx: &JobContext) -> Result<BuildReport, DatasetWorkError> {
    free_for_a_manifest(&spec.out)?;
    let root = match spec.source {
        Source::Points => folder_of(&spec.path),
        _ => &spec.path,
    };
    // Before the work: a place that cannot be is no reason to wait.
    let prefix = dataset::relative(folder_of(&spec.out), root)?;
    let fixed = spec.folds == FIXED_FOLDS;
    let Built { mut cases, problems } = match spec.source {
        Source::Nodules => dataset::build_nodules(&spec.path, spec.rule)?,
        Source::Lidc => dataset::build_lidc(&spec.path, spec.rule, fixed, ctx)?,
        Source::Luna16 => dataset::build_luna16(&spec.path, ctx)?,
        Source::Points => dataset::build_points(&spec.path, spec.question, spec.rule, ctx)?,
    };
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(|p| p.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(DatasetWorkError::Source { path: spec.path.clone(), problems: errors });
    }
    if cases.is_empty() {
        let sentence = format!("{} holds no case to train on", spec.path.display());
        return Err(DatasetWorkError::Read(DatasetError::Sentence(sentence)));
    }
    dataset::assign_folds(&mut cases, spec.folds, spec.seed);
    let manifest = Manifest::new(cases).below(&prefix);
    let bytes = manifest.to_bytes()?;
    ctx.step("Writing the manifest", 1.0)?;
    write_whole(&spec.out, &bytes)?;
    Ok(BuildReport { stats: dataset::stats(&manifest), warnings })
}

/// Reads a manifest and every volume in it.
/// - errors: the file is no manifest; a cancel
pub fn check(path: &Path, ctx: &JobContext) -> Result<CheckReport, DatasetWorkError> {
    let (manifest, mut problems) = Manifest::read(path)?;
    problems.extend(dataset::check(&manifest, folder_of(path), ctx)?);
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    Ok(CheckReport { cases: manifest.cases.len(), errors, warnings: problems.len() - errors, problems })
}

/// Counts the cases of a manifest.
/// - errors: the file is no manifest, or has an error
pub fn stats(path: &Path) -> Result<(Stats, Vec<Problem>), DatasetWorkError> {
    let (manifest, warnings) = Manifest::load(path)?;
    Ok((dataset::stats(&manifest), warnings))
}

/// A manifest replaces a manifest, and nothing else.
pub(super) fn free_for_a_manifest(out: &Path) -> Result<(), DatasetWorkError> {
    if out.exists() && Manifest::read(out).is_err() {
        return Err(DatasetWorkError::Taken(out.to_path_buf()));
    }
    Ok(())
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
