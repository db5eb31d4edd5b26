//! Published keys against ours: where they differ, and what of a published file has no effect.
//!
//! Layer names are the published ones throughout. What differs: the trunk's keys (`conv1.*`, `conv2.*`,
//! `first_cbam.*`, `layers.*`) have no prefix in the file and `trunk.` in the module, so that the trunk is
//! one type. `categories_offset` is no layer: it tells the sizes with which the network is made
//! (`categories_of`).

use burn::tensor::Device;

use super::clinical::{OFFSETS, categories_array};
use super::config::CsfConfig;
use super::net::CsfNet;
use crate::networks::layout::{Layout, layout_of};
use crate::networks::weights::{self, Array, StateDict};

/// Layers that the published class makes and never calls: more than half of a published file.
/// - `cls_token`, `tep`, `fc`: a Transformer over the two dates, its token and its head
/// - `cross_atten`, `cross_feed`: an earlier fusion with the clinical fields
/// - `tepfushon.res_conv1`, `tepfushon.res_conv2`: convolutions of the dates before they are joined
const DEAD: [&str; 7] =
    ["cls_token", "tep", "fc", "cross_atten", "cross_feed", "tepfushon.res_conv1", "tepfushon.res_conv2"];

/// Published parts that the module holds in its trunk.
const TRUNK: [&str; 4] = ["conv1", "conv2", "first_cbam", "layers"];

fn under(key: &str, part: &str) -> bool {
    key.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a published key is known to have no effect on the answer of a network that has been made:
/// layers that are never called, batch counters, and the list of categories, which was read before.
pub fn is_without_effect(key: &str) -> bool {
    key == OFFSETS || key.ends_with(".num_batches_tracked") || DEAD.iter().any(|part| under(key, part))
}

/// The module's path of a published key.
pub fn path_of(key: &str) -> String {
    if TRUNK.iter().any(|part| under(key, part)) { format!("trunk.{key}") } else { key.to_owned() }
}

/// The published key of a module's path.
pub fn key_of(path: &str) -> String {
    path.strip_prefix("trunk.").unwrap_or(path).to_owned()
}

/// Every tensor that a checkpoint of this network must hold to be loaded; to be understood by others, it
/// needs `categories_array` besides.
pub fn published_layout(config: &CsfConfig) -> Layout {
    let mut layout = layout_of(&CsfNet::new(config, &Device::flex()), key_of);
    for (key, shape) in &mut layout {
        // Scalars in the file; burn has none.
        if key.starts_with("tepfushon.weight_") {
            shape.clear();
        }
    }
    layout
}

/// Random values of a seed ([`weights::random`]), as training begins with: the dates' shares are the
/// published ones, and the categories are told.
pub fn random(config: &CsfConfig, seed: u64) -> StateDict {
    let mut state = weights::random(&published_layout(config), seed);
    for (date, share) in [("t0", 0.3), ("t1", 0.7)] {
        let array = Array { shape: Vec::new(), values: vec![share] };
        state.tensors.insert(format!("tepfushon.weight_{date}"), array);
    }
    state.tensors.extend([categories_array(&config.categories)]);
    state
}
