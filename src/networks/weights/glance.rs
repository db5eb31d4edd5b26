//! Whether a weights file is for a network, and what layers it decides, from its header alone: for lists that are
//! shown often.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::WeightsError;
use super::file::{Kind, unwrapped, words};
use super::import::Import;
use super::state::{Array, StateDict};
use super::stream::LONGEST_HEADER;
use crate::networks::Architecture;

/// Looks at length, card, keys and shapes; the values are checked when they are loaded. Of a PyTorch
/// checkpoint only its kind is looked at.
/// - returns: the layers; of a PyTorch checkpoint as published
/// - errors: as [`super::WeightsFile::read`], as far as the header tells; no such network
pub fn glance(path: &Path, model: &str) -> Result<Architecture, WeightsError> {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let unreadable =
        |error: std::io::Error| WeightsError::Unreadable { name: name.clone(), why: error.to_string() };
    let damaged = |why: &str| WeightsError::Damaged { name: name.clone(), why: why.to_owned() };
    let mut file = File::open(path).map_err(unreadable)?;
    let whole = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    file.by_ref().take(9).read_to_end(&mut bytes).map_err(unreadable)?;
    match Kind::of(&bytes) {
        Kind::Safetensors => {}
        Kind::Pickle => return Ok(Architecture::named(model)?),
        Kind::Other => return Err(WeightsError::NotWeights { name }),
    }
    let length = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    if length > LONGEST_HEADER {
        return Err(damaged("its header is too long"));
    }
    file.take(length.saturating_sub(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    let (architecture, end) = of_header(&bytes, &name, model)?;
    if whole < length.saturating_add(8).saturating_add(end) {
        return Err(damaged("values are missing at its end"));
    }
    Ok(architecture)
}

/// What the header of a safetensors file tells of a network.
/// - `bytes`: its length and its text at least
/// - returns: the layers, and where the last value ends
/// - errors: no header, another network's, keys or shapes that do not fit, options that tell nonsense
pub(super) fn of_header(bytes: &[u8], name: &str, model: &str) -> Result<(Architecture, u64), WeightsError> {
    let damaged = |why: &str| WeightsError::Damaged { name: name.to_owned(), why: why.to_owned() };
    let length = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let text = usize::try_from(length).ok().and_then(|length| bytes.get(8..length.checked_add(8)?));
    let header: serde_json::Map<String, serde_json::Value> =
        text.and_then(|json| serde_json::from_slice(json).ok()).ok_or_else(|| damaged("no header"))?;
    let (card, metadata) = words(bytes, name)?;
    if let Some(card) = card.filter(|card| card.model != model) {
        return Err(WeightsError::OtherNetwork {
            name: name.to_owned(),
            found: card.model,
            model: model.to_owned(),
        });
    }
    // Shapes alone, without values.
    let mut state = StateDict::default();
    let mut end = 0;
    for (key, entry) in header.iter().filter(|(key, _)| *key != "__metadata__") {
        let numbers = |field: &str| -> Option<Vec<u64>> {
            entry.get(field)?.as_array()?.iter().map(serde_json::Value::as_u64).collect()
        };
        let (Some(shape), Some(offsets)) = (numbers("shape"), numbers("data_offsets")) else {
            return Err(damaged("its header is no list of tensors"));
        };
        end = offsets.into_iter().fold(end, u64::max);
        let shape = shape.into_iter().map(|n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
        state.tensors.insert(key.clone(), Array { shape, values: Vec::new() });
    }
    let state = Architecture::published(model, unwrapped(state));
    let architecture = Architecture::of(model, &state)?;
    let keys = Import::compare(&architecture.keys(), &state);
    if !keys.fits() {
        return Err(WeightsError::DoNotFit { model: model.to_owned(), report: Box::new(keys) });
    }
    Ok((architecture.chosen_in(&metadata, name)?, end))
}
