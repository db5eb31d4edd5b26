//! What a network computed on its way to the answer, asked for after it: a layer's channels, or its attention.

use std::sync::Arc;

use super::attention_maps::{AttentionMaps, attention_maps};
use super::error::ExplainError;
use super::features::{FeatureMaps, LayerWanted, feature_maps};
use crate::inference::ssm::SlicePicture;
use crate::inference::{Answer, Loaded};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InsideWanted {
    /// All channels of a layer.
    Layer(LayerWanted),
    /// Who attends to whom in the layer of this number; `None` for the last one that attends.
    Attention(Option<usize>),
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Inside {
    /// Channels.
    Layer(Arc<FeatureMaps>),
    /// Shares.
    Attention(Arc<AttentionMaps>),
}

/// Runs the network once more on what it read.
/// - `network`: that answered, or the first of them
/// - `slice`: what LungNodule-SSM read; its answer keeps one channel, as it was before it was scaled
/// - errors: see [`feature_maps`] and [`attention_maps`]
pub fn look_inside(
    network: &Loaded,
    answer: &Answer,
    slice: Option<&SlicePicture>,
    wanted: InsideWanted,
) -> Result<Inside, ExplainError> {
    Ok(match wanted {
        InsideWanted::Layer(wanted) => Inside::Layer(Arc::new(feature_maps(network, answer, slice, wanted)?)),
        InsideWanted::Attention(layer) => {
            Inside::Attention(Arc::new(attention_maps(network, answer, slice, layer)?))
        }
    })
}
