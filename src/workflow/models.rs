//! Networks and their weights: what there is, and published checkpoints made ours.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::export::{WriteError, write_whole};
use crate::inference::WeightsChoice;
use crate::jobs::{Cancelled, JobContext};
use crate::networks::m3net::{Layout, is_without_effect, published_layout, readers_layout};
use crate::networks::weights::{
    BUILT_IN_SEED, Card, Import, Precision, StateDict, WeightsError, WeightsFile, glance, installed,
    non_finite, pack, random,
};
use crate::networks::{DEFAULT_MODEL, M3NET_SCALES, UnknownNetwork, config, names, spec};
use crate::session::NetworkChoice;

/// Why models could not be listed or imported.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// The weights were refused.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The file was not written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A network and the weights that it would answer with.
#[derive(Clone, Debug, Serialize)]
pub struct ModelReport {
    /// Its name.
    pub name: &'static str,
    /// Whether it answers where none is named.
    pub default: bool,
    /// What it is asked.
    pub question: &'static str,
    /// In the order of the logits.
    pub classes: [&'static str; 2],
    /// Columns, rows, slices of each crop, micro to macro.
    pub crops: [[usize; 3]; 3],
    /// Number of trained values (batch-norm statistics apart).
    pub parameters: usize,
    /// `built-in`, a file name, or absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Of the file, or of the built-in values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights_sha256: Option<String>,
    /// The networks in them, one after the other: several make an ensemble.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberReport>,
    /// What is known of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// Why the installed file is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// One network of a weights file.
#[derive(Clone, Debug, Serialize)]
pub struct MemberReport {
    /// Of its values (see `StateDict::sha256`).
    pub values_sha256: String,
    /// Tensors that are loaded.
    pub tensors: usize,
    /// Known ones without effect on the answer.
    pub ignored: usize,
    /// Whether it predicts the readers' ratings, too.
    pub readers: bool,
}

/// What became of an import.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// The network.
    pub model: &'static str,
    /// The file read.
    pub source: String,
    /// Its SHA-256.
    pub source_sha256: String,
    /// The file written.
    pub out: PathBuf,
    /// Every key.
    #[serde(flatten)]
    pub keys: Import,
}

/// The folder in which weights are looked for: `NAME.safetensors` in the user's data folder.
/// `None` where the system names no such folder.
pub fn folder() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "triscope")?.data_dir().join("models"))
}

/// The weights that a network answers with where none are named: installed ones, or the built-in.
pub fn weights_for(model: &str) -> WeightsChoice {
    folder().and_then(|folder| installed(&folder, model)).map_or(WeightsChoice::BuiltIn, WeightsChoice::File)
}

/// Every network, the default one first, and whether it can be asked. Reads no more of an installed
/// file than its header, so that it may be asked for often: values are checked when they are loaded.
pub fn choices() -> Vec<NetworkChoice> {
    let folder = folder();
    names()
        .into_iter()
        .map(|name| NetworkChoice { name, weights: weights_words(folder.as_deref(), name) })
        .collect()
}

/// The weights that a network would answer with, in a few words, or why it cannot.
fn weights_words(folder: Option<&Path>, name: &str) -> Result<String, String> {
    let file_name = format!("{name}.safetensors");
    match folder.and_then(|folder| installed(folder, name)) {
        Some(file) => match layouts(name).map(|(layout, readers)| glance(&file, name, &layout, &readers)) {
            Ok(Ok(())) => Ok(file_name),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        },
        None if name == DEFAULT_MODEL => Ok("built-in".to_owned()),
        None => {
            let out = folder.map_or_else(|| file_name.clone().into(), |folder| folder.join(&file_name));
            Err(format!(
                "no weights installed: triscope models import CHECKPOINT --as {name} --out {}",
                out.display()
            ))
        }
    }
}

/// Every network, the default one first. Reads the installed files.
pub fn list() -> Result<Vec<ModelReport>, ModelsError> {
    names().into_iter().map(info).collect()
}

/// One network.
/// - errors: no such network
pub fn info(name: &str) -> Result<ModelReport, ModelsError> {
    let (spec, (layout, readers)) = (spec(name)?, layouts(name)?);
    let mut report = ModelReport {
        name: spec.name,
        default: spec.name == DEFAULT_MODEL,
        question: spec.question,
        classes: spec.classes,
        crops: M3NET_SCALES.map(|s| s.crop),
        parameters: parameters(&layout),
        weights: None,
        weights_sha256: None,
        members: Vec::new(),
        card: None,
        fault: None,
    };
    match weights_for(name) {
        WeightsChoice::File(path) => {
            match WeightsFile::read(&path).and_then(|file| checked(file, name, &layout, &readers)) {
                Ok((file, card, _)) => {
                    report.weights = Some(file.name);
                    report.weights_sha256 = Some(file.sha256);
                    report.members = file.state.into_members().iter().map(member).collect();
                    report.card = Some(card);
                }
                Err(error) => report.fault = Some(error.to_string()),
            }
        }
        _ if report.default => {
            let state = random(&layout, BUILT_IN_SEED);
            report.weights = Some("built-in".to_owned());
            report.weights_sha256 = Some(state.sha256());
            report.members = vec![member(&state)];
            report.card = Some(Card::random(name, BUILT_IN_SEED));
        }
        _ => {}
    }
    Ok(report)
}

/// Every tensor that weights of this network must hold, and those of the head that may be there besides.
fn layouts(name: &str) -> Result<(Layout, Layout), UnknownNetwork> {
    config(name).map(|config| (published_layout(&config), readers_layout(&config)))
}

/// - `state`: of one network
fn member(state: &StateDict) -> MemberReport {
    let has_readers = state.tensors.contains_key("readers.weight");
    let without_effect = state.tensors.keys().filter(|key| is_without_effect(key)).count();
    // The head has no effect on the probability, and is loaded all the same.
    let ignored = without_effect - if has_readers { 2 } else { 0 };
    MemberReport {
        values_sha256: state.sha256(),
        tensors: state.tensors.len() - ignored,
        ignored,
        readers: has_readers,
    }
}

/// Trained values of a network: running statistics are not among them.
fn parameters(layout: &Layout) -> usize {
    layout
        .iter()
        .filter(|(key, _)| !key.ends_with(".running_mean") && !key.ends_with(".running_var"))
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}

fn checked(
    file: WeightsFile,
    model: &str,
    layout: &Layout,
    readers: &Layout,
) -> Result<(WeightsFile, Card, Import), WeightsError> {
    let card = file.card_for(model)?;
    let keys = Import::compare(layout, readers, &file.state);
    if !keys.fits() {
        return Err(WeightsError::DoNotFit { model: model.to_owned(), report: Box::new(keys) });
    }
    if let Some(key) = non_finite(&file.state) {
        return Err(WeightsError::NotFinite { key });
    }
    Ok((file, card, keys))
}

/// Reads a published checkpoint, compares every key and shape, and writes it as safetensors with a
/// card that says where it came from. Nothing is written unless everything fits.
/// - `out`: replaced if it is there, whole or not at all
/// - `ctx`: can stop it while it reads, and between reading, comparing and writing
/// - errors: the report of [`WeightsError::DoNotFit`] lists every key
pub fn import(file: &Path, model: &str, out: &Path, ctx: &JobContext) -> Result<ImportReport, ModelsError> {
    let (spec, (layout, readers)) = (spec(model)?, layouts(model)?);
    let file =
        WeightsFile::read_watched(file, &mut |share| ctx.step("Reading the checkpoint", share / 2.0).is_ok());
    ctx.check()?;
    let file = file?;
    ctx.step("Comparing keys and shapes", 0.5)?;
    let (file, mut card, keys) = checked(file, model, &layout, &readers)?;
    card.source_sha256.get_or_insert_with(|| file.sha256.clone());
    let mut members = file.state.into_members();
    for member in &mut members {
        member.tensors.retain(|key, _| layout.contains_key(key) || readers.contains_key(key));
    }
    ctx.step("Writing the weights", 0.8)?;
    let bytes = pack(&members, &card, Precision::Single, &file.metadata)?;
    // The last look: from here on the file appears whole.
    ctx.check()?;
    write_whole(out, &bytes)?;
    Ok(ImportReport {
        model: spec.name,
        source: file.name,
        source_sha256: file.sha256,
        out: out.to_path_buf(),
        keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_without_fitting_weights_says_what_is_wrong_before_it_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let words = |name| weights_words(Some(folder.path()), name);
        let file = |name: &str| folder.path().join(format!("{name}.safetensors"));
        assert_eq!(words("m3net-compact").as_deref(), Ok("built-in"));
        let missing = words("m3net-r18x3").expect_err("missing");
        assert!(
            missing.contains("no weights installed") && missing.contains("--as m3net-r18x3"),
            "{missing}"
        );
        assert!(missing.contains(&file("m3net-r18x3").display().to_string()), "{missing}");

        let layout = published_layout(&config("m3net-compact").expect("listed"));
        let bytes = random(&layout, 1).to_safetensors(&Card::random("m3net-compact", 1));
        std::fs::write(file("m3net-compact"), &bytes).expect("written");
        assert_eq!(words("m3net-compact").as_deref(), Ok("m3net-compact.safetensors"));
        std::fs::write(file("m3net-r18x3"), &bytes).expect("written");
        let other = words("m3net-r18x3").expect_err("another's");
        assert!(other.contains("holds weights of m3net-compact, not of m3net-r18x3"), "{other}");
        let nameless = random(&layout, 1).to_safetensors(&Card::unknown("m3net-r18x3", "a test"));
        std::fs::write(file("m3net-r18x3"), &nameless).expect("written");
        let misfit = words("m3net-r18x3").expect_err("other shapes");
        assert!(misfit.contains("do not fit m3net-r18x3"), "{misfit}");
        std::fs::write(file("m3net-compact"), &bytes[..bytes.len() - 4]).expect("written");
        let cut = words("m3net-compact").expect_err("cut short");
        assert!(cut.contains("damaged or incomplete"), "{cut}");
        std::fs::write(file("m3net-compact"), b"no weights at all").expect("written");
        assert!(words("m3net-compact").is_err_and(|e| e.contains("no weights file")));
    }
}
