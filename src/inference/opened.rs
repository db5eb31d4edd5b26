//! Weights of any network, read and compared with its layers: what is known of them, before a device.

use std::path::PathBuf;

use super::answer::DeviceInfo;
use super::error::InferenceError;
use super::mode::Mode;
use crate::networks::weights::{
    Card, Import, Metadata, StateDict, WeightsError, WeightsFile, built_in, non_finite,
};
use crate::networks::{Architecture, NetworkSpec, spec};

/// Which weights a network gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WeightsChoice {
    /// What comes with the program, for the networks that have any.
    BuiltIn,
    /// Random values of a seed, for timing: any network.
    Random(u64),
    /// A safetensors or PyTorch file.
    File(PathBuf),
}

impl WeightsChoice {
    /// The file of this choice, read.
    /// - errors: no weights come with the program for this network, a file that cannot be read, random
    ///   values, which are in no file
    pub fn file(&self, model: &str) -> Result<WeightsFile, InferenceError> {
        match self {
            Self::File(path) => Ok(WeightsFile::read(path)?),
            Self::BuiltIn | Self::Random(_) => {
                Ok(built_in(model).ok_or_else(|| InferenceError::NoWeights(model.to_owned()))??)
            }
        }
    }
}

/// What is known of a loaded network.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its plain facts.
    pub spec: &'static NetworkSpec,
    /// Its layers, as its weights decide them.
    pub architecture: Architecture,
    /// What is known of its weights.
    pub card: Card,
    /// File name, or `built-in`.
    pub weights: String,
    /// SHA-256 of the file, or of the values where there is no file.
    pub weights_sha256: String,
    /// Where it runs.
    pub info: DeviceInfo,
}

impl Known {
    /// Whether its weights were taught with pictures that were prepared in this way.
    pub fn is_taught_in(&self, mode: Mode) -> bool {
        self.card.taught_in() == mode.name()
    }

    /// What divides margins before they become probabilities, where that was measured in this mode.
    pub fn temperature(&self, mode: Mode) -> Option<f64> {
        let calibration = self.card.calibration.filter(|_| self.is_taught_in(mode));
        calibration.map(|calibration| calibration.temperature)
    }

    /// What a user must know of trained weights that were taught in another mode: a sentence for the answer's
    /// reasons. The number is the plain one of the network then.
    pub fn untaught(&self, mode: Mode) -> Option<String> {
        (self.card.trained && !self.is_taught_in(mode)).then(|| {
            let taught = self.card.taught_in();
            format!(
                "these weights were taught in mode {taught} and not in mode {mode}; nobody has measured how often the number is right then, and it is not calibrated"
            )
        })
    }
}

/// Weights that fit, of one network or of the members of an ensemble.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) architecture: Architecture,
    /// Under published keys.
    pub(super) state: StateDict,
    /// How many networks they are.
    pub(super) members: usize,
    /// What else a file of ours tells.
    pub(super) metadata: Metadata,
    pub(super) known: Known,
}

impl Opened {
    /// Reads and compares everything: weights are loaded whole or not at all.
    /// - errors: unknown name, no weights, weights that do not fit or are no numbers
    pub(super) fn read(
        model: &str,
        weights: &WeightsChoice,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        match weights {
            WeightsChoice::Random(seed) => {
                let architecture = Architecture::named(model)?;
                let (state, card) = (architecture.random(*seed), Card::random(model, *seed));
                Self::of(model, architecture, state, card, format!("random, seed {seed}"), None, info)
            }
            WeightsChoice::BuiltIn | WeightsChoice::File(_) => {
                let mut file = weights.file(model)?;
                let card = file.card_for(model)?;
                file.state = Architecture::published(model, file.state);
                let architecture = Architecture::of_file(model, &file)?;
                let WeightsFile { name, sha256, state, metadata, .. } = file;
                let opened = Self::of(model, architecture, state, card, name, Some(sha256), info)?;
                Ok(Self { metadata, ..opened })
            }
        }
    }

    /// Values made by hand.
    pub(super) fn from_state(
        model: &str,
        state: StateDict,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let architecture = Architecture::of(model, &state)?;
        let card = Card::unknown(model, "memory");
        Self::of(model, architecture, state, card, "memory".to_owned(), None, info)
    }

    /// - `sha256`: of the file, where there is one
    fn of(
        model: &str,
        architecture: Architecture,
        state: StateDict,
        card: Card,
        weights: String,
        sha256: Option<String>,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let report = Import::compare(&architecture.keys(), &state);
        if !report.fits() {
            let (model, report) = (model.to_owned(), Box::new(report));
            return Err(WeightsError::DoNotFit { model, report }.into());
        }
        if let Some(key) = non_finite(&state) {
            return Err(WeightsError::NotFinite { key }.into());
        }
        let weights_sha256 = sha256.unwrap_or_else(|| state.sha256());
        let known = Known { spec: spec(model)?, architecture, card, weights, weights_sha256, info };
        Ok(Self { architecture, state, members: report.members, metadata: Metadata::new(), known })
    }
}
