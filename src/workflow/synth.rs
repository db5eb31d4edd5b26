//! A phantom as a folder of DICOM files with its truth: `triscope synth` and the built-in case.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::export::{CtSeries, PendingFolder, WriteError, write_json};
use crate::jobs::{Cancelled, JobContext};
use crate::synth::{FollowUp, Phantom, SynthError, Truth};

pub use crate::synth::{Dose, Kernel, PhantomSpec};

/// Name of the file with the truth, beside the slices.
pub const TRUTH_FILE: &str = "truth.json";

/// Why there is no phantom, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum SynthesisError {
    /// It cannot be made as asked.
    #[error(transparent)]
    Phantom(SynthError),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop; nothing was left behind.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<SynthError> for SynthesisError {
    fn from(error: SynthError) -> Self {
        match error {
            SynthError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Phantom(other),
        }
    }
}

/// Makes a phantom and writes it: `slice_0001.dcm` ... and `truth.json`.
///
/// Slices go to disk as they are painted; the folder appears at its place when it is complete.
/// - `out`: a new or an empty folder
/// - errors: a request that cannot be met, a folder with something in it, a full disk, a cancel; in
///   each case nothing half-written stays
pub fn synth(spec: &PhantomSpec, out: &Path, ctx: &JobContext) -> Result<Truth, SynthesisError> {
    let folder = PendingFolder::begin(out)?;
    let phantom = Phantom::new(spec, ctx)?;
    let truth = write_series(&phantom, "Phantom chest CT", &identity(spec), folder.path(), ctx, 0.05, 0.99)?;
    folder.finish()?;
    Ok(truth)
}

/// Makes two studies of one chest and writes them: `prior/` and `current/`, each as [`synth`] does.
/// - `days`: between the two
/// - errors: as of [`synth`]
/// - returns: the truth of the prior and of the current study
pub fn synth_followup(
    spec: &PhantomSpec,
    days: u32,
    out: &Path,
    ctx: &JobContext,
) -> Result<[Truth; 2], SynthesisError> {
    let folder = PendingFolder::begin(out)?;
    let pair = FollowUp::new(spec, days, ctx)?;
    let write = |phantom: &Phantom, study: &str, from: f32| {
        let folder = folder.path().join(study);
        std::fs::create_dir(&folder).map_err(|source| WriteError::new(&folder, source))?;
        let mut identity = identity(spec);
        identity.extend_from_slice(format!(" {days} {study}").as_bytes());
        let description = format!("Phantom chest CT, {study}");
        write_series(phantom, &description, &identity, &folder, ctx, from, from + 0.47)
    };
    let truths = [write(&pair.prior, "prior", 0.05)?, write(&pair.current, "current", 0.52)?];
    folder.finish()?;
    Ok(truths)
}

/// Paints and writes one series with its truth.
/// - `from`, `to`: shares of the whole work, for progress
fn write_series(
    phantom: &Phantom,
    description: &str,
    identity: &[u8],
    folder: &Path,
    ctx: &JobContext,
    from: f32,
    to: f32,
) -> Result<Truth, SynthesisError> {
    let series = CtSeries::new(*phantom.grid(), description, identity);
    let slices = phantom.slices();
    let depth = phantom.grid().size()[2];
    let done = AtomicUsize::new(0);
    (0..depth).into_par_iter().try_for_each(|k| -> Result<(), SynthesisError> {
        ctx.check()?;
        series.write_slice(folder, k, &slices.paint(k))?;
        let share = (done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / depth as f32;
        Ok(ctx.step("Painting and writing slices", from + (to - from) * share)?)
    })?;
    let truth = phantom.truth().clone();
    write_json(&folder.join(TRUTH_FILE), &truth)?;
    ctx.check()?;
    Ok(truth)
}

/// Bytes that tell one request from another.
fn identity(spec: &PhantomSpec) -> Vec<u8> {
    let PhantomSpec { seed, nodules, size, spacing_mm, kernel, dose } = spec;
    format!("triscope phantom 2: {seed} {nodules} {size:?} {spacing_mm:?} {kernel:?} {dose:?}").into_bytes()
}
