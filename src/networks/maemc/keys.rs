//! Keys of files against our modules. MAEMC-NET's authors published none; the names are those of MAE,
//! whose layers it has.
//!
//! What differs: the encoder's and the decoder's keys have no prefix in a file, and `encoder.` and
//! `decoder.` in the modules. `pos_embed` and `decoder_pos_embed` are fixed numbers and no parameters:
//! `positions_of` tells from them how the network is to be made.

use burn::tensor::Device;

use super::classifier::Classifier;
use super::config::MaemcConfig;
use super::contrast::Maemc;
use super::mae::Mae;
use crate::networks::layout::{Layout, layout_of};

/// Whether a key is known to have no effect on a network that has been made.
pub fn is_without_effect(key: &str) -> bool {
    key == "pos_embed" || key == "decoder_pos_embed"
}

/// Whether a key is one that only learning without labels needs: what a classifier leaves of a file that
/// holds more.
pub fn is_of_pretraining(key: &str) -> bool {
    is_without_effect(key) || of_decoder(key) || WRAPPED.iter().any(|part| key.starts_with(part))
}

/// Parts of [`Maemc`] beside the autoencoder.
const WRAPPED: [&str; 3] = ["momentum.", "query.", "key."];

fn of_decoder(key: &str) -> bool {
    key.starts_with("decoder_") || key == "mask_token"
}

/// The path in a [`Mae`] of a key.
pub fn path_of(key: &str) -> String {
    if of_decoder(key) { format!("decoder.{key}") } else { format!("encoder.{key}") }
}

/// The path in a [`Classifier`] of a key.
pub fn classifier_path_of(key: &str) -> String {
    if key.starts_with("head.") { key.to_owned() } else { format!("encoder.{key}") }
}

/// The path in a [`Maemc`] of a key.
pub fn pretraining_path_of(key: &str) -> String {
    if WRAPPED.iter().any(|part| key.starts_with(part)) {
        key.to_owned()
    } else {
        format!("mae.{}", path_of(key))
    }
}

/// The key of a path in any of the three.
pub fn key_of(path: &str) -> String {
    let path = path.strip_prefix("mae.").unwrap_or(path);
    let part = path.strip_prefix("encoder.").or_else(|| path.strip_prefix("decoder."));
    part.unwrap_or(path).to_owned()
}

/// Every tensor of encoder and decoder.
pub fn published_layout(config: &MaemcConfig) -> Layout {
    layout_of(&Mae::new(config, &Device::flex()), key_of)
}

/// Every tensor of encoder and head.
pub fn classifier_layout(config: &MaemcConfig) -> Layout {
    layout_of(&Classifier::new(config, &Device::flex()), key_of)
}

/// Every tensor of what learns without labels.
pub fn pretraining_layout(config: &MaemcConfig) -> Layout {
    layout_of(&Maemc::new(config, &Device::flex()), key_of)
}
