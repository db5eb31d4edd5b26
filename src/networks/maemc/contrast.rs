//! Learning without labels: the axial and the coronal montage of a lesion should look alike to the
//! encoder and to its slowly following copy.

use burn::module::Module;
use burn::nn::Initializer;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::tensor::{Device, Tensor};

use super::config::{CONTRAST, MaemcConfig};
use super::encoder::Encoder;
use super::mae::Mae;
use super::mask::Mask;
use crate::networks::layers::followed;
use crate::networks::taps::Taps;

/// Tokens to one direction in 128 features: the paper's 1-D convolution, here of kernel 1, its mean over
/// all tokens (the class token is one), and unit length.
#[derive(Module, Debug)]
pub struct Projection {
    conv: Conv1d,
}

impl Projection {
    /// All values zero, to be loaded.
    pub fn new(width: usize, device: &Device) -> Self {
        let conv = Conv1dConfig::new(width, CONTRAST, 1).with_initializer(Initializer::Zeros);
        Self { conv: conv.init(device) }
    }

    /// - `tokens`: `[batch, token, width]`
    /// - returns: `[batch, 128]`, of length 1
    pub fn forward(&self, tokens: Tensor<3>) -> Tensor<2> {
        // The convolution sees each token by itself, so that the mean may come first.
        let mean = tokens.mean_dim(1).squeeze_dim::<2>(1);
        let y = mean.matmul(self.conv.weight.val().squeeze_dim::<2>(2).transpose());
        let y = match &self.conv.bias {
            Some(bias) => y + bias.val().unsqueeze::<2>(),
            None => y,
        };
        let length = (y.clone() * y.clone()).sum_dim(1).sqrt().clamp_min(1e-12);
        y / length
    }
}

/// What learning without labels compares.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The axial slices as the decoder fills them in, `[batch, 25, channel, 50, 50]`.
    pub slices: Tensor<5>,
    /// Direction of the axial montage, `[batch, 128]`.
    pub query: Tensor<2>,
    /// Direction of the coronal one, `[batch, 128]`, without gradients.
    pub key: Tensor<2>,
}

/// All of MAEMC-NET as it learns without labels.
#[derive(Module, Debug)]
pub struct Maemc {
    mae: Mae,
    momentum: Encoder,
    query: Projection,
    key: Projection,
}

impl Maemc {
    /// All values zero, to be loaded; then the copies begin with [`Maemc::follow`] at 0.
    pub fn new(config: &MaemcConfig, device: &Device) -> Self {
        let projection = || Projection::new(config.encoder.width, device);
        Self {
            mae: Mae::new(config, device),
            momentum: Encoder::new(config, device),
            query: projection(),
            key: projection(),
        }
    }

    /// - `montages`: axial and coronal, `[batch, channel, 250, 250]` each, from 0 to 1
    /// - `masks`: of each, drawn independently
    pub fn forward(&self, montages: [Tensor<4>; 2], masks: [&Mask; 2]) -> Compared {
        let taps = &mut Taps::off();
        let ([axial, coronal], [of_axial, of_coronal]) = (montages, masks);
        let (tokens, slices) = self.mae.forward_tapped(axial, of_axial, taps);
        let key = self.key.forward(self.momentum.forward_tapped(coronal, Some(of_coronal), taps));
        Compared { slices, query: self.query.forward(tokens), key: key.detach() }
    }

    /// Momentum encoder and key head a step nearer to encoder and query head: `m theirs + (1 - m) ours`.
    /// Source: the paper, m = 0.99; moco, builder.py.
    /// - `momentum`: 0 copies
    #[must_use]
    pub fn follow(self, momentum: f64) -> Self {
        let encoder = followed(self.momentum, self.mae.encoder(), momentum);
        let key = followed(self.key, &self.query, momentum);
        Self { momentum: encoder, key, ..self }
    }

    /// The part that is asked later.
    pub fn into_mae(self) -> Mae {
        self.mae
    }
}
