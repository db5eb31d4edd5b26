//! Softmax attention in heads, and PyTorch's layer around it.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

/// Softmax attention.
/// - `query`, `key`, `value`: `[batch, token, width]`; as many keys as values
/// - `heads`: divides the width
/// - `weighed`: what happens to the weights `[batch, head, query, key]` (dropout, a look at them)
/// - returns: as many tokens as queries
pub fn attend(
    [query, key, value]: [Tensor<3>; 3],
    heads: usize,
    weighed: impl FnOnce(Tensor<4>) -> Tensor<4>,
) -> Tensor<3> {
    let [batch, tokens, width] = query.dims();
    let split = |t: Tensor<3>| {
        let [batch, tokens, _] = t.dims();
        t.reshape([batch, tokens, heads, width / heads]).swap_dims(1, 2)
    };
    let scale = ((width / heads) as f64).sqrt();
    let weights = weighed(softmax(split(query).matmul(split(key).swap_dims(2, 3)) / scale, 3));
    weights.matmul(split(value)).swap_dims(1, 2).reshape([batch, tokens, width])
}

/// Attention with its three projections in one matrix, as PyTorch's `MultiheadAttention` stores them.
#[derive(Module, Debug)]
pub struct MultiheadAttention {
    /// `[3 x width, width]`, rows: query, key, value; output by input, as in the file.
    in_proj_weight: Param<Tensor<2>>,
    in_proj_bias: Param<Tensor<1>>,
    out_proj: Linear,
    heads: usize,
}

impl MultiheadAttention {
    /// All values zero, to be loaded.
    /// - `heads`: divides the width
    pub fn new(width: usize, heads: usize, device: &Device) -> Self {
        Self {
            in_proj_weight: Initializer::Zeros.init([3 * width, width], device),
            in_proj_bias: Initializer::Zeros.init([3 * width], device),
            out_proj: LinearConfig::new(width, width).with_initializer(Initializer::Zeros).init(device),
            heads,
        }
    }

    /// - `inputs`: of query, key and value, `[batch, token, width]` each
    /// - `weighed`: see [`attend`]
    /// - returns: as many tokens as queries
    pub fn forward(&self, inputs: [Tensor<3>; 3], weighed: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<3> {
        let (weight, bias) = (self.in_proj_weight.val(), self.in_proj_bias.val());
        let width = weight.dims()[1];
        let mut part = 0;
        let projected = inputs.map(|x| {
            let (weight, bias) = (weight.clone().narrow(0, part, width), bias.clone().narrow(0, part, width));
            part += width;
            x.matmul(weight.transpose().unsqueeze::<3>()) + bias.unsqueeze::<3>()
        });
        self.out_proj.forward(attend(projected, self.heads, weighed))
    }
}
