//! Named tensors as plain numbers: what a file holds before a network has taken it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// One tensor: its shape and its values, last axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Size along each axis.
    pub shape: Vec<usize>,
    /// As many values as the shape says.
    pub values: Vec<f32>,
}

/// Every tensor of a checkpoint, by its published key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateDict {
    /// Sorted by key.
    pub tensors: BTreeMap<String, Array>,
}

impl StateDict {
    /// Identity of values that are in no file: SHA-256 (hex) over keys, shapes and values in key order.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for (key, array) in &self.tensors {
            hash.update((key.len() as u64).to_le_bytes());
            hash.update(key.as_bytes());
            hash.update((array.shape.len() as u64).to_le_bytes());
            for &n in &array.shape {
                hash.update((n as u64).to_le_bytes());
            }
            // Without a copy where the processor is little-endian as files are.
            if cfg!(target_endian = "little") {
                hash.update(bytemuck::cast_slice::<f32, u8>(&array.values));
            } else {
                array.values.iter().for_each(|value| hash.update(value.to_le_bytes()));
            }
        }
        hex(&hash.finalize())
    }

    /// Tensors whose key begins with `prefix`, without it.
    pub fn under(&self, prefix: &str) -> Self {
        let part =
            |(key, array): (&String, &Array)| Some((key.strip_prefix(prefix)?.to_owned(), array.clone()));
        Self { tensors: self.tensors.iter().filter_map(part).collect() }
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
