//! Networks and their weights: what there is, and published checkpoints made ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::export::{WriteError, write_whole};
use crate::forest::Forest;
use crate::inference::WeightsChoice;
use crate::inference::ssm::SsmNetwork;
use crate::jobs::{Cancelled, JobContext};
use crate::networks::mmcaf::{Field, MmcafConfig};
use crate::networks::ssm::HEAD;
use crate::networks::weights::{
    BUILT_IN, Card, Import, Precision, StateDict, WeightsError, WeightsFile, built_in, built_in_architecture,
    glance, has_built_in, installed, non_finite, pack,
};
use crate::networks::{
    Architecture, DEFAULT_MODEL, Family, Keys, Layout, M3NET_SCALES, UnknownNetwork, names, spec,
};
use crate::session::NetworkChoice;

/// Why models could not be listed or imported.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// A forest or a head for a network that has none.
    #[error("--forest and --detector belong to LungNodule-SSM, not to {0}")]
    NothingBesides(&'static str),
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
    /// The published network that it is, of whatever size.
    pub family: &'static str,
    /// Of M3Net: columns, rows, slices of each crop, micro to macro.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crops: Vec<[usize; 3]>,
    /// What it reads, in words.
    pub reads: &'static str,
    /// Number of trained values (batch-norm statistics apart).
    pub parameters: usize,
    /// Variants that its sources leave open, as its weights or else we decide them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<&'static str, &'static str>,
    /// `built-in`, a file name, or absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Of the file.
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

/// Files that belong to a checkpoint of LungNodule-SSM, whose transformer is published alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Besides<'a> {
    /// A random forest as JSON or ONNX (`forest`).
    pub forest: Option<&'a Path>,
    /// The detection head's checkpoint.
    pub detector: Option<&'a Path>,
}

impl Besides<'_> {
    /// - errors: a file that cannot be read, or is no forest or no weights
    fn add_to(self, file: &mut WeightsFile) -> Result<(), ModelsError> {
        if let Some(path) = self.forest {
            let name = path.display().to_string();
            let unreadable =
                |why: String| ModelsError::from(WeightsError::Unreadable { name: name.clone(), why });
            let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            // Written anew: what is read is what was understood.
            let forest = Forest::read(&bytes).map_err(|error| unreadable(error.to_string()))?;
            let text = String::from_utf8_lossy(&forest.to_json()).into_owned();
            file.metadata.insert(SsmNetwork::FOREST_KEY.to_owned(), text);
        }
        if let Some(path) = self.detector {
            let head = WeightsFile::read(path)?.state.tensors;
            file.state.tensors.extend(head.into_iter().map(|(key, array)| (format!("{HEAD}{key}"), array)));
        }
        Ok(())
    }
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

/// The layers of a network as weights decide them, from their header alone; as published where there are none.
/// - errors: no such network; a file that is none of its weights, as far as its header tells
pub fn architecture(model: &str, weights: &WeightsChoice) -> Result<Architecture, WeightsError> {
    match weights {
        WeightsChoice::File(path) => glance(path, model),
        WeightsChoice::BuiltIn => {
            built_in_architecture(model).map_or_else(|| Ok(Architecture::named(model)?), Ok)
        }
        WeightsChoice::Random(_) => Ok(Architecture::named(model)?),
    }
}

/// Every network, the default one first, and whether it can be asked. Reads no more of an installed
/// file than its header, so that it may be asked for often: values are checked when they are loaded.
pub fn choices() -> Vec<NetworkChoice> {
    let folder = folder();
    let choice = |name| {
        let (weights, decided) = match found(folder.as_deref(), name) {
            Ok((weights, architecture)) => (Ok(weights), architecture),
            Err(why) => (Err(why), None),
        };
        let architecture = decided.or_else(|| Architecture::named(name).ok())?;
        Some(NetworkChoice { name, weights, architecture })
    };
    names().into_iter().filter_map(choice).collect()
}

/// The weights that a network would answer with, in a few words, and the layers that they decide; or why it cannot.
fn found(folder: Option<&Path>, name: &str) -> Result<(String, Option<Architecture>), String> {
    let file_name = format!("{name}.safetensors");
    match folder.and_then(|folder| installed(folder, name)) {
        Some(file) => {
            let architecture = glance(&file, name).map_err(|error| error.to_string())?;
            Ok((file_name, Some(architecture)))
        }
        None if has_built_in(name) => Ok((BUILT_IN.to_owned(), built_in_architecture(name))),
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
    let spec = spec(name)?;
    let published = Architecture::named(name)?;
    let mut report = ModelReport {
        name: spec.name,
        default: spec.name == DEFAULT_MODEL,
        question: spec.question,
        classes: spec.classes,
        family: spec.family.name(),
        crops: if spec.family == Family::M3Net { M3NET_SCALES.map(|s| s.crop).to_vec() } else { Vec::new() },
        reads: reads(&published),
        parameters: parameters(&published.keys().needed),
        options: published.options(),
        weights: None,
        weights_sha256: None,
        members: Vec::new(),
        card: None,
        fault: None,
    };
    let file = match weights_for(name) {
        WeightsChoice::File(path) => WeightsFile::read(&path),
        WeightsChoice::BuiltIn | WeightsChoice::Random(_) => match built_in(name) {
            Some(file) => file,
            None => return Ok(report),
        },
    };
    match file.and_then(|file| checked(file, name)) {
        Ok(Checked { file, card, architecture, keys, .. }) => {
            report.options = architecture.options();
            report.reads = reads(&architecture);
            report.parameters = parameters(&keys.needed);
            report.weights = Some(file.name);
            report.weights_sha256 = Some(file.sha256);
            report.members = file.state.into_members().iter().map(|state| member(state, &keys)).collect();
            report.card = Some(card);
        }
        Err(error) => report.fault = Some(error.to_string()),
    }
    Ok(report)
}

/// What a network reads of a CT.
const fn reads(architecture: &Architecture) -> &'static str {
    match architecture {
        Architecture::M3Net(_) => "three crops of native voxels around the point",
        Architecture::Mmcaf(MmcafConfig { field: Field::Whole, .. }) => {
            "12 whole slices around the point, resized to 192 x 192, and seven clinical fields"
        }
        Architecture::Mmcaf(MmcafConfig { field: Field::Third, .. }) => {
            "a third of the columns and rows of 12 slices around the point, resized to 64 x 64, and seven clinical fields"
        }
        Architecture::Maemc(_) => "25 axial slices of 50 x 50 mm at 1 mm around the point, as one montage",
        Architecture::Csf(_) => {
            "64 x 64 x 16 mm at 1 mm around a point on each of two dates, and six clinical fields"
        }
        Architecture::Ssm(_) => "the whole axial slice nearest to the point, resized to 504 x 504",
    }
}

/// - `state`: of one network
fn member(state: &StateDict, keys: &Keys) -> MemberReport {
    let has = |layout: &Layout| layout.keys().any(|key| state.tensors.contains_key(key));
    let known = |key: &String| keys.needed.contains_key(key) || keys.besides.contains_key(key);
    let ignored = state.tensors.keys().filter(|key| !known(key)).count();
    MemberReport {
        values_sha256: state.sha256(),
        tensors: state.tensors.len() - ignored,
        ignored,
        readers: keys.besides.contains_key("readers.weight") && has(&keys.besides),
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

/// A file that fits.
struct Checked {
    file: WeightsFile,
    card: Card,
    architecture: Architecture,
    keys: Keys,
    report: Import,
}

fn checked(mut file: WeightsFile, model: &str) -> Result<Checked, WeightsError> {
    let card = file.card_for(model)?;
    file.state = Architecture::published(model, file.state);
    // Keys first: what a file of another network says of its options is nothing to complain of.
    let keys = Architecture::of(model, &file.state)?.keys();
    let report = Import::compare(&keys, &file.state);
    if !report.fits() {
        return Err(WeightsError::DoNotFit { model: model.to_owned(), report: Box::new(report) });
    }
    if let Some(key) = non_finite(&file.state) {
        return Err(WeightsError::NotFinite { key });
    }
    let architecture = Architecture::of_file(model, &file)?;
    Ok(Checked { file, card, architecture, keys, report })
}

/// Reads a published checkpoint, compares every key and shape, and writes it as safetensors with a
/// card that says where it came from. Nothing is written unless everything fits.
/// - `besides`: files that belong to it, for networks that have such
/// - `out`: replaced if it is there, whole or not at all
/// - `ctx`: can stop it while it reads, and between reading, comparing and writing
/// - errors: the report of [`WeightsError::DoNotFit`] lists every key
pub fn import(
    file: &Path,
    model: &str,
    besides: Besides<'_>,
    out: &Path,
    ctx: &JobContext,
) -> Result<ImportReport, ModelsError> {
    let spec = spec(model)?;
    if spec.family != Family::Ssm && (besides.forest.is_some() || besides.detector.is_some()) {
        return Err(ModelsError::NothingBesides(spec.name));
    }
    let file =
        WeightsFile::read_watched(file, &mut |share| ctx.step("Reading the checkpoint", share / 2.0).is_ok());
    ctx.check()?;
    let mut file = file?;
    besides.add_to(&mut file)?;
    ctx.step("Comparing keys and shapes", 0.5)?;
    let Checked { file, mut card, keys, report, .. } = checked(file, model)?;
    card.source_sha256.get_or_insert_with(|| file.sha256.clone());
    let mut members = file.state.into_members();
    for member in &mut members {
        member.tensors.retain(|key, _| keys.needed.contains_key(key) || keys.besides.contains_key(key));
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
        keys: report,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::m3net::published_layout;
    use crate::networks::m3net_config;
    use crate::networks::weights::{Metadata, pack, random};

    #[test]
    fn a_network_without_fitting_weights_says_what_is_wrong_before_it_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let words = |name| found(Some(folder.path()), name).map(|(words, _)| words);
        let file = |name: &str| folder.path().join(format!("{name}.safetensors"));
        assert_eq!(words("m3net-compact").as_deref(), Ok("built-in"));
        let missing = words("m3net-r18x3").expect_err("missing");
        assert!(
            missing.contains("no weights installed") && missing.contains("--as m3net-r18x3"),
            "{missing}"
        );
        assert!(missing.contains(&file("m3net-r18x3").display().to_string()), "{missing}");

        let layout = published_layout(&m3net_config("m3net-compact").expect("listed"));
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

    #[test]
    fn weights_decide_what_their_network_reads_before_they_are_loaded() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = "mmcaf-net-compact";
        let file = folder.path().join(format!("{name}.safetensors"));
        let published = Architecture::named(name).expect("listed");
        let third = published.with("field", "third").expect("an option");
        assert_ne!(third, published);
        let metadata = Metadata::from([third.options_entry()]);
        let packed = |metadata| pack(&[third.random(1)], &Card::random(name, 1), Precision::Half, metadata);
        let bytes = packed(&metadata).expect("fits");
        std::fs::write(&file, bytes).expect("written");
        assert_eq!(found(Some(folder.path()), name).map(|(_, decided)| decided), Ok(Some(third)));
        assert_eq!(architecture(name, &WeightsChoice::File(file.clone())).ok(), Some(third));
        assert_eq!(architecture(name, &WeightsChoice::Random(1)).ok(), Some(published));

        let nonsense =
            Metadata::from([(Architecture::OPTIONS_KEY.to_owned(), r#"{"field": "half"}"#.to_owned())]);
        std::fs::write(&file, packed(&nonsense).expect("fits")).expect("written");
        let why = found(Some(folder.path()), name).expect_err("nonsense");
        assert!(why.contains("no option field = half"), "{why}");
    }
}
