//! The built-in case: a phantom of a fixed seed, made once into the cache folder.
//!
//! The window's example, `triscope demo` and screenshots use it, so that the program carries no
//! one's CT.

use std::fs;
use std::path::{Path, PathBuf};

use crate::jobs::{Cancelled, JobContext};
use crate::synth::Truth;

use super::synth::{Dose, Kernel, PhantomSpec, SynthesisError, TRUTH_FILE, synth};

/// What the built-in case is. Its name changes with it, so that an older one in a cache is not
/// taken for it.
const NAME: &str = "phantom-2";
const SPEC: PhantomSpec = PhantomSpec {
    seed: 1,
    nodules: 6,
    size: [512, 512, 256],
    spacing_mm: [0.7, 0.7, 1.25],
    kernel: Some(Kernel::Standard),
    dose: Some(Dose::Standard),
};

/// The built-in case on disk.
#[derive(Clone, Debug)]
pub struct BuiltinCase {
    /// The folder with its slices.
    pub folder: PathBuf,
    /// Its nodules; the first is the largest.
    pub truth: Truth,
}

/// Why there is no built-in case, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum BuiltinCaseError {
    /// The system names no folder for such files.
    #[error(
        "There is no cache folder for the built-in case. Set HOME, or write a phantom with `triscope synth --out DIR` and open that"
    )]
    NoCache,
    /// It could not be made or written.
    #[error("The built-in case could not be made: {0}")]
    Make(SynthesisError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The built-in case; made where it is not there yet, or not whole any more.
pub fn builtin_case(ctx: &JobContext) -> Result<BuiltinCase, BuiltinCaseError> {
    let dirs = directories::ProjectDirs::from("", "", "triscope").ok_or(BuiltinCaseError::NoCache)?;
    builtin_case_in(dirs.cache_dir(), &SPEC, ctx)
}

/// The same for any cache folder and phantom.
pub fn builtin_case_in(
    cache: &Path,
    spec: &PhantomSpec,
    ctx: &JobContext,
) -> Result<BuiltinCase, BuiltinCaseError> {
    let folder = cache.join(NAME);
    if let Some(truth) = whole(&folder, spec) {
        return Ok(BuiltinCase { folder, truth });
    }
    if folder.exists() {
        // Ours by name, and not whole: somebody cleaned a part of the cache away.
        fs::remove_dir_all(&folder).map_err(|source| {
            BuiltinCaseError::Make(crate::export::WriteError::new(&folder, source).into())
        })?;
    }
    match synth(spec, &folder, ctx) {
        Ok(truth) => Ok(BuiltinCase { folder, truth }),
        Err(SynthesisError::Cancelled(cancelled)) => Err(cancelled.into()),
        // Another Triscope may have made it at the same time.
        Err(error) => match whole(&folder, spec) {
            Some(truth) => Ok(BuiltinCase { folder, truth }),
            None => Err(BuiltinCaseError::Make(error)),
        },
    }
}

/// The truth, if the folder holds all slices of the phantom, each of one full length.
fn whole(folder: &Path, spec: &PhantomSpec) -> Option<Truth> {
    let truth: Truth = serde_json::from_slice(&fs::read(folder.join(TRUTH_FILE)).ok()?).ok()?;
    let [nx, ny, nz] = spec.size;
    let same = truth.seed == spec.seed
        && truth.size == spec.size
        && truth.spacing_mm == spec.spacing_mm
        && truth.nodules.len() == spec.nodules;
    let pixels = (nx * ny * 2) as u64;
    let full = |k: usize| {
        let file = folder.join(format!("slice_{:04}.dcm", k + 1));
        // The header is a few kilobytes.
        fs::metadata(file).is_ok_and(|m| m.is_file() && (pixels..pixels + 8192).contains(&m.len()))
    };
    (same && (0..nz).all(full)).then_some(truth)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: PhantomSpec =
        PhantomSpec { seed: 5, nodules: 2, size: [64, 64, 24], spacing_mm: [5.6, 5.6, 10.0], ..SPEC };

    #[test]
    fn the_case_is_made_once_and_again_when_a_slice_is_gone() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let ctx = JobContext::unobserved();
        let case = builtin_case_in(cache.path(), &SMALL, &ctx).expect("made");
        assert_eq!(case.truth.nodules.len(), 2);
        let slice = case.folder.join("slice_0003.dcm");
        let (bytes, made) =
            (fs::read(&slice).expect("read"), fs::metadata(&slice).expect("there").modified());
        let again = builtin_case_in(cache.path(), &SMALL, &ctx).expect("found");
        assert_eq!(again.truth, case.truth);
        assert_eq!(fs::metadata(&slice).expect("there").modified().ok(), made.ok());
        fs::write(&slice, &bytes[..1000]).expect("cut");
        builtin_case_in(cache.path(), &SMALL, &ctx).expect("made again");
        assert_eq!(fs::read(&slice).expect("read"), bytes);
    }

    #[test]
    fn a_cancelled_making_leaves_nothing() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let ctx = JobContext::unobserved();
        ctx.cancel();
        let outcome = builtin_case_in(cache.path(), &SMALL, &ctx);
        assert!(matches!(outcome, Err(BuiltinCaseError::Cancelled(_))), "{outcome:?}");
        assert_eq!(fs::read_dir(cache.path()).expect("listed").count(), 0);
    }
}
