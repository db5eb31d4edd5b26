//! The masked autoencoder: encoder, and the decoder that fills in the slices that it did not see.

use burn::module::{Module, Param};
use burn::nn::{Initializer, LayerNorm, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::config::{MaemcConfig, PATCH, SLICES};
use super::encoder::{Encoder, slices_of};
use super::mask::Mask;
use super::positions::constant;
use crate::networks::layers::{VitBlock, vit_norm};
use crate::networks::taps::Taps;

/// The decoder (mae, models_mae.py).
#[derive(Module, Debug)]
pub struct Decoder {
    decoder_embed: Linear,
    mask_token: Param<Tensor<3>>,
    decoder_blocks: Vec<VitBlock>,
    decoder_norm: LayerNorm,
    decoder_pred: Linear,
    /// `[1, 26, width]`
    positions: Tensor<3>,
    channels: usize,
}

impl Decoder {
    /// All values zero, to be loaded; positions in place.
    pub fn new(config: &MaemcConfig, device: &Device) -> Self {
        let stack = config.decoder;
        let linear = |from: usize, to: usize| -> Linear {
            LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
        };
        Self {
            decoder_embed: linear(config.encoder.width, stack.width),
            mask_token: Initializer::Zeros.init([1, 1, stack.width], device),
            decoder_blocks: (0..stack.blocks).map(|_| VitBlock::new(stack.block(), device)).collect(),
            decoder_norm: vit_norm(stack.width, device),
            decoder_pred: linear(stack.width, PATCH * PATCH * config.channels),
            positions: constant(config.positions, stack.width, device),
            channels: config.channels,
        }
    }

    /// Offers `decoder_blocks.N`, what [`VitBlock::forward_tapped`] does under it, and `reconstruction`.
    /// - `tokens`: of [`Encoder::forward_tapped`], `[batch, 1 + seen, width]`
    /// - `mask`: with which they were made
    /// - returns: the slices, `[batch, 25, channel, 50, 50]`
    pub fn forward_tapped(&self, tokens: Tensor<3>, mask: &Mask, taps: &mut Taps) -> Tensor<5> {
        let x = self.decoder_embed.forward(tokens);
        let [batch, seen, width] = x.dims();
        let seen = seen - 1;
        let (class, mut slices) = (x.clone().narrow(1, 0, 1), x.narrow(1, 1, seen));
        if seen < SLICES {
            let hidden = self.mask_token.val().expand([batch, SLICES - seen, width]);
            slices = Tensor::cat(vec![slices, hidden], 1);
        }
        let x = Tensor::cat(vec![class, mask.restored(slices)], 1) + self.positions.clone();
        let x = self.decoder_blocks.iter().enumerate().fold(x, |x, (n, block)| {
            let name = format!("decoder_blocks.{n}");
            let y = taps.within(&name, |taps| block.forward_tapped(x, taps));
            taps.offer(&name, &y);
            y
        });
        let x = self.decoder_pred.forward(self.decoder_norm.forward(x)).narrow(1, 1, SLICES);
        // The published code has the channels of a pixel side by side.
        let x = x.reshape([batch, SLICES, PATCH, PATCH, self.channels]).permute([0, 1, 4, 2, 3]);
        taps.offer("reconstruction", &x);
        x
    }
}

/// Encoder and decoder. The published names have no prefix; here they are under `encoder` and `decoder`
/// (see `keys`).
#[derive(Module, Debug)]
pub struct Mae {
    encoder: Encoder,
    decoder: Decoder,
}

impl Mae {
    /// All values zero, to be loaded.
    pub fn new(config: &MaemcConfig, device: &Device) -> Self {
        Self { encoder: Encoder::new(config, device), decoder: Decoder::new(config, device) }
    }

    /// The encoder: what is taught here and asked later.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The encoder by itself, to be taught with labels.
    pub fn into_encoder(self) -> Encoder {
        self.encoder
    }

    /// The encoder's tokens of what is seen (normalised, `[batch, 1 + seen, width]`), and all slices as
    /// the decoder fills them in (`[batch, 25, channel, 50, 50]`).
    /// - `montage`: `[batch, channel, 250, 250]`, from 0 to 1
    pub fn forward_tapped(&self, montage: Tensor<4>, mask: &Mask, taps: &mut Taps) -> (Tensor<3>, Tensor<5>) {
        let tokens = self.encoder.forward_tapped(montage, Some(mask), taps);
        let slices = self.decoder.forward_tapped(tokens.clone(), mask, taps);
        (tokens, slices)
    }
}

/// Mean squared error of each slice: what the decoder did not expect.
/// - `montage`: `[batch, channel, 250, 250]`
/// - `slices`: of [`Mae::forward_tapped`]
/// - returns: `[batch, 25]`
pub fn slice_errors(montage: Tensor<4>, slices: Tensor<5>) -> Tensor<2> {
    let difference = (slices_of(montage) - slices).flatten::<3>(2, 4);
    (difference.clone() * difference).mean_dim(2).squeeze_dim::<2>(2)
}

/// The loss of learning without labels: the mean squared error over the pixels of hidden slices.
/// Source: the paper, formula 4; pixels as they are, not normalised by slice.
/// - returns: `[1]`; not a number where nothing is hidden
pub fn hidden_error(montage: Tensor<4>, slices: Tensor<5>, mask: &Mask) -> Tensor<1> {
    let hidden = mask.hidden(&montage.device());
    (slice_errors(montage, slices) * hidden.clone()).sum() / hidden.sum()
}
