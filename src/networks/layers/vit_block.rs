//! The pre-norm Transformer block of vision transformers, as timm, MAE and DINOv2 have it.
//!
//! Field names are the published keys: `norm1`, `attn.qkv`, `attn.proj`, `ls1.gamma`, `norm2`,
//! `mlp.fc1`, `mlp.fc2`, `ls2.gamma`.

use burn::module::{Module, Param};
use burn::nn::{Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::gelu::quick_gelu;
use crate::networks::taps::Taps;

/// Epsilon of every layer norm; burn's and PyTorch's default would be 1e-5.
/// Source: dinov2, models/vision_transformer.py; mae, models_mae.py.
const EPSILON: f64 = 1e-6;

/// So many attention weights are made at a time: 32 MB, and as much again before the softmax. All
/// 16 heads of 1297 tokens would be 27 million.
const WEIGHTS_AT_ONCE: usize = 8 << 20;

/// Sizes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VitBlockConfig {
    /// Features of a token.
    pub dim: usize,
    /// Attention heads, `dim / heads` features each.
    pub heads: usize,
    /// Features between the two layers of the MLP; published: 4 x `dim`.
    pub hidden: usize,
    /// Whether each branch is scaled before it is added (LayerScale; DINOv2 has it, MAE does not).
    pub layer_scale: bool,
}

/// A layer norm over the features of a token.
pub fn vit_norm(dim: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(dim).with_epsilon(EPSILON).init(device)
}

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
}

/// A factor for each feature of a branch.
#[derive(Module, Debug)]
pub struct LayerScale {
    gamma: Param<Tensor<1>>,
}

/// Softmax attention of all tokens to all, the three projections in one layer.
#[derive(Module, Debug)]
pub struct VitAttention {
    /// Outputs: all queries, all keys, all values; within each, head after head.
    qkv: Linear,
    proj: Linear,
    heads: usize,
}

impl VitAttention {
    fn forward_tapped(&self, x: Tensor<3>, taps: &mut Taps) -> Tensor<3> {
        let [batch, tokens, dim] = x.dims();
        let (heads, width) = (self.heads, dim / self.heads);
        let qkv = self.qkv.forward(x).reshape([batch, tokens, 3, heads, width]);
        let qkv = qkv.permute([2, 0, 3, 1, 4]).reshape([3, batch * heads, tokens, width]);
        let part = |n: usize| qkv.clone().narrow(0, n, 1).squeeze_dim::<3>(0);
        let (query, key, value) = (part(0) / (width as f64).sqrt(), part(1), part(2));
        drop(qkv);
        if taps.wants("class") {
            let class = weights(query.clone().narrow(1, 0, 1), key.clone());
            taps.offer("class", &class.reshape([batch, heads, tokens]));
        }
        if taps.wants("mean") {
            let all = weights(query.clone(), key.clone()).reshape([batch, heads, tokens, tokens]);
            taps.offer("mean", &all.mean_dim(1).squeeze_dim::<3>(1));
        }
        let y = if taps.wants("weights") {
            let all = weights(query, key).reshape([batch, heads, tokens, tokens]);
            let all = taps.probe("weights", all);
            all.reshape([batch * heads, tokens, tokens]).matmul(value)
        } else {
            attend(query, key, value, WEIGHTS_AT_ONCE)
        };
        let y = y.reshape([batch, heads, tokens, width]);
        self.proj.forward(y.swap_dims(1, 2).reshape([batch, tokens, dim]))
    }
}

/// `[rows, query, width]` and `[rows, key, width]` to `[rows, query, key]`, each query's weights adding
/// up to 1.
fn weights(query: Tensor<3>, key: Tensor<3>) -> Tensor<3> {
    softmax(query.matmul(key.swap_dims(1, 2)), 2)
}

/// Attention of each row (a head of an item) for itself, in pieces of at most `at_once` weights.
/// - `query`: already divided by the root of its width
fn attend(query: Tensor<3>, key: Tensor<3>, value: Tensor<3>, at_once: usize) -> Tensor<3> {
    let ([rows, queries, _], [_, keys, _]) = (query.dims(), key.dims());
    let rows_at_once = (at_once / (queries * keys).max(1)).max(1);
    if rows > rows_at_once {
        let [query, key, value] = [query, key, value].map(|t| t.split(rows_at_once, 0).into_iter());
        let parts = query.zip(key).zip(value).map(|((q, k), v)| attend(q, k, v, at_once));
        return Tensor::cat(parts.collect(), 0);
    }
    let queries_at_once = (at_once / keys.max(1)).max(1);
    if rows == 1 && queries > queries_at_once {
        let parts = query.split(queries_at_once, 1).into_iter();
        let parts = parts.map(|q| attend(q, key.clone(), value.clone(), at_once));
        return Tensor::cat(parts.collect(), 1);
    }
    weights(query, key).matmul(value)
}

/// The two linear layers after the attention, exact GELU between them.
#[derive(Module, Debug)]
pub struct VitMlp {
    fc1: Linear,
    fc2: Linear,
}

/// One block: attention and MLP, each on a norm of its input and added to it.
#[derive(Module, Debug)]
pub struct VitBlock {
    norm1: LayerNorm,
    attn: VitAttention,
    ls1: Option<LayerScale>,
    norm2: LayerNorm,
    mlp: VitMlp,
    ls2: Option<LayerScale>,
}

impl VitBlock {
    /// All values zero, to be loaded.
    pub fn new(config: VitBlockConfig, device: &Device) -> Self {
        let VitBlockConfig { dim, heads, hidden, layer_scale } = config;
        let scale = || layer_scale.then(|| LayerScale { gamma: Initializer::Zeros.init([dim], device) });
        Self {
            norm1: vit_norm(dim, device),
            attn: VitAttention { qkv: linear(dim, 3 * dim, device), proj: linear(dim, dim, device), heads },
            ls1: scale(),
            norm2: vit_norm(dim, device),
            mlp: VitMlp { fc1: linear(dim, hidden, device), fc2: linear(hidden, dim, device) },
            ls2: scale(),
        }
    }

    /// Offers, to those who want them, `attn.weights` (`[batch, head, query, key]`, all of them at
    /// once), `attn.mean` (`[batch, query, key]`: their mean over heads) and `attn.class` (`[batch, head, key]`: what
    /// the first token attends to). Probes `norm1`, what the attention reads, and `attn.weights`.
    /// - `x`: `[batch, token, dim]`, same shape out
    pub fn forward_tapped(&self, x: Tensor<3>, taps: &mut Taps) -> Tensor<3> {
        let scaled = |y: Tensor<3>, scale: &Option<LayerScale>| match scale {
            Some(scale) => y * scale.gamma.val().unsqueeze::<3>(),
            None => y,
        };
        let normed = taps.probe("norm1", self.norm1.forward(x.clone()));
        let y = taps.within("attn", |taps| self.attn.forward_tapped(normed, taps));
        let x = x + scaled(y, &self.ls1);
        let y = self.mlp.fc1.forward(self.norm2.forward(x.clone()));
        x + scaled(self.mlp.fc2.forward(quick_gelu(y)), &self.ls2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    fn values(shape: [usize; 3], step: usize) -> Tensor<3> {
        let n = shape.iter().product::<usize>();
        let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    #[test]
    fn attention_in_pieces_of_rows_and_of_queries_equals_attention_at_once() {
        let [query, key, value] = [29, 31, 37].map(|step| values([6, 7, 4], step));
        let at = |at_once| attend(query.clone(), key.clone(), value.clone(), at_once);
        let whole = at(usize::MAX);
        // Two rows; one row; three queries; one query at a time.
        for at_once in [2 * 49, 49, 21, 1] {
            let difference: f32 = (at(at_once) - whole.clone()).abs().max().into_scalar();
            // The same sums of seven terms, perhaps in another order.
            assert!(difference < 1e-6, "{at_once}: {difference}");
        }
    }

    #[test]
    fn the_class_tokens_attention_is_the_first_row_of_all_weights() {
        let config = VitBlockConfig { dim: 8, heads: 2, hidden: 16, layer_scale: true };
        let mut block = VitBlock::new(config, &Device::flex());
        let weight = values([1, 8, 24], 41).squeeze_dim::<2>(0);
        block.attn.qkv.weight = Param::from_tensor(weight);
        let mut taps = Taps::of(&["attn.class", "attn.weights"]);
        block.forward_tapped(values([3, 5, 8], 43), &mut taps);
        let (Some(crate::networks::Tapped::D3(class)), Some(crate::networks::Tapped::D4(all))) =
            (taps.take("attn.class"), taps.take("attn.weights"))
        else {
            panic!("both are tapped");
        };
        assert_eq!((class.dims(), all.dims()), ([3, 2, 5], [3, 2, 5, 5]));
        let first = all.narrow(2, 0, 1).squeeze_dim::<3>(2);
        let (largest, difference): (f32, f32) =
            (first.clone().max().into_scalar(), (first - class).abs().max().into_scalar());
        // Something other than equal weights, and the same numbers up to the order of sums.
        assert!(largest > 0.25 && difference < 1e-6, "{largest} {difference}");
    }

    #[test]
    fn what_attention_gives_is_its_weights_times_the_derivative_by_them() {
        let config = VitBlockConfig { dim: 8, heads: 2, hidden: 16, layer_scale: false };
        let mut block = VitBlock::new(config, &Device::flex());
        block.attn.qkv.weight = Param::from_tensor(values([1, 8, 24], 41).squeeze_dim::<2>(0));
        block.attn.proj.weight = Param::from_tensor(values([1, 8, 8], 47).squeeze_dim::<2>(0));
        let mut taps = Taps::probing(&["weights"]);
        // Without biases it is linear in the weights.
        let score =
            block.attn.forward_tapped(values([1, 5, 8], 43).autodiff(), &mut taps).narrow(2, 0, 3).sum();
        let mut gradients = score.backward();
        let (Some(crate::networks::Tapped::D4(all)), Some(crate::networks::Tapped::D4(by))) =
            (taps.take("weights"), taps.derivative("weights", &mut gradients))
        else {
            panic!("probed");
        };
        let (given, score): (f32, f32) = ((all * by).sum().into_scalar(), score.inner().into_scalar());
        assert!(score.abs() > 0.1 && (given - score).abs() < 1e-4, "{given} {score}");
        assert!(taps.derivative("weights", &mut gradients).is_none(), "once");
    }
}
