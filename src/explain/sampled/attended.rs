//! What transformers attend to, through all of their blocks.

use burn::tensor::{Gradients, Tensor};

use super::single;
use crate::explain::attention::carried;
use crate::explain::error::ExplainError;
use crate::networks::{CellGrid, Tapped, Taps};

/// What counts of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Its shares, mean over heads.
    Shares,
    /// What raises the margin: shares times the margin's derivative by them where that is positive, mean over heads.
    /// Source: Chefer, Gur and Wolf 2021, arXiv 2103.15679, equation 5.
    Raising,
}

/// Attention of every block.
#[derive(Clone, Debug, PartialEq)]
pub struct Attended {
    /// First to last, query by key.
    pub blocks: Vec<Vec<f32>>,
    /// Share of each token in what the answer is made of.
    pub reads: Vec<f64>,
    /// Slices, rows and columns of the patches, which are the last tokens.
    pub shape: [usize; 3],
    /// Where they lie among the samples.
    pub cells: CellGrid,
}

impl Attended {
    /// What each patch gives through all blocks.
    /// - `keep_and_take`: see [`crate::explain::attention`]
    pub(super) fn patches(self, keep_and_take: [f64; 2]) -> Vec<f32> {
        let patches = self.shape.iter().product::<usize>();
        let tokens = carried(self.reads, &self.blocks, keep_and_take);
        tokens[tokens.len().saturating_sub(patches)..].iter().map(|share| *share as f32).collect()
    }
}

/// What was kept of shares under these names, heads already taken together or not.
pub(super) fn shares(taps: &mut Taps, names: &[String]) -> Result<Vec<Vec<f32>>, ExplainError> {
    let of_block = |name: &String| match taps.take(name) {
        Some(Tapped::D3(mean)) => single(mean.flatten::<2>(1, 2)),
        Some(Tapped::D4(all)) => single(mean_of_heads(all)),
        _ => Err(ExplainError::NoNumber),
    };
    names.iter().map(of_block).collect()
}

/// What was probed under these names, as far as it raises the margin that the gradients are of.
pub(super) fn raising(
    taps: &mut Taps,
    names: &[String],
    gradients: &mut Gradients,
) -> Result<Vec<Vec<f32>>, ExplainError> {
    let mut of_block = |name: &String| match (taps.take(name), taps.derivative(name, gradients)) {
        (Some(Tapped::D4(all)), Some(Tapped::D4(by))) => single(mean_of_heads((all * by).clamp_min(0.0))),
        _ => Err(ExplainError::NoNumber),
    };
    names.iter().map(&mut of_block).collect()
}

/// `[1, head, query, key]` to `[1, query x key]`.
fn mean_of_heads(all: Tensor<4>) -> Tensor<2> {
    all.mean_dim(1).flatten::<3>(1, 2).flatten::<2>(1, 2)
}
