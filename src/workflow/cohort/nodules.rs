//! Slices of simulated chests with real nodules, from a manifest of nodule volumes and their masks.

use std::path::{Path, PathBuf};

use rand::seq::SliceRandom;

use crate::dataset::{
    Case, CasePoint, Characteristic, Label, LabelRule, Manifest, Question, Ratings, load_image, load_mask,
};
use crate::jobs::JobContext;
use crate::synth::Sample;
use crate::training::{Nodule, generator, nodule, nodule_slice};
use crate::workflow::dataset::DatasetWorkError;

/// Real nodules in the order in which they are used, and what each slice is made of.
#[derive(Debug)]
pub(super) struct RealNodules {
    folder: PathBuf,
    cases: Vec<Case>,
    seed: u64,
}

impl RealNodules {
    /// Chooses among the cases of a manifest that have a mask and are not held out.
    /// - `slices`: wanted; each nodule makes two, one with it and one without
    /// - errors: an unreadable manifest, or one with too few nodules
    pub(super) fn choose(manifest: &Path, slices: u32, seed: u64) -> Result<Self, DatasetWorkError> {
        let (read, _) = Manifest::load(manifest)?;
        let mut cases: Vec<Case> = read
            .cases
            .into_iter()
            .filter(|case| {
                case.mask.is_some() && !matches!(case.fold, Some(crate::dataset::Fold::HeldOut) | None)
            })
            .collect();
        let wanted = slices.div_ceil(2) as usize;
        if cases.len() < wanted {
            return Err(DatasetWorkError::Read(crate::dataset::DatasetError::Sentence(format!(
                "{} has {} nodules with a mask and a fold: enough for {} cases; ask for that many with --cases, or for fewer",
                manifest.display(),
                cases.len(),
                2 * cases.len()
            ))));
        }
        cases.shuffle(&mut generator(seed, "nodules of slices", &[]));
        cases.truncate(wanted);
        let folder = manifest.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { folder, cases, seed })
    }

    /// Odd numbers show their nodule, even ones leave it out, as the phantom cohorts do.
    pub(super) fn picture(&self, number: u32, ctx: &JobContext) -> Result<Sample, DatasetWorkError> {
        let sentence = |why: String| DatasetWorkError::Read(crate::dataset::DatasetError::Sentence(why));
        let shown = number % 2 == 1;
        let Some(case) = self.cases.get(number as usize / 2) else {
            return Err(sentence(format!("there is no nodule for slice {}", number + 1)));
        };
        let volume = load_image(&self.folder, case, ctx)?.volume;
        let mask = load_mask(&self.folder, case, ctx)?;
        let read: Option<Nodule> = nodule(case, &volume, mask.as_deref());
        let slice = match read {
            Some(nodule) => nodule_slice(&nodule, shown, u64::from(number), self.seed)?,
            None => None,
        };
        let Some(slice) = slice else {
            return Err(sentence(format!(
                "{} has no nodule that could be cut out: its volume is not of whole HU, or its mask is empty",
                case.id
            )));
        };
        let id = format!("nodule-slice-{:05}", number + 1);
        let rated = |which: Characteristic| if shown { case.characteristic(which) } else { None };
        let row = Case {
            image: Sample::image_name(&id),
            id,
            patient: case.patient.clone(),
            series_uid: None,
            mask: None,
            point: CasePoint::Patient(slice.at),
            question: Question::SliceContainsNodule,
            label: Some(if shown { Label::Positive } else { Label::Negative }),
            label_rule: LabelRule::Given,
            ratings: Ratings::default(),
            characteristics: Characteristic::ALL.map(rated),
            spacing_mm: slice.volume.grid().spacing_mm(),
            diameter_mm: case.diameter_mm.filter(|_| shown),
            fold: None,
            split: None,
            prior: None,
            lesion_slices: None,
            slice_box: slice.slice_box,
            clinical: Default::default(),
            source: format!("{} in simulated chests", case.source),
            licence: case.licence.clone(),
            citation: case.citation.clone(),
        };
        Ok(Sample { case: row, image: slice.volume, prior: None })
    }
}
