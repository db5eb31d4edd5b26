//! A phantom as a folder of DICOM files with its truth: `triscope synth` and the built-in case.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::export::{CtSeries, PendingFolder, WriteError, write_json};
use crate::jobs::{Cancelled, JobContext};
use crate::synth::{Phantom, SynthError, Truth};

pub use crate::synth::PhantomSpec;

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
    let series = CtSeries::new(*phantom.grid(), "Phantom chest CT", &identity(spec));
    let depth = spec.size[2];
    let done = AtomicUsize::new(0);
    (0..depth).into_par_iter().try_for_each(|k| -> Result<(), SynthesisError> {
        ctx.check()?;
        series.write_slice(folder.path(), k, &phantom.slice(k))?;
        let share = (done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / depth as f32;
        Ok(ctx.step("Painting and writing slices", 0.05 + 0.94 * share)?)
    })?;
    let truth = phantom.truth().clone();
    write_json(&folder.path().join(TRUTH_FILE), &truth)?;
    ctx.check()?;
    folder.finish()?;
    Ok(truth)
}

/// Bytes that tell one request from another.
fn identity(spec: &PhantomSpec) -> Vec<u8> {
    let PhantomSpec { seed, nodules, size, spacing_mm } = spec;
    format!("triscope phantom 1: {seed} {nodules} {size:?} {spacing_mm:?}").into_bytes()
}
