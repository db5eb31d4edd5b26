//! Where weights lie on disk: written whole with their card, found by network, verified when read.

use std::path::{Path, PathBuf};

use super::card::Card;
use super::state::StateDict;

/// The file in which the weights of a network are looked for, where none are named.
pub fn installed(folder: &Path, model: &str) -> Option<PathBuf> {
    Some(folder.join(format!("{model}.safetensors"))).filter(|path| path.is_file())
}

impl StateDict {
    /// The tensors as the bytes of a safetensors file, keys sorted, with the card in its header and
    /// the hash of the values in the card. The same tensors and card give the same bytes.
    /// - source: the safetensors format, 8 bytes of header length, JSON header, then the data
    pub fn to_safetensors(&self, card: &Card) -> Vec<u8> {
        let card = Card { values_sha256: Some(self.sha256()), ..card.clone() };
        let mut header = serde_json::Map::new();
        let card = serde_json::to_string(&card).unwrap_or_default();
        header.insert(
            "__metadata__".to_owned(),
            serde_json::json!({ Card::METADATA_KEY: card, "format": "pt" }),
        );
        let mut end = 0usize;
        for (key, array) in &self.tensors {
            let begin = end;
            end += array.values.len() * size_of::<f32>();
            let entry =
                serde_json::json!({ "dtype": "F32", "shape": array.shape, "data_offsets": [begin, end] });
            header.insert(key.clone(), entry);
        }
        let mut header = serde_json::Value::Object(header).to_string().into_bytes();
        // The data begins at a multiple of eight, so that readers may map it.
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut bytes = Vec::with_capacity(8 + header.len() + end);
        bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&header);
        for array in self.tensors.values() {
            bytes.extend(array.values.iter().flat_map(|v| v.to_le_bytes()));
        }
        bytes
    }
}
