//! Weights files: safetensors and PyTorch, told apart by content, read into plain numbers.
//!
//! Nothing in a pickle is executed: the reader interprets the few calls that rebuild tensors and
//! keeps every other one as its name. A file that asks for any other call is refused all the same.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use burn::store::pytorch_reader::{PickleValue, PytorchReader};
use burn::store::{ModuleStore, PytorchStore, bridge};

use super::card::Card;
use super::error::WeightsError;
use super::state::{Array, StateDict};
use super::store::Metadata;
use super::stream::{Halt, Stream, Watch, hashed};

/// Wrappers that training programs put around a state dict.
const WRAPPERS: [&str; 5] = ["state_dict", "model_state_dict", "model_state", "model", "net"];

/// A weights file as read: nothing is known yet of the network that it is for.
#[derive(Clone, Debug)]
pub struct WeightsFile {
    /// File name without its folder.
    pub name: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Its tensors, as 32-bit floats.
    pub state: StateDict,
    /// Its card, where the file carries one (those that Triscope writes do).
    pub card: Option<Card>,
    /// What else of ours (`triscope.*`) the header of a safetensors file carries; the card apart.
    pub metadata: Metadata,
}

impl WeightsFile {
    /// Reads the file.
    /// - errors: one sentence each for a file that cannot be read, is cut short, is of another kind,
    ///   or holds code
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        Self::read_watched(path, &mut |_| true)
    }

    /// [`WeightsFile::read`] with somebody who is told how far it is, and may stop it: files of a
    /// gigabyte take seconds.
    /// - errors: as there, and [`WeightsError::Stopped`]
    pub fn read_watched(path: &Path, watch: Watch<'_>) -> Result<Self, WeightsError> {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
        let unreadable = |error: std::io::Error| halted(&name, Halt::Unreadable(error));
        let mut file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut first = Vec::new();
        file.by_ref().take(9).read_to_end(&mut first).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        match Kind::of(&first) {
            Kind::Safetensors => Self::streamed(&name, file, length, watch),
            Kind::Pickle => {
                let hash = hashed(file, length, watch).map_err(|halt| halted(&name, halt))?;
                let state = pytorch(path, &name, watch)?;
                Self::checked(&name, state, (None, Metadata::new()), || Ok(hash))
            }
            Kind::Other => Err(WeightsError::NotWeights { name }),
        }
    }

    /// The same from the bytes of a safetensors file.
    /// - `name`: in messages, and of the result
    /// - errors: cut short, changed since it was written
    pub fn from_safetensors(name: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        Self::streamed(name, Cursor::new(bytes), bytes.len() as u64, &mut |_| true)
    }

    /// Reads a whole safetensors file, and then once more for its hash: from the system's memory that takes less time
    /// than the hash, beside which the values' own is made.
    fn streamed(
        name: &str,
        mut file: impl Read + Seek,
        length: u64,
        watch: Watch<'_>,
    ) -> Result<Self, WeightsError> {
        let halt = |halt| halted(name, halt);
        let mut half = |share: f32| watch(0.5 * share);
        let (state, header) = Stream::new(&mut file, length, &mut half).safetensors().map_err(halt)?;
        let words = words(&header, name)?;
        file.rewind().map_err(|error| halt(Halt::Unreadable(error)))?;
        Self::checked(name, state, words, || {
            hashed(file, length, &mut |share| watch(0.5 + 0.5 * share)).map_err(halt)
        })
    }

    /// - `hash`: of the file, made while the values are hashed where the card says what they were
    fn checked(
        name: &str,
        state: StateDict,
        (card, metadata): (Option<Card>, Metadata),
        hash: impl FnOnce() -> Result<String, WeightsError>,
    ) -> Result<Self, WeightsError> {
        let name = name.to_owned();
        let state = unwrapped(state);
        let expected = card.as_ref().and_then(|card| card.values_sha256.clone());
        let (sha256, changed) = match expected {
            None => (hash()?, false),
            Some(expected) => std::thread::scope(|scope| {
                let values = std::thread::Builder::new().spawn_scoped(scope, || state.sha256());
                let sha256 = hash()?;
                // Without a thread, or where that one failed, one after the other.
                let found =
                    values.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| state.sha256());
                Ok::<_, WeightsError>((sha256, found != expected))
            })?,
        };
        if changed {
            return Err(WeightsError::Changed { name });
        }
        Ok(Self { name, sha256, state, card, metadata })
    }

    /// The card, made up of what is known where the file carries none.
    /// - errors: the file says that it is for another network
    pub fn card_for(&self, model: &str) -> Result<Card, WeightsError> {
        match &self.card {
            Some(card) if card.model != model => Err(WeightsError::OtherNetwork {
                name: self.name.clone(),
                found: card.model.clone(),
                model: model.to_owned(),
            }),
            Some(card) => Ok(card.clone()),
            None => Ok(Card::unknown(model, &self.name)),
        }
    }
}

fn halted(name: &str, halt: Halt) -> WeightsError {
    let name = name.to_owned();
    match halt {
        Halt::Unreadable(error) => WeightsError::Unreadable { name, why: error.to_string() },
        Halt::Damaged(why) => WeightsError::Damaged { name, why },
        Halt::Stopped => WeightsError::Stopped { name },
    }
}

pub(super) enum Kind {
    Safetensors,
    Pickle,
    Other,
}

impl Kind {
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            // A zip archive (PyTorch 1.6 and later) or a bare pickle of protocol 2 and later.
            [b'P', b'K', 3, 4, ..] | [0x80, 2..=5, ..] => Self::Pickle,
            // Length of the header, then the header: a JSON object.
            [_, _, _, _, _, _, 0, 0, b'{', ..] => Self::Safetensors,
            _ => Self::Other,
        }
    }
}

/// Every tensor of the store, or why one of them cannot be had.
fn tensors(mut store: impl ModuleStore, watch: Watch<'_>) -> Result<StateDict, Halt> {
    let mut state = StateDict::default();
    let damaged = |error: &dyn std::fmt::Display| Halt::Damaged(error.to_string());
    for (key, tensor) in store.get_all_tensors().map_err(|error| damaged(&error))? {
        let data = bridge::to_data(tensor).map_err(|error| damaged(&error))?;
        state.tensors.insert(key.clone(), array(data).map_err(Halt::Damaged)?);
        if !watch(1.0) {
            return Err(Halt::Stopped);
        }
    }
    Ok(state)
}

/// The card in a safetensors header, where there is one, and what else is ours there.
/// - errors: a card that is none
pub(super) fn words(bytes: &[u8], name: &str) -> Result<(Option<Card>, Metadata), WeightsError> {
    let mut metadata = metadata(bytes).unwrap_or_default();
    let Some(text) = metadata.remove(Card::METADATA_KEY) else { return Ok((None, metadata)) };
    let damaged = |why: String| WeightsError::Damaged { name: name.to_owned(), why };
    let card: Card =
        serde_json::from_str(&text).map_err(|error| damaged(format!("its card cannot be read: {error}")))?;
    if !card.is_sound() {
        return Err(damaged("the temperature of its calibration is no positive number".to_owned()));
    }
    Ok((Some(card), metadata))
}

fn metadata(bytes: &[u8]) -> Option<Metadata> {
    let length = usize::try_from(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?)).ok()?;
    let header: serde_json::Value = serde_json::from_slice(bytes.get(8..length.checked_add(8)?)?).ok()?;
    let words = header.get("__metadata__")?.as_object()?;
    let ours = words.iter().filter(|(key, _)| key.starts_with("triscope."));
    Some(ours.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect())
}

fn pytorch(path: &Path, name: &str, watch: Watch<'_>) -> Result<StateDict, WeightsError> {
    let damaged = |why: String| WeightsError::Damaged { name: name.to_owned(), why };
    let root = PytorchReader::read_pickle_data(path, None).map_err(|error| damaged(error.to_string()))?;
    if let Some(call) = foreign(&root) {
        return Err(WeightsError::Code { name: name.to_owned(), call });
    }
    let wrapper = match &root {
        PickleValue::Dict(entries) => WRAPPERS
            .into_iter()
            .find(|w| matches!(entries.get(*w), Some(PickleValue::Dict(inner)) if !inner.is_empty())),
        _ => None,
    };
    let mut store = PytorchStore::from_file(path).map_indices_contiguous(false);
    if let Some(wrapper) = wrapper {
        store = store.with_top_level_key(wrapper);
    }
    tensors(store, watch).map_err(|halt| halted(name, halt))
}

/// The first thing in a pickle that is neither plain data nor a tensor, by its Python name.
fn foreign(value: &PickleValue) -> Option<String> {
    /// What PyTorch itself writes beside tensors.
    const PLAIN: [&str; 8] = [
        "torch.Tensor",
        "torch.TypedStorage",
        "torch.UntypedStorage",
        "torch.device",
        "torch.Size",
        "collections.OrderedDict",
        "numpy.core.multiarray.scalar",
        "numpy.dtype",
    ];
    const TYPES: [&str; 9] =
        ["float", "float64", "double", "float32", "float16", "half", "bfloat16", "int64", "long"];
    match value {
        PickleValue::List(items) => items.iter().find_map(foreign),
        PickleValue::Dict(entries) => {
            // Sorted, so that the same file is refused with the same words.
            entries.iter().collect::<BTreeMap<_, _>>().values().find_map(|v| foreign(v))
        }
        PickleValue::Unsupported(name) => {
            let of_type = name.strip_prefix("torch.").is_some_and(|t| TYPES.contains(&t));
            (!PLAIN.contains(&name.as_str()) && !of_type).then(|| name.clone())
        }
        _ => None,
    }
}

fn array(data: burn::tensor::TensorData) -> Result<Array, String> {
    let shape = data.shape().to_vec();
    let values = data.try_into_vec_as::<f32>().map_err(|error| error.to_string())?;
    Ok(Array { shape, values })
}

/// Without the prefixes that training programs put before every key: data-parallel training
/// (`module.`), a class around the network (`model.`, `net.`), or several of them.
pub(super) fn unwrapped(mut state: StateDict) -> StateDict {
    const PREFIXES: [&str; 3] = ["module.", "model.", "net."];
    let all_begin = |state: &StateDict, prefix: &str| {
        !state.tensors.is_empty() && state.tensors.keys().all(|key| key.starts_with(prefix))
    };
    while let Some(prefix) = PREFIXES.into_iter().find(|prefix| all_begin(&state, prefix)) {
        state = state.under(prefix);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_before_every_key_are_taken_off_and_others_stay() {
        let state = |keys: &[&str]| StateDict {
            tensors: keys
                .iter()
                .map(|key| ((*key).to_owned(), Array { shape: vec![1], values: vec![0.0] }))
                .collect(),
        };
        let plain = state(&["net32.conv1.weight", "fc_head.0.bias"]);
        for prefix in ["", "module.", "model.", "net.", "module.model."] {
            let keys = ["net32.conv1.weight", "fc_head.0.bias"].map(|key| format!("{prefix}{key}"));
            assert!(unwrapped(state(&keys.each_ref().map(String::as_str))) == plain, "{prefix}");
        }
        let mixed = state(&["model.a", "b"]);
        assert!(unwrapped(mixed.clone()) == mixed);
    }
}
