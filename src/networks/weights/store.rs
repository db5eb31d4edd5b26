//! Where weights lie on disk: written whole with their card, found by network, verified when read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::f16;

use super::card::Card;
use super::state::StateDict;

/// The file in which the weights of a network are looked for, where none are named.
pub fn installed(folder: &Path, model: &str) -> Option<PathBuf> {
    Some(folder.join(format!("{model}.safetensors"))).filter(|path| path.is_file())
}

/// What a safetensors header carries besides tensors, by name.
pub type Metadata = BTreeMap<String, String>;

/// How values are stored. They are computed with in 32 bits either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 16 bits: half the size, and a relative error of up to 2^-11 in each value.
    Half,
    /// 32 bits, as they are.
    Single,
}

impl Precision {
    /// The value that comes back.
    pub(super) fn stored(self, value: f32) -> f32 {
        match self {
            Self::Half => f16::from_f32(value).to_f32(),
            Self::Single => value,
        }
    }

    const fn dtype(self) -> (&'static str, usize) {
        match self {
            Self::Half => ("F16", 2),
            Self::Single => ("F32", 4),
        }
    }
}

impl StateDict {
    /// The tensors as the bytes of a safetensors file, keys sorted, with the card in its header and
    /// the hash of the values in the card. The same tensors and card give the same bytes.
    /// - source: the safetensors format, 8 bytes of header length, JSON header, then the data
    pub fn to_safetensors(&self, card: &Card) -> Vec<u8> {
        self.written(card, Precision::Single, &Metadata::new())
    }

    /// The same at a precision, which the values have already, with more in the header.
    pub(super) fn written(&self, card: &Card, precision: Precision, metadata: &Metadata) -> Vec<u8> {
        let card = Card { values_sha256: Some(self.sha256()), ..card.clone() };
        let mut words = metadata.clone();
        words.insert(Card::METADATA_KEY.to_owned(), serde_json::to_string(&card).unwrap_or_default());
        words.insert("format".to_owned(), "pt".to_owned());
        let mut header = serde_json::Map::new();
        header.insert("__metadata__".to_owned(), serde_json::json!(words));
        let (dtype, size) = precision.dtype();
        let mut end = 0usize;
        for (key, array) in &self.tensors {
            let begin = end;
            end += array.values.len() * size;
            let entry =
                serde_json::json!({ "dtype": dtype, "shape": array.shape, "data_offsets": [begin, end] });
            header.insert(key.clone(), entry);
        }
        let mut header = serde_json::Value::Object(header).to_string().into_bytes();
        // The data begins at a multiple of eight, so that readers may map it.
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut bytes = Vec::with_capacity(8 + header.len() + end);
        bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&header);
        for value in self.tensors.values().flat_map(|array| &array.values) {
            match precision {
                Precision::Half => bytes.extend_from_slice(&f16::from_f32(*value).to_le_bytes()),
                Precision::Single => bytes.extend_from_slice(&value.to_le_bytes()),
            }
        }
        bytes
    }
}
