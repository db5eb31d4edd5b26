//! Published keys against ours: where they differ, and what of a published file has no effect.
//!
//! Layer names are the published ones throughout. What differs:
//! - the fusion's keys (`proj32.*`, `cross1.*`, `transformer_fusion.*`, `norm.*`, `fc_head.*` ...)
//!   have no prefix in the file and `fusion.` in the module, so that the fusion is one type;
//! - norms call `weight` and `bias` `gamma` and `beta`, linear weights are stored input by output:
//!   burn-store's PyTorch adapter does both. The Transformer's `in_proj_weight` is kept as it is.

use burn::tensor::Device;

use super::config::M3NetConfig;
use super::net::M3Net;
use crate::networks::layout::{Layout, layout_of};

/// Whether a key is known to have no effect on the answer: the published batch counters, and the
/// head that our training adds, which predicts the readers' ratings beside it (see `training`).
pub fn is_without_effect(key: &str) -> bool {
    key.ends_with(".num_batches_tracked") || key == "num_batches_tracked" || key.starts_with("readers.")
}

/// The module's path of a published key.
pub fn path_of(key: &str) -> String {
    if key.starts_with("net") { key.to_owned() } else { format!("fusion.{key}") }
}

/// Every tensor that a published checkpoint of this network must hold (batch counters apart).
pub fn published_layout(config: &M3NetConfig) -> Layout {
    layout_of(&M3Net::new(config, &Device::flex()), |path| {
        path.strip_prefix("fusion.").unwrap_or(path).to_owned()
    })
}

/// The head that our training adds: a linear layer from the pooled features of the scales, micro to
/// macro one after the other, to mean and spread of the readers' ratings (`readers.weight`,
/// `readers.bias`). A checkpoint holds all of it or nothing.
pub fn readers_layout(config: &M3NetConfig) -> Layout {
    let features = config.features().into_iter().sum();
    [("readers.weight", vec![2, features]), ("readers.bias", vec![2])]
        .map(|(key, shape)| (key.to_owned(), shape))
        .into()
}
