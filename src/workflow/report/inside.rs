//! What a network computed on its way, in the report: the arrays that were written of it.

use serde::Serialize;

use crate::explain::{AttentionMaps, FeatureMaps, Token};
use crate::inference::RegionName;

/// One array, as `numpy.load` reads it: 32-bit floats, the last axis fastest.
#[derive(Clone, Debug, Serialize)]
pub struct InsideReport {
    /// `read`: what the network read; `features`: the channels of a layer; `attention`: its shares.
    pub kind: &'static str,
    /// Of what was read there; absent where a layer takes all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<&'static str>,
    /// By its name in the published code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// In the output folder.
    pub file: String,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// What each axis counts.
    pub axes: &'static [&'static str],
    /// Of attention: who asks and who is asked, in the order of the array.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// See `asks`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
}

impl InsideReport {
    fn new(kind: &'static str, start: &str, (of, layer): (Option<&'static str>, Option<&str>)) -> Self {
        let words: Vec<&str> = [Some(start), Some(kind), of, layer].into_iter().flatten().collect();
        Self {
            kind,
            of,
            layer: layer.map(str::to_owned),
            file: format!("{}.npy", words.join("_")),
            shape: Vec::new(),
            axes: &[],
            asks: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// - `start`: how names of files about the answer begin
    pub(in crate::workflow) fn read(start: &str, part: RegionName, maps: &FeatureMaps) -> Self {
        let shape = maps.read.shape.to_vec();
        Self {
            shape,
            axes: &["slice", "column", "row"],
            ..Self::new("read", start, (Some(part.name()), None))
        }
    }

    pub(in crate::workflow) fn features(start: &str, part: RegionName, maps: &FeatureMaps) -> Self {
        let layer = maps.layers.get(maps.layer).map(String::as_str);
        let [slices, columns, rows] = maps.shape;
        Self {
            shape: vec![maps.channels(), slices, columns, rows],
            axes: &["channel", "slice", "column", "row"],
            ..Self::new("features", start, (Some(part.name()), layer))
        }
    }

    pub(in crate::workflow) fn attention(start: &str, maps: &AttentionMaps) -> Self {
        let layer = maps.layers.get(maps.layer).map(String::as_str);
        let names = |tokens: &[Token]| tokens.iter().map(|token| token.name()).collect();
        Self {
            shape: vec![maps.heads, maps.asks.len(), maps.asked.len()],
            axes: &["head", "asks", "asked"],
            asks: names(&maps.asks),
            asked: names(&maps.asked),
            ..Self::new("attention", start, (None, layer))
        }
    }
}
