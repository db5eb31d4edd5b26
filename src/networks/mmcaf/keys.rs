//! Published keys against ours: where they differ, and what of a published file has no effect.
//!
//! Names are the published ones, but for `SF1` and `SF2`, which are fields in lower case. A checkpoint wraps them (`model_state`) and begins each
//! with `module.`; `weights` takes both off. Norms and linear weights: see `m3net`.
//!
//! Dead in a published file, 17.6 million values of it:
//! - `image_encoder.encoder.asp_pool.*`: computed and thrown away;
//! - `image_encoder.encoder.decoders.*`, `image_encoder.encoder.out_conv.*`: PENet's own answer;
//! - `img_cls.*`: a head that nothing calls.
//!
//! Loaded, and without effect on the answer: `tab_cls` (the table by itself), `image_encoder.fused_cls`
//! (the image by itself), and the attentions' query and key projections (one key has all the weight).

use burn::tensor::Device;

use super::config::MmcafConfig;
use super::net::Mmcaf;
use crate::networks::layout::{Layout, layout_of};
use crate::networks::weights::{self, Array, StateDict};

/// Whether a key is known to have no effect on the answer: the published batch counters, and layers
/// that the published forward pass never reaches.
pub fn is_without_effect(key: &str) -> bool {
    const DEAD: [&str; 4] = [
        "image_encoder.encoder.asp_pool.",
        "image_encoder.encoder.decoders.",
        "image_encoder.encoder.out_conv.",
        "img_cls.",
    ];
    key.ends_with(".num_batches_tracked") || DEAD.iter().any(|dead| key.starts_with(dead))
}

/// The module's path of a published key.
pub fn path_of(key: &str) -> String {
    key.replace("SF1.", "sf1.").replace("SF2.", "sf2.")
}

/// The published key of a module's path.
pub fn key_of(path: &str) -> String {
    path.replace("sf1.", "SF1.").replace("sf2.", "SF2.")
}

/// Every tensor that a published checkpoint of this network must hold (the dead ones apart).
pub fn published_layout(config: &MmcafConfig) -> Layout {
    layout_of(&Mmcaf::new(config, &Device::flex()), key_of)
}

/// Random values of a seed ([`weights::random`]), as training begins with.
///
/// The splines begin as published: knots at even steps from -1 to 1 and three on either side, no edge
/// cut, coefficients within 0.05 and bases within 1 / sqrt(inputs) of zero. Convolutions whose values are
/// multiplied with each other have no ReLU to make up for, and begin with half the variance.
pub fn random(config: &MmcafConfig, seed: u64) -> StateDict {
    const MULTIPLIED: [&str; 4] = [".query_conv.", ".key_conv.", ".gamma1.", ".gamma2."];
    let mut state = weights::random(&published_layout(config), seed);
    for (key, array) in &mut state.tensors {
        match key.strip_prefix("kan.") {
            Some("grid") => {
                let knots = array.shape.get(1).copied().unwrap_or(1);
                let step = 2.0 / (knots.saturating_sub(7).max(1)) as f64;
                for (n, value) in array.values.iter_mut().enumerate() {
                    *value = (-1.0 + step * ((n % knots) as f64 - 3.0)) as f32;
                }
            }
            Some("mask" | "scale_sp") => array.values.fill(1.0),
            Some("coef") => within(0.05, key, array, seed),
            Some("scale_base") => within((MmcafConfig::TABLE as f64).sqrt().recip(), key, array, seed),
            _ if MULTIPLIED.iter().any(|name| key.contains(name)) => {
                array.values.iter_mut().for_each(|v| *v *= std::f32::consts::FRAC_1_SQRT_2);
            }
            _ => {}
        }
    }
    state
}

/// Uniform values between -bound and bound: those of a linear layer of one input, brought to the bound.
fn within(bound: f64, key: &str, array: &mut Array, seed: u64) {
    let name = format!("{key}.weight");
    let layout = Layout::from([(name.clone(), vec![array.values.len(), 1])]);
    let scale = (bound / 3.0f64.sqrt()) as f32;
    if let Some(values) = weights::random(&layout, seed).tensors.remove(&name) {
        array.values = values.values.into_iter().map(|v| v * scale).collect();
    }
}
