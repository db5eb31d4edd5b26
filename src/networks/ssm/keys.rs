//! Published keys of the transformer: the hub's own names, and the two others that are met.
//!
//! - `transformers` has names of its own and queries, keys and values apart.
//!   Source: huggingface/transformers, models/dinov2/convert_dinov2_to_hf.py.
//! - training checkpoints number blocks twice, by chunk and by block (`blocks.2.17.…`).
//!   Source: dinov2, models/vision_transformer.py, block_chunks.

use super::config::DinoConfig;
use super::dino::Dino;
use crate::networks::weights::{Array, StateDict};
use crate::networks::{Layout, layout_of};

use burn::tensor::Device;

pub(super) const REGISTERS: &str = "register_tokens";

/// Every tensor that a published checkpoint must hold; [`is_dead`] ones apart.
pub fn dino_layout(config: &DinoConfig) -> Layout {
    layout_of(&Dino::new(config, &Device::flex()), str::to_owned)
}

/// Whether a published key has no effect on the answer: the token that stood for hidden patches while
/// the transformer was taught.
pub fn is_dead(key: &str) -> bool {
    key == "mask_token"
}

/// The same tensors under the hub's names; what has another name stays as it is.
pub fn published(state: StateDict) -> StateDict {
    if state.tensors.contains_key("embeddings.cls_token") { joined(state) } else { unchunked(state) }
}

/// From the names of `transformers`.
fn joined(state: StateDict) -> StateDict {
    let mut out = StateDict::default();
    let mut parts = StateDict::default();
    for (key, array) in state.tensors {
        match of_transformers(&key) {
            Renamed::Whole(name) => drop(out.tensors.insert(name, array)),
            Renamed::Part(name) => drop(parts.tensors.insert(name, array)),
            Renamed::Unknown => drop(out.tensors.insert(key, array)),
        }
    }
    // Sorted: `….0` to `….2`, thus query, key, value.
    while let Some((key, first)) = parts.tensors.pop_first() {
        let Some(name) = key.strip_suffix(".0") else {
            out.tensors.insert(key, first);
            continue;
        };
        let rest = ["1", "2"].map(|n| parts.tensors.remove(&format!("{name}.{n}")));
        let [Some(key), Some(value)] = rest else {
            out.tensors.insert(name.to_owned(), first);
            continue;
        };
        let whole = stacked([first, key, value]);
        out.tensors.insert(name.to_owned(), whole);
    }
    out
}

enum Renamed {
    Whole(String),
    /// Query, key or value: the joint name and `.0`, `.1` or `.2`.
    Part(String),
    Unknown,
}

fn of_transformers(key: &str) -> Renamed {
    const OUTSIDE: [(&str, &str); 8] = [
        ("embeddings.cls_token", "cls_token"),
        ("embeddings.mask_token", "mask_token"),
        ("embeddings.register_tokens", REGISTERS),
        ("embeddings.position_embeddings", "pos_embed"),
        ("embeddings.patch_embeddings.projection.weight", "patch_embed.proj.weight"),
        ("embeddings.patch_embeddings.projection.bias", "patch_embed.proj.bias"),
        ("layernorm.weight", "norm.weight"),
        ("layernorm.bias", "norm.bias"),
    ];
    const INSIDE: [(&str, &str); 4] = [
        ("layer_scale1.lambda1", "ls1.gamma"),
        ("layer_scale2.lambda1", "ls2.gamma"),
        ("attention.output.dense.weight", "attn.proj.weight"),
        ("attention.output.dense.bias", "attn.proj.bias"),
    ];
    if let Some((_, name)) = OUTSIDE.iter().find(|(theirs, _)| *theirs == key) {
        return Renamed::Whole((*name).to_owned());
    }
    let Some((block, rest)) = key.strip_prefix("encoder.layer.").and_then(|rest| rest.split_once('.')) else {
        return Renamed::Unknown;
    };
    if let Some((part, kind)) = rest.strip_prefix("attention.attention.").and_then(|r| r.split_once('.')) {
        let Some(n) = ["query", "key", "value"].iter().position(|p| *p == part) else {
            return Renamed::Unknown;
        };
        return Renamed::Part(format!("blocks.{block}.attn.qkv.{kind}.{n}"));
    }
    let name = INSIDE.iter().find(|(theirs, _)| *theirs == rest).map_or(rest, |(_, ours)| ours);
    Renamed::Whole(format!("blocks.{block}.{name}"))
}

/// One after the other along the first axis.
fn stacked(arrays: [Array; 3]) -> Array {
    let mut shape = arrays[0].shape.clone();
    if let Some(first) = shape.first_mut() {
        *first = arrays.iter().map(|array| array.shape.first().copied().unwrap_or(0)).sum();
    }
    Array { shape, values: arrays.into_iter().flat_map(|array| array.values).collect() }
}

/// From blocks numbered by chunk and block, where the second number alone tells them apart.
fn unchunked(state: StateDict) -> StateDict {
    let number = |text: &str| text.parse::<usize>().is_ok();
    let of_chunk = |key: &str| -> Option<String> {
        let mut parts = key.strip_prefix("blocks.")?.splitn(3, '.');
        let (chunk, block, rest) = (parts.next()?, parts.next()?, parts.next()?);
        (number(chunk) && number(block)).then(|| format!("blocks.{block}.{rest}"))
    };
    let names: Vec<String> = state
        .tensors
        .keys()
        .map(|key| if key.starts_with("blocks.") { of_chunk(key) } else { Some(key.clone()) })
        .map(Option::unwrap_or_default)
        .collect();
    let mut once: Vec<&String> = names.iter().collect();
    once.sort_unstable();
    once.dedup();
    if once.len() < names.len() || names.iter().any(String::is_empty) {
        return state;
    }
    StateDict { tensors: names.into_iter().zip(state.tensors.into_values()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::weights::random;

    const SMALL: DinoConfig = DinoConfig { dim: 4, depth: 3, heads: 2, registers: 0 };

    /// The tensors under other names, made by `rename` from the hub's.
    fn renamed(state: &StateDict, rename: impl Fn(&str, &Array) -> Vec<(String, Array)>) -> StateDict {
        StateDict { tensors: state.tensors.iter().flat_map(|(key, array)| rename(key, array)).collect() }
    }

    #[test]
    fn a_checkpoint_of_transformers_holds_the_same_tensors() {
        let hub = random(&dino_layout(&DinoConfig { registers: 4, ..SMALL }), 5);
        let theirs = renamed(&hub, |key, array| {
            let fixed = [
                ("cls_token", "embeddings.cls_token"),
                ("pos_embed", "embeddings.position_embeddings"),
                ("register_tokens", "embeddings.register_tokens"),
                ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
            ];
            if let Some((ours, name)) = fixed.iter().find(|(ours, _)| key.starts_with(ours)) {
                return vec![(key.replace(ours, name), array.clone())];
            }
            if let Some(rest) = key.strip_prefix("norm.") {
                return vec![(format!("layernorm.{rest}"), array.clone())];
            }
            let key = key
                .replace("blocks.", "encoder.layer.")
                .replace("ls1.gamma", "layer_scale1.lambda1")
                .replace("ls2.gamma", "layer_scale2.lambda1")
                .replace("attn.proj", "attention.output.dense");
            if !key.contains("attn.qkv") {
                return vec![(key, array.clone())];
            }
            let mut shape = array.shape.clone();
            shape[0] /= 3;
            let each = array.values.len() / 3;
            ["query", "key", "value"]
                .iter()
                .enumerate()
                .map(|(n, part)| {
                    let values = array.values[n * each..(n + 1) * each].to_vec();
                    let name = key.replace("attn.qkv", &format!("attention.attention.{part}"));
                    (name, Array { shape: shape.clone(), values })
                })
                .collect()
        });
        assert_eq!(theirs.tensors.len(), hub.tensors.len() + 3 * 2 * 2);
        assert!(published(theirs.clone()) == hub);
        // A query without its value is no whole tensor, and the importer will say which does not fit.
        let mut cut = theirs;
        cut.tensors.remove("encoder.layer.1.attention.attention.value.weight");
        let cut = published(cut);
        assert_eq!(cut.tensors["blocks.1.attn.qkv.weight"].shape, [4, 4]);
    }

    #[test]
    fn chunked_blocks_are_taken_where_they_cannot_be_confused() {
        let hub = random(&dino_layout(&SMALL), 5);
        let chunks = |block_in_chunk: fn(usize) -> usize| {
            renamed(&hub, |key, array| {
                let Some((n, rest)) = key.strip_prefix("blocks.").and_then(|r| r.split_once('.')) else {
                    return vec![(key.to_owned(), array.clone())];
                };
                let n: usize = n.parse().expect("a number");
                vec![(format!("blocks.{}.{}.{rest}", n / 2, block_in_chunk(n)), array.clone())]
            })
        };
        assert!(published(chunks(|n| n)) == hub);
        // Numbered anew in each chunk: block 0 could be either of two.
        let confused = chunks(|n| n % 2);
        assert!(published(confused.clone()) == confused);
        assert!(published(hub.clone()) == hub);
    }
}
