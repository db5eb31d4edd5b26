//! A cohort of phantom cases on disk, named by an ordinary manifest: whoever has patients puts them in place of
//! the phantoms and walks the same road. `triscope dataset build --from phantoms` calls this.

mod nodules;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use self::nodules::RealNodules;
use super::dataset::{BuildReport, DatasetWorkError, folder_of, free_for_a_manifest};
use crate::dataset::{self, Case, DatasetError, Manifest};
use crate::export::{PendingFolder, WriteError, write_ct, write_whole};
use crate::jobs::JobContext;
use crate::networks::{Family, UnknownNetwork, spec};
use crate::synth::{Cohort, Sample};

/// What to build.
#[derive(Clone, Debug)]
pub struct CohortSpec {
    /// Which cases.
    pub cohort: Cohort,
    /// How many, at least 1.
    pub cases: u32,
    /// Of the cases, folds and splits.
    pub seed: u64,
    /// A new or an empty folder for the volumes.
    pub folder: PathBuf,
    /// The manifest to write; its folder is there, or is `folder`.
    pub out: PathBuf,
    /// Number of folds.
    pub folds: u8,
    /// A manifest of nodule volumes with masks: they are shown in place of painted nodules.
    pub nodules: Option<PathBuf>,
}

/// No cohort is for this network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCohort {
    /// Nobody's name.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// Real nodules are at hand for it.
    #[error(
        "there are no phantom cases for {0}: M3Net learns from real nodules, which `triscope train` puts into phantom chests by itself"
    )]
    M3Net(&'static str),
}

/// The cohort that answers a network's question.
/// - `network`: its name, of any size
/// - errors: an unknown name, or one of M3Net
pub fn cohort_for(network: &str) -> Result<Cohort, NoCohort> {
    let spec = spec(network)?;
    match spec.family {
        Family::Csf => Ok(Cohort::MalignancyPairs),
        Family::Mmcaf => Ok(Cohort::Histology),
        Family::Maemc => Ok(Cohort::Granuloma),
        Family::Ssm => Ok(Cohort::Slices),
        Family::M3Net => Err(NoCohort::M3Net(spec.name)),
    }
}

/// Paints the cases on all cores, writes one or two volumes of each, and the manifest last. The same
/// specification gives the same bytes.
/// - errors: too few real nodules, or a question that they do not answer; a folder with something in it; `out` is something else than a manifest; a full disk; a cancel; in
///   each case neither volumes nor manifest are left behind
pub fn build_cohort(spec: &CohortSpec, ctx: &JobContext) -> Result<BuildReport, DatasetWorkError> {
    free_for_a_manifest(&spec.out)?;
    let real = match &spec.nodules {
        Some(_) if spec.cohort != Cohort::Slices => return Err(DatasetWorkError::NoRealNodules),
        Some(manifest) => Some(RealNodules::choose(manifest, spec.cases, spec.seed)?),
        None => None,
    };
    let beside = folder_of(&spec.out);
    // Before the work: a place that cannot be is no reason to wait.
    if beside != spec.folder && !beside.is_dir() {
        let sentence = format!("There is no folder {} for the manifest", beside.display());
        return Err(DatasetWorkError::Read(DatasetError::Sentence(sentence)));
    }
    let folder = PendingFolder::begin(&spec.folder)?;
    let done = AtomicUsize::new(0);
    let write = |number: u32| -> Result<Case, DatasetWorkError> {
        ctx.check()?;
        let Sample { case, image, prior } = match &real {
            Some(real) => real.picture(number, ctx)?,
            None => spec.cohort.draw(spec.seed, u64::from(number)).picture()?,
        };
        let at = |name: String| (spec.folder.join(&name), folder.path().join(&name));
        let volumes = [
            Some((Sample::image_name(&case.id), image)),
            prior.map(|prior| (Sample::prior_name(&case.id), prior)),
        ];
        for (name, volume) in volumes.into_iter().flatten() {
            let (meant, now) = at(name);
            // The sentence names the file where it would have been.
            write_ct(&now, &volume).map_err(|error| WriteError::new(&meant, error.source))?;
        }
        let share = (done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / spec.cases as f32;
        ctx.step("Painting cases", 0.99 * share)?;
        Ok(case)
    };
    let mut cases: Vec<Case> = (0..spec.cases).into_par_iter().map(write).collect::<Result<_, _>>()?;
    dataset::assign_folds(&mut cases, spec.folds, spec.seed);
    dataset::assign_splits(&mut cases, spec.seed);
    ctx.step("Writing the manifest", 1.0)?;
    folder.finish()?;
    let manifest = Manifest::new(cases).below(&dataset::relative(beside, &spec.folder)?);
    write_whole(&spec.out, &manifest.to_bytes()?)?;
    Ok(BuildReport { stats: dataset::stats(&manifest), warnings: Vec::new() })
}
