//! What a checkpoint of a network must hold.

use std::collections::BTreeMap;

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot};

/// Shape of every tensor by its published key.
pub type Layout = BTreeMap<String, Vec<usize>>;

/// Keys and shapes of any module, as PyTorch would name them.
pub fn layout_of<M: ModuleSnapshot>(module: &M, key_of: impl Fn(&str) -> String) -> Layout {
    module
        .collect(None, Some(Box::new(BurnToPyTorchAdapter)), true)
        .iter()
        .map(|t| (key_of(&t.name), t.shape.to_vec()))
        .collect()
}
