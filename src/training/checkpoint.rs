//! A stage on disk after each epoch. Killed at any moment, it goes on from the last whole epoch.
//!
//! The arrays are written first, under names of their epoch; `state.json`, which names them, is put in
//! place last and in one step: whatever it names is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::TrainingError;
use crate::export::write_whole;

/// One epoch of a stage. Single precision, which JSON brings back exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Mean loss of its steps.
    pub train_loss: f32,
    /// Loss on the validation cases after it, where there are any.
    pub validation_loss: Option<f32>,
    /// Learning rate at its end.
    pub learning_rate: f32,
    /// Pictures a second, all included.
    pub pictures_per_second: f32,
    /// Means over its steps of what the loss is made up of, by name; empty for a loss of one part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, f32>,
}

/// What fingerprints begin with: those of another edition are made of other things.
const EDITION: &str = "2:";

/// The fingerprint of what went into a hash.
pub(super) fn fingerprint_of(hash: Sha256) -> String {
    let digits: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    format!("{EDITION}{digits}")
}

/// Where a stage is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageState {
    /// What the run was begun with; another configuration or other cases do not continue it.
    pub fingerprint: String,
    /// Finished epochs, in order.
    pub epochs: Vec<Epoch>,
    /// Number (from 0) of the epoch that is kept: the last one, or where the schedule stops early the
    /// one with the lowest validation loss.
    pub best: usize,
    /// Whether the stage is over.
    pub finished: bool,
}

impl StageState {
    /// Its file in a stage's folder.
    pub const FILE: &str = "state.json";

    /// Whether its fingerprint can be held against those that are made now.
    pub fn is_of_this_edition(&self) -> bool {
        self.fingerprint.starts_with(EDITION)
    }
}

/// Refuses the folder of a stage that was begun with something else; nothing in it is touched.
/// - `fingerprint`: of the run, made where there is anything to hold it against
/// - errors: as [`StageFolder::state`]
pub fn refuse_other(folder: &Path, fingerprint: impl FnOnce() -> String) -> Result<(), TrainingError> {
    let there = StageFolder { folder: folder.to_owned() };
    if folder.join(StageState::FILE).is_file() { there.state(&fingerprint()).map(drop) } else { Ok(()) }
}

/// The folder of one stage.
#[derive(Clone, Debug)]
pub struct StageFolder {
    folder: PathBuf,
}

/// What a file of arrays holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrays {
    /// Layers after an epoch.
    Net(usize),
    /// The optimiser's moments after an epoch.
    Moments(usize),
}

impl StageFolder {
    /// Makes the folder if it is not there.
    /// - errors: it cannot be made
    pub fn open(folder: &Path) -> Result<Self, TrainingError> {
        fs::create_dir_all(folder).map_err(|source| file_error(folder, "written", source))?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, arrays: Arrays) -> PathBuf {
        self.folder.join(match arrays {
            Arrays::Net(epoch) => format!("net-{epoch:03}.bpk"),
            Arrays::Moments(epoch) => format!("moments-{epoch:03}.bpk"),
        })
    }

    /// Where the stage is; a new one if nothing is there yet.
    /// - errors: unreadable, or begun with something else
    pub fn state(&self, fingerprint: &str) -> Result<StageState, TrainingError> {
        let file = self.folder.join(StageState::FILE);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Ok(StageState { fingerprint: fingerprint.to_owned(), ..StageState::default() });
            }
            Err(source) => return Err(file_error(&file, "read", source)),
        };
        let refused = |why: &str| TrainingError::Checkpoint { file: file.clone(), why: why.to_owned() };
        let state: StageState =
            serde_json::from_slice(&bytes).map_err(|e| refused(&format!("it is damaged ({e})")))?;
        if state.fingerprint != fingerprint {
            let earlier = fingerprint.starts_with(EDITION) && !state.is_of_this_edition();
            let other_run = TrainingError::other_run(&file);
            return Err(if earlier {
                refused("it was begun by another version of Triscope")
            } else {
                other_run
            });
        }
        if state.best >= state.epochs.len().max(1) {
            return Err(refused("it names an epoch that it does not hold"));
        }
        Ok(state)
    }

    /// Writes the state in one step, then removes the arrays that it no longer needs.
    /// - errors: disk full, no right to write
    pub fn commit(&self, state: &StageState) -> Result<(), TrainingError> {
        let file = self.folder.join(StageState::FILE);
        let text = serde_json::to_vec_pretty(state).unwrap_or_default();
        write_whole(&file, &text)?;
        let last = state.epochs.len().saturating_sub(1);
        for epoch in 0..last {
            // What is left behind costs space and nothing else.
            let _ = fs::remove_file(self.path(Arrays::Moments(epoch)));
            if epoch != state.best {
                let _ = fs::remove_file(self.path(Arrays::Net(epoch)));
            }
        }
        if state.finished {
            let _ = fs::remove_file(self.path(Arrays::Moments(last)));
        }
        Ok(())
    }

    /// Writes a module's parameters and statistics.
    /// - errors: disk full, no right to write
    pub fn save<M: Module>(&self, epoch: usize, module: M) -> Result<(), TrainingError> {
        let file = self.path(Arrays::Net(epoch));
        module.save_file(&file).map_err(|e| arrays_error(&file, "written", &e))
    }

    /// Reads them back.
    /// - errors: missing, damaged, of another network
    pub fn load<M: Module>(&self, epoch: usize, module: M) -> Result<M, TrainingError> {
        let file = self.path(Arrays::Net(epoch));
        module.try_load_file(&file).map_err(|e| arrays_error(&file, "read", &e))
    }

    /// Where the moments of an epoch lie.
    pub fn moments(&self, epoch: usize) -> PathBuf {
        self.path(Arrays::Moments(epoch))
    }
}

fn file_error(file: &Path, what: &'static str, source: std::io::Error) -> TrainingError {
    TrainingError::File { file: file.to_owned(), what, source }
}

pub(super) fn arrays_error(file: &Path, what: &str, error: &impl std::fmt::Display) -> TrainingError {
    TrainingError::Checkpoint { file: file.to_owned(), why: format!("it could not be {what}: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_of_another_run_or_edition_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = || fingerprint_of(Sha256::new_with_prefix("own"));
        refuse_other(folder.path(), || unreachable!("nothing is there to hold it against")).expect("nothing");
        let file = folder.path().join(StageState::FILE);
        let written = |fingerprint: String| {
            let state = StageState { fingerprint, ..StageState::default() };
            fs::write(&file, serde_json::to_vec(&state).expect("JSON")).expect("written");
        };
        let refused = || refuse_other(folder.path(), own).expect_err("another").to_string();
        written(own());
        refuse_other(folder.path(), own).expect("its own");
        written(fingerprint_of(Sha256::new_with_prefix("other")));
        assert!(refused().contains("was begun with another network, configuration or data"));
        written("0f".repeat(32));
        assert!(refused().contains("was begun by another version"), "{}", refused());
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_loss_of_one_part_is_written_as_it_always_was() {
        let epoch = Epoch {
            train_loss: 0.5,
            validation_loss: None,
            learning_rate: 0.001,
            pictures_per_second: 2.0,
            parts: BTreeMap::new(),
        };
        let written = serde_json::to_string(&epoch).expect("JSON");
        let before =
            r#"{"train_loss":0.5,"validation_loss":null,"learning_rate":0.001,"pictures_per_second":2.0}"#;
        assert_eq!(written, before);
        assert_eq!(serde_json::from_str::<Epoch>(before).expect("reads"), epoch);
        let parts = BTreeMap::from([("box".to_owned(), 0.25)]);
        let written = serde_json::to_string(&Epoch { parts: parts.clone(), ..epoch }).expect("JSON");
        assert!(written.ends_with(r#""parts":{"box":0.25}}"#), "{written}");
    }
}
