//! How each of the networks besides M3Net is taught: what it reads of a case, its stages, what is asked of
//! it afterwards.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::checkpoint::{StageState, fingerprint_of};
use super::cohort::Cohort;
use super::error::TrainingError;
use super::fit::Stage;
use super::learner::Task;
use super::split::Split;
use crate::dataset::Case;
use crate::geometry::{Patient, Point};
use crate::inference::{InferenceError, LearningDevice, Mode};
use crate::jobs::JobContext;
use crate::networks::weights::{Metadata, StateDict, WeightsFile};
use crate::networks::{Family, spec};
use crate::volume::Volume;

/// A case with its volumes, before its inputs are cut out of them.
pub struct Seen<'a> {
    /// Its row.
    pub case: &'a Case,
    /// Its CT, complete.
    pub volume: Arc<Volume>,
    /// The point in it.
    pub at: Point<Patient>,
    /// The earlier CT and the point in it, where the row has one.
    pub prior: Option<(Arc<Volume>, Point<Patient>)>,
    /// Number of the case in its manifest: part of every seed.
    pub number: u64,
}

/// What came of teaching.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Tensors by published key.
    pub state: StateDict,
    /// What else belongs into the weights' file.
    pub metadata: Metadata,
    /// What should be said of it, a sentence each.
    pub notes: Vec<String>,
}

/// What is said of cases, in one of several ways to ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Short name; the first of a network is its answer.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub what: &'static str,
    /// Logit margin of each case.
    pub margins: Vec<f64>,
}

/// Every choice of a run, and how it is carried out.
pub trait Curriculum: Send + Sync {
    /// Everything random follows from it.
    fn seed(&self) -> u64;
    /// How inputs are prepared.
    fn mode(&self) -> Mode;
    /// Share of the training patients that measure progress, where the manifest names none.
    fn validation(&self) -> f64;
    /// As a file that is read back to the same.
    fn to_toml(&self) -> String;
    /// Whether the network reads an earlier CT.
    fn needs_prior(&self) -> bool {
        false
    }
    /// Whether it can begin with weights that somebody gives.
    fn takes_weights(&self) -> bool {
        false
    }
    /// What the inputs depend on besides the case.
    fn inputs_depend_on(&self) -> String;
    /// What is read of a case: kept as bytes, in memory and on disk.
    /// - errors: values that are no numbers, slices that have not arrived, a cancel
    fn read(&self, seen: &Seen<'_>, ctx: &JobContext) -> Result<Vec<u8>, InferenceError>;
    /// Names, epochs, and what a case of one epoch costs beside those of the other stages.
    fn stages(&self) -> Vec<(&'static str, usize, f64)>;
    /// Cases of the largest batch.
    fn largest_batch(&self) -> usize;
    /// Teaches, or goes on where it was stopped.
    /// - `told`: after each epoch, with the stage's name
    fn learn(
        &self,
        lesson: &Lesson<'_>,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<Learned, TrainingError>;
    /// Asks weights about cases, each plainly looked at.
    /// - errors: weights that do not fit, a device that failed, a cancel
    fn ask(
        &self,
        file: &WeightsFile,
        cohort: &Cohort,
        cases: &[usize],
        device: &Device,
        ctx: &JobContext,
    ) -> Result<Vec<Asked>, TrainingError>;
}

/// The curriculum of a network.
/// - `text`: choices that differ from the defaults, TOML
/// - errors: no such network, M3Net (whose configuration is [`super::TrainConfig`]), words that are
///   unknown, values out of their range
pub fn curriculum(model: &str, text: &str) -> Result<Box<dyn Curriculum>, TrainingError> {
    Ok(match spec(model)?.family {
        Family::Csf => Box::new(super::csf::CsfTraining::parse(text)?),
        Family::Maemc => Box::new(super::maemc::MaemcTraining::parse(text)?),
        Family::Mmcaf => Box::new(super::mmcaf::MmcafTraining::parse(text)?),
        Family::Ssm => Box::new(super::ssm::SsmTraining::parse(text)?),
        Family::M3Net => {
            return Err(TrainingError::Config(format!("{model} has a configuration of its own")));
        }
    })
}

/// What every stage of a run is given.
pub struct Lesson<'a> {
    /// Name of the network.
    pub model: &'a str,
    /// Cases.
    pub cohort: &'a Cohort,
    /// Which of them teach.
    pub split: &'a Split,
    /// Of the run.
    pub seed: u64,
    /// Every choice, as it is written.
    pub config: String,
    /// Where it is computed.
    pub device: &'a LearningDevice,
    /// Where checkpoints lie: a folder for each stage.
    pub folder: &'a Path,
    /// Weights to begin with, where somebody gave any.
    pub begin_with: Option<&'a WeightsFile>,
    /// Progress and cancel.
    pub ctx: &'a JobContext,
}

impl Lesson<'_> {
    /// The device with gradients.
    pub fn learning(&self) -> Device {
        self.device.device.clone().autodiff()
    }

    /// Runs a stage, or reads what it came to.
    pub(super) fn stage<T: Task>(
        &self,
        task: &T,
        fresh: T::Net,
        told: &mut dyn FnMut(&str, &StageState),
    ) -> Result<T::Net, TrainingError> {
        let (learning, folder) = (self.learning(), self.folder.join(task.name()));
        let stage = Stage {
            split: self.split,
            seed: self.seed,
            fold: 0,
            fingerprint: self.fingerprint(task.name()),
            folder: &folder,
            device: &learning,
            ctx: self.ctx,
        };
        Ok(stage.fit(task, fresh, |state| told(task.name(), state))?.0)
    }

    /// What a checkpoint belongs to: network, stage, every choice, and who teaches, with all that is known of
    /// each and what the network reads of it. Where that lies on disk is no part of it.
    pub fn fingerprint(&self, stage: &str) -> String {
        let mut hash = Sha256::new();
        for text in [self.model, stage, &self.config] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        if let Some(file) = self.begin_with {
            hash.update(file.sha256.as_bytes());
        }
        for cases in [&self.split.train, &self.split.validation] {
            hash.update((cases.len() as u64).to_le_bytes());
            // Inputs of whole chests are some hundred megabytes.
            let cohort = self.cohort;
            let sums: Vec<[u8; 32]> = cases.par_iter().map(|&n| cohort.sum(n)).collect();
            sums.iter().for_each(|sum| hash.update(sum));
        }
        fingerprint_of(hash)
    }
}

/// Reads a configuration. What it leaves out, within a section as well, keeps the value that this network has by
/// default, which need not be the one that such a section has elsewhere.
pub(super) fn parsed<C: Default + Serialize + DeserializeOwned>(text: &str) -> Result<C, TrainingError> {
    let wrong = |e: toml::de::Error| TrainingError::Config(e.message().to_owned());
    let said: Table = toml::from_str(text).map_err(wrong)?;
    let mut all = Table::try_from(C::default()).map_err(|e| TrainingError::Config(e.to_string()))?;
    overlay(&mut all, said);
    all.try_into().map_err(wrong)
}

/// What is said in place of what is there; of two sections, entry by entry.
fn overlay(there: &mut Table, said: Table) {
    for (key, value) in said {
        match (there.get_mut(&key), value) {
            (Some(Value::Table(section)), Value::Table(said)) => overlay(section, said),
            (_, value) => drop(there.insert(key, value)),
        }
    }
}

/// What every configuration is held to.
pub(super) fn check(wrong: bool, why: &str) -> Result<(), TrainingError> {
    if wrong { Err(TrainingError::Config(why.to_owned())) } else { Ok(()) }
}

/// The numbers of a tensor of one column.
pub(super) fn numbers(tensor: burn::tensor::Tensor<2>) -> Result<Vec<f64>, TrainingError> {
    crate::inference::read(tensor).map_err(|error| TrainingError::Device(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::course::Course;
    use crate::training::mmcaf::{MmcafPieces, MmcafTraining};

    const MODELS: [&str; 4] = ["csf-net", "mmcaf-net", "maemc-net", "lungnodule-ssm"];

    #[test]
    fn what_is_written_is_read_back_as_the_same() {
        for model in MODELS {
            let config = curriculum(model, "seed = 7").expect("reads");
            let again = curriculum(model, &config.to_toml()).expect("reads back");
            assert_eq!((config.to_toml(), again.seed()), (again.to_toml(), 7), "{model}");
            let error = curriculum(model, "sed = 7").err().expect("unknown").to_string();
            assert!(error.contains("sed"), "{error}");
        }
        assert!(curriculum("m3net-compact", "").is_err() && curriculum("m4net", "").is_err());
    }

    #[test]
    fn a_section_keeps_the_networks_own_values_for_what_it_leaves_out() {
        let own = MmcafTraining::default();
        let config = MmcafTraining::parse("[joint]\nepochs = 3\n[pieces]\ntrunk = [64]").expect("reads");
        let joint = Course { epochs: 3, ..own.joint };
        assert!(own.joint.clip != Course::default().clip && own.joint.patience != Course::default().patience);
        let pieces = MmcafPieces { trunk: vec![64], ..MmcafPieces::default() };
        assert_eq!(config, MmcafTraining { joint, pieces, ..own });
        for wrong in ["[joint]\nepoch = 3", "[joint]\nepochs = \"three\"", "joint = 3", "[joint", "[joints]"]
        {
            assert!(MmcafTraining::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_published_settings_of_the_manual_can_be_used() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join("training.md");
        let page = std::fs::read_to_string(file).expect("the page");
        let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let mut read = 0;
        for block in blocks {
            let of = |family: Family| block.lines().next().is_some_and(|line| line.contains(family.name()));
            let model = MODELS.into_iter().find(|model| of(spec(model).expect("listed").family));
            let Some(model) = model else { continue };
            curriculum(model, block).expect("the manual's settings");
            read += 1;
        }
        assert_eq!(read, MODELS.len());
    }
}
